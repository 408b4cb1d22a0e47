"""Which small mistakes could stand in a policy?

Every rule changed a little, each way that its kind of rule is got wrong, one at a time. They are
listed in the policy's order and without compiling any: a policy of a thousand rules has thousands.
"""

from __future__ import annotations

from collections.abc import Iterator

from simulator.mutants.blocks import network_changes, trust_changes
from simulator.mutants.change import Change, Mutant, items, mutate, spread
from simulator.mutants.origins import cors_changes
from simulator.mutants.people import people_changes
from simulator.mutants.routing import error_changes, order_changes, quota_changes, route_changes
from simulator.policy import Policy
from simulator.source import join

__all__ = ["Change", "Mutant", "changes", "mutants", "mutate", "spread"]


def changes(policy: Policy) -> Iterator[Change]:
    """Every small change of the policy. Some make no policy of it, and some change nothing."""
    data = policy.document.data
    if not isinstance(data, dict):
        return
    yield from trust_changes(data)
    if "network" in data:
        yield from network_changes(data["network"], "network")
    if "cors" in data:
        yield from cors_changes(data["cors"], "cors")
    yield from people_changes(data)
    yield from route_changes(data)
    for index, route in enumerate(items(data, "routes")):
        if isinstance(route, dict):
            here = join("routes", index)
            if "network" in route:
                yield from network_changes(route["network"], join(here, "network"))
            if "cors" in route:
                yield from cors_changes(route["cors"], join(here, "cors"))
            yield from quota_changes(route, here)
    yield from quota_changes(data, "")
    yield from error_changes(data)
    yield from order_changes(data)


def mutants(policy: Policy, *, at_most: int | None = None) -> Iterator[Mutant]:
    """The policy with each small change in it; `at_most` so many, spread evenly over its rules."""
    found = tuple(changes(policy))
    for change in found if at_most is None else spread(found, at_most):
        mutant = mutate(policy, change)
        if mutant is not None:
            yield mutant
