"""What does a line of a log say, and which permissions does it show used?

A line is a decision as `why403 decide` prints it (or as the proxy keeps it with a flow), or a
request in the form that `why403 decide` reads; requests are judged by the policy first. A decision
names rules by path and line, and so it has to be of the policy as it stands.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from simulator.audit.permissions import at
from simulator.audit.uses import Use, Uses, proxies_with, quota_at
from simulator.jsonl import read_line
from simulator.message import Request
from simulator.policy import Policy
from simulator.problem import Fault, quote
from simulator.source import Data, join

type Object = Mapping[str, Data]

# What a decision's record does not tell.
UNTOLD = (
    "method granted", "header granted", "private network", "network of a key", "origin of a key",
)  # fmt: skip
_AGAIN = "judge the requests again: give them, or a HAR file, in place of their decisions"


class Line(NamedTuple):
    """What one line holds: a request, a decision's record, or neither (`why`)."""

    request: Request | None = None
    timed: bool = False  # whether the request says when it was sent
    record: Object | None = None
    why: str = ""


def read_log_line(text: str, *, now: float) -> Line:
    """The line; `now` is the time for requests that name none.

    Raises Fault where it is neither a decision nor a request.
    """
    try:
        data: Data = json.loads(text)
    except (ValueError, RecursionError):
        raise Fault("the line is not JSON", "a log has one object a line", "correct it") from None
    if not isinstance(data, dict):
        raise Fault("the line is not an object", "a log has one object a line", "correct it")
    if "trace" in data:
        if data.get("policy") is None:
            return Line(why="no policy judged")
        return Line(record=data)
    if "error" in data:
        return Line(why="could not be read when they were judged")
    if "browser" in data:
        return Line(why="no policy judged")
    read = read_line(text, now=now)
    if read.request is None:
        raise read.fault or Fault("the line cannot be read", "it is no request")
    return Line(read.request, timed=data.get("at") is not None)


def count_record(uses: Uses, policy: Policy, record: Object) -> None:
    """Count a decision's record. Raises Fault where it is of another policy, or of other text."""
    known = record.get("at")
    uses.see(float(known) if isinstance(known, (int, float)) else None)
    trace = record.get("trace")
    findings = [f for f in trace if isinstance(f, dict)] if isinstance(trace, list) else []
    if not findings:
        raise Fault("the decision has no findings", "its `trace` is empty", "correct it")
    uses.untold.update(UNTOLD)
    passed: dict[str, str] = {}
    for finding in findings:
        path = _rule(policy, finding.get("rule"))
        check = str(finding.get("check"))
        if path is not None and finding.get("outcome") == "pass":
            passed[check] = path
            values = finding.get("values")
            remaining = values.get("remaining") if isinstance(values, dict) else None
            if check == "rate_limit" and isinstance(remaining, int):
                uses.spend(path, quota_at(policy, path).burst - remaining)
    uses.counts.update(set(_hops(policy, record)))
    refusing = _refusing(record)
    uses.let_in += not refusing
    if not refusing or refusing == ["rate-limit.exceeded"]:  # a quota takes no permission away
        uses.counts.update(set(_of_findings(uses, policy, passed, record)))


def _rule(policy: Policy, rule: Data) -> str | None:
    """The path of a rule, if it still stands where it stood."""
    if not isinstance(rule, dict):
        return None
    path, line = str(rule.get("path")), rule.get("line")
    if path in policy.lists:
        return path  # its line is one of the list's
    if path not in policy.document.spans or policy.span(path).line != line:
        now = f"line {policy.span(path).line}" if path in policy.document.spans else "nowhere"
        raise Fault(
            f"the decision is by another text than that of {quote(policy.name)}",
            f"its rule `{path}` stood in line {line}, and stands in {now}",
            _AGAIN,
        )
    return path


def _refusing(record: Object) -> list[str]:
    """The codes with which the server refused: what a browser hides was let in."""
    if record.get("allowed") is not False:
        return []
    failures = record.get("failures")
    codes = [str(code) for code in failures] if isinstance(failures, list) else []
    if record.get("blocked_by") == "browser":
        return [code for code in codes if not code.startswith("cors.")]
    return codes


def _hops(policy: Policy, record: Object) -> Iterator[Use]:
    client = record.get("client")
    hops = client.get("hops") if isinstance(client, dict) else None
    for hop in hops if isinstance(hops, list) else ():
        if isinstance(hop, dict) and hop.get("verdict") in ("peer", "trusted proxy"):
            yield from proxies_with(policy, str(hop.get("entry")).partition("%")[0])


def _of_findings(
    uses: Uses, policy: Policy, passed: Mapping[str, str], record: Object
) -> Iterator[Use]:
    for check in ("network", "cors", "authenticate", "route"):
        if check in passed:
            yield passed[check], ""
    if "cors" in passed and "route" not in passed:
        uses.untold.update(("route", "method"))  # a preflight: for which route is not told
    route, needs, key = passed.get("route"), passed.get("authorize"), passed.get("authenticate")
    if route is not None:
        listed = at(policy, join(route, "methods"))
        methods = listed if isinstance(listed, list) else []
        method = record.get("method")
        if isinstance(method, str) and method in methods:
            yield join(route, "methods", methods.index(method)), ""
        elif len(methods) == 1:
            yield join(route, "methods", 0), ""
        else:
            uses.untold.add(route)
    if needs is not None and key is not None:
        scopes = at(policy, needs)
        for scope in scopes if isinstance(scopes, list) else ():
            yield "scope", f"{key} {scope}"
