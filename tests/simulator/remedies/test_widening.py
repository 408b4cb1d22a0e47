"""Is it told from a section whether it lets pass whatever it did?"""

from __future__ import annotations

import pytest

from simulator import Policy, load_policy
from simulator.edit import Edit, Insert, Put, Remove, edit_data
from simulator.policy import recompile
from simulator.remedies.widening import (
    ahead_of_cors,
    keys_widen,
    networks_widen,
    order_widens,
    quotas_widen,
    trust_widens,
)

POLICY = load_policy(
    """
order: [network, authenticate, cors, route, authorize, rate_limit]
trusted_proxies: [10.0.0.0/24]
network: {default: deny, allow: [198.51.100.0/24, 10.1.0.0/16], deny: [198.51.100.64/26]}
roles: {reader: [read], clerk: [read, write]}
keys:
  - {id: web, key: web-demo, roles: [reader], expires: 2027-01-31, not_before: 2026-01-31}
  - {id: build, key: build-demo, scopes: [deploy], networks: [10.1.0.0/28]}
  - {id: page, key: page-demo, origins: [https://shop.example]}
""",
    name="p.yaml",
)


def after(*edits: Edit, policy: Policy = POLICY) -> Policy:
    return recompile(policy, edit_data(policy.document.data, edits))


@pytest.mark.parametrize(
    ("edit", "widens"),
    [
        (Insert("network/allow", "203.0.113.9"), True),
        (Remove("network/deny/0"), True),
        (Put("network/default", "allow"), True),
        (Put("network/allow/0", "198.51.100.0/23"), True),
        (Insert("network/deny", "198.51.100.64/27"), True),  # that is denied already
        (Put("network/allow/0", "198.51.100.0/25"), False),
        (Put("network/match", "deny-overrides"), True),
        (Put("network/allow/0", "198.51.100.0/26"), False),
        (Insert("network/deny", "10.1.0.0/17"), False),
        (Remove("network"), False),
    ],
)
def test_addresses(edit: Edit, widens: bool) -> None:
    assert networks_widen(POLICY, after(edit)) is widens


def test_of_an_address_that_is_not_known_a_first_rule_can_tell_nothing_more() -> None:
    open_to_all = load_policy("network: {default: allow}")

    new = after(Insert("network/allow", "10.0.0.1"), policy=open_to_all)

    assert not networks_widen(open_to_all, new)


@pytest.mark.parametrize(
    ("edits", "widens"),
    [
        ([Insert("keys/0/scopes", "write")], True),
        ([Insert("keys/0/roles", "clerk")], True),
        ([Insert("roles/reader", "write")], True),
        ([Put("keys/0/expires", "2028-01-31")], True),
        ([Remove("keys/0/expires")], True),
        ([Put("keys/0/not_before", "2025-01-31")], True),
        ([Insert("keys/1/networks", "10.2.0.0/16")], True),
        ([Remove("keys/1/networks")], True),
        ([Insert("keys/2/origins", "https://www.shop.example")], True),
        ([Remove("keys/2/origins")], True),
        ([Put("keys/0/roles/0", "clerk")], True),
        ([Remove("keys/0/roles/0")], False),
        ([Put("keys/0/expires", "2026-12-31")], False),
        ([Put("keys/2/expires", "2026-12-31")], False),
        ([Put("keys/0/not_before", "2026-02-28")], False),
        ([Put("keys/2/not_before", "2026-02-28")], False),
        ([Put("keys/0/revoked", True)], False),
        ([Put("keys/1/networks/0", "10.1.0.0/29")], False),
        ([Insert("keys/0/networks", "10.1.0.0/16")], False),
        ([Insert("keys/0/origins", "https://shop.example")], False),
        ([Put("keys/0/key", "another")], False),
        ([Put("keys/0/id", "another")], False),
        ([Remove("keys/0")], False),
    ],
)
def test_keys(edits: list[Edit], widens: bool) -> None:
    assert keys_widen(POLICY, after(*edits)) is widens


def test_preflights_are_asked_no_more_than_before() -> None:
    ahead = after(Put("order/1", "cors"), Put("order/2", "authenticate"))

    assert ahead_of_cors(POLICY) == {"network", "authenticate"}
    assert order_widens(POLICY, ahead)
    assert not order_widens(ahead, POLICY)


LIMIT = {"per": "client", "quota": "3/minute"}


@pytest.mark.parametrize(
    ("old", "new", "widens"),
    [
        ([LIMIT], [{**LIMIT, "burst": 4}], True),
        ([{**LIMIT, "burst": 2}], [{**LIMIT, "burst": 3}], True),
        ([LIMIT], [{**LIMIT, "burst": 3}], True),
        ([LIMIT], [{**LIMIT, "burst": 2}], False),
        ([LIMIT], [{**LIMIT, "quota": "4/minute"}], False),
        ([LIMIT], [LIMIT, LIMIT], False),
        ([LIMIT, LIMIT], [LIMIT], False),
    ],
)
def test_more_of_the_same_quota_may_come_at_once(
    old: list[object], new: list[object], widens: bool
) -> None:
    assert quotas_widen([old], [new]) is widens  # type: ignore[list-item]


@pytest.mark.parametrize(
    ("edits", "widens"),
    [
        pytest.param([Insert("trusted_proxies", "203.0.113.5")], True, id="nobody came from there"),
        pytest.param(
            [Insert("trusted_proxies", "198.51.100.5")], False, id="who came from there is let in"
        ),
        pytest.param([Remove("trusted_proxies/0")], False, id="one that is trusted no more"),
        pytest.param([Insert("trusted_proxies", "10.0.0.7")], True, id="it is trusted already"),
    ],
)
def test_proxies(edits: list[Edit], widens: bool) -> None:
    assert trust_widens(POLICY, after(*edits)) is widens


@pytest.mark.parametrize(
    ("proxy", "widens"), [("10.1.0.5", False), ("10.9.0.5", True)], ids=["bound", "not bound"]
)
def test_where_everybody_may_come_it_depends_on_whose_key_is_bound_there(
    proxy: str, widens: bool
) -> None:
    open_to_all = after(Remove("network"))

    new = after(Insert("trusted_proxies", proxy), policy=open_to_all)

    assert trust_widens(open_to_all, new) is widens
