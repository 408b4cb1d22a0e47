"""Which requests do two policies decide differently?

Exactly: every kind of request that the two tell apart is decided by both (simulator.space), and
what differs is told as groups, each with a witness that `evaluate` decides differently. No group
proves that every request is decided the same. Quotas are compared for a client that repeats one
request as fast as it may. A host that a policy does not judge is let in by it,
as `why403 decide` has it.

The partition is loaded when somebody compares: most who use the library, and the command, never do.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from simulator.decision import Decision
from simulator.engine import evaluate
from simulator.message import Request
from simulator.policy import Policy
from simulator.usage import Usage

if TYPE_CHECKING:
    from simulator.quotas import Spent
    from simulator.space import Space, Verdict
    from simulator.space.boxes import Box

type Kind = Literal["newly-allowed", "newly-denied", "otherwise"]

_ORDER: tuple[Kind, ...] = ("newly-allowed", "newly-denied", "otherwise")


@dataclass(frozen=True, slots=True)
class Difference:
    """Requests that are decided differently in one way.

    `causes` names the checks that find something else than before (none: what is made of their
    findings is another, as by `order`). `words` tells which requests, a phrase for each side of
    them that makes a difference; `addresses` is how many client addresses there are among them,
    where these make one. Where there is more than one of `boxes` the words tell all that occurs on
    each side, and not every combination of these is meant.

    `otherwise`: refused by both, or not known to one, for another reason or with another status, or
    now seen by a page from which it was hidden, or the other way round. The witness carries made-up
    secrets for keys that are known by digest alone, as do the `policies` by which it was verified.
    """

    kind: Kind
    old: Verdict
    new: Verdict
    causes: tuple[str, ...]
    words: tuple[str, ...]
    addresses: int | None
    boxes: int
    witness: Request
    policies: tuple[Policy, Policy]
    usages: tuple[Usage, Usage] | None = None  # what was used up before, where quotas differ

    @property
    def decisions(self) -> tuple[Decision, Decision]:
        """How the two decide on the witness."""
        old, new = self.policies
        before = self.usages or (None, None)
        return evaluate(old, self.witness, before[0]), evaluate(new, self.witness, before[1])


def compare(old: Policy, new: Policy, *, at: float | None = None) -> tuple[Difference, ...]:
    """All differences: what is newly let in first. `at`: when witnesses are sent, in Unix seconds,
    where it makes no difference.

    Raises TooMany where there are more kinds of request than can be told in reasonable time.
    """
    from simulator.quotas import compare_quotas
    from simulator.space import Space

    space = Space((old, new))
    groups: dict[
        tuple[Verdict, Verdict, tuple[str, ...]], dict[tuple[Verdict, ...], list[Box]]
    ] = {}
    told: dict[tuple[Verdict, ...], tuple[Verdict, Verdict]] = {}
    for cell in space.cells(differing=True):
        box = (frozenset((cell.operation,)), cell.visitors, cell.credentials, cell.clients)
        alike = told.get(cell.verdicts) or told.setdefault(cell.verdicts, _alike(*cell.verdicts))
        groups.setdefault((*alike, cell.causes), {}).setdefault(cell.verdicts, []).append(box)
    found = [_told(space, causes, each, at) for (_, _, causes), each in groups.items()]
    found += [_of_quota(space, spent) for spent in compare_quotas(space, at=at or 0.0)]
    return tuple(sorted(found, key=lambda d: (_ORDER.index(d.kind), d.old.status, d.new.status)))


def _alike(old: Verdict, new: Verdict) -> tuple[Verdict, Verdict]:
    """What is told together: whether a page sees it only where nothing else differs."""
    seen = old == new._replace(hidden=old.hidden)
    return old._replace(hidden=seen and old.hidden), new._replace(hidden=seen and new.hidden)


def kind_of(old: Verdict, new: Verdict) -> Kind:
    """What the difference means to whoever asks."""
    if old.allowed is not True and new.allowed is True:
        return "newly-allowed"
    if old.allowed is True and new.allowed is not True:
        return "newly-denied"
    return "otherwise"


def _told(
    space: Space,
    causes: tuple[str, ...],
    each: dict[tuple[Verdict, ...], list[Box]],
    at: float | None,
) -> Difference:
    from simulator.space import describe
    from simulator.space.boxes import fold

    folded = {verdicts: fold(boxes) for verdicts, boxes in each.items()}
    verdicts, boxes = next(iter(folded.items()))
    old, new = verdicts
    every = [box for boxes in folded.values() for box in boxes]
    hull = tuple(frozenset[int]().union(*sides) for sides in zip(*every, strict=True))
    words = describe(space, hull)
    first, second = space.policies
    return Difference(
        kind_of(old, new),
        old,
        new,
        causes,
        words.phrases,
        words.addresses,
        len(every),
        _witness(space, verdicts, boxes[0], at),
        (first, second),
    )


def _of_quota(space: Space, spent: Spent) -> Difference:
    """Two quotas that end at another request."""
    from simulator.space import Verdict

    old, new = space.policies
    before, after = (
        Verdict(d.allowed, d.status, d.reason, d.hidden) for d in spent.decisions(old, new)
    )
    return Difference(
        kind_of(before, after),
        before,
        after,
        ("rate_limit",),
        spent.words,
        None,
        1,
        spent.request,
        (old, new),
        spent.usages,
    )


def _witness(space: Space, verdicts: tuple[Verdict, ...], box: Box, at: float | None) -> Request:
    """A request of the box, on which both policies do decide so."""
    from simulator.space import witness_of

    operations, visitors, credentials, clients = box
    for number in sorted(credentials):
        credential = space.credentials[number]
        for page in sorted(visitors):
            visitor = space.visitors[page]
            if visitor.cross and credential.cookie and not visitor.cookie:
                continue
            operation = space.operations[min(operations)].operations[0]
            client = space.clients[min(clients)]
            witness = witness_of(operation, visitor, credential, client, at=at)
            decided = tuple(verdict_of(policy, witness) for policy in space.policies)
            assert decided == verdicts, f"{decided} and not {verdicts} on {witness!r}"
            return witness
    raise AssertionError("a box without a request")


def verdict_of(policy: Policy, request: Request) -> Verdict:
    """What a policy decides on a request, as a verdict."""
    from simulator.space import NOT_JUDGED, Verdict

    if not policy.covers(request):
        return NOT_JUDGED
    decision = evaluate(policy, request)
    return Verdict(decision.allowed, decision.status, decision.reason, decision.hidden)
