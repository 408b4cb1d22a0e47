"""How does an element of the page ask for what it loads, and can it use what comes?

HTML sections 2.5.4 and 2.5.5 (CORS settings attributes, potential-CORS requests), 4.2.4 (link),
4.8 (images, media, text tracks), 4.12.1 (scripts), 8.1.4.2 (fetching scripts), 9.2 (EventSource);
Fetch sections 2.9 (nosniff) and 2.10 (types that are no script). Script sees of it only whether it
worked: that a script came, be it one that fails, and that a module came and ran. What takes more
than the beginning of the content to tell is not modelled.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import NamedTuple
from xml.etree import ElementTree

from simulator.browser.csp import CONNECT
from simulator.browser.engine import Engine, Unsupported
from simulator.browser.mime import essence_of, is_javascript, is_nosniff
from simulator.message import Response

_WEBVTT = re.compile(rb"(?:\xef\xbb\xbf)?WEBVTT(?:[ \t\n\r]|\Z)")
_WAVE = re.compile(rb"RIFF....WAVE.*?fmt .{16}.*?data....", re.DOTALL)
_GIF = re.compile(rb"GIF8[79]a.{4}(.)..", re.DOTALL)
_PNG = re.compile(rb"\x89PNG\r\n\x1a\n....IHDR.{17}.*?IDAT", re.DOTALL)
_OTHER_IMAGES = (b"\xff\xd8\xff", b"BM", b"RIFF", b"\0\0\1\0", b"\0\0\2\0")
_OTHER_MEDIA = (b"OggS", b"ID3", b"fLaC", b"\x1aE\xdf\xa3", b"\xff\xfb", b"\xff\xf3", b"\xff\xf1")
_FILE_TYPE = re.compile(rb"....ftyp", re.DOTALL)  # ISO media: MP4, AVIF
_SVG = "{http://www.w3.org/2000/svg}svg"
# Statements that name a value, and nothing that could fail.
_SURE_TO_RUN = re.compile(
    rb"(?:\s*(?:export\s+default\s|(?:export\s+)?(?:const|let|var)\s+\w+\s*=)?\s*"
    rb"""(?:-?\d+(?:\.\d+)?|"[^"\\\n]*"|'[^'\\\n]*'|true|false|null|\[\]|\{\})\s*;?)?\s*"""
)
_CHARSET = re.compile(r";[ \t]*charset=\"?([^\";]*)", re.IGNORECASE)


class Element(NamedTuple):
    """One kind of element (or interface) that loads something."""

    directives: tuple[str, ...]
    """What of a Content-Security-Policy is about it."""
    can_use: Callable[[Response, Engine], bool]
    plain_mode: str = "no-cors"
    """The mode without the attribute `crossorigin`."""
    always_tells_origin: bool = True
    """Whether Chromium sends an Origin with a CORS request to the page's own origin too."""
    least_error: int | None = None
    """The status from which on it takes an answer for none; None: it looks at no status."""
    reads_body: bool = True
    """Whether it waits for the end of the body."""
    fields: tuple[tuple[str, str], ...] = ()
    """What it sends in fields that matter to a cache."""


class Settings(NamedTuple):
    """How a request is made: Fetch's mode and credentials mode."""

    mode: str
    credentials: str


def settings(api: str, crossorigin: str | None, credentials: str | None) -> Settings:
    """HTML section 2.5.5; `crossorigin` is the attribute (None: absent), `credentials` what
    `withCredentials` of an EventSource says."""
    element = ELEMENTS[api]
    if element.plain_mode == "cors":
        # A module that script imports, and an EventSource: there is no attribute.
        return Settings("cors", credentials or "same-origin")
    if crossorigin is None:
        return Settings(element.plain_mode, "include")
    if crossorigin.lower() == "use-credentials":
        return Settings("cors", "include")
    return Settings("cors", "same-origin")


def can_use(api: str, response: Response, engine: Engine) -> bool:
    """Whether the element makes something of the answer. Raises Unsupported where that is not
    known."""
    element = ELEMENTS[api]
    if "content-encoding" in response.headers and element.reads_body:
        raise Unsupported("what an element makes of an encoded body is not modelled")
    failed = element.least_error is not None and response.status >= element.least_error
    return not failed and element.can_use(response, engine)


def _as_image(response: Response, _: Engine) -> bool:
    body = response.body
    if essence_of(response.headers) == "image/svg+xml":
        try:
            return ElementTree.fromstring(body).tag == _SVG
        except ElementTree.ParseError:
            return False
    if body.startswith(_OTHER_IMAGES) or _FILE_TYPE.match(body):
        raise Unsupported("whether an image of this format can be shown is not modelled")
    return bool(_PNG.match(body)) or _begins_gif(body)


def _begins_gif(body: bytes) -> bool:
    match = _GIF.match(body)
    if match is None:
        return False
    flags = match[1][0]
    at = match.end() + (3 << (flags & 7) + 1 if flags & 0x80 else 0)
    while body[at : at + 1] == b"!":
        at += 2
        while body[at : at + 1] > b"\0":
            at += body[at] + 1
        at += 1
    return body[at : at + 1] == b"," and len(body) > at + 10


def _as_sound(response: Response, _: Engine) -> bool:
    if response.status == 206:
        raise Unsupported("whether a part of a sound can be played is not modelled")
    if response.status != 200:
        return False
    body = response.body
    if _WAVE.match(body):
        return True
    if body.startswith(_OTHER_MEDIA) or _FILE_TYPE.match(body):
        raise Unsupported("whether a sound of this format can be played is not modelled")
    return False


def _as_script(response: Response, _: Engine) -> bool:
    essence = essence_of(response.headers)
    if is_nosniff(response.headers):
        return is_javascript(essence)
    no_script = ("audio/", "image/", "video/")
    return essence is None or not (essence == "text/csv" or essence.startswith(no_script))


def _as_module(response: Response, _: Engine) -> bool:
    if not (200 <= response.status <= 299 and is_javascript(essence_of(response.headers))):
        return False
    if not _SURE_TO_RUN.fullmatch(response.body):
        raise Unsupported("whether a module can be run, and what it imports, is not modelled")
    return True


def _as_stylesheet(response: Response, engine: Engine) -> bool:
    # Chromium does not apply another type, and says that it loaded.
    if engine == "chromium" and not is_nosniff(response.headers):
        return True
    return essence_of(response.headers) == "text/css"


def _as_track(response: Response, _: Engine) -> bool:
    return bool(_WEBVTT.match(response.body))


def _as_events(response: Response, engine: Engine) -> bool:
    if response.status != 200 or essence_of(response.headers) != "text/event-stream":
        return False
    charset = _CHARSET.search(response.headers.get("content-type") or "")
    return engine == "standard" or charset is None or charset[1].lower() in ("utf-8", "utf8")


def _as_anything(response: Response, _: Engine) -> bool:
    return True


_SCRIPT = ("script-src-elem", "script-src", "default-src")
_STYLE = ("style-src-elem", "style-src", "default-src")
_MEDIA = ("media-src", "default-src")

ELEMENTS: Mapping[str, Element] = MappingProxyType(
    {
        "img": Element(("img-src", "default-src"), _as_image, fields=(("Accept", "image/*"),)),
        "script": Element(_SCRIPT, _as_script, least_error=400),
        "stylesheet": Element(
            _STYLE, _as_stylesheet, least_error=400, fields=(("Accept", "text/css"),)
        ),
        "audio": Element(
            _MEDIA, _as_sound, always_tells_origin=False, fields=(("Range", "bytes=0-"),)
        ),
        "track": Element(_MEDIA, _as_track, plain_mode="same-origin"),
        "module": Element(_SCRIPT, _as_module, plain_mode="cors"),
        "preload-fetch": Element(CONNECT, _as_anything),
        "eventsource": Element(
            CONNECT, _as_events, plain_mode="cors", always_tells_origin=False, reads_body=False
        ),
    }
)
"""By the name of the API."""
