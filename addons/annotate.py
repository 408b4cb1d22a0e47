"""Where does a browser's own network panel show the reason?

In the response: the fields `why403` and `server-timing` are added to the real one. Nothing is
taken away, and a streamed response gets them as well. A policy's verdict comes first; where there
is none to tell, what the browser makes of the real answer.
"""

from __future__ import annotations

from mitmproxy import http

from addons.bridge import write_fields
from addons.entries import Case, Exchange
from addons.failures import Failures
from addons.journal import Cases
from addons.observe import Observe
from addons.settings import ANNOTATED, Settings
from simulator.render.headers import decision_fields
from simulator.render.verdict import verdict_fields


class Annotate:
    """Adds the fields of the verdict to responses."""

    def __init__(
        self, settings: Settings, cases: Cases, observe: Observe, failures: Failures
    ) -> None:
        self._settings = settings
        self._observe = observe
        self._cases = cases
        self._failures = failures

    def responseheaders(self, flow: http.HTTPFlow) -> None:
        if self._settings.mode not in ANNOTATED or flow.response is None or not flow.live:
            return
        case = self._cases.get(flow.id)
        exchange = self._observe.exchanges.get(flow.id)
        try:
            fields = _fields(case if isinstance(case, Case) else None, exchange)
            if fields:
                headers = flow.response.headers
                headers.fields = (*headers.fields, *write_fields(fields))
        except Exception as error:
            self._failures.report(error, "annotating a response")


def _fields(case: Case | None, exchange: Exchange | None) -> tuple[tuple[str, str], ...]:
    """The policy's verdict, and the browser's on the real answer where the former did not tell."""
    fields = () if case is None else decision_fields(case.decision)
    if exchange is None:
        return fields
    verdict = exchange.verdict
    foretold = case is not None and case.decision.hidden
    if case is None or (verdict.failure is not None and not foretold):
        real = verdict_fields(verdict)
        # An allowed request whose answer the page never sees is no good news.
        fields = real if case is None or not case.decision.failures else (*fields, *real)
    if exchange.changed:
        fields = (*fields, ("why403-changed", exchange.changed))
    return fields
