"""Which entries of an origin list does another one of it cover?

Entries as `simulator.origin` matches them. Whether an entry may go is asked of the server's
family: some treat an origin that is listed otherwise than one that a wider entry admits.
"""

from __future__ import annotations

from collections.abc import Iterator

from simulator.edit import Edit, Remove
from simulator.grants import Grants
from simulator.hazard import Hazard, Rule
from simulator.lint.subject import STRANGER, Granting, Subject, sample
from simulator.origin import OriginPattern
from simulator.problem import sentence
from simulator.source import join

COVERED = Rule(
    "cors/covered-origin",
    "note",
    "an origin that another entry admits anyway",
    "Removing the entry would change nothing: a wider one covers it. If the wider one is to go "
    "some day, this one will be missed by nobody until then.",
    "Remove one of the two: rather the wider.",
    """\
cors:
  origins:
    - https://*.shop.example
    - https://www.shop.example # cors/covered-origin
""",
    "removes the entry, where the server's answers stay the same",
)


def covered_origins(subject: Subject) -> Iterator[Hazard]:
    """Entries that others cover."""
    for granting in subject.grantings:
        if granting.section.origins is None:
            continue
        gone: set[int] = set()
        kept: set[int] = set()
        for index, wide in covered(granting.patterns):
            if not _same(granting, index):
                continue
            name = granting.patterns[wide].text
            line = subject.policy.span(granting.origin_path(wide)).line
            message = sentence(
                f"`{granting.patterns[index].text}` changes nothing",
                f"`{name}` (line {line}) admits it too",
            )
            path = join(granting.path, "origins", index)
            edits: tuple[Edit, ...] = ()
            if wide not in gone and index not in kept and _unchanged(granting, {*gone, index}):
                gone.add(index)
                kept.add(wide)
                edits = (Remove(path),)
            yield subject.hazard(COVERED, path, message, edits=edits)


def covered(patterns: tuple[OriginPattern, ...]) -> Iterator[tuple[int, int]]:
    """Each entry that a wider one covers, with that."""
    wider = [n for n, p in enumerate(patterns) if p.kind in ("any", "subdomains") or _ported(p)]
    for index, pattern in enumerate(patterns):
        found = next((n for n in wider if n != index and covers(patterns[n], pattern)), None)
        if found is not None:
            yield index, found


def _ported(pattern: OriginPattern) -> bool:
    return pattern.origin is not None and pattern.origin.port == "*"


def covers(wide: OriginPattern, narrow: OriginPattern) -> bool:
    """Whether the one admits whatever the other does."""
    if wide.kind == "any":
        return True
    ours, theirs = wide.origin, narrow.origin
    if ours is None or theirs is None or ours.scheme != theirs.scheme:
        return False
    if ours.port not in ("*", theirs.port):
        return False
    if wide.kind == "exact":
        return narrow.kind == "exact" and ours.host == theirs.host
    below = theirs.host.endswith(f".{ours.host}")
    return below or (narrow.kind == "subdomains" and ours.host == theirs.host)


def _same(granting: Granting, index: int) -> bool:
    """Whether the entry's origins may do as much without it."""
    without = _without(granting, {index})
    origin = sample(granting.patterns[index])
    return (without.admits(origin), without.admits_cookies(origin)) == (
        granting.admits(origin), granting.admits_cookies(origin),
    )  # fmt: skip


def _unchanged(granting: Granting, removed: set[int]) -> bool:
    """Whether the server's answers stay as they are without these entries."""
    without = _without(granting, removed)
    asked = [None, STRANGER, "null", *(sample(pattern) for pattern in granting.patterns)]
    return all(_answers(granting.grants, o) == _answers(without.grants, o) for o in asked)


def _answers(grants: Grants, origin: str | None) -> tuple[object, ...]:
    index = None if origin is None else grants.find(origin)
    return (
        grants.actual(origin, index),
        grants.actual(origin, index, True),
        grants.preflight(origin, "PUT", "x-probe"),
    )


def _without(granting: Granting, removed: set[int]) -> Granting:
    """The section without these entries."""
    origins = enumerate(granting.section.origins or ())
    left = tuple(text for index, text in origins if index not in removed)
    return granting.granting(granting.granted._replace(origins=left))


RULES = (COVERED,)

CHECKS = (covered_origins,)
