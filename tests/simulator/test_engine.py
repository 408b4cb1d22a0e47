"""Does the engine give the verdict that the policy means, every time, and nothing else?"""

from __future__ import annotations

import itertools
import json
from typing import Any

import pytest
from hypothesis import given, note, settings
from hypothesis import strategies as st
from oracle import Found, Ledger, judge
from strategies import NOON, blocks, policies, requests

from simulator import (
    Decision,
    Fault,
    Policy,
    Request,
    Usage,
    answer,
    evaluate,
    load_policy,
)
from simulator.render.headers import decision_fields
from simulator.render.record import decision_record


def load(policy: dict[str, Any]) -> Policy:
    return load_policy(json.dumps(policy, indent=1, ensure_ascii=False), name="p.yaml")


def as_found(decision: Decision) -> list[Found]:
    """The trace in the oracle's terms."""
    return [
        Found(
            finding.check,
            str(finding.outcome),
            finding.reason.code if finding.reason else None,
            finding.rule,
            str(finding.party) if finding.reason else "server",
            finding.status,
        )
        for finding in decision.trace
    ]


def told(decision: Decision) -> tuple[Any, ...]:
    """Everything that is said of a decision."""
    return (
        decision.allowed,
        decision.status,
        decision.reason,
        decision.blocked_by and str(decision.blocked_by),
        decision.codes,
        decision.deciding.rule if decision.deciding else None,
    )


# The engine against the oracle


@st.composite
def sequences(draw: Any, most: int = 5) -> tuple[dict[str, Any], list[Request]]:
    """A policy, and requests in the order of their times."""
    policy = draw(policies())
    found = draw(st.lists(requests(policy), min_size=1, max_size=most))
    if policy.get("rate_limits"):
        if draw(st.booleans()):
            found = found[:1] * len(found)  # a client that will not stop
        steps = st.sampled_from([0, 0, 0.25, 0.5, 1, 4.75, 5, 10, 60])
        times = itertools.accumulate([draw(steps) for _ in found], initial=NOON)
        found = [
            Request(r.method, r.url, r.headers, client=r.client, at=at)
            for r, at in zip(found, times, strict=False)
        ]
    return policy, sorted(found, key=lambda request: request.at)


@settings(max_examples=400)
@given(sequences())
def test_the_engine_decides_as_the_policy_means(
    asked: tuple[dict[str, Any], list[Request]],
) -> None:
    policy, found = asked
    note(json.dumps(policy))
    compiled, usage, ledger = load(policy), Usage(), Ledger()
    for request in found:
        note(f"{request!r} {request.url} {request.headers.fields} at={request.at}")
        expected = judge(policy, request, ledger)
        decision = evaluate(compiled, request, usage)
        assert as_found(decision) == expected.trace
        assert told(decision) == (
            expected.allowed,
            expected.status,
            expected.reason,
            expected.blocked_by,
            expected.codes,
            expected.rule,
        )
        usage.record(decision)
        ledger.count(expected, request.at)


# Laws


@settings(max_examples=60)
@given(sequences())
def test_the_same_question_gets_the_same_answer_and_leaves_no_trace(
    asked: tuple[dict[str, Any], list[Request]],
) -> None:
    policy, found = asked
    compiled, usage = load(policy), Usage()
    for request in found:
        before = dict(usage.arrivals)
        first = evaluate(compiled, request, usage)
        assert (str(first), first.headers) == (repr(first), first.headers)
        again = evaluate(compiled, request, usage)
        assert (first.trace, told(first)) == (again.trace, told(again))
        assert usage.arrivals == before
        usage.record(first)


@st.composite
def questions(draw: Any) -> tuple[dict[str, Any], Request]:
    """A policy and one request."""
    policy = draw(policies())
    return policy, draw(requests(policy))


@settings(max_examples=80)
@given(questions(), st.randoms(use_true_random=False))
def test_the_order_in_which_things_are_listed_does_not_change_the_verdict(
    asked: tuple[dict[str, Any], Request], random: Any
) -> None:
    policy, request = asked
    for route in policy.get("routes", ()):
        # Of two routes whose hosts both mean the request's, the first listed is taken.
        route.pop("hosts", None)
    policy["routes"] = without_doubles(policy.get("routes", []))
    before = told(evaluate(load(policy), request))
    shuffled = json.loads(json.dumps(policy))
    places = [shuffled.get("routes"), shuffled.get("keys"), shuffled.get("trusted_proxies")]
    sections = [shuffled, *shuffled.get("routes", ())]
    for section in sections:
        # Ordered `rules` are asked in order, and credentials are looked for in order: not these.
        places += [section.get("network", {}).get(name) for name in ("allow", "deny")]
        places += [section.get("cors", {}).get(name) for name in ("origins", "methods", "headers")]
        places += [section.get(name) for name in ("scopes", "methods")]
    for key in shuffled.get("keys", ()):
        places += [key.get(name) for name in ("roles", "scopes", "networks", "origins")]
    for place in places:
        random.shuffle(place or [])
    assert told(evaluate(load(shuffled), request))[:5] == before[:5]


def without_doubles(routes: list[dict[str, Any]]) -> list[dict[str, Any]]:
    seen: set[tuple[str, str]] = set()
    kept = []
    for route in routes:
        path = route["path"].replace("{page}", "{}").replace("{id}", "{}")
        taken = {(path, method) for method in route.get("methods", ["*"])}
        if not taken & seen:
            kept.append(route)
        seen |= taken
    return kept


@settings(max_examples=80)
@given(questions(), blocks(), st.sampled_from(["deny", "allow"]), st.integers(0, 3))
def test_a_deny_more_admits_nobody_and_an_allow_more_refuses_nobody(
    asked: tuple[dict[str, Any], Request], block: str, action: str, place: int
) -> None:
    policy, request = asked
    network = policy.setdefault("network", {})
    before = evaluate(load(policy), request).trace
    if network.get("rules"):
        network["rules"].insert(place, {action: block})
    else:
        network.setdefault(action, []).insert(place, block)
    after = evaluate(load(policy), request).trace
    outcomes = {found.check: str(found.outcome) for found in after}
    was = {found.check: str(found.outcome) for found in before}
    wrong = "pass" if action == "deny" else "fail"
    assert not (outcomes["network"] == wrong and was["network"] not in (wrong, "skip"))
    assert {name: out for name, out in outcomes.items() if name != "network"} == {
        name: out for name, out in was.items() if name != "network"
    }


@settings(max_examples=60)
@given(questions())
def test_no_check_changes_what_another_one_says(asked: tuple[dict[str, Any], Request]) -> None:
    policy, request = asked
    policy.pop("order", None)
    usual = evaluate(load(policy), request)
    policy["order"] = ["rate_limit", "authorize", "authenticate", "route", "network", "cors"]
    turned = evaluate(load(policy), request)
    if not usual.preflight:
        assert sorted(usual.trace, key=lambda f: f.check) == sorted(
            turned.trace, key=lambda f: f.check
        )


# Secrets

# The tilde keeps them from being a word of some message by chance.
secrets = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\u2028\u2029"),
    min_size=8,
    max_size=30,
).map(lambda text: f"~{text.strip()}~")


def near_misses(secret: str) -> list[str]:
    """What people send instead of a key."""
    return [
        secret,
        secret[:-1],
        secret[1:],
        f"{secret}x",
        f'"{secret}"',
        f"{secret},{secret}",
        f"Bearer {secret}",
        secret.swapcase(),
        secret[1] + secret[0] + secret[2:],
    ]


@settings(max_examples=40)
@given(secrets, st.integers(0, 8), st.sampled_from(["deny", "allow"]))
def test_no_view_of_a_decision_holds_a_secret(secret: str, which: int, default: str) -> None:
    keys = [
        {"id": "web", "key": secret, "expires": "2026-01-01"},
        {"id": "spare", "key": "another-secret", "scopes": ["a"], "networks": ["10.0.0.0/8"]},
    ]
    policy = load(
        {
            "network": {"default": default},
            "keys": keys,
            "credentials": [{"header": "x-api-key"}, "bearer", "basic", {"query": "k"}],
            "routes": [{"path": "/a", "scopes": ["b"]}],
        }
    )
    sent = near_misses(secret)[which]
    for headers in (
        {"x-api-key": sent},
        {"authorization": f"Bearer {sent}"},
        {"authorization": sent},
        {"authorization": f"Token {sent}"},
        {"x-token": sent},
        {"cookie": f"session={sent}"},
    ):
        request = Request("GET", f"https://h/a?k={'' if 'x' in headers else 'z'}", headers)
        decision = evaluate(policy, request)
        record = decision_record(policy, request, decision)
        shown = json.dumps(record, ensure_ascii=False) + repr(decision) + repr(request)
        shown += repr(policy) + repr(decision_fields(decision)) + str(answer_of(policy, request))
        shown += "".join(str(near) for f in decision.trace for near in decision.near(f))
        shown += str(policy.keys) + str(decision.facts.credential)
        assert secret not in shown
        assert json.dumps(secret)[1:-1] not in shown
        assert repr(secret)[1:-1] not in shown


def answer_of(policy: Policy, request: Request) -> Any:
    response = answer(policy, request, evaluate(policy, request))
    return response.headers.fields, response.body


# Robustness

HARD = load(
    {
        "hosts": ["api.example"],
        "trusted_proxies": ["0.0.0.0/0", "::/0"],
        "network": {"allow": ["10.0.0.0/8"], "default": "deny"},
        "cors": {"origins": ["https://*.shop.example:*", "https://a.example"], "headers": ["*"]},
        "credentials": ["basic", "bearer", {"header": "x"}, {"query": "k"}, {"cookie": "c"}],
        "keys": [
            {"id": "a", "key": "secret-secret", "origins": ["https://a.example"]},
            {"id": "b", "sha256": "0" * 64, "networks": ["2001:db8::/32"]},
        ],
        "base_paths": ["/v1"],
        "routes": [
            {"path": "/{a}.{b}", "methods": ["GET"], "scopes": ["x"]},
            {"path": "/orders/{id}", "hosts": ["*.example"], "public": True},
            {"path": "/v2/x-{a}-{b}", "rate_limits": [{"per": "route", "quota": "1/day"}]},
        ],
        "rate_limits": [{"per": "client", "quota": "1/second"}],
        "errors": {"style": "html", "cors_fields": True},
    }
)
FORWARDED = load({"trusted_proxies": ["all"], "forwarded_field": "forwarded", "network": {}})

names = st.sampled_from(
    ["origin", "authorization", "cookie", "x", "forwarded", "x-forwarded-for", "host",
     "access-control-request-method", "access-control-request-headers", "connection"]
) | st.text(max_size=8)  # fmt: skip
any_text = st.text(st.characters(codec=None), max_size=40)
urls = st.builds(
    "{}://{}{}{}".format,
    st.sampled_from(["https", "http", "HTTP", "wss", "ftp", ""]),
    st.sampled_from(["h", "api.example", "[::1]", "[::1]:8", "u:p@h", "é", "a..b", "h:99999"])
    | any_text,
    st.sampled_from(["", "/", "//", "/%2e", "/v1/%2e%2e/", "/v1//x", "/v1/a.b", "/v1/%", "/%zz?"]),
    any_text,
) | any_text.map(lambda text: f"/{text}")


def everything(policy: Policy, request: Request) -> Decision:
    """Every view of the decision, for what it may raise."""
    usage = Usage()
    decision = evaluate(policy, request, usage)
    usage.record(decision)
    again = evaluate(policy, request, usage)
    for one in (decision, again):
        assert repr(one).isprintable()
        assert len(one.summary) < 3000
        assert json.dumps(decision_record(policy, request, one))
        for name, value in decision_fields(one):
            assert f"{name}: {value}".isascii()
    return decision


@settings(max_examples=150)
@given(
    method=st.sampled_from(["GET", "OPTIONS"]) | any_text,
    url=urls,
    headers=st.lists(
        st.tuples(names, any_text | st.sampled_from(["Basic é", "Bearer \ud800", "Basic Og=="])),
        max_size=6,
    ),
    client=st.sampled_from(["10.0.0.1", "::1", "", "unix:"]) | any_text,
    at=st.floats() | st.integers(-(10**20), 10**20),
)
def test_no_request_that_can_be_made_makes_it_raise(
    method: str, url: str, headers: list[tuple[str, str]], client: str, at: float
) -> None:
    try:
        request = Request(method, url, headers, client=client, at=at)
    except Fault:
        return
    everything(HARD, request)
    everything(FORWARDED, request)


ESCAPE = "\x1b]0;gotcha\x07" + "x" * 10_000


@pytest.mark.parametrize(
    ("policy", "url", "headers"),
    [
        pytest.param(
            {"network": {"default": "deny"}},
            "https://h/",
            {"x-forwarded-for": ESCAPE},
            id="a forwarded entry that is not believed",
        ),
        pytest.param(
            {"network": {"default": "deny"}, "trusted_proxies": ["all"]},
            "https://h/",
            {"x-forwarded-for": ESCAPE},
            id="a forwarded entry that is no address",
        ),
        pytest.param(
            {"routes": [{"path": "/orders/{id}"}]},
            f"https://h/Orders/{ESCAPE}",
            {},
            id="a path",
        ),
        pytest.param(
            {"cors": {"origins": ["https://shop.example"]}},
            "https://h/",
            {"origin": f"{ESCAPE}://shop.example"},
            id="the scheme of an origin",
        ),
        pytest.param(
            {"cors": {"origins": ["https://shop.example"]}},
            "https://h/",
            {"origin": f"https://shop.example:{ESCAPE}"},
            id="the port of an origin",
        ),
        pytest.param(
            {"keys": [{"id": "a", "key": "secret-1"}]},
            "https://h/",
            {ESCAPE: "secret-1"},
            id="the name of a field",
        ),
        pytest.param(
            {"keys": [{"id": "a", "key": "secret-1"}]},
            f"https://h/?{ESCAPE}=secret-1",
            {},
            id="the name of a parameter",
        ),
        pytest.param({"routes": [{"path": "/a"}]}, f"https://h/{ESCAPE}", {}, id="a path not near"),
    ],
)
def test_what_is_told_is_printable_and_short(
    policy: dict[str, Any], url: str, headers: dict[str, str]
) -> None:
    decision = evaluate(load(policy), Request("GET", url, headers, client="10.0.0.1"))
    told_of = [decision.summary, repr(decision)]
    for finding in decision.trace:
        told_of += [finding.text, *(near.text for near in decision.near(finding))]

    assert decision.failures
    assert [ascii(text) for text in told_of if not text.isprintable()] == []
    assert max(len(text) for text in told_of) < 1000


HUGE = [
    pytest.param(
        Request("GET", "https://api.example/v1/a.b", [(f"x-{n}", "y") for n in range(10_000)]),
        "authenticate.no-credential",
        id="ten thousand fields",
    ),
    pytest.param(
        Request("GET", "https://api.example/v1/" + "a" * 1_000_000),
        "route.not-found",
        id="a path of a megabyte",
    ),
    pytest.param(
        Request("GET", "https://api.example/v1/" + "a/" * 500_000),
        "route.not-found",
        id="half a million segments",
    ),
    pytest.param(
        Request("GET", "https://api.example/v1/v2/x-" + "-" * 1_000_000),
        "authenticate.no-credential",
        id="a megabyte where a pattern is matched",
    ),
    pytest.param(
        Request("GET", "https://api.example/v1/" + "%2e%2e/" * 100_000 + "v1/a.b"),
        "authenticate.no-credential",
        id="a hundred thousand encoded dot segments",
    ),
    pytest.param(
        Request("GET", "https://api.example/v1/a.b?" + "k=&" * 300_000),
        "authenticate.malformed",
        id="a query of three hundred thousand parameters",
    ),
    pytest.param(
        Request("GET", "https://h/", {"x-forwarded-for": ", ".join(["10.0.0.1"] * 100_000)}),
        "route.not-found",
        id="a hundred thousand proxies",
    ),
    pytest.param(
        Request("GET", "https://h/v1/a.b", {"authorization": "Basic " + "A" * 1_000_000}),
        "authenticate.malformed",
        id="a megabyte of base64",
    ),
    pytest.param(
        Request(
            "GET", "https://h/v1/a.b", {"origin": "https://" + "a." * 100_000 + "shop.example"}
        ),
        "cors.origin-not-allowed",
        id="an origin of a hundred thousand labels",
    ),
    pytest.param(
        Request(
            "OPTIONS",
            "https://h/v1/a.b",
            {
                "origin": "https://a.example",
                "access-control-request-method": "GET",
                "access-control-request-headers": ",".join(f"x-{n}" for n in range(100_000)),
            },
        ),
        None,
        id="a preflight for a hundred thousand fields",
    ),
]


@pytest.mark.parametrize(("request_", "reason"), HUGE)
def test_a_huge_request_is_judged_like_a_small_one(request_: Request, reason: str | None) -> None:
    small = Request(
        request_.method, request_.url, request_.headers, client="10.0.0.1", at=request_.at
    )
    decision = everything(HARD, small)

    assert decision.reason == reason


# Order and preflights

ORDERED = {
    "cors": {"origins": ["https://shop.example"], "methods": ["DELETE"]},
    "keys": [{"id": "web", "key": "secret-1"}],
    "routes": [{"path": "/a", "methods": ["DELETE"]}, {"path": "/b"}],
    "network": {"deny": ["192.0.2.0/24"]},
    "rate_limits": [{"per": "client", "quota": "1/day"}],
}


def preflight(path: str = "/a", *, origin: str = "https://shop.example") -> Request:
    return Request(
        "OPTIONS",
        f"https://api.example{path}",
        {"origin": origin, "access-control-request-method": "DELETE"},
        client="10.0.0.1",
    )


@pytest.mark.parametrize(
    ("order", "codes", "skipped"),
    [
        pytest.param(
            ["network", "cors", "route", "authenticate", "authorize", "rate_limit"],
            (),
            ["route", "authenticate", "authorize", "rate_limit"],
            id="cors answers a preflight, and what comes after is not reached",
        ),
        pytest.param(
            ["network", "authenticate", "cors", "route", "authorize", "rate_limit"],
            ("authenticate.no-credential",),
            ["route", "authorize", "rate_limit"],
            id="authenticate ahead of cors refuses it: no preflight carries credentials",
        ),
        pytest.param(
            ["network", "route", "cors", "authenticate", "authorize", "rate_limit"],
            ("route.method-not-allowed",),
            ["authenticate", "authorize", "rate_limit"],
            id="route ahead of cors wants OPTIONS among the methods",
        ),
    ],
)
def test_the_checks_ahead_of_cors_judge_a_preflight(
    order: list[str], codes: tuple[str, ...], skipped: list[str]
) -> None:
    decision = evaluate(load({**ORDERED, "order": order}), preflight())

    assert decision.codes == codes
    assert [
        finding.check
        for finding in decision.trace
        if finding.note == "`cors` answers the preflight"
    ] == skipped


def test_every_check_is_asked_though_the_first_refuses() -> None:
    decision = evaluate(
        load(ORDERED),
        Request(
            "GET", "https://api.example/a", {"origin": "https://evil.example"}, client="192.0.2.1"
        ),
    )

    assert decision.codes == (
        "network.denied",
        "cors.origin-not-allowed",
        "route.method-not-allowed",
        "authenticate.no-credential",
    )
    assert [finding.check for finding in decision.trace] == [
        "network", "cors", "route", "authenticate", "authorize", "rate_limit",
    ]  # fmt: skip


def test_judging_spends_nothing_and_recording_does() -> None:
    policy, usage = load({"rate_limits": [{"per": "client", "quota": "1/day"}]}), Usage()
    request = Request("GET", "https://h/", client="10.0.0.1")

    assert evaluate(policy, request, usage).allowed
    assert evaluate(policy, request, usage).allowed
    usage.record(evaluate(policy, request, usage))
    assert evaluate(policy, request, usage).reason == "rate-limit.exceeded"
