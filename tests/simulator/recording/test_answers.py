"""What was observed, and does the policy say the same?"""

from __future__ import annotations

import json

import pytest
from traffic import API, NOON, READ, SHOP, exchange, preflight

from simulator import Request, answer, evaluate, load_policy
from simulator.learning.exchanges import Exchange
from simulator.recording.answers import Expected, expect_decided, expect_observed, observe

PAGE = {"Origin": SHOP}
PROBLEM = {"Content-Type": "application/problem+json"}
ANNOTATED = {"why403": 'refused; reason="network.denied"; by="server"'}


def body(reason: str) -> bytes:
    return json.dumps({"title": "no", "reason": reason}).encode()


@pytest.mark.parametrize(
    ("given", "expect"),
    [
        (exchange("GET /a"), {"status": 200, "allowed": True}),
        (exchange("POST /a", 201), {"allowed": True}),
        (exchange("GET /a", 403), {"status": 403, "allowed": False}),
        (exchange("GET /a", 404), {"status": 404, "allowed": False}),
        (
            exchange("GET /a", 403, {}, ANNOTATED),
            {"reason": "network.denied", "status": 403, "allowed": False},
        ),
        (
            exchange("GET /a", 401, {}, PROBLEM, body=body("authenticate.expired")),
            {"reason": "authenticate.expired", "status": 401, "allowed": False},
        ),
        (
            exchange("GET /a", 401, {}, PROBLEM, body=body("made.up")),
            {"status": 401, "allowed": False},
        ),
        (exchange("GET /a", 401, {}, PROBLEM, body=b"{"), {"status": 401, "allowed": False}),
        # What the policy of a proxy would have said is not what the server did.
        (exchange("GET /a", 200, {}, ANNOTATED), {"status": 200, "allowed": True}),
        (
            exchange("GET /a", 200, PAGE, READ),
            {"status": 200, "page": "reads", "allowed": True},
        ),
        (
            exchange("GET /a", 200, PAGE),
            {"reason": "cors.no-fields", "status": 200, "page": "fails", "allowed": False},
        ),
        (
            exchange("GET /a", 403, PAGE, READ),
            {"status": 403, "page": "reads", "allowed": False},
        ),
        (preflight("/a", "PUT"), {"page": "reads", "allowed": True}),
        (
            preflight("/a", "PUT", answer=READ),
            {
                "reason": "cors.method-not-allowed",
                "status": 204,
                "page": "fails",
                "allowed": False,
            },
        ),
        (exchange("GET /a", 500), None),
        (exchange("GET /a", None), None),
    ],
)
def test_without_a_policy_the_answer_is_expected(
    given: Exchange, expect: dict[str, object] | None
) -> None:
    found = expect_observed(given, observe(given))

    assert (None if found is None else found.expect) == expect


POLICY = load_policy("""
hosts: [api.shop.example]
cors: {origins: [https://shop.example], methods: [PUT]}
errors: {cors_fields: true}
routes:
  - {path: /open, methods: [GET, PUT]}
  - {path: "/orders/{id}", methods: [GET]}
  - {path: /closed, methods: [GET], network: {default: deny}}
""")


def decided(given: Exchange) -> Expected:
    request = given.request
    judged = Request(request.method, API + request.target.path, request.headers, at=NOON)
    decision = evaluate(POLICY, judged)
    return expect_decided(given, observe(given), decision, answer(POLICY, judged, decision))


@pytest.mark.parametrize(
    ("given", "expect"),
    [
        (exchange("GET /open"), {"status": 200, "allowed": True}),
        (exchange("GET /open", 201), {"allowed": True}),
        (exchange("GET /open", None), {"status": 200, "allowed": True}),
        (
            exchange("GET /closed", 403),
            {"reason": "network.not-allowed", "status": 403, "allowed": False},
        ),
        (exchange("GET /open", 200, PAGE, READ), {"status": 200, "page": "reads", "allowed": True}),
        (preflight("/open", "PUT"), {"status": 204, "page": "reads", "allowed": True}),
        (exchange("GET /orders/7", 404), {"allowed": True}),
        (exchange("GET /open", 500), {"allowed": True}),
    ],
)
def test_where_the_policy_agrees_its_decision_is_expected(
    given: Exchange, expect: dict[str, object]
) -> None:
    found = decided(given)

    assert found.expect == expect
    assert found.drift == ""


@pytest.mark.parametrize(
    ("given", "drift", "expect"),
    [
        (
            exchange("GET /closed", 200),
            "the server let it in (200); the policy: 403 network.not-allowed",
            {"status": 200, "allowed": True},
        ),
        (
            exchange("GET /open", 403),
            "the server refused it (403); the policy: it is let in",
            {"status": 403, "allowed": False},
        ),
        (
            exchange("GET /open", 404),
            "the server refused it (404); the policy: it is let in",
            {"status": 404, "allowed": False},
        ),
        (
            exchange("GET /closed", 401),
            "the server refused it with 401; the policy: 403 network.not-allowed",
            {"reason": "network.not-allowed", "status": 401, "allowed": False},
        ),
        (
            exchange("GET /closed", 403, {}, ANNOTATED),
            "why403 said network.denied then; the policy: 403 network.not-allowed",
            {"reason": "network.denied", "status": 403, "allowed": False},
        ),
        (
            exchange("GET /open", 200, PAGE),
            "the page could not read the answer (200); the policy shows it: it is let in",
            {"reason": "cors.no-fields", "status": 200, "page": "fails", "allowed": False},
        ),
        (
            exchange("GET /closed", 403, PAGE),
            "the page could not read the answer (403); the policy shows it: "
            "403 network.not-allowed",
            {"reason": "network.not-allowed", "status": 403, "page": "fails", "allowed": False},
        ),
        (
            preflight("/open", "PUT", answer={}),
            "the server did not grant the preflight (204); the policy: it is granted",
            {"reason": "cors.no-fields", "status": 204, "page": "fails", "allowed": False},
        ),
        (
            preflight("/open", "DELETE"),
            "the server granted the preflight (204); the policy: 403 cors.method-not-allowed",
            {"page": "reads", "allowed": True},
        ),
    ],
)
def test_where_it_does_not_that_is_told_and_the_observed_is_expected(
    given: Exchange, drift: str, expect: dict[str, object]
) -> None:
    found = decided(given)

    assert (found.drift, found.expect) == (drift, expect)


def test_what_says_nothing_of_permissions_is_noted() -> None:
    assert decided(exchange("GET /open", 500)).note == (
        "answered 500, which says nothing of permissions"
    )
    assert "the application may have said" in decided(exchange("GET /orders/7", 404)).note


def test_a_reason_that_stands_beside_the_answer_counts() -> None:
    given = exchange("GET /a", 403)._replace(reason="network.denied")

    found = expect_observed(given, observe(given))

    assert found is not None
    assert found.expect["reason"] == "network.denied"
