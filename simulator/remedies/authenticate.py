"""What would make the key good that is sent?

A key's time, networks and origins are what its owner may widen. A secret that is not known is
never added, and what was revoked stays revoked: the client takes another key.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from simulator.addresses import show_address
from simulator.checks.authenticate import (
    EXPIRED,
    KEY_NETWORK,
    KEY_ORIGIN,
    NO_CREDENTIAL,
    NOT_YET_VALID,
)
from simulator.decision import Decision, Finding
from simulator.edit import Insert, Put
from simulator.origin import OriginPattern
from simulator.policy import Policy
from simulator.principals import Key
from simulator.problem import Fault
from simulator.remedies.remedy import Breadth, Remedy, facts_of
from simulator.source import join

_YEAR = timedelta(days=365)


def remedies(policy: Policy, decision: Decision, finding: Finding) -> Iterator[Remedy]:
    """What might make whoever sent the request known."""
    key = facts_of(decision).credential.key
    if finding.reason is NO_CREDENTIAL:
        yield from _public(policy, decision)
    if key is None:
        return
    if finding.reason is EXPIRED:
        yield from _renewed(decision, key)
    elif finding.reason is NOT_YET_VALID:
        yield from _earlier(policy, decision, key)
    elif finding.reason is KEY_NETWORK:
        yield from _from_here(decision, key)
    elif finding.reason is KEY_ORIGIN:
        yield from _from_this_page(decision, key)


def _renewed(decision: Decision, key: Key) -> Iterator[Remedy]:
    day = _day(decision.at, _YEAR)
    if day is not None:
        yield Remedy(
            f"renew key `{key.id}` until {day}",
            Breadth.ITSELF,
            (Put(join(key.rule, "expires"), day),),
            opens=(f"whatever else key `{key.id}` may do, until {day}",),
        )


def _earlier(policy: Policy, decision: Decision, key: Key) -> Iterator[Remedy]:
    day = _day(decision.at)
    if day is not None:
        yield Remedy(
            f"let key `{key.id}` be valid from {day} on",
            Breadth.ITSELF,
            (Put(join(key.rule, "not_before"), day),),
            opens=(f"whatever else key `{key.id}` may do, from {day} on",),
        )


def _day(at: float, after: timedelta = timedelta()) -> str | None:
    """A date as a policy has it, whose first instant is not after `at`, or later by so much."""
    try:
        moment = datetime.fromtimestamp(at, UTC) + after
    except (OverflowError, OSError, ValueError):
        return None
    return f"{moment:%Y-%m-%d}" if 1970 <= moment.year <= 9998 else None


def _from_here(decision: Decision, key: Key) -> Iterator[Remedy]:
    facts = facts_of(decision)
    address = show_address(facts.client or 0)
    proxied = [hop.text for hop in facts.way.hops if hop.verdict == "not believed"]
    who = f"key `{key.id}` from {address}"
    yield Remedy(
        f"let key `{key.id}` be used from `{address}`",
        Breadth.MANY if proxied else Breadth.ITSELF,
        (Insert(join(key.rule, "networks"), address),),
        opens=(f"{who}, whoever comes that way" if proxied else f"whatever else {who} asks for",),
        care=f"{address} forwards for {proxied[0]}: is it a proxy?" if proxied else "",
    )


def _from_this_page(decision: Decision, key: Key) -> Iterator[Remedy]:
    origin = facts_of(decision).sent_origin
    if origin is None:
        return
    try:
        exact = OriginPattern.parse(origin).kind == "exact" and "*" not in origin
    except Fault:
        return
    if exact:
        yield Remedy(
            f"let key `{key.id}` be used by pages of `{origin}`",
            Breadth.ITSELF,
            (Insert(join(key.rule, "origins"), origin),),
            opens=(f"whatever else key `{key.id}` asks for from {origin}",),
        )


def _public(policy: Policy, decision: Decision) -> Iterator[Remedy]:
    """Asking for no key at all. A preflight never has one: that is a matter of the order."""
    route = facts_of(decision).route
    if route is None or decision.asks:
        return
    if route.scopes:
        return  # what is guarded by scopes is not meant for everybody
    yield Remedy(
        f"need no key for `{route}`",
        Breadth.ALL,
        (Put(join(route.rule, "public"), True),),
        opens=(f"anybody, without a key: `{route}`",),
        care="nobody is asked who they are any more",
    )
