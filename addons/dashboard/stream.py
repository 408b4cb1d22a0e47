"""How do readers get what is new at once?

As server-sent events (HTML Standard section 9.2). Whoever reads too slowly is dropped: a browser
comes back by itself and says what it has seen last. Nothing is kept for a reader meanwhile.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable

from tornado.iostream import StreamClosedError

from addons.dashboard.context import Context
from addons.dashboard.guard import Handler
from simulator.problem import Fault
from simulator.render.record import Plain

INTERVAL = 0.1  # seconds between two looks at the journal
HEARTBEAT = 15.0  # seconds of silence, after which a comment shows that the connection lives
PATIENCE = 10.0  # seconds in which a reader has to take what was sent
MOST = 40  # streams at once

type News = tuple[str, dict[str, Plain]]

_open: set[int] = set()


class Stream:
    """One reader of events."""

    def __init__(self, handler: Handler, context: Context) -> None:
        self._handler = handler
        self._context = context
        self._port = context.port

    async def follow(self, revision: int, news: Callable[[int], News]) -> None:
        """Send what `news` has for whatever is new, until the reader leaves or we stop."""
        handler = self._handler
        if len(_open) >= MOST:
            handler.refuse(
                503,
                Fault(f"{MOST} readers follow already", "each holds a connection", "close a page"),
            )
            return
        handler.set_header("Content-Type", "text/event-stream")
        handler.set_header("X-Accel-Buffering", "no")
        _open.add(id(self))
        try:
            await self._send("retry: 1000\n\n")
            await self._follow(revision, news)
        except StreamClosedError:
            pass  # the reader left
        except TimeoutError:
            handler.detach().close()  # what it did not read is dropped with it
        finally:
            _open.discard(id(self))

    async def _follow(self, revision: int, news: Callable[[int], News]) -> None:
        journal = self._context.journal
        quiet = time.monotonic()
        seen = revision if revision <= journal.revision else 0  # another run's
        while self._context.port == self._port:
            if journal.revision != seen:
                name, told = news(seen)
                seen = journal.revision
                quiet = time.monotonic()
                data = json.dumps(told, ensure_ascii=False)
                await self._send(f"event: {name}\nid: {seen}\ndata: {data}\n\n")
            elif time.monotonic() - quiet > HEARTBEAT:
                quiet = time.monotonic()
                await self._send(":\n\n")
            await asyncio.sleep(INTERVAL)

    async def _send(self, text: str) -> None:
        self._handler.write(text)
        await asyncio.wait_for(self._handler.flush(), PATIENCE)
