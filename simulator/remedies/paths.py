"""Which path was probably meant, that a route has?"""

from __future__ import annotations

from collections.abc import Iterator
from difflib import SequenceMatcher

from simulator.message import Url
from simulator.routes import RouteTable

_LONGEST = 2000  # characters of a path that are worth comparing
_LIKE = 0.7  # how alike two words are that one mistyping may have made of another
_MOST = 3


def near_paths(table: RouteTable, method: str, target: Url) -> tuple[tuple[str, str], ...]:
    """Paths like this one that a route takes with this method, likeliest first, each with how it
    differs."""
    if len(target.path) > _LONGEST:
        return ()
    found: dict[str, tuple[float, str]] = {}
    for cost, path, difference in (
        *table.respelled(target.path),
        *_without_a_segment(target.path),
        *_mistyped(table, target.path),
    ):
        known = found.get(path)
        if known is not None and known[0] <= cost:
            continue
        if table.find(method, path, target.host, target.port).route is not None:
            found[path] = (cost, difference)
    ranked = sorted(found.items(), key=lambda item: item[1][0])
    return tuple([(path, difference) for path, (_, difference) in ranked[:_MOST]])


def _without_a_segment(path: str) -> Iterator[tuple[float, str, str]]:
    """The path with one segment taken out."""
    segments = path.split("/")
    for index, segment in enumerate(segments[1:-1], 1):
        if segment:
            left = "/".join([*segments[:index], *segments[index + 1 :]])
            yield 3, left, f"`/{segment}` is one segment too many"


def _mistyped(table: RouteTable, path: str) -> Iterator[tuple[float, str, str]]:
    """The path with the words of a route that they are nearly."""
    head = next((b for b in table.base_paths if path.startswith(f"{b}/")), "")
    segments = path.removeprefix(head)[1:].split("/")
    for route in table.routes:
        template = route.path[1:].split("/")
        if len(template) != len(segments):
            continue
        pairs = list(zip(segments, template, strict=True))
        wrong = [(sent, word) for sent, word in pairs if "{" not in word and sent != word]
        if len(wrong) == 1 and _alike(*wrong[0]):
            sent, word = wrong[0]
            meant = "/".join([word if (s, w) == (sent, word) else s for s, w in pairs])
            yield 4 - _likeness(sent, word), f"{head}/{meant}", f"it is `{word}`, not `{sent}`"


def _alike(sent: str, word: str) -> bool:
    return _likeness(sent, word) >= _LIKE


def _likeness(sent: str, word: str) -> float:
    return SequenceMatcher(None, sent[:200].lower(), word.lower()).ratio()
