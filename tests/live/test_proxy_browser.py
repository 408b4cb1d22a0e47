"""What do a page, its console and the network panel see of a policy that a proxy enforces?"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

import addons
from live.harness.certs import Authority
from live.harness.chromium import Chromium, require_chromium
from live.harness.proxy import Mitmdump
from live.harness.servers import (
    PlainServer,
    ReceivedRequest,
    Reply,
    TlsServer,
    accept_websocket,
)

pytestmark = [pytest.mark.browser, pytest.mark.proxy]

SCRIPT = Path(addons.__file__).with_name("why403.py")
POLICY = """\
hosts: [{host}]
cors:
  origins: ["https://app.test:*"]
  methods: [DELETE]
  headers: [x-api-key]
errors: {{cors_fields: {shown}}}
roles: {{reader: [orders:read]}}
keys: [{{id: web, key: web-demo, roles: [reader]}}]
routes:
  - {{path: /open, methods: [GET], public: true}}
  - {{path: /socket, methods: [GET], public: true}}
  - {{path: /inside, methods: [GET], public: true, network: {{default: deny}}}}
  - {{path: /orders, methods: [GET], scopes: [orders:read]}}
  - {{path: /orders, methods: [DELETE], scopes: [orders:write]}}
"""
GENEROUS = [
    ("Access-Control-Allow-Origin", "*"),
    ("Access-Control-Allow-Methods", "*"),
    ("Access-Control-Allow-Headers", "*"),
    ("Content-Type", "text/plain"),
    ("Server-Timing", "db;dur=5"),
]
KEY = {"headers": {"x-api-key": "web-demo"}}


def api(request: ReceivedRequest) -> Reply:
    """A server that admits everybody: whatever is refused, the proxy refuses."""
    if request.path.startswith(("/socket", "/closed-socket")):
        return accept_websocket(request)
    return Reply(200, GENEROUS, b"real")


def app(_: ReceivedRequest) -> Reply:
    return Reply(200, [("Content-Type", "text/html")], b"<!doctype html><title>app</title>")


@dataclass(frozen=True, slots=True)
class World:
    app: TlsServer
    api: TlsServer
    enforcing: Mitmdump
    explaining: Mitmdump
    annotating: Mitmdump
    browser: Chromium

    def fetch(self, where: str, options: object = None, *, page: str = "app.test", via: str = ""):
        """Fetch from a page of its own; the page (still open) and what its script saw."""
        host, slash, path = where.partition("/")
        opened = self.browser.open(self.app.origin(page) + "/", proxy=via or None)
        url = json.dumps(self.api.origin(host) + slash + path)
        seen = opened.evaluate(
            f"fetch({url}, {json.dumps(options or {})})"
            ".then(r => r.text().then(t => [r.status, t]), e => [0, String(e)])"
        )
        return opened, seen


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    require_chromium()
    folder = tmp_path_factory.mktemp("policies")
    policies = []
    # Errors of api.test carry no CORS fields, those of loud.test do.
    for host, shown in (("api.test", "false"), ("loud.test", "true")):
        file = folder / f"{host}.yaml"
        file.write_text(POLICY.format(host=host, shown=shown))
        policies.append(str(file))
    names = ("app.test", "evil.test", "api.test", "loud.test")
    with Authority() as authority:
        certificate = authority.issue(*names)

        def proxy(mode: str, explain: bool, confdir: Path | None = None) -> Mitmdump:
            return Mitmdump(
                scripts=[SCRIPT],
                hosts=dict.fromkeys(names),
                upstream_ca=authority.ca_file,
                confdir=confdir,
                options={
                    "why403_policy": policies,
                    "why403_mode": mode,
                    "why403_explain_body": explain,
                },
            )

        with (
            TlsServer(app, certificate) as pages,
            TlsServer(api, certificate, http2=True) as server,
            proxy("enforce", False) as enforcing,
            proxy("enforce", True, enforcing.confdir) as explaining,
            proxy("annotate", False, enforcing.confdir) as annotating,
            Chromium(proxy=enforcing.address, spki=[enforcing.spki]) as browser,
        ):
            yield World(pages, server, enforcing, explaining, annotating, browser)
            for one in (enforcing, explaining, annotating):
                assert one.problems == []


NOTHING = "No 'Access-Control-Allow-Origin' header is present on the requested resource."
PREFLIGHT = "Response to preflight request doesn't pass access control check: " + NOTHING


@pytest.mark.parametrize(
    ("path", "options", "status", "reason"),
    [
        pytest.param("/inside", None, 403, "network.not-allowed", id="by network"),
        pytest.param("/orders", None, 401, "authenticate.no-credential", id="without a key"),
        pytest.param(
            "/orders",
            {"headers": {"x-api-key": "nope"}},
            401,
            "authenticate.unknown-key",
            id="by key",
        ),
        pytest.param(
            "/orders", {"method": "DELETE", **KEY}, 403, "authorize.missing-scope", id="by scope"
        ),
    ],
)
def test_a_page_reads_a_refusal_only_if_it_carries_cors_fields(
    world: World, path: str, options: object, status: int, reason: str
) -> None:
    world.api.clear()
    page, seen = world.fetch(f"api.test{path}", options)
    with page:
        assert seen == [0, "TypeError: Failed to fetch"]
        assert page.wait_for_console("blocked by CORS policy").text.endswith(NOTHING)
        method = (options or {}).get("method", "GET") if isinstance(options, dict) else "GET"
        request = page.wait_for_request(path, method=method)
        assert (request.raw_status, request.cors_error) == (status, "MissingAllowOriginHeader")
    world.enforcing.wait_for_line(rf"why403: {method} https://api\.test:\d+{path} .*{reason}")

    page, (told, body) = world.fetch(f"loud.test{path}", options)
    with page:
        assert (told, json.loads(body)["reason"]) == (status, reason)
    assert world.api.received == []


def test_a_preflight_that_is_not_granted_ends_the_request(world: World) -> None:
    world.api.clear()
    for host in ("api.test", "loud.test"):
        page, seen = world.fetch(f"{host}/open", {"headers": {"x-trace": "1"}})
        with page:
            assert seen == [0, "TypeError: Failed to fetch"]
            assert page.wait_for_console("blocked by CORS policy").text.endswith(PREFLIGHT)
            preflight = page.wait_for_request("/open", method="OPTIONS")
            assert preflight.raw_status == 403
            request = page.wait_for_request("/open", method="GET")
            assert request.cors_error == "PreflightMissingAllowOriginHeader"
    world.enforcing.wait_for_line(r"cors\.header-not-allowed.*`x-trace`")
    assert world.api.received == []


def test_an_origin_that_is_not_admitted_is_served_and_hidden(world: World) -> None:
    world.api.clear()
    page, seen = world.fetch("loud.test/open", page="evil.test")
    with page:
        assert seen == [0, "TypeError: Failed to fetch"]
        assert page.wait_for_console("blocked by CORS policy").text.endswith(NOTHING)
        assert page.wait_for_request("/open").raw_status == 200
    assert [request.path for request in world.api.received] == ["/open"]


def test_what_the_policy_allows_is_read(world: World) -> None:
    world.api.clear()
    page, seen = world.fetch("api.test/orders", KEY)
    with page:
        assert seen == [200, "real"]
        granted = page.wait_for_request("/orders", method="OPTIONS")
        assert granted.status == 204
        allowed = page.wait_for_request("/orders", method="GET").header(
            "access-control-allow-origin"
        )
        assert allowed == world.app.origin("app.test")
    # The proxy answered the preflight: only the request itself came.
    assert [(r.method, r.path) for r in world.api.received] == [("GET", "/orders")]


def test_the_explanation_stands_where_the_page_can_read_it(world: World) -> None:
    via = world.explaining.address
    page, (status, body) = world.fetch("loud.test/orders", via=via)
    with page:
        document = json.loads(body)
        assert (status, document["reason"]) == (401, "authenticate.no-credential")
        assert document["summary"]
        assert page.wait_for_request("/orders").header("why403").startswith("refused; reason=")


def test_a_navigation_is_explained_by_a_page(world: World) -> None:
    with world.browser.new_page(proxy=world.explaining.address) as page:
        assert page.navigate(world.api.origin("api.test") + "/orders") is None
        assert page.evaluate("document.querySelector('h1').innerText") == "401 Unauthorized"
        assert "no-credential" in page.evaluate("document.body.innerText")
        assert page.wait_for_request("/orders").raw_status == 401


def test_annotations_show_in_the_network_panel(world: World) -> None:
    via = world.annotating.address
    page, seen = world.fetch("api.test/inside", via=via)
    with page:
        # The policy refuses, and the real server's answer comes through all the same.
        assert seen == [200, "real"]
        request = page.wait_for_request("/inside")
        assert request.header("why403").startswith('refused; reason="network.not-allowed"; rule=')
        assert request.header("server-timing").startswith("db;dur=5\nwhy403;desc=")
    page, _ = world.fetch("api.test/open", via=via)
    with page:
        assert page.wait_for_request("/open").header("why403") == "allowed"


def test_websockets_are_opened_and_refused_whatever_cors_says(world: World) -> None:
    script = """new Promise(done => {
        const socket = new WebSocket(%s);
        socket.onopen = () => socket.send('hi');
        socket.onmessage = event => { done(event.data); socket.close(); };
        socket.onerror = () => done('error');
    })"""
    base = world.api.origin("api.test").replace("https:", "wss:")
    with world.browser.open(world.app.origin("evil.test") + "/") as page:
        assert page.evaluate(script % json.dumps(f"{base}/socket")) == "hi"
        assert page.evaluate(script % json.dumps(f"{base}/closed-socket")) == "error"
        assert page.wait_for_request("/closed-socket").raw_status == 404
    assert "evil.test" not in "".join(line for line in world.enforcing.lines if "socket" in line)


def test_behind_a_reverse_proxy_a_page_is_of_its_own_servers_origin(tmp_path: Path) -> None:
    require_chromium()
    policy = tmp_path / "shop.yaml"
    policy.write_text("cors: {origins: [https://elsewhere.test]}\n")

    def serve(request: ReceivedRequest) -> Reply:
        return app(request) if request.method == "GET" else Reply(200, (), b"real")

    with (
        PlainServer(serve) as server,
        Mitmdump(
            scripts=[SCRIPT],
            mode=f"reverse:{server.origin()}",
            options={"why403_policy": str(policy), "why403_mode": "annotate"},
        ) as proxy,
        Chromium() as browser,
        browser.open(f"http://{proxy.address}/") as page,
    ):
        # To the server, Origin and Host differ: mitmproxy has replaced Host by the target's.
        assert page.evaluate("fetch('/x', {method: 'POST'}).then(r => r.text())") == "real"
        assert page.wait_for_request("/x").header("why403") == "allowed"
        received = server.wait_for_request("/x")
        assert received.header("origin") == f"http://{proxy.address}"
        assert received.host == server.address
