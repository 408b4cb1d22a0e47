"""Which findings come to the same?

Checks quote the request in what they find. For a decision it counts what is found, by whom, and
with which status; and whether the answer then names an origin, which decides what a page sees.
"""

from __future__ import annotations

from simulator.decision import Finding
from simulator.grants import ALLOW_ORIGIN


class Findings:
    """Findings by number; those that come to the same have one."""

    __slots__ = ("_index", "kept")

    def __init__(self) -> None:
        self.kept: list[Finding] = []
        self._index: dict[object, int] = {}

    def keep(self, finding: Finding) -> int:
        """The number of this finding, and of all that come to the same."""
        key = (
            finding.check,
            finding.outcome,
            finding.reason and finding.reason.code,
            finding.party,
            finding.status,
            any([name == ALLOW_ORIGIN for name, _ in finding.fields]),
        )
        index = self._index.get(key)
        if index is None:
            index = self._index[key] = len(self.kept)
            self.kept.append(finding)
        return index
