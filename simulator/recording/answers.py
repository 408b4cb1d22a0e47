"""What was observed, in the words of a case, and does the policy say the same?

Where a policy and a real answer agree, the case expects what the policy says. Where they do not,
the case expects what was observed: it fails until one of them is mended, which is what it is for.
"""

from __future__ import annotations

import json
import re
from typing import NamedTuple

from simulator.decision import Decision, Party
from simulator.grammar import REASONS
from simulator.learning.exchanges import REFUSALS, Exchange, is_preflight, verdict_of
from simulator.message import Response
from simulator.source import Data

_FIELD = re.compile(r'\breason="([a-z.-]+)"')


class Observed(NamedTuple):
    """What a real answer shows; None where it does not."""

    status: int | None = None
    let_in: bool | None = None  # by the server
    page: bool | None = None  # whether a page of another origin gets what it asked for
    reason: str | None = None  # as why403 gave it
    hidden_by: str | None = None  # the browser's reason for keeping the answer from its page


class Expected(NamedTuple):
    """What a case expects, and how the policy disagrees with it; empty: it does not."""

    expect: dict[str, Data]
    drift: str = ""
    note: str = ""


def observe(exchange: Exchange) -> Observed:
    """What the answer shows."""
    response = exchange.response
    if response is None:
        return Observed(reason=_known(exchange.reason))
    status = response.status
    let_in = True if status < 400 else False if status in REFUSALS else None
    verdict = verdict_of(exchange)
    page = hidden = None
    if verdict is not None:
        # Without a Cookie nothing shows credentials: it is judged as made without, as policies do.
        page = verdict.failure is None
        hidden = None if verdict.failure is None else verdict.failure.reason.code
    return Observed(status, let_in, page, _known(exchange.reason) or _said(response), hidden)


def _said(response: Response) -> str | None:
    """The reason that why403 put into the answer: in the field `why403`, or into its body."""
    field = _FIELD.search(response.headers.get("why403") or "")
    if field is not None:
        return _known(field[1])
    if not (response.headers.get("content-type") or "").startswith("application/problem+json"):
        return None
    try:
        body: Data = json.loads(response.body)
    except (ValueError, RecursionError):
        return None
    reason = body.get("reason") if isinstance(body, dict) else None
    return _known(reason) if isinstance(reason, str) else None


def _known(reason: str | None) -> str | None:
    return reason if reason in REASONS else None


def expect_observed(exchange: Exchange, observed: Observed) -> Expected | None:
    """What a case expects without a policy; None where the answer shows nothing of permissions."""
    preflight = is_preflight(exchange.request)
    if preflight and observed.page is not None:
        return Expected(_expect(observed, allowed=observed.page))
    if observed.let_in is None:
        return None
    seen = observed.page is not False
    return Expected(_expect(observed, allowed=observed.let_in and seen))


def _expect(observed: Observed, *, allowed: bool, reason: str | None = None) -> dict[str, Data]:
    """The observed as a case has it. `reason`: the policy's, where it refuses too."""
    found: dict[str, Data] = {}
    why = _server_or_browser(observed) or reason
    if not allowed and why is not None:
        found["reason"] = why
    if not allowed or observed.status == 200:
        # Of what is let in, the status is the application's: a policy rarely says it.
        found["status"] = observed.status
    if observed.page is not None:
        found["page"] = "reads" if observed.page else "fails"
    return {**found, "allowed": allowed}


def _server_or_browser(observed: Observed) -> str | None:
    """The reason that was given, if the answer bears it out; else the browser's own."""
    said = observed.reason
    if said is not None:
        by_server = REASONS[said].party is Party.SERVER
        if (by_server and observed.let_in is False) or (not by_server and observed.page is False):
            return said
    return observed.hidden_by if observed.let_in else None


def expect_decided(
    exchange: Exchange, observed: Observed, decision: Decision, simulated: Response
) -> Expected:
    """What a case expects with a policy: its decision, unless the real answer was another than
    the one that such a server would give (`simulated`)."""
    drift, note = _drift(exchange, observed, decision)
    if not (drift or note or decision.asks):
        drift = _seen_otherwise(exchange, observed, decision, simulated)
    if drift:
        preflight = is_preflight(exchange.request)
        seen = observed.page if preflight else observed.page is not False
        allowed = bool(observed.let_in or preflight) and seen is not False
        return Expected(_expect(observed, allowed=allowed, reason=decision.reason), drift, note)
    expect: dict[str, Data] = {}
    if decision.reason is not None:
        expect["reason"] = decision.reason
    if decision.refusal is not None or observed.status in (None, decision.status):
        expect["status"] = decision.status
    if decision.cors_request:
        expect["page"] = "fails" if decision.hidden else "reads"
    if decision.allowed is not None:
        expect["allowed"] = decision.allowed
    return Expected(expect, "", note)


def _drift(exchange: Exchange, observed: Observed, decision: Decision) -> tuple[str, str]:
    """How the observed differs from the decision, in words; and what cannot be told."""
    status = observed.status
    by_policy = _in_words(decision)
    if decision.allowed is None and decision.refusal is None:
        return "", "the policy cannot tell"
    if is_preflight(exchange.request):
        if observed.page is None or observed.page == decision.allowed:
            return "", ""
        did = "granted" if observed.page else "did not grant"
        return f"the server {did} the preflight ({status}); the policy: {by_policy}", ""
    refused = decision.refusal is not None
    if observed.let_in is None:
        note = "" if status is None else f"answered {status}, which says nothing of permissions"
        return "", note
    as_said = status == decision.status  # be it by the application, as `response` has it
    if observed.let_in and refused and not as_said:
        return f"the server let it in ({status}); the policy: {by_policy}", ""
    if not observed.let_in and not refused and not as_said:
        if status == 404 and _is_templated(decision):
            return "", "answered 404, which the application may have said of what it has not"
        return f"the server refused it ({status}{_by(observed)}); the policy: {by_policy}", ""
    if refused and not as_said:
        return f"the server refused it with {status}; the policy: {by_policy}", ""
    if refused and observed.reason not in (None, *decision.codes):
        return f"why403 said {observed.reason} then; the policy: {by_policy}", ""
    return "", ""


def _seen_otherwise(
    exchange: Exchange, observed: Observed, decision: Decision, simulated: Response
) -> str:
    """How what the page saw differs from what it would see, in words."""
    verdict = verdict_of(exchange._replace(response=simulated))
    if verdict is None or observed.page in (None, verdict.failure is None):
        return ""
    did, says = ("could", "hides") if observed.page else ("could not", "shows")
    by_policy = _in_words(decision)
    return f"the page {did} read the answer ({observed.status}); the policy {says} it: {by_policy}"


def _by(observed: Observed) -> str:
    return f" {observed.reason}" if observed.reason else ""


def _in_words(decision: Decision) -> str:
    if decision.deciding is None:
        return "it is let in" if not decision.asks else "it is granted"
    return f"{decision.status} {decision.reason}"


def _is_templated(decision: Decision) -> bool:
    """Whether its path stands for many things, of which the application may lack one."""
    rule = next((f.note for f in decision.trace if f.check == "route" and f.rule), "")
    return "{" in rule or not any(f.check == "route" and f.rule for f in decision.trace)
