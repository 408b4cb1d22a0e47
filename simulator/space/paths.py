"""Which kinds of path do route tables tell apart?

Templates as in OpenAPI 3.1, below base paths; segments are percent-decoded, base paths compare as
they are written (RFC 3986 section 2.1). All tables are walked at once, one segment after another,
until nothing that could follow makes a difference.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple
from urllib.parse import quote, unquote

from simulator.routes import Node, RouteTable
from simulator.space.globs import Glob, GlobState
from simulator.space.segments import Parts, TooMany, kinds

# What may stand in a segment as it is (RFC 3986 section 3.3).
_SAFE = "!$&'()*+,;=:@~"
_MANY = 50_000


class PathKind(NamedTuple):
    """A path of the kind, and which of the globs mean it, by table."""

    path: str
    globs: tuple[frozenset[int], ...]
    nowhere: bool  # no route has it


class _Thread(NamedTuple):
    """One base path of a table: so many of its segments are read, or what may follow below it."""

    base: int
    read: int = 0
    nodes: tuple[Node, ...] | None = None
    globs: GlobState = ()


type _State = tuple[_Thread, ...]


class _Reader:
    """A route table, read segment by segment."""

    def __init__(self, table: RouteTable, globs: Sequence[Glob]) -> None:
        self._root = table.root
        self._globs = tuple(globs)
        self._bases = tuple(tuple(base.split("/")[1:]) for base in table.base_paths)
        self._begin = tuple((n, 0) for n in range(len(globs)))

    def start(self) -> _State:
        if not self._bases:
            return (_Thread(0, 0, (self._root,), self._begin),)
        return tuple(_Thread(n) for n in range(len(self._bases)))

    def step(self, state: _State, raw: str) -> _State:
        text = unquote(raw)
        following = []
        for thread in state:
            if thread.nodes is not None:
                following.append(self._below(thread, thread.nodes, thread.globs, text))
            elif thread.read == len(self._bases[thread.base]):
                following.append(self._below(thread, (self._root,), self._begin, text))
            elif self._bases[thread.base][thread.read] == raw:
                following.append(thread._replace(read=thread.read + 1))
        return tuple(following)

    def _below(
        self, thread: _Thread, nodes: tuple[Node, ...], globs: GlobState, text: str
    ) -> _Thread:
        reached: list[Node] = []
        for node in nodes:  # in the order in which routes are looked for
            literal = node.literals.get(text)
            if literal is not None:
                reached.append(literal)
            reached += [p.below for p in node.patterns if p.match.fullmatch(text)]
            if node.parameter is not None and text:
                reached.append(node.parameter)
        after = tuple(
            (index, place) for index, at in globs for place in self._globs[index].step(at, text)
        )
        return thread._replace(nodes=tuple(reached), globs=after)

    def said(self, state: _State) -> tuple[list[str], list[Parts], list[str]]:
        """What may follow: segments that are spelled out, partial templates, and segments of base
        paths as they are written."""
        literals: list[str] = []
        partial: list[Parts] = []
        raw: list[str] = []
        for thread in state:
            nodes, globs = thread.nodes, thread.globs
            if nodes is None:
                base = self._bases[thread.base]
                if thread.read < len(base):
                    raw.append(base[thread.read])
                    continue
                nodes, globs = (self._root,), self._begin
            for node in nodes:
                literals += node.literals
                partial += [pattern.parts for pattern in node.patterns]
            for index, place in globs:
                word = self._globs[index].literal(place)
                literals += [] if word is None else [word]
        return literals, partial, raw

    def settled(self, state: _State) -> bool:
        """Whether nothing that follows reaches a route or a glob any more."""
        return all(t.nodes == () and not t.globs for t in state)

    def end(self, state: _State) -> tuple[tuple[int, ...], frozenset[int]]:
        """What is told apart if the path ends here: the nodes that have routes, in order, and the
        globs that mean it. The longest base path that is there decides."""
        for thread in state:
            if thread.nodes is None:
                if thread.read < len(self._bases[thread.base]):
                    continue
                thread = self._below(thread, (self._root,), self._begin, "")
            nodes = tuple([id(node) for node in thread.nodes or () if node.routes])
            meant = {index for index, place in thread.globs if self._globs[index].ends(place)}
            return nodes, frozenset(meant)
        return (), frozenset()


def path_kinds(tables: Sequence[RouteTable], globs: Sequence[Glob] = ()) -> list[PathKind]:
    """A path of each kind; those that some route has come before those that none has.
    Raises TooMany."""
    readers = [_Reader(table, globs) for table in tables]
    found: dict[tuple[tuple[tuple[int, ...], frozenset[int]], ...], PathKind] = {}
    waiting = [("", tuple(reader.start() for reader in readers))]
    seen: set[object] = set()
    while waiting:
        following = []
        for path, states in waiting:
            for raw in _following(readers, states):
                longer = f"{path}/{raw}"
                reached = tuple(r.step(s, raw) for r, s in zip(readers, states, strict=True))
                key = _key(reached)
                if key in seen:
                    continue
                seen.add(key)
                if len(seen) > _MANY:
                    raise TooMany
                ends = tuple(r.end(s) for r, s in zip(readers, reached, strict=True))
                meant = tuple([globs for _, globs in ends])
                nowhere = not any([nodes for nodes, _ in ends])
                found.setdefault(ends, PathKind(longer, meant, nowhere))
                if not all(r.settled(s) for r, s in zip(readers, reached, strict=True)):
                    following.append((longer, reached))
        waiting = following
    return sorted(found.values(), key=lambda kind: kind.nowhere)


def _following(readers: Iterable[_Reader], states: Iterable[_State]) -> Iterator[str]:
    """A segment of each kind, as it is written in a path."""
    said = [reader.said(state) for reader, state in zip(readers, states, strict=True)]
    literals = [text for own, _, _ in said for text in own]
    partial = [parts for _, own, _ in said for parts in own]
    raw = [text for _, _, own in said for text in own]
    written = dict.fromkeys(raw)
    written.update(dict.fromkeys(map(_escaped, filter(None, raw))))
    decoded = kinds([*literals, *map(unquote, raw)], partial)
    written.update(dict.fromkeys(quote(text, safe=_SAFE) for text in decoded))
    # A single or a double dot is no segment: it is taken out of every path first.
    return (text for text in written if unquote(text) not in (".", ".."))


def _escaped(raw: str) -> str:
    """The same segment, written otherwise."""
    return "".join(f"%{byte:02x}" for byte in unquote(raw).encode())


def _key(states: tuple[_State, ...]) -> object:
    return tuple(
        tuple(
            (t.base, t.read, None if t.nodes is None else tuple(map(id, t.nodes)), t.globs)
            for t in state
        )
        for state in states
    )
