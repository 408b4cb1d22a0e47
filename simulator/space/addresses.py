"""Which kinds of address do lists of blocks tell apart?

Blocks cut the addresses of both families into ranges; within a range every list decides the same.
Ranges on which all lists decide the same are one kind.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from simulator.addresses import V6, Intervals, show_address

_V4_END = 1 << 32
_END = V6 << 1


class Range(NamedTuple):
    """The addresses from `first` to `last`, of one family."""

    first: int
    last: int

    @property
    def size(self) -> int:
        return self.last - self.first + 1


# IPv4-mapped addresses (RFC 4291 section 2.5.5.2).
_MAPPED = Range(V6 + (0xFFFF << 32), V6 + (0x10000 << 32) - 1)


def ranges(lists: Iterable[Intervals]) -> list[Range]:
    """Ranges that no block of the lists divides, in order, all addresses together; but none of
    mapped addresses alone, since nobody has one: it is read as the IPv4 address inside."""
    cuts = {0, V6}
    for intervals in lists:
        cuts.update(intervals.starts)
    inside = sorted(cut for cut in cuts if cut < _V4_END or V6 <= cut < _END)
    found = [
        Range(first, min(after - 1, _V4_END - 1 if first < V6 else _END - 1))
        for first, after in zip(inside, [*inside[1:], _END], strict=True)
    ]
    return [
        part for part in found if not (_MAPPED.first <= part.first and part.last <= _MAPPED.last)
    ]


def joined(parts: Iterable[Range]) -> list[Range]:
    """The same addresses in as few ranges as there can be."""
    found: list[Range] = []
    for part in sorted(parts):
        if found and found[-1].last + 1 == part.first and part.first != V6:
            found[-1] = Range(found[-1].first, part.last)
        else:
            found.append(part)
    return found


def blocks(parts: Sequence[Range], *, limit: int) -> tuple[list[str], int]:
    """The ranges as CIDR blocks (RFC 4632), at most so many, and how many more there are."""
    shown: list[str] = []
    more = 0
    for first, last in parts:
        width = 128 if first >= V6 else 32
        base = V6 if first >= V6 else 0
        while first <= last:
            # The largest block that begins here and does not go past the end.
            low = (first - base) & -(first - base) or 1 << width
            size = min(low, 1 << ((last - first + 1).bit_length() - 1))
            if len(shown) < limit:
                prefix = width - size.bit_length() + 1
                text = show_address(first)
                shown.append(text if prefix == width else f"{text}/{prefix}")
            else:
                more += 1
            first += size
    return shown, more


def count(parts: Iterable[Range]) -> int:
    """How many addresses."""
    return sum(part.size for part in parts)


def example(parts: Sequence[Range]) -> int:
    """One of the addresses, of the first range: not its first address if that has another use."""
    first, last = parts[0]
    found = first + 1 if last - first > 1 and first % 256 == 0 else first
    # A mapped address would be read as another; a range that begins with them goes on after them.
    return _MAPPED.last + 1 if _MAPPED.first <= found <= _MAPPED.last else found
