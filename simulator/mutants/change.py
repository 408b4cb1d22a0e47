"""What is one small change of a policy?

A mutant is a policy with one mistake in it that somebody might make (DeMillo, Lipton and Sayward,
"Hints on Test Data Selection", 1978): a block a bit too wide, a scope dropped, two rules in the
wrong order. Tests that notice none of it would not notice the mistake either.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal, NamedTuple

from simulator.edit import Edit, Put, edit_data
from simulator.policy import Policy, PolicyError, recompile
from simulator.problem import Fault
from simulator.source import Data, Span, join

# What tells the changed policy from the policy: how a single request is decided, or how several in
# a row are.
type Shows = Literal["decision", "quota"]


class Change(NamedTuple):
    """A small change: the rule that it is of, what is true with it, and the edits that make it."""

    path: str
    words: str
    edits: tuple[Edit, ...]
    shows: Shows = "decision"


@dataclass(frozen=True, slots=True)
class Mutant:
    """A policy with a change in it."""

    change: Change
    span: Span
    policy: Policy


def mutate(policy: Policy, change: Change) -> Mutant | None:
    """The policy with the change; None where what comes of it is no policy."""
    try:
        changed = recompile(policy, edit_data(policy.document.data, change.edits))
    except (PolicyError, Fault):
        return None
    return Mutant(change, _place(policy, change.path), changed)


def _place(policy: Policy, path: str) -> Span:
    """Where the rule stands; only the file for what is not written there."""
    section = path.partition("/")[0]
    return policy.span(path) if section in policy.document.spans else Span(policy.name, 0)


def mapping(data: Data, key: str) -> dict[str, Data]:
    """The mapping at a key of a mapping; without one an empty one."""
    found = data.get(key) if isinstance(data, dict) else None
    return found if isinstance(found, dict) else {}


def items(data: Data, key: str) -> list[Data]:
    """The sequence at a key of a mapping; without one an empty one."""
    found = data.get(key) if isinstance(data, dict) else None
    return found if isinstance(found, list) else []


def words(data: Data, key: str) -> list[str]:
    """The texts of the sequence at a key."""
    return [item for item in items(data, key) if isinstance(item, str)]


def text(data: Data, key: str, default: str = "") -> str:
    """The text at a key of a mapping."""
    found = data.get(key) if isinstance(data, dict) else None
    return found if isinstance(found, str) else default


def exchange(path: str, values: list[Data], index: int) -> tuple[Edit, ...]:
    """The edits that make an item and the next change places."""
    return (
        Put(join(path, index), values[index + 1]),
        Put(join(path, index + 1), values[index]),
    )


def value_at(policy: Policy, path: str) -> Data:
    """What stands at a path of the policy, or None (RFC 6901 section 4)."""
    value = policy.document.data
    for step in path.split("/"):
        name = step.replace("~1", "/").replace("~0", "~")
        if isinstance(value, dict):
            value = value.get(name)
        elif isinstance(value, list) and name.isdigit() and int(name) < len(value):
            value = value[int(name)]
        else:
            return None
    return value


def spread[T](found: Sequence[T], at_most: int) -> tuple[T, ...]:
    """At most so many of them, as far apart as they can be."""
    many = len(found)
    if many <= at_most:
        return tuple(found)
    return tuple(found[index * many // at_most] for index in range(at_most))


def neighbours(values: list[Data]) -> Iterator[tuple[int, Data, Data]]:
    """Each item with the next."""
    for index, pair in enumerate(pairwise(values)):
        yield index, *pair
