"""A check asked for one side finds what it finds of whole requests, and so is what is decided."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pairs import asked, pairs

from simulator import evaluate, load_policy
from simulator.addresses import parse_address
from simulator.decision import Finding, Outcome
from simulator.facts import gather
from simulator.policy import Policy
from simulator.principals import NOTHING_SENT, Credential, Key, Place
from simulator.space.credentials import CredentialKind
from simulator.space.findings import Findings
from simulator.space.judging import (
    ASKED,
    NOT_JUDGED,
    Judging,
    Verdict,
    demand,
    same_making,
    within,
)
from simulator.space.operations import Spot
from simulator.space.sites import RouteKind
from simulator.standin import Sent

INSIDE, OUTSIDE = parse_address("10.0.0.7"), parse_address("192.0.2.7")


class Asked:
    """One policy, and what its checks find, in words."""

    def __init__(self, text: str) -> None:
        self.policy = load_policy(text)
        self.findings = Findings()
        self.judging = Judging([self.policy], self.findings)

    def said(self, number: int) -> object:
        """The code of a finding, or how the check turned out."""
        finding: Finding = self.findings.kept[number]
        return finding.reason.code if finding.reason else finding.outcome

    def kind(self, index: int | None, *, at: float = 0.0) -> CredentialKind:
        found = NOTHING_SENT if index is None else Credential(key=self.policy.keys[index])
        return CredentialKind(Sent(), at, (found,))

    def authenticate(
        self, kind: CredentialKind, client: int | None, origin: str | None, public: bool = False
    ) -> object:
        state = self.judging.state(0, kind)
        return self.said(self.judging.authenticate(0, kind, state, public, client, origin))


# Addresses

NETWORKS = """
network: {default: deny, allow: [10.0.0.0/8]}
routes: [{path: /a}, {path: /b, network: {deny: [10.0.0.7]}}]
"""


@pytest.mark.parametrize(
    ("section", "address", "expected"),
    [
        pytest.param(None, INSIDE, Outcome.PASS, id="the policy's own rules allow"),
        pytest.param(None, OUTSIDE, "network.not-allowed", id="or refuse"),
        pytest.param(1, INSIDE, "network.denied", id="a route has its own"),
        pytest.param(1, OUTSIDE, Outcome.PASS, id="and no others"),
        pytest.param(0, OUTSIDE, "network.not-allowed", id="or none of its own"),
        pytest.param(None, None, Outcome.UNKNOWN, id="of an address that is not known"),
    ],
)
def test_addresses_are_judged_by_the_section_that_applies(
    section: int | None, address: int | None, expected: object
) -> None:
    each = Asked(NETWORKS)

    assert each.said(each.judging.network(0, section, address)) == expected


# Keys

KEYS = """
keys:
  - {id: web, key: s1, scopes: [read]}
  - {id: bound, key: s2, networks: [10.0.0.0/8], origins: [https://shop.example]}
  - {id: temp, key: s3, expires: 1970-01-02}
routes: [{path: /a, scopes: [read]}, {path: /b}]
"""


@pytest.mark.parametrize(
    ("index", "client", "origin", "expected"),
    [
        pytest.param(None, INSIDE, None, "authenticate.no-credential", id="nothing was sent"),
        pytest.param(0, None, None, Outcome.PASS, id="a key"),
        pytest.param(1, INSIDE, "https://shop.example", Outcome.PASS, id="bound, and from there"),
        pytest.param(1, OUTSIDE, "https://shop.example", "authenticate.key-network", id="network"),
        pytest.param(1, INSIDE, "https://a.test", "authenticate.key-origin", id="origin"),
        pytest.param(1, INSIDE, None, "authenticate.key-origin", id="no origin"),
        pytest.param(1, None, "https://shop.example", Outcome.UNKNOWN, id="not known from where"),
    ],
)
def test_a_key_is_judged_with_where_it_comes_from(
    index: int | None, client: int | None, origin: str | None, expected: object
) -> None:
    each = Asked(KEYS)

    assert each.authenticate(each.kind(index), client, origin) == expected


@pytest.mark.parametrize(("at", "expected"), [(0.0, Outcome.PASS), (9e5, "authenticate.expired")])
def test_a_key_is_judged_in_its_time(at: float, expected: object) -> None:
    each = Asked(KEYS)

    assert each.authenticate(each.kind(2, at=at), INSIDE, None) == expected


def test_nobody_is_asked_for_a_key_on_a_public_route() -> None:
    each = Asked(KEYS)

    assert each.authenticate(each.kind(None), None, None, public=True) == Outcome.SKIP


def test_what_is_told_of_a_credential_says_all_that_comes_into_it_but_from_where() -> None:
    each = Asked(KEYS)
    unreadable = CredentialKind(Sent(), 0.0, (Credential(Place("bearer"), None, "it is empty"),))

    states = [each.judging.state(0, each.kind(index)) for index in (None, 0, 1, 2)]
    late = each.judging.state(0, each.kind(2, at=9e5))

    assert len({*states, late, each.judging.state(0, unreadable)}) == 5
    # In its time a key that ends is like any other.
    assert states[1] == states[3]


@pytest.mark.parametrize(
    ("index", "public", "scopes", "expected"),
    [
        pytest.param(0, False, frozenset({"read"}), Outcome.PASS, id="the key has the scope"),
        pytest.param(1, False, frozenset({"read"}), "authorize.missing-scope", id="it lacks it"),
        pytest.param(1, False, frozenset(), Outcome.SKIP, id="no scope is needed"),
        pytest.param(None, False, frozenset({"read"}), Outcome.SKIP, id="there is nobody"),
        pytest.param(1, False, None, Outcome.SKIP, id="there is no route"),
    ],
)
def test_scopes_are_judged_by_what_the_route_asks_for(
    index: int | None, public: bool, scopes: frozenset[str] | None, expected: object
) -> None:
    each = Asked(KEYS)
    credential = each.kind(index).found[0]

    assert each.said(each.judging.authorize(0, credential, public, scopes)) == expected


@pytest.mark.parametrize(
    ("key", "address", "expected"),
    [
        pytest.param(0, INSIDE, None, id="a key that is not bound"),
        pytest.param(1, INSIDE, True, id="from its networks"),
        pytest.param(1, OUTSIDE, False, id="from elsewhere"),
        pytest.param(1, None, None, id="from nobody knows where"),
    ],
)
def test_a_bound_key_is_good_from_its_networks(
    key: int, address: int | None, expected: bool | None
) -> None:
    owner: Key = load_policy(KEYS).keys[key]

    assert within(owner, address) is expected


def test_a_spot_demands_what_its_route_does() -> None:
    route = RouteKind(True, frozenset({"read"}), None, None, None, None)

    assert demand(Spot(True, None, 0, 0, False, False, False)) == (False, None)
    assert demand(Spot(True, route, 0, 0, False, False, False)) == (True, frozenset({"read"}))


def test_a_host_that_is_not_judged_is_let_in() -> None:
    assert not NOT_JUDGED.judged
    assert NOT_JUDGED._replace(judged=True) == Verdict(True, 200, None)


# What is made of findings


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        pytest.param("{}", True, id="the same"),
        pytest.param("keys: [{id: web, key: s1}]\nroutes: [{path: /a}]", True, id="other rules"),
        pytest.param(
            "order: [cors, network, route, authenticate, authorize, rate_limit]",
            False,
            id="another order",
        ),
        pytest.param("errors: {statuses: {route.not-found: 403}}", False, id="other statuses"),
        pytest.param("errors: {cors_fields: true}", False, id="fields on errors"),
        pytest.param("response: {status: 404}", False, id="another application"),
        pytest.param("cors: {behaviour: spring}", False, id="another family of servers"),
    ],
)
def test_policies_make_the_same_of_findings_or_not(other: str, expected: bool) -> None:
    assert same_making([load_policy("{}"), load_policy(other)]) is expected


# Properties


@settings(max_examples=15)
@given(st.data())
def test_of_the_checks_findings_is_decided_what_evaluate_decides(data: st.DataObject) -> None:
    pair = data.draw(pairs())
    findings = Findings()
    judging = Judging(pair.policies, findings)

    for _ in range(5):
        request = data.draw(asked(pair))
        for n, policy in enumerate(pair.policies):
            decision = evaluate(policy, request)
            facts = gather(request, policy.tables)
            judges = {check.name: check.judge for check in policy.checks}
            numbers = tuple(findings.keep(judges[name](facts)) for name in ASKED)
            spot = Spot(True, None, numbers[2], numbers[1], facts.preflight, facts.asks, True)

            assert judging.verdict(n, spot, facts, numbers) == Verdict(
                decision.allowed, decision.status, decision.reason, decision.hidden
            )


@settings(max_examples=15)
@given(st.data())
def test_a_check_asked_for_one_side_finds_what_it_finds_of_the_request(
    data: st.DataObject,
) -> None:
    pair = data.draw(pairs())
    findings = Findings()
    judging = Judging(pair.policies, findings)

    for _ in range(5):
        request = data.draw(asked(pair))
        for n, policy in enumerate(pair.policies):
            facts = gather(request, policy.tables)
            route, credential = facts.route, facts.credential
            judges = {check.name: check.judge for check in policy.checks}
            kind = CredentialKind(Sent(), facts.at, tuple([credential] * 2))
            public = route is not None and route.public
            scopes = None if route is None else frozenset(route.scopes)
            section = None if route is None else _section(policy, route.index)
            state = judging.state(n, kind)

            assert judging.network(n, section, facts.client) == findings.keep(
                judges["network"](facts)
            )
            assert judging.authenticate(
                n, kind, state, public, facts.client, facts.sent_origin
            ) == findings.keep(judges["authenticate"](facts))
            assert judging.authorize(n, credential, public, scopes) == findings.keep(
                judges["authorize"](facts)
            )


def _section(policy: Policy, index: int) -> int | None:
    return index if index in policy.network_sections else None
