"""Is the body the one that the page asked for?

Subresource Integrity section 3.3: of the hashes given, those of the strongest algorithm count, and
one of them must fit. What a page may not read it cannot check either. Chromium reads the hashes
more leniently: it knows the other alphabet of Base64, and skips what is no hash at all.
"""

from __future__ import annotations

import hashlib
import re
from base64 import b64encode
from collections.abc import Iterator

from simulator.browser.engine import Engine
from simulator.browser.failure import Failure
from simulator.message import Response
from simulator.reasons.page import INTEGRITY

_ALGORITHMS = ("sha256", "sha384", "sha512")  # weaker to stronger
_WORD = re.compile(r"[^ \t\n\v\f\r]+")
_HASH = re.compile(r"(sha)-?(256|384|512)-([a-z0-9+/_=\-]+)(?:\?.*)?", re.IGNORECASE | re.ASCII)
_STEP = "Fetch, main fetch, step 23"


def check_integrity(
    metadata: str, response: Response, kind: str, engine: Engine = "chromium"
) -> Failure | None:
    """Why the body is refused, or None. `kind` is the response's type."""
    if not metadata:
        return None
    failed = Failure(INTEGRITY, _STEP, values={"value": metadata})
    if kind not in ("basic", "cors"):
        return failed
    read = _read_leniently if engine == "chromium" else _read
    found: dict[str, set[str]] = {}
    for algorithm, digest in read(metadata):
        found.setdefault(algorithm, set()).add(digest)
    if not found:
        return None
    strongest = max(found, key=_ALGORITHMS.index)
    actual = b64encode(hashlib.new(strongest, response.body).digest()).decode()
    if engine == "chromium":
        actual = actual.rstrip("=")
    return None if actual in found[strongest] else failed


def _read(metadata: str) -> Iterator[tuple[str, str]]:
    """By the letter: whatever names an algorithm counts, with or without a digest."""
    for item in metadata.split(" "):
        algorithm, *rest = item.partition("?")[0].split("-")
        if algorithm.lower() in _ALGORITHMS:
            yield algorithm.lower(), rest[0] if rest else ""


def _read_leniently(metadata: str) -> Iterator[tuple[str, str]]:
    for item in _WORD.findall(metadata):
        match = _HASH.fullmatch(item)
        if match is not None:
            digest = match[3].replace("-", "+").replace("_", "/").rstrip("=")
            yield f"{match[1]}{match[2]}".lower(), digest
