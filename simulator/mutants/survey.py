"""Which small mistakes would a policy's cases not notice?

Each change is made by itself, and the cases are asked of the policy with it in it, until one comes
out otherwise. Of what none notices a request is looked for that shows it, which makes a case that
would notice; where none is found it is proved whether the change changes anything at all
(`simulator.compare`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from simulator.cases import CaseSection, run_case
from simulator.compare import compare, verdict_of
from simulator.decision import Decision
from simulator.engine import evaluate
from simulator.message import Request
from simulator.mutants import Change, Mutant, changes, mutate, spread
from simulator.mutants.probes import Probes
from simulator.mutants.suggest import Parted, as_sent, parting_case, said
from simulator.policy import Policy
from simulator.space import TooMany
from simulator.standin import stand_in
from simulator.usage import Usage


class Watch(Protocol):
    """What should notice: cases, and statements about all requests. Each gives the name of what
    comes out otherwise of this policy, or None."""

    def cases(self, policy: Policy) -> str | None:
        """Of the cases."""

    def one(self, policy: Policy, request: Request) -> str | None:
        """Of the statements, by this request: what they say of it."""

    def statements(self, policy: Policy) -> str | None:
        """Of the statements, by all requests, which takes as long as a proof."""


# A quota that is told only by more requests than this is not asked for.
_REPEATS = 2_000
# How many proofs are worth their time: a policy of many rules has many, and each takes longer.
_WORTH = 20_000
# Of all differences that a change makes, those that are tried for a case.
_WITNESSES = 4


@dataclass(frozen=True, slots=True)
class Survivor:
    """A mutant that no case notices. `parted` is a case that would; without one, `proved` says
    whether it is known that the mutant is another policy at all."""

    mutant: Mutant
    parted: Parted | None
    proved: bool = True


@dataclass(frozen=True, slots=True)
class Survey:
    """What came of the mutants: of all that are `possible` so many were `chosen`; of these some are
    `noticed` by a case, and some are the `same` as the policy on every request."""

    possible: int
    chosen: int
    noticed: int
    same: int
    survivors: tuple[Survivor, ...]

    @property
    def counted(self) -> int:
        """How many change something for certain."""
        return self.noticed + sum(survivor.proved for survivor in self.survivors)

    @property
    def percent(self) -> float:
        """The share that is noticed of those that change something."""
        return 100 * self.noticed / self.counted if self.counted else 100.0

    @property
    def suggested(self) -> tuple[CaseSection, ...]:
        """The cases that would notice the survivors, each once."""
        found = {s.parted.case.name: s.parted.case for s in self.survivors if s.parted is not None}
        return tuple(found.values())


def survey(
    policy: Policy,
    watch: Watch,
    *,
    at: float,
    requests: Iterable[Request] = (),
    at_most: int | None = None,
) -> Survey:
    """Make each small change, at most so many, and see whether a case notices.

    What is watched holds for the policy itself. `requests` are some that were asked, for quotas;
    `at` is when cases are asked that do not say it themselves.
    """
    every = tuple(changes(policy))
    chosen = every if at_most is None else spread(every, at_most)
    proofs = max(1, _WORTH // max(1, len(every)))
    search = _Search(policy, at, list(requests), proofs)
    stated = proofs
    noticed = same = 0
    survivors: list[Survivor] = []
    for change in chosen:
        mutant = mutate(policy, change)
        if mutant is None:
            continue  # it is no policy, so no mistake that could stand in one
        if watch.cases(mutant.policy) is not None:
            noticed += 1
            continue
        survivor = search.look(mutant)
        if survivor is None:
            same += 1
            continue
        shown = survivor.parted
        stated -= 1
        if (shown is not None and watch.one(mutant.policy, shown.request) is not None) or (
            stated >= 0 and watch.statements(mutant.policy) is not None
        ):
            noticed += 1
        else:
            survivors.append(survivor)
    return Survey(len(every), len(chosen), noticed, same, tuple(survivors))


class _Search:
    """For requests that show a mutant. What has shown one before is tried first."""

    def __init__(self, policy: Policy, at: float, requests: list[Request], proofs: int) -> None:
        self._policy, self._at = stand_in(policy), at
        self._probes = Probes(policy, at)
        self._requests = [*requests, *(base.request for base in self._probes.bases)]
        self._proofs = proofs
        self._found: list[tuple[Parted, CaseSection]] = []

    def look(self, mutant: Mutant) -> Survivor | None:
        """What is known of a mutant that no case notices; None: it changes nothing."""
        changed = stand_in(mutant.policy)
        for parted, sent in self._found:
            result = run_case(changed, sent, at=self._at)
            if result.wrong and isinstance(result.story, Decision):
                return Survivor(mutant, parted._replace(new=said(result.story)))
        if mutant.change.shows == "quota":
            told = self._by_quota(changed)
        else:
            told = self._by_probe(mutant.change, changed)
        if told is not None:
            return Survivor(mutant, self._kept(told))
        if mutant.change.shows == "quota":
            return Survivor(mutant, None, proved=False)
        return self._by_proof(mutant)

    def _kept(self, parted: Parted) -> Parted:
        self._found.append((parted, as_sent(self._policy, parted.case)))
        return parted

    def _by_probe(self, change: Change, changed: Policy) -> Parted | None:
        for request in self._probes.of(change):
            if verdict_of(self._policy, request) != verdict_of(changed, request):
                parted = parting_case(self._policy, changed, request, at=self._at)
                if parted is not None:
                    return parted
        return None

    def _by_proof(self, mutant: Mutant) -> Survivor | None:
        if self._proofs == 0:
            return Survivor(mutant, None, proved=False)
        self._proofs -= 1
        try:
            differences = compare(self._policy, mutant.policy, at=self._at)
        except TooMany:
            return Survivor(mutant, None, proved=False)
        if not differences:
            return None
        for difference in differences[:_WITNESSES]:
            parted = parting_case(*difference.policies, difference.witness, at=self._at)
            if parted is not None:
                return Survivor(mutant, self._kept(parted))
        return Survivor(mutant, None)

    def _by_quota(self, changed: Policy) -> Parted | None:
        """A request, repeated until one of the two has enough of it."""
        for request in self._requests:
            if evaluate(self._policy, request).spends or evaluate(changed, request).spends:
                times = self._times(changed, request)
                if times:
                    return parting_case(self._policy, changed, request, at=self._at, repeat=times)
        return None

    def _times(self, changed: Policy, request: Request) -> int:
        """How often it takes until the two decide otherwise; 0: oftener than anybody would."""
        usages = [Usage(), Usage()]
        for times in range(1, _REPEATS):
            told = []
            for policy, usage in zip((self._policy, changed), usages, strict=True):
                decision = evaluate(policy, request, usage)
                usage.record(decision)
                told.append(decision)
            if told[0].reason != told[1].reason:
                return times
            if not any(decision.spends for decision in told):
                break
        return 0
