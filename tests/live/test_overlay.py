"""Does the panel show a page's refused and hidden requests, in real Chromium, in any page?"""

from __future__ import annotations

import gzip
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

import addons
from live.harness.certs import Authority
from live.harness.chromium import Chromium, require_chromium
from live.harness.page import Page
from live.harness.proxy import Mitmdump
from live.harness.servers import ReceivedRequest, Reply, TlsServer

pytestmark = [pytest.mark.browser, pytest.mark.proxy]

SCRIPT = Path(addons.__file__).with_name("why403.py")
FAILING = """\
const api = 'https://api.test:{port}';
const swallow = (promise) => promise.catch(() => {{}});
swallow(fetch(api + '/plain'));
swallow(fetch(api + '/keyed', {{method: 'PUT', headers: {{'x-api-key': 'k'}}}}));
swallow(fetch(api + '/method', {{method: 'DELETE'}}));
swallow(fetch('/own'));
"""
NONCE = "cGFnZQ"
# A page that wants to know what the panel knows, and to have the panel run what it wrote.
HOSTILE = """\
<!doctype html><html><head><script>
const seen = [];
const note = (what) => (...given) => { try { seen.push(what + JSON.stringify(given)); } catch {} };
for (const element of document.querySelectorAll('script')) seen.push(element.outerHTML);
seen.length = document.querySelectorAll('script').length > 1 ? seen.length : 0;
const wrap = (object, name) => {
  const original = object[name];
  object[name] = function (...given) { note(name)(...given); return original.apply(this, given); };
};
wrap(window, 'fetch');
for (const name of ['open', 'send', 'setRequestHeader']) wrap(XMLHttpRequest.prototype, name);
for (const name of ['slice', 'indexOf', 'startsWith', 'split', 'concat'])
  wrap(String.prototype, name);
for (const name of ['map', 'forEach', 'join']) wrap(Array.prototype, name);
wrap(JSON, 'parse');
wrap(Element.prototype, 'attachShadow');
wrap(Element.prototype, 'setAttribute');
wrap(Document.prototype, 'createElement');
wrap(Node.prototype, 'appendChild');
for (const name of ['reason', 'trace', 'entry', 'summary'])
  Object.defineProperty(Object.prototype, name,
    {set(value) { note(name)(value); }, configurable: true});
new MutationObserver((all) => { for (const one of all) for (const node of one.addedNodes)
  seen.push(node.outerHTML || ''); }).observe(document, {childList: true, subtree: true});
window.addEventListener('message', note('message'));
const markup = '<img src=x onerror=window.pwned=1>';
fetch('https://api.test:PORT/' + markup, {headers: {'x-a': markup}}).catch(() => {});
</script></head><body>here"""
SLOW = tuple(b"<p>" + b"x" * 65_536 for _ in range(320))  # 20 MB
# What each page sends, and whether a script can run in it at all.
POLICIES = {
    "none": [],
    "unsafe-inline": ["script-src 'self' 'unsafe-inline'; connect-src *"],
    "self": ["script-src 'self'; connect-src *"],
    "script-src-elem": ["script-src-elem 'self'; connect-src *"],
    "upgrade": ["upgrade-insecure-requests; script-src 'self'"],
    "nonce": [f"script-src 'nonce-{NONCE}'; connect-src https://api.test:*"],
    "trusted-types": [
        f"script-src 'strict-dynamic' 'nonce-{NONCE}'; require-trusted-types-for 'script'; "
        "trusted-types none"
    ],
    "hash": ["script-src 'sha256-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA='; style-src 'none'"],
    "default-none": ["default-src 'none'"],
    "two": ["script-src 'self'", "default-src https:; connect-src 'none'"],
    "sandbox-scripts": ["sandbox allow-scripts; script-src 'self'"],
    "meta": [],
}


def app(request: ReceivedRequest) -> Reply:
    path, _, query = request.path.partition("?")
    name = path.removeprefix("/csp/")
    html = [("Content-Type", "text/html; charset=utf-8")]
    if path == "/own":
        return Reply(403, [("Content-Type", "text/plain")], b"no")
    if path == "/script.js":
        return Reply(
            200,
            [("Content-Type", "text/javascript; charset=utf-8")],
            FAILING.format(port=query).encode(),
        )
    if path == "/refused":
        return Reply(403, html, b"<title>refused</title><h1>Forbidden</h1>")
    if path == "/hostile":
        return Reply(200, html, HOSTILE.replace("PORT", query).encode())
    if path == "/slow":
        return Reply(200, html, chunks=(b"<html><head><title>slow</title>", *SLOW))
    if path == "/utf-16":
        return Reply(200, [("Content-Type", "text/html")], page(query).encode("utf-16"))
    if path == "/shift-jis":
        text = page(query).replace("here", "\u3053\u3053").encode("shift_jis")
        return Reply(200, [("Content-Type", "text/html; charset=Shift_JIS")], text)
    if path == "/cached":
        fields = [*html, ("ETag", '"1"'), ("Cache-Control", "no-cache")]
        if request.header("if-none-match"):
            return Reply(304, fields)
        return Reply(200, fields, page(query).encode())
    if path == "/sandbox":
        return Reply(200, [*html, ("Content-Security-Policy", "sandbox")], b"<title>boxed</title>")
    if path == "/gzip":
        body = gzip.compress(page(query).encode())
        return Reply(200, [*html, ("Content-Encoding", "gzip"), ("ETag", '"1"')], body)
    fields = [("Content-Security-Policy", policy) for policy in POLICIES.get(name, [])]
    meta = ""
    if name == "meta":
        policy = "default-src 'self'; connect-src https://api.test:*"
        meta = f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
    status = 403 if path.startswith("/csp/") else 200
    return Reply(status, [*html, *fields], page(query, meta).encode())


def page(port: str, head: str = "") -> str:
    script = f"<script nonce={NONCE} src='/script.js?{port}'></script>"
    return f"<!doctype html><html><head>{head}<title>app</title>{script}</head><body>here"


def api(request: ReceivedRequest) -> Reply:
    mine = [("Access-Control-Allow-Origin", request.header("origin") or "*")]
    if request.method == "OPTIONS":
        if request.path == "/method":
            return Reply(204, mine)
        return Reply(401, [("WWW-Authenticate", "Bearer")])
    return Reply(200, [("Content-Type", "text/plain")], b"data")


class World(NamedTuple):
    app: TlsServer
    api: TlsServer
    proxy: Mitmdump
    chromium: Chromium

    def url(self, path: str) -> str:
        return f"https://app.test:{self.app.port}{path}?{self.api.port}"


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    require_chromium()
    with Authority() as authority:
        certificate = authority.issue("app.test", "api.test")
        with (
            TlsServer(app, certificate) as pages,
            TlsServer(api, certificate) as data,
            Mitmdump(
                scripts=[SCRIPT],
                options={"why403_overlay": "true", "why403_dashboard": "127.0.0.1:0"},
                hosts={"app.test": None, "api.test": None},
                upstream_ca=authority.ca_file,
            ) as proxy,
            Chromium(spki=[proxy.spki]) as chromium,
        ):
            yield World(pages, data, proxy, chromium)
            assert proxy.problems == []


def panel(page: Page) -> str:
    """The panel's text: the protocol of the developer tools sees into closed shadow roots."""
    root = page.call("DOM.getDocument", {"depth": -1, "pierce": True})["root"]
    found: list[str] = []

    def walk(node: dict[str, Any], inside: bool) -> None:
        inside = inside or "data-why403" in node.get("attributes", ())
        if inside and node["nodeName"] == "#text":
            found.append(node["nodeValue"])
        for child in (*node.get("shadowRoots", ()), *node.get("children", ())):
            walk(child, inside)

    walk(root, inside=False)
    return "\n".join(found)


def wait_for_panel(page: Page, *texts: str, timeout: float = 5) -> str:
    end = time.monotonic() + timeout
    while True:
        shown = panel(page)
        if all(text in shown for text in texts):
            return shown
        assert time.monotonic() < end, f"not all of {texts} in:\n{shown}"
        time.sleep(0.05)


def test_four_requests_that_fail_for_four_reasons_are_all_shown(world: World) -> None:
    with world.chromium.open(world.url("/"), proxy=world.proxy.address) as page:
        shown = wait_for_panel(
            page,
            "4 requests refused or hidden",
            "cors.no-fields",
            "cors.preflight-unauthenticated",
            "cors.method-not-allowed",
            "the server answered 403 Forbidden",
        )

    assert "its preflight was answered 401" in shown
    assert "not the 200" in shown


@pytest.mark.parametrize("name", POLICIES)
def test_the_panel_comes_into_a_page_whatever_its_policy(world: World, name: str) -> None:
    with world.chromium.open(world.url(f"/csp/{name}"), proxy=world.proxy.address) as page:
        # The document itself was refused; what else is depends on what its policy lets run.
        wait_for_panel(page, f"/csp/{name}", "the server answered 403 Forbidden")
        time.sleep(0.3)
        violations = [m.text for m in page.console if "Content Security Policy" in m.text]

    # What the page's policy forbids the page is not what it forbids the panel.
    assert not [text for text in violations if re.search(r" '[^']*__why403__", text)]
    assert not [text for text in violations if "inline script" in text]


def test_a_page_learns_nothing_of_what_the_panel_knows(world: World) -> None:
    with world.chromium.open(world.url("/hostile"), proxy=world.proxy.address) as page:
        shown = wait_for_panel(page, "cors.preflight-unauthenticated")
        seen = page.evaluate("seen.filter((one) => !one.startsWith('fetch')).join('\\n')")
        listed = page.evaluate(
            "performance.getEntriesByType('resource').map((one) => one.name).join('\\n')"
        )
        source = page.evaluate("document.documentElement.outerHTML")
        host = page.evaluate("document.querySelector('[data-why403]').shadowRoot === null")
        pwned = page.evaluate("typeof window.pwned")

    assert "%3Cimg" in shown  # as text
    assert pwned == "undefined"
    assert host is True
    for told in (seen, listed, source):
        assert "preflight-unauthenticated" not in told
        assert "const config" not in told
        assert "x-why403-token" not in told
    assert "why403" not in seen.replace('<div data-why403="" data-at="br"></div>', "")


def test_a_page_cannot_read_without_the_token(world: World) -> None:
    with world.chromium.open(world.url("/"), proxy=world.proxy.address) as page:
        wait_for_panel(page, "refused or hidden")
        statuses = page.evaluate(
            """Promise.all(['', 'guessed'].map((token) => fetch('/__why403__/entries',
            {headers: token ? {'x-why403-token': token} : {}}).then((r) => r.status)))"""
        )
        dashboard = page.evaluate("fetch('/__why403__/api/state').then((r) => r.status)")

    assert statuses == [404, 404]
    assert dashboard == 404


def test_a_page_cannot_ask_the_dashboard(world: World) -> None:
    port = world.proxy.wait_for_line(r"http://127\.0\.0\.1:(\d+)/api/, token (\S+)")[1]
    with world.chromium.open(world.url("/"), proxy=world.proxy.address) as page:
        tried = page.evaluate(
            f"""Promise.all(['http://127.0.0.1:{port}', 'http://why403.test'].map((base) =>
            fetch(base + '/api/clear', {{method: 'POST', mode: 'no-cors', credentials: 'include'}})
            .then((r) => r.type, () => 'failed')))"""
        )
        shown = wait_for_panel(page, "4 requests refused or hidden")

    assert "api/clear" not in shown
    assert set(tried) <= {"failed", "opaque"}


@pytest.mark.parametrize("path", ["/gzip", "/utf-16", "/shift-jis"])
def test_the_encoding_of_a_page_holds(world: World, path: str) -> None:
    with world.chromium.open(world.url(path), proxy=world.proxy.address) as page:
        wait_for_panel(page, "4 requests refused or hidden")
        text = page.evaluate("document.body.innerText.trim()")

    assert text == ("\u3053\u3053" if path == "/shift-jis" else "here")


def test_a_page_that_the_browser_has_already_gets_it_too(world: World) -> None:
    with world.chromium.open(world.url("/cached"), proxy=world.proxy.address) as page:
        wait_for_panel(page, "4 requests refused or hidden")
        page.navigate(world.url("/cached"))
        wait_for_panel(page, "4 requests refused or hidden")


def test_a_page_without_scripts_is_left_alone(world: World) -> None:
    with world.chromium.open(world.url("/sandbox"), proxy=world.proxy.address) as page:
        time.sleep(0.5)

        assert panel(page) == ""


def test_a_large_page_is_shown_as_it_comes(world: World) -> None:
    with world.chromium.open(world.url("/slow"), proxy=world.proxy.address) as page:
        first, last = page.evaluate(
            """(() => { const n = performance.getEntriesByType('navigation')[0];
            return [n.responseStart, n.responseEnd]; })()"""
        )
        count = page.evaluate("document.querySelectorAll('p').length")

    assert count == len(SLOW)
    assert first < last / 2
