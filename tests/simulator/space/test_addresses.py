"""Lists of blocks cut all addresses into ranges, and ranges are told as blocks."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from netaddr import IPAddress, IPNetwork, IPSet, cidr_merge, iprange_to_cidrs
from strategies import blocks as block_texts

from simulator.addresses import V6, Intervals, Rule, parse_address, parse_blocks
from simulator.space.addresses import Range, blocks, count, example, joined, ranges

ALL = [Range(0, (1 << 32) - 1), Range(V6, (V6 << 1) - 1)]


def intervals(*texts: str) -> Intervals:
    return Intervals(
        [Rule(block, False, text) for text in texts for block in parse_blocks(text)], "longest"
    )


def a_range(first: str, last: str) -> Range:
    low, high = parse_address(first), parse_address(last)
    assert low is not None
    assert high is not None
    return Range(low, high)


# Cutting


def test_without_blocks_there_are_the_two_families() -> None:
    assert ranges([]) == ALL
    assert ranges([intervals()]) == ALL


def test_a_block_cuts_its_family_in_front_and_behind() -> None:
    assert ranges([intervals("10.0.0.0/8")]) == [
        a_range("0.0.0.0", "9.255.255.255"),
        a_range("10.0.0.0", "10.255.255.255"),
        a_range("11.0.0.0", "255.255.255.255"),
        ALL[1],
    ]


def test_the_blocks_of_all_lists_cut() -> None:
    assert ranges([intervals("0.0.0.0/1"), intervals("128.0.0.0/2")])[:3] == [
        a_range("0.0.0.0", "127.255.255.255"),
        a_range("128.0.0.0", "191.255.255.255"),
        a_range("192.0.0.0", "255.255.255.255"),
    ]


def test_blocks_at_the_ends_of_a_family_cut_once() -> None:
    assert ranges([intervals("255.255.255.255", "::")]) == [
        a_range("0.0.0.0", "255.255.255.254"),
        a_range("255.255.255.255", "255.255.255.255"),
        Range(V6, V6),
        Range(V6 + 1, (V6 << 1) - 1),
    ]


# Joining and telling


def test_ranges_side_by_side_are_one() -> None:
    parts = [a_range("10.0.0.2", "10.0.0.9"), a_range("10.0.0.0", "10.0.0.1")]

    assert joined(parts) == [a_range("10.0.0.0", "10.0.0.9")]


def test_the_two_families_are_never_joined() -> None:
    assert joined(ALL) == ALL


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        pytest.param([a_range("10.0.0.0", "10.255.255.255")], ["10.0.0.0/8"], id="a block"),
        pytest.param([a_range("10.0.0.7", "10.0.0.7")], ["10.0.0.7"], id="an address"),
        pytest.param(
            [a_range("10.0.0.1", "10.0.0.4")],
            ["10.0.0.1", "10.0.0.2/31", "10.0.0.4"],
            id="a range that is no block",
        ),
        pytest.param(ALL, ["0.0.0.0/0", "::/0"], id="all addresses"),
        pytest.param([a_range("2001:db8::", "2001:db8::1")], ["2001:db8::/127"], id="IPv6"),
    ],
)
def test_ranges_are_told_as_blocks(parts: list[Range], expected: list[str]) -> None:
    assert blocks(parts, limit=9) == (expected, 0)


def test_no_more_blocks_are_told_than_are_asked_for() -> None:
    assert blocks([a_range("10.0.0.1", "10.0.0.4")], limit=2) == (["10.0.0.1", "10.0.0.2/31"], 1)
    assert blocks([a_range("10.0.0.1", "10.0.0.4")], limit=0) == ([], 3)


def test_all_addresses_are_counted() -> None:
    assert count(ALL) == 2**32 + 2**128
    assert count([]) == 0


@pytest.mark.parametrize(
    ("part", "expected"),
    [
        pytest.param(("10.0.0.0", "10.255.255.255"), "10.0.0.1", id="not a network's own"),
        pytest.param(("10.0.0.0", "10.0.0.1"), "10.0.0.0", id="unless there is little else"),
        pytest.param(("10.0.0.7", "10.0.0.99"), "10.0.0.7", id="else the first"),
        pytest.param(("::", "2001::"), "::1", id="of IPv6 too"),
    ],
)
def test_an_example_is_an_address_as_a_client_has_it(part: tuple[str, str], expected: str) -> None:
    assert example([a_range(*part), *ALL]) == parse_address(expected)


# Properties

lists = st.lists(st.lists(block_texts(), max_size=4), max_size=3)


@settings(max_examples=40)
@given(lists)
def test_ranges_are_all_addresses_each_once_and_undivided(texts: list[list[str]]) -> None:
    compiled = [intervals(*each) for each in texts]
    parts = ranges(compiled)
    edges = {edge for each in compiled for rule in each.rules for edge in rule.block[:2]}

    assert parts[0].first == 0
    assert parts[-1].last == (V6 << 1) - 1
    for before, after in pairwise(parts):
        between = (before.last, after.first)
        assert before.last + 1 == after.first or between == ((1 << 32) - 1, V6)
    for part in parts:
        inside = [edge for edge in edges if part.first <= edge <= part.last]
        for each in compiled:
            found = {each.find(address) for address in (part.first, part.last, *inside)}
            assert len(found) == 1


def net_set(parts: list[Range]) -> IPSet:
    """The same addresses, as another library has them."""
    found = []
    for first, last in parts:
        found += iprange_to_cidrs(net_address(first), net_address(last))
    return IPSet(found)


def net_address(address: int) -> IPAddress:
    return IPAddress(address - V6, 6) if address >= V6 else IPAddress(address, 4)


@st.composite
def some_ranges(draw: st.DrawFn) -> list[Range]:
    """Ranges without an address in common, in any order: some of those that blocks cut."""
    parts = ranges([intervals(*each) for each in draw(lists)])
    return draw(st.permutations(draw(st.lists(st.sampled_from(parts), unique=True))))


@settings(max_examples=40)
@given(some_ranges())
def test_joined_ranges_are_the_same_addresses_and_as_few_as_can_be(parts: list[Range]) -> None:
    found = joined(parts)

    assert net_set(found) == net_set(parts)
    for before, after in pairwise(found):
        assert before.last + 1 < after.first or after.first == V6


@settings(max_examples=40)
@given(some_ranges())
def test_blocks_and_their_count_are_those_of_netaddr(parts: list[Range]) -> None:
    shown, more = blocks(joined(parts), limit=1000)

    assert more == 0
    expected = cidr_merge(list(net_set(parts).iter_cidrs()))
    assert sorted(map(IPNetwork, shown)) == sorted(expected)
    assert all(("/" in text) == (IPNetwork(text).size > 1) for text in shown)
    assert count(parts) == sum(network.size for network in expected)


@settings(max_examples=40)
@given(some_ranges(), st.integers(0, 5))
def test_what_is_not_told_is_counted(parts: list[Range], limit: int) -> None:
    every, _ = blocks(parts, limit=1000)

    assert blocks(parts, limit=limit) == (every[:limit], len(every[limit:]))


@settings(max_examples=40)
@given(some_ranges())
def test_an_example_is_one_of_the_addresses(parts: list[Range]) -> None:
    if parts:
        assert parts[0].first <= example(parts) <= parts[0].last
