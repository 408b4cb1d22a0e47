"""How may a real request be shown to whoever looks on?

With everything that explains it and without what opens doors: a known key as its id, any other
credential by its first characters and its length, a cookie by its name. As a curl command its
secrets are variables of the shell, to be filled in by whoever has them.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Iterator
from typing import NamedTuple
from urllib.parse import unquote_plus

from simulator.learning.secrets import is_named_secret
from simulator.message import Request
from simulator.policy import Policy
from simulator.principals import Credential, Place, Principals
from simulator.problem import printable

_AUTHORIZATION = ("authorization", "proxy-authorization")
# What a connection is made of: curl sends its own.
_NOT_FOR_CURL = frozenset(
    {"host", "connection", "content-length", "accept-encoding", "transfer-encoding", "te"}
)
_BROWSERS = re.compile(r"sec-|priority\Z|upgrade-insecure-requests\Z")


class Shown(NamedTuple):
    """The request without its secrets."""

    method: str
    url: str
    headers: tuple[tuple[str, str], ...]


def show_request(request: Request, policy: Policy | None = None) -> Shown:
    """The request as it may be shown; `policy` says which keys it knows, and where it looks."""
    masks = _Masks(request, policy)
    url = printable(masks.url(lambda mask: mask))
    fields = [
        (printable(name.lower()), printable(masks.field(name.lower(), value, lambda mask: mask)))
        for name, value in request.headers
    ]
    return Shown(printable(request.method), url, tuple(fields))


def curl_command(request: Request, policy: Policy | None = None) -> str:
    """The request as a command for a POSIX shell; secrets are `$KEY`, `$KEY2`, …, by their order.

    What a browser sends by itself, and says nothing of the page, is left out.
    """
    masks = _Masks(request, policy)
    names: list[str] = []

    def variable(_: str) -> str:
        names.append("KEY" if not names else f"KEY{len(names) + 1}")
        return f"\0{names[-1]}\0"

    words = [_quote(masks.url(variable))]
    if request.method != "GET":
        words = ["-X", _quote(request.method), *words]
    for name, value in request.headers:
        low = name.lower()
        if low in _NOT_FOR_CURL or _BROWSERS.match(low):
            continue
        words += ["-H", _quote(f"{name}: {masks.field(low, value, variable)}")]
    return " ".join(["curl -i", *words])


def _quote(text: str) -> str:
    """A word for the shell, in which variables stand between NULs."""
    pieces = [printable(piece) for piece in text.split("\0")]
    if len(pieces) == 1:
        return shlex.quote(pieces[0])
    # Plain text in single quotes, variables in double ones.
    return "".join(
        f'"${piece}"' if index % 2 else shlex.quote(piece)
        for index, piece in enumerate(pieces)
        if piece
    )


class _Masks:
    """What stands in place of each secret of one request."""

    def __init__(self, request: Request, policy: Policy | None) -> None:
        self._request = request
        self._places: tuple[Place, ...] = ()
        self._found: Credential | None = None
        self._principals: Principals | None = None
        if policy is not None:
            self._principals = policy.tables.principals
            self._places = self._principals.places
            self._found = self._principals.find(request)

    def url(self, write: Callable[[str], str]) -> str:
        """The URL; parameters that hold secrets get what `write` makes of their mask."""
        target = self._request.target
        base = f"{target.origin}{target.path}"
        if target.query is None:
            return base
        return f"{base}?{'&'.join(self._parameters(target.query, write))}"

    def _parameters(self, query: str, write: Callable[[str], str]) -> Iterator[str]:
        for part in query.split("&"):
            name, equals, value = part.partition("=")
            place = Place("query", unquote_plus(name))
            if value and (place in self._places or is_named_secret(place) or _is_token(value)):
                yield f"{name}{equals}{write(self._mask(place, unquote_plus(value)))}"
            else:
                yield part

    def field(self, name: str, value: str, write: Callable[[str], str]) -> str:
        """A field's value, in the same way."""
        if name == "cookie":
            return "; ".join(self._cookies(value, write))
        place = Place("header", name)
        if name in _AUTHORIZATION:
            scheme, space, rest = value.partition(" ")
            if place in self._places or not space:
                return write(self._mask(place, value)) if value else value
            held = Place(scheme.lower()) if scheme.lower() in ("bearer", "basic") else place
            return f"{scheme} {write(self._mask(held, rest.strip()))}"
        if value and (place in self._places or is_named_secret(place)):
            return write(self._mask(place, value))
        return value

    def _cookies(self, value: str, write: Callable[[str], str]) -> Iterator[str]:
        for part in value.split(";"):
            name, equals, held = part.strip().partition("=")
            place = Place("cookie", name)
            yield f"{name}{equals}{write(self._mask(place, held))}" if held else name + equals

    def _mask(self, place: Place, value: str) -> str:
        found = self._found
        key = None if found is None or found.place != place else found.key
        if key is not None and place.kind != "basic" and self._principals is not None:
            key = self._principals.key_of(value)
        if key is not None:
            return f"(key {key.id})"
        hidden = place.kind in ("basic", "cookie")
        shown = "" if hidden else value[: min(4, len(value) // 3)]
        return f"{shown}… ({len(value)} characters)"


def _is_token(value: str) -> bool:
    """Whether it is a JSON Web Token (RFC 7519), whatever its parameter is called."""
    return value.startswith("eyJ") and value.count(".") >= 2
