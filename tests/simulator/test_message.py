"""Requests and responses are normalised once, on construction."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator import Fault, Headers, Request, Response
from simulator.message import Url, check_field_name, check_method, parse_url

# Fields


def test_field_names_compare_without_case() -> None:
    headers = Headers([("X-Api-Key", "a")])

    assert headers.get("x-api-key") == "a"
    assert "X-API-KEY" in headers
    assert headers.get("other") is None


@pytest.mark.parametrize(
    ("fields", "name", "expected"),
    [
        pytest.param(
            [("a", "1"), ("A", "2")], "a", "1, 2", id="lines of one field are joined with a comma"
        ),
        pytest.param(
            [("Cookie", "a=1"), ("cookie", "b=2")],
            "cookie",
            "a=1; b=2",
            id="those of Cookie with a semicolon",
        ),
        pytest.param([("a", " \tx \t")], "a", "x", id="whitespace around a value is no part of it"),
        pytest.param([("a", "\x0bx\xa0")], "a", "\x0bx\xa0", id="only spaces and tabs are that"),
        pytest.param([("a", "")], "a", "", id="an empty value is a value"),
    ],
)
def test_a_field_has_one_combined_value(
    fields: list[tuple[str, str]], name: str, expected: str
) -> None:
    assert Headers(fields).get(name) == expected


def test_the_lines_of_a_field_keep_their_order() -> None:
    headers = Headers([("a", "1"), ("b", "2"), ("A", "3")])

    assert headers.lines("a") == ("1", "3")
    assert headers.lines("c") == ()
    assert list(headers) == [("a", "1"), ("b", "2"), ("A", "3")]
    assert len(headers) == 3


def test_fields_may_come_as_a_mapping() -> None:
    assert Headers({"a": "1"}) == Headers([("a", "1")])
    assert hash(Headers({"a": "1"})) == hash(Headers([("a", "1")]))


def test_a_repr_holds_no_value() -> None:
    headers = {"authorization": "Bearer secret"}

    assert repr(Headers(headers)) == "Headers(authorization)"
    assert repr(Request("GET", "https://u:p@h/a?key=secret", headers)) == (
        "Request(GET https://h/a, client=127.0.0.1)"
    )


# URLs


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            "https://h", Url("https", "h", 443, "/", None, "https://h"), id="no path is a slash"
        ),
        pytest.param(
            "HTTP://H/A", Url("http", "h", 80, "/A", None, "http://h"), id="case of scheme and host"
        ),
        pytest.param(
            "http://h:80/", Url("http", "h", 80, "/", None, "http://h"), id="the default port"
        ),
        pytest.param(
            "http://h:443/",
            Url("http", "h", 443, "/", None, "http://h:443"),
            id="another scheme's default port",
        ),
        pytest.param("http://h:/", Url("http", "h", 80, "/", None, "http://h"), id="an empty port"),
        pytest.param(
            "https://h?a?b#c",
            Url("https", "h", 443, "/", "a?b", "https://h"),
            id="a query without a path, and a fragment",
        ),
        pytest.param(
            "https://h/?", Url("https", "h", 443, "/", "", "https://h"), id="an empty query"
        ),
        pytest.param(
            "https://user:pass@h:8443/",
            Url("https", "h", 8443, "/", None, "https://h:8443"),
            id="a user is no part of it",
        ),
        pytest.param(
            "https://[2001:DB8::1]:8443/x",
            Url("https", "[2001:db8::1]", 8443, "/x", None, "https://[2001:db8::1]:8443"),
            id="IPv6 in brackets",
        ),
        pytest.param("wss://h/", Url("wss", "h", 443, "/", None, "wss://h"), id="a WebSocket"),
        pytest.param(
            "https://h/a b//é%2F",
            Url("https", "h", 443, "/a b//é%2F", None, "https://h"),
            id="the path stays as it was sent",
        ),
    ],
)
def test_a_url_is_split(text: str, expected: Url) -> None:
    assert parse_url(text) == expected


@pytest.mark.parametrize(
    ("url", "host", "expected"),
    [
        pytest.param("/a", "h:81", ("h", 81, "/a", None), id="a path takes the Host field"),
        pytest.param(
            "/a?next=https://b.example/x",
            "h",
            ("h", 443, "/a", "next=https://b.example/x"),
            id="with a URL in its query",
        ),
        pytest.param("//b/c", "h", ("h", 443, "//b/c", None), id="two slashes begin a path"),
        pytest.param("/a", "h/b", ("h", 443, "/a", None), id="a Host field holds no path"),
        pytest.param("/a", None, ("", 443, "/a", None), id="without a Host field it has no host"),
    ],
)
def test_a_path_is_a_url_too(
    url: str, host: str | None, expected: tuple[str, int, str, str | None]
) -> None:
    target = Request("GET", url, {} if host is None else {"host": host}).target

    assert (target.host, target.port, target.path, target.query) == expected


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param(
            "h/a",
            "`h/a` is not an absolute URL: it has no scheme; write it as `https://host/path`",
            id="no scheme",
        ),
        pytest.param(
            "",
            "(nothing) is not an absolute URL: it has no scheme; write it as `https://host/path`",
            id="nothing",
        ),
        pytest.param(
            "*",
            "`*` is not an absolute URL: it has no scheme; write it as `https://host/path`",
            id="an asterisk",
        ),
        pytest.param(
            "ftp://h/",
            "`ftp://h/` is not an HTTP URL: no HTTP server answers the scheme `ftp`; write "
            "`https://` or `http://`",
            id="another scheme",
        ),
        pytest.param(
            "https:///a",
            "`https:///a` names no host: nothing stands after `https://`; write it as "
            "`https://host/path`",
            id="no host",
        ),
        pytest.param(
            "http://h:65536/",
            "`h:65536` names no port: `65536` is not a number up to 65535; correct it, or leave it "
            "out",
            id="a port past the last",
        ),
        pytest.param(
            "http://h:00000099999999/",
            "`h:00000099999999` names no port: `00000099999999` is not a number up to 65535; "
            "correct it, or leave it out",
            id="a port behind many zeros",
        ),
        pytest.param(
            "https://2001:db8::1/",
            "`2001:db8::1` is not a host: brackets hold an IPv6 address, and a colon stands before "
            "a port; write `host`, `host:8080` or `[2001:db8::1]:8080`",
            id="IPv6 without brackets",
        ),
    ],
)
def test_what_is_no_url_is_a_fault(text: str, message: str) -> None:
    with pytest.raises(Fault) as caught:
        Request("GET", text)

    assert str(caught.value) == message


def test_the_authority_is_host_and_port() -> None:
    assert parse_url("https://h:8443/a").authority == "h:8443"


# Requests and responses


@pytest.mark.parametrize(
    "at",
    [
        pytest.param(float("nan"), id="not a number"),
        pytest.param(float("inf"), id="infinity"),
        pytest.param(1764000000000.0, id="milliseconds"),
        pytest.param(-1e12, id="long before"),
    ],
)
def test_a_time_is_unix_seconds(at: float) -> None:
    with pytest.raises(Fault, match=r"is not a time: it must be Unix seconds; write `1764000000`"):
        Request("GET", "https://h/", at=at)


def test_what_is_not_given_has_its_usual_value() -> None:
    request = Request("GET", "https://h/")

    assert (request.client, request.at, request.body) == ("127.0.0.1", 0.0, None)
    assert request.headers == Headers()


def test_a_body_of_text_is_utf_8() -> None:
    assert Request("PUT", "https://h/", body="é").body == b"\xc3\xa9"
    assert Response(200, body="é").body == b"\xc3\xa9"


def test_messages_are_values() -> None:
    assert Request("GET", "https://h/", {"a": "1"}) == Request("GET", "https://h/", {"a": "1"})
    assert Response(200, {"a": "1"}) == Response(200, [("a", "1")])
    with pytest.raises(AttributeError):
        Request("GET", "https://h/").method = "PUT"  # type: ignore[misc]


# What policies name


@pytest.mark.parametrize("text", ["GET", "PROPFIND", "M-SEARCH", "*"])
def test_a_method_is_one_word_in_capitals(text: str) -> None:
    assert check_method(text) == text


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param(
            "get", "`get` is in small letters: methods compare by case; write `GET`", id="lower"
        ),
        pytest.param("", "(nothing) is not a method: it is not one word; write `GET`", id="empty"),
        pytest.param(
            "GET,PUT", "`GET,PUT` is not a method: it is not one word; write `GET`", id="a list"
        ),
    ],
)
def test_what_is_no_method_is_a_fault(text: str, message: str) -> None:
    with pytest.raises(Fault) as caught:
        check_method(text)

    assert str(caught.value) == message


def test_a_field_name_is_taken_in_lower_case() -> None:
    assert check_field_name("X-Api-Key") == "x-api-key"


@pytest.mark.parametrize("text", ["", "x y", "x:", "é", "x\n"])
def test_what_is_no_field_name_is_a_fault(text: str) -> None:
    with pytest.raises(Fault, match="is not a field name: it is not one word"):
        check_field_name(text)


# Properties


@given(st.text(max_size=60), st.none() | st.text(max_size=20))
def test_a_url_is_split_or_it_is_a_fault(text: str, host: str | None) -> None:
    try:
        url = parse_url(text, host=host)
    except Fault:
        return

    assert url.path.startswith("/")
    assert 0 <= url.port <= 65535
    assert url.host == url.host.lower()
    if url.host:
        assert parse_url(f"{url.origin}{url.path}") == url._replace(query=None)
