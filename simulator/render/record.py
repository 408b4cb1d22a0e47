"""The decision as plain data: what `why403 decide`, logs, the proxy's metadata and agents read."""

from __future__ import annotations

from collections.abc import Mapping

from simulator.answer import answer
from simulator.decision import Decision, Finding, Near
from simulator.facts import Facts
from simulator.message import Request, Response
from simulator.policy import Policy

type Plain = str | int | float | bool | list["Plain"] | dict[str, "Plain"] | None


def decision_record(policy: Policy, request: Request, decision: Decision) -> dict[str, Plain]:
    """Everything a machine may want to know, without secrets."""
    deciding = decision.deciding
    near = {finding.check: decision.near(finding) for finding in decision.failures}
    return {
        "policy": policy.name,
        "allowed": decision.allowed,
        "status": decision.status,
        "reason": decision.reason,
        "blocked_by": None if decision.blocked_by is None else str(decision.blocked_by),
        "failures": list(decision.codes),
        "rule": None if deciding is None else rule_record(decision, deciding.rule),
        "summary": decision.summarise(near[deciding.check] if deciding else ()),
        "retryable": bool(deciding and deciding.reason and deciding.reason.retryable),
        "hidden": decision.hidden,
        "page": decision.page or None,
        "client": client_record(decision),
        "trace": [finding_record(decision, f, near.get(f.check, ())) for f in decision.trace],
        "response": response_record(answer(policy, request, decision)),
    }


def no_policy_record(request: Request, hosts: tuple[str, ...]) -> dict[str, Plain]:
    """What is said of a request that no policy judges."""
    named = ", ".join(f"`{host}`" for host in hosts[:5])
    return {
        "policy": None,
        "allowed": True,
        "status": 200,
        "reason": None,
        "blocked_by": None,
        "failures": [],
        "rule": None,
        "summary": f"no policy judges the host `{request.target.authority}`; they judge {named}",
        "trace": [],
        "response": None,
    }


def rule_record(decision: Decision, rule: str | None) -> dict[str, Plain] | None:
    """A rule's path, file and line."""
    if rule is None:
        return None
    span = decision.policy.span(rule)
    return {"path": rule.partition("#")[0], "file": span.file, "line": span.line}


def finding_record(
    decision: Decision, finding: Finding, near: tuple[Near, ...]
) -> dict[str, Plain]:
    """One finding, with what nearly matched."""
    record: dict[str, Plain] = {
        "check": finding.check,
        "outcome": str(finding.outcome),
        "reason": finding.reason.code if finding.reason else None,
        "rule": rule_record(decision, finding.rule),
        "values": _plain_values(finding.values or {}),
        "title": finding.reason.title if finding.reason else finding.note,
        "text": finding.text,
    }
    if near:
        record["near"] = [{"text": n.text, "rule": rule_record(decision, n.path)} for n in near]
    return record


def client_record(decision: Decision) -> dict[str, Plain]:
    """Whom the server takes for the client, and how it came to."""
    assert isinstance(decision.facts, Facts)
    way = decision.facts.way
    return {
        "address": way.text,
        "hops": [{"entry": hop.text, "verdict": hop.verdict} for hop in way.hops],
    }


def response_record(response: Response) -> dict[str, Plain]:
    """A response as JSON holds it."""
    return {
        "status": response.status,
        "headers": [[name, value] for name, value in response.headers],
        "body": response.body.decode("utf-8", "replace"),
    }


def _plain_values(values: Mapping[str, object]) -> dict[str, Plain]:
    return {name: _plain(value) for name, value in values.items()}


def _plain(value: object) -> Plain:
    if isinstance(value, (str, int, float, bool)) or value is None:
        return value
    if isinstance(value, (tuple, list)):
        return [_plain(item) for item in value]
    return str(value)
