"""Is an earlier preflight's answer still good for this request?

Fetch section 4.9, CORS-preflight cache, as a value: looking something up gives the cache that is
left, storing gives the next one. Chromium keeps one answer for a URL and drops it as soon as a
request does not fit it; the standard has an entry for each method and header, which add up.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import NamedTuple

from simulator.behaviour import SAFELISTED_METHODS
from simulator.browser.engine import Engine
from simulator.browser.preflight import Asked, Grant
from simulator.message import Headers

DEFAULT_AGE = 5.0  # seconds, where Access-Control-Max-Age is missing or cannot be read
# What the standard leaves to the browser; in its place stands the longest that any browser has.
LONGEST_AGE: Mapping[Engine, float] = {"standard": 86_400.0, "chromium": 7_200.0}
_NUMBER = re.compile(r"([+-]?)([0-9]+)\Z")
_NONE = frozenset[str]()


class Key(NamedTuple):
    """What an answer is kept under."""

    partition: str  # the page's, so that one site does not see what another asked
    origin: str
    url: str


class Entry(NamedTuple):
    """What is granted and until when, in Unix seconds, it holds."""

    grant: Grant
    until: float

    def serves(self, include: bool) -> bool:
        """Whether it holds for a request of this kind ("cache entry match")."""
        return self.grant.include or not include


@dataclass(frozen=True, slots=True)
class PreflightCache:
    """The answers a browser keeps."""

    entries: Mapping[Key, tuple[Entry, ...]] = field(
        default_factory=lambda: MappingProxyType[Key, tuple[Entry, ...]]({})
    )

    def covers(
        self, key: Key, asked: Asked, at: float, engine: Engine
    ) -> tuple[bool, PreflightCache]:
        """Whether no preflight is needed, and the cache as it is after the question."""
        kept = self.entries.get(key)
        if kept is None:
            return False, self
        good = tuple([entry for entry in kept if at < entry.until])
        fitting = [entry.grant for entry in good if entry.serves(asked.include)]
        if engine == "chromium":
            covered = bool(fitting) and fitting[0].refuses(asked, engine) is None
            return covered, self if covered else self._put(key, ())
        methods = _NONE.union(*[grant.methods for grant in fitting])
        headers = _NONE.union(*[grant.headers for grant in fitting])
        covered = (
            bool(fitting)
            and (_has_method(methods, asked.method) or _needs_no_method(asked))
            and all([_has_header(headers, name) for name in asked.headers])
        )
        return covered, self._put(key, good)

    def store(
        self, key: Key, grant: Grant, headers: Headers, at: float, engine: Engine
    ) -> PreflightCache:
        """The cache with this answer in it, if it may be kept."""
        until = at + max_age(headers, engine)
        if engine == "chromium":
            entries = [Entry(grant, until)]
        else:
            entries = _merge(self.entries.get(key, ()), grant, at, until)
        return self._put(key, tuple([entry for entry in entries if at < entry.until]))

    def without(self, key: Key) -> PreflightCache:
        """The cache after a failed request: the standard forgets what it was let do."""
        return self._put(key, ())

    def _put(self, key: Key, entries: tuple[Entry, ...]) -> PreflightCache:
        others = {k: v for k, v in self.entries.items() if k != key}
        if entries:
            others[key] = entries
        return replace(self, entries=MappingProxyType(others))


def _merge(kept: tuple[Entry, ...], grant: Grant, at: float, until: float) -> list[Entry]:
    """The entries of the standard with what is granted now (CORS-preflight fetch, steps 7.12 to
    7.15): what is there already gets the new age, counted from now, and the rest is added."""
    entries = [entry for entry in kept if at < entry.until]
    for name in sorted(grant.methods):
        new = Entry(Grant(frozenset({name}), _NONE, grant.include), until)
        _renew(entries, new, [_has_method(e.grant.methods, name) for e in entries])
    for name in sorted(grant.headers):
        new = Entry(Grant(_NONE, frozenset({name}), grant.include), until)
        _renew(entries, new, [_has_header(e.grant.headers, name) for e in entries])
    return entries


def _renew(entries: list[Entry], new: Entry, same: list[bool]) -> None:
    """Give those of the entries that are the same the new one's end, or add it."""
    found = [
        i for i, is_same in enumerate(same) if is_same and entries[i].serves(new.grant.include)
    ]
    for i in found:
        entries[i] = entries[i]._replace(until=new.until)
    if not found:
        entries.append(new)


# Matches of the standard. Once it is kept, its `*` stands for all, with credentials too.
def _has_method(methods: frozenset[str], name: str) -> bool:
    return name in methods or "*" in methods


def _has_header(headers: frozenset[str], name: str) -> bool:
    return name in headers or ("*" in headers and name != "authorization")


def _needs_no_method(asked: Asked) -> bool:
    return asked.method in SAFELISTED_METHODS and not asked.forced


def max_age(headers: Headers, engine: Engine) -> float:
    """Seconds for which the answer may be kept (Fetch, CORS-preflight fetch, steps 7.8 to 7.10).

    The standard reads `delta-seconds` (RFC 9111 section 1.2.2): digits alone, however many.
    Chromium reads a signed number of 64 bits, and a negative one is 0.
    """
    match = _NUMBER.match(headers.get("access-control-max-age") or "")
    if match is None or (match[1] and engine == "standard"):
        return DEFAULT_AGE
    # More than 20 digits are too many for 64 bits, and for Python's own conversion at some point.
    seconds = int(match[2].lstrip("0")[:20] or "0")
    if match[1] == "-":
        return DEFAULT_AGE if seconds > 2**63 else 0.0
    if engine == "chromium" and seconds >= 2**63:
        return DEFAULT_AGE
    return min(float(seconds), LONGEST_AGE[engine])
