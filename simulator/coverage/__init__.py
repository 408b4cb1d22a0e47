"""Which rules of a policy do its cases exercise, and on which of their sides?

Only a request on each side of a rule tells whether it stands where it should: a block that is
denied needs a client inside who is refused and one outside who is let in. So sides are counted,
not rules; and a request that only passes a rule by counts where the rule could have held it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from simulator.cases import Result
from simulator.coverage.marks import Mark, marks_of
from simulator.coverage.rules import Rule, rules_of
from simulator.decision import Decision
from simulator.policy import Policy
from simulator.source import Span

__all__ = ["Coverage", "Covered", "Mark", "Rule", "cover", "cover_marks", "exercised"]


@dataclass(frozen=True, slots=True)
class Covered:
    """A rule, where it stands, and the names of the cases on each of its sides."""

    rule: Rule
    span: Span
    by: tuple[tuple[str, ...], ...]

    @property
    def missing(self) -> tuple[str, ...]:
        """The sides that no case is on."""
        sides = zip(self.rule.sides, self.by, strict=True)
        return tuple(side for side, by in sides if side and not by)


@dataclass(frozen=True, slots=True)
class Coverage:
    """Every rule of a policy with the cases that exercise it."""

    rules: tuple[Covered, ...]

    @property
    def sides(self) -> int:
        return sum(len(list(filter(None, covered.rule.sides))) for covered in self.rules)

    @property
    def exercised(self) -> int:
        return self.sides - sum(len(covered.missing) for covered in self.rules)

    @property
    def percent(self) -> float:
        """The share of sides that are exercised; a policy without rules has none to miss."""
        return 100 * self.exercised / self.sides if self.sides else 100.0


def cover(policy: Policy, results: Iterable[Result]) -> Coverage:
    """What the cases exercise, whatever came of them."""
    return cover_marks(policy, {r.case.name: exercised(policy, r) for r in results})


def exercised(policy: Policy, result: Result) -> frozenset[Mark]:
    """The sides of rules that one case is on."""
    story = result.story
    decisions = (story,) if isinstance(story, Decision) else story.decisions
    return frozenset(mark for decision in decisions for mark in marks_of(policy, decision))


def cover_marks(policy: Policy, marks: Mapping[str, frozenset[Mark]]) -> Coverage:
    """What cases of these names exercise."""
    by: dict[Mark, list[str]] = {}
    for name, found in marks.items():
        for mark in found:
            by.setdefault(mark, []).append(name)
    return Coverage(
        tuple(
            Covered(
                rule,
                policy.span(rule.path),
                tuple(tuple(by.get((rule.path, side), ())) for side in range(len(rule.sides))),
            )
            for rule in rules_of(policy)
        )
    )
