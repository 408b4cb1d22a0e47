"""Does a real mitmdump refuse, answer and pass on as the policy says, in every version of HTTP?"""

import contextlib
import http.client
import json
import socket
import ssl
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

import addons
from live.harness.certs import Authority
from live.harness.curl import CurlResult, curl
from live.harness.proxy import Mitmdump, OptionValue
from live.harness.servers import PlainServer, TlsServer
from live.harness.websocket import websocket_handshake
from live.harness.world import API

pytestmark = pytest.mark.proxy

SCRIPT = Path(addons.__file__).with_name("why403.py")
POLICY = """\
hosts: [api.test, 127.0.0.1]
cors: {origins: [https://app.test], headers: [x-api-key]}
keys: [{id: web, key: web-demo}]
routes:
  - {path: /open, methods: [GET], public: true}
  - {path: /socket, methods: [GET], public: true}
  - {path: /large, methods: [GET], public: true}
  - {path: /closed, methods: [GET], public: true, network: {default: deny}}
  - {path: /upload, methods: [POST, PUT]}
  - {path: /inside, methods: [GET], public: true, network: {default: deny, allow: [10.0.0.0/8]}}
"""
KEY = ("-H", "X-Api-Key: web-demo")
ORIGIN = ("-H", "Origin: https://app.test")
BODY = b"0123456789" * 100_000
VERSIONS = pytest.mark.parametrize("http2", [False, True], ids=["HTTP/1.1", "HTTP/2"])
# An addon of somebody else, loaded after ours.
STREAMER = "def requestheaders(flow):\n    flow.request.stream = True\n"


@dataclass(frozen=True, slots=True)
class World:
    folder: Path
    authority: Authority
    server: TlsServer
    run: Callable[..., Mitmdump]
    enforcing: Mitmdump
    streaming: Mitmdump
    annotating: Mitmdump

    def curl(self, proxy: Mitmdump, path: str, *args: str, **kwargs: object) -> CurlResult:
        url = self.server.origin("api.test") + path
        options = {"proxy": proxy.address, "ca": proxy.ca_file, "timeout": 60.0, **kwargs}
        return curl(*args, url, **options)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("wire")
    policy = folder / "shop.yaml"
    policy.write_text(POLICY)
    streamer = folder / "streamer.py"
    streamer.write_text(STREAMER)
    with (
        Authority() as authority,
        TlsServer(API, authority.issue("api.test", "127.0.0.1"), http2=True) as server,
    ):

        def run(
            why403_mode: str, *scripts: Path, mode: str = "regular", **options: OptionValue
        ) -> Mitmdump:
            return Mitmdump(
                scripts=[SCRIPT, *scripts],
                mode=mode,
                hosts={"api.test": None},
                upstream_ca=authority.ca_file,
                options={"why403_policy": str(policy), "why403_mode": why403_mode, **options},
            )

        with (
            run("enforce", why403_client_header=True) as enforcing,
            run("enforce", streamer, stream_large_bodies="1") as streaming,
            run("annotate", why403_explain_body=True, stream_large_bodies="100k") as annotating,
        ):
            yield World(folder, authority, server, run, enforcing, streaming, annotating)
            for proxy in (enforcing, streaming, annotating):
                assert proxy.problems == []


@pytest.fixture(autouse=True)
def nothing_received(world: World) -> None:
    world.server.clear()


@VERSIONS
def test_a_refusal_never_reaches_the_server(world: World, http2: bool) -> None:
    result = world.curl(world.enforcing, "/upload", "-d", "x=1", http2=http2)
    assert (result.status, result.http_version) == (401, "2" if http2 else "1.1")
    assert json.loads(result.text)["reason"] == "authenticate.no-credential"
    assert result.header("content-type") == "application/problem+json"
    assert world.server.received == []


@VERSIONS
def test_what_is_allowed_arrives_as_it_was_sent(world: World, http2: bool) -> None:
    options = (*KEY, "-H", "X-Why403-Client: 10.0.0.1", "-T", "-")
    result = world.curl(world.enforcing, "/upload", *options, http2=http2, stdin=BODY)
    assert result.text == str(len(BODY))
    (received,) = world.server.received
    assert received.header("x-api-key") == "web-demo"
    assert received.header("x-why403-client") is None


@VERSIONS
def test_a_preflight_is_answered_without_the_server(world: World, http2: bool) -> None:
    asked = ("-H", "Access-Control-Request-Method: GET", "-X", "OPTIONS")
    result = world.curl(world.enforcing, "/open", *ORIGIN, *asked, http2=http2)
    assert (result.status, result.body) == (204, b"")
    assert result.header("access-control-allow-origin") == "https://app.test"
    assert world.server.received == []


@VERSIONS
def test_the_servers_cors_fields_are_replaced(world: World, http2: bool) -> None:
    allowed = world.curl(world.enforcing, "/open", *ORIGIN, http2=http2)
    assert allowed.header("access-control-allow-origin") == "https://app.test"
    assert allowed.header("access-control-allow-methods") is None
    hidden = world.curl(world.enforcing, "/open", "-H", "Origin: https://evil.test", http2=http2)
    assert (hidden.status, hidden.text) == (200, "allowed")
    assert hidden.header("access-control-allow-origin") is None


def test_the_client_may_be_named_by_a_field(world: World) -> None:
    assert world.curl(world.enforcing, "/inside").status == 403
    named = world.curl(world.enforcing, "/inside", "-H", "X-Why403-Client: 10.0.0.1")
    assert named.status == 404  # the server's own: it has no such path


UPLOADS = pytest.mark.parametrize(
    "args",
    [
        pytest.param(("--data-binary", "@-"), id="of known length"),
        pytest.param(("-T", "-"), id="of unknown length"),
        pytest.param(("--data-binary", "@-", "-H", "Expect: 100-continue"), id="that asks first"),
    ],
)


@UPLOADS
@VERSIONS
@pytest.mark.parametrize("which", ["enforcing", "streaming"])
def test_a_refused_upload_is_answered_and_never_reaches_the_server(
    world: World, which: str, http2: bool, args: tuple[str, ...]
) -> None:
    result = world.curl(getattr(world, which), "/upload", *args, http2=http2, stdin=BODY)
    assert (result.exit_code, result.status) == (0, 401), result.stderr
    assert json.loads(result.text)["reason"] == "authenticate.no-credential"
    assert world.server.received == []


@VERSIONS
def test_refusals_without_a_body_are_answered_while_bodies_are_streamed(
    world: World, http2: bool
) -> None:
    for args, status in (((), 403), (("-I",), 405), (("-X", "OPTIONS"), 405)):
        result = world.curl(world.streaming, "/closed", *args, http2=http2)
        assert (result.exit_code, result.status) == (0, status)
    assert world.server.received == []


@VERSIONS
def test_an_allowed_upload_is_streamed_to_the_server(world: World, http2: bool) -> None:
    result = world.curl(world.streaming, "/upload", *KEY, "-T", "-", http2=http2, stdin=BODY)
    assert result.text == str(len(BODY))
    (received,) = world.server.received
    assert received.body == BODY
    assert received.header("x-why403-sink") is None


def test_refused_and_allowed_uploads_follow_each_other_on_one_connection(world: World) -> None:
    context = ssl.create_default_context(cafile=world.streaming.ca_file)
    connection = http.client.HTTPSConnection(
        "127.0.0.1", world.streaming.port, timeout=60, context=context
    )
    connection.set_tunnel("api.test", world.server.port)
    statuses = []
    with contextlib.closing(connection):
        for key, body in (("", BODY), ("", iter([BODY])), ("web-demo", BODY), ("", BODY)):
            connection.request("POST", "/upload", body, {"x-api-key": key} if key else {})
            with connection.getresponse() as response:
                response.read()
                statuses.append(response.status)
    assert statuses == [401, 401, 200, 401]
    assert [request.body_length for request in world.server.received] == [len(BODY)]


def test_a_client_that_waits_for_100_is_not_left_waiting(world: World) -> None:
    host = f"api.test:{world.server.port}"
    with (
        PlainServer(API) as plain,
        socket.create_connection(("127.0.0.1", world.enforcing.port), timeout=30) as client,
    ):
        host = f"api.test:{plain.port}"
        client.sendall(
            f"POST http://{host}/upload HTTP/1.1\r\nHost: {host}\r\nContent-Length: 5\r\n"
            "Expect: 100-continue\r\n\r\n".encode()
        )
        assert client.recv(1000).startswith(b"HTTP/1.1 100 ")
        client.sendall(b"hello")
        assert client.recv(10_000).startswith(b"HTTP/1.1 401 ")
        assert plain.received == []


@pytest.mark.parametrize("which", ["enforcing", "streaming"])
def test_a_websocket_is_opened_or_refused(world: World, which: str) -> None:
    proxy: Mitmdump = getattr(world, which)
    base = world.server.origin("api.test").replace("https:", "wss:")
    through = {"proxy": proxy.address, "ca": proxy.ca_file, "timeout": 30}
    origin = [("Origin", "https://evil.test")]
    opened = websocket_handshake(f"{base}/socket", message="hi", headers=origin, **through)
    assert (opened.status, opened.echoed) == (101, "hi")
    refused = websocket_handshake(f"{base}/closed", headers=origin, **through)
    assert (refused.status, json.loads(refused.body)["reason"]) == (403, "network.not-allowed")


@VERSIONS
def test_annotations_come_with_the_servers_own_answer(world: World, http2: bool) -> None:
    allowed = world.curl(world.annotating, "/open", *ORIGIN, http2=http2)
    assert (allowed.text, allowed.header("why403")) == ("allowed", "allowed")
    assert allowed.header("access-control-allow-methods") == "PUT"
    streamed = world.curl(world.annotating, "/large", http2=http2)
    assert (len(streamed.body), streamed.header("why403")) == (300_000, "allowed")
    refused = world.curl(world.annotating, "/upload", "-d", "x", http2=http2)
    assert (refused.status, refused.text) == (200, "1")
    assert (refused.header("why403") or "").startswith("refused; ")


@VERSIONS
def test_a_refusal_of_the_server_is_explained_if_the_policy_foretold_it(
    world: World, http2: bool
) -> None:
    foretold = world.curl(world.annotating, "/closed", http2=http2)
    assert foretold.status == 403
    document = json.loads(foretold.text)
    assert document["reason"] == "network.not-allowed"
    assert foretold.header("content-length") == str(len(foretold.body))
    page = world.curl(world.annotating, "/closed", "-H", "Accept: text/html", http2=http2)
    assert page.text.startswith("<!doctype html>")
    unknown = world.curl(world.annotating, "/nowhere", http2=http2)
    assert json.loads(unknown.text)["reason"] == "route.not-found"


def test_in_reverse_mode_policies_see_the_host_that_the_server_sees(world: World) -> None:
    with (
        PlainServer(API) as plain,
        world.run("enforce", mode=f"reverse:{plain.origin()}") as proxy,
        world.run("enforce", mode=f"reverse:{plain.origin()}", keep_host_header=True) as keeping,
    ):
        proxy.wait_for_line(r"keep_host_header=true")
        assert not any("keep_host_header" in line for line in keeping.lines)
        for one, host, status in (
            (proxy, "other.test", 403),  # the server is told 127.0.0.1, which the policy means
            (keeping, "other.test", 403),  # no policy means this host: the server's own 403
            (keeping, "api.test", 403),
        ):
            plain.clear()
            result = curl(f"http://{one.address}/closed", "-H", f"Host: {host}")
            judged = "reason" in result.text
            assert result.status == status
            assert judged is (one is proxy or host == "api.test")
            assert bool(plain.received) is not judged
        own = f"http://{keeping.address}"
        same = curl(f"{own}/open", "-H", f"Origin: {own}")
        assert same.header("access-control-allow-origin") == own  # the server's: same origin


def test_a_refused_upload_does_not_go_to_an_upstream_proxy(world: World) -> None:
    up = world.annotating
    with world.run(
        "enforce", mode=f"upstream:http://{up.address}", stream_large_bodies="1", ssl_insecure=True
    ) as proxy:
        seen = len(up.lines)
        assert world.curl(proxy, "/upload", "-T", "-", stdin=BODY).status == 401
        assert world.curl(proxy, "/upload", *KEY, "-T", "-", stdin=BODY).text == str(len(BODY))
        up.wait_for_line("PUT https://.*/upload")
        asked = [line for line in up.lines[seen:] if "PUT" in line]
    assert len(asked) == 1
    assert proxy.problems == []


def test_whoever_finds_the_port_of_the_sink_gets_nothing(world: World) -> None:
    world.curl(world.streaming, "/upload", "-T", "-", stdin=BODY)
    found = world.streaming.wait_for_line(
        rf"server connect 127\.0\.0\.1:(?!{world.server.port})(\d+)"
    )
    with socket.create_connection(("127.0.0.1", int(found[1])), timeout=30) as stranger:
        stranger.sendall(b"POST / HTTP/1.1\r\nx-why403-sink: guess\r\n\r\n")
        assert stranger.recv(100) == b""
