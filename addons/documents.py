"""Which document may read which decisions?

Each document that gets the overlay has a token of its own, which only the overlay in it knows. With
it the decisions of that document's origin can be read since it was loaded, and no others.
"""

from __future__ import annotations

import secrets
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass, field

from addons.entries import Entry
from addons.journal import Journal
from addons.pages import Page, is_of

_KEPT = 500
_LEFT_ALONE = 50


@dataclass(slots=True, eq=False)
class Document:
    """A page that the overlay is in. `flow_id` is of the request that loaded it, `after` the last
    decision before that."""

    page: Page
    flow_id: str
    after: int
    token: str = field(default_factory=lambda: secrets.token_urlsafe(18))

    def may_read(self, entry: Entry) -> bool:
        """Whether the entry is of this page: its own loading, or what it has asked for since."""
        if entry.number <= self.after:
            return False
        return entry.flow_id == self.flow_id or is_of(entry.request, self.page)


@dataclass(frozen=True, slots=True)
class LeftAlone:
    """A document that the overlay was not put into, and why."""

    at: float
    url: str
    why: str


class Documents:
    """The last documents by their tokens; and what was left alone, for the dashboard."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._documents: OrderedDict[str, Document] = OrderedDict()
        self.left_alone: OrderedDict[str, LeftAlone] = OrderedDict()

    def add(self, page: Page, flow_id: str, after: int) -> Document:
        """Enter a document; the oldest is forgotten where there are many."""
        document = Document(page, flow_id, after)
        self._documents[document.token] = document
        if len(self._documents) > _KEPT:
            self._documents.popitem(last=False)
        return document

    def find(self, token: str) -> Document | None:
        """The document with this token."""
        return self._documents.get(token)

    def leave_alone(self, note: LeftAlone) -> None:
        """Note what the overlay could not be put into; each URL once."""
        self.left_alone[note.url] = note
        self.left_alone.move_to_end(note.url)
        if len(self.left_alone) > _LEFT_ALONE:
            self.left_alone.popitem(last=False)

    def entries(self, document: Document, revision: int) -> Iterator[Entry]:
        """What the document may read of what is new after this revision."""
        return (e for e in self._journal.changed(revision) if document.may_read(e))

    def entry(self, document: Document, number: int) -> Entry | None:
        """One decision, if the document may read it."""
        entry = self._journal.find(number)
        return entry if entry is not None and document.may_read(entry) else None
