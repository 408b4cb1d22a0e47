"""How are many points of a product of sets told as few boxes?

A box is one set for each axis. Boxes that differ on one axis only are one box with both sets; what
is folded holds the same points as before. Few, not the fewest: that would be a hard problem.
"""

from __future__ import annotations

from collections.abc import Iterable

type Side = frozenset[int]
type Box = tuple[Side, ...]


def fold(boxes: Iterable[Box]) -> list[Box]:
    """The same points in fewer boxes. The boxes given are disjoint, and stay so."""
    current = list(dict.fromkeys(boxes))
    while True:
        before = len(current)
        for axis in range(len(current[0]) if current else 0):
            current = _along(current, axis)
        if len(current) == before:
            return current


def _along(boxes: list[Box], axis: int) -> list[Box]:
    """Boxes that agree on every other axis as one."""
    same: dict[tuple[Side, ...], list[Side]] = {}
    for box in boxes:
        same.setdefault((*box[:axis], *box[axis + 1 :]), []).append(box[axis])
    return [
        (*rest[:axis], sides[0].union(*sides[1:]) if len(sides) > 1 else sides[0], *rest[axis:])
        for rest, sides in same.items()
    ]
