"""Which rules of a list decide, and which make a difference."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import blocks

from simulator import load_policy
from simulator.addresses import Intervals, Rule, parse_blocks
from simulator.lint.weighing import DEFAULT, called, idle_entries


def listed(*entries: str, match: str = "longest") -> Intervals:
    """Rules of one list: `+10.0.0.0/8` allows, `-` denies."""
    rules = [
        Rule(block, entry[0] == "-", str(index))
        for index, entry in enumerate(entries)
        for block in parse_blocks(entry[1:])
    ]
    return Intervals(rules, match)


@pytest.mark.parametrize(
    ("entries", "expected"),
    [
        pytest.param(["+10.0.0.0/8", "-10.1.0.0/16"], [], id="each decides somewhere"),
        pytest.param(
            ["+10.0.0.0/8", "+10.1.0.0/16"], [("1", (0,), False)], id="the wider one says the same"
        ),
        pytest.param(["-10.0.0.0/8"], [("0", (DEFAULT,), False)], id="the default says the same"),
        pytest.param(
            ["+10.0.0.0/8", "-10.0.0.0/8"], [("0", (1,), True)], id="a denial wins the tie"
        ),
        pytest.param(
            ["+10.0.0.0/8", "+10.0.0.0/9", "+10.128.0.0/9"],
            [("0", (1, 2), True)],
            id="two halves win over the whole, and are needed once it goes",
        ),
    ],
)
def test_idle_entries_are_those_that_are_beaten_or_change_nothing(
    entries: list[str], expected: list[tuple[str, tuple[int, ...], bool]]
) -> None:
    found = idle_entries(listed(*entries), allows=False)

    assert [(idle.path, idle.instead, idle.dead) for idle in found] == expected


def test_an_entry_of_both_families_is_idle_if_it_is_in_both() -> None:
    assert [i.path for i in idle_entries(listed("+0.0.0.0/0", "+all"), allows=False)] == []
    found = idle_entries(listed("+0.0.0.0/0", "+::/0", "+all"), allows=False)
    assert [idle.path for idle in found] == ["2"]


def test_a_rule_is_called_by_its_block_and_line() -> None:
    policy = load_policy("network:\n  allow:\n    - 10.0.0.0/8\n", name="a.yaml")
    intervals = policy.network_sections[None]

    assert called(policy, intervals, 0) == "`10.0.0.0/8` (line 3)"


# Properties

RULES = st.lists(
    st.builds(lambda sign, block: sign + block, st.sampled_from("+-"), blocks()), max_size=9
)
MATCHES = st.sampled_from(["longest", "first", "deny-overrides"])


@settings(max_examples=80)
@given(RULES, MATCHES, st.booleans())
def test_all_that_is_removable_may_go_at_once(entries: list[str], match: str, allows: bool) -> None:
    intervals = listed(*entries, match=match)
    gone = {idle.path for idle in idle_entries(intervals, allows=allows) if idle.removable}

    left = Intervals([rule for rule in intervals.rules if rule.path not in gone], match)

    for address in {*intervals.starts, *left.starts}:
        assert admits(intervals, address, allows) == admits(left, address, allows)


@settings(max_examples=80)
@given(RULES, MATCHES, st.booleans())
def test_what_is_dead_never_decides_and_what_is_not_idle_does(
    entries: list[str], match: str, allows: bool
) -> None:
    intervals = listed(*entries, match=match)
    deciding = {
        intervals.rules[index].path
        for address in intervals.starts
        if (index := intervals.find(address)) >= 0
    }

    dead = {idle.path for idle in idle_entries(intervals, allows=allows) if idle.dead}

    assert dead == {rule.path for rule in intervals.rules} - deciding


def admits(intervals: Intervals, address: int, allows: bool) -> bool:
    index = intervals.find(address)
    return allows if index < 0 else not intervals.rules[index].deny
