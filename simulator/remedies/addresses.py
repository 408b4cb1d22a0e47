"""Which other addresses does a change let in, and how many?"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from ipaddress import IPv4Address, IPv6Address, summarize_address_range
from itertools import pairwise
from typing import NamedTuple

from simulator.addresses import V6, Intervals
from simulator.policy import Policy
from simulator.remedies.remedy import mapping_at, where

_V4_LAST, _V6_LAST = (1 << 32) - 1, (V6 << 1) - 1


class Range(NamedTuple):
    """The addresses from `first` to `last`, of one family."""

    first: int
    last: int


class Section(NamedTuple):
    """A section `network` as it admits addresses: by its rules, or by its default."""

    intervals: Intervals
    allows: bool

    def admits(self, address: int) -> bool:
        index = self.intervals.find(address)
        return self.allows if index < 0 else not self.intervals.rules[index].deny


def sections_of(policy: Policy) -> dict[str, Section]:
    """The sections `network` by their paths."""
    found = {}
    for route, intervals in policy.network_sections.items():
        path = "network" if route is None else f"routes/{route}/network"
        allows = mapping_at(policy, path).get("default", "allow") == "allow"
        found[path] = Section(intervals, allows)
    return found


def ranges(lists: Iterable[Intervals]) -> Iterator[Range]:
    """Ranges that no block of the lists divides, in order: all addresses together."""
    starts = {0, V6}.union(*(intervals.starts for intervals in lists))
    for first, after in pairwise([*sorted(s for s in starts if s <= _V6_LAST), _V6_LAST + 1]):
        last = min(after - 1, _V4_LAST) if first < V6 else after - 1
        if first <= last:
            yield Range(first, last)


def others(old: Policy, new: Policy, client: int | None) -> Iterator[str]:
    """How many other addresses come in that did not, in words."""
    before = sections_of(old)
    for path, section in sections_of(new).items():
        if path not in before or before[path] == section:
            continue
        came = list(_gained(before[path], section))
        count = sum(last - first + 1 for first, last in came)
        count -= any(client is not None and p.first <= client <= p.last for p in came)
        if count:
            yield f"{_counted(count)}: {_named(came)}{where(new, path)}"


def _gained(old: Section, new: Section) -> Iterator[Range]:
    """The addresses that only the new section admits, neighbours joined."""
    found: Range | None = None
    for part in ranges([old.intervals, new.intervals]):
        if old.admits(part.first) or not new.admits(part.first):
            continue
        if found is not None and found.last + 1 == part.first:
            found = Range(found.first, part.last)
            continue
        if found is not None:
            yield found
        found = part
    if found is not None:
        yield found


def _counted(count: int) -> str:
    if count < 1_000_000:
        return f"{count:,} other address{'es' if count > 1 else ''}"
    return f"2^{math.log2(count):.0f} other addresses"


def _named(came: Sequence[Range]) -> str:
    """The blocks that make up the ranges, the first few of them."""
    blocks = [
        str(block).removesuffix("/32").removesuffix("/128")
        for first, last in came[:4]
        for block in _blocks(first, last)
    ]
    return ", ".join(blocks[:3]) + (" and more" if len(blocks) > 3 or len(came) > 4 else "")


def _blocks(first: int, last: int) -> Iterable[object]:
    if first >= V6:
        return summarize_address_range(IPv6Address(first - V6), IPv6Address(last - V6))
    return summarize_address_range(IPv4Address(first), IPv4Address(last))
