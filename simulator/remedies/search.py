"""Which remedies, together, turn a decision?

Best first: the fewest changes, then those that let in least. A candidate is a policy and a request;
it is judged when its turn comes, and what then still fails says which remedies come next. To
compile a policy takes most of the time, so what is likely to come to nothing comes last.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from heapq import heappop, heappush
from itertools import count
from typing import NamedTuple

from simulator.decision import Decision, Finding
from simulator.edit import Edit, edit_data
from simulator.message import Request
from simulator.policy import Policy, PolicyError, recompile
from simulator.problem import Fault
from simulator.remedies.remedy import Remedy
from simulator.standin import stand_in


class Failure(NamedTuple):
    """What stands in the way, and the decision that it is a part of."""

    decision: Decision
    finding: Finding


class Outcome(NamedTuple):
    """What comes of a candidate."""

    turned: bool
    failures: tuple[Failure, ...] = ()

    def has(self, failure: Failure) -> bool:
        """Whether the same still stands in the way."""
        wanted = failure.finding
        return any(
            (f.check, f.reason, f.rule, f.values)
            == (wanted.check, wanted.reason, wanted.rule, wanted.values)
            for _, f in self.failures
        )


class Candidate(NamedTuple):
    """A policy and what is asked of it, and the remedies by which it came about. `policies` is the
    way to it: the one that was given first."""

    policies: tuple[Policy, ...]
    asked: Request
    omits: bool = False  # the page sends no credentials
    steps: tuple[Remedy, ...] = ()

    @property
    def policy(self) -> Policy:
        return self.policies[-1]

    @property
    def edits(self) -> tuple[Edit, ...]:
        """All that is done to the policy."""
        return tuple([edit for step in self.steps for edit in step.edits])

    def after(self, remedy: Remedy) -> Candidate | None:
        """The same with one more remedy; None where what comes of it is no policy."""
        policies = self.policies
        steps = (*self.steps, remedy)
        if remedy.edits:
            try:
                data = edit_data(self.policy.document.data, remedy.edits)
                policy = recompile(self.policy, data)
            except (PolicyError, Fault):
                return None
            if any(step.request is not None for step in steps):
                policy = stand_in(policy)  # the other request may carry such a key
            policies = (*policies, policy)
        asked = self.asked if remedy.request is None else remedy.request
        return Candidate(policies, asked, self.omits or remedy.omits, steps)

    def before(self, number: int) -> Candidate:
        """As it was before this one of its steps, all of which changed the policy."""
        return self._replace(policies=self.policies[: number + 1], steps=self.steps[:number])


type Judge = Callable[[Candidate], Outcome]
type Propose = Callable[[Candidate, Failure], Iterable[Remedy]]
# By how much is changed, at least, and how much that lets in; then the first come.
type _Rank = tuple[int, int, int, int]
# How much sooner what is nearly done gets its turn.
_HASTE = 2
# Sections whose change mends what it was made for and nothing else.
_ALONE = frozenset({"network", "cors", "keys", "roles", "rate_limits"})


def search(
    start: Candidate,
    judge: Judge,
    propose: Propose,
    accept: Callable[[Candidate], bool] = lambda candidate: True,
    *,
    limit: int,
    tries: int,
) -> list[Candidate]:
    """The best candidates that turn the decision and are accepted, the fewest and narrowest changes
    first; none does so without each of its changes. The more has to change, the fewer ways are
    found; at most so many are tried."""
    order = count()
    found: list[Candidate] = []
    heap: list[tuple[_Rank, Candidate, Remedy, Failure]] = []

    def expand(candidate: Candidate, outcome: Outcome) -> None:
        # Each failure takes one change at least, and one after the other will do. Those behind the
        # first come later: what mends one of them may happen to mend the first too.
        for number, failure in enumerate(outcome.failures):
            waiting = len(outcome.failures) - 1 + (number > 0)
            for remedy in propose(candidate, failure):
                breadths = [int(step.breadth) for step in (*candidate.steps, remedy)]
                most, every = max(breadths), sum(breadths)
                rank = (len(breadths) + _HASTE * waiting, most, every, next(order))
                heappush(heap, (rank, candidate, remedy, failure))

    outcome = judge(start)
    if outcome.turned:
        return []
    expand(start, outcome)
    seen: set[object] = set()
    while heap and tries > 0 and sum(len(c.steps) for c in found) < limit:
        _, parent, remedy, failure = heappop(heap)
        steps = (*parent.steps, remedy)
        changes = _changes(steps)
        if changes in seen or any(_is_outdone(steps, other.steps) for other in found):
            continue
        seen.add(changes)
        tries -= 1
        candidate = parent.after(remedy)
        if candidate is None:
            continue
        outcome = judge(candidate)
        if not outcome.turned:
            if not outcome.has(failure):
                expand(candidate, outcome)
        elif _needs_all(candidate, judge) and accept(candidate):
            found.append(candidate)
    return best(found)


def _changes(steps: tuple[Remedy, ...]) -> object:
    """What is changed, in whatever order."""
    requests = [step.request for step in steps if step.request is not None]
    asked = requests[-1] if requests else None
    return (
        frozenset(repr(step.edits) for step in steps if step.edits),
        asked and (asked.method, asked.url, asked.headers, asked.at),
        any(step.omits for step in steps),
    )


def _is_outdone(steps: tuple[Remedy, ...], others: tuple[Remedy, ...]) -> bool:
    """Whether other changes do what these do: more changes are worth a look only where they let in
    less."""
    if any(step.spare for step in steps) and not any(step.spare for step in others):
        return True
    less = max(step.breadth for step in steps) < max(step.breadth for step in others)
    return len(steps) > len(others) and not less


def rank(candidate: Candidate) -> tuple[int, int, int]:
    """How much is changed, and how much that lets in."""
    breadths = [int(step.breadth) for step in candidate.steps]
    return len(breadths), max(breadths), sum(breadths)


def best(candidates: Iterable[Candidate]) -> list[Candidate]:
    """Those that no other outdoes, the narrowest first."""
    found = list(candidates)
    kept = [c for c in found if not any(_is_outdone(c.steps, other.steps) for other in found)]
    return sorted(kept, key=rank)


def _needs_all(candidate: Candidate, judge: Judge) -> bool:
    """Whether the decision is turned only by all of the changes: a later one may do what one
    before it did. Without the last it was not turned."""
    if any(step.request is not None for step in candidate.steps):
        return True  # a later request holds what was changed before
    for number in range(len(candidate.steps) - 1):
        later = candidate.steps[number + 1 :]
        if {edit.path.partition("/")[0] for step in later for edit in step.edits} <= _ALONE:
            break
        without: Candidate | None = candidate.before(number)
        for step in later:
            without = None if without is None else without.after(step)
        if without is not None and judge(without).turned:
            return False
    return True
