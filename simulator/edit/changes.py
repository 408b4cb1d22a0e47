"""What does an edit change in a policy's data?

An edit names a place by its path and says what shall stand there; what has to happen depends on
what stands there already. A `Change` is the one thing that does happen, to data and text alike.
Paths are JSON Pointers (RFC 6901) without the leading slash, as in `Document.spans`.
"""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

from simulator.problem import Fault, quote
from simulator.source import Data, join


class Insert(NamedTuple):
    """An item into the sequence at `path`, ahead of the one at `index` or at the end.

    A sequence that is missing is made, and missing mappings above it.
    """

    path: str
    value: Data
    index: int | None = None  # type: ignore[assignment]  # hides tuple.index
    comment: str = ""


class Put(NamedTuple):
    """The value at `path` becomes this one.

    It is replaced where it stands; a missing key is added, and missing mappings above it. What
    says the same already stays as it is written, and gets no comment.
    """

    path: str
    value: Data
    comment: str = ""


class Remove(NamedTuple):
    """An item of a sequence, or a key with its value."""

    path: str


type Edit = Insert | Put | Remove
type Steps = tuple[str | int, ...]


class Change(NamedTuple):
    """One thing that happens to the entries of the list or mapping at `path`.

    insert: `value` comes ahead of item `key`; add: the new key gets `value`, after all others;
    set: the entry `key` gets `value` instead of its own; remove: the entry goes.
    """

    kind: Literal["insert", "add", "set", "remove"]
    path: Steps
    key: str | int
    value: Data = None
    comment: str = ""
    depth: int = 0  # how deep in the value that is which the comment is about


_INDEX = re.compile("0|[1-9][0-9]*", re.ASCII)


def resolve(data: Data, edit: Edit) -> Change:
    """What the edit comes to in this data. Raises Fault where it means nothing."""
    path, found, missing = _walk(data, edit.path)
    if isinstance(edit, Remove):
        if missing:
            raise Fault(
                f"there is nothing at {quote(edit.path)}", "only what stands there can be removed"
            )
        if not path:
            raise Fault("the whole policy cannot be removed", "a policy holds at least `{}`")
        return Change("remove", path[:-1], path[-1])
    value, comment, depth = edit.value, edit.comment, 0
    if isinstance(edit, Insert):
        if isinstance(found, list) and not missing:
            return Change("insert", path, _index(edit, found), value, comment)
        if not missing and found is not None:
            raise Fault(
                f"nothing can be inserted at {quote(edit.path)}", "what stands there is no list"
            )
        if edit.index not in (None, 0):
            raise Fault(
                f"item {edit.index} cannot be inserted at {quote(edit.path)}",
                "there is no list yet, and it would begin with item 0",
            )
        value, depth = [value], 1
    if not missing:
        if not path:
            raise Fault(
                "the whole policy cannot be replaced by an edit",
                "nothing of its text would remain",
                "write another policy, or name the keys that change",
            )
        return Change("set", path[:-1], path[-1], value, comment, depth)
    depth += len(missing) - 1
    for step in reversed(missing[1:]):
        value = {step: value}
    if found is None and path:  # `key:` with nothing after it becomes a mapping
        return Change("set", path[:-1], path[-1], {missing[0]: value}, comment, depth + 1)
    return Change("add", path, missing[0], value, comment, depth)


def _index(edit: Insert, items: list[Data]) -> int:
    index = len(items) if edit.index is None else edit.index
    if not 0 <= index <= len(items):
        raise Fault(
            f"item {index} cannot be inserted at {quote(edit.path)}",
            f"the list has {len(items)} items",
            f"an index is at most {len(items)}",
        )
    return index


def _walk(data: Data, path: str) -> tuple[Steps, Data, list[str]]:
    """As far as the path leads: its steps, the value there, and the steps that do not exist."""
    steps = [s.replace("~1", "/").replace("~0", "~") for s in path.split("/")] if path else []
    done: list[str | int] = []
    for at, step in enumerate(steps):
        if isinstance(data, list):
            if not _INDEX.fullmatch(step) or int(step) >= len(data):
                raise Fault(
                    f"there is no item {quote(step)} in {_called(done)}",
                    f"the list has {len(data)} items, counted from 0",
                )
            done.append(int(step))
            data = data[int(step)]
        elif isinstance(data, dict) and step in data:
            done.append(step)
            data = data[step]
        elif isinstance(data, dict) or data is None:
            return tuple(done), data, steps[at:]
        else:
            raise Fault(
                f"there is no {quote(step)} in {_called(done)}",
                "what stands there is neither a list nor a mapping",
            )
    return tuple(done), data, []


def _called(steps: list[str | int]) -> str:
    return quote(join("", *steps)) if steps else "the policy"


def changed(data: Data, change: Change) -> Data:
    """The data after the change; what is not changed is shared with the old."""
    return _changed(data, change.path, change)


def _changed(data: Data, path: Steps, change: Change) -> Data:
    key = change.key
    if path:
        step, rest = path[0], path[1:]
        if isinstance(data, list) and isinstance(step, int):
            return [*data[:step], _changed(data[step], rest, change), *data[step + 1 :]]
        assert isinstance(data, dict)
        assert isinstance(step, str)
        return {**data, step: _changed(data[step], rest, change)}
    if isinstance(data, list) and isinstance(key, int):
        kept = key if change.kind == "insert" else key + 1
        new = [] if change.kind == "remove" else [change.value]
        return [*data[:key], *new, *data[kept:]]
    assert isinstance(key, str)
    assert data is None or isinstance(data, dict)
    if change.kind == "remove":
        return {name: value for name, value in (data or {}).items() if name != key}
    return {**(data or {}), key: change.value}


def same(one: Data, other: Data) -> bool:
    """Whether both are the same data; `1`, `1.0` and `true` are three things."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    return type(one) is type(other) and (one == other or (one != one and other != other))


def values_on(data: Data, path: Steps) -> list[Data]:
    """The values on the way to the one at `path`, and that one."""
    values = [data]
    for step in path:
        values.append(values[-1][step])  # type: ignore[index]
    return values


def number_of(value: Data, step: str | int) -> int:
    """The number of an entry; of a new key the number that it gets."""
    if isinstance(step, int):
        return step
    assert isinstance(value, dict)
    return next((number for number, key in enumerate(value) if key == step), len(value))
