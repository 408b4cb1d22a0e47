"""Does a flow become the request that the server would see, whatever is in it?"""

import json

import pytest

from addons.bridge import is_loopback, peer_address, read_request, write_response
from simulator import Response


def read(flow, client="127.0.0.1"):
    return read_request(flow, client)


def test_method_url_fields_client_and_time_come_across(flow) -> None:
    request = read(flow("https://api.test/a?b=1", "POST", [("X-A", "1"), ("x-a", "2")], at=7.5))
    assert request.method == "POST"
    assert request.url == "https://api.test/a?b=1"
    assert request.headers.lines("x-a") == ("1", "2")
    assert (request.client, request.at, request.body) == ("127.0.0.1", 7.5, None)


@pytest.mark.parametrize(
    ("authority", "seen"),
    [
        pytest.param(b"shop.test", "https://shop.test", id="the Host field, not the connection"),
        pytest.param(b"SHOP.test:8443", "https://shop.test:8443", id="with a port"),
        pytest.param(b"[::1]:8443", "https://[::1]:8443", id="IPv6"),
        pytest.param(b"shop.test/health?x=", "https://api.test", id="a path in it"),
        pytest.param(b"user@shop.test", "https://api.test", id="a user in it"),
        pytest.param(b"shop.test#", "https://api.test", id="a fragment in it"),
        pytest.param(b"", "https://api.test", id="empty"),
        pytest.param(b"a b", "https://api.test", id="a space in it"),
        pytest.param(b"caf\xe9.test", "https://api.test", id="not ASCII"),
    ],
)
@pytest.mark.parametrize("version", ["HTTP/1.1", "HTTP/2.0"])
def test_the_host_is_what_the_server_is_told_if_it_is_one(flow, version, authority, seen) -> None:
    made = flow("https://api.test/orders", version=version)
    if version == "HTTP/2.0":
        made.request.data.authority = authority
    else:
        made.request.headers.fields = ((b"Host", authority),)
    request = read(made)
    assert request.target.origin == seen
    assert request.target.path == "/orders"


def test_a_connection_to_an_ipv6_address_is_named_in_brackets(flow) -> None:
    made = flow()
    made.request.headers.clear()
    made.request.data.host, made.request.data.port = "::1", 8443
    assert read(made).target.origin == "https://[::1]:8443"


@pytest.mark.parametrize(
    ("raw", "path"),
    [
        pytest.param(b"*", "/", id="the server as a whole"),
        pytest.param(b"/a#b", "/a%23b", id="a number sign is no fragment on the wire"),
        pytest.param(b"no-slash", "/no-slash", id="no slash"),
        pytest.param(b"http://x/", "/http://x/", id="a URL"),
        pytest.param(b"/caf\xc3\xa9", "/café", id="UTF-8"),
        pytest.param(b"/caf\xe9", "/café", id="Latin-1"),
        pytest.param(b"", "/", id="nothing"),
    ],
)
def test_a_path_is_taken_as_it_is(flow, raw: bytes, path: str) -> None:
    made = flow()
    made.request.data.path = raw
    assert read(made).target.path == path


def test_fields_in_any_encoding_are_read_and_can_be_written(flow) -> None:
    made = flow()
    made.request.headers.fields += ((b"x-u", b"caf\xc3\xa9"), (b"x-l", b"caf\xe9"), (b"\xff", b""))
    request = read(made)
    assert request.headers.get("x-u") == request.headers.get("x-l") == "café"
    json.dumps(dict(request.headers)).encode()


def test_ten_thousand_fields_are_read(flow) -> None:
    made = flow()
    made.request.headers.fields += tuple((b"x-%d" % n, b"v") for n in range(10_000))
    assert len(read(made).headers) == 10_001


@pytest.mark.parametrize(
    ("peername", "address"),
    [
        pytest.param(("10.1.2.3", 4711), "10.1.2.3", id="IPv4"),
        pytest.param(["10.1.2.3", 4711], "10.1.2.3", id="as it is read from a file"),
        pytest.param(("::1", 4711, 0, 0), "::1", id="IPv6"),
        pytest.param(("fe80::1%eth0", 4711, 0, 2), "fe80::1", id="with a zone"),
        pytest.param(("::ffff:10.1.2.3", 4711, 0, 0), "::ffff:10.1.2.3", id="mapped"),
        pytest.param("/run/proxy.sock", "", id="a Unix socket"),
        pytest.param(b"", "", id="a Unix socket without a name"),
        pytest.param((), "", id="nothing"),
        pytest.param(None, "", id="none"),
    ],
)
def test_the_peer_is_its_address(peername, address: str) -> None:
    assert peer_address(peername) == address


@pytest.mark.parametrize(
    ("address", "own"),
    [
        ("127.0.0.1", True), ("127.9.9.9", True), ("::1", True), ("::ffff:127.0.0.1", True),
        ("10.0.0.1", False), ("::ffff:10.0.0.1", False), ("", False), ("localhost", False),
    ],
)  # fmt: skip
def test_loopback_is_this_machine(address: str, own: bool) -> None:
    assert is_loopback(address) is own


def test_an_answer_gets_its_length_and_reason() -> None:
    response = write_response(Response(403, [("X-A", "é")], "no"), method="GET")
    assert (response.status_code, response.reason, response.content) == (403, "Forbidden", b"no")
    assert response.headers["content-length"] == "2"
    assert response.headers["x-a"] == "é"


@pytest.mark.parametrize(("status", "method"), [(403, "HEAD"), (204, "OPTIONS")])
def test_an_answer_without_content_has_no_length(status: int, method: str) -> None:
    response = write_response(Response(status, (), b"x" if status == 403 else b""), method=method)
    assert "content-length" not in response.headers
    assert response.raw_content == b""


def test_a_value_cannot_start_another_line() -> None:
    response = write_response(Response(200, [("x-a", "1\r\nset-cookie: a=b\0")]), method="GET")
    assert response.headers.fields[0] == (b"x-a", b"1  set-cookie: a=b ")
