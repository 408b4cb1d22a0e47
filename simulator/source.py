"""What does the policy's text say, and in which line does each value stand?

YAML 1.2, composed to nodes rather than loaded, so that every value keeps its place and every
duplicate key is seen. Places are indexed once, here: looking them up later costs a dict access.
Paths are JSON Pointers (RFC 6901) without the leading slash: `cors/origins/0`.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from simulator.problem import Problem, quote

type Data = str | int | float | bool | list["Data"] | dict[str, "Data"] | None

# Composing YAML takes microseconds a character; past this size the wait is many seconds.
# Long address lists belong in files of their own ({file: …}), which are read line by line.
MAX_CHARACTERS = 2_000_000
# Aliases may repeat a node; a few lines of them could stand for billions of values.
MAX_VALUES = 200_000
MAX_DEPTH = 60


class Span(NamedTuple):
    """Where something stands: the file's name as given, and a line from 1 on."""

    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


@dataclass(frozen=True, slots=True)
class Document:
    """Data with places. `spans` has an entry for every path, the root's being the empty string."""

    name: str
    data: Data
    spans: Mapping[str, Span]
    problems: tuple[Problem, ...] = ()
    lines: tuple[str, ...] = ()
    # What editing the text needs: the text itself as it was given, the column in which the entries
    # of every block (a sequence or mapping that is not in brackets) begin, and whether anything
    # has an anchor: then a value may stand in several places.
    text: str = ""
    blocks: Mapping[str, int] = field(default_factory=dict[str, int])
    anchored: bool = False

    def span(self, path: str) -> Span:
        """Where `path` stands, or the nearest thing around it that does stand somewhere."""
        while path and path not in self.spans:
            path = path.rpartition("/")[0]
        return self.spans.get(path, Span(self.name, 1))

    def problem(self, path: str, problem: str, cause: str, remedy: str = "") -> Problem:
        """A problem with the value at `path`."""
        return Problem(self.name, self.span(path).line, path, problem, cause, remedy)


# What follows `key:` in a line of a policy, however it is quoted.
_SECRET = re.compile(r"""(\bkey["']?\s*:\s*)("[^"]*"?|'[^']*'?|[^,}\s#][^,}#]*)""")


def mask(line: str) -> str:
    """A line of a policy without the secrets that stand in it as `key: …`."""
    return _SECRET.sub(r"\1•••", line)


def join(path: str, *steps: str | int) -> str:
    """The path of a value inside the value at `path` (RFC 6901 section 3 for the escapes)."""
    for step in steps:
        part = str(step).replace("~", "~0").replace("/", "~1")
        path = f"{path}/{part}" if path else part
    return path


def read_document(text: str, *, name: str) -> Document:
    """Parse YAML (or JSON, which is YAML). Never raises: what is wrong is in `.problems`."""
    given, text = text, text.removeprefix("\ufeff")
    if len(text) > MAX_CHARACTERS:
        return _broken(
            name,
            1,
            f"the policy has {len(text):,} characters",
            f"at most {MAX_CHARACTERS:,} are read",
            "move long address lists to files of their own and name them with `{file: …}`",
        )
    try:
        root = _compose(text)
    except _Unreadable as error:
        return _broken(name, error.line, error.problem, error.cause, error.remedy)
    if root is None:
        empty = _broken(
            name, 1, "the policy is empty", "it holds no value", "write `{}` to allow everything"
        )
        return replace(empty, text=given)
    return _Builder(name, text, given).build(root)


def _broken(name: str, line: int, problem: str, cause: str, remedy: str) -> Document:
    fault = Problem(name, line, "", problem, cause, remedy)
    return Document(name, {}, {"": Span(name, max(line, 1))}, (fault,))


class _Unreadable(Exception):
    def __init__(self, line: int, problem: str, cause: str, remedy: str = "") -> None:
        self.line, self.problem, self.cause, self.remedy = line, problem, cause, remedy


def _compose(text: str) -> _Node | None:
    from ruamel.yaml import YAML
    from ruamel.yaml.error import MarkedYAMLError, YAMLError
    from ruamel.yaml.reader import ReaderError

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a reused anchor is legal; ruamel warns of it
            node: _Node | None = YAML(typ="safe", pure=True).compose(text)
            return node
    except ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        code = ord(error.character) if isinstance(error.character, str) else error.character
        raise _Unreadable(
            line,
            f"the character {code:#06x} cannot stand in a policy",
            "YAML is text, and this is a control character",
            "is this a binary file?",
        ) from None
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        # The line itself is not shown: it may hold a secret in a form that is not recognised.
        cause = " ".join(filter(None, (error.context, error.problem))).replace("\n", " ")
        raise _Unreadable(
            line,
            "the policy cannot be read as YAML from here on",
            cause or "a syntax error",
            "look at this line and the one before it",
        ) from None
    except RecursionError:
        raise _Unreadable(
            1, "the policy is nested too deeply", f"more than {MAX_DEPTH} levels"
        ) from None
    except (YAMLError, ValueError, AttributeError, IndexError) as error:
        # ruamel lets a few malformed directives and escapes end in plain exceptions.
        cause = " ".join(str(error).split()) or type(error).__name__
        raise _Unreadable(1, "the policy cannot be read as YAML", cause) from None


class _Mark(NamedTuple):  # what is used of ruamel's marks
    line: int
    column: int


class _Node:  # what is used of ruamel's nodes; the library is imported only when text is read
    id: str  # "mapping", "sequence" or "scalar"
    tag: str
    value: object
    anchor: str | None
    flow_style: bool | None  # of mappings and sequences
    start_mark: _Mark


_PLAIN = "tag:yaml.org,2002:"
_KINDS = {
    "mapping": {"map"},
    "sequence": {"seq"},
    "scalar": {"str", "int", "float", "bool", "null", "timestamp", "merge", "value"},
}
_BOOLS = {"true": True, "false": False}


class _Builder:
    """Nodes to data and spans, in one walk; problems are gathered, the walk goes on."""

    def __init__(self, name: str, text: str, given: str) -> None:
        self.name, self.given = name, given
        self.lines = tuple(text.splitlines())
        self.spans: dict[str, Span] = {}
        self.blocks: dict[str, int] = {}
        self.anchored = False
        self.problems: list[Problem] = []
        self.count = 0

    def build(self, root: _Node) -> Document:
        self.spans[""] = Span(self.name, root.start_mark.line + 1)
        try:
            data = self._value(root, "", 0)
        except _Unreadable as error:
            return _broken(self.name, error.line, error.problem, error.cause, error.remedy)
        return Document(
            self.name,
            data,
            self.spans,
            tuple(self.problems),
            self.lines,
            self.given,
            self.blocks,
            self.anchored,
        )

    def _value(self, node: _Node, path: str, depth: int) -> Data:
        self._count(node)
        line = node.start_mark.line + 1
        if depth > MAX_DEPTH:
            raise _Unreadable(
                line, "the policy is nested too deeply", f"more than {MAX_DEPTH} levels"
            )
        if node.anchor is not None:
            self.anchored = True
        kind = node.tag.removeprefix(_PLAIN)
        if kind not in _KINDS[node.id]:
            self._complain(
                line,
                path,
                f"the tag {quote(node.tag)} is not understood here",
                "a policy holds plain text, numbers, lists and mappings",
                "remove the tag",
            )
            kind = "str"
        if node.id == "scalar":
            return self._scalar(node, path, kind)
        if not node.flow_style:
            self.blocks[path] = node.start_mark.column
        if node.id == "mapping":
            return self._mapping(node, path, depth)
        return self._sequence(node, path, depth)

    def _count(self, node: _Node) -> None:
        self.count += 1
        if self.count > MAX_VALUES:
            raise _Unreadable(
                node.start_mark.line + 1,
                f"the policy expands to more than {MAX_VALUES:,} values",
                "aliases (`*name`) repeat what their anchors hold",
                "write the values out, or move lists to files",
            )

    def _mapping(self, node: _Node, path: str, depth: int) -> Data:
        result: dict[str, Data] = {}
        first: dict[str, int] = {}
        for key_node, value_node in self._entries(node, path, depth):
            line = key_node.start_mark.line + 1
            key = key_node.value
            if not isinstance(key, str):
                self._complain(
                    line, path, "this key is not a word", "a key is one plain word", "write `name:`"
                )
                continue
            if not key.isascii():
                key = self._whole(key_node, path, key)
            here = join(path, key)
            if key in first:
                self._complain(
                    line,
                    here,
                    f"{quote(key)} stands twice in {_called(path)}",
                    f"it stands in line {first[key]} already, and only one of them would count",
                    "keep one",
                )
                continue
            first[key] = line
            self.spans[here] = Span(self.name, line)
            result[key] = self._value(value_node, here, depth + 1)
        return result

    def _entries(self, node: _Node, path: str, depth: int) -> Iterator[tuple[_Node, _Node]]:
        """The mapping's own entries, then those of `<<:` that it does not have itself."""
        pairs: list[tuple[_Node, _Node]] = node.value  # type: ignore[assignment]
        own = {key.value for key, _ in pairs if isinstance(key.value, str)}
        merged: list[_Node] = []
        for key, value in pairs:
            if key.tag == f"{_PLAIN}merge":
                items: list[_Node] = value.value if value.id == "sequence" else [value]  # type: ignore[assignment]
                merged.extend(items)
            else:
                yield key, value
        for source in merged:
            self._count(source)  # merges may name one another over and over
            if source.id != "mapping" or depth > MAX_DEPTH:
                self._complain(
                    source.start_mark.line + 1,
                    path,
                    "`<<` does not name a mapping",
                    "only a mapping can be merged into a mapping",
                )
                continue
            for key, value in self._entries(source, path, depth + 1):
                if isinstance(key.value, str) and key.value not in own:
                    own.add(key.value)
                    yield key, value

    def _sequence(self, node: _Node, path: str, depth: int) -> Data:
        items: list[_Node] = node.value  # type: ignore[assignment]
        result: list[Data] = []
        for index, item in enumerate(items):
            here = join(path, index)
            self.spans[here] = Span(self.name, item.start_mark.line + 1)
            result.append(self._value(item, here, depth + 1))
        return result

    def _scalar(self, node: _Node, path: str, kind: str) -> Data:
        text = str(node.value)
        if not text.isascii():
            text = self._whole(node, path, text)
        if kind == "null":
            return None
        if kind == "bool":
            return _BOOLS.get(text.lower(), text)
        try:
            if kind == "int":
                return int(text.replace("_", ""), 0 if text.lstrip("+-")[:2] != "0" else 10)
            if kind == "float":
                return float(
                    text.replace("_", "").lower().replace(".inf", "inf").replace(".nan", "nan")
                )
        except ValueError:
            pass
        return text  # dates too: they are read by whoever expects one

    def _whole(self, node: _Node, path: str, text: str) -> str:
        """The text with the halves joined that JSON escapes a character above U+FFFF by."""
        try:
            return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le")
        except UnicodeDecodeError:
            self._complain(
                node.start_mark.line + 1,
                path,
                "the text holds half of a character",
                "a surrogate stands alone in it",
                "write the character itself",
            )
            return ""

    def _complain(self, line: int, path: str, problem: str, cause: str, remedy: str = "") -> None:
        self.problems.append(Problem(self.name, line, path, problem, cause, remedy))


def _called(path: str) -> str:
    return quote(path) if path else "the policy"
