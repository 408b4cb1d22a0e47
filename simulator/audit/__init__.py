"""Which permissions of a policy were never used, so that they can be taken away?

By what a log shows: decisions that were recorded, or requests, which the policy judges first. That
something was never used is only as good as the log; how much of what time it covers is told.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from simulator.audit.log import Object, count_record
from simulator.audit.permissions import KINDS, Kind, Permission, at, permissions_of
from simulator.audit.taking import Taking, in_order, propose, taken_away
from simulator.audit.uses import Uses, count_decision, is_use, quota_at
from simulator.edit import Edit
from simulator.engine import evaluate
from simulator.message import Request
from simulator.policy import Policy
from simulator.problem import Fault
from simulator.source import join
from simulator.usage import Usage

__all__ = ["KINDS", "Audit", "Kind", "Permission", "Quota", "Report", "Taking", "Uses"]


class Quota(NamedTuple):
    """A quota, and how much of what may come at once was used up at most."""

    path: str
    text: str
    spent: int
    burst: int


class Report(NamedTuple):
    """What a log shows of a policy's permissions."""

    uses: Uses
    used: tuple[tuple[Permission, int], ...]
    unused: tuple[Taking, ...]
    untold: tuple[Permission, ...]  # of which the log does not tell
    quotas: tuple[Quota, ...]
    skipped: tuple[tuple[str, int], ...]  # what was in the log and is not about the policy
    edits: tuple[Edit, ...] = ()
    """Those that take away all of `unused` that can be, in order."""


@dataclass(slots=True)
class Audit:
    """Counts what a log shows, line by line."""

    policy: Policy
    uses: Uses = field(default_factory=Uses)
    skipped: Counter[str] = field(default_factory=Counter[str])
    _usage: Usage = field(default_factory=Usage)
    _let_in: list[Request] = field(default_factory=list[Request])

    def request(self, request: Request, *, timed: bool = True) -> None:
        """Judge a request, and count what it uses."""
        if not self.policy.covers(request):
            self.skipped["for hosts that the policy does not judge"] += 1
            return
        decision = evaluate(self.policy, request, self._usage)
        self._usage.record(decision)
        count_decision(self.uses, self.policy, decision, timed=timed)
        if is_use(decision):
            self._let_in.append(request)

    def record(self, record: Object) -> None:
        """Count a decision. Raises Fault where it is by another text than the policy's."""
        if _name(str(record.get("policy"))) != _name(self.policy.name):
            self.skipped["by another policy"] += 1
            return
        count_record(self.uses, self.policy, record)

    def skip(self, why: str) -> None:
        """Count a line that is neither."""
        self.skipped[why] += 1

    def report(self) -> Report:
        """What was used, and what can be taken away."""
        used: list[tuple[Permission, int]] = []
        unused: list[Permission] = []
        untold: list[Permission] = []
        for permission in permissions_of(self.policy):
            number = self.uses.counts[permission.use]
            if number:
                used.append((permission, number))
            elif _is_untold(self.uses, permission):
                untold.append(permission)
            else:
                unused.append(permission)
        if not self.uses.decisions:
            raise Fault(
                "the log holds no decision of the policy",
                ", ".join(f"{number} {why}" for why, number in self.skipped.items())
                or "it is empty",
                "give the decisions or requests of the server that it is for",
            )
        new, takings = taken_away(self.policy, propose(self.policy, unused, self.uses))
        lost = lost_by(self.policy, new, self._let_in)
        if lost:
            # What is not used is not missed: this cannot be, and nothing is taken away if it is.
            takings = [t._replace(edits=(), why_not="requests of the log need it") for t in takings]
        return Report(
            self.uses,
            tuple(used),
            tuple(takings),
            tuple(untold),
            tuple(_quotas(self.policy, self.uses)),
            tuple(self.skipped.items()),
            tuple(in_order(takings)),
        )


def lost_by(old: Policy, new: Policy, requests: Iterable[Request]) -> tuple[Request, ...]:
    """The requests that the old policy lets in and the new one does not. Quotas are left out: they
    are what they were."""
    return tuple([r for r in requests if evaluate(old, r).allowed and not evaluate(new, r).allowed])


def _name(path: str) -> str:
    return path.replace("\\", "/").rpartition("/")[2]


def _is_untold(uses: Uses, permission: Permission) -> bool:
    """Whether a decision's record would not tell of its use."""
    return permission.kind in uses.untold or (
        permission.kind == "method" and permission.owner in uses.untold
    )


def _quotas(policy: Policy, uses: Uses) -> Iterable[Quota]:
    sections = ["rate_limits", *(join(r.rule, "rate_limits") for r in policy.tables.routes.routes)]
    for section in sections:
        listed = at(policy, section)
        for index, limit in enumerate(listed if isinstance(listed, list) else ()):
            if isinstance(limit, dict):
                path = join(section, index)
                text = f"{limit.get('quota')} per {limit.get('per')}"
                yield Quota(path, text, uses.spent.get(path, 0), quota_at(policy, path).burst)


def paths_of(takings: Sequence[Taking]) -> tuple[str, ...]:
    """The places of what is taken away."""
    return tuple(taking.permission.path for taking in takings if taking.edits)
