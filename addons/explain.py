"""What stands where the bare 4xx was?

The explanation, if the user asked for it (`why403_explain_body`): a page where a document is
loaded, a problem document (RFC 9457) with what nearly matched for everything else. It shows what
an allow list holds, so it is for development, not for the world.
"""

from __future__ import annotations

import json

from mitmproxy import http

from addons.entries import Case
from addons.failures import Failures
from addons.journal import Cases
from addons.settings import ANNOTATE, Settings
from simulator import Finding, Headers
from simulator.answer import PROBLEM_JSON, problem_document
from simulator.render.record import rule_record

_DOCUMENTS = ("document", "iframe", "frame")
# Fields that describe the body that was there, or what may be done with it.
_OF_THE_BODY = frozenset(
    {
        b"accept-ranges", b"content-digest", b"content-disposition", b"content-encoding",
        b"content-language", b"content-length", b"content-location", b"content-md5",
        b"content-range", b"content-type", b"digest", b"etag", b"last-modified", b"repr-digest",
        b"trailer", b"transfer-encoding",
    }
)  # fmt: skip


def explanation(case: Case, refusal: Finding) -> tuple[str, bytes]:
    """Content type and body of the explanation."""
    if wants_page(case.request.headers):
        from simulator.render.webpage import explanation_page

        page = explanation_page(case.policy, case.request, case.decision)
        return "text/html; charset=utf-8", page.encode()
    decision = case.decision
    document = problem_document(decision, refusal)
    document["summary"] = decision.summary
    document["near"] = [
        {"text": near.text, "rule": rule_record(decision, near.path)}
        for near in decision.near(refusal)
    ]
    if decision.page:
        document["page"] = decision.page
    return PROBLEM_JSON, json.dumps(document, ensure_ascii=False).encode()


def wants_page(headers: Headers) -> bool:
    """Whether the answer is shown as a document (Fetch Metadata; else by Accept)."""
    destination = headers.get("sec-fetch-dest")
    if destination is not None:
        return destination in _DOCUMENTS
    return "text/html" in (headers.get("accept") or "").lower()


class Explain:
    """Replaces the body of a real refusal that the policy foretold."""

    def __init__(self, settings: Settings, cases: Cases, failures: Failures) -> None:
        self._settings = settings
        self._cases = cases
        self._failures = failures

    def response(self, flow: http.HTTPFlow) -> None:
        # In `enforce` the answer was made with its explanation in it.
        if not self._settings.explain_body or self._settings.mode != ANNOTATE or not flow.live:
            return
        response = flow.response
        # A streamed body is with the client already.
        if response is None or response.stream or not 400 <= response.status_code < 500:
            return
        case = self._cases.get(flow.id)
        if not isinstance(case, Case) or case.request.method == "HEAD":
            return
        refusal = case.decision.refusal
        # Another status than the policy's is another refusal, and this would not explain it.
        if refusal is None or case.decision.status != response.status_code:
            return
        try:
            content_type, body = explanation(case, refusal)
        except Exception as error:
            self._failures.report(error, "explaining a response")
            return
        kept = [f for f in response.headers.fields if f[0].lower() not in _OF_THE_BODY]
        response.headers.fields = (
            *kept,
            (b"content-type", content_type.encode()),
            (b"content-length", b"%d" % len(body)),
        )
        response.headers["cache-control"] = "no-store"
        response.raw_content = body
        response.trailers = None
