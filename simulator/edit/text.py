"""Which lines of a text belong to an entry of a policy, and how are they cut?

A comment at the end of a line is about that line. Comment lines right above an entry are about the
entry. Comment lines below it that are indented deeper than it are inside it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

# YAML 1.1 knew five line breaks, and the parser counts lines by them.
BREAK = re.compile("\r\n|[\n\r\x85\u2028\u2029]")
_BLANKS = " \t"


class Splice(NamedTuple):
    """`text[start:end]` becomes `new`."""

    start: int
    end: int
    new: str


def splice(text: str, splices: Iterable[Splice]) -> str:
    """The text with all of them done. They come in order and do not overlap."""
    parts, at = [], 0
    for start, end, new in splices:
        parts += [text[at:start], new]
        at = end
    return "".join([*parts, text[at:]])


class Text(str):
    """A text that knows its lines. Places in it are offsets."""

    __slots__ = ()

    def line_start(self, at: int) -> int:
        return max(self.rfind(character, 0, at) for character in "\n\r\x85\u2028\u2029") + 1

    def line_end(self, at: int) -> int:
        """Where the break of the line is, or the text's end."""
        found = BREAK.search(self, at)
        return found.start() if found else len(self)

    def next_line(self, at: int) -> int:
        """Where the next line begins, or the text's end."""
        found = BREAK.search(self, at)
        return found.end() if found else len(self)

    def previous_line(self, start: int) -> int:
        """Where the line begins that ends right before `start`, a line's beginning."""
        return self.line_start(start - (2 if self[start - 2 : start] == "\r\n" else 1))

    def rest(self, at: int) -> str:
        """What stands from here on in the line."""
        return self[at : self.line_end(at)]

    def column(self, at: int) -> int:
        return at - self.line_start(at)

    def indentation(self, at: int) -> str:
        """The blanks that the line of `at` begins with."""
        start = self.line_start(at)
        return self[start : start + len(self.rest(start)) - len(self.rest(start).lstrip(_BLANKS))]

    def is_first(self, at: int) -> bool:
        """Whether only blanks stand before it in its line."""
        return not self[self.line_start(at) : at].strip(_BLANKS)

    def after_lines(self, end: int) -> int:
        """Where the line after something that ends here begins.

        A block of text that keeps the blank lines below it ends where the next line begins.
        """
        return end if end and end == self.line_start(end) else self.next_line(end)

    def above(self, at: int, floor: int = 0) -> int:
        """Where the lines of the entry at `at` begin, its comment lines with them."""
        start, column = self.line_start(at), self.column(at)
        while start > floor:
            line = self.previous_line(start)
            if line < floor or not self._is_comment(line) or self._depth(line) > column:
                break
            start = line
        return start

    def below(self, end: int, column: int) -> int:
        """Where the lines of an entry that begins at `column` end, the comments in it included."""
        found = at = self.after_lines(end)
        while at < len(self):
            is_comment = self._is_comment(at)
            if is_comment is False or (is_comment and self._depth(at) <= column):
                break
            at = self.next_line(at)
            if is_comment:
                found = at
        return found

    def is_blank_line(self, start: int) -> bool:
        return start < len(self) and self._is_comment(start) is None

    def after_blank_lines(self, start: int) -> int:
        """Where the first line begins, from this one on, that is not blank."""
        while self.is_blank_line(start):
            start = self.next_line(start)
        return start

    def _is_comment(self, start: int) -> bool | None:
        """Whether the line holds a comment alone; None if it is blank."""
        line = self.rest(start).strip(_BLANKS)
        return line.startswith("#") if line else None

    def _depth(self, start: int) -> int:
        return len(self.indentation(start))

    def follows_blank_line(self, at: int) -> bool:
        """Whether a blank line stands above the lines of the entry at `at`."""
        start = self.above(at)
        return start > 0 and self._is_comment(self.previous_line(start)) is None

    def cut(self, start: int, end: int) -> Splice:
        """Whole lines away, which begin at `start`; without a break at its end a text stays so."""
        if end == len(self) and start and self.line_start(end) != end:
            start = self.line_end(self.previous_line(start))
        return Splice(start, end, "")
