"""What was decided lately?

The last decisions, numbered, in memory that does not grow. Whoever shows them asks for those that
are new, or another, since the revision that it has seen last.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator

from mitmproxy import http

from addons.entries import Case, Entry
from addons.failures import Failure

KEPT = 1000

# What is known of each live flow: how it was judged, or that it could not be.
type Cases = dict[str, Case | Failure]


class Journal:
    """The last decisions. The last of the parts: it closes the case.

    `count` is the number of the last, `revision` grows with every decision and every change of one.
    While it is `paused` nothing is entered.
    """

    def __init__(self, cases: Cases, *, kept: int = KEPT) -> None:
        self._cases = cases
        self._entries: deque[Entry] = deque(maxlen=kept)
        self.kept = kept
        self.count = 0
        self.revision = 0
        self.paused = False

    def add(self, entry: Entry) -> None:
        """Enter a decision under the next number, the first being 1."""
        if self.paused:
            return
        self.count += 1
        entry.number = self.count
        self.touch(entry)
        self._entries.append(entry)

    def touch(self, entry: Entry) -> None:
        """Something is known of it that was not when it was entered."""
        self.revision += 1
        entry.revision = self.revision

    def clear(self) -> None:
        """Forget all of them. Numbers and revisions go on."""
        self._entries.clear()
        self.revision += 1

    def since(self, number: int) -> Iterator[Entry]:
        """The decisions after this number that are still kept, oldest first."""
        return (case for case in tuple(self._entries) if case.number > number)

    def changed(self, revision: int) -> Iterator[Entry]:
        """The decisions that are new, or another, after this revision, oldest first."""
        if revision >= self.revision:
            return iter(())
        return (case for case in tuple(self._entries) if case.revision > revision)

    def find(self, number: int) -> Entry | None:
        """The decision with this number, if it is still kept."""
        if not self._entries or not self._entries[0].number <= number <= self.count:
            return None
        return self._entries[number - self._entries[0].number]

    def response(self, flow: http.HTTPFlow) -> None:
        case = self._cases.pop(flow.id, None)
        if isinstance(case, Case) and flow.response is not None:
            case.served = flow.response.status_code
            if case.number:
                self.touch(case)

    def error(self, flow: http.HTTPFlow) -> None:
        case = self._cases.pop(flow.id, None)
        if isinstance(case, Case) and flow.error is not None:
            case.error = flow.error.msg or "the connection broke off"
            if case.number:
                self.touch(case)
