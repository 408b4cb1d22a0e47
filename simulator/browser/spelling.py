"""How does a granted origin differ from the page's?

HTML section 7.1.1 (serialised origins) and Fetch section 4.10: they compare byte for byte, and what
people write in their place is nearly always one of a few things.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import SequenceMatcher
from urllib.parse import unquote

from simulator.problem import quote

_DEFAULT_PORTS = {"http": "80", "https": "443"}
_URL = re.compile(r"([A-Za-z][A-Za-z0-9+.\-]*)://([^/?#]*)(.*)", re.DOTALL)
_AUTHORITY = re.compile(r"(.*@)?(\[[^\]]*\]|[^:@]*)(?::([0-9]*))?", re.DOTALL)
# The words with which languages write a variable that has no value.
_UNSET = frozenset({"undefined", "none", "nil", "nan", "false"})
_TEMPLATE = re.compile(r"\$\w+|%\w+%|\{.*\}|<.+>", re.DOTALL)
_PATTERN = re.compile(r"\A\.|[*^$|()]|\\[./]")
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "[::1]"})
_TAILS = {"/": "a path", "?": "a query", "#": "a fragment"}
_ALIKE = 0.85  # of 1: the share of letters at which two hosts look like one and a slip


def difference(granted: str, origin: str) -> str:
    """In words, why `granted` (the text of an Access-Control-Allow-Origin) is not the serialised
    `origin`. Empty where nothing is known to say."""
    word = granted.lower()
    if granted == "":
        return "it is empty: a variable was not set where the field is made"
    if word in _UNSET:
        return f"it is the word {quote(granted)}: a variable was not set where the field is made"
    if word == "true":
        return "`true` is for `Access-Control-Allow-Credentials`"
    if word.startswith("access-control-allow-origin"):
        return "the field's name stands in its value once more"
    if not granted.isprintable():
        return "there is a character in it that does not show"
    if "," in granted or " " in granted:
        return _list(granted, origin)
    if granted.strip("\"'") != granted:
        return "it is in quotes"
    if word == "null" or origin == "null":
        return _null(granted, origin)
    if "://" not in granted and "://" in unquote(granted):
        return "it is percent-encoded"
    if _TEMPLATE.search(granted):
        return "there is a variable in it that was not replaced by its value"
    if _PATTERN.search(granted):
        return "it is a pattern: browsers know `*` alone, and no other"
    return "; ".join(_details(granted, origin))


def _list(granted: str, origin: str) -> str:
    words = granted.replace(",", " ").split()
    if len(words) > 1 and len(set(words)) == 1:
        if len(words) > 2:
            return f"it is there {len(words)} times: several layers add it"
        return "it is there twice: two layers add it"
    if len(words) > 1 and "*" in words:
        return f"{'two' if len(words) == 2 else 'several'} layers add it, one of them `*`"
    if len(words) > 1 and origin in words:
        return "it is a list with the page's origin in it, and only one value may stand there"
    if len(words) > 1:
        return "it is a list without the page's origin, and only one value may stand there"
    return "there is a comma in it, which makes it a list"


def _null(granted: str, origin: str) -> str:
    if granted.lower() == origin:
        return "browsers write `null` in small letters"
    if origin == "null":
        return (
            "the page's origin is `null`: a sandboxed frame, a file, or a redirect that went over "
            "another origin"
        )
    return "`null` stands for pages without an origin, not for any page"


def _details(granted: str, origin: str) -> Iterator[str]:
    """What has to change, one after the other, until the one is the other."""
    page = _URL.fullmatch(origin)
    if page is None:
        return
    if granted.endswith(";"):
        yield "it ends in a semicolon"
        granted = granted.rstrip(";")
    match = _URL.fullmatch(granted)
    if match is None:
        if re.match(r"https?[:/]", granted, re.IGNORECASE):
            yield "after the scheme comes `://`"
            return
        yield "it has no scheme"
        match = _URL.fullmatch(f"{page[1]}://{granted.lstrip('/')}")
    found = match and _AUTHORITY.fullmatch(match[2])
    wanted = _AUTHORITY.fullmatch(page[2])
    if not match or not found or not wanted:
        yield "what stands for its host and port cannot be read"
        return
    scheme, tail = match[1], match[3]
    user, host, port = found.groups()
    if not host:
        yield "it names no host"
        return
    if tail.strip("/"):
        yield f"it has {_TAILS[tail[0]]}, and an origin ends with its host and port"
    elif tail:
        yield "it ends in a slash"
    if user:
        yield "there is a user in it"
    if scheme + host != (scheme + host).lower():
        yield "it has capital letters, and browsers compare byte for byte"
        scheme, host = scheme.lower(), host.lower()
    if port == "":
        yield "there is a colon without a port"
    if port is not None and port == _DEFAULT_PORTS.get(scheme):
        yield "it names the default port, which browsers leave out"
        port = None
    if scheme != page[1]:
        yield f"its scheme is {quote(scheme)}, the page's is {quote(page[1])}"
    if host != wanted[2]:
        yield _hosts(host, wanted[2])
    if (port or None) != wanted[3] and (host == wanted[2] or {host, wanted[2]} <= _LOOPBACK):
        yield f"its port is {_port(port)}, the page's is {_port(wanted[3])}"


def _port(port: str | None) -> str:
    return port or "the default one"


def _hosts(host: str, wanted: str) -> str:
    """How two different hosts differ."""
    if not host.isascii() and _in_ascii(host) == wanted:
        return "browsers send international names in their `xn--` form"
    if {host, wanted} <= _LOOPBACK:
        return f"{quote(host)} and {quote(wanted)} are two hosts to a browser"
    if host.rstrip(".") == wanted.rstrip("."):
        return f"{'its' if host.endswith('.') else "the page's"} host ends in a dot"
    if host.removeprefix("www.") == wanted.removeprefix("www."):
        return "they differ in `www.`"
    if wanted.endswith(f".{host}"):
        return "it is the domain above the page's host, and that does not include what is below"
    if host.endswith(f".{wanted}"):
        return "it is a host below the page's"
    if len(host) < 300 and SequenceMatcher(None, host, wanted).ratio() >= _ALIKE:
        return "its host is spelled a little differently"
    return "it is another host"


def _in_ascii(host: str) -> str:
    try:
        return host.encode("idna").decode()
    except UnicodeError:
        return ""
