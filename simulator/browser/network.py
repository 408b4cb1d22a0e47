"""Does the answer come from the server or from what is kept, and does one come at all?

Fetch, HTTP-network-or-cache fetch and HTTP-network fetch. What goes to the wire is written down
here; below CORS nobody asks yet whether the page may have what came.
"""

from __future__ import annotations

from collections.abc import Callable

from simulator.browser.engine import Engine
from simulator.browser.failure import Failure
from simulator.browser.http_cache import HttpCache, Question
from simulator.browser.page import Sent
from simulator.browser.raw import CutShort
from simulator.browser.url import WebUrl
from simulator.browser.wire import check_response, no_answer, resent
from simulator.message import Response

type Server = Callable[[Sent], Response | CutShort | Failure | None]
"""What comes back: an answer, one that breaks off, bytes that are none; None: nobody is there."""


class NetworkError(Exception):
    """The fetch ends here, and the page gets nothing."""

    def __init__(self, failure: Failure) -> None:
        self.failure = failure


class Network:
    """The network stack during one fetch. Lives no longer than the call."""

    def __init__(
        self,
        server: Server,
        stored: HttpCache,
        engine: Engine,
        at: float,
        logs_in: Callable[[WebUrl], bool],
    ) -> None:
        self.server, self.stored, self.engine, self.at = server, stored, engine, at
        self.logs_in = logs_in
        """Whether a request to the URL may carry a login."""
        self.sent: list[Sent] = []
        self.cut_short = False
        """Whether the last answer broke off."""
        self._fetched: Question | None = None  # what the last answer, if it is kept, came new for

    def send(self, sent: Sent) -> Response:
        """The server's answer. Raises NetworkError where there is none to speak of."""
        for _ in range(2):
            answer = self.server(sent)
            if answer is None:
                raise NetworkError(no_answer())
            if isinstance(answer, Failure):
                self.sent.append(sent)
                raise NetworkError(answer)
            self.cut_short = isinstance(answer, CutShort)
            response = answer.response if isinstance(answer, CutShort) else answer
            self.sent.append(sent._replace(response=response))
            if not resent(response, sent, self.engine):
                break
        failed = check_response(response, sent, logs_in=self.logs_in(sent.url))
        if failed is not None:
            raise NetworkError(failed)
        return response

    def answer(self, sent: Sent, asked: Question) -> Response:
        """What is kept for the request, or the server's answer, which is kept from now on."""
        found = self.stored.find(asked, self.at, self.engine)
        self._fetched, self.cut_short = None, False
        if found.missing:
            raise NetworkError(no_answer("Fetch, HTTP-network-or-cache fetch, step 10.1"))
        if found.response is not None:
            return found.response
        response = self.send(sent._replace(conditions=found.conditions))
        confirmed = found.kept is not None and response.status == 304
        before = self.stored
        self.stored, response = before.take_in(asked, found, response, self.at, self.engine)
        if asked.method == "GET" and self.stored is not before and not confirmed:
            self._fetched = asked
        if self.cut_short:
            # With a validator Chromium keeps the part, and asks for the rest.
            resumed = "etag" in response.headers or "last-modified" in response.headers
            self.drop(certain=not resumed)
        return response

    def drop(self, *, certain: bool = True) -> None:
        """Keep the last answer no longer, unless it had been kept before. `certain`: it is known
        that the browser does so."""
        if self._fetched is not None:
            drop = self.stored.without if certain else self.stored.doubting
            self.stored = drop(self._fetched)
