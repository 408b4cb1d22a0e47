"""Will the page see this real answer?

Every answer to a request of another origin's page is judged as a browser will judge it, with or
without a policy. Whether the page asked with credentials is never on the wire: where the verdict
turns on it, both are told. An actual request is shown together with the preflight that went before.
"""

from __future__ import annotations

from dataclasses import dataclass

from mitmproxy import http

from addons.bridge import has_field, peer_address, read_request, read_response
from addons.entries import Answer, Case, Exchange
from addons.failures import Failures
from addons.journal import Cases, Journal
from addons.marks import mark_exchange
from addons.settings import Settings
from simulator import Request
from simulator.browser import judge_exchange

# How many preflights wait for the request that they asked leave for.
_WAITING = 256


@dataclass(frozen=True, slots=True)
class _Ask:
    """What a preflight and the request after it have in common."""

    origin: str
    url: str


class Observe:
    """Judges real answers, and marks their flows."""

    def __init__(
        self, settings: Settings, cases: Cases, journal: Journal, failures: Failures
    ) -> None:
        self._settings = settings
        self._cases = cases
        self._journal = journal
        self._failures = failures
        self._preflights: dict[_Ask, Exchange] = {}
        # What is known of each flow whose answer is on its way.
        self.exchanges: dict[str, Exchange] = {}

    def responseheaders(self, flow: http.HTTPFlow) -> None:
        # Most requests have no Origin, and this is all it costs them.
        if not has_field(flow.request, b"origin"):
            if flow.response is not None and flow.response.status_code >= 400:
                self._enter(flow)
            return
        case = self._cases.get(flow.id)
        if isinstance(case, Case) and case.answered:
            return  # an answer of ours: the decision says what the page sees of it
        try:
            exchange = self._judge(flow, case if isinstance(case, Case) else None)
            if exchange is not None:
                mark_exchange(flow, exchange)
            elif flow.response is not None and flow.response.status_code >= 400:
                self._enter(flow)
        except Exception as error:
            self._failures.report(error, "judging a response")

    def _judge(self, flow: http.HTTPFlow, case: Case | None) -> Exchange | None:
        if flow.response is None or flow.response.status_code == 101:
            return None  # a WebSocket, which CORS has no part in
        if flow.request.data.host == self._settings.own_host:
            return None
        request = self._request(flow) if case is None else case.request
        response = read_response(flow.response)
        verdict = judge_exchange(request, response)
        if verdict is None:
            return None
        exchange = Exchange(flow.id, request, response, verdict, self._settings.mode, case)
        ask = _Ask(verdict.origin, request.url)
        if verdict.preflight:
            self._preflights.pop(ask, None)
            self._preflights[ask] = exchange
            if len(self._preflights) > _WAITING:
                del self._preflights[next(iter(self._preflights))]
        else:
            exchange.preflight = self._preflights.pop(ask, None)
        if flow.live:
            self.exchanges[flow.id] = exchange
        if case is None:
            self._journal.add(exchange)
        else:
            case.exchange = exchange
            self._journal.touch(case)
        return exchange

    def _request(self, flow: http.HTTPFlow) -> Request:
        return read_request(flow, self._settings.client or peer_address(flow.client_conn.peername))

    def _enter(self, flow: http.HTTPFlow) -> None:
        """A real refusal that no policy has judged."""
        if flow.id in self._cases or flow.request.data.host == self._settings.own_host:
            return
        assert flow.response is not None
        try:
            request, response = self._request(flow), read_response(flow.response)
            self._journal.add(Answer(flow.id, request, response, self._settings.mode))
        except Exception as error:
            self._failures.report(error, "reading a refusal")

    def response(self, flow: http.HTTPFlow) -> None:
        exchange = self.exchanges.pop(flow.id, None)
        if exchange is not None and exchange.number and exchange.changed:
            self._journal.touch(exchange)

    def error(self, flow: http.HTTPFlow) -> None:
        self.exchanges.pop(flow.id, None)
