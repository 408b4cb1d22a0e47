"""How can a page, or its console, learn what the browser hides?

Two ways to change a real answer, for development only, and both say so in the answer
(`why403-changed`). `unmask` lets the page read an error that lacks CORS fields, status, words and
all. `browser-message` answers a refused preflight so that the browser's own console names the
method or the header that is missing. Neither lets a page do what the server refused.
"""

from __future__ import annotations

from mitmproxy import http

from addons.bridge import read_response, write_fields
from addons.entries import Case, Exchange
from addons.failures import Failures
from addons.journal import Cases
from addons.marks import mark_changed
from addons.observe import Observe
from addons.settings import BROWSER_MESSAGE, UNMASK, Settings
from simulator import Request, Response, evaluate
from simulator.browser import Failure, judge_exchange

_CORS = b"access-control-"
_NO_CONTENT = 204


class Rewrite:
    """Changes the answers that the browser would hide."""

    def __init__(
        self, settings: Settings, cases: Cases, observe: Observe, failures: Failures
    ) -> None:
        self._settings = settings
        self._cases = cases
        self._observe = observe
        self._failures = failures
        # Preflights whose answer gets another body, once all of the server's has come.
        self._emptied: set[str] = set()

    def responseheaders(self, flow: http.HTTPFlow) -> None:
        mode = self._settings.mode
        if mode not in (UNMASK, BROWSER_MESSAGE) or not flow.live or flow.response is None:
            return
        exchange = self._observe.exchanges.get(flow.id)
        # A streamed body would follow a status that has none.
        if exchange is None or (flow.response.stream and mode == BROWSER_MESSAGE):
            return
        try:
            if mode == UNMASK:
                unmask(flow.response, exchange)
            elif exchange.verdict.preflight:
                case = self._cases.get(flow.id)
                self._speak(flow, exchange, case if isinstance(case, Case) else None)
            if exchange.changed:
                mark_changed(flow, exchange)
        except Exception as error:
            self._failures.report(error, "rewriting a response")

    def _speak(self, flow: http.HTTPFlow, exchange: Exchange, case: Case | None) -> None:
        assert flow.response is not None
        fields = telling_fields(exchange, read_response(flow.response), case)
        if fields is None:
            return
        kept = [
            field
            for field in flow.response.headers.fields
            if not field[0].lower().startswith(_CORS) and field[0].lower() not in _OF_A_BODY
        ]
        flow.response.headers.fields = (*kept, *write_fields(fields))
        flow.response.status_code = _NO_CONTENT
        flow.response.reason = "No Content"
        exchange.changed = "status, access-control-*: so that the browser names what is missing"
        self._emptied.add(flow.id)

    def response(self, flow: http.HTTPFlow) -> None:
        if flow.id in self._emptied and flow.response is not None:
            self._emptied.discard(flow.id)
            flow.response.raw_content = b""
            flow.response.headers.pop("content-length", None)  # a 204 has none

    def error(self, flow: http.HTTPFlow) -> None:
        self._emptied.discard(flow.id)


_OF_A_BODY = frozenset(
    {b"content-length", b"content-type", b"content-encoding", b"transfer-encoding", b"location"}
)


def unmask(response: http.Response, exchange: Exchange) -> None:
    """Let the page read an error that the browser would hide: the CORS fields, and nothing else."""
    verdict = exchange.verdict
    if verdict.preflight or verdict.status < 400:
        return
    if verdict.without is None and verdict.included is None:
        return
    fields = [
        (b"access-control-allow-origin", verdict.origin.encode("latin-1", "replace")),
        # The credentials mode is not on the wire; this serves both.
        (b"access-control-allow-credentials", b"true"),
    ]
    ours = {name for name, _ in fields}
    kept = [field for field in response.headers.fields if field[0].lower() not in ours]
    response.headers.fields = (*kept, *fields)
    exchange.changed = "access-control-allow-origin, access-control-allow-credentials"


def telling_fields(
    exchange: Exchange, response: Response, case: Case | None
) -> tuple[tuple[str, str], ...] | None:
    """The CORS fields with which a refused preflight makes the browser say what is missing.

    None where that is not known, or where the browser says it already. What the browser makes of
    them is checked: they never let a preflight pass that failed.
    """
    verdict = exchange.verdict
    failed = verdict.without
    if failed is None or failed.reason.code in _SAID:
        return None
    origin = verdict.origin
    fields = [("access-control-allow-origin", origin), ("access-control-allow-credentials", "true")]
    granted = _granted_by_server(response, origin) if case is None else _granted_by_policy(case)
    if granted is None:
        return None
    fields += granted
    answer = Response(_NO_CONTENT, fields)
    judged = judge_exchange(exchange.request, answer)
    if judged is None or not _names(judged.without) or not _names(judged.included):
        return None
    return tuple(fields)


_SAID = frozenset({"cors.method-not-allowed", "cors.header-not-allowed"})


def _names(failed: Failure | None) -> bool:
    return failed is not None and failed.reason.code in _SAID


def _granted_by_server(response: Response, origin: str) -> list[tuple[str, str]] | None:
    """What the server's own lists say, if it admits the origin and only the status is wrong."""
    headers = response.headers
    allowed = headers.get("access-control-allow-origin")
    if allowed not in (origin, "*"):
        return None
    names = ("access-control-allow-methods", "access-control-allow-headers")
    return [(name, value) for name in names if (value := headers.get(name)) is not None]


def _granted_by_policy(case: Case) -> list[tuple[str, str]] | None:
    """What the policy grants, if the method or a header is what it refuses: its answer to the same
    preflight with less to ask."""
    reason = case.decision.reason
    if reason not in _SAID:
        return None
    request = case.request
    method = request.headers.get("access-control-request-method") or ""
    asked = "GET" if reason == "cors.method-not-allowed" else method
    fields = [pair for pair in request.headers if not pair[0].lower().startswith(_ASKED)]
    lesser = Request(
        request.method,
        request.url,
        [*fields, ("access-control-request-method", asked)],
        client=request.client,
        at=request.at,
    )
    decision = evaluate(case.policy, lesser)
    if decision.reason in _SAID:
        return None
    return [(name, value) for name, value in decision.headers if name.lower() in _LISTS]


_ASKED = "access-control-request-"
_LISTS = frozenset({"access-control-allow-methods", "access-control-allow-headers"})
