"""Which kinds of page do policies tell apart by the Origin that is sent, and by cookies?

A request has no Origin, or that of a page of another origin (Fetch section 3.3.2: a CORS request),
with cookies or without; or an Origin and is no CORS request: a page of the server's own, or one
that opens a WebSocket.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from simulator.grants import ALLOW_CREDENTIALS, ALLOW_ORIGIN, Grants
from simulator.origin import OriginPattern, Origins
from simulator.policy import Policy
from simulator.space.conditions import Condition
from simulator.space.origins import origin_candidates


class VisitorKind(NamedTuple):
    """`origin` is one of `origins`, which are examples of the kind: of each entry that is listed
    one at least. `cross`: it is a CORS request."""

    origin: str | None = None
    cross: bool = False
    cookie: bool = False
    origins: tuple[str, ...] = ()


def visitor_kinds(
    policies: Sequence[Policy], conditions: Sequence[Condition] = ()
) -> list[VisitorKind]:
    """One of each kind, the one without an Origin first."""
    grants = [g for policy in policies for g in policy.tables.grants.values()]
    bound = [key.origins for policy in policies for key in policy.keys if key.origins is not None]
    patterns: list[OriginPattern] = [p for g in grants for p in g.origins.patterns]
    patterns += [pattern for origins in bound for pattern in origins.patterns]
    patterns += [pattern for condition in conditions for pattern in condition.origins]
    folds = frozenset().union(*(g.behaviour.folds for g in grants))
    groups: dict[object, list[str]] = {}
    for origin in origin_candidates(list(dict.fromkeys(patterns)), folds):
        groups.setdefault(_told(origin, grants, bound, conditions), []).append(origin)
    found = [VisitorKind()]
    for group in groups.values():
        origins = tuple(group)
        origin = next((o for o in origins if "://" in o), origins[0])
        found += [
            VisitorKind(origin, True, False, origins),
            VisitorKind(origin, True, True, origins),
            VisitorKind(origin, False, False, origins),
        ]
    return found


def _told(
    origin: str,
    grants: Sequence[Grants],
    bound: Sequence[Origins],
    conditions: Sequence[Condition],
) -> tuple[object, ...]:
    """What is told of an origin by whoever compares it."""
    told: list[object] = [origin == ""]
    for each in grants:
        index = each.find(origin)
        told.append(index is None)
        for cookie in (False, True):
            sent = dict(each.actual(origin, index, cookie))
            allowed = sent.get(ALLOW_ORIGIN)
            told.append(allowed if allowed in (None, "*", "") else allowed == origin)
            told.append(ALLOW_CREDENTIALS[0] in sent)
    told += [origins.find(origin) is None for origins in bound]
    for condition in conditions:
        for cross, cookie in ((True, False), (True, True), (False, False)):
            told.append(condition.visitor(origin, cross, cookie))
    return tuple(told)
