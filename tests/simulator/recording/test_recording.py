"""Which cases does traffic make, and do they hold at once?"""

from __future__ import annotations

import json

import strategies
from hypothesis import given, settings
from hypothesis import strategies as st
from traffic import NOON, READ, SHOP, exchange, keyed

from simulator import answer, evaluate, load_policy
from simulator.cases import read_cases, run_case
from simulator.recording import Exchange, Recording, record, write_cases

POLICY = load_policy("""
hosts: [api.shop.example]
keys:
  - {id: web, key: web-secret, scopes: [a]}
  - {id: old, sha256: 20f3cc5b7e6d3c2ce7ee2f6d1b5f2f2cda3b0e8c7d9b0f1a2b3c4d5e6f708192}
routes:
  - {path: "/orders/{id}", methods: [GET], scopes: [a]}
  - path: /search
    public: true
    rate_limits: [{per: client, quota: 3/minute}]
""")


def names(recording: Recording) -> list[object]:
    return [case["name"] for case in recording.cases]


def test_what_no_check_tells_apart_is_recorded_once() -> None:
    recording = record(
        [keyed("GET /orders/7", "web-secret"), keyed("GET /orders/8?x=1", "web-secret")], POLICY
    )

    assert names(recording) == ["GET /orders/7 with key web is allowed"]
    assert (recording.requests, recording.merged) == (2, 1)
    assert recording.cases[0] == {
        "name": "GET /orders/7 with key web is allowed",
        "request": {"url": "https://api.shop.example/orders/7", "key": "web"},
        "at": "2026-03-02T12:00:00Z",
        "expect": {"status": 200, "allowed": True},
    }


def test_what_a_cases_file_asks_already_is_not_added_again() -> None:
    existing = read_cases(
        "cases: [{name: mine, request: {url: 'https://api.shop.example/orders/1', key: web},"
        " expect: {allowed: true}}]"
    )

    recording = record(
        [keyed("GET /orders/7", "web-secret"), exchange("GET /orders/7", 401)],
        POLICY,
        existing=existing,
        now=NOON,
    )

    assert names(recording) == ["GET /orders/7 is refused (authenticate.no-credential)"]
    assert (recording.merged, recording.drifts) == (1, ())


def test_a_case_that_expects_otherwise_is_told() -> None:
    existing = read_cases(
        "cases: [{name: mine, request: {url: 'https://api.shop.example/orders/1', key: web},"
        " expect: {reason: network.denied}}]"
    )

    recording = record(
        [keyed("GET /orders/7", "web-secret")._replace(place="p")], POLICY, existing=existing
    )

    assert recording.cases == ()
    assert recording.drifts == (
        "p: GET /orders/7: the case `mine` expects something else of such a request",
    )


def test_a_used_up_quota_says_how_often_it_was_asked() -> None:
    recording = record([exchange("GET /search", 429, client="192.0.2.7")], POLICY)

    (case,) = recording.cases
    assert case["name"] == "GET /search 4 times is refused (rate-limit.exceeded)"
    assert (case["repeat"], case["client"]) == (4, "192.0.2.7")
    assert recording.drifts == ()


def test_a_quota_that_the_policy_does_not_have_is_drift() -> None:
    recording = record([keyed("GET /orders/7", "web-secret", 429)], POLICY)

    assert "the server refused it (429); the policy: it is let in" in recording.drifts[0]


def test_hosts_that_the_policy_does_not_judge_are_counted() -> None:
    recording = record(
        [exchange("GET https://cdn.example/x"), exchange("GET https://cdn.example/y")], POLICY
    )

    assert (recording.cases, recording.elsewhere) == ((), (("cdn.example", 2),))


def test_without_a_policy_the_answers_speak() -> None:
    recording = record(
        [keyed("GET /a", "s3cret"), keyed("GET /b", "s3cret", 403), exchange("GET /c", 500)]
    )

    assert names(recording) == [
        "GET /a with credential made-up-1 is allowed",
        "GET /b with credential made-up-1 is refused",
    ]
    assert (recording.unsaid, recording.made_up) == (1, 2)
    assert "s3cret" not in write_cases(recording.cases, source="x")


def test_a_key_that_would_make_another_request_of_it_is_left_out() -> None:
    policy = load_policy("""
cors: {origins: [https://shop.example]}
credentials: [{cookie: session}, bearer]
keys: [{id: web, key: web-secret}]
""")
    headers = {"Origin": SHOP, "Authorization": "Bearer web-secret"}

    recording = record([exchange("GET /a", 200, headers, READ)], policy)

    assert recording.cases == ()
    assert "left out, since without its secret it is judged otherwise" in recording.notes[0]


@st.composite
def recordings(draw: strategies.Draw) -> tuple[str, list[Exchange]]:
    """A policy, and what a server that obeys it answers to requests that nearly fit it."""
    written = draw(strategies.policies())
    policy = load_policy(json.dumps(written))
    found = []
    for number in range(draw(st.integers(1, 8))):
        request = draw(strategies.requests(written))
        response = answer(policy, request, evaluate(policy, request))
        found.append(Exchange(request, response, str(number)))
    return json.dumps(written), found


@settings(max_examples=25)
@given(recordings())
def test_what_a_server_answers_that_obeys_the_policy_holds_at_once(
    given: tuple[str, list[Exchange]],
) -> None:
    text, exchanges = given
    policy = load_policy(text)

    recording = record(exchanges, policy)

    assert recording.drifts == ()
    left_out = sum("left out" in note for note in recording.notes)
    assert len(recording.cases) + recording.merged + left_out == len(exchanges)
    written = write_cases(recording.cases, source="traffic")
    cases = read_cases(written)
    assert [run_case(policy, case).wrong for case in cases.cases] == [()] * len(cases.cases)
    assert [secret for secret in strategies.SECRETS if secret in written] == []
    assert record(exchanges, policy, existing=cases).cases == ()
