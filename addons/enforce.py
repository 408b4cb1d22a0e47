"""What does a server do that obeys the policy?

In `enforce` the proxy is that server's front: it refuses what the policy refuses and answers the
preflights that the policy answers, without asking upstream. What passes gets the policy's CORS
fields in place of the server's, so that a browser really hides what the policy does not grant.
In `simulate` it is that front for CORS alone: everything else is left to the server.
Whatever fails in here refuses the request.
"""

# mitmproxy annotates only part of what it offers.
# mypy: untyped-calls-exclude="mitmproxy"

from __future__ import annotations

from mitmproxy import ctx, http
from mitmproxy.exceptions import AddonHalt
from mitmproxy.net.http.http1 import expected_http_body_size

from addons.bridge import write_fields, write_response
from addons.entries import Case
from addons.explain import explanation
from addons.failures import Failure, Failures, internal_error
from addons.journal import Cases
from addons.settings import ANSWERING, ENFORCE, Settings
from addons.sink import Sink
from simulator import Decision, Outcome, Response, answer
from simulator.render.headers import decision_fields

_CORS, _VARY = b"access-control-", b"vary"
_JUDGED = (Outcome.PASS, Outcome.FAIL)


class Enforce:
    """Refuses, answers preflights, and rewrites CORS fields."""

    def __init__(self, settings: Settings, cases: Cases, sink: Sink, failures: Failures) -> None:
        self._settings = settings
        self._cases = cases
        self._sink = sink
        self._failures = failures
        # Our answers to requests whose body has not come yet, by flow.
        self.waiting: dict[str, http.Response] = {}

    def requestheaders(self, flow: http.HTTPFlow) -> None:
        if self._settings.mode not in ANSWERING or not flow.live:
            return
        case = self._cases.get(flow.id)
        # What another addon answered stays answered so.
        if case is None or flow.response is not None:
            return
        try:
            response = self._answer(case, flow.request.method)
        except Exception as error:
            failure = self._failures.report(error, "answering for the policy")
            response = write_response(internal_error(failure), method=flow.request.method)
        if response is None:
            return
        if isinstance(case, Case):
            case.answered = True
        self.waiting[flow.id] = response
        if self._may_be_streamed(flow.request):
            self._pour(flow, response)
        else:
            flow.response = response

    def _pour(self, flow: http.HTTPFlow, response: http.Response) -> None:
        """Have the sink answer; if it cannot, nobody does."""
        try:
            self._sink.take(flow, response)
        except Exception as error:
            self._failures.report(error, "taking in a body")
            flow.kill()

    def _answer(self, case: Case | Failure, method: str) -> http.Response | None:
        """The response, or None where the request goes on to the server."""
        if isinstance(case, Failure):
            return write_response(internal_error(case), method=method)
        decision = case.decision
        refusal = decision.refusal
        of_cors = decision.preflight or (refusal is not None and refusal.check == "cors")
        if self._settings.mode != ENFORCE and not of_cors:
            return None
        # Not known is not refused; but a preflight is answered, by a yes or a no.
        if refusal is None and not (decision.preflight and decision.allowed is not None):
            return None
        response = answer(case.policy, case.request, decision)
        if refusal is not None and self._settings.explain_body and not decision.preflight:
            response = _explained(case, response)
        return write_response(response, method=method)

    def _may_be_streamed(self, request: http.Request) -> bool:
        """Whether mitmproxy may pass the body on before it has all of it."""
        if request.stream:
            return True
        limit = self._settings.stream_limit
        if limit is None:
            return False
        framed = "content-length" in request.headers or "transfer-encoding" in request.headers
        if not framed:
            return request.is_http2 or request.is_http3  # a body may come all the same
        try:
            size = expected_http_body_size(request)
        except ValueError:
            return True
        return size is None or size > limit

    def update(self, flows: list[http.HTTPFlow]) -> None:
        """Called after the hooks of all addons: one that comes later may have asked to stream."""
        for flow in flows:
            response = self.waiting.get(flow.id)
            if response is not None and flow.response is response and flow.request.stream:
                self._pour(flow, response)

    def request(self, flow: http.HTTPFlow) -> None:
        response = self.waiting.pop(flow.id, None)
        if response is None or flow.error is not None:
            return
        if self._sink.has(flow):
            flow.request.trailers = None  # mitmproxy cannot write them in HTTP/1.1
            # Whoever maps or replays requests would send this one elsewhere.
            raise AddonHalt
        flow.response = response
        if _is_replaying():
            raise AddonHalt  # server replay would put its recording in place of the refusal

    def responseheaders(self, flow: http.HTTPFlow) -> None:
        if self._sink.has(flow):
            self._sink.give_back(flow)
            return
        if self._settings.mode not in ANSWERING or not flow.live or flow.response is None:
            return
        case = self._cases.get(flow.id)
        if not isinstance(case, Case) or case.answered or case.foreign:
            return
        if flow.response.status_code == 101:
            return  # a WebSocket: nothing that a page reads by CORS
        try:
            said = case.decision.headers
            if self._settings.mode != ENFORCE:
                said = cors_fields(case.decision)
            apply_fields(flow.response.headers, case.decision, said)
            if self._settings.explain_body:
                _add(flow.response.headers, case.decision)
        except Exception as error:
            self._failures.report(error, "rewriting a response")
            flow.kill()  # the header is half written and the body on its way

    def error(self, flow: http.HTTPFlow) -> None:
        self.waiting.pop(flow.id, None)
        self._sink.give_back(flow)

    def done(self) -> None:
        self._sink.close()


def _is_replaying() -> bool:
    replay = ctx.master.addons.get("serverplayback")
    return replay is not None and bool(replay.flowmap)


def _explained(case: Case, response: Response) -> Response:
    """The answer with the explanation in it, and in its fields for the network panel."""
    refusal = case.decision.refusal
    assert refusal is not None
    content_type, body = explanation(case, refusal)
    fields = [pair for pair in response.headers if pair[0] != "content-type"]
    fields += [("content-type", content_type), *decision_fields(case.decision)]
    return Response(response.status, fields, body)


def _add(headers: http.Headers, decision: Decision) -> None:
    headers.fields = (*headers.fields, *write_fields(decision_fields(decision)))


def cors_fields(decision: Decision) -> tuple[tuple[str, str], ...]:
    """What the policy's CORS section alone puts on the answer."""
    return tuple(pair for f in decision.trace if f.check == "cors" for pair in f.fields)


def apply_fields(
    headers: http.Headers, decision: Decision, fields: tuple[tuple[str, str], ...]
) -> None:
    """Put on a real response what the policy says of it: its CORS fields instead of the server's,
    its quotas, and what the answer varies with."""
    said = write_fields(fields)
    judged = any([f.check == "cors" and f.outcome in _JUDGED for f in decision.trace])
    if not said and not judged:
        return
    replaced = {name for name, _ in said if name != _VARY}
    kept: list[tuple[bytes, bytes]] = []
    varies = b""
    for field in headers.fields:
        name = field[0].lower()
        if name in replaced or (judged and name.startswith(_CORS)):
            continue
        if name == _VARY:
            varies += b"," + field[1]
        kept.append(field)
    for name, value in said:
        if name == _VARY:
            value = _missing(varies, value)
        if value:
            kept.append((name, value))
    headers.fields = tuple(kept)


def _missing(present: bytes, wanted: bytes) -> bytes:
    """Those of the field names that the server's Vary does not name yet."""
    names = {name.strip() for name in present.lower().split(b",")}
    if b"*" in names:
        return b""
    return b", ".join(
        [name for word in wanted.split(b",") if (name := word.strip()).lower() not in names]
    )
