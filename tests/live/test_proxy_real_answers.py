"""What do a page and its console see of a real server's answers, and what does why403 say of them?

No policy, or one that only stands beside: the server itself refuses, forgets its CORS fields or
gets them wrong. A page in Chromium asks through the proxy in each mode.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

import addons
from live.harness.certs import Authority
from live.harness.chromium import Chromium, require_chromium
from live.harness.proxy import Mitmdump
from live.harness.servers import ReceivedRequest, Reply, TlsServer

pytestmark = [pytest.mark.browser, pytest.mark.proxy]

SCRIPT = Path(addons.__file__).with_name("why403.py")
APP = "app.test"
API = "api.test"
POLICY = """\
hosts: [api.test]
cors:
  origins: ["https://app.test:*"]
  methods: [PUT]
  headers: [x-a]
"""


def api(request: ReceivedRequest) -> Reply:
    """A server that makes the everyday mistakes, one a path."""
    origin = request.header("origin") or ""
    preflight = request.method == "OPTIONS"
    allowed = ("Access-Control-Allow-Origin", origin)
    lists = [("Access-Control-Allow-Methods", "PUT"), ("Access-Control-Allow-Headers", "x-a")]
    match request.path:
        case "/hidden-403":
            return Reply(403, [("Content-Type", "text/plain")], b"the true reason")
        case "/slash":
            return Reply(200, [("Access-Control-Allow-Origin", f"{origin}/")], b"x")
        case "/twice":
            return Reply(200, [allowed, ("Access-Control-Allow-Origin", "*")], b"x")
        case "/star":
            return Reply(200, [("Access-Control-Allow-Origin", "*")], b"x")
        case "/auth-first" if preflight:
            return Reply(401, [("WWW-Authenticate", "Bearer")], b"no")
        case "/redirects" if preflight:
            return Reply(307, [("Location", "/elsewhere")], b"")
        case "/no-route" if preflight:
            return Reply(404, [], b"")
        case "/not-ok" if preflight:
            return Reply(400, [allowed, *lists], b"Disallowed CORS method")
        case "/silent" if preflight:
            return Reply(403, [], b"")
        case "/later" if preflight:
            return Reply(204, [allowed, *lists])
        case "/later":
            return Reply(500, [], b"boom")
    return Reply(200, [allowed], b"real")


def app(_: ReceivedRequest) -> Reply:
    return Reply(200, [("Content-Type", "text/html")], b"<!doctype html><title>app</title>")


@dataclass(frozen=True, slots=True)
class World:
    app: TlsServer
    api: TlsServer
    proxies: dict[str, Mitmdump]
    browser: Chromium

    def fetch(self, path: str, options: object = None, *, mode: str):
        """Fetch from a page of its own; the page (still open) and what its script saw."""
        page = self.browser.open(self.app.origin(APP) + "/", proxy=self.proxies[mode].address)
        url = json.dumps(self.api.origin(API) + path)
        seen = page.evaluate(
            f"fetch({url}, {json.dumps(options or {})})"
            ".then(r => r.text().then(t => [r.status, t]), e => [0, String(e)])"
        )
        return page, seen


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    require_chromium()
    file = tmp_path_factory.mktemp("policies") / "api.yaml"
    file.write_text(POLICY)
    with Authority() as authority:
        certificate = authority.issue(APP, API)

        def proxy(mode: str, policy: Path | None = None, confdir: Path | None = None) -> Mitmdump:
            options = {"why403_mode": mode}
            if policy is not None:
                options["why403_policy"] = str(policy)
            return Mitmdump(
                scripts=[SCRIPT],
                hosts=dict.fromkeys((APP, API)),
                upstream_ca=authority.ca_file,
                confdir=confdir,
                options=options,
            )

        with (
            TlsServer(app, certificate) as pages,
            TlsServer(api, certificate) as server,
            proxy("annotate") as annotating,
            proxy("unmask", None, annotating.confdir) as unmasking,
            proxy("browser-message", None, annotating.confdir) as speaking,
            proxy("browser-message", file, annotating.confdir) as judging,
            proxy("simulate", file, annotating.confdir) as simulating,
            Chromium(proxy=annotating.address, spki=[annotating.spki]) as browser,
        ):
            proxies = {
                "annotate": annotating,
                "unmask": unmasking,
                "browser-message": speaking,
                "browser-message, by policy": judging,
                "simulate": simulating,
            }
            yield World(pages, server, proxies, browser)
            for one in proxies.values():
                assert one.problems == []


PUT = {"method": "PUT"}


@pytest.mark.parametrize(
    ("path", "options", "code", "words", "chromium"),
    [
        pytest.param(
            "/hidden-403", None, "cors.error-without-fields", "the server answered 403 without",
            "MissingAllowOriginHeader", id="an error without fields",
        ),
        pytest.param(
            "/slash", None, "cors.origin-not-allowed", "it ends in a slash",
            "AllowOriginMismatch", id="a slash",
        ),
        pytest.param(
            "/twice", None, "cors.multiple-origins", "two layers add it",
            "MultipleAllowOriginValues", id="two layers",
        ),
        pytest.param(
            "/auth-first", PUT, "cors.preflight-unauthenticated", "401",
            "PreflightMissingAllowOriginHeader", id="authentication ahead of CORS",
        ),
        pytest.param(
            "/redirects", PUT, "cors.preflight-redirected", "/elsewhere",
            "PreflightDisallowedRedirect", id="a redirected preflight",
        ),
        pytest.param(
            "/no-route", PUT, "cors.preflight-unrouted", "404",
            "PreflightMissingAllowOriginHeader", id="no route for OPTIONS",
        ),
        pytest.param(
            "/not-ok", {"method": "DELETE"}, "cors.preflight-not-ok", "400",
            "PreflightInvalidStatus", id="a preflight that is not ok",
        ),
        pytest.param(
            "/later", PUT, "cors.error-without-fields", "its preflight passed",
            "MissingAllowOriginHeader", id="an error after a good preflight",
        ),
    ],
)  # fmt: skip
def test_without_a_policy_what_the_browser_refuses_is_explained(
    world: World, path: str, options: object, code: str, words: str, chromium: str
) -> None:
    page, seen = world.fetch(path, options, mode="annotate")
    with page:
        assert seen == [0, "TypeError: Failed to fetch"]
        method = options["method"] if isinstance(options, dict) else "GET"
        request = page.wait_for_request(path, method=method)
        # The browser's own verdict is ours.
        assert request.cors_error == chromium
        answered = page.wait_for_request(path, method="OPTIONS" if "preflight" in code else method)
        assert f'reason="{code}"' in answered.header("why403")
    line = world.proxies["annotate"].wait_for_line(rf"api\.test:\d+{path} .*{code}").string
    assert words in line
    assert "for the page https://app.test" in line


def test_where_it_turns_on_credentials_both_verdicts_are_given(world: World) -> None:
    page, seen = world.fetch("/star", mode="annotate")
    with page:
        assert seen == [200, "x"]
        told = page.wait_for_request("/star").header("why403")
        assert told.startswith("depends;")
        assert "unless it asked with `credentials: 'include'`" in told
    page, seen = world.fetch("/star", {"credentials": "include"}, mode="annotate")
    with page:
        assert seen == [0, "TypeError: Failed to fetch"]


def test_unmask_lets_the_page_read_the_error_and_nothing_more(world: World) -> None:
    for options in (None, {"credentials": "include"}):
        page, seen = world.fetch("/hidden-403", options, mode="unmask")
        with page:
            assert seen == [403, "the true reason"]
            request = page.wait_for_request("/hidden-403")
            assert "cors.error-without-fields" in request.header("why403")
            assert "access-control-allow-origin" in request.header("why403-changed")
    # What is no error stays hidden, and so does what a preflight refuses.
    for path, options in (("/slash", None), ("/silent", PUT)):
        page, seen = world.fetch(path, options, mode="unmask")
        with page:
            assert seen == [0, "TypeError: Failed to fetch"]


@pytest.mark.parametrize(
    ("mode", "path", "options", "console"),
    [
        pytest.param(
            "browser-message", "/not-ok", {"method": "DELETE"},
            "Method DELETE is not allowed by Access-Control-Allow-Methods in preflight response.",
            id="the server's own lists",
        ),
        pytest.param(
            "browser-message, by policy", "/silent", {"method": "DELETE"},
            "Method DELETE is not allowed by Access-Control-Allow-Methods in preflight response.",
            id="a method, by the policy",
        ),
        pytest.param(
            "browser-message, by policy", "/silent", {"method": "PUT", "headers": {"x-b": "1"}},
            "Request header field x-b is not allowed by Access-Control-Allow-Headers in preflight "
            "response.",
            id="a header, by the policy",
        ),
    ],
)  # fmt: skip
def test_the_browsers_own_console_names_what_is_missing(
    world: World, mode: str, path: str, options: object, console: str
) -> None:
    world.api.clear()

    page, seen = world.fetch(path, options, mode=mode)

    with page:
        assert seen == [0, "TypeError: Failed to fetch"]
        assert page.wait_for_console("blocked by CORS policy").text.endswith(console)
        preflight = page.wait_for_request(path, method="OPTIONS")
        assert preflight.raw_status == 204
        assert preflight.header("why403-changed")
    assert [request.method for request in world.api.received] == ["OPTIONS"]


def test_the_browsers_message_lets_nothing_pass_that_was_refused(world: World) -> None:
    # All that is asked for is granted in the lists: only the status says no, and it stays.
    page, seen = world.fetch("/not-ok", PUT, mode="browser-message")
    with page:
        assert seen == [0, "TypeError: Failed to fetch"]
        assert page.wait_for_request("/not-ok", method="OPTIONS").raw_status == 400


def test_simulate_answers_for_cors_and_leaves_the_rest_to_the_server(world: World) -> None:
    page, seen = world.fetch("/silent", PUT, mode="simulate")
    with page:
        # The policy grants PUT; the server would have refused the preflight.
        assert seen == [200, "real"]
        assert page.wait_for_request("/silent", method="OPTIONS").raw_status == 204
    page, seen = world.fetch("/later", {"method": "DELETE"}, mode="simulate")
    with page:
        # The policy does not grant DELETE.
        assert seen == [0, "TypeError: Failed to fetch"]
    page, seen = world.fetch("/twice", mode="simulate")
    with page:
        assert seen == [200, "x"]
