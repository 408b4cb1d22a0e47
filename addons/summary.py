"""What was refused or hidden most, and why?

Counted as it is told, in memory that does not grow: what came once too often to be kept apart is
counted together.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from addons.entries import Entry
from simulator.render.record import Plain

_MOST_KINDS = 500


class Kind(NamedTuple):
    """Refusals that are told alike: by the same rule, for the same reason."""

    reason: str
    place: str  # `shop.yaml:21`, empty where no policy's rule decides
    status: str


class Told(NamedTuple):
    """How often, and the last of them."""

    kind: Kind
    times: int
    last: Entry


class Summary:
    """Counts entries that were told."""

    def __init__(self) -> None:
        self.passed = 0
        self.hidden = 0
        self.others = 0  # of kinds that were too many to keep apart
        self._kinds: dict[Kind, tuple[int, Entry]] = {}

    def add(self, entry: Entry, brief: dict[str, Plain], *, told: bool) -> None:
        """Count one; `told`: whether it is a refusal, or hidden."""
        if not told:
            self.passed += 1
            return
        self.hidden += bool(brief["hidden"])
        kind = kind_of(brief)
        times, _ = self._kinds.get(kind, (0, entry))
        if not times and len(self._kinds) >= _MOST_KINDS:
            self.others += 1
            return
        self._kinds[kind] = (times + 1, entry)

    @property
    def refused(self) -> int:
        """How many were refused or hidden."""
        return self.others + sum(times for times, _ in self._kinds.values())

    def most(self, number: int) -> Iterator[Told]:
        """Those that came most often."""
        ranked = sorted(self._kinds.items(), key=lambda item: -item[1][0])
        return (Told(kind, times, last) for kind, (times, last) in ranked[:number])


def kind_of(brief: dict[str, Plain]) -> Kind:
    """What of an entry makes it be told like another."""
    rule = brief["rule"]
    place = f"{rule['file']}:{rule['line']}" if isinstance(rule, dict) else ""
    if brief["error"]:
        return Kind("", "", "no answer")
    # A policy's refusal is of its status, whatever the real server answered.
    status = brief["status"] if rule or brief["served"] is None else brief["served"]
    return Kind(str(brief["reason"] or ""), place, str(status))
