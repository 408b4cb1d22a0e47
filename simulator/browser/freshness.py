"""How long is an answer good for?

RFC 9111 sections 4.2 (freshness), 5.2.2 (Cache-Control) and 5.4 (Pragma). The standard leaves it to
the cache how long an answer holds that does not say; here such a one is stale by the standard, and
by Chromium's own rules good for a tenth of its age, or for ever if it says that things moved.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from datetime import UTC
from email.utils import parsedate_to_datetime

from simulator.browser.engine import Engine, Unsupported
from simulator.message import Response

_ELEMENT = re.compile(r'(?:"(?:[^"\\]|\\.)*"?|[^",])+', re.DOTALL)
_SECONDS = re.compile(r"[0-9]+\Z")
_MOST = 2**31  # seconds (RFC 9111 section 1.2.2)
# An earlier time counts from the beginning of a story, and what a date is to it is not known.
_KNOWN_CLOCK = 1e9
_LASTING = frozenset({300, 301, 308, 410})
_GUESSED = frozenset({200, 203, 206})


def directives(response: Response) -> Mapping[str, str]:
    """The directives of Cache-Control in small letters; of repeated ones the first counts."""
    found: dict[str, str] = {}
    for element in _ELEMENT.findall(response.headers.get("cache-control") or ""):
        name, _, value = element.strip(" \t").partition("=")
        found.setdefault(name.lower(), value)
    return found


def is_fresh(response: Response, taken_in: float, at: float, engine: Engine) -> bool:
    """Whether an answer that came at one time is still good at another; Unix seconds.

    Raises Unsupported where that depends on a date and the time is none.
    """
    lifetime = _lifetime(response, taken_in, engine)
    if lifetime <= 0:
        return False
    date = _date(response, "date", taken_in)
    age = response.headers.get("age") or ""
    received = max(
        0.0 if date is None else taken_in - date, float(_seconds(age) or 0), 0.0
    )  # section 4.2.3
    return received + at - taken_in < lifetime


def _lifetime(response: Response, taken_in: float, engine: Engine) -> float:
    """Section 4.2.1, and 4.2.2 for Chromium."""
    headers, control = response.headers, directives(response)
    pragma = (headers.get("pragma") or "").lower() == "no-cache"
    if control.get("no-cache") == "" or (pragma and (engine == "chromium" or not control)):
        return 0.0
    if "max-age" in control and (seconds := _seconds(control["max-age"])) is not None:
        return float(seconds)
    if "expires" in headers:
        expires = _date(response, "expires", taken_in)
        date = _date(response, "date", taken_in)
        return 0.0 if expires is None else expires - (taken_in if date is None else date)
    if engine == "standard":
        return 0.0
    if response.status in _LASTING:
        return math.inf
    if response.status not in _GUESSED or "must-revalidate" in control:
        return 0.0
    modified = _date(response, "last-modified", taken_in)
    if modified is None:
        return 0.0
    date = _date(response, "date", taken_in)
    return ((taken_in if date is None else date) - modified) / 10


def _seconds(value: str) -> int | None:
    return min(int(value[:20]), _MOST) if _SECONDS.match(value) else None


def _date(response: Response, name: str, at: float) -> float | None:
    """A field's date in Unix seconds, or None where it holds none."""
    value = response.headers.get(name)
    if value is None:
        return None
    try:
        found = parsedate_to_datetime(value)
    except ValueError:
        return None
    if at < _KNOWN_CLOCK:
        raise Unsupported(f"what time it was when `{name.title()}` was read is not known")
    return found.replace(tzinfo=found.tzinfo or UTC).timestamp()
