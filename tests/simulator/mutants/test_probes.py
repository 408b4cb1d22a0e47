"""The probes show nearly every mutant without a proof, and begin from requests that are let in."""

from __future__ import annotations

import pytest

from simulator import Policy, evaluate, load_policy
from simulator.compare import compare, verdict_of
from simulator.mutants import Change, changes, mutate
from simulator.mutants.probes import Probes
from simulator.standin import stand_in

NOW = 1_790_000_000.0
SHOP = """\
hosts: ["*.shop.example"]
base_paths: [/v1]
trusted_proxies: [10.0.0.0/8]
network: {default: deny, allow: [198.51.100.0/24, 192.0.2.0/24], deny: [198.51.100.66]}
cors: {origins: [https://shop.example, "https://*.shop.example"], headers: [x-api-key]}
roles: {reader: [orders:read]}
keys:
  - {id: web, sha256: "%s", roles: [reader], expires: 2026-01-01}
  - {id: desk, key: desk-1, scopes: [orders:write], networks: [192.0.2.0/24, 198.51.100.0/28]}
  - {id: page, key: page-1, roles: [reader], origins: ["https://*.shop.example"]}
routes:
  - {path: "/orders/{id}", methods: [GET], scopes: [orders:read]}
  - {path: "/orders/{id}", methods: [PUT], scopes: [orders:write]}
  - {path: /admin, methods: [GET], scopes: [orders:read, orders:write]}
  - {path: /health, methods: [GET], public: true}
""" % ("0" * 64)


def shown(policy: Policy, change: Change) -> bool:
    mutant = mutate(policy, change)
    if mutant is None:
        return True  # there is nothing to show
    known, changed = stand_in(policy), stand_in(mutant.policy)
    return any(
        verdict_of(known, request) != verdict_of(changed, request)
        for request in Probes(policy, NOW).of(change)
    )


def test_requests_that_are_let_in() -> None:
    policy = load_policy(SHOP)
    probes = Probes(policy, NOW)

    told = [
        (
            base.route.path if base.route else "",
            base.key.id if base.key else "",
            base.request.client,
        )
        for base in probes.bases
    ]

    assert told == [
        ("/orders/{id}", "web", "192.0.2.1"),  # before it expires
        ("/orders/{id}", "page", "192.0.2.1"),
        ("/orders/{id}", "desk", "192.0.2.0"),
        ("/admin", "", "198.51.100.0"),  # no key has both scopes
        ("/health", "", "192.0.2.1"),
    ]
    decided = [evaluate(probes.policy, base.request) for base in probes.bases]
    assert [decision.allowed for decision in decided] == [True, True, True, False, True]
    assert probes.bases[0].request.url == "https://api.shop.example/v1/orders/1"


def differs(policy: Policy, change: Change) -> bool:
    mutant = mutate(policy, change)
    return mutant is not None and compare(policy, mutant.policy) != ()


# What only two things at once show.
NOT_SHOWN = {"`cors` is asked ahead of `network`"}


def test_every_change_of_a_policy_with_a_bit_of_everything_is_shown() -> None:
    policy = load_policy(SHOP)

    not_shown = [change for change in changes(policy) if not shown(policy, change)]

    assert {c.words for c in not_shown if differs(policy, c)} == NOT_SHOWN


@pytest.mark.parametrize(
    ("section", "words"),
    [
        pytest.param(
            "network: {deny: [203.0.113.0/24]}",
            "`203.0.112.0/23` is denied, twice as wide as `203.0.113.0/24`",
            id="the edge of a block",
        ),
        pytest.param(
            "cors: {origins: ['https://*.pre.shop.example']}",
            "the origin `https://*.shop.example` is admitted in place of "
            "`https://*.pre.shop.example`",
            id="an origin of a looser pattern",
        ),
        pytest.param(
            "routes: [{path: /a/b, methods: [GET]}]", "`GET /a/b` takes `/a/{any}`", id="a path"
        ),
        pytest.param(
            "{trusted_proxies: ['2001:db8::/32'], network: {deny: ['203.0.113.0/24']}}",
            "proxies are believed in `forwarded`, not in `x-forwarded-for`",
            id="the field that proxies write",
        ),
        pytest.param(
            "{keys: [{id: a, key: b, revoked: true}], routes: [{path: /a}]}",
            "key `a` is not revoked",
            id="a key that nobody could use",
        ),
    ],
)
def test_what_is_shown_by_one_request(section: str, words: str) -> None:
    policy = load_policy(section)
    change = next(change for change in changes(policy) if change.words == words)

    assert shown(policy, change)
