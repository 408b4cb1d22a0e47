"""What was sent, and what came back?

HTTP messages as values: RFC 9110 (semantics), section 5 for fields, RFC 3986 for URLs.
Everything is normalised here, once, on construction; nothing below looks at raw text again.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from simulator.problem import Fault, quote

_FAR = 1e12  # seconds: some 30,000 years; past it lie only mistakes, infinity and NaN
# Request header names that script cannot set (Fetch section 2.2.2).
_FORBIDDEN = frozenset(
    {
        "accept-charset", "accept-encoding", "access-control-request-headers",
        "access-control-request-method", "connection", "content-length", "cookie", "cookie2",
        "date", "dnt", "expect", "host", "keep-alive", "origin", "referer", "set-cookie", "te",
        "trailer", "transfer-encoding", "upgrade", "via",
    }
)  # fmt: skip
type Fields = Iterable[tuple[str, str]] | Mapping[str, str] | Headers

_OWS = " \t"
# A token, RFC 9110 section 5.6.2: a method, a field's name.
TOKEN = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+\Z")
_AUTHORITY = re.compile(r"(?P<name>\[[^\[\]]*\]|[^:\[\]]*)(?::(?P<port>[^:]*))?\Z", re.DOTALL)
# No page may use these (Fetch section 2.2.1).
FORBIDDEN_METHODS = frozenset({"CONNECT", "TRACE", "TRACK"})
# Statuses that with a Location send the client elsewhere (Fetch section 2.2.3).
REDIRECTS = frozenset({301, 302, 303, 307, 308})
DEFAULT_PORTS = {"http": 80, "https": 443, "ws": 80, "wss": 443}


class Headers:
    """Header fields in the order sent, duplicates kept; names compare without case.

    Values lose optional whitespace at both ends (RFC 9110 section 5.5).
    """

    __slots__ = ("_values", "fields", "get")

    fields: tuple[tuple[str, str], ...]
    get: Callable[[str], str | None]
    """The field's combined value, or None; the name in lower case. Lines are joined with `, `
    (RFC 9110 section 5.3), those of Cookie with `; ` (RFC 9113 section 8.2.3)."""

    def __init__(self, fields: Fields = ()) -> None:
        pairs = fields.items() if isinstance(fields, Mapping) else fields
        self.fields = tuple([(name, value.strip(_OWS)) for name, value in pairs])
        values: dict[str, str] = {}
        repeated: dict[str, list[str]] = {}
        for name, value in self.fields:
            name = name.lower()
            if name not in values:
                values[name] = value
            else:
                repeated.setdefault(name, [values[name]]).append(value)
        for name, lines in repeated.items():
            values[name] = ("; " if name == "cookie" else ", ").join(lines)
        self._values = values
        self.get = values.get

    def lines(self, name: str) -> tuple[str, ...]:
        """Each line of the field, in the order sent. `name` in lower case."""
        if name not in self._values:
            return ()
        return tuple([value for n, value in self.fields if n.lower() == name])

    def __contains__(self, name: str) -> bool:
        return name.lower() in self._values

    def __iter__(self) -> Iterator[tuple[str, str]]:
        return iter(self.fields)

    def __len__(self) -> int:
        return len(self.fields)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Headers) and self.fields == other.fields

    def __hash__(self) -> int:
        return hash(self.fields)

    def __repr__(self) -> str:
        # Names only: a field may hold a credential, and a repr ends up in logs.
        return f"Headers({', '.join(name for name, _ in self.fields)})"


class Url(NamedTuple):
    """An absolute URL in parts, scheme and host in lower case, the port always a number.

    `origin` is serialised as in HTML section 7.1.1: the default port is left out.
    """

    scheme: str
    host: str  # IPv6 in brackets; empty when a request gave only a path
    port: int
    path: str  # as sent, at least "/"
    query: str | None
    origin: str

    @property
    def authority(self) -> str:
        return self.origin.partition("://")[2]


def parse_url(text: str, *, host: str | None = None) -> Url:
    """Split an absolute URL, or a path whose authority is the Host field's value `host`.

    Raises Fault for anything else.
    """
    text = text.strip().partition("#")[0]
    if text.startswith("/"):
        authority, _, _ = (host or "").partition("/")
        return _url("https", authority, text)
    scheme, separator, rest = text.partition("://")
    if not separator:
        raise Fault(
            f"{quote(text)} is not an absolute URL",
            "it has no scheme",
            "write it as `https://host/path`",
        )
    scheme = scheme.lower()
    if scheme not in DEFAULT_PORTS:
        raise Fault(
            f"{quote(text)} is not an HTTP URL",
            f"no HTTP server answers the scheme {quote(scheme)}",
            "write `https://` or `http://`",
        )
    cut = min((i for i in (rest.find("/"), rest.find("?")) if i >= 0), default=len(rest))
    authority = rest[:cut].rpartition("@")[2]
    if not authority or authority.startswith(":"):
        raise Fault(
            f"{quote(text)} names no host",
            f"nothing stands after `{scheme}://`",
            f"write it as `{scheme}://host/path`",
        )
    return _url(scheme, authority, rest[cut:])


def _url(scheme: str, authority: str, target: str) -> Url:
    name, port, origin = (_site if len(authority) < 300 else _split_site)(scheme, authority)
    path, has_query, query = target.partition("?")
    return Url(scheme, name, port, path or "/", query if has_query else None, origin)


def _split_site(scheme: str, authority: str) -> tuple[str, int, str]:
    """Host, port and serialised origin."""
    match = _AUTHORITY.match(authority)
    if match is None:
        raise Fault(
            f"{quote(authority)} is not a host",
            "brackets hold an IPv6 address, and a colon stands before a port",
            "write `host`, `host:8080` or `[2001:db8::1]:8080`",
        )
    name, port = match.group("name").lower(), match.group("port")
    usual = DEFAULT_PORTS[scheme]
    if not port:
        return name, usual, f"{scheme}://{name}"
    if not (port.isascii() and port.isdigit() and len(port) <= 5 and int(port) <= 65535):
        raise Fault(
            f"{quote(authority)} names no port",
            f"{quote(port)} is not a number up to 65535",
            "correct it, or leave it out",
        )
    number = int(port)
    return name, number, f"{scheme}://{name}" + (f":{number}" if number != usual else "")


# Requests go to few hosts; a memo of a pure function is no state.
_site = lru_cache(maxsize=1024)(_split_site)


def check_method(text: str) -> str:
    """The method itself (RFC 9110 section 9.1), or `*`. Raises Fault, also for small letters."""
    if text == "*":
        return text
    if not TOKEN.match(text):
        raise Fault(f"{quote(text)} is not a method", "it is not one word", "write `GET`")
    if text != text.upper():
        raise Fault(
            f"{quote(text)} is in small letters",
            "methods compare by case",
            f"write `{text.upper()}`",
        )
    return text


def is_forbidden_field(name: str) -> bool:
    """Whether no page can set this request header, so that no preflight asks for it."""
    return name in _FORBIDDEN or name.startswith(("proxy-", "sec-"))


def check_field_name(text: str) -> str:
    """The field name in lower case (RFC 9110 section 5.1). Raises Fault."""
    if not TOKEN.match(text):
        raise Fault(f"{quote(text)} is not a field name", "it is not one word", "write `x-api-key`")
    return text.lower()


@dataclass(frozen=True, slots=True, repr=False)
class Request:
    """One HTTP request as it reached the server.

    `client` is the address that connected (empty: not known), `at` is Unix seconds.
    Raises Fault (a ValueError) when `url` is neither absolute nor a path.
    """

    method: str
    url: str
    headers: Headers = field(default_factory=Headers)
    client: str = field(default="127.0.0.1", kw_only=True)
    at: float = field(default=0.0, kw_only=True)
    body: bytes | None = field(default=None, kw_only=True)
    target: Url = field(init=False, repr=False, compare=False)

    def __init__(
        self,
        method: str,
        url: str,
        headers: Fields = (),
        *,
        client: str = "127.0.0.1",
        at: float = 0.0,
        body: bytes | str | None = None,
    ) -> None:
        fields = headers if isinstance(headers, Headers) else Headers(headers)
        put = object.__setattr__
        put(self, "method", method)
        put(self, "url", url)
        put(self, "headers", fields)
        put(self, "client", client)
        if not abs(at) < _FAR:
            raise Fault(
                f"{quote(at)} is not a time", "it must be Unix seconds", "write `1764000000`"
            )
        put(self, "at", float(at))
        put(self, "body", body.encode() if isinstance(body, str) else body)
        put(self, "target", parse_url(url, host=fields.get("host")))

    def __repr__(self) -> str:
        # Neither query nor field values: either may hold a credential.
        target = self.target
        return f"Request({self.method} {target.origin}{target.path}, client={self.client})"


@dataclass(frozen=True, slots=True)
class Response:
    """One HTTP response."""

    status: int
    headers: Headers = field(default_factory=Headers)
    body: bytes = b""

    def __init__(self, status: int, headers: Fields = (), body: bytes | str = b"") -> None:
        put = object.__setattr__
        put(self, "status", status)
        put(self, "headers", headers if isinstance(headers, Headers) else Headers(headers))
        put(self, "body", body.encode() if isinstance(body, str) else body)
