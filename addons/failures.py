"""What if why403 itself fails?

A mistake of ours must not let through what a policy refuses: in `enforce` the request is refused
with a problem document that says so. In the other modes it passes untouched. Each distinct error
is told once, with its traceback, and not for every request again.
"""

from __future__ import annotations

import json
import logging
import traceback
from dataclasses import dataclass

from simulator import Response

REASON = "why403.internal-error"
_STATUS = 500
_MANY = 200  # distinct errors remembered; past it nothing new is told

logger = logging.getLogger("why403")


@dataclass(frozen=True, slots=True)
class Failure:
    """A request that could not be judged, and why."""

    text: str


class Failures:
    """Tells each distinct error once."""

    def __init__(self) -> None:
        self._told: set[tuple[str, str, int]] = set()

    def report(self, error: Exception, doing: str) -> Failure:
        """Log the error if it is a new one. `doing`: what could not be done."""
        failure = Failure(f"why403 failed at {doing}: {type(error).__name__}: {_one_line(error)}")
        frames = traceback.extract_tb(error.__traceback__)
        where = (frames[-1].filename, frames[-1].lineno or 0) if frames else ("", 0)
        kind = (type(error).__name__, *where)
        if kind not in self._told and len(self._told) < _MANY:
            self._told.add(kind)
            logger.error("%s (told once)", failure.text, exc_info=error)
        return failure


def internal_error(failure: Failure) -> Response:
    """What a refused client is told: the fault is the proxy's, not its own."""
    document = {
        "type": f"urn:why403:{REASON}",
        "title": "why403 failed and refuses, since it enforces a policy",
        "status": _STATUS,
        "detail": failure.text,
        "reason": REASON,
        "retryable": False,
    }
    fields = (
        ("content-type", "application/problem+json"),
        ("cache-control", "no-store"),
        ("why403", f'unknown; reason="{REASON}"'),
    )
    return Response(_STATUS, fields, json.dumps(document))


def _one_line(error: Exception) -> str:
    words = "".join(c if c.isprintable() else " " for c in str(error)[:400])
    return " ".join(words.split())
