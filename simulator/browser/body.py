"""Which Content-Type does a body bring along when script sets none?

Fetch section 5.2, "extract a body with type"; File API section 3 for a Blob's type.
"""

from __future__ import annotations

from collections.abc import Mapping

from simulator.browser.engine import Unsupported
from simulator.problem import list_words, quote

# Buffers and streams are bytes without a type.
_BUFFERS = frozenset(
    """
    arraybuffer bigint64array biguint64array dataview float16array float32array float64array
    int16array int32array int8array uint16array uint32array uint8array uint8clampedarray
    """.split()
)
_TYPED = {
    "string": "text/plain;charset=UTF-8",
    "urlsearchparams": "application/x-www-form-urlencoded;charset=UTF-8",
    # Each boundary is random; this one has the form and the length of Chromium's.
    "formdata": "multipart/form-data; boundary=----WebKitFormBoundary" + "0" * 16,
}
_BLOBS = frozenset({"blob", "file"})


def body_content_type(body: Mapping[str, str] | None) -> str | None:
    """The Content-Type that the body gives a request without one, or None where it gives none.

    `body["type"]` is the name of its JavaScript type in small letters; a blob's or a file's own
    type stands in `body["ctype"]`. Raises Unsupported for other types.
    """
    if body is None:
        return None
    kind = body.get("type", "")
    if kind in _BLOBS:
        return _blob_type(body.get("ctype", "")) or None
    if kind in _BUFFERS or kind == "stream":
        return None
    if kind not in _TYPED:
        known = list_words(
            ("string", "urlsearchparams", "formdata", "blob", "arraybuffer", "stream")
        )
        raise Unsupported(f"{quote(kind)} is not a type of body: it may be {known}")
    return _TYPED[kind]


def _blob_type(text: str) -> str:
    """What `new Blob([], {type: text}).type` says: in small letters, and nothing past ASCII."""
    if any(not " " <= char <= "~" for char in text):
        return ""
    return text.lower()
