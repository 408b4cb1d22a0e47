"""Whose page made this request?

The origin of the document, as far as the request tells: by `Origin`; where a browser sends none, by
Fetch Metadata (a request to the page's own origin) or by `Referer`. A navigation belongs to the
document that it loads. None where nothing tells, as of a request that no page made.
"""

from __future__ import annotations

from typing import NamedTuple

from simulator import Request
from simulator.origin import split_origin

_DOCUMENTS = ("document", "iframe", "frame")


class Page(NamedTuple):
    """A document: its origin, `null` where that is opaque, and the origin of its URL."""

    origin: str
    site: str


def page_of(request: Request) -> str | None:
    """The origin of the page that made the request, `null` where that is opaque."""
    headers = request.headers
    if headers.get("sec-fetch-mode") == "navigate" or (headers.get("sec-fetch-dest") in _DOCUMENTS):
        return request.target.origin
    origin = headers.get("origin")
    if origin is not None:
        return origin
    if headers.get("sec-fetch-site") == "same-origin":
        return request.target.origin
    return _referring(request)


def is_of(request: Request, page: Page) -> bool:
    """Whether this page made the request, as far as origins tell pages apart."""
    if page_of(request) != page.origin:
        return False
    # All opaque origins are called `null`: only the referrer tells whose it is.
    return page.origin != "null" or _referring(request) == page.site


def _referring(request: Request) -> str | None:
    """The origin of the page's URL, by `Referer` (RFC 9110 section 10.1.3)."""
    referrer = request.headers.get("referer")
    if not referrer:
        return None
    scheme, found, rest = referrer.partition("://")
    if not found:
        return None
    origin = f"{scheme}://{rest.partition('/')[0].partition('?')[0]}"
    return origin if split_origin(origin) is not None else None
