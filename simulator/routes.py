"""Which route does this request ask for, and which did it nearly ask for?

Path templates as in OpenAPI 3.1 (Paths Object: concrete before templated; a `{name}` is one
segment, or part of one). Comparison is by case and by segment, percent-decoding each segment and
removing dot segments first (RFC 3986 sections 2.1 and 5.2.4).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from typing import NamedTuple
from urllib.parse import unquote

from simulator.problem import Fault, quote

_PARAMETER = re.compile(r"\{([^{}/]+)\}")
_HOST = re.compile(r"(\*\.)?[A-Za-z0-9_\-.]+(:[0-9]{1,5})?\Z|\[[0-9A-Fa-f:.]+\](:[0-9]{1,5})?\Z")
_VERSION = re.compile(r"v[0-9]+(?:\.[0-9]+)*\Z")


@dataclass(frozen=True, slots=True)
class Route:
    """One route, compiled. Without methods it takes every method, without hosts every host."""

    index: int
    path: str
    methods: tuple[str, ...] = ()
    scopes: tuple[str, ...] = ()
    public: bool = False
    hosts: tuple[str, ...] = ()

    @property
    def rule(self) -> str:
        return f"routes/{self.index}"

    def __str__(self) -> str:
        return f"{','.join(self.methods) or 'any method'} {self.path}"


class Match(NamedTuple):
    """The route that takes the request, or None; and the routes that have its path only."""

    route: Route | None
    same_path: tuple[Route, ...] = ()


NO_MATCH = Match(None)


def check_template(path: str) -> str:
    """The template itself. Raises Fault where it could never match."""
    if not path.startswith("/"):
        raise Fault(
            f"{quote(path)} is not a path", "it does not start with a slash", f"write `/{path}`"
        )
    for mark, what in (("?", "a query"), ("#", "a fragment"), ("*", "a wildcard")):
        if mark in path:
            raise Fault(
                f"{quote(path)} is not a path template",
                f"it has {what}",
                "write `{name}` where a segment varies"
                if mark == "*"
                else f"write {quote(path.partition(mark)[0])}",
            )
    names = _PARAMETER.findall(path)
    if any(mark in _PARAMETER.sub("", path) for mark in "{}"):
        raise Fault(
            f"{quote(path)} is not a path template",
            "its braces do not pair, or hold nothing",
            "write `{name}` for a segment that varies",
        )
    for name in names:
        if names.count(name) > 1:
            raise Fault(
                f"{quote(path)} is not a path template",
                f"`{{{name}}}` stands in it twice",
                "give each its own name",
            )
    return path


def template_key(path: str) -> str:
    """The template with its parameters' names taken out: equal keys are the same path."""
    return _PARAMETER.sub("{}", path)


class Pattern(NamedTuple):
    """A segment that varies in part: how many characters of it are fixed, and what is below.
    `parts` is the text that is fixed; between them stands at least one character."""

    fixed: int
    match: re.Pattern[str]
    below: Node
    parts: tuple[str, ...]


@dataclass(slots=True)
class Node:
    """What may follow here in a path, and the routes that end here."""

    literals: dict[str, Node] = field(default_factory=dict)
    patterns: list[Pattern] = field(default_factory=list)
    parameter: Node | None = None
    methods: dict[str, Match] = field(default_factory=dict)  # routes for every host, by method
    every: Match | None = None  # the route here that takes every method
    routes: list[Route] = field(default_factory=list)


class RouteTable:
    """Routes compiled to a trie of segments."""

    __slots__ = ("_by_host", "base_paths", "root", "routes")

    def __init__(self, routes: Sequence[Route], base_paths: Sequence[str] = ()) -> None:
        self.routes = tuple(routes)
        self.base_paths = tuple(
            sorted((path.rstrip("/") for path in base_paths), key=len, reverse=True)
        )
        self._by_host = any(route.hosts for route in routes)
        self.root = Node()
        for route in self.routes:
            node = self.root
            for segment in route.path[1:].split("/"):
                node = _step(node, segment)
            node.routes.append(route)
            match = Match(route)
            for method in route.methods:
                node.methods.setdefault(method, match)
            if not route.methods and node.every is None:
                node.every = match

    def find(self, method: str, path: str, host: str, port: int) -> Match:
        """The most concrete route that has this path and takes this method."""
        segments: list[str] | None
        if self.base_paths or "%" in path or "/." in path:
            segments = self.segments(path)
            if segments is None:
                return NO_MATCH
        else:
            segments = path[1:].split("/")
        if not self._by_host:
            # The common case: one way through the trie, and nothing is allocated.
            node: Node = self.root
            for segment in segments:
                below = node.literals.get(segment)
                if below is None:
                    if node.patterns:
                        break
                    below = node.parameter if segment else None
                    if below is None:
                        return NO_MATCH
                elif node.parameter is not None or node.patterns:
                    break  # the concrete way may end where the templated one goes on
                node = below
            else:
                match = node.methods.get(method) or node.every
                if match is not None:
                    return match
                return Match(None, tuple(node.routes)) if node.routes else NO_MATCH
        same_path: list[Route] = []
        for node in _walk(self.root, segments, 0):
            here = [route for route in node.routes if hosts_match(route.hosts, host, port)]
            # A route that names the host, then one that names the method, is the more concrete.
            here.sort(key=lambda route: (not route.hosts, not route.methods))
            for route in here:
                if not route.methods or method in route.methods:
                    return Match(route)
            same_path += here
        return Match(None, tuple(same_path)) if same_path else NO_MATCH

    def segments(self, path: str) -> list[str] | None:
        """The segments below the base path, decoded; None where no base path is there."""
        if "%2" in path:  # an encoded dot is a dot (RFC 3986 section 6.2.2.2)
            path = path.replace("%2e", ".").replace("%2E", ".")
        if "/." in path:
            path = remove_dot_segments(path)
        if self.base_paths:
            for base in self.base_paths:
                if path.startswith(f"{base}/"):
                    path = path[len(base) :]
                    break
                if path == base:
                    path = "/"
                    break
            else:
                return None
        segments = path[1:].split("/")
        return [unquote(s) for s in segments] if "%" in path else segments

    def nearest(
        self, method: str, path: str, host: str, port: int, *, limit: int = 3
    ) -> tuple[str, ...]:
        """What was probably meant, likeliest first, each as a sentence; may be empty."""
        found: list[tuple[float, str]] = []
        for cost, other, difference in self.respelled(path):
            match = self.find(method, other, host, port)
            routes = (match.route,) if match.route else match.same_path
            for route in routes:
                methods = method if match.route else ",".join(route.methods)
                found.append((cost, f"did you mean `{methods} {other}`? {difference}"))
        if not found and self._by_host:
            for node in _walk(self.root, self.segments(path) or [], 0):
                found += [
                    (1, f"`{route.path}` exists, on {' and '.join(route.hosts)} only")
                    for route in node.routes
                ]
        if not found:
            found = list(self._alike(method, path))
        found.sort(key=lambda item: item[0])
        return tuple(dict.fromkeys(text for _, text in found[: 3 * limit]))[:limit]

    def respelled(self, path: str) -> Iterator[tuple[float, str, str]]:
        """Other spellings of the same path: how far, the spelling, what differs."""
        if len(path) > 2000:
            return
        if path.endswith("/") and path != "/":
            yield 0, path.rstrip("/") or "/", "there is a slash too many at the end"
        else:
            yield 0, f"{path}/", "the slash at the end is missing"
        if "//" in path:
            yield 0, re.sub("/{2,}", "/", path), "there is a double slash in it"
        for base in self.base_paths:
            yield 1, f"{base}{path}", f"the base path `{base}` is missing"
        for head in self._heads(path):
            yield 2, f"/{head}{path}", f"`/{head}` is missing in front"
        lower = path.lower()
        if lower != path:
            yield 1, lower, "paths compare by case"
        upper = {self._spelled(segment) for segment in path.split("/")}
        cased = "/".join(
            next((u for u in upper if u.lower() == s.lower()), s) for s in path.split("/")
        )
        if cased not in (path, lower):
            yield 1, cased, "paths compare by case"
        segments = path.split("/")
        for index, segment in enumerate(segments):
            if _VERSION.match(segment):
                for version in self._versions():
                    if version != segment:
                        other = "/".join([*segments[:index], version, *segments[index + 1 :]])
                        yield 2, other, f"the version is {version}, not {segment}"

    def _literals(self) -> Iterator[str]:
        for route in self.routes:
            yield from (s for s in route.path.split("/") if s and "{" not in s)
        for base in self.base_paths:
            yield from (s for s in base.split("/") if s)

    def _versions(self) -> list[str]:
        return sorted({segment for segment in self._literals() if _VERSION.match(segment)})

    def _heads(self, path: str) -> list[str]:
        """First segments of routes that go on as this path begins. A parameter would go on as
        anything, and says nothing."""
        first = path.split("/")[1]
        templates = [route.path.split("/") for route in self.routes]
        return sorted({t[1] for t in templates if len(t) > 2 and "{" not in t[1] and t[2] == first})

    def _spelled(self, segment: str) -> str:
        """The segment as some route spells it, if they differ in case only."""
        return next((s for s in self._literals() if s.lower() == segment.lower()), segment)

    def _alike(self, method: str, path: str) -> Iterator[tuple[float, str]]:
        """Routes whose template resembles the path."""
        if len(path) > 2000:
            return
        segments = self.segments(path) or path[1:].split("/")
        for route in self.routes:
            template = route.path[1:].split("/")
            likeness = _likeness(segments, template)
            if likeness < 0.7:
                continue
            other = 0.0 if not route.methods or method in route.methods else 0.2
            shown = method if not other and route.methods else ",".join(route.methods) or method
            yield 3 - likeness + other, f"did you mean `{shown} {route.path}`?"


def _step(node: Node, segment: str) -> Node:
    """The node below for one segment of a template, made if it is not there."""
    if "{" not in segment:
        return node.literals.setdefault(unquote(segment), Node())
    if _PARAMETER.fullmatch(segment):
        if node.parameter is None:
            node.parameter = Node()
        return node.parameter
    parts = [unquote(part) for part in _PARAMETER.split(segment)[::2]]  # what is not a parameter
    text = "(?:.+?)".join(re.escape(part) for part in parts)
    for pattern in node.patterns:
        if pattern.match.pattern == text:
            return pattern.below
    below = Node()
    node.patterns.append(
        Pattern(len("".join(parts)), re.compile(text, re.DOTALL), below, tuple(parts))
    )
    # The pattern with more fixed text is the more concrete one.
    node.patterns.sort(key=lambda pattern: -pattern.fixed)
    return below


def _walk(node: Node, segments: Sequence[str], depth: int) -> Iterator[Node]:
    """All nodes that the segments lead to, the most concrete first."""
    if depth == len(segments):
        if node.routes:
            yield node
        return
    segment = segments[depth]
    literal = node.literals.get(segment)
    if literal is not None:
        yield from _walk(literal, segments, depth + 1)
    for pattern in node.patterns:
        if pattern.match.fullmatch(segment):
            yield from _walk(pattern.below, segments, depth + 1)
    if node.parameter is not None and segment:
        yield from _walk(node.parameter, segments, depth + 1)


def _likeness(segments: Sequence[str], template: Sequence[str]) -> float:
    """How alike a path and a template are, from 0 to 1; one segment more or less counts less."""
    surplus = len(segments) - len(template)
    if abs(surplus) > 1 or len(segments) > 100:
        return 0.0
    if surplus == 0:
        return _likeness_same(segments, template)
    longer, shorter = (segments, template) if surplus > 0 else (template, segments)
    best = 0.0
    for index in range(len(longer)):
        cut = [*longer[:index], *longer[index + 1 :]]
        pair = (cut, shorter) if surplus > 0 else (shorter, cut)
        best = max(best, 0.9 * _likeness_same(*pair))
    return best


def _likeness_same(segments: Sequence[str], template: Sequence[str]) -> float:
    scores = []
    for segment, wanted in zip(segments, template, strict=True):
        if "{" in wanted:
            scores.append(0.9 if segment else 0.0)
        else:
            scores.append(SequenceMatcher(None, segment[:200].lower(), wanted.lower()).ratio())
    if scores and min(scores) < 0.5:
        return 0.0
    return sum(scores) / len(scores) if scores else 0.0


def remove_dot_segments(path: str) -> str:
    """RFC 3986 section 5.2.4."""
    kept: list[str] = []
    segments = path.split("/")[1:]
    for index, segment in enumerate(segments):
        last = index == len(segments) - 1
        if segment == "..":
            if kept:
                kept.pop()
        elif segment != ".":
            kept.append(segment)
            continue
        if last:
            kept.append("")
    return "/" + "/".join(kept)


def check_host(text: str) -> str:
    """Raises Fault for what is no host."""
    if not _HOST.match(text):
        what = "it has a scheme" if "://" in text else "it is no host name"
        bare = text.partition("://")[2].partition("/")[0]
        raise Fault(
            f"{quote(text)} is not a host",
            what,
            f"write `{bare}`" if bare else "write `api.example.com` or `*.example.com`",
        )
    return text


def host_matches(pattern: str, host: str, port: int) -> bool:
    """Whether a host is meant by `name`, `name:port` or `*.name` (every name below, any depth)."""
    wanted, colon, wanted_port = pattern.rpartition(":")
    if not colon or pattern.endswith("]"):
        wanted, wanted_port = pattern, ""
    if wanted_port and wanted_port != str(port):
        return False
    host, wanted = host.lower().rstrip("."), wanted.lower()
    return host.endswith(wanted[1:]) if wanted.startswith("*.") else host == wanted


def hosts_match(patterns: Iterable[str], host: str, port: int) -> bool:
    """Whether any pattern means the host; no pattern at all means every host."""
    patterns = tuple(patterns)
    return not patterns or any(host_matches(pattern, host, port) for pattern in patterns)
