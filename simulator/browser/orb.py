"""May this opaque answer come into the page's process?

Opaque Response Blocking (https://github.com/annevk/orb), which follows the checks of Fetch for what
is loaded without CORS from another origin. Chromium's form of it: where the proposal parses the
whole as JavaScript, Chromium looks whether the beginning is HTML, XML or JSON, and lets pass what
is not.
"""

from __future__ import annotations

import re

from simulator.browser.engine import Unsupported
from simulator.browser.failure import Failure
from simulator.browser.mime import essence_of, is_json, is_nosniff, is_xml
from simulator.message import Response
from simulator.reasons.page import OPAQUE_BLOCKED

_SNIFFED = 1024  # bytes
# What may be loaded whatever stands in it, besides sounds and videos.
_SAFELISTED = frozenset(
    {
        "application/dash+xml", "application/ogg", "application/vnd.apple.mpegurl",
        "image/svg+xml", "text/css", "text/vtt",
    }
)  # fmt: skip
# What no image, script or style is ever sent as.
_NEVER_SNIFFED = frozenset(
    """
    application/gzip application/msexcel application/mspowerpoint application/msword
    application/msword-template application/pdf application/vnd.ces-quickpoint
    application/vnd.ces-quicksheet application/vnd.ces-quickword application/vnd.ms-excel
    application/vnd.ms-excel.sheet.macroenabled.12 application/vnd.ms-powerpoint
    application/vnd.ms-powerpoint.presentation.macroenabled.12 application/vnd.ms-word
    application/vnd.ms-word.document.12 application/vnd.ms-word.document.macroenabled.12
    application/vnd.msword
    application/vnd.openxmlformats-officedocument.presentationml.presentation
    application/vnd.openxmlformats-officedocument.presentationml.template
    application/vnd.openxmlformats-officedocument.spreadsheetml.sheet
    application/vnd.openxmlformats-officedocument.spreadsheetml.template
    application/vnd.openxmlformats-officedocument.wordprocessingml.document
    application/vnd.openxmlformats-officedocument.wordprocessingml.template
    application/vnd.presentation-openxml application/vnd.presentation-openxmlm
    application/vnd.spreadsheet-openxml application/vnd.wordprocessing-openxml application/x-gzip
    application/x-protobuf application/x-protobuffer application/zip multipart/byteranges
    multipart/signed text/csv text/event-stream
    """.split()
)

_BLANK = rb"[ \t\r\n]*"
# A comment ends with its line, as JavaScript has it (ECMAScript section B.1.1).
_COMMENTS = re.compile(
    rb"(?:" + _BLANK + rb"<!--.*?-->.*?(?=[\r\n]|\xe2\x80[\xa8\xa9]))*", re.DOTALL
)
_HTML = re.compile(
    _BLANK + rb"<(?:!doctype html|script|html|head|iframe|h1|div|font|table|a|style|title|b|p)",
    re.IGNORECASE,
)
_XML = re.compile(_BLANK + rb"<\?xml")
# A beginning that no script has: an object's first key, or what keeps JSON from being one.
_JSON = re.compile(
    _BLANK + rb"\{" + _BLANK + rb'"(?:[^"\\]|\\.)*"' + _BLANK + rb":"
    rb"|\)\]\}'|\{\} ?&&|(?:for \(;;\)|for\(;;\)|while \(1\)|while\(1\));",
    re.DOTALL,
)  # fmt: skip


def check_opaque(response: Response) -> Failure | None:
    """Why the answer is kept out."""
    essence = essence_of(response.headers)
    if not _is_blocked(essence, response):
        return None
    return Failure(OPAQUE_BLOCKED, OPAQUE_BLOCKED.spec, values={"value": essence or ""})


def _is_blocked(essence: str | None, response: Response) -> bool:
    if essence is None:
        return False
    if essence in _SAFELISTED or essence.startswith(("audio/", "video/")):
        return False
    if essence in _NEVER_SNIFFED:
        return True
    if is_nosniff(response.headers) and _is_data(essence):
        return True
    if response.status == 206:
        raise Unsupported("whether a part of an opaque answer may be loaded is not modelled")
    return _reads_as_data(response.body[:_SNIFFED])


def _is_data(essence: str) -> bool:
    data = essence in ("text/html", "text/plain", "application/json+protobuf")
    return data or is_json(essence) or is_xml(essence)


def _reads_as_data(body: bytes) -> bool:
    body = body.removeprefix(b"\xef\xbb\xbf")
    comments = _COMMENTS.match(body)
    markup = body[comments.end() :] if comments else body
    return any((_HTML.match(markup), _XML.match(body), _JSON.match(body)))
