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
    """The response. An allowed request gets 200 and an empty body: the application's is unknown."""
    refusal = decision.refusal
    if refusal is None:
        return Response(decision.status, decision.headers)
    if decision.preflight and refusal.check == "cors":
        return Response(decision.status, decision.headers)
    content_type, body = _body(policy.style, decision, refusal)
    fields = list(decision.headers)
    if content_type:
        fields.append(("content-type", content_type))
    fields.append(("cache-control", "no-store"))
    return Response(decision.status, fields, b"" if request.method == "HEAD" else body)


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
