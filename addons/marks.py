"""What does the user of mitmproxy see of a decision?

A mark, a comment, a line in the log, and `flow.metadata["why403"]`, which is plain data since it
is saved with the flow. What the user wrote stays: a comment is added to, a mark is not replaced.
An allowed request gets two words of metadata and nothing else.
"""

from __future__ import annotations

import logging

from mitmproxy import http

from addons.journal import Case
from simulator import Party
from simulator.problem import printable

logger = logging.getLogger("why403")

KEY = "why403"
PREFIX = "why403: "
REFUSED, HIDDEN, UNKNOWN = ":no_entry:", ":no_entry_sign:", ":grey_question:"
_OURS = (REFUSED, HIDDEN, UNKNOWN)


def mark(flow: http.HTTPFlow, case: Case) -> None:
    """Mark the flow, and say a refusal."""
    if KEY in flow.metadata:
        _unmark(flow)  # the flow is replayed, or was read from a file
    decision = case.decision
    if decision.allowed:
        flow.metadata[KEY] = {"policy": case.policy.name, "allowed": True}
        return
    flow.metadata[KEY] = case.record()
    sentence = _sentence(case)
    flow.comment = f"{flow.comment}\n{PREFIX}{sentence}" if flow.comment else PREFIX + sentence
    if decision.allowed is None:
        _set_mark(flow, UNKNOWN)
        return
    _set_mark(flow, HIDDEN if decision.blocked_by is Party.BROWSER else REFUSED)
    target = case.request.target
    asked = printable(f"{case.request.method} {target.origin}{target.path}"[:300])
    peer = case.request.client or "an unknown address"
    logger.info("%s%s from %s: %s", PREFIX, asked, peer, sentence)


def _sentence(case: Case) -> str:
    decision = case.decision
    deciding = decision.deciding
    if deciding is None:
        return decision.summary
    place = f" ({case.policy.span(deciding.rule)})" if deciding.rule else ""
    said = [str(decision.status)] if decision.refusal else []
    if decision.blocked_by is Party.BROWSER:
        said.append("hidden by the browser")
    return f"{', '.join(said)}, {decision.reason}: {decision.summary}{place}"


def _set_mark(flow: http.HTTPFlow, name: str) -> None:
    if not flow.marked:
        flow.marked = name


def _unmark(flow: http.HTTPFlow) -> None:
    """Take away what was said of the flow before, and only that."""
    lines = flow.comment.split("\n")
    flow.comment = "\n".join(line for line in lines if not line.startswith(PREFIX))
    if flow.marked in _OURS:
        flow.marked = ""
