"""What in a policy may go wrong, and where?

Every hazard has a code, a place, a witness where a request can show it, and a fix where one is
safe. A policy that its owner has thought about has none, or says in comments why.

The rules are loaded when somebody asks: most who use the library, and the command, never do.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from simulator.policy import Policy

if TYPE_CHECKING:
    from simulator.hazard import Hazard, Rule

    RULES: Mapping[str, Rule]


def lint(policy: Policy, *, at: float | None = None) -> tuple[Hazard, ...]:
    """The hazards of a policy in the order of their lines, those that its comments suppress too.

    `at` is the time, in Unix seconds, that keys are judged by; without it none has expired.
    """
    from simulator.lint.areas import hazards

    return hazards(policy, at)


def __getattr__(name: str) -> Mapping[str, Rule]:
    if name == "RULES":
        from simulator.lint.areas import RULES

        return RULES
    raise AttributeError(name)
