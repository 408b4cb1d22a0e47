"""Are the other addresses counted that a change lets in?"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import ADDRESSES, blocks

from simulator import load_policy
from simulator.addresses import Intervals, Rule, parse_address, parse_blocks
from simulator.edit import Insert, Remove, edit_data
from simulator.policy import recompile
from simulator.remedies.addresses import others, ranges, sections_of

POLICY = load_policy(
    """
network: {default: deny, allow: [198.51.100.0/24], deny: [198.51.100.64/26]}
routes: [{path: /, network: {deny: [all]}}]
""",
    name="p.yaml",
)


@pytest.mark.parametrize(
    ("edit", "client", "words"),
    [
        (Insert("network/allow", "203.0.113.9"), "203.0.113.9", []),
        (
            Insert("network/allow", "203.0.113.9"),
            "203.0.113.8",
            ["1 other address: 203.0.113.9"],
        ),
        (
            Insert("network/allow", "203.0.113.0/24"),
            "203.0.113.9",
            ["255 other addresses: 203.0.113.0/24"],
        ),
        (
            Remove("network/deny/0"),
            "198.51.100.70",
            ["63 other addresses: 198.51.100.64/26"],
        ),
        (
            Insert("network/allow", "198.51.0.0/16"),
            "198.51.7.7",
            ["65,279 other addresses: 198.51.0.0/18, 198.51.64.0/19, 198.51.96.0/22 and more"],
        ),
        (
            Insert("network/allow", "2001:db8::/64"),
            "2001:db8::1",
            ["2^64 other addresses: 2001:db8::/64"],
        ),
        (
            Insert("routes/0/network/allow", "10.0.0.0/31"),
            "10.0.0.1",
            ["1 other address: 10.0.0.0/31 on the route `/`"],
        ),
    ],
)
def test_the_others_are_counted_and_named(
    edit: Insert | Remove, client: str, words: list[str]
) -> None:
    new = recompile(POLICY, edit_data(POLICY.document.data, [edit]))

    assert list(others(POLICY, new, parse_address(client))) == words


@given(st.lists(blocks(), max_size=5))
def test_ranges_hold_every_address_once_and_no_block_divides_them(texts: list[str]) -> None:
    rules = [Rule(block, False, "") for text in texts for block in parse_blocks(text)]
    lists = [Intervals(rules, "longest")]

    found = list(ranges(lists))

    assert sum(last - first + 1 for first, last in found) == (1 << 32) + (1 << 128)
    for first, last in found:
        assert lists[0].find(first) == lists[0].find(last)


@given(st.lists(blocks(), max_size=4), st.sampled_from(ADDRESSES))
def test_a_section_admits_whom_its_check_lets_pass(texts: list[str], text: str) -> None:
    section = {"default": "deny", "allow": texts}
    policy = recompile(POLICY, {"network": section})  # type: ignore[dict-item]
    address = parse_address(text)
    assert address is not None

    admitted = sections_of(policy)["network"].admits(address)

    inside = [b for t in texts for b in parse_blocks(t) if b.first <= address <= b.last]
    assert admitted is bool(inside)
