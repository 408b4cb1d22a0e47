"""Every kind of client that policies tell apart has an example, and a request comes from it."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from netaddr import iprange_to_cidrs
from pairs import Pair, asked, pairs

from simulator import Headers, Request, load_policy
from simulator.addresses import Intervals, peer_address, show_address
from simulator.facts import gather
from simulator.policy import Policy
from simulator.space.addresses import count
from simulator.space.clients import ClientKind, client_kinds


def lists_of(policy: Policy) -> list[Intervals]:
    """Everything that an address is compared with, besides proxies."""
    bound = [key.networks for key in policy.keys if key.networks is not None]
    return [*policy.network_sections.values(), *bound]


def told(policy: Policy, address: int | None) -> object:
    """What the policy makes of an address."""
    if address is None:
        return None
    found = [(each, each.find(address)) for each in lists_of(policy)]
    return tuple(None if index < 0 else each.rules[index].deny for each, index in found)


def kinds_of(policies: Sequence[Policy]) -> list[ClientKind]:
    lists = [each for policy in policies for each in lists_of(policy)]
    return client_kinds(policies, lists, lambda n, address: told(policies[n], address))


def seen(*texts: str) -> list[tuple[str | None, ...]]:
    """Whom each policy takes for the client, for every kind."""
    return [
        tuple(None if address is None else show_address(address) for address in kind.seen)
        for kind in kinds_of([load_policy(text) for text in texts])
    ]


# Examples


def test_where_no_address_matters_there_is_one_and_one_that_is_not_known() -> None:
    assert seen("{}") == [("0.0.0.1",), (None,)]


def test_a_block_is_told_from_all_other_addresses() -> None:
    inside, others, unknown = kinds_of(
        [load_policy("network: {allow: [10.0.0.0/8], default: deny}")]
    )

    assert (others.peer, count(others.ranges)) == ("10.0.0.1", 2**24)
    assert count(inside.ranges) == 2**32 + 2**128 - 2**24
    assert (unknown.peer, unknown.seen, unknown.ranges) == ("", (None,), ())


def test_blocks_that_come_to_the_same_are_one_kind() -> None:
    policy = "network: {allow: [10.0.0.0/8, 192.0.2.0/24, '2001:db8::/32'], default: deny}"

    assert seen(policy) == [("0.0.0.1",), ("10.0.0.1",), (None,)]


def test_the_networks_that_a_key_is_bound_to_are_told_apart() -> None:
    assert seen("keys: [{id: web, key: s1, networks: [10.0.0.7]}]") == [
        ("0.0.0.1",), ("10.0.0.7",), (None,),
    ]  # fmt: skip


def test_two_policies_tell_apart_what_one_of_them_does() -> None:
    both = seen("network: {deny: [10.0.0.0/8]}", "network: {deny: [10.0.0.0/9]}")

    assert both == [("0.0.0.1",) * 2, ("10.0.0.1",) * 2, ("10.128.0.1",) * 2, (None, None)]


TRUSTING = "network: {deny: [192.0.2.7]}\ntrusted_proxies: [10.0.0.0/8]"


def test_policies_that_trust_the_same_proxies_take_the_same_address_for_the_client() -> None:
    both = kinds_of([load_policy(TRUSTING), load_policy(TRUSTING)])

    assert [kind.forwarded for kind in both] == [()] * 3
    assert all(len(set(kind.seen)) == 1 for kind in both)


def test_a_proxy_that_one_policy_trusts_is_the_client_to_the_other() -> None:
    policies = [load_policy(TRUSTING), load_policy("network: {deny: [10.0.0.1]}")]

    through = [kind for kind in kinds_of(policies) if kind.forwarded]

    assert (
        ClientKind(
            seen=(parsed("192.0.2.7"), parsed("10.0.0.1")),
            peer="10.0.0.1",
            forwarded=(("x-forwarded-for", "192.0.2.7"),),
            ranges=((parsed("192.0.2.7"), parsed("192.0.2.7")),),  # type: ignore[arg-type]
            proxies=((parsed("10.0.0.1"), parsed("10.0.0.1")),),  # type: ignore[arg-type]
            told_by=(0,),
        )
        in through
    )


def parsed(text: str) -> int:
    a, b, c, d = map(int, text.split("."))
    return a << 24 | b << 16 | c << 8 | d


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("192.0.2.7", ("forwarded", "for=192.0.2.7")),
        ("2001:db8::7", ("forwarded", 'for="[2001:db8::7]"')),
    ],
)
def test_the_field_forwarded_has_its_own_form(address: str, expected: tuple[str, str]) -> None:
    network = f"network: {{deny: ['{address}']}}\n"
    policies = [
        load_policy(f"{network}trusted_proxies: [10.0.0.0/8]\nforwarded_field: forwarded"),
        load_policy(network),
    ]

    assert (expected,) in [kind.forwarded for kind in kinds_of(policies)]


def test_policies_that_read_different_fields_of_one_proxy_may_believe_two_addresses() -> None:
    policies = [
        load_policy(TRUSTING),
        load_policy(f"{TRUSTING}\nforwarded_field: x-real-ip"),
    ]

    pairs_of_denials = {
        tuple(address == parsed("192.0.2.7") for address in kind.seen)
        for kind in kinds_of(policies)
    }

    assert pairs_of_denials == {(True, True), (True, False), (False, True), (False, False)}


def test_an_example_is_no_address_that_is_read_as_another() -> None:
    # All but the upper addresses of IPv6, of which the first are mapped: read as those of IPv4.
    below = iprange_to_cidrs("::", "::fffe:ffff:ffff")
    denied = ["0.0.0.0/0", *map(str, below)]
    policy = load_policy(f"network: {{deny: {denied}}}")

    examples = [kind for kind in kinds_of([policy]) if kind.peer]

    assert [peer_address(kind.peer) for kind in examples] == [kind.seen[0] for kind in examples]


# Properties


def taken(policies: Sequence[Policy], request: Request) -> list[int | None]:
    """Whom each policy takes for the client."""
    return [gather(request, policy.tables).client for policy in policies]


@settings(max_examples=20)
@given(st.data())
def test_whomever_policies_take_for_the_client_they_treat_as_some_example(
    data: st.DataObject,
) -> None:
    pair: Pair = data.draw(pairs())
    of_examples = [list(map(told, pair.policies, kind.seen)) for kind in kinds_of(pair.policies)]

    for _ in range(5):
        clients = taken(pair.policies, data.draw(asked(pair)))
        assert list(map(told, pair.policies, clients)) in of_examples


@settings(max_examples=20)
@given(pairs())
def test_an_example_is_whom_policies_take_for_the_client(pair: Pair) -> None:
    for kind in kinds_of(pair.policies):
        request = Request("GET", "https://api.example/", Headers(kind.forwarded), client=kind.peer)

        assert tuple(taken(pair.policies, request)) == kind.seen


@settings(max_examples=20)
@given(pairs())
def test_all_addresses_of_a_kind_are_alike_and_no_address_is_of_two(pair: Pair) -> None:
    direct = [kind for kind in kinds_of(pair.policies) if kind.ranges and not kind.proxies]
    every = [part for kind in direct for part in kind.ranges]

    assert count(every) == 2**32 + 2**128
    assert len(set(every)) == len(every)
    for kind in direct:
        expected = [told(policy, a) for policy, a in zip(pair.policies, kind.seen, strict=True)]
        for part in kind.ranges:
            for address in part:
                assert [told(policy, address) for policy in pair.policies] == expected
