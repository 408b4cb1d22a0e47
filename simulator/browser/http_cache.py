"""Need the server be asked at all, or is an answer kept that will do?

RFC 9111 (HTTP caching) for a private cache, with the cache modes of Fetch section 4.6. A value like
the preflight cache: asking it changes nothing, taking in an answer gives the next one. It lies
below CORS: what it keeps is judged anew for the page that asks, and what a page was refused is not
kept.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import NamedTuple

from simulator.browser.embedding import same_site
from simulator.browser.engine import Engine, Unsupported
from simulator.browser.freshness import directives, is_fresh
from simulator.browser.url import WebUrl
from simulator.message import Headers, Response

type Header = tuple[str, str]

# What a later answer does not change of a kept one (RFC 9111 section 3.2).
_LASTING = frozenset(
    """
    connection content-encoding content-length content-location content-md5 content-range
    content-type etag keep-alive proxy-authenticate proxy-authorization proxy-connection te trailer
    transfer-encoding upgrade www-authenticate x-frame-options x-xss-protection
    """.split()
)
_LASTING_PREFIXES = ("x-content-", "x-webkit-")
# Chromium keeps every other status, if only to have it confirmed.
_NOT_KEPT = frozenset({401, 407, 416})
# RFC 9111 section 4.4; Chromium does not count PUT, nor a method that it does not know.
_UNSAFE = frozenset({"DELETE", "PATCH", "POST"})
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
# What the browser chooses by page and mode; the rest of its own is always the same.
_CHOSEN = ("cookie", "referer", "sec-")

_PART = "what is left of an answer that was asked for in parts, or broke off, is not modelled"


class Question(NamedTuple):
    """A request as the cache sees it."""

    page: WebUrl | None
    """The page's URL, by whose site what is kept is kept apart; None: an opaque origin has none."""
    url: WebUrl
    method: str
    origin: str | None
    fields: tuple[Header, ...]
    """What script set."""
    mode: str
    """The cache mode."""
    chosen_by: tuple[str, ...] = ()
    """What the fields depend on that the browser chooses itself."""

    @property
    def key(self) -> str:
        """The URL as it is on the wire."""
        return self.url._replace(fragment=None).href

    @property
    def is_ranged(self) -> bool:
        """Whether it asks for a part."""
        return any(name.lower() == "range" for name, _ in self.fields)

    def value(self, name: str) -> object:
        """What the request says in a field that an answer varies by; None: nothing."""
        said = [value for own, value in self.fields if own.lower() == name]
        if said or name == "origin":
            return ", ".join(said) or self.origin
        return self.chosen_by if name.startswith(_CHOSEN) else None


class Kept(NamedTuple):
    """One answer with what it answers."""

    asked: Question
    response: Response
    at: float
    doubt: str = ""
    """Why it is not known what is kept."""


class Found(NamedTuple):
    """What the cache has for a request."""

    response: Response | None = None
    """An answer that will do."""
    conditions: tuple[Header, ...] = ()
    """What to ask the server along, so that it may confirm the one that is kept."""
    kept: Kept | None = None
    missing: bool = False
    """There is none, and the server must not be asked."""


@dataclass(frozen=True, slots=True)
class HttpCache:
    """The answers a browser keeps, by URL: one for each site whose pages asked."""

    entries: Mapping[str, tuple[Kept, ...]] = field(
        default_factory=lambda: MappingProxyType[str, tuple[Kept, ...]]({})
    )

    def find(self, asked: Question, at: float, engine: Engine) -> Found:
        """What is there for the request. Raises Unsupported where it is not known."""
        mode = cache_mode(asked, engine)
        if asked.page is None or asked.method not in ("GET", "HEAD") or mode == "no-store":
            return Found()
        kept = self._kept(asked)
        if kept is None or mode == "reload":
            return Found(missing=mode == "only-if-cached")
        if kept.doubt or asked.is_ranged:
            raise Unsupported(kept.doubt or _PART)
        same = _fits(kept, asked)
        reused = mode in ("force-cache", "only-if-cached")
        if same and (
            reused or (mode == "default" and is_fresh(kept.response, kept.at, at, engine))
        ):
            return Found(kept.response)
        if mode == "only-if-cached":
            return Found(missing=True)
        if same and mode == "default" and "stale-while-revalidate" in directives(kept.response):
            raise Unsupported("an answer that is used while it is asked for anew is not modelled")
        conditions = _conditions(kept.response, engine, same=same)
        return Found(conditions=conditions, kept=kept if conditions else None)

    def take_in(
        self, asked: Question, found: Found, response: Response, at: float, engine: Engine
    ) -> tuple[HttpCache, Response]:
        """The cache after the server's answer, and the answer that the page gets."""
        if found.kept is not None and response.status == 304:
            response = _updated(found.kept.response, response)
            return self._with(Kept(asked, response, at)), response
        if _invalidates(asked.method, response.status, engine):
            return self.without(asked), response
        mode = cache_mode(asked, engine)
        if asked.page is None or mode == "no-store":
            return self, response
        if asked.method == "HEAD":
            # What the server says now may differ from what is kept (RFC 9111 section 4.3.5).
            return self.doubting(asked), response
        if asked.method != "GET":
            return self, response
        if response.status in _NOT_KEPT:
            return self, response
        doubt = _PART if response.status == 206 else ""
        return self._with(Kept(asked, response, at, doubt)), response

    def without(self, asked: Question) -> HttpCache:
        """The cache once the answer to the request was dropped."""
        left = [kept for kept in self.entries.get(asked.key, ()) if not _shares(kept, asked)]
        return self._put(asked.key, left)

    def doubting(self, asked: Question) -> HttpCache:
        """The cache where the answer to the request broke off."""
        kept = self._kept(asked)
        return self if kept is None else self._with(kept._replace(doubt=_PART))

    def in_doubt(self, url: WebUrl, doubt: str) -> HttpCache:
        """The cache where it is not known what a request for the URL left of what was kept."""
        key = url._replace(fragment=None).href
        return self._put(key, [k._replace(doubt=doubt) for k in self.entries.get(key, ())])

    def _kept(self, asked: Question) -> Kept | None:
        return next((k for k in self.entries.get(asked.key, ()) if _shares(k, asked)), None)

    def _with(self, kept: Kept) -> HttpCache:
        left = self.without(kept.asked)
        if "no-store" in directives(kept.response):
            return left
        return left._put(kept.asked.key, [*left.entries.get(kept.asked.key, ()), kept])

    def _put(self, key: str, kept: list[Kept]) -> HttpCache:
        others = {k: v for k, v in self.entries.items() if k != key}
        if kept:
            others[key] = tuple(kept)
        return replace(self, entries=MappingProxyType(others))


def cache_mode(asked: Question, engine: Engine) -> str:
    """The mode by which the cache goes, since script may say it in a field too (RFC 9111 sections
    5.2.1 and 5.4)."""
    fields = {name.lower(): value.lower() for name, value in asked.fields}
    words = {word.strip() for word in fields.get("cache-control", "").split(",")}
    if asked.mode == "no-store":
        return asked.mode
    if "no-cache" in words or fields.get("pragma") == "no-cache":
        return "reload" if engine == "chromium" else "no-cache"
    return "no-cache" if "max-age=0" in words and asked.mode == "default" else asked.mode


def _shares(kept: Kept, asked: Question) -> bool:
    """Whether both are of one partition: that of the page's site (Fetch section 2.8)."""
    mine, its = asked.page, kept.asked.page
    if mine is None or its is None:
        return False
    return mine.scheme == its.scheme and same_site(its, mine)


def _fits(kept: Kept, asked: Question) -> bool:
    """Whether the answer is one to this request (RFC 9111 section 4.1)."""
    names = [
        name.strip(" \t").lower() for name in (kept.response.headers.get("vary") or "").split(",")
    ]
    if "*" in names:
        return False
    fits = True
    for name in names:
        mine, its = asked.value(name), kept.asked.value(name)
        if mine == its:
            continue
        if isinstance(mine, tuple) or isinstance(its, tuple):
            raise Unsupported(f"whether the browser sends another `{name}` now is not known")
        fits = False
    return fits


def _conditions(response: Response, engine: Engine, *, same: bool) -> tuple[Header, ...]:
    """RFC 9111 section 4.3.1; the date says nothing of an answer to another request."""
    if engine == "chromium" and response.status != 200:
        return ()
    tag, date = response.headers.get("etag"), response.headers.get("last-modified")
    conditions = (("If-None-Match", tag), ("If-Modified-Since", date if same else None))
    return tuple([(name, value) for name, value in conditions if value])


def _updated(kept: Response, confirming: Response) -> Response:
    """RFC 9111 section 3.2: the fields of the confirming answer take the place of the kept ones."""
    fresh = [
        (name, value)
        for name, value in confirming.headers
        if name.lower() not in _LASTING and not name.lower().startswith(_LASTING_PREFIXES)
    ]
    replaced = {name.lower() for name, _ in fresh}
    lasting = [(name, value) for name, value in kept.headers if name.lower() not in replaced]
    return Response(kept.status, Headers([*lasting, *fresh]), kept.body)


def _invalidates(method: str, status: int, engine: Engine) -> bool:
    """RFC 9111 section 4.4: what a change leaves behind is no longer true."""
    unsafe = method in _UNSAFE if engine == "chromium" else method not in _SAFE
    return unsafe and 200 <= status <= 399
