"""Which paths does a statement about a policy mean?

`/orders/{id}`, with `*` or `{name}` for one segment that is not empty, and a last `*` for whatever
stands below, at any depth: `/admin/*` means `/admin/users/7` and not `/admin`. Segments compare
percent-decoded, below the policy's base paths, as those of its routes do.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import unquote

from simulator.problem import Fault, quote

type GlobState = tuple[tuple[int, int], ...]  # of each glob where it may stand

_ANY, _REST = "{}", "*"
_PARAMETER = re.compile(r"\{[^{}/]+\}\Z")


@dataclass(frozen=True, slots=True)
class Glob:
    """One pattern of paths, as written and in segments."""

    text: str
    segments: tuple[str, ...]

    @classmethod
    def parse(cls, text: str) -> Glob:
        """Raises Fault."""
        if not text.startswith("/"):
            raise Fault(
                f"{quote(text)} is not a path", "it does not start with a slash",
                f"write `/{text}`",
            )  # fmt: skip
        segments = []
        words = text[1:].split("/")
        for index, word in enumerate(words):
            if word == "*":
                segments.append(_REST if index == len(words) - 1 else _ANY)
            elif _PARAMETER.match(word):
                segments.append(_ANY)
            elif "*" in word or "{" in word or "}" in word or "?" in word or "#" in word:
                raise Fault(
                    f"{quote(text)} is not a pattern of paths",
                    f"{quote(word)} is neither plain text nor one whole `*` or `{{name}}`",
                    "write `*` for a segment, and at the end for all that is below",
                )
            else:
                segments.append(f"={unquote(word)}")
        return cls(text, tuple(segments))

    def step(self, place: int, segment: str) -> tuple[int, ...]:
        """Where it stands after a segment."""
        if place == len(self.segments):
            return (place,) if self.segments[-1] == _REST else ()
        wanted = self.segments[place]
        if wanted == _REST or (segment if wanted == _ANY else wanted == f"={segment}"):
            return (place + 1,)
        return ()

    def literal(self, place: int) -> str | None:
        """The segment that is spelled out here."""
        if place == len(self.segments) or self.segments[place] in (_ANY, _REST):
            return None
        return self.segments[place][1:]

    def ends(self, place: int) -> bool:
        """Whether it means a path that ends here."""
        return place == len(self.segments)

    def matches(self, segments: list[str] | None) -> bool:
        """Whether it means a path with these decoded segments; None: outside of all base paths."""
        place: tuple[int, ...] = (0,)
        for segment in segments or ():
            place = self.step(place[0], segment)
            if not place:
                return False
        return segments is not None and self.ends(place[0])

    def may_match(self, template: str) -> bool:
        """Whether it means some path of a route's template."""
        place: tuple[int, ...] = (0,)
        for segment in template[1:].split("/"):
            wanted = self.literal(place[0])
            # A parameter may be filled with whatever is spelled out here.
            place = self.step(
                place[0], wanted if wanted is not None and "{" in segment else segment
            )
            if not place:
                return False
        return self.ends(place[0])
