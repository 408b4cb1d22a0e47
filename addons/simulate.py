"""Would the policy let this request in?

Asked once for each flow, as soon as its header fields are there: no check reads a body. What comes
of it is kept until the flow ends, for the addons that act on it.
"""

from __future__ import annotations

from copy import copy

from mitmproxy import http

from addons.bridge import is_loopback, peer_address, read_request
from addons.entries import Case
from addons.failures import Failure, Failures
from addons.journal import Cases, Journal
from addons.marks import mark
from addons.policies import Policies
from addons.settings import CLIENT_FIELD, Settings
from simulator import Decision, Finding, Outcome, Party, Request, evaluate
from simulator.browser.fetch_metadata import why_not_cors
from simulator.facts import Facts


class Simulate:
    """Judges each request, and marks the flow."""

    def __init__(
        self,
        settings: Settings,
        policies: Policies,
        cases: Cases,
        journal: Journal,
        failures: Failures,
    ) -> None:
        self._settings = settings
        self._policies = policies
        self._cases = cases
        self._journal = journal
        self._failures = failures
        self._recorded = ""

    def requestheaders(self, flow: http.HTTPFlow) -> None:
        # With an error, mitmproxy itself refuses the request: it is no request a server would see.
        if flow.error is not None:
            return
        case: Case | Failure | None
        try:
            case = self._judge(flow)
        except Exception as error:
            case = self._failures.report(error, "judging a request")
        if case is None:
            return
        if not flow.live:
            # Recordings come one after another, and not every one has an answer that closes it.
            self._cases.pop(self._recorded, None)
            self._recorded = flow.id
        self._cases[flow.id] = case
        if isinstance(case, Case):
            try:
                self._journal.add(case)
                mark(flow, case)
            except Exception as error:
                # The verdict stands: what could not be shown must not change it.
                self._failures.report(error, "marking a flow")

    def _judge(self, flow: http.HTTPFlow) -> Case | Failure | None:
        settings = self._settings
        given = _take_client_field(flow) if settings.client_header else ""
        if flow.request.data.host == settings.own_host:
            return None
        if not self._policies.active:
            return settings.broken
        client = given or settings.client or peer_address(flow.client_conn.peername)
        request = read_request(flow, client)
        active = self._policies.judge_of(request)
        if active is None:
            return None
        policy, usage = active.policy, active.usage
        # A recording spends no quota, nor does a request that another addon has answered.
        foreign = flow.response is not None
        decision = evaluate(policy, request, usage if flow.live else None)
        if decision.failures:
            decision = as_browsers_judge(request, decision)
        if flow.live and not foreign:
            usage.record(decision)
        return Case(flow.id, policy, request, decision, settings.mode, foreign=foreign)


def _take_client_field(flow: http.HTTPFlow) -> str:
    """Remove the control field; its value, if a client on this machine sent it."""
    headers = flow.request.headers
    value = headers.get(CLIENT_FIELD)
    if value is None:
        return ""
    if flow.live:
        del headers[CLIENT_FIELD]
    return value.strip() if is_loopback(peer_address(flow.client_conn.peername)) else ""


def as_browsers_judge(request: Request, decision: Decision) -> Decision:
    """The decision, less what no browser would say of this request.

    A request with an Origin is not always one that a browser applies CORS to: navigations,
    WebSockets and `no-cors` requests carry one too, and a request to the page's own server does
    where that server's name was replaced on the way. Browsers say so (Fetch Metadata).
    """
    why = None if decision.preflight or not decision.cors_request else why_not_cors(request.headers)
    if why is None:
        return decision
    facts = copy(decision.facts)
    assert isinstance(facts, Facts)
    facts.origin = None
    return decision._replace(
        facts=facts,
        trace=tuple(
            Finding(f.check, Outcome.SKIP, note=why, fields=f.fields) if _is_browsers(f) else f
            for f in decision.trace
        ),
        failures=tuple(f for f in decision.failures if not _is_browsers(f)),
    )


def _is_browsers(finding: Finding) -> bool:
    return finding.outcome is Outcome.FAIL and finding.party is Party.BROWSER
