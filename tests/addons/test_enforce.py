"""Does the proxy answer as a server that obeys the policy, and touch nothing else?"""

import json

import pytest
from mitmproxy import http
from mitmproxy.exceptions import AddonHalt
from mitmproxy.proxy.layers.http import HttpRequestHeadersHook

APP = ("Origin", "https://app.test")
EVIL = ("Origin", "https://evil.test")
KEY = ("X-Api-Key", "web-demo")


@pytest.fixture
def enforcing(rig):
    rig.use(mode="enforce")
    return rig


def preflight(flow, method: str, origin=APP, *headers):
    asked = ("Access-Control-Request-Method", method)
    return flow("https://api.test/orders", "OPTIONS", [origin, asked, *headers])


@pytest.mark.parametrize(
    ("method", "headers", "status", "reason"),
    [
        pytest.param("GET", [], 401, "authenticate.no-credential", id="no key"),
        pytest.param("DELETE", [KEY], 403, "authorize.missing-scope", id="a scope is missing"),
        pytest.param("PUT", [KEY], 405, "route.method-not-allowed", id="another method"),
    ],
)
def test_what_the_policy_refuses_is_answered_here(
    enforcing, flow, fields, method, headers, status, reason
) -> None:
    made = enforcing.request(flow("https://api.test/orders", method, headers))
    assert made.response is not None
    response = enforcing.respond(made)
    document = json.loads(response.text)
    assert (response.status_code, document["reason"]) == (status, reason)
    assert "summary" not in document
    assert fields(response)["content-type"] == "application/problem+json"
    assert "why403" not in fields(response)
    case = enforcing.chain.journal.find(1)
    assert (case.answered, case.served) == (True, status)


def test_what_the_policy_allows_goes_to_the_server_and_back_untouched(enforcing, flow) -> None:
    made = enforcing.request(flow("https://api.test/orders", headers=[KEY]))
    assert made.response is None
    response = enforcing.respond(made, 200, [("X-Real", "1")])
    assert [name for name, _ in response.headers.items(multi=True)] == ["X-Real", "content-length"]


def test_head_is_refused_without_a_body(rig, flow) -> None:
    rig.policy.write_text("network: {default: deny}\n")
    rig.use(mode="enforce")
    response = rig.exchange(flow(method="HEAD"))
    assert (response.status_code, response.raw_content) == (403, b"")


def test_a_preflight_that_is_granted_is_answered_here(enforcing, flow, fields) -> None:
    asked = ("Access-Control-Request-Headers", "x-api-key")
    response = enforcing.exchange(preflight(flow, "DELETE", APP, asked))
    assert (response.status_code, response.raw_content) == (204, b"")
    sent = fields(response)
    assert sent["access-control-allow-origin"] == "https://app.test"
    assert sent["access-control-allow-methods"] == "DELETE, GET, HEAD, POST"
    assert sent["access-control-allow-headers"] == "x-api-key"
    assert sent["access-control-max-age"] == "60"
    assert "content-length" not in sent


@pytest.mark.parametrize(
    ("made", "reason"),
    [
        pytest.param(("PUT", APP), "cors.method-not-allowed", id="the method"),
        pytest.param(("DELETE", EVIL), "cors.origin-not-allowed", id="the origin"),
        pytest.param(
            ("GET", APP, ("Access-Control-Request-Headers", "x-trace")),
            "cors.header-not-allowed",
            id="a header",
        ),
    ],
)
def test_a_preflight_that_is_not_granted_is_answered_here(enforcing, flow, made, reason) -> None:
    sent = preflight(flow, *made)
    response = enforcing.exchange(sent)
    assert response.status_code == 403
    assert sent.metadata["why403"]["reason"] == reason
    assert "access-control-allow-origin" not in response.headers


def test_a_preflight_whose_refusal_is_the_browsers_is_answered_here_too(rig, flow) -> None:
    rig.policy.write_text("cors: {behaviour: express, origins: [https://app.test]}\n")
    rig.use(mode="enforce")
    response = rig.exchange(preflight(flow, "GET", EVIL))
    assert response.status_code == 204
    assert "access-control-allow-origin" not in response.headers


SERVERS = [
    ("Access-Control-Allow-Origin", "*"),
    ("access-control-expose-headers", "*"),
    ("ACCESS-CONTROL-ALLOW-CREDENTIALS", "true"),
    ("Vary", "Accept-Encoding"),
    ("X-Real", "1"),
]


def test_the_servers_cors_fields_give_way_to_the_policys(enforcing, flow) -> None:
    response = enforcing.exchange(flow(headers=[APP]), 200, SERVERS)
    assert response.headers.fields == (
        (b"Vary", b"Accept-Encoding"),
        (b"X-Real", b"1"),
        (b"content-length", b"4"),
        (b"access-control-allow-origin", b"https://app.test"),
        (b"vary", b"Origin"),
        (b"access-control-expose-headers", b"x-request-id"),
    )


@pytest.mark.parametrize(
    ("servers", "sent"),
    [
        pytest.param([], ["Origin"], id="none was there"),
        pytest.param([("Vary", "Accept, origin")], ["Accept, origin"], id="it was named"),
        pytest.param([("Vary", "*")], ["*"], id="the answer varies with everything"),
    ],
)
def test_what_the_answer_varies_with_is_merged(enforcing, flow, servers, sent) -> None:
    response = enforcing.exchange(flow(headers=[APP]), 200, servers)
    assert response.headers.get_all("vary") == sent


def test_an_origin_that_is_not_admitted_is_served_and_hidden(enforcing, flow) -> None:
    made = enforcing.request(flow(headers=[EVIL]))
    assert made.response is None
    response = enforcing.respond(made, 200, SERVERS)
    assert (response.status_code, response.content) == (200, b"real")
    assert [n for n in response.headers if n.lower().startswith("access-control")] == []


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param([], id="no origin"),
        pytest.param([("Origin", "https://api.test")], id="its own origin"),
        pytest.param([EVIL, ("Sec-Fetch-Mode", "navigate")], id="a navigation"),
    ],
)
def test_what_is_no_cors_request_keeps_the_servers_fields(enforcing, flow, headers) -> None:
    response = enforcing.exchange(flow(headers=headers), 200, SERVERS)
    assert response.headers.fields[:-1] == tuple((n.encode(), v.encode()) for n, v in SERVERS)


def test_quotas_are_told_and_enforced(enforcing, flow, fields) -> None:
    url = "https://api.test/limited"
    first = fields(enforcing.exchange(flow(url), 200, [("RateLimit", "of the server")]))
    assert first["ratelimit-policy"] == '"client";q=2;w=3600'
    assert first["ratelimit"].startswith('"client";r=1;')
    enforcing.exchange(flow(url))
    refused = enforcing.exchange(flow(url))
    assert refused.status_code == 429
    assert int(refused.headers["retry-after"]) > 0


def test_a_websocket_is_opened_or_refused(enforcing, flow) -> None:
    upgrade = [("Upgrade", "websocket"), ("Connection", "Upgrade"), EVIL]
    opened = enforcing.request(flow(headers=upgrade))
    assert opened.response is None
    assert enforcing.respond(opened, 101, SERVERS).headers["x-real"] == "1"
    assert enforcing.exchange(flow("https://api.test/orders", headers=upgrade)).status_code == 401


def test_what_another_addon_answered_stays_so(enforcing, flow) -> None:
    made = flow("https://api.test/orders", headers=[EVIL])
    made.response = http.Response.make(204, b"", {"Access-Control-Allow-Origin": "*"})
    response = enforcing.exchange(made)
    assert response.status_code == 204
    assert response.headers["access-control-allow-origin"] == "*"
    assert made.metadata["why403"]["status"] == 401


def test_an_answer_that_another_addon_takes_away_comes_back(enforcing, flow) -> None:
    class Thief:
        def requestheaders(self, flow: http.HTTPFlow) -> None:
            flow.response = None

    enforcing.manager.add(Thief())
    assert enforcing.exchange(flow("https://api.test/orders")).status_code == 401


def test_server_replay_does_not_replace_a_refusal(enforcing, flow) -> None:
    class ServerPlayback:
        flowmap = {"one": "flow"}  # noqa: RUF012 - as mitmproxy's own

        def request(self, flow: http.HTTPFlow) -> None:
            flow.response = http.Response.make(200, b"recorded")

    enforcing.manager.add(ServerPlayback())
    assert enforcing.exchange(flow("https://api.test/orders")).status_code == 401
    assert enforcing.exchange(flow()).content == b"recorded"
    assert enforcing.chain.simulate._cases == {}


def test_without_server_replay_later_addons_see_the_request(enforcing, flow) -> None:
    seen = []

    class Later:
        def request(self, flow: http.HTTPFlow) -> None:
            seen.append(flow.response.status_code)

    enforcing.manager.add(Later())
    enforcing.request(flow("https://api.test/orders"))
    assert seen == [401]


@pytest.mark.parametrize(
    ("limit", "version", "headers", "streamed"),
    [
        pytest.param(None, "HTTP/1.1", [("Content-Length", "9")], False, id="nothing is streamed"),
        pytest.param("8", "HTTP/1.1", [("Content-Length", "9")], True, id="larger than the limit"),
        pytest.param("9", "HTTP/1.1", [("Content-Length", "9")], False, id="not larger"),
        pytest.param("9", "HTTP/1.1", [], False, id="no body"),
        pytest.param("9", "HTTP/1.1", [("Transfer-Encoding", "chunked")], True, id="chunked"),
        pytest.param("9", "HTTP/2.0", [], True, id="HTTP/2: a body may come"),
        pytest.param("9", "HTTP/2.0", [("content-length", "1")], False, id="HTTP/2: a short one"),
        pytest.param("9", "HTTP/1.1", [("Content-Length", "x")], True, id="no length at all"),
    ],
)
def test_a_refused_body_that_may_be_streamed_goes_to_the_sink(
    enforcing, flow, limit, version, headers, streamed
) -> None:
    enforcing.options.update(stream_large_bodies=limit)
    made = flow("https://api.test/orders", "POST", [KEY, EVIL, *headers], version=version)
    made.request.headers["x-api-key"] = "unknown"

    class AfterHooks:  # what the proxy core sees after the hooks
        def update(self, flows: list[http.HTTPFlow]) -> None:
            self.seen = (made.response is None, made.request.host == "127.0.0.1")

    core = AfterHooks()
    enforcing.manager.add(core)
    enforcing.request(made)
    assert core.seen == (streamed, streamed)
    assert bool(made.request.stream) is streamed


def test_an_allowed_body_that_is_streamed_goes_its_way(enforcing, flow) -> None:
    enforcing.options.update(stream_large_bodies="1")
    made = flow("https://api.test/orders", "POST", [KEY, ("Content-Length", "9")])
    made.request.stream = True
    enforcing.request(made)
    assert (made.request.host, made.response) == ("api.test", None)


def test_an_addon_that_streams_later_does_not_let_the_request_pass(enforcing, flow) -> None:
    class Streamer:
        def requestheaders(self, flow: http.HTTPFlow) -> None:
            flow.request.stream = True

    enforcing.manager.add(Streamer())
    made = enforcing.request(flow("https://api.test/orders", "POST", [("Content-Length", "9")]))
    assert (made.request.host, made.response) == ("127.0.0.1", None)


def test_a_request_in_the_sink_is_not_mapped_elsewhere_and_comes_back(enforcing, flow) -> None:
    class Mapper:
        def request(self, flow: http.HTTPFlow) -> None:
            flow.request.url = "https://elsewhere.test/"

    enforcing.manager.add(Mapper())
    made = flow("https://api.test/orders", "POST", [("Content-Length", "9"), ("X-A", "1")])
    made.request.stream = True
    before = made.request.copy().get_state()
    enforcing.request(made)
    assert made.request.host == "127.0.0.1"
    assert "x-a" not in made.request.headers
    made.response = http.Response.make(401)
    enforcing.respond(made)
    assert made.request.get_state() == before


def test_a_request_in_the_sink_that_breaks_off_comes_back_too(enforcing, flow) -> None:
    made = flow("https://api.test/orders", "POST", [("Content-Length", "9")])
    made.request.stream = True
    enforcing.request(made)
    enforcing.fail(made)
    assert made.request.pretty_url == "https://api.test/orders"
    assert enforcing.chain.enforce._sink._answers == {}


def test_the_hook_itself_halts_for_a_request_in_the_sink(enforcing, flow) -> None:
    made = flow("https://api.test/orders", "POST", [("Content-Length", "9")])
    made.request.stream = True
    enforcing.run(HttpRequestHeadersHook(made))
    with pytest.raises(AddonHalt):
        enforcing.chain.enforce.request(made)


@pytest.mark.parametrize("mode", ["observe", "annotate"])
def test_the_other_modes_refuse_nothing(rig, flow, mode: str) -> None:
    rig.use(mode=mode)
    for made in (flow("https://api.test/orders"), preflight(flow, "PUT")):
        assert rig.request(made).response is None
