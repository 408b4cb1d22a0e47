"""Which of the headers that script set make a request need a preflight, and why?

Fetch section 2.2.2 (CORS-safelisted and forbidden request-headers) and MIME Sniffing section 4.4.
Values are strings whose code points are bytes, as in a JavaScript ByteString.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from simulator.browser.engine import Engine
from simulator.message import FORBIDDEN_METHODS, TOKEN, is_forbidden_field
from simulator.problem import quote

_LONGEST_VALUE = 128  # bytes
_LONGEST_TOGETHER = 1024
# Chromium reads both ends of a range as signed 64-bit numbers, and takes the greatest for none.
_CHROMIUM_RANGE_END = 2**63 - 1

_HTTP_WHITESPACE = "\t\n\r "
_TAB_OR_SPACE = "\t "
_UNSAFE_BYTE = re.compile(r'[\x00-\x08\x0a-\x1f"():<>?@\[\\\]{}\x7f]')
_NOT_IN_LANGUAGE = re.compile(r"[^0-9A-Za-z *,\-.;=]")
_RANGE = re.compile(r"bytes=([0-9]+)-([0-9]*)\Z")
_COMMA_SEPARATED = re.compile(r'(?:"(?:[^"\\]|\\.)*"?|[^",])+', re.DOTALL)
_WHOLE_NUMBER = re.compile(r"[0-9]+\Z")
_NUMBER = re.compile(r"[0-9]+(?:\.[0-9]+)?\Z")
_SAFELISTED_TYPES = (
    "application/x-www-form-urlencoded", "multipart/form-data", "text/plain",
)  # fmt: skip
_CONNECTION_TYPES = ("slow-2g", "2g", "3g", "4g")

_METHOD_OVERRIDES = frozenset({"x-http-method", "x-http-method-override", "x-method-override"})
_NO_CORS_SAFELISTED = frozenset({"accept", "accept-language", "content-language", "content-type"})


class Unsafe(NamedTuple):
    """A header that needs the server's leave: its name in lower case, and why."""

    name: str
    why: str


def unsafe_headers(headers: Sequence[tuple[str, str]], engine: Engine) -> tuple[Unsafe, ...]:
    """The CORS-unsafe request-header names, sorted and unique, each with its reason.

    `headers` are what `settable_headers` left.
    """
    unsafe: dict[str, str] = {}
    safe: list[str] = []
    together = 0
    for name, value in headers:
        name = name.lower()
        why = why_unsafe(name, value, engine)
        if why is None:
            safe.append(name)
            together += len(value)
        else:
            unsafe.setdefault(name, why)
    if together > _LONGEST_TOGETHER:
        why = (
            f"together the safelisted values are {together:,} bytes long; "
            f"at most {_LONGEST_TOGETHER:,} are allowed"
        )
        for name in safe:
            unsafe.setdefault(name, why)
    return tuple([Unsafe(name, why) for name, why in sorted(unsafe.items())])


def why_unsafe(name: str, value: str, engine: Engine) -> str | None:
    """Why one header is not CORS-safelisted, or None where it is. `name` in lower case."""
    judge = _SAFELISTS[engine].get(name)
    if judge is None:
        return "the name is not safelisted"
    if len(value) > _LONGEST_VALUE:
        return f"the value is {len(value):,} bytes long; at most {_LONGEST_VALUE} are allowed"
    return judge(value)


def settable_headers(
    headers: Iterable[tuple[str, str]], *, engine: Engine, mode_no_cors: bool = False
) -> tuple[tuple[str, str], ...]:
    """What is left of the headers that script set: values normalised, forbidden ones dropped.

    A repeated name keeps its first spelling. Chromium combines the values before it judges them;
    the standard, which judges each by itself, keeps them apart. With `mode_no_cors` only
    no-CORS-safelisted headers remain. Expects names and values that `header_error` accepts.
    """
    spelling: dict[str, str] = {}
    values: dict[str, str] = {}
    lines: list[tuple[str, str]] = []
    for name, value in headers:
        lower, value = name.lower(), value.strip(_HTTP_WHITESPACE)
        if is_forbidden(lower, value) or (engine == "chromium" and lower == "user-agent"):
            continue
        combined = f"{values[lower]}, {value}" if lower in values else value
        if mode_no_cors and not is_no_cors_safelisted(lower, combined, engine):
            continue
        spelling.setdefault(lower, name)
        values[lower] = combined
        lines.append((lower, value))
    kept = values.items() if engine == "chromium" else lines
    return tuple([(spelling[lower], value) for lower, value in kept])


def header_error(name: str, value: str) -> str | None:
    """Why setting the header throws, so that nothing is sent at all, or None where it is set."""
    if not TOKEN.match(name):
        return f"{quote(name)} is not a header name: it is not one token"
    if any(ord(char) > 0xFF for char in value):
        return f"the value of {quote(name)} has a character that is not one byte"
    if any(char in value.strip(_HTTP_WHITESPACE) for char in "\0\n\r"):
        return f"the value of {quote(name)} has a line break or NUL in it"
    return None


def is_forbidden(name: str, value: str) -> bool:
    """Whether the browser keeps the header to itself. `name` in lower case.

    What script sets is dropped in silence: it is not sent, and no preflight asks for it.
    """
    if is_forbidden_field(name):
        return True
    return name in _METHOD_OVERRIDES and any(
        method.upper() in FORBIDDEN_METHODS for method in _split(value)
    )


def is_no_cors_safelisted(name: str, value: str, engine: Engine) -> bool:
    """Whether a request of mode `no-cors` may carry the header. `name` in lower case."""
    return name in _NO_CORS_SAFELISTED and why_unsafe(name, value, engine) is None


def is_safelisted_content_type(value: str) -> bool:
    """Whether a Content-Type needs no preflight."""
    return why_unsafe("content-type", value, "standard") is None


def parse_essence(value: str) -> str | None:
    """The essence of a MIME type, `text/plain` of `Text/Plain;charset=UTF-8`, or None for none.

    MIME Sniffing section 4.4; parameters cannot make it fail, so that they are not looked at.
    """
    kind, slash, rest = value.strip(_HTTP_WHITESPACE).partition("/")
    subtype = rest.partition(";")[0].rstrip(_HTTP_WHITESPACE)
    if not (slash and TOKEN.match(kind) and TOKEN.match(subtype)):
        return None
    return f"{kind}/{subtype}".lower()


# What makes each value unsafe. The caller has seen to it that no value is long.


def _why_accept(value: str) -> str | None:
    return _why_byte(_UNSAFE_BYTE.search(value))


def _why_language(value: str) -> str | None:
    return _why_byte(_NOT_IN_LANGUAGE.search(value))


def _why_byte(found: re.Match[str] | None) -> str | None:
    return found and f"the value has a byte that is not allowed: {quote(found[0])}"


def _why_content_type(value: str) -> str | None:
    # `text/plain; charset="utf-8"` is a safelisted type, but has a quote.
    if (why := _why_byte(_UNSAFE_BYTE.search(value))) is not None:
        return why
    essence = parse_essence(value)
    if essence is None:
        return f"{quote(value)} is not a MIME type"
    if essence not in _SAFELISTED_TYPES:
        return f"the type {quote(essence)} is not safelisted"
    return None


def _why_range(value: str) -> str | None:
    """Fetch section 2.2.2, "parse a single range header value"; a range needs a first byte."""
    match = _RANGE.match(value)
    if match is None:
        return "the value is not one range from a first byte on, such as `bytes=0-99`"
    first, last = match.groups()
    if last and int(first) > int(last):
        return "the range ends before it begins"
    return None


def _why_range_in_chromium(value: str) -> str | None:
    if (why := _why_range(value)) is not None:
        return why
    if any(int(number) >= _CHROMIUM_RANGE_END for number in re.findall("[0-9]+", value)):
        return "a number of the range is too large"
    return None


def _why_number(value: str) -> str | None:
    return None if _NUMBER.match(value) else "the value is not a number"


def _why_whole_number(value: str) -> str | None:
    return None if _WHOLE_NUMBER.match(value) else "the value is not a whole number"


def _why_connection_type(value: str) -> str | None:
    return None if value in _CONNECTION_TYPES else "the value is not a type of connection"


def _why_save_data(value: str) -> str | None:
    return None if value.lower() == "on" else "the value is not `on`"


def _why_nothing(_: str) -> str | None:
    return None


def _split(value: str) -> list[str]:
    """Fetch section 2.2.2, "get, decode, and split": a comma between quotes does not split."""
    return [part.strip(_TAB_OR_SPACE) for part in _COMMA_SEPARATED.findall(value)]


type _Judge = Callable[[str], str | None]

_STANDARD: Mapping[str, _Judge] = MappingProxyType(
    {
        "accept": _why_accept,
        "accept-language": _why_language,
        "content-language": _why_language,
        "content-type": _why_content_type,
        "range": _why_range,
    }
)
_SAFELISTS: Mapping[Engine, Mapping[str, _Judge]] = MappingProxyType(
    {
        "standard": _STANDARD,
        # Chromium adds what its client hints once were, and what it says when it intervenes.
        "chromium": MappingProxyType(
            {
                **_STANDARD,
                "range": _why_range_in_chromium,
                "device-memory": _why_number,
                "downlink": _why_number,
                "dpr": _why_number,
                "ect": _why_connection_type,
                "intervention": _why_nothing,
                "rtt": _why_whole_number,
                "save-data": _why_save_data,
                "viewport-width": _why_whole_number,
                "width": _why_whole_number,
            }
        ),
    }
)
