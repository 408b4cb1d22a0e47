"""What the findings add up to, and how it is told."""

from __future__ import annotations

import pytest
from telling import decide, finding

from simulator import Outcome, Party, Reason, Request, Usage, evaluate, load_policy
from simulator.decision import Finding

SHOP = """
network: {deny: [192.0.2.0/24]}
cors: {origins: ["https://shop.example"], methods: [DELETE]}
keys: [{id: web, key: secret-1, networks: [10.0.0.0/8]}]
routes: [{path: /a, methods: [GET]}, {path: /open, public: true}]
rate_limits: [{per: client, quota: 1/day}]
"""
KEY = {"x-api-key": "secret-1"}
EVIL = {"origin": "https://evil.example"}


def reason(text: str) -> Reason:
    return Reason("a.b", 403, Party.SERVER, "", text, "", (), ())


# One finding


@pytest.mark.parametrize(
    ("text", "values", "expected"),
    [
        pytest.param("a {x} b", {"x": "c"}, "a c b", id="a value"),
        pytest.param("{x}", {"x": ("a", "b")}, "`a`, `b`", id="several values"),
        pytest.param("{x}", {"x": ()}, "none", id="no values"),
        pytest.param("{x}", {"x": 3}, "3", id="a number"),
        pytest.param("{x}", {"x": "a\nb\x1b[31m"}, "a\\x0ab\\x1b[31m", id="control characters"),
        pytest.param("{x}", {"x": "{y}"}, "{y}", id="braces within a value"),
        pytest.param(
            "{x}", {"x": "a" * 500}, f"{'a' * 100}… (500 characters)", id="a very long value"
        ),
    ],
)
def test_a_finding_is_a_sentence(text: str, values: dict[str, object], expected: str) -> None:
    assert Finding("a", Outcome.FAIL, None, values, reason(text)).text == expected


def test_a_finding_without_a_reason_is_its_note() -> None:
    assert Finding("a", Outcome.SKIP, note="why").text == "why"


# What they add up to


def test_nothing_against_it_is_allowed() -> None:
    decision = decide(SHOP, url="https://api.example/a", headers=KEY)

    assert (decision.allowed, decision.status, decision.reason) == (True, 200, None)
    assert (decision.blocked_by, decision.deciding, decision.failures) == (None, None, ())


def test_the_first_failure_decides_and_all_are_told() -> None:
    decision = decide(SHOP, url="https://api.example/b", client="192.0.2.1")

    assert decision.reason == "network.denied"
    assert decision.codes == ("network.denied", "route.not-found", "authenticate.no-credential")
    assert (decision.allowed, decision.status, decision.blocked_by) == (False, 403, "server")


def test_what_the_browser_hides_was_served() -> None:
    decision = decide(SHOP, url="https://api.example/a", headers={**KEY, **EVIL})

    assert (decision.allowed, decision.status) == (False, 200)
    assert (decision.blocked_by, decision.reason) == ("browser", "cors.origin-not-allowed")


def test_the_status_is_that_of_the_servers_first_refusal() -> None:
    decision = decide(SHOP, url="https://api.example/b", headers={**KEY, **EVIL})

    assert decision.codes == ("cors.origin-not-allowed", "route.not-found")
    assert (decision.blocked_by, decision.status) == ("browser", 404)
    assert decision.refusal is finding(decision, "route")


def test_a_policy_may_map_a_code_to_another_status() -> None:
    policy = SHOP + "errors: {statuses: {authenticate.no-credential: 403}}\n"

    assert decide(policy, url="https://api.example/a").status == 403


def test_what_one_check_cannot_tell_is_not_known() -> None:
    decision = decide(SHOP, url="https://api.example/open", client="")

    assert decision.allowed is None
    assert [f.check for f in decision.unknowns] == ["network"]
    assert decision.summary == (
        "not known: the client's address is not known, and the rules are about addresses"
    )


def test_what_one_check_cannot_tell_another_one_may_refuse() -> None:
    decision = decide(SHOP, url="https://api.example/b", client="")

    assert decision.allowed is False
    assert [f.check for f in decision.unknowns] == ["network"]
    assert decision.reason == "route.not-found"


def test_a_preflight_has_the_status_of_the_answer() -> None:
    announced = {"origin": "https://shop.example", "access-control-request-method": "DELETE"}
    decision = decide(SHOP, "OPTIONS", "https://api.example/a", announced)

    assert (decision.allowed, decision.status, decision.preflight) == (True, 204, True)
    assert decision.summary == "the browser would go on to send the request"


# Response fields


def test_an_allowed_request_gets_the_fields_of_all_that_passed() -> None:
    decision = decide(
        SHOP, url="https://api.example/a", headers={**KEY, "origin": "https://shop.example"}
    )

    assert [name for name, _ in decision.headers] == [
        "access-control-allow-origin", "vary", "ratelimit-policy", "ratelimit",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("errors", "names"),
    [
        pytest.param("{}", ["www-authenticate"], id="only its own"),
        pytest.param(
            "{cors_fields: true}",
            ["www-authenticate", "access-control-allow-origin", "vary"],
            id="and those of CORS where errors carry them",
        ),
    ],
)
def test_a_refusal_has_fields(errors: str, names: list[str]) -> None:
    decision = decide(
        f"{SHOP}errors: {errors}\n",
        url="https://api.example/a",
        headers={"origin": "https://shop.example"},
    )

    assert [name for name, _ in decision.headers] == names


@pytest.mark.parametrize(
    ("policy", "carried"),
    [
        pytest.param("cors: {behaviour: starlette, origins: ['*']}", True, id="as the family does"),
        pytest.param(
            "cors: {behaviour: starlette, origins: ['*']}\nerrors: {cors_fields: false}", False,
            id="not where the policy says no",
        ),
        pytest.param("cors: {behaviour: aiohttp-cors, origins: ['*']}", False,
            id="not on this status, with some"),
        pytest.param("cors: {origins: ['*']}", False, id="not by default"),
        pytest.param(
            "cors: {behaviour: starlette, origins: ['*']}\n"
            "order: [route, network, cors, authenticate, authorize, rate_limit]", False,
            id="not where it is refused ahead of the layer that adds them",
        ),
    ],
)  # fmt: skip
def test_an_error_carries_cors_fields(policy: str, carried: bool) -> None:
    decision = decide(
        f"{policy}\nroutes: [{{path: /a}}]",
        url="https://api.example/b",
        headers={"origin": "https://shop.example"},
    )

    assert decision.status == 404
    assert bool(decision.headers) is carried
    assert decision.hidden is not carried


def test_an_origin_that_is_sent_may_be_anothers() -> None:
    decision = decide(
        "{cors: {behaviour: kong, origins: ['https://shop.example']}, routes: [{path: /a}], "
        "errors: {cors_fields: true}, "
        "order: [route, cors, network, authenticate, authorize, rate_limit]}",
        url="https://api.example/b",
        headers=EVIL,
    )

    assert decision.blocked_by == "server"
    assert decision.hidden


@pytest.mark.parametrize(
    ("errors", "headers", "url", "page"),
    [
        pytest.param("{}", KEY, "/a", "", id="nobody, where no page asks"),
        pytest.param(
            "{}",
            {**KEY, "origin": "https://shop.example"},
            "/a",
            "the page can read the 200",
            id="the answer",
        ),
        pytest.param(
            "{}",
            {**KEY, **EVIL},
            "/a",
            "the page sees only `Failed to fetch`, not the 200",
            id="nothing of an answer that the browser hides",
        ),
        pytest.param(
            "{}",
            {"origin": "https://shop.example"},
            "/a",
            "the page sees only `Failed to fetch`, not the 401: the error carries no CORS fields",
            id="nothing of an error without CORS fields",
        ),
        pytest.param(
            "{cors_fields: true}",
            {"origin": "https://shop.example"},
            "/a",
            "the page can read the 401",
            id="an error with CORS fields",
        ),
        pytest.param(
            "{}",
            {"origin": "https://shop.example", "access-control-request-method": "DELETE"},
            "/a",
            "the browser goes on to send the request",
            id="the next request, after a preflight",
        ),
        pytest.param(
            "{}",
            {"origin": "https://shop.example", "access-control-request-method": "PUT"},
            "/a",
            "the browser sends no more than the preflight; the page sees `Failed to fetch`",
            id="nothing, after a refused preflight",
        ),
    ],
)
def test_the_page_sees(errors: str, headers: dict[str, str], url: str, page: str) -> None:
    method = "OPTIONS" if "access-control-request-method" in headers else "GET"
    decision = decide(f"{SHOP}errors: {errors}\n", method, f"https://api.example{url}", headers)

    assert decision.page == page
    assert decision.hidden == ("Failed to fetch" in page)


# Quotas, places, and the repr


@pytest.mark.parametrize(
    ("url", "headers", "spends"),
    [
        pytest.param("/a", KEY, True, id="is counted if it got as far"),
        pytest.param(
            "/a", {**KEY, **EVIL}, True, id="is counted though a browser hides the answer"
        ),
        pytest.param("/a", {}, False, id="is not counted if it was refused before"),
    ],
)
def test_a_request(url: str, headers: dict[str, str], spends: bool) -> None:
    assert bool(decide(SHOP, url=f"https://api.example{url}", headers=headers).spends) is spends


def test_a_request_that_is_over_its_quota_is_not_counted() -> None:
    policy, usage = load_policy(SHOP), Usage()
    request = Request("GET", "https://api.example/a", KEY, client="10.0.0.1")
    usage.record(evaluate(policy, request, usage))
    before = dict(usage.arrivals)
    refused = evaluate(policy, request, usage)
    usage.record(refused)

    assert refused.codes == ("rate-limit.exceeded",)
    assert (refused.spends, usage.arrivals) == ((), before)


def test_spans_name_file_and_line_of_every_rule_in_the_trace() -> None:
    decision = decide(SHOP, url="https://api.example/a", headers=KEY)

    assert {path: str(span) for path, span in decision.spans.items()} == {
        "network": "p.yaml:2", "routes/0": "p.yaml:5", "keys/0": "p.yaml:4",
        "rate_limits/0": "p.yaml:6",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("url", "headers", "client", "expected"),
    [
        pytest.param("/a", KEY, "10.0.0.1", "<Decision: allowed 200>", id="an allowed one"),
        pytest.param("/open", {}, "", "<Decision: not known 200>", id="one that is not known"),
        pytest.param(
            "/a",
            KEY,
            "192.0.2.1",
            "<Decision: refused 403 network.denied: the address 192.0.2.1 is denied by "
            "`192.0.2.0/24` (and 1 more would refuse) (p.yaml:2)>",
            id="a refused one, with its place",
        ),
    ],
)
def test_a_decision_explains_itself(
    url: str, headers: dict[str, str], client: str, expected: str
) -> None:
    decision = decide(SHOP, url=f"https://api.example{url}", headers=headers, client=client)

    assert repr(decision) == expected
    assert str(decision) == expected


def test_near_misses_are_of_failures_only() -> None:
    decision = decide(SHOP, url="https://api.example/a/", headers=KEY)

    assert decision.near(finding(decision, "network")) == ()
    assert [near.text for near in decision.near(finding(decision, "route"))] == [
        "did you mean `GET /a`? there is a slash too many at the end"
    ]
