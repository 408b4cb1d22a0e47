"""Do two requests differ in anything that a policy's checks read?

The checks read facts: the route that matches, not the path; the block that holds the client, not
the address; the key, not its secret. Two requests whose facts lead every check to the same finding
by the same rule are one case.
"""

from __future__ import annotations

from collections.abc import Hashable

from simulator.browser.exchange import requested_headers
from simulator.decision import Outcome
from simulator.engine import evaluate
from simulator.facts import Facts
from simulator.message import Request
from simulator.policy import Policy


def sameness(policy: Policy, request: Request) -> Hashable:
    """A value that is equal for requests between which the policy does not tell apart."""
    decision = evaluate(policy, request)
    facts = decision.facts
    assert isinstance(facts, Facts)
    headers = request.headers
    credential = facts.credential
    key = credential.key
    route = facts.match.route
    findings = tuple(
        (f.check, f.outcome, f.rule, f.reason.code if f.reason else None) for f in decision.trace
    )
    return (
        request.method,
        # What no route takes is told by its path: which typing mistake it is matters to people.
        (request.target.origin, request.target.path) if route is None else route.index,
        None if facts.route is None else facts.route.index,
        # An origin that an entry admits is that entry; findings name it.
        facts.sent_origin if _tells_origin(facts, findings) else facts.sent_origin is None,
        facts.origin is None,
        facts.credentialed,
        headers.get("access-control-request-method") if facts.options or facts.asks else None,
        frozenset(requested_headers(headers)) if facts.options or facts.asks else None,
        headers.get("access-control-request-private-network"),
        None if key is None else key.id,
        credential.place if key is None else None,
        credential.fault,
        findings,
    )


def _tells_origin(
    facts: Facts, findings: tuple[tuple[str, Outcome, str | None, object], ...]
) -> bool:
    """Whether the origin itself makes a difference: an entry that admits it stands for it."""
    if facts.origin is None:
        return facts.sent_origin is not None and facts.sent_origin != facts.request.target.origin
    return not any(check == "cors" and outcome is Outcome.PASS for check, outcome, _, _ in findings)


def sameness_unjudged(request: Request) -> Hashable:
    """The same without a policy: what is asked for, and all that is kept of it."""
    fields = frozenset((name.lower(), value) for name, value in request.headers)
    return request.method, request.url, fields, request.client
