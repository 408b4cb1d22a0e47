"""Do routes take whatever they did, and need no more for it?

A request for which there was no route was refused, so a route for it shuts nobody out: unless it
takes requests away from another route, or says of preflights what applies to them. Where that is
not plainly ruled out the answer is no.
"""

from __future__ import annotations

from typing import NamedTuple

from simulator.policy import Policy
from simulator.remedies.remedy import mapping_at
from simulator.routes import Route, RouteTable

# What a route says of requests, besides who may send them.
_OWN = ("network", "cors", "rate_limits", "response")


class _Taken(NamedTuple):
    """What a route takes that it did not: these methods (none: every)."""

    route: Route
    methods: tuple[str, ...]


def routes_widen(old: Policy, new: Policy) -> bool:
    """Whether it is plain that nobody is worse off by the new routes."""
    before, after = old.tables.routes, new.tables.routes
    if not before.routes or len(after.routes) < len(before.routes):
        return False
    if before.base_paths != after.base_paths:
        return False
    taken: list[_Taken] = []
    for one, other in zip(before.routes, after.routes, strict=False):
        found = _more(one, other)
        if found is None:
            return False
        taken += found
    taken += [_Taken(route, route.methods) for route in after.routes[len(before.routes) :]]
    return all(_is_free(new, before, each) for each in taken)


def _more(old: Route, new: Route) -> tuple[_Taken, ...] | None:
    """What the same route takes besides; None where it takes less, or needs more."""
    if old.path != new.path or not set(new.scopes) <= set(old.scopes) or old.public > new.public:
        return None
    if not set(old.methods) <= set(new.methods) or not set(old.hosts) <= set(new.hosts):
        return None
    if bool(old.methods) != bool(new.methods) or bool(old.hosts) != bool(new.hosts):
        return None
    if old.hosts != new.hosts:
        return (_Taken(new, new.methods),)
    added = tuple([method for method in new.methods if method not in old.methods])
    return (_Taken(new, added),) if added else ()


def _is_free(policy: Policy, before: RouteTable, taken: _Taken) -> bool:
    """Whether no request that is taken now was let in before."""
    ahead = [check.name for check in policy.checks]
    if set(ahead[: ahead.index("cors")]) - {"network"} or _has_own(policy, taken.route):
        return False
    over = [route for route in before.routes if overlap(route.path, taken.route.path)]
    others = [route for route in over if route.index != taken.route.index]
    if any(_takes(route, taken.methods) for route in others):
        return False
    # Where OPTIONS has a route, that says what applies to preflights, and no other.
    options = not taken.methods or "OPTIONS" in taken.methods
    return not options or not any(_has_own(policy, route) for route in over)


def _has_own(policy: Policy, route: Route) -> bool:
    return any(name in mapping_at(policy, route.rule) for name in _OWN)


def _takes(route: Route, methods: tuple[str, ...]) -> bool:
    return not route.methods or not methods or bool(set(route.methods) & set(methods))


def overlap(left: str, right: str) -> bool:
    """Whether a path may be of both templates. Segments that vary in part are taken to."""
    pairs = left.split("/"), right.split("/")
    return len(pairs[0]) == len(pairs[1]) and all(map(_meet, *pairs))


def _meet(left: str, right: str) -> bool:
    if "{" in left or "{" in right:
        return bool(left and right)  # a parameter is at least one character
    return left == right or "%" in left or "%" in right
