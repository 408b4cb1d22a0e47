"""What does a `data:` URL hold?

Fetch section 6, the `data:` URL processor. It is its own answer, and of the page's own origin.
"""

from __future__ import annotations

import binascii
import re
from urllib.parse import unquote_to_bytes

from simulator.browser.safelist import parse_essence
from simulator.browser.url import WebUrl
from simulator.message import Response

_BASE64 = re.compile(r"(.*); *base64\Z", re.IGNORECASE | re.DOTALL)
_WHITESPACE = re.compile(rb"[\t\n\f\r ]+")
_ALPHABET = re.compile(rb"[A-Za-z0-9+/]*={0,2}")
_DEFAULT = "text/plain;charset=US-ASCII"


def open_data_url(url: WebUrl) -> Response | None:
    """The answer, or None where the URL is none of data."""
    text = url._replace(fragment=None).href.removeprefix("data:")
    kind, comma, data = text.partition(",")
    if not comma:
        return None
    body: bytes | None = unquote_to_bytes(data)
    kind = kind.strip("\t\n\f\r ")
    if (match := _BASE64.match(kind)) is not None:
        kind, body = match[1], _decoded(body or b"")
    if body is None:
        return None
    if kind.startswith(";"):
        kind = f"text/plain{kind}"
    return Response(200, {"Content-Type": _DEFAULT if parse_essence(kind) is None else kind}, body)


def _decoded(data: bytes) -> bytes | None:
    """Infra section 7, forgiving-base64 decode: padding may be missing."""
    bare = _WHITESPACE.sub(b"", data)
    if len(bare) % 4 == 0:
        bare = bare.removesuffix(b"=").removesuffix(b"=")
    if b"=" in bare or len(bare) % 4 == 1 or not _ALPHABET.fullmatch(bare):
        return None
    return binascii.a2b_base64(bare + b"=" * (-len(bare) % 4))
