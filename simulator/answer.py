"""What would such a server send?

The decision as a response, in the style that the policy's `errors` names; the default is a problem
document (RFC 9457). Near misses and fixes stay out of it: they show what an allow list holds, and
a response leaves the machine.
"""

from __future__ import annotations

import json
from html import escape
from http import HTTPStatus

from simulator.decision import Decision, Finding
from simulator.message import Request, Response
from simulator.policy import Policy

PROBLEM_JSON = "application/problem+json"


def answer(policy: Policy, request: Request, decision: Decision) -> Response:
    """The response. An allowed request gets what the policy says of its application (`response`);
    without a word on it 200 and an empty body, since it is not known."""
    refusal = decision.refusal
    fields = list(decision.headers)
    if decision.preflight if refusal is None else refusal.check == "cors":
        # What the CORS layer answers itself, in its own words if it has any.
        content_type, body = policy.cors_wording(decision)
        if refusal is None or decision.preflight or body:
            if body and content_type:
                fields.append(("content-type", content_type))
            return Response(decision.status, fields, body)
    if refusal is None:
        served = policy.served(decision.facts)
        if not served.carries_cors:
            # The layer that adds them is not passed, with Vary and all.
            of_cors = {pair for f in decision.trace if f.check == "cors" for pair in f.fields}
            fields = [pair for pair in fields if pair not in of_cors]
        body_of = b"" if request.method == "HEAD" else served.body
        return Response(served.status, [*served.fields, *fields], body_of)
    content_type, content = _body(policy.style, decision, refusal)
    if content_type:
        fields.append(("content-type", content_type))
    fields.append(("cache-control", "no-store"))
    return Response(decision.status, fields, b"" if request.method == "HEAD" else content)


def phrase(status: int) -> str:
    """The status' usual name."""
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Error"


def problem_type(code: str) -> str:
    """The stable URI of a reason (RFC 9457 section 3.1.1); `why403 reasons CODE` resolves it."""
    return f"urn:why403:{code}"


def problem_document(decision: Decision, refusal: Finding) -> dict[str, object]:
    """The refusal for machines: RFC 9457 with extension members."""
    assert refusal.reason is not None
    rule: dict[str, object] | None = None
    if refusal.rule is not None:
        span = decision.policy.span(refusal.rule)
        rule = {"path": refusal.rule.partition("#")[0], "file": span.file, "line": span.line}
    return {
        "type": problem_type(refusal.reason.code),
        "title": refusal.reason.title,
        "status": decision.status,
        "detail": refusal.text,
        "reason": refusal.reason.code,
        "rule": rule,
        "failures": list(decision.codes),
        "retryable": refusal.reason.retryable,
    }


def _body(style: str, decision: Decision, refusal: Finding) -> tuple[str, bytes]:
    status = decision.status
    if style == "problem+json":
        document = problem_document(decision, refusal)
        return PROBLEM_JSON, json.dumps(document, ensure_ascii=False).encode()
    if style == "json":
        return "application/json", json.dumps({"message": phrase(status)}).encode()
    if style == "text":
        return "text/plain; charset=utf-8", f"{phrase(status)}\n".encode()
    if style == "html":
        title = escape(f"{status} {phrase(status)}")
        page = f"<!doctype html><title>{title}</title><h1>{title}</h1>\n"
        return "text/html; charset=utf-8", page.encode()
    return "", b""
