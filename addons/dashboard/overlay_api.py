"""What may the panel in a page ask?

The refused and hidden requests of its own document, and what there is to say of one. It asks under
a reserved path of the page's own server, so no other origin is involved: no CORS, no other
certificate. The token is the document's own; without it there is nothing here, as far as anybody
can tell. It comes in a request field: a page can list the URLs that are asked for in it.
"""

from __future__ import annotations

import asyncio
from typing import Any

from addons.dashboard.context import Context
from addons.dashboard.detail import detail, first_fix
from addons.dashboard.guard import Handler
from addons.dashboard.stream import Stream
from addons.documents import Document
from addons.entries import Entry
from addons.reserved import PATH
from simulator.render.record import Plain

TOKEN = "x-why403-token"

type Route = tuple[str, type[Handler], dict[str, Any]]


def routes(context: Context) -> list[Route]:
    """The handlers by their paths."""
    given = {"context": context}
    return [
        (f"{PATH}entries", Entries, given),
        (f"{PATH}stream", Live, given),
        (rf"{PATH}entries/(\d{{1,15}})", One, given),
        (rf"{PATH}entries/(\d{{1,15}})/fix", Fix, given),
    ]


class _Panel(Handler):
    """Whoever knows a document's token, by way of the proxy, from that document's own server."""

    document: Document

    def prepare(self) -> None:
        opaque = self.request.headers.get("Origin") == "null"
        if opaque and self.asked and self.request.method == "OPTIONS":
            return  # a preflight, which has no token
        document = self.context.documents.find(self.request.headers.get(TOKEN, ""))
        if document is None or not self.asked or self.asked.lower() != document.page.site:
            self.write_error(404)
            return
        self.document = document
        if opaque and document.page.origin == "null":
            self._let_read()

    def _let_read(self) -> None:
        """A sandboxed page is of another origin than the server that it came from."""
        self.set_header("Access-Control-Allow-Origin", "null")
        self.set_header("Vary", "Origin")
        self.clear_header("Cross-Origin-Resource-Policy")

    def options(self, *_: str) -> None:
        """A preflight of a sandboxed page: the token's field is not a safelisted one."""
        self._let_read()
        self.set_header("Access-Control-Allow-Headers", TOKEN)
        self.set_status(204)

    def news(self, revision: int) -> dict[str, Plain]:
        """What is new for this document, and up to which revision that is."""
        context = self.context
        seen = context.journal.revision
        found = [e.brief() for e in context.documents.entries(self.document, revision)]
        return {"revision": seen, "entries": [brief for brief in found if is_told(brief)]}

    def entry(self, number: str) -> Entry | None:
        """One decision that the document may read; else the answer is a 404."""
        entry = self.context.documents.entry(self.document, int(number))
        if entry is None:
            self.write_error(404)
        return entry


def is_told(brief: dict[str, Plain]) -> bool:
    """Whether a page's panel lists it: what is refused, hidden, or broke off."""
    served = brief["served"]
    failed = isinstance(served, int) and served >= 400
    return brief["allowed"] is False or failed or bool(brief["hidden"]) or bool(brief["error"])


class Entries(_Panel):
    def get(self) -> None:
        self.json(self.news(after(self)))


class Live(_Panel):
    async def get(self) -> None:
        stream = Stream(self, self.context)
        await stream.follow(after(self), lambda revision: ("entries", self.news(revision)))


class One(_Panel):
    def get(self, number: str) -> None:
        entry = self.entry(number)
        if entry is not None:
            self.json(detail(entry))


class Fix(_Panel):
    async def get(self, number: str) -> None:
        entry = self.entry(number)
        if entry is None:
            return
        loop = asyncio.get_running_loop()
        self.json({"fix": await loop.run_in_executor(None, first_fix, entry)})


def after(handler: Handler) -> int:
    """The revision that the reader has seen last (`Last-Event-ID` when it comes back)."""
    said = handler.request.headers.get("Last-Event-ID") or handler.get_query_argument("after", "0")
    return int(said) if said.isascii() and said.isdigit() and len(said) < 16 else 0
