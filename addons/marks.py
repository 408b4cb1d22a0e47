"""What does the user of mitmproxy see of a decision?

A mark, a comment, a line in the log, and `flow.metadata["why403"]`, which is plain data since it
is saved with the flow. What the user wrote stays: a comment is added to, a mark is not replaced.
An allowed request gets two words of metadata and nothing else.
"""

from __future__ import annotations

import logging

from mitmproxy import http

from addons.entries import Case, Exchange
from simulator import Party
from simulator.browser import sentence
from simulator.problem import printable

# A logger of its own: where the terminal tells each refusal by itself, this one is silent.
logger = logging.getLogger("why403.refused")

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
    said = _sentence(case)
    _comment(flow, said)
    if decision.allowed is None:
        _set_mark(flow, UNKNOWN)
        return
    _set_mark(flow, HIDDEN if decision.blocked_by is Party.BROWSER else REFUSED)
    target = case.request.target
    asked = printable(f"{case.request.method} {target.origin}{target.path}"[:300])
    peer = case.request.client or "an unknown address"
    logger.info("%s%s from %s: %s", PREFIX, asked, peer, said)


def mark_exchange(flow: http.HTTPFlow, exchange: Exchange) -> None:
    """Say what a browser makes of the real answer, where it is not simply shown to the page."""
    verdict, case = exchange.verdict, exchange.case
    if case is None and KEY in flow.metadata:
        _unmark(flow)
    failed = verdict.failure
    if failed is None and not verdict.depends and not verdict.remarks:
        if case is None:
            flow.metadata[KEY] = {"policy": None, "allowed": True}
        return
    metadata = flow.metadata.get(KEY) if case is not None else None
    if metadata is None:
        flow.metadata[KEY] = exchange.record()
    else:
        flow.metadata[KEY] = {**metadata, "browser": exchange.browser()}
    if failed is None and case is not None and case.decision.failures:
        return  # what may be is no news where the policy refuses
    said = _verdict(exchange)
    _comment(flow, said)
    # A decision that foretold it has said it, and one line for one refusal is enough.
    if failed is None or (case is not None and case.decision.hidden):
        return
    _set_mark(flow, HIDDEN)
    target = exchange.request.target
    asked = printable(f"{exchange.request.method} {target.origin}{target.path}"[:300])
    logger.info("%s%s for the page %s: %s", PREFIX, asked, printable(verdict.origin[:200]), said)


def mark_changed(flow: http.HTTPFlow, exchange: Exchange) -> None:
    """Say in what is saved with the flow that its answer is no longer the server's alone."""
    _comment(flow, f"changed in the answer: {exchange.changed}")
    record = flow.metadata.get(KEY)
    if isinstance(record, dict):
        flow.metadata[KEY] = {**record, "browser": exchange.browser()}


def _verdict(exchange: Exchange) -> str:
    """The browser's verdict as one line."""
    verdict = exchange.verdict
    failed = verdict.failure
    notes = [sentence(remark) for remark in verdict.remarks]
    if failed is None:
        one = verdict.without or verdict.included
        if one is not None and verdict.depends:
            notes.insert(0, f"{verdict.page}: {sentence(one)} ({one.step})")
        return "; ".join(notes)
    what = "a preflight that" if verdict.preflight else "an answer that"
    said = f"{verdict.status}, {what} the browser refuses, {failed.reason.code}: {sentence(failed)}"
    if verdict.further is not None:
        notes.insert(0, f"next: {sentence(verdict.further)}")
    before = exchange.preflight
    tail = f" ({failed.step})"
    if before is not None and before.verdict.failure is None:
        tail = f" ({failed.step}; its preflight passed)"
    return "; ".join([said + tail, *notes])


def _comment(flow: http.HTTPFlow, said: str) -> None:
    flow.comment = f"{flow.comment}\n{PREFIX}{said}" if flow.comment else PREFIX + said


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
