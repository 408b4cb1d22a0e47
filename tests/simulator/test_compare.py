"""What two policies decide differently is found exactly, and nothing else is."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import policies, requests

from simulator import Policy, Request, evaluate, load_policy
from simulator.compare import Difference, compare, kind_of, verdict_of
from simulator.space import NOT_JUDGED, Verdict

type Draw = Callable[[st.SearchStrategy[Any]], Any]

SHOP = """\
network: {default: deny, allow: [10.0.0.0/8]}
cors: {origins: [https://shop.example], methods: [DELETE], headers: [x-api-key]}
roles: {reader: [orders:read], clerk: {inherits: [reader], scopes: [orders:write]}}
keys:
  - {id: web, key: web-secret, roles: [reader]}
  - {id: batch, key: batch-secret, roles: [clerk]}
routes:
  - {path: "/orders/{id}", methods: [GET], scopes: [orders:read]}
  - {path: "/orders/{id}", methods: [DELETE], scopes: [orders:write]}
"""


def changed(old: str, new: str) -> tuple[Difference, ...]:
    assert SHOP.count(old) == 1
    return compare(load_policy(SHOP), load_policy(SHOP.replace(old, new)))


def let_in(found: tuple[Difference, ...]) -> list[tuple[tuple[str, ...], tuple[str, ...]]]:
    """Of what is newly let in, the causes and the words."""
    return [(d.causes, d.words) for d in found if d.kind == "newly-allowed"]


def test_a_policy_is_decided_as_itself() -> None:
    assert compare(load_policy(SHOP), load_policy(SHOP)) == ()


def test_what_is_only_written_otherwise_is_no_difference() -> None:
    halves = SHOP.replace("[10.0.0.0/8]", "[10.0.0.0/9, 10.128.0.0/9]")
    renamed = halves.replace("{id}", "{order}").replace("reader", "visitor")

    assert compare(load_policy(SHOP), load_policy(renamed)) == ()


def test_a_wider_block_lets_in_so_many_addresses() -> None:
    found = changed("10.0.0.0/8]", "10.0.0.0/8, 192.0.2.0/24]")

    request = next(d for d in found if d.kind == "newly-allowed" and d.new.status == 200)
    assert request.addresses == 256
    assert request.words[1] == "from 256 addresses: 192.0.2.0/24"
    assert request.causes == ("network",)
    assert not [d for d in found if d.kind == "newly-denied"]


def test_a_scope_that_is_dropped_lets_in_the_keys_without_it() -> None:
    found = changed(", scopes: [orders:write]}\n", "}\n")

    assert let_in(found) == [
        (
            ("authorize",),
            (
                "DELETE `/orders/{id}`",
                "from 16,777,216 addresses: 10.0.0.0/8",
                "with key `web`",
                "from pages of `https://shop.example` without cookies or without an Origin",
            ),
        )
    ]


def test_a_wider_origin_lets_in_pages() -> None:
    found = changed("[https://shop.example]", '[https://shop.example, "https://*.shop.example"]')

    assert {words[-1] for _, words in let_in(found)} == {
        "from pages of `https://*.shop.example` without cookies",
        "from pages of `https://*.shop.example`",
    }


def test_another_order_changes_what_preflights_are_told_first() -> None:
    old = SHOP + "order: [network, cors, route, authenticate, authorize, rate_limit]\n"
    new = SHOP + "order: [network, authenticate, cors, route, authorize, rate_limit]\n"

    found = compare(load_policy(old), load_policy(new))

    shut = [d for d in found if d.kind == "newly-denied"]
    assert {d.new.reason for d in shut} == {
        "authenticate.no-credential",
        "authenticate.unknown-key",
        "authenticate.malformed",
    }
    assert all(d.witness.method == "OPTIONS" and d.causes == () for d in shut)


def test_a_proxy_that_is_trusted_lets_in_whom_it_names() -> None:
    found = compare(load_policy(SHOP), load_policy(SHOP + "trusted_proxies: [192.0.2.7]\n"))

    named = next(d for d in found if d.kind == "newly-allowed" and d.new.status == 200)
    assert named.words[1] == (
        "from 16,777,216 addresses: 10.0.0.0/8, as forwarded by the address 192.0.2.7"
    )
    assert dict(named.witness.headers)["x-forwarded-for"] == "10.0.0.1"
    assert named.witness.client == "192.0.2.7"


def test_a_host_that_is_no_longer_judged_is_let_in() -> None:
    old = load_policy("hosts: [a.example, b.example]\nnetwork: {default: deny}")
    new = load_policy("hosts: [a.example]\nnetwork: {default: deny}")

    (found,) = [
        d for d in compare(old, new) if d.old.reason == "network.not-allowed" and not d.old.hidden
    ]

    assert (found.kind, found.new, found.causes) == ("newly-allowed", NOT_JUDGED, ("hosts",))
    assert found.witness.target.host == "b.example"


def test_a_key_that_expires_later_is_let_in_meanwhile() -> None:
    old = SHOP.replace("roles: [clerk]}", "roles: [clerk], expires: 2027-01-01}")
    new = old.replace("2027-01-01", "2027-02-01")

    found = compare(load_policy(old), load_policy(new))

    assert {words[-2] for _, words in let_in(found)} == {
        "with key `batch`, from 2027-01-01 on until 2027-02-01"
    }


def test_keys_known_by_digest_alone_are_compared_with_those_that_are_known() -> None:
    digest = "5fbaeb1d0f3e9a1e0f5e8b9a54a0e7a1fc8f1b8f5d1b5f5f0e4c9e6a0a9d1b11"
    old = load_policy(f"keys: [{{id: a, sha256: {digest}}}]")
    new = load_policy(f"keys: [{{id: b, sha256: {digest}}}]")

    assert compare(old, new) == ()
    assert compare(load_policy("keys: [{id: a, key: s}]"), new) != ()


def test_a_larger_burst_is_a_difference_after_as_many_requests() -> None:
    limits = "rate_limits: [{per: principal, quota: 100/minute, burst: %d}]\n"

    (found,) = compare(load_policy(SHOP + limits % 20), load_policy(SHOP + limits % 30))

    assert found.kind == "newly-allowed"
    assert found.words[0] == "the 21st request that comes at once, of one principal"
    assert [d.reason for d in found.decisions] == ["rate-limit.exceeded", None]


def test_witnesses_are_sent_when_it_is_asked_for() -> None:
    found = compare(load_policy(SHOP), load_policy("{}"), at=1.9e9)

    assert {d.witness.at for d in found} == {1.9e9}


@pytest.mark.parametrize(
    ("old", "new", "kind"),
    [
        (False, True, "newly-allowed"),
        (None, True, "newly-allowed"),
        (True, False, "newly-denied"),
        (True, None, "newly-denied"),
        (False, False, "otherwise"),
        (None, False, "otherwise"),
    ],
)
def test_what_a_difference_means(old: bool | None, new: bool | None, kind: str) -> None:
    assert kind_of(Verdict(old, 200, None), Verdict(new, 200, None)) == kind


# Properties


@st.composite
def pairs(draw: Draw) -> tuple[dict[str, Any], dict[str, Any], list[Request]]:
    """A policy, the same with a section of another in it, and requests that fit either."""
    first, other = draw(policies()), draw(policies())
    second = copy.deepcopy(first)
    for name in draw(st.lists(st.sampled_from(sorted({*first, *other}) or ["cors"]), max_size=2)):
        if name in other:
            second[name] = other[name]
        else:
            second.pop(name, None)
    known = set(second.get("roles", ()))
    for key in second.get("keys", ()):
        key["roles"] = [role for role in key.get("roles", ()) if role in known]
    return first, second, [draw(requests(draw(st.sampled_from([first, second])))) for _ in range(8)]


def told(policy: Policy, request: Request) -> Verdict:
    return verdict_of(policy, request)


@settings(max_examples=12)
@given(pairs())
def test_what_some_request_shows_is_found_and_what_is_found_a_request_shows(
    drawn: tuple[dict[str, Any], dict[str, Any], list[Request]],
) -> None:
    first, second, asked = drawn
    old, new = load_policy(json.dumps(first)), load_policy(json.dumps(second))

    found = compare(old, new)

    for request in asked:
        before, after = told(old, request), told(new, request)
        if before != after:
            shown = {(d.kind, d.old[1:3], d.new[1:3]) for d in found}
            assert (kind_of(before, after), before[1:3], after[1:3]) in shown
    for difference in found:
        decisions = difference.decisions
        seen = [Verdict(d.allowed, d.status, d.reason, d.hidden) for d in decisions]
        assert seen == [difference.old, difference.new]
        assert seen[0] != seen[1]


@settings(max_examples=6)
@given(policies(), st.data())
def test_no_difference_means_that_no_request_is_decided_otherwise(
    policy: dict[str, Any], data: st.DataObject
) -> None:
    old = load_policy(json.dumps(policy))
    new = load_policy(json.dumps(dict(reversed(list(policy.items())))))

    assert compare(old, new) == ()
    for _ in range(10):
        request = data.draw(requests(policy))
        assert evaluate(old, request).status == evaluate(new, request).status
