"""Does a change of a policy shut anybody out?

A request is let in if every check that is asked lets it pass, and a check reads few sections: where
only those change, and let pass whatever they did, nobody is shut out. That is told in no time. Of
what changes in another way every kind of request is asked (`simulator.space`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from simulator.policy import Policy
from simulator.remedies.granting import grants_widen
from simulator.remedies.rerouting import routes_widen
from simulator.remedies.widening import (
    keys_widen,
    networks_widen,
    order_widens,
    quotas_widen,
    trust_widens,
)
from simulator.source import Data

if TYPE_CHECKING:
    from simulator.space import Verdict

# The sections that a route may have in place of the policy's.
_OWN = ("network", "cors", "rate_limits")


def shuts_out(policies: Sequence[Policy]) -> bool:
    """Whether somebody is let in by the first of these policies and not by the last, or loses sight
    of an error. Those between them are the way from one to the other, a change each. True also
    where it takes too long to tell."""
    if all(plainly_widens(old, new) for old, new in pairwise(policies)):
        return False
    from simulator.space import Space, TooMany  # needed seldom, and large

    try:
        cells = Space((policies[0], policies[-1])).cells(differing=True)
        return any(_is_worse(*cell.verdicts) for cell in cells)
    except TooMany:
        return True


def _is_worse(old: Verdict, new: Verdict) -> bool:
    if old.allowed is True:
        return new.allowed is not True
    # The same error, which a page saw.
    return old.reason == new.reason and new.hidden and not old.hidden


def plainly_widens(old: Policy, new: Policy) -> bool:
    """Whether the sections that changed show that nobody is shut out. False: they do not show."""
    before, after = _parts(old), _parts(new)
    changed = {name for name in {*before, *after} if before.get(name) != after.get(name)}
    match sorted(changed):
        case []:
            return True
        case ["network"]:
            return networks_widen(old, new)
        case ["cors"]:
            return grants_widen(_mapping(before["cors"]), _mapping(after["cors"]))
        case ["routes"]:
            return routes_widen(old, new)
        case ["keys"] | ["roles"] | ["keys", "roles"]:
            return keys_widen(old, new)
        case ["rate_limits"]:
            limits = _mapping(before["rate_limits"]), _mapping(after["rate_limits"])
            return limits[0].keys() == limits[1].keys() and quotas_widen(
                limits[0].values(), limits[1].values()
            )
        case ["order"]:
            return order_widens(old, new)
        case ["trusted_proxies"]:
            return trust_widens(old, new)
    return False


def _parts(policy: Policy) -> dict[str, Data]:
    """The policy by what reads it: with each section stand those that routes have of their own,
    under the route's number."""
    data = policy.document.data
    parts: dict[str, Data] = dict(data) if isinstance(data, dict) else {}
    given = parts.get("routes")
    routes = [dict(_mapping(r)) for r in given] if isinstance(given, list) else []
    for name in _OWN:
        own = {str(n): route.pop(name) for n, route in enumerate(routes) if name in route}
        if name in parts:
            own[""] = parts[name]
        parts[name] = own
    parts["routes"] = list(routes)
    return parts


def _mapping(value: Data) -> Mapping[str, Data]:
    return value if isinstance(value, dict) else {}
