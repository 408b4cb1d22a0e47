"""Where does a browser's own network panel show the reason?

In the response: the fields `why403` and `server-timing` are added to the real one. Nothing is
taken away, and a streamed response gets them as well.
"""

from __future__ import annotations

from mitmproxy import http

from addons.bridge import write_fields
from addons.failures import Failures
from addons.journal import Case, Cases
from addons.settings import ANNOTATE, Settings
from simulator.render.headers import decision_fields


class Annotate:
    """Adds the fields of the decision to responses."""

    def __init__(self, settings: Settings, cases: Cases, failures: Failures) -> None:
        self._settings = settings
        self._cases = cases
        self._failures = failures

    def responseheaders(self, flow: http.HTTPFlow) -> None:
        if self._settings.mode != ANNOTATE or flow.response is None or not flow.live:
            return
        case = self._cases.get(flow.id)
        if not isinstance(case, Case):
            return
        try:
            headers = flow.response.headers
            headers.fields = (*headers.fields, *write_fields(decision_fields(case.decision)))
        except Exception as error:
            self._failures.report(error, "annotating a response")
