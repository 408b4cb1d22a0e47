"""Who asks, and for what?

The page with what the browser knows of it (HTML section 8.1.3, environment settings), and what its
script passes to the API (Fetch section 5.4, RequestInit; XMLHttpRequest section 3.5).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

from simulator.browser.address_space import Permission, Space, space_of_host
from simulator.browser.csp import Policy
from simulator.browser.embedding import Embedder
from simulator.browser.url import WebUrl, is_potentially_trustworthy, parse
from simulator.message import Response

type Header = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Page:
    """A document.

    `origin` is serialised: `null` where it is opaque (sandboxed, a `data:` or file URL).
    `space` is the address space it came from, None where that is not known.
    """

    url: str
    origin: str
    embedder: Embedder = "unsafe-none"
    space: Space | None = None
    permission: Permission = "disabled"
    space_of: Callable[[str], Space | None] = space_of_host
    """The address space of a host; None: not known."""
    content_security_policy: tuple[Policy, ...] = ()
    parsed: WebUrl | None = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "parsed", parse(self.url))

    @property
    def secure(self) -> bool:
        """Whether it is a secure context."""
        return self.parsed is not None and is_potentially_trustworthy(self.parsed)

    def is_home(self, url: WebUrl) -> bool:
        """Whether the URL is of the page's own origin."""
        return url.origin == self.origin != "null"

    @property
    def partition(self) -> str:
        """What its caches are kept apart by."""
        return self.origin if self.parsed is None else self.parsed.origin


@dataclass(frozen=True, slots=True)
class PageRequest:
    """What script asks the browser to fetch. None: not passed, so the API's default holds."""

    url: str
    method: str = "GET"
    headers: tuple[Header, ...] = ()
    api: str = "fetch"
    mode: str | None = None
    credentials: str | None = None
    redirect: str = "follow"
    cache: str = "default"
    body: str | None = None
    """What kind of body there is; None: none."""
    content_type: str | None = None
    """The Content-Type that the body brings along, where script sets none."""
    upload_listener: bool = False
    integrity: str = ""
    referrer_policy: str = ""
    target_address_space: str | None = None
    crossorigin: str | None = None
    """An element's attribute; None: it has none."""


class Sent(NamedTuple):
    """One message as it is on the wire, and what came back."""

    preflight: bool
    method: str
    url: WebUrl
    origin: str | None
    """The Origin field; None: not sent."""
    asks: str | None = None
    """A preflight's Access-Control-Request-Headers."""
    asks_method: str | None = None
    headers: tuple[Header, ...] = ()
    """What script set of the others."""
    conditions: tuple[Header, ...] = ()
    """What the browser's cache asks along (RFC 9110 section 13.1)."""
    hop: int = 0
    """How many redirects came before."""
    response: Response | None = None
