"""Does the harness show what really happened? One test for each of its pieces."""

import contextlib
import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from live.harness.chromium import Chromium, JavaScriptError, require_chromium
from live.harness.curl import curl
from live.harness.proxy import Mitmdump, MitmdumpEnded
from live.harness.servers import PlainServer, ReceivedRequest, Reply, routes
from live.harness.websocket import websocket_handshake
from live.harness.world import API, HTML, World, open_world

PNG = b"\x89PNG\r\n\x1a\n"


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with open_world() as opened:
        yield opened


@pytest.fixture(scope="module")
def browser(world: World) -> Iterator[Chromium]:
    require_chromium()
    with Chromium(
        proxy=world.proxy.address, spki=[world.proxy.spki, world.authority.spki]
    ) as chromium:
        yield chromium


@pytest.mark.browser
@pytest.mark.proxy
def test_an_allowed_cross_origin_fetch_is_read(world: World, browser: Chromium) -> None:
    with browser.open(world.app.origin("app.test") + "/") as page:
        url = world.api.origin("api.test") + "/open"
        assert page.evaluate(f"fetch('{url}').then(r => r.text())") == "allowed"
        request = page.wait_for_request("/open")
        assert (request.method, request.status, request.raw_status) == ("GET", 200, 200)
        assert request.header("x-mixed-case") == "Kept"
        assert request.request_header("Origin") == world.app.origin("app.test")
        assert request.cors_error is None


@pytest.mark.browser
@pytest.mark.proxy
def test_a_fetch_without_acao_is_blocked_and_explained(world: World, browser: Chromium) -> None:
    with browser.open(world.app.origin("app.test") + "/") as page:
        url = world.api.origin("api.test") + "/closed"
        with pytest.raises(JavaScriptError, match="TypeError: Failed to fetch"):
            page.evaluate(f"fetch('{url}')")
        message = page.wait_for_console("has been blocked by CORS policy")
        assert message.level == "error"
        assert "No 'Access-Control-Allow-Origin' header is present" in message.text
        request = page.wait_for_request("/closed")
        assert request.cors_error == "MissingAllowOriginHeader"
        assert request.error_text == "net::ERR_FAILED"
        assert (request.status, request.raw_status) == (None, 403)
        assert "CorsIssue" in [issue["code"] for issue in page.issues]


@pytest.mark.browser
@pytest.mark.proxy
def test_a_preflight_is_a_request_of_its_own(world: World, browser: Chromium) -> None:
    with browser.open(world.app.origin("app.test") + "/") as page:
        url = world.api.origin("api.test") + "/open?put"
        assert page.evaluate(f"fetch('{url}', {{method: 'PUT'}}).then(r => r.status)") == 200
        preflight = page.wait_for_request("/open?put", method="OPTIONS")
        assert preflight.is_preflight
        assert preflight.status == 204
    received = world.api.wait_for_request("/open?put", method="OPTIONS")
    assert received.header("access-control-request-method") == "PUT"


@pytest.mark.browser
@pytest.mark.proxy
def test_a_challenge_for_a_password_opens_no_dialog(world: World, browser: Chromium) -> None:
    with browser.open(world.app.origin("app.test") + "/password") as page:
        assert page.evaluate("document.body.innerText") == "who are you?"
        assert page.evaluate("fetch('/password').then(r => r.status)") == 401


@pytest.mark.browser
@pytest.mark.proxy
def test_a_frame_of_another_site_is_recorded_too(world: World, browser: Chromium) -> None:
    frame = world.api.origin("api.test") + "/closed"
    with browser.open(f"{world.app.origin('app.test')}/frame?{frame}") as page:
        page.wait_for_console("status of 403")
        assert [r.status for r in page.requests if r.url == frame] == [403]


@pytest.mark.browser
@pytest.mark.proxy
def test_each_hop_of_a_redirect_is_recorded(world: World, browser: Chromium) -> None:
    with browser.new_page() as page:
        assert page.navigate(world.api.origin("api.test") + "/moved") is None
        hops = [r for r in page.requests if r.resource_type == "Document"]
        assert [(r.status, r.raw_status) for r in hops] == [(302, 302), (200, 200)]


@pytest.mark.browser
@pytest.mark.proxy
def test_a_page_sends_the_headers_it_was_given(world: World, browser: Chromium) -> None:
    with browser.new_page() as page:
        page.set_extra_headers({"X-From-Test": "yes"})
        page.navigate(world.app.origin("app.test") + "/?extra")
    assert world.app.wait_for_request("/?extra").header("x-from-test") == "yes"


@pytest.mark.browser
@pytest.mark.proxy
def test_a_page_can_have_a_proxy_of_its_own(world: World, browser: Chromium) -> None:
    address = "127.0.0.1:1"  # nobody listens there
    with browser.new_page(proxy=address) as page:
        error = page.navigate(world.app.origin("app.test") + "/")
        assert error == "net::ERR_PROXY_CONNECTION_FAILED"


@pytest.mark.browser
@pytest.mark.proxy
def test_unmapped_names_do_not_leave_the_machine(world: World, browser: Chromium) -> None:
    with browser.new_page() as page:
        page.navigate("http://elsewhere.example/")
        assert page.wait_for_request("elsewhere.example").status == 502
    world.proxy.wait_for_line("elsewhere.example is not mapped to loopback")


@pytest.mark.browser
@pytest.mark.proxy
def test_the_console_and_predicates_are_seen(world: World, browser: Chromium) -> None:
    with browser.open(world.app.origin("app.test") + "/") as page:
        page.evaluate("setTimeout(() => {console.warn('late', 7); window.ready = 'now'}, 100)")
        assert page.wait_for("window.ready", timeout=5) == "now"
        message = page.wait_for_console("^late 7$")
        assert (message.level, message.source) == ("warning", "console-api")
        with pytest.raises(TimeoutError, match="it stayed falsy"):
            page.wait_for("window.never", timeout=0.2)


@pytest.mark.browser
@pytest.mark.proxy
def test_a_screenshot_is_a_png_of_the_size(world: World, browser: Chromium, tmp_path: Path) -> None:
    with browser.open(world.app.origin("app.test") + "/") as page:
        data = page.screenshot(tmp_path / "page.png", 640, 360).read_bytes()
    assert data.startswith(PNG)
    assert (int.from_bytes(data[16:20]), int.from_bytes(data[20:24])) == (640, 360)
    assert len(data) > 500


@pytest.mark.browser
@pytest.mark.proxy
def test_the_browser_echoes_and_is_refused_over_websockets(world: World, browser: Chromium) -> None:
    script = """new Promise(done => {
        const socket = new WebSocket(%s);
        socket.onopen = () => socket.send('hi');
        socket.onmessage = event => { done(event.data); socket.close(); };
        socket.onerror = () => done('error');
    })"""
    base = world.api.origin("api.test").replace("https:", "wss:")
    with browser.open(world.app.origin("app.test") + "/") as page:
        assert page.evaluate(script % json.dumps(f"{base}/socket")) == "hi"
        assert page.evaluate(script % json.dumps(f"{base}/no-socket")) == "error"
        assert page.wait_for_request("/socket").status == 101
        assert page.wait_for_request("/no-socket").raw_status == 403
        page.wait_for_console("WebSocket connection to .*/no-socket' failed")


@pytest.mark.browser
def test_the_browser_reaches_mapped_hosts_without_a_proxy() -> None:
    page_reply = Reply(200, HTML, b"<title>direct</title>")
    with (
        PlainServer(routes({"/": page_reply})) as server,
        Chromium(host_rules=("MAP app.test 127.0.0.1",)) as chromium,
        chromium.open(server.origin("app.test") + "/") as page,
    ):
        assert page.evaluate("document.title") == "direct"
        page.navigate("http://other.test/")
        assert page.wait_for_request("other.test").error_text == "net::ERR_NAME_NOT_RESOLVED"
        pid = chromium.pid
    assert not chromium.home.exists()
    assert living_processes(pid) == []


@pytest.mark.proxy
@pytest.mark.parametrize(
    ("http2", "version"),
    [pytest.param(False, "1.1", id="HTTP/1.1"), pytest.param(True, "2", id="HTTP/2")],
)
def test_curl_speaks_both_versions_through_the_proxy(
    world: World, http2: bool, version: str
) -> None:
    url = f"{world.api.origin('api.test')}/large?{version}"
    result = curl(url, proxy=world.proxy.address, ca=world.proxy.ca_file, http2=http2)
    assert (result.exit_code, result.stderr) == (0, "")
    assert (result.status, result.http_version) == (200, version)
    assert (result.connect_status, len(result.body)) == (200, 300_000)
    assert world.api.wait_for_request(f"/large?{version}").http_version == version


@pytest.mark.parametrize("http2", [False, True], ids=["HTTP/1.1", "HTTP/2"])
def test_curl_reaches_the_server_directly(world: World, http2: bool) -> None:
    result = curl(f"{world.api.origin()}/large", ca=world.authority.ca_file, http2=http2)
    assert (result.status, len(result.body)) == (200, 300_000)


def test_curl_refuses_an_unknown_authority(world: World) -> None:
    assert curl(world.api.origin()).exit_code == 60


@pytest.mark.proxy
def test_a_port_can_be_mapped_to_another(world: World) -> None:
    result = curl("https://api.test/open", proxy=world.proxy.address, ca=world.proxy.ca_file)
    assert result.text == "allowed"


@pytest.mark.proxy
@pytest.mark.parametrize("http2", [False, True], ids=["HTTP/1.1", "HTTP/2"])
def test_an_upload_of_unknown_length_is_recorded(world: World, http2: bool) -> None:
    world.api.clear()
    url = world.api.origin("api.test") + "/upload"
    body = b"0123456789" * 30_000
    options = ("--upload-file", "-", "-H", "X-Order: 1", "-H", "x-order: 2")
    result = curl(
        *options,
        url,
        proxy=world.proxy.address,
        ca=world.proxy.ca_file,
        http2=http2,
        stdin=body,
    )
    assert result.text == "300000"
    received = world.api.received[0]
    assert (received.method, received.body) == ("PUT", body)
    assert [v for n, v in received.headers if n.lower() == "x-order"] == ["1", "2"]


def test_chunked_bodies_are_read_and_written() -> None:
    with PlainServer(API) as server:
        url = server.origin()
        result = curl("-T", "-", f"{url}/upload", stdin=b"x" * 100_000)
        assert result.text == "100000"
        assert server.received[0].chunked
        assert server.received[0].body_length == 100_000
        stream = curl(f"{url}/stream")
        assert (stream.text, stream.header("transfer-encoding")) == ("one two", "chunked")
        assert curl("-I", f"{url}/large").header("content-length") == "300000"


@pytest.mark.proxy
@pytest.mark.parametrize("scheme", ["ws", "wss"])
def test_a_websocket_handshake_is_accepted_or_refused(world: World, scheme: str) -> None:
    origin = [("Origin", "https://app.test")]
    with PlainServer(API) as plain:
        port = plain.port if scheme == "ws" else world.api.port
        base = f"{scheme}://api.test:{port}"
        through = {"proxy": world.proxy.address, "ca": world.proxy.ca_file}
        accepted = websocket_handshake(f"{base}/socket", headers=origin, message="hi", **through)
        refused = websocket_handshake(f"{base}/no-socket", headers=origin, **through)
    assert (accepted.status, accepted.echoed) == (101, "hi")
    assert (refused.status, refused.body) == (403, b"no sockets for you")


@pytest.mark.proxy
def test_reverse_mode_and_a_shared_authority(world: World) -> None:
    with (
        PlainServer(API) as server,
        Mitmdump(mode=f"reverse:{server.origin()}", confdir=world.proxy.confdir) as proxy,
    ):
        assert curl(f"http://{proxy.address}/closed").status == 403
        assert proxy.spki == world.proxy.spki
        proxy.wait_for_line("/closed")
    assert proxy.exit_code == 0


@pytest.mark.proxy
def test_a_failing_script_is_reported(tmp_path: Path) -> None:
    script = tmp_path / "broken.py"
    script.write_text("raise ValueError('on purpose')\n")
    with pytest.raises(MitmdumpEnded, match="on purpose") as ended, Mitmdump(scripts=[script]):
        pass
    assert ended.value.exit_code == 1


def test_a_server_whose_answer_raises_fails_the_test() -> None:
    def answer(_: ReceivedRequest) -> Reply:
        raise ValueError("on purpose")

    with pytest.raises(AssertionError, match="on purpose"), PlainServer(answer) as server:
        assert curl(server.origin()).status == 500


def test_a_missing_browser_skips_or_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")
    monkeypatch.delenv("WHY403_REQUIRE_ALL", raising=False)
    with pytest.raises(pytest.skip.Exception):
        require_chromium()
    monkeypatch.setenv("WHY403_REQUIRE_ALL", "1")
    with pytest.raises(pytest.fail.Exception):
        require_chromium()


def living_processes(group: int, *, timeout: float = 5) -> list[str]:
    """The states of a process group's members, once those killed have had time to die.

    A zombie is not counted: reaping it is the duty of the process that adopted it.
    """
    deadline = time.monotonic() + timeout
    while (states := _states(group)) and time.monotonic() < deadline:
        time.sleep(0.05)
    return states


def _states(group: int) -> list[str]:
    states = []
    for file in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):  # it ended just now
            state, _, process_group = file.read_text().rpartition(")")[2].split()[:3]
            if int(process_group) == group and state != "Z":
                states.append(state)
    return states
