"""Which rules of a list of blocks ever decide, and which make a difference?

A rule that another beats at every one of its addresses is dead. A rule that decides, where whatever
would decide in its place says the same, changes nothing. Both are found in one walk over the
stretches of addresses that the same rules hold.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

from simulator.addresses import Intervals, Rule
from simulator.policy import Policy

DEFAULT = -1  # in place of a rule: what decides where there is none


class Idle(NamedTuple):
    """An entry without effect, or of a list file those `blocks` of it that have none.

    `instead` is what decides in its place (DEFAULT: no rule). `dead`: that beats it; otherwise it
    decides, and what is behind it says the same. `contrary`: some of what beats it says otherwise.
    `removable`: it may go, together with all others of which this is said.
    """

    path: str
    blocks: tuple[int, ...]
    of: int
    instead: tuple[int, ...]
    dead: bool
    contrary: bool
    removable: bool


def idle_entries(intervals: Intervals, *, allows: bool) -> Iterator[Idle]:
    """The entries that are dead or change nothing, in the order in which they are compiled."""
    rules = intervals.rules
    beaten: dict[int, dict[int, None]] = defaultdict(dict)
    behind: dict[int, dict[int, None]] = defaultdict(dict)
    matter: set[int] = set()

    def says(index: int) -> bool:
        return allows if index == DEFAULT else not rules[index].deny

    for stretch in intervals.stretches():
        if not stretch.rules:
            continue
        first, *others = stretch.rules
        for index in others:
            beaten[index][first] = None
        following = others[0] if others else DEFAULT
        behind[first][following] = None
        if says(first) != says(following):
            matter.add(first)

    entries: dict[str, set[int]] = defaultdict(set)
    for index, rule in enumerate(rules):
        entries[rule.path.partition("#")[0]].add(index)
    dead = {index for index in range(len(rules)) if index not in behind}
    # INVARIANT: of those that are removable none decides in place of another.
    gone: set[int] = set()
    kept: set[int] = set()
    found: dict[str, Idle] = {}
    for path, own in sorted(entries.items(), key=lambda item: not item[1] <= dead):
        beats = dead & own
        if not beats and any(n in dead for index in own for n in behind[index]):
            continue  # what is behind it is told already: a duplicate is told once
        idle = beats or own - matter
        of_file = any("#" in rules[index].path for index in own)
        if not idle or (idle != own and not of_file):
            continue
        instead: dict[int, dict[int, None]] = beaten if beats else behind
        if beats:
            # What says the same of the same block is named alone, whatever is more specific.
            twins = {n for index in idle for n in beaten[index] if _twins(rules[n], rules[index])}
            instead = {index: {n: None for n in beaten[index] if n in twins} or beaten[index]
                       for index in idle}  # fmt: skip
        places = dict.fromkeys(n for index in sorted(idle) for n in instead[index])
        contrary = any(says(n) != says(index) for index in idle for n in instead[index])
        removable = idle == own and not contrary and not gone & {*places} and not kept & own
        if removable:
            gone |= own
            kept |= {*places}
        blocks = tuple(sorted(idle))
        outside = tuple(n for n in places if n not in own)
        found[path] = Idle(path, blocks, len(own), outside, bool(beats), contrary, removable)
    yield from (found[path] for path in entries if path in found)


def _twins(one: Rule, other: Rule) -> bool:
    return one.deny == other.deny and one.block[:2] == other.block[:2]


def called(policy: Policy, intervals: Intervals, index: int) -> str:
    """A rule as messages name it: what it says, and its line."""
    rule = intervals.rules[index]
    span = policy.span(rule.path)
    where = f"line {span.line}" if span.file == policy.name else str(span)
    return f"`{rule.block.text}` ({where})"
