"""Which URL does this text mean, perhaps relative to another one, and what is its origin?

URL sections 4.4 (parsing), 4.5 (serialising) and 4.7 (origin); Fetch section 2.9 for ports;
Secure Contexts section 3 for trust.

Chromium writes a little of it otherwise, which is not modelled: `|` in a path as `%7C`, `*` in a
host as `%2A`, a space in a host as `%20` where the standard fails, and drive letters of Windows
only on Windows.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple
from urllib.parse import quote

from simulator.browser.engine import Engine
from simulator.browser.host import is_loopback, parse_host

DEFAULT_PORTS = {"ftp": 21, "http": 80, "https": 443, "ws": 80, "wss": 443}
_SPECIAL = frozenset({*DEFAULT_PORTS, "file"})

# Ports that browsers do not speak HTTP to (Fetch section 2.9, "bad port").
BAD_PORTS = frozenset(
    {
        0, 1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95,
        101, 102, 103, 104, 109, 110, 111, 113, 115, 117, 119, 123, 135, 137, 139, 143, 161, 179,
        389, 427, 465, 512, 513, 514, 515, 526, 530, 531, 532, 540, 548, 554, 556, 563, 587, 601,
        636, 989, 990, 993, 995, 1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061, 6000, 6566,
        6665, 6666, 6667, 6668, 6669, 6679, 6697, 10080,
    }
)  # fmt: skip
_OPEN_IN_CHROMIUM = frozenset({4190, 6679})

_C0_AND_SPACE = "".join(map(chr, range(0x21)))
_TABS_AND_NEWLINES = str.maketrans("", "", "\t\n\r")
_SURROGATE = re.compile("[\ud800-\udfff]")
_NOT_ASCII_BYTE = re.compile("[\x80-\xff]")
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.\-]*):")
_SLASH = re.compile(r"/")
_SPECIAL_SLASH = re.compile(r"[/\\]")
_HOST_AND_PORT = re.compile(r"((?:[^:\[]|\[[^\]]*\]?)*)(?::(.*))?\Z", re.DOTALL)
_DIGITS = re.compile(r"[0-9]*\Z")
_DOT = re.compile(r"(?:\.|%2e)\Z", re.IGNORECASE)
_TWO_DOTS = re.compile(r"(?:\.|%2e){2}\Z", re.IGNORECASE)
_DRIVE = re.compile("[A-Za-z][:|]")
_NORMAL_DRIVE = re.compile("[A-Za-z]:")
_STARTS_WITH_DRIVE = re.compile(r"[A-Za-z][:|](?:[/\\]|\Z)")


def _all_but(encoded: str) -> str:
    return "".join(char for char in map(chr, range(0x20, 0x7F)) if char not in encoded)


# What each part keeps as it is; the standard names what is percent-encoded (URL section 1.3).
_IN_OPAQUE_PATH = _all_but("")
_IN_FRAGMENT = _all_but(' "<>`')
_IN_QUERY = _all_but(' "#<>')
_IN_SPECIAL_QUERY = _all_but(" \"#<>'")
_IN_PATH = _all_but(' "#<>?^`{}')
_IN_USERINFO = _all_but(' "#<>?^`{}/:;=@[\\]|')


class WebUrl(NamedTuple):
    """A URL record (URL section 4.1), every part as it is serialised."""

    scheme: str
    username: str = ""
    password: str = ""
    host: str = ""  # IPv6 in brackets
    port: int | None = None  # None: the scheme's own
    path: str = ""
    query: str | None = None
    fragment: str | None = None
    host_is_null: bool = False  # nothing like `//` stands before the path: `data:,x`

    @property
    def href(self) -> str:
        """The URL as text."""
        text = f"{self.scheme}:"
        if not self.host_is_null:
            text += f"//{self._userinfo}{self.host}"
            text += "" if self.port is None else f":{self.port}"
        elif self.path.startswith("//"):
            text += "/."  # or the path would be taken for a host
        text += self.path
        text += "" if self.query is None else f"?{self.query}"
        return text if self.fragment is None else f"{text}#{self.fragment}"

    @property
    def _userinfo(self) -> str:
        if self.password:
            return f"{self.username}:{self.password}@"
        return f"{self.username}@" if self.username else ""

    @property
    def origin(self) -> str:
        """The origin, serialised (HTML section 7.1.1); `null` for an opaque one."""
        if self.scheme in DEFAULT_PORTS:
            return f"{self.scheme}://{self.host}" + ("" if self.port is None else f":{self.port}")
        if self.scheme == "blob":
            inner = parse(self.path)
            if inner is not None and inner.scheme in ("http", "https"):
                return inner.origin
        return "null"

    @property
    def is_special(self) -> bool:
        """Whether the scheme is one of those whose URLs have a host and a path for certain."""
        return self.scheme in _SPECIAL

    @property
    def has_opaque_path(self) -> bool:
        return self.host_is_null and not self.path.startswith("/")

    @property
    def without_userinfo(self) -> WebUrl:
        return self._replace(username="", password="")


def parse(text: str, base: WebUrl | None = None) -> WebUrl | None:
    """The URL, or None for failure. Raises Unsupported where a host beyond ASCII is doubtful."""
    text = _SURROGATE.sub("\ufffd", text).strip(_C0_AND_SPACE).translate(_TABS_AND_NEWLINES)
    text, has_fragment, fragment = text.partition("#")
    text, has_query, query = text.partition("?")
    more = bool(has_query or has_fragment)
    match = _SCHEME.match(text)
    if match is not None:
        url = _parse_absolute(match[1].lower(), text[match.end() :], base, more)
    elif base is None or (base.has_opaque_path and (text or has_query or not has_fragment)):
        url = None
    else:
        url = _parse_relative(text, base)
    if url is None:
        return None
    if has_query:
        kept = _IN_SPECIAL_QUERY if url.is_special else _IN_QUERY
        url = url._replace(query=quote(query, safe=kept))
    return url._replace(fragment=quote(fragment, safe=_IN_FRAGMENT) if has_fragment else None)


def location_url(value: str, base: WebUrl) -> WebUrl | None:
    """The URL that a Location field's value means (Fetch section 2.2.6, "location URL").

    The value's code points are bytes. They are read as UTF-8; a byte that is none is kept as it
    is, percent-encoded. A URL without a fragment takes over the fragment of `base`.
    """
    url = parse(_NOT_ASCII_BYTE.sub(lambda byte: f"%{ord(byte[0]):02X}", value), base)
    if url is None or url.fragment is not None:
        return url
    return url._replace(fragment=base.fragment)


def is_bad_port(port: int | None, engine: Engine) -> bool:
    """Whether an HTTP(S) request to that port is blocked before anything is sent."""
    return port in BAD_PORTS and not (engine == "chromium" and port in _OPEN_IN_CHROMIUM)


def is_potentially_trustworthy(url: WebUrl) -> bool:
    """Whether what comes from there cannot well have been tampered with on its way."""
    match url.scheme:
        case "data" | "file" | "https" | "wss":
            return True
        case "about":
            return url.path in ("blank", "srcdoc")
        case "blob":
            inner = parse(url.origin)
            return inner is not None and is_potentially_trustworthy(inner)
        case "http" | "ws" | "ftp":
            return is_loopback(url.host)
    return False


# The states of the parser; query and fragment are cut off before.


def _parse_absolute(scheme: str, rest: str, base: WebUrl | None, more: bool) -> WebUrl | None:
    if scheme == "file":
        return _parse_file(rest, base if base is not None and base.scheme == "file" else None)
    if scheme in _SPECIAL:
        if base is not None and base.scheme == scheme and not rest.startswith("//"):
            return _parse_relative(rest, base)
        return _parse_authority(scheme, rest.lstrip("/\\"))
    if rest.startswith("//"):
        return _parse_authority(scheme, rest[2:])
    if rest.startswith("/"):
        return WebUrl(scheme, path=_parse_path(scheme, rest[1:]), host_is_null=True)
    if more and rest.endswith(" "):
        rest = f"{rest[:-1]}%20"  # it would be lost when what follows is taken away
    return WebUrl(scheme, path=quote(rest, safe=_IN_OPAQUE_PATH), host_is_null=True)


def _parse_relative(text: str, base: WebUrl) -> WebUrl | None:
    if base.scheme == "file":
        return _parse_file(text, base)
    slashes = "/\\" if base.is_special else "/"
    if text and text[0] in slashes:
        if text[1:] and text[1] in slashes:
            rest = text[2:]
            return _parse_authority(base.scheme, rest.lstrip("/\\") if base.is_special else rest)
        return base._replace(path=_parse_path(base.scheme, text[1:]), query=None)
    if not text:
        return base
    before = _shorten(base.scheme, _segments(base.path))
    return base._replace(path=_parse_path(base.scheme, text, before), query=None)


def _parse_authority(scheme: str, text: str) -> WebUrl | None:
    special = scheme in _SPECIAL
    slash = (_SPECIAL_SLASH if special else _SLASH).search(text)
    end = slash.start() if slash else len(text)
    userinfo, at, rest = text[:end].rpartition("@")
    username, _, password = userinfo.partition(":")
    match = _HOST_AND_PORT.match(rest)
    assert match is not None  # it matches everything
    name, digits = match.groups()
    if not name and (at or special or digits is not None):
        return None
    if not _DIGITS.match(digits or ""):
        return None
    # Leading zeros aside, more than five digits are too many in any case.
    port = int((digits.lstrip("0") or "0")[:6]) if digits else DEFAULT_PORTS.get(scheme)
    if port is not None and port > 65535:
        return None
    host = parse_host(name, opaque=not special)
    if host is None:
        return None
    return WebUrl(
        scheme,
        quote(username, safe=_IN_USERINFO),
        quote(password, safe=_IN_USERINFO),
        host,
        None if port == DEFAULT_PORTS.get(scheme) else port,
        _parse_path(scheme, text[end + 1 :]) if special or end < len(text) else "",
    )


def _parse_file(text: str, base: WebUrl | None) -> WebUrl | None:
    """The quirks that keep a drive letter of Windows where it is are meant for every platform."""
    if not text or text[0] not in "/\\":
        if base is None:
            return WebUrl("file", path=_parse_path("file", text))
        if not text:
            return base
        has_drive = _STARTS_WITH_DRIVE.match(text)
        before = [] if has_drive else _shorten("file", _segments(base.path))
        return base._replace(path=_parse_path("file", text, before), query=None)
    if not text[1:] or text[1] not in "/\\":
        before = [] if base is None else _segments(base.path)[:1]
        if _STARTS_WITH_DRIVE.match(text[1:]) or not (
            before and _NORMAL_DRIVE.fullmatch(before[0])
        ):
            before = []
        host = "" if base is None else base.host
        return WebUrl("file", host=host, path=_parse_path("file", text[1:], before))
    slash = _SPECIAL_SLASH.search(text, 2)
    name = text[2 : slash.start()] if slash else text[2:]
    if _DRIVE.fullmatch(name):
        return WebUrl("file", path=_parse_path("file", text[2:]))
    found = parse_host(name) if name else ""
    if found is None:
        return None
    path = _parse_path("file", text[slash.end() :] if slash else "")
    return WebUrl("file", host="" if found == "localhost" else found, path=path)


def _parse_path(scheme: str, text: str, before: Sequence[str] = ()) -> str:
    """The path that `text`, which follows a slash, adds to the segments `before`."""
    segments = list(before)
    *inner, last = (_SPECIAL_SLASH if scheme in _SPECIAL else _SLASH).split(text)
    for segment in (*inner, last):
        if _TWO_DOTS.match(segment):
            _shorten(scheme, segments)
        elif not _DOT.match(segment):
            if scheme == "file" and not segments and _DRIVE.fullmatch(segment):
                segment = f"{segment[0]}:"
            segments.append(quote(segment, safe=_IN_PATH))
    if _TWO_DOTS.match(last) or _DOT.match(last):
        segments.append("")
    return "".join(f"/{segment}" for segment in segments)


def _segments(path: str) -> list[str]:
    return path.split("/")[1:]


def _shorten(scheme: str, segments: list[str]) -> list[str]:
    """The same list without its last segment; a drive letter stays."""
    if not (scheme == "file" and len(segments) == 1 and _NORMAL_DRIVE.fullmatch(segments[0])):
        del segments[-1:]
    return segments
