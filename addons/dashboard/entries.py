"""What passed, and what is there to say of it?

The list, what is new in it, and one entry with all that explains it; pause and clear.
"""

from __future__ import annotations

import asyncio
import json
import time
from importlib.metadata import version
from typing import Any

from tornado.web import HTTPError

from addons.dashboard.context import Context
from addons.dashboard.detail import detail, fixes
from addons.dashboard.guard import Guarded
from addons.dashboard.overlay_api import after
from addons.dashboard.stream import Stream
from addons.entries import Entry
from simulator.render.record import Plain

type Route = tuple[str, type[Any], dict[str, Any]]


def routes(context: Context) -> list[Route]:
    """The handlers by their paths."""
    given = {"context": context}
    return [
        (r"/api/state", State, given),
        (r"/api/entries", List, given),
        (r"/api/stream", Live, given),
        (r"/api/entries/(\d{1,15})", One, given),
        (r"/api/entries/(\d{1,15})/fixes", Fixes, given),
        (r"/api/clear", Clear, given),
        (r"/api/pause", Pause, given),
    ]


def state(context: Context) -> dict[str, Plain]:
    """What is set, and what is in force."""
    settings, journal = context.settings, context.journal
    return {
        "version": version("why403"),
        "now": time.time(),
        "paused": journal.paused,
        "count": journal.count,
        "kept": journal.kept,
        "revision": journal.revision,
        "mode": settings.mode,
        "client": settings.client or None,
        "overlay": settings.overlay,
        "policies": [
            {
                "name": active.policy.name,
                "path": active.path,
                "broken": active.broken or None,
                "keys": [key.id for key in active.policy.keys],
                "lines": len(active.policy.document.text.splitlines()),
            }
            for active in context.policies.active
        ],
        "left_alone": [
            {"at": note.at, "url": note.url, "why": note.why}
            for note in context.documents.left_alone.values()
        ],
    }


class _Listing(Guarded):
    def news(self, revision: int) -> dict[str, Plain]:
        """What is new, or another, after this revision."""
        journal = self.context.journal
        seen = journal.revision
        return {"revision": seen, "entries": [e.brief() for e in journal.changed(revision)]}

    def entry(self, number: str) -> Entry | None:
        """An entry that is still kept; else the answer is a 404."""
        entry = self.context.journal.find(int(number))
        if entry is None:
            self.write_error(404)
        return entry


class State(_Listing):
    def get(self) -> None:
        self.json(state(self.context))


class List(_Listing):
    def get(self) -> None:
        self.json(self.news(after(self)))


class Live(_Listing):
    async def get(self) -> None:
        stream = Stream(self, self.context)
        await stream.follow(after(self), lambda revision: ("entries", self.news(revision)))


class One(_Listing):
    def get(self, number: str) -> None:
        entry = self.entry(number)
        if entry is not None:
            self.json(detail(entry))


class Fixes(_Listing):
    async def get(self, number: str) -> None:
        entry = self.entry(number)
        if entry is not None:
            loop = asyncio.get_running_loop()
            self.json(await loop.run_in_executor(None, fixes, entry))


class Clear(_Listing):
    def post(self) -> None:
        self.context.journal.clear()
        self.json(state(self.context))


class Pause(_Listing):
    def post(self) -> None:
        try:
            paused = json.loads(self.request.body or b"{}").get("paused", True)
        except (ValueError, AttributeError):
            raise HTTPError(400) from None
        self.context.journal.paused = paused is True
        self.json(state(self.context))
