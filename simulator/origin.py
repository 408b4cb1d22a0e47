"""Which origins does a list of patterns admit, and which entry did a refused one nearly match?

Origins are serialised and compared as in HTML section 7.1.1 and Fetch section 3.3.6: byte for
byte, no case folding, no default port, no slash at the end.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import NamedTuple

from simulator.problem import Fault, quote

_DEFAULT_PORTS = {"http": "80", "https": "443", "ws": "80", "wss": "443"}
_LONGEST = 330  # a scheme of 64, a host name of 253, a port
_EXAMPLE = "https://app.example.com"
_PORT = re.compile(r"[1-9][0-9]{0,4}\Z")
_SCHEME = re.compile(r"[a-z][a-z0-9+.\-]*\Z")
_HOST = re.compile(
    r"(?:[a-z0-9_](?:[a-z0-9_\-]*[a-z0-9_])?\.)*[a-z0-9_](?:[a-z0-9_\-]*[a-z0-9_])?\Z"
)
_IPV6 = re.compile(r"\[[0-9a-f:.]+\]\Z")


class Origin(NamedTuple):
    """An origin in parts; `port` is text as written, empty for the scheme's default."""

    scheme: str
    host: str
    port: str

    def __str__(self) -> str:
        return f"{self.scheme}://{self.host}" + (f":{self.port}" if self.port else "")


def split_origin(text: str) -> Origin | None:
    """The parts of a serialised origin, or None where the text is none."""
    scheme, separator, rest = text.partition("://")
    if not separator or len(text) > _LONGEST or not _SCHEME.match(scheme):
        return None
    host, colon, port = rest.rpartition(":")
    if not colon or rest.endswith("]"):
        host, port = rest, ""
    elif not _is_port(port):
        return None
    if not (_HOST.match(host) or _IPV6.match(host)):
        return None
    if port and port == _DEFAULT_PORTS.get(scheme):
        return None
    return Origin(scheme, host, port)


def _is_port(text: str) -> bool:
    """Whether a browser would write this port: a number without leading zeros."""
    return bool(_PORT.match(text)) and int(text) <= 65535


@dataclass(frozen=True, slots=True)
class OriginPattern:
    """One entry of an origin list, as written and as it matches.

    `kind` is "any" (`*`), "null", "exact" or "subdomains" (`https://*.shop.example`: every host
    below shop.example at any depth, not shop.example itself). A port of `*` matches every port.
    """

    text: str
    kind: str
    origin: Origin | None = None  # for "subdomains" the host is the part after `*.`

    @classmethod
    def parse(cls, text: str) -> OriginPattern:
        """Raises Fault with what browsers would really send, for what could never match."""
        if text == "*":
            return cls(text, "any")
        if text == "null":
            return cls(text, "null")
        if text != text.strip():
            raise _not_an_origin(text, "it has spaces around it", text.strip() or _EXAMPLE)
        if text.lower() == "null":
            raise _not_an_origin(text, "browsers send it in lower case", "null")
        scheme, separator, rest = text.partition("://")
        if not separator:
            bare = text.lstrip("/:").partition("/")[0].lower()
            likely = split_origin(f"https://{bare.removeprefix('*.')}") is not None
            raise _not_an_origin(
                text, "it has no scheme", f"https://{bare}" if likely else _EXAMPLE
            )
        if text != text.lower():
            raise _not_an_origin(text, "browsers send origins in lower case", text.lower())
        if not _SCHEME.match(scheme):
            raise _not_an_origin(text, f"{quote(scheme)} is no scheme", _EXAMPLE)
        if not rest.isascii():
            raise _not_an_origin(
                text, "browsers send international names in their `xn--` form", _ascii(scheme, rest)
            )
        if rest.endswith("/") and "/" not in rest[:-1]:
            raise _not_an_origin(text, "it ends in a slash", text.rstrip("/"))
        for mark, what in (("/", "a path"), ("?", "a query"), ("#", "a fragment"), ("@", "a user")):
            if mark in rest:
                head = rest.rpartition("@")[2] if mark == "@" else rest.partition(mark)[0]
                raise _not_an_origin(text, f"it has {what}", f"{scheme}://{head}")
        host, port = rest, None
        if not rest.endswith("]"):
            head, colon, tail = rest.rpartition(":")
            host, port = (head, tail) if colon else (rest, None)
        if port is not None and port == _DEFAULT_PORTS.get(scheme):
            raise _not_an_origin(
                text, f"browsers leave out the default port {port}", f"{scheme}://{host}"
            )
        if port is not None and port != "*" and not _is_port(port):
            raise _not_an_origin(text, f"{quote(port)} is no port", f"{scheme}://{host}")
        kind = "exact"
        if host.startswith("*."):
            kind, host = "subdomains", host[2:]
        if "*" in host:
            raise _not_an_origin(
                text,
                "`*` stands for whole labels in front of a name, or for the port",
                f"{scheme}://*.{host.rpartition('*')[2].lstrip('.-') or 'example.com'}",
            )
        if not (_HOST.match(host) or (kind == "exact" and _IPV6.match(host))):
            raise _not_an_origin(text, f"{quote(host)} is no host name", _EXAMPLE)
        return cls(text, kind, Origin(scheme, host, port or ""))

    def matches(self, text: str) -> bool:
        """Whether the serialised origin `text` is admitted by this entry."""
        if self.kind == "any" or self.text == text:
            return True
        if self.origin is None or (self.kind == "exact" and self.origin.port != "*"):
            return False
        found = split_origin(text)
        if found is None or found.scheme != self.origin.scheme:
            return False
        if self.origin.port not in ("*", found.port):
            return False
        if self.kind == "exact":
            return found.host == self.origin.host
        return found.host.endswith(f".{self.origin.host}")


def check_origin(text: str) -> str:
    """The text itself, if it is an entry of an origin list. Raises Fault."""
    OriginPattern.parse(text)
    return text


def _not_an_origin(text: str, cause: str, instead: str = "") -> Fault:
    return Fault(
        f"{quote(text)} is not an origin", cause, f"write {quote(instead)}" if instead else ""
    )


def _ascii(scheme: str, host: str) -> str:
    try:
        return f"{scheme}://{host.encode('idna').decode()}"
    except UnicodeError:
        return ""


class Origins:
    """A list of patterns compiled for one lookup. An exact entry wins over a wider one."""

    __slots__ = ("_any", "_below", "_exact", "_ports", "patterns")

    def __init__(self, patterns: Sequence[OriginPattern]) -> None:
        self.patterns = tuple(patterns)
        self._exact: dict[str, int] = {}
        self._below: dict[tuple[str, str, str], int] = {}  # scheme, parent name, port
        self._ports: dict[tuple[str, str], int] = {}  # scheme and host with every port
        self._any: int | None = None
        for index, pattern in enumerate(self.patterns):
            origin = pattern.origin
            if pattern.kind == "any":
                self._any = index if self._any is None else self._any
            elif pattern.kind == "subdomains" and origin is not None:
                self._below.setdefault((origin.scheme, origin.host, origin.port), index)
            elif origin is not None and origin.port == "*":
                self._ports.setdefault((origin.scheme, origin.host), index)
            else:
                self._exact.setdefault(pattern.text, index)

    def find(self, text: str) -> int | None:
        """The index of the entry that admits this serialised origin."""
        index = self._exact.get(text)
        if index is not None:
            return index
        if self._below or self._ports:
            index = self._wider(text)
            if index is not None:
                return index
        return self._any

    def _wider(self, text: str) -> int | None:
        origin = split_origin(text)
        if origin is None:
            return None
        scheme, host, port = origin
        index = self._ports.get((scheme, host))
        if index is not None:
            return index
        below = self._below
        dot = host.find(".")
        while below and dot >= 0:
            parent = host[dot + 1 :]
            index = below.get((scheme, parent, port))
            if index is None:
                index = below.get((scheme, parent, "*"))
            if index is not None:
                return index
            dot = host.find(".", dot + 1)
        return None

    def nearest(self, text: str, *, limit: int = 3) -> tuple[tuple[int, str], ...]:
        """The entries that `text` nearly matches, likeliest first, each with how it differs."""
        found: list[tuple[float, int, str]] = []
        for index, pattern in enumerate(self.patterns):
            distance, difference = _difference(text, pattern)
            if difference:
                found.append((distance, index, difference))
        return tuple((index, difference) for _, index, difference in sorted(found)[:limit])


def _difference(text: str, pattern: OriginPattern) -> tuple[float, str]:
    """How far, and in words how, `text` is from being admitted. No words: not near at all."""
    wanted = pattern.origin
    if wanted is None:
        return 9, ""
    tidy = text.strip().strip("\"'").lower()
    bare = tidy.split("/", 3)
    tidy = "/".join(bare[:3])
    scheme, separator, rest = tidy.partition("://")
    if not separator:
        scheme, rest = "", tidy
    if rest.endswith(f":{_DEFAULT_PORTS.get(scheme, '')}"):
        rest = rest.rpartition(":")[0]
    normal = f"{scheme}://{rest}"
    if pattern.matches(normal):
        return 0, _spelling(text, normal)
    host, colon, port = rest.rpartition(":")
    if not colon or rest.endswith("]"):
        host, port = rest, ""
    below = pattern.kind == "subdomains"
    same_host = host.endswith(f".{wanted.host}") if below else host == wanted.host
    same_port = wanted.port in ("*", port)
    if same_host and same_port:
        return 1, f"the scheme differs: {scheme or 'none'} was sent, {wanted.scheme} is listed"
    if same_host and scheme == wanted.scheme:
        return 2, f"the port differs: {port or 'none'} was sent, {wanted.port or 'none'} is listed"
    if same_host:
        return 3, "the scheme and the port differ"
    if below and host == wanted.host:
        return 2, f"`*.` stands for names below {wanted.host}, not for {wanted.host} itself"
    if not below and host.removeprefix("www.") == wanted.host.removeprefix("www."):
        return 2, "they differ in `www.`"
    if not below and host.endswith(f".{wanted.host}"):
        return 4, f"only {wanted.host} itself is listed, not the names below it"
    likeness = SequenceMatcher(None, host, wanted.host).ratio() if len(host) < 300 else 0.0
    if likeness >= 0.85:
        return 6 - likeness, f"the host is spelled differently: {quote(host)} was sent"
    return 9, ""


def _spelling(text: str, normal: str) -> str:
    if text.rstrip("/") == normal:
        return "it ends in a slash"
    if text.strip("\"'") == normal:
        return "it is in quotes"
    if text.lower() == normal:
        return "it has capital letters, and origins compare byte for byte"
    if text.startswith(f"{normal}:"):
        return "it names the default port"
    if text.startswith(f"{normal}/"):
        return "it has a path"
    return "it is spelled differently"
