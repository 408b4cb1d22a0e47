"""What would let the page read the answer, where only the browser has a complaint?

The server admits the request, and yet what it answers passes no CORS check (Fetch section 4.10):
fields that are missing on errors, or that the application adds besides.
"""

from __future__ import annotations

from collections.abc import Iterator

from simulator.decision import Decision, Reason
from simulator.edit import Put, Remove
from simulator.grants import ALLOW_ORIGIN
from simulator.origin import OriginPattern
from simulator.policy import Policy
from simulator.problem import Fault
from simulator.reasons.cors import (
    ERROR_WITHOUT_FIELDS,
    INVALID_ORIGIN,
    MULTIPLE_ORIGINS,
    ORIGIN_NOT_ALLOWED,
)
from simulator.remedies.remedy import Breadth, Remedy, facts_of, mapping_at, value_at
from simulator.source import join

_SHOWN = "pages of the origins that are admitted see errors, too"


def remedies(policy: Policy, decision: Decision, reason: Reason) -> Iterator[Remedy]:
    """What might make the answer pass that failed in the browser for this reason."""
    response = _response(policy, decision)
    if reason is ERROR_WITHOUT_FIELDS:
        if mapping_at(policy, response).get("unhandled"):
            yield Remedy(
                "catch the exception inside of what adds the CORS fields",
                Breadth.ITSELF,
                (Put(join(response, "unhandled"), False),),
                opens=(_SHOWN,),
            )
        yield Remedy(
            "put the CORS fields on errors too",
            Breadth.FEW,
            (Put("errors/cors_fields", True),),
            opens=(_SHOWN,),
        )
    elif reason in (MULTIPLE_ORIGINS, INVALID_ORIGIN, ORIGIN_NOT_ALLOWED):
        yield from _of_the_application(policy, decision, response)


def _response(policy: Policy, decision: Decision) -> str:
    """Where it stands what the application answers."""
    route = facts_of(decision).route
    own = "" if route is None else join(route.rule, "response")
    return own if own and value_at(policy, own) is not None else "response"


def _of_the_application(policy: Policy, decision: Decision, response: str) -> Iterator[Remedy]:
    """The application's own field: gone where the server adds it, or with the page's origin."""
    headers = mapping_at(policy, join(response, "headers"))
    name = next((name for name in headers if name.lower() == ALLOW_ORIGIN), None)
    if name is None:
        return
    path = join(response, "headers", name)
    origin = facts_of(decision).origin or ""
    sent = headers[name]
    if not isinstance(sent, str):
        return
    useless = not _admits_somebody(sent)
    if useless or _is_granted(decision, sent):
        yield Remedy(
            "let CORS alone add `Access-Control-Allow-Origin`, not the application",
            Breadth.ITSELF,
            (Remove(path),),
            opens=("whatever else pages of the origins that are admitted ask there",),
        )
    if useless:
        yield Remedy(
            f"send `Access-Control-Allow-Origin: {origin}`: no browser sends `{sent}`",
            Breadth.ITSELF,
            (Put(path, origin),),
            opens=(f"pages of {origin}, whatever they ask there",),
        )


def _is_granted(decision: Decision, origin: str) -> bool:
    """Whether CORS sends this origin's pages the same field, so that they get it twice."""
    facts = facts_of(decision)
    grants = facts.tables.grants
    own = None if facts.route is None else facts.route.index
    granted = grants.get(own) or grants.get(None)
    return origin != "*" and granted is not None and granted.find(origin) is not None


def _admits_somebody(value: str) -> bool:
    """Whether there is an origin that this value of the field admits."""
    try:
        OriginPattern.parse(value)
    except Fault:
        return False
    return True
