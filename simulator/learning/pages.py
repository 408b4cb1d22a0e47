"""What does the server grant to pages of other origins, by what it answered them?

The server's half of the CORS protocol (Fetch section 3.3.3) read backwards: origins that could read
an answer, methods and headers of preflights that were granted, and what the answers said besides.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from simulator.behaviour import SAFELISTED_METHODS
from simulator.browser.exchange import requested_headers
from simulator.browser.safelist import settable_headers, unsafe_headers
from simulator.grants import check_granted_header, check_granted_method
from simulator.learning.exchanges import Exchange, is_read
from simulator.listing import names_of
from simulator.message import FORBIDDEN_METHODS, Request, is_forbidden_field
from simulator.origin import OriginPattern
from simulator.problem import Fault, list_words

# What browsers and proxies add to a request after CORS has been asked for it.
_BROWSERS_OWN = frozenset(
    {
        "cache-control", "forwarded", "if-modified-since", "if-none-match", "pragma", "priority",
        "purpose", "upgrade-insecure-requests", "user-agent", "x-client-data", "x-forwarded-for",
        "x-forwarded-host", "x-forwarded-proto", "x-real-ip",
    }
)  # fmt: skip


class Pages(NamedTuple):
    """What pages were granted, each name with the number of requests that show it."""

    origins: dict[str, int]
    methods: dict[str, int]
    headers: dict[str, int]
    expose: tuple[str, ...] = ()
    credentials: bool = False
    cookies: int = 0  # requests of pages that carried cookies
    max_age: int | None = None
    private_network: bool = False
    errors: bool = False  # whether errors carry CORS fields
    guesses: tuple[str, ...] = ()


def learn_pages(
    granted: Sequence[Exchange], read: Sequence[Exchange], refused: Sequence[Exchange] = ()
) -> Pages | None:
    """What `granted` preflights and answers that a page could `read` show; None for none of them.

    Of each of them a policy can say what was granted (`can_list`). Of the `refused` it is only
    asked whether pages could read that.
    """
    every = [*granted, *read]
    origins = Counter(e.request.headers.get("origin") or "" for e in every)
    if not origins:
        return None
    methods: Counter[str] = Counter()
    headers: Counter[str] = Counter()
    for exchange in granted:
        asked = exchange.request.headers
        methods[asked.get("access-control-request-method") or ""] += 1
        headers.update(set(requested_headers(asked)))
    guesses = list(_unasked(granted, read, methods, headers))
    for method in SAFELISTED_METHODS:
        methods.pop(method, None)  # granted in any case
    cookies = sum("cookie" in e.request.headers for e in read)
    allowed = sum(_field(e, "access-control-allow-credentials") == "true" for e in every)
    guesses += _of_stars(every)
    if allowed and not cookies:
        guesses.append(
            "pages may send cookies: the answers allow credentials, though no page's request in "
            "the recording carries a cookie"
        )
    ages = {age for e in granted if (age := _field(e, "access-control-max-age")).isdecimal()}
    if len(ages) > 1:
        said = list_words(sorted(ages, key=int), last="and")
        guesses.append(f"`max_age` is the smallest of those that were answered: {said}")
    if "null" in origins:
        guesses.append("the origin `null` is any sandboxed page's, and any file's: is it meant?")
    errors = [is_read(e) for e in refused if e.request.headers.get("origin") in origins]
    if any(errors) and not all(errors):
        guesses.append("some errors could be read by pages, some not: the draft hides them all")
    return Pages(
        dict(origins),
        dict(methods),
        dict(headers),
        tuple(dict.fromkeys(_exposed(read))),
        bool(allowed or cookies),
        cookies,
        min(map(int, ages), default=None),
        any(_field(e, "access-control-allow-private-network") == "true" for e in granted),
        bool(errors) and all(errors),
        tuple(guesses),
    )


def _field(exchange: Exchange, name: str) -> str:
    return (exchange.response.headers.get(name) if exchange.response else None) or ""


def can_list(request: Request) -> bool:
    """Whether a policy can name the origin, and what a preflight asks for."""
    headers = request.headers
    try:
        pattern = OriginPattern.parse(headers.get("origin") or "")
        asked = headers.get("access-control-request-method")
        if request.method == "OPTIONS" and asked is not None:
            check_granted_method(asked)
            for name in requested_headers(headers):
                check_granted_header(name)
    except Fault:
        return False
    return pattern.kind in ("exact", "null") and "*" not in pattern.text


def _exposed(read: Sequence[Exchange]) -> Iterator[str]:
    for exchange in read:
        yield from _names_of_answer(exchange)


def _names_of_answer(exchange: Exchange) -> Iterator[str]:
    for name in names_of(_field(exchange, "access-control-expose-headers")):
        yield name.lower()


def _unasked(
    granted: Sequence[Exchange],
    read: Sequence[Exchange],
    methods: Counter[str],
    headers: Counter[str],
) -> Iterator[str]:
    """Count what needs a preflight where none was recorded: a browser remembers their answers."""
    asked = {(e.request.headers.get("origin"), e.request.target.path) for e in granted}
    new: dict[str, None] = {}
    for exchange in read:
        request = exchange.request
        if (request.headers.get("origin"), request.target.path) in asked:
            continue
        needs = [(headers, name) for name in _script_headers(request)]
        if request.method not in (*SAFELISTED_METHODS, *FORBIDDEN_METHODS):
            needs.append((methods, request.method))
        for counts, name in needs:
            if name not in counts:
                new[name] = None
            counts[name] += 1
    if new:
        said = list_words(new, last="and")
        yield f"no preflight asks for {said}: granted, since requests that pages could read have it"


def _script_headers(request: Request) -> Iterator[str]:
    """The headers that script must have set, and that need the server's leave."""
    fields = [
        (name, value)
        for name, value in request.headers.fields
        if name.lower() not in _BROWSERS_OWN and not is_forbidden_field(name.lower())
    ]
    settable = settable_headers(fields, engine="chromium")
    yield from (unsafe.name for unsafe in unsafe_headers(settable, "chromium"))


def _of_stars(every: Sequence[Exchange]) -> Iterator[str]:
    """What a `*` in an answer leaves open."""
    if any(_field(e, "access-control-allow-origin") == "*" for e in every):
        yield "the server answers `*`, and so admits every origin: only those that asked are listed"
    for field, what in (("methods", "method"), ("headers", "header")):
        if any(_field(e, f"access-control-allow-{field}") == "*" for e in every):
            yield f"the server grants every {what} (`*`): only what was asked for is listed"
    if any("*" in _names_of_answer(e) for e in every):
        yield "the server exposes every header (`*`); which of them pages read is not known"
