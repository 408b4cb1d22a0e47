"""What does an exchange that really took place say of who is let in?

An answer below 400 let its request in, 401, 403, 405 and 429 refused it (RFC 9110 section 15); 404
says it of a path. Of preflights, and of what a page may read, the browser's half of Fetch has the
word. Everything else (400, 409, 500, no answer at all) says nothing of permissions.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Literal, NamedTuple

from simulator.browser import Verdict, judge_exchange
from simulator.facts import Tables, gather
from simulator.har import Entry
from simulator.message import Request, Response
from simulator.principals import Principals
from simulator.routes import RouteTable

REFUSALS = frozenset({401, 403, 404, 405, 429})

type Outcome = Literal["let in", "granted", "not granted", "refused", "failed", "unanswered"]
"""What became of a request: `granted` and `not granted` are said of preflights; `failed` is an
error that has nothing to do with permissions."""

_NO_TABLES = Tables(RouteTable(()), Principals(()))


class Exchange(NamedTuple):
    """A request, what was really answered, and where it is written."""

    request: Request
    response: Response | None = None
    place: str = ""
    reason: str | None = None
    """The reason that why403 gave when it was recorded, where the answer itself does not say it."""


def exchanges_of(entries: Iterable[Entry], name: str) -> Iterator[Exchange]:
    """Those of a HAR file."""
    for entry in entries:
        yield Exchange(entry.request, entry.response, f"{name}, entry {entry.index}")


def is_preflight(request: Request) -> bool:
    """Whether it is a preflight to a browser (Fetch section 3.3.5)."""
    return gather(request, _NO_TABLES).asks


def is_cors(request: Request) -> bool:
    """Whether its Origin is another than the server's own."""
    return gather(request, _NO_TABLES).origin is not None


def verdict_of(exchange: Exchange) -> Verdict | None:
    """What a browser made of the answer; None where CORS has no part in it, or nothing shows."""
    if exchange.response is None:
        return None
    return judge_exchange(exchange.request, exchange.response)


def outcome_of(exchange: Exchange) -> Outcome:
    """What became of the request."""
    response = exchange.response
    if response is None:
        return "unanswered"
    if is_preflight(exchange.request):
        verdict = verdict_of(exchange)
        return "granted" if verdict is not None and verdict.failure is None else "not granted"
    if response.status < 400:
        return "let in"
    return "refused" if response.status in REFUSALS else "failed"


def is_read(exchange: Exchange) -> bool:
    """Whether a page of another origin could read the answer."""
    verdict = verdict_of(exchange)
    return verdict is not None and verdict.failure is None
