"""What is a check?

A question about the facts with one answer. Nothing inherits from it: whatever has these parts is
one, and `simulator.policy.ORDER` names the six there are.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from simulator.decision import Finding, Near, Outcome
from simulator.facts import Facts


class Check(Protocol):
    """One question. A check sees no other check's answer and changes nothing."""

    @property
    def name(self) -> str:
        """Its place in the order, and the prefix of its reasons' codes."""

    @property
    def reads(self) -> frozenset[str]:
        """The facts its verdict depends on, and no others."""

    def judge(self, facts: Facts) -> Finding:
        """The verdict. Never raises."""

    def near(self, facts: Facts) -> tuple[Near, ...]:
        """After a failure: what nearly matched, likeliest first, few. Asked for only to explain."""


def skip(check: str, why: str) -> Finding:
    """A check without an opinion, made once and used for every request."""
    return Finding(check, Outcome.SKIP, note=why)


def section_of[T](facts: Facts, own: T, by_route: Mapping[int, T]) -> T:
    """The section that applies: the route's where it has one, else the policy's. Never both."""
    if by_route and facts.route is not None:
        return by_route.get(facts.route.index, own)
    return own
