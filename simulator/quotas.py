"""After how many requests do two policies decide differently on the next?

A client repeats one request as fast as both let it; by GCRA (`simulator.usage`) the earliest time
of each is a number, and the first that differs is the difference. What is shared between different
requests, as a quota of all routes together, is not compared.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from simulator.checks.rate_limit import Limit, RateLimitCheck
from simulator.decision import Decision
from simulator.engine import evaluate
from simulator.facts import Facts
from simulator.message import Request
from simulator.policy import Policy
from simulator.space import Space, witness_of
from simulator.space.boxes import Side
from simulator.space.operations import Operation
from simulator.space.words import operations_words
from simulator.usage import Bucket, Quota, Usage

_NANO = 1_000_000_000
_MANY = 100_000  # requests: no quota is followed further

type Counting = tuple[tuple[Limit, Bucket], ...]


class Spent(NamedTuple):
    """The first request on which the two differ, with what the requests before it used up."""

    request: Request
    usages: tuple[Usage, Usage]
    words: tuple[str, ...]

    def decisions(self, old: Policy, new: Policy) -> tuple[Decision, Decision]:
        """How the two decide on it."""
        before, after = self.usages
        return evaluate(old, self.request, before), evaluate(new, self.request, after)


def compare_quotas(space: Space, *, at: float) -> Iterator[Spent]:
    """Each pair of sets of quotas that differ, once. The policies are two; `at` is when it
    begins."""
    if not any(policy.quotas for policy in space.policies):
        return
    differing: dict[object, list[int]] = {}
    for number, kind in enumerate(space.operations):
        operation = kind.operations[0]
        if operation.method == "OPTIONS":
            continue
        shapes = tuple(_shapes(policy, operation) for policy in space.policies)
        if shapes[0] != shapes[1]:
            differing.setdefault(shapes, []).append(number)
    for numbers in differing.values():
        told: set[str] = set()
        for number in numbers:
            for request in _requests(space, space.operations[number].operations[0], at):
                spent = _follow(space, request, frozenset(numbers))
                if spent is None:
                    continue
                # The same quota is told once, whatever else counts the request.
                when = spent.words[0].partition(", of ")[0]
                if when not in told:
                    told.add(when)
                    yield spent
            if told:
                break


def _shapes(policy: Policy, operation: Operation) -> frozenset[tuple[str, Quota]]:
    """What the quotas of a route are, whatever their order."""
    site, table = operation.site, policy.tables.routes
    host = site.place.host
    route = table.find(operation.method, site.place.path, host.host, host.port).route
    index = None if route is None or route.index not in policy.quotas else route.index
    return frozenset((limit.per, limit.quota) for limit in policy.quotas.get(index, ()))


def _requests(space: Space, operation: Operation, at: float) -> Iterator[Request]:
    """Requests that both policies let in, one for each set of quotas that may count them."""
    told: set[object] = set()
    for credential in space.credentials:
        for client in space.clients:
            request = witness_of(operation, space.visitors[0], credential, client, at=at)
            decided = [evaluate(policy, request) for policy in space.policies]
            if not all(decision.allowed for decision in decided):
                continue
            pers = tuple(tuple(limit.per for limit, _ in _counting(d)) for d in decided)
            if pers not in told:
                told.add(pers)
                yield request
            break


def _counting(decision: Decision) -> Counting:
    policy, facts = decision.policy, decision.facts
    assert isinstance(policy, Policy)
    assert isinstance(facts, Facts)
    check = next(c for c in policy.checks if isinstance(c, RateLimitCheck))
    return check.counting(facts)


def _follow(space: Space, request: Request, operations: Side) -> Spent | None:
    """The request again and again, until the policies differ on when the next may come."""
    counting = [_counting(evaluate(policy, request)) for policy in space.policies]
    usages = (Usage(), Usage())
    begin = now = round(request.at * _NANO)
    most = max((limit.quota.burst for each in counting for limit, _ in each), default=0)
    for number in range(1, min(2 * most + 100, _MANY)):
        old, new = (
            max([now, *(_earliest(limit, usage.arrival(b), now) for limit, b in each)])
            for each, usage in zip(counting, usages, strict=True)
        )
        if old != new:
            sent = Request(
                request.method, request.url, request.headers, client=request.client,
                at=min(old, new) / _NANO,
            )  # fmt: skip
            return Spent(
                sent,
                usages,
                _words(space, counting, operations, number, (min(old, new) - begin) / _NANO),
            )
        now = old
        for each, usage in zip(counting, usages, strict=True):
            for limit, bucket in each:
                before = usage.arrivals.get(bucket, now)
                usage.arrivals[bucket] = max(before, now) + _interval(limit)
    return None


def _interval(limit: Limit) -> int:
    return max(1, round(limit.quota.window * _NANO) // limit.quota.requests)


def _earliest(limit: Limit, arrival: int | None, now: int) -> int:
    """When the next request may come."""
    if arrival is None or arrival < now:
        return now
    return arrival + _interval(limit) * (1 - limit.quota.burst)


def _words(
    space: Space, counting: Sequence[Counting], operations: Side, number: int, after: float
) -> tuple[str, ...]:
    how = f"{after:g} s after the first" if after else "at once"
    whose = {limit.per: None for each in counting for limit, _ in each}
    asked = operations_words(space, operations)
    told = f"the {number:,}{_ending(number)} request that comes {how}, of one {' and '.join(whose)}"
    return tuple(filter(None, (told, asked)))


def _ending(number: int) -> str:
    if number % 100 in (11, 12, 13):
        return "th"
    return {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
