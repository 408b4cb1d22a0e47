"""What becomes of the policy when everything is mended that can be mended safely?

Fixes are made in passes, each of what no other fix of the pass touches, and the policy is looked at
anew after each: a rule that was needed may be needed no more.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from simulator.edit import Edit, Remove, edit_document
from simulator.hazard import Hazard
from simulator.lint import lint
from simulator.policy import Policy, recompile
from simulator.problem import Fault

_PASSES = 20


class Mended(NamedTuple):
    """The policy after its fixes; what was mended, and what of it could not be written, with why.
    Places are those of the policy before the pass."""

    policy: Policy
    done: tuple[Hazard, ...]
    left: tuple[tuple[Hazard, Fault], ...] = ()

    @property
    def text(self) -> str:
        return self.policy.document.text


def mend(policy: Policy, *, at: float | None = None) -> Mended:
    """The policy with every safe fix made that no comment forbids."""
    done: list[Hazard] = []
    left: dict[tuple[str, str], tuple[Hazard, Fault]] = {}
    for _ in range(_PASSES):
        found = [h for h in lint(policy, at=at) if h.edits and not h.suppressed]
        chosen = together(h for h in found if (h.code, h.path) not in left)
        document = policy.document
        made: list[Hazard] = []
        for hazard in chosen:
            try:
                document = edit_document(document, hazard.edits)
            except Fault as fault:
                left[hazard.code, hazard.path] = (hazard, fault)
            else:
                made.append(hazard)
        if not made:
            break
        policy = recompile(policy, document.data, document.text)
        done += made
    return Mended(policy, tuple(done), tuple(left.values()))


def together(hazards: Iterable[Hazard]) -> tuple[Hazard, ...]:
    """The hazards that can be mended one after the other as they are: of two that touch the same
    place the first, and those ahead that others would move."""
    chosen: list[Hazard] = []
    taken: list[tuple[Step, ...]] = []
    for hazard in hazards:
        paths = [_steps(edit.path) for edit in hazard.edits]
        if any(_meet(path, other) for path in paths for other in taken):
            continue
        chosen.append(hazard)
        taken += paths
    # What is removed moves what follows it: the last first.
    chosen.sort(key=lambda hazard: _steps(hazard.edits[0].path), reverse=True)
    chosen.sort(key=lambda hazard: not _stays(hazard.edits))
    return tuple(chosen)


type Step = tuple[int, str]


def _steps(path: str) -> tuple[Step, ...]:
    """The path for comparing: numbers by their size."""
    return tuple((int(part), "") if part.isdigit() else (-1, part) for part in path.split("/"))


def _meet(one: tuple[Step, ...], other: tuple[Step, ...]) -> bool:
    """Whether one stands inside the other."""
    shared = min(len(one), len(other))
    return one[:shared] == other[:shared]


def _stays(edits: tuple[Edit, ...]) -> bool:
    """Whether everything else keeps its path."""
    return not any(isinstance(edit, Remove) for edit in edits) or len(edits) > 1
