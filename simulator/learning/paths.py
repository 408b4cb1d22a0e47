"""Which path templates do these paths come from?

A segment that looks like an identifier varies; so does one of which several values were seen with
the rest of the path and the methods alike. What looks like neither stands as it was asked for: a
template that is too narrow is found by its first refusal, one that is too wide never.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import quote, unquote

from simulator.routes import remove_dot_segments

# So many words in one place of otherwise equal paths are values, and not names.
SEVERAL = 3
_SAFE = "-._~!$&'()+,;=:@"  # what a segment may hold as it is, and a template too
# How identifiers look.
_KINDS = {
    "UUIDs": re.compile(r"(?i)[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\Z"),
    "dates": re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:T[0-9:.]+(?:Z|[+-][0-9:]+)?)?\Z"),
    "numbers": re.compile(r"[0-9]+(?:[-.][0-9]+)*\Z"),
    "hexadecimal numbers": re.compile(r"(?i)(?=[a-f]*[0-9])[0-9a-f]{8,}\Z"),
    "ULIDs": re.compile(r"[0-7][0-9A-HJKMNP-TV-Z]{25}\Z"),
    "identifiers": re.compile(
        r"(?i)(?:[a-z]{1,8}[-_])?(?=[a-z_-]*[0-9])(?=[0-9_-]*[a-z])[a-z0-9_-]{16,}\Z"
        r"|[a-z]{1,8}[-_](?=[a-z]*[0-9][a-z]*[0-9])[a-z0-9]{3,}\Z"
    ),
    "e-mail addresses": re.compile(r"[^@]+@[^@]+\.[^@]+\Z"),
}
_EXTENSION = re.compile(r"(.+)(\.[A-Za-z][A-Za-z0-9]{0,4})\Z")
# What stands in front of the names of things: it is no collection whose members vary.
_PREFIX = re.compile(r"(?i)(?:api|rest|public|internal|v[0-9]+(?:\.[0-9]+)*)\Z")
_VARIES = "{}"


@dataclass(frozen=True, slots=True)
class Template:
    """A path template, and why each of its parameters is one."""

    path: str
    varies: Mapping[str, str] = field(default_factory=dict[str, str])
    """By parameter: what was seen in its place, in words."""


type Asked = tuple[str, str]  # host, path


def segments_of(path: str) -> tuple[str, ...]:
    """The segments as they compare (RFC 3986 section 6.2.2): equal ones are the same text."""
    if "%2" in path:
        path = path.replace("%2e", ".").replace("%2E", ".")
    if "/." in path:
        path = remove_dot_segments(path)
    return tuple([quote(unquote(part), safe=_SAFE) for part in path[1:].split("/")])


def kind_of(segment: str) -> str | None:
    """What kind of identifier the segment is, in words; None where it looks like a name."""
    text = unquote(segment)
    return next((kind for kind, look in _KINDS.items() if look.match(text)), None)


def find_templates(asked: Mapping[Asked, Iterable[str]]) -> dict[Asked, Template]:
    """The template of each path, by host. `asked` says with which methods it was asked for."""
    shapes = {key: _Shape(key, frozenset(methods)) for key, methods in asked.items()}
    for index in range(max((len(shape.segments) for shape in shapes.values()), default=0)):
        _merge_words(tuple(shapes.values()), index)
    seen: dict[Asked, dict[int, dict[str, set[str]]]] = {}
    for shape in shapes.values():
        kinds = seen.setdefault(shape.key, {})
        for index, kind in shape.kinds.items():
            kinds.setdefault(index, {}).setdefault(kind, set()).add(shape.origin[index])
    named = {key: _named(key[1], kinds) for key, kinds in seen.items()}
    return {key: named[shape.key] for key, shape in shapes.items()}


class _Shape:
    """A path on its way to a template: what varies in it is `{}`, or `{}` and an extension."""

    def __init__(self, asked: Asked, methods: frozenset[str]) -> None:
        self.host = asked[0]
        self.methods = methods
        self.origin = segments_of(asked[1])
        self.segments = list(self.origin)
        self.kinds: dict[int, str] = {}  # of what varies
        # Before this place stand prefixes and one name, which never vary by their number alone.
        self.first = next(
            (n + 1 for n, part in enumerate(self.origin) if not _PREFIX.match(part)),
            len(self.origin),
        )
        for index, segment in enumerate(self.origin):
            self._vary(index, segment)

    def _vary(self, index: int, segment: str) -> None:
        kind = kind_of(segment)
        extended = _EXTENSION.match(segment)
        if kind is not None and kind != "e-mail addresses":
            self.segments[index], self.kinds[index] = _VARIES, kind
        elif extended and (inner := kind_of(extended[1])):
            self.segments[index], self.kinds[index] = _VARIES + extended[2], inner
        elif kind is not None:
            self.segments[index], self.kinds[index] = _VARIES, kind

    @property
    def key(self) -> Asked:
        return self.host, "/" + "/".join(self.segments)


def _merge_words(shapes: Sequence[_Shape], index: int) -> None:
    """Make a parameter of the words in this place, where several stand in otherwise equal paths
    that were asked for with the same methods."""
    groups: dict[tuple[object, ...], list[_Shape]] = {}
    for shape in shapes:
        if shape.first <= index < len(shape.segments):
            segment = shape.segments[index]
            if segment and index not in shape.kinds:
                around = (*shape.segments[:index], _VARIES, *shape.segments[index + 1 :])
                groups.setdefault((shape.host, around), []).append(shape)
    for group in groups.values():
        by_methods: dict[frozenset[str], list[_Shape]] = {}
        for shape in group:
            by_methods.setdefault(shape.methods, []).append(shape)
        for alike in by_methods.values():
            words = {shape.segments[index] for shape in alike}
            if len(words) < SEVERAL:
                continue
            ends = {m[2] if (m := _EXTENSION.match(word)) else "" for word in words}
            end = ends.pop() if len(ends) == 1 else ""
            for shape in alike:
                shape.segments[index], shape.kinds[index] = _VARIES + end, "words"


def _named(shape: str, kinds: Mapping[int, Mapping[str, set[str]]]) -> Template:
    """The shape with a name for each parameter: `id`, or that of what it is one of."""
    segments = shape[1:].split("/")
    taken: dict[str, str] = {}
    for index in sorted(kinds):
        before = segments[index - 1] if index else ""
        name = "date" if set(kinds[index]) == {"dates"} else "id"
        if len(kinds) > 1 and before and "{" not in before:
            name = _one_of(before)
        while name in taken:
            name += "_"
        taken[name] = _in_words(kinds[index])
        segments[index] = segments[index].replace(_VARIES, f"{{{name}}}", 1)
    return Template("/" + "/".join(segments), taken)


def _one_of(plural: str) -> str:
    """The word for one of many, as far as endings tell."""
    word = re.sub(r"[^A-Za-z0-9_]", "_", unquote(plural))
    for ending, instead in (("ies", "y"), ("ss", "ss"), ("s", "")):
        if len(word) > len(ending) + 1 and word.endswith(ending):
            return word[: -len(ending)] + instead
    return word or "id"


def _in_words(kinds: Mapping[str, set[str]]) -> str:
    """`3 numbers`, `1 UUID and 2 words`."""
    parts = []
    for kind, values in sorted(kinds.items()):
        one = kind.removesuffix("es") if kind.endswith("sses") else kind.removesuffix("s")
        parts.append(f"{len(values):,} {one if len(values) == 1 else kind}")
    return " and ".join(parts)
