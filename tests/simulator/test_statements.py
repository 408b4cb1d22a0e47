"""Statements on all requests: what holds is proved, what does not has a witness."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import policies, requests

from simulator import Fault, Policy, evaluate, load_policy
from simulator.statement_section import StatementSection
from simulator.statements import Holds, check_statements, means

SHOP = load_policy("""\
cors: {origins: [https://shop.example], headers: [x-api-key]}
roles: {reader: [orders:read], admin: {inherits: [reader], scopes: [admin]}}
keys:
  - {id: web, key: web-secret, roles: [reader]}
  - {id: root, key: root-secret, roles: [admin]}
routes:
  - {path: "/orders/{id}", methods: [GET], scopes: [orders:read]}
  - path: /admin/users
    methods: [GET, DELETE]
    scopes: [admin]
    network: {default: deny, allow: [203.0.113.0/24]}
  - {path: /admin/stats, methods: [GET], scopes: [orders:read]}
  - {path: /health, methods: [GET], public: true}
""")
CLIENTS = {"office": ("203.0.113.0/24",)}


def never(policy: Policy = SHOP, **said: Any) -> Holds:
    return check_statements(policy, [StatementSection(**said)], (), CLIENTS)[0]


def always(policy: Policy = SHOP, **said: Any) -> Holds:
    return check_statements(policy, (), [StatementSection(**said)], CLIENTS)[0]


@pytest.mark.parametrize(
    "said",
    [
        {"route": "/admin/users", "client": "not office", "preflights": False},
        {"route": "/admin/users", "key": "web"},
        {"route": "/admin/users", "role": "not admin"},
        {"route": "/admin/users", "scope": "not admin"},
        {"route": "/admin/*", "key": ("none", "unknown")},
        {"origin": "not https://shop.example"},
        {"method": ("POST", "PUT")},
        {"route": "not /health", "key": "none"},
    ],
    ids=str,
)
def test_what_never_happens(said: dict[str, Any]) -> None:
    holds = never(**said)

    assert not holds.broken
    assert holds.remark == ""


def test_what_does_happen_has_a_witness_and_says_which_requests_do() -> None:
    holds = never(route="/admin/*", client="not office", preflights=False)

    assert holds.broken
    assert holds.witness is not None
    assert holds.policy is not None
    assert evaluate(holds.policy, holds.witness).allowed is True
    assert (holds.witness.method, holds.witness.target.path) == ("GET", "/admin/stats")
    assert holds.words[0] == "GET `/admin/stats`"
    assert holds.words[2] == "with keys `web` or `root`"


def test_a_preflight_is_a_request_unless_it_is_left_out() -> None:
    holds = never(route="/admin/users", client="not office")

    assert holds.broken
    assert holds.remark == (
        "only preflights are let in, which read and change nothing; `preflights: false` leaves "
        "them out"
    )


@pytest.mark.parametrize(
    "said",
    [
        {"route": "/health", "method": "GET", "origin": "none"},
        {"route": "/orders/7", "method": "GET", "key": "web", "origin": "none"},
        {"route": "/orders/{id}", "method": "GET", "role": "reader", "cookies": False,
         "origin": "https://shop.example"},
        {"route": "/admin/users", "method": "GET", "client": "office", "key": "root",
         "origin": "none"},
    ],
    ids=str,
)  # fmt: skip
def test_what_always_happens(said: dict[str, Any]) -> None:
    assert not always(**said).broken


def test_what_does_not_always_happen_says_what_is_decided_instead() -> None:
    holds = always(route="/health", method="GET")

    assert holds.broken
    assert holds.verdict is not None
    assert holds.verdict.reason == "cors.credentials-not-allowed"


def test_a_path_that_no_route_has_is_remarked_on() -> None:
    holds = never(route="/admni/*", key="none", method="GET")

    assert not holds.broken
    assert holds.remark == "no route has such a path as `/admni/*`"


def test_a_statement_is_found_again_in_its_file() -> None:
    found = check_statements(
        SHOP, [StatementSection(method="POST")], [StatementSection(method="POST")], {}
    )

    assert [(h.path, h.broken) for h in found] == [("never/0", False), ("always/0", True)]


@pytest.mark.parametrize(
    ("said", "message"),
    [
        (
            {"key": "wbe"},
            "there is no key `wbe`: the policy knows `web` and `root`; did you mean `web`?",
        ),
        (
            {"role": "admn"},
            "no key has the role `admn`: the policy knows `reader` and `admin`; did you mean "
            "`admin`?",
        ),
        (
            {"client": "not ofice"},
            "`ofice` is no name of clients: `clients` names `office`; did you mean `office`?",
        ),
    ],
    ids=["a key", "a role", "a name of clients"],
)
def test_a_name_that_is_not_there_is_told(said: dict[str, Any], message: str) -> None:
    with pytest.raises(Fault) as caught:
        never(**said)

    assert str(caught.value) == message


def test_paths_are_those_below_the_base_path() -> None:
    policy = load_policy("base_paths: [/v1]\nroutes: [{path: /admin/users}]")

    assert never(policy, route="/admin/*").broken
    assert not never(policy, route="/v1/admin/*", preflights=False).broken


def test_no_statements_no_answers() -> None:
    assert check_statements(SHOP, (), (), {}) == ()


# Properties

SAID: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {},
    optional={
        "route": st.sampled_from(["/orders/*", "/orders/{id}", "not /orders", "/*", "/health"]),
        "method": st.sampled_from(["GET", "not GET", ("PUT", "DELETE")]),
        "client": st.sampled_from(["not office", "office", "10.0.0.0/24", "not ::/0"]),
        "key": st.sampled_from(["none", "not any", "unknown", ("any", "none")]),
        "origin": st.sampled_from(["none", "https://shop.example", "not https://*.shop.example"]),
        "host": st.sampled_from(["*.shop.example", "not api.shop.example", "shop.example:8443"]),
        "cookies": st.booleans(),
        "preflights": st.booleans(),
    },
).filter(bool)
NAMES = {"office": ("10.0.0.0/24", "2001:db8::/64")}


@settings(max_examples=15)
@given(policies(), SAID, st.data())
def test_what_is_proved_holds_of_any_request_and_what_is_not_of_its_witness(
    given_policy: dict[str, Any], said: dict[str, Any], data: st.DataObject
) -> None:
    policy = load_policy(json.dumps(given_policy))
    statement = StatementSection(**said)

    no, yes = check_statements(policy, [statement], [statement], NAMES)

    for holds, wanted in ((no, True), (yes, False)):
        if holds.witness is not None and holds.policy is not None:
            assert means(statement, holds.policy, holds.witness, NAMES)
            assert (evaluate(holds.policy, holds.witness).allowed is True) == wanted
    for _ in range(15):
        request = data.draw(requests(given_policy))
        if means(statement, policy, request, NAMES):
            allowed = evaluate(policy, request).allowed is True
            assert no.broken if allowed else yes.broken
