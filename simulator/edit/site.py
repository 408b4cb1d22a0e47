"""Where in the text does a change happen, and how is what is written there to look?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from simulator.edit.changes import Change
from simulator.edit.places import Entry, Place
from simulator.edit.text import Splice, Text
from simulator.edit.writing import Manner
from simulator.problem import Fault, quote
from simulator.source import join


@dataclass(frozen=True, slots=True)
class Site:
    """The list or mapping whose entries change, and what is around it."""

    text: Text
    manner: Manner
    container: Place
    owner: Entry | None  # the entry that has it as its value; None for the root
    around: Place | None  # the list or mapping that the owner is an entry of
    line: Entry | None  # the entry around it that begins a line
    example: Place | None  # how a value of this kind is written elsewhere, with nothing in it
    before: int = 0  # how many more entries the container has, ahead of those in view
    is_root: bool = False

    def entry(self, change: Change) -> Entry:
        """The entry that is there already."""
        found = self.container.find(change.key)
        if found is None:
            raise merged(join("", *change.path, change.key))
        return found

    def lines(self, comment: Sequence[str], pad: str) -> str:
        """A comment as lines of its own, ready to stand ahead of another."""
        return "".join(f"{pad}{_comment(line)}{self.manner.newline}" for line in comment)

    def beside(self, comment: str) -> str:
        """The last line of a comment, to stand at the end of a line."""
        return f"{self.manner.remark}{_comment(split(comment)[-1])}" if comment else ""

    def commented(self, block: str, column: int, comment: str, line: int) -> str:
        """A new block at `column` with a comment on the line of that number, or on its last."""
        if not comment:
            return block
        pad, newline = " " * column, self.manner.newline
        lines = (pad + block).split(newline)
        line = min(line, len(lines) - 1)
        indentation = lines[line][: len(lines[line]) - len(lines[line].lstrip())]
        above = [f"{indentation}{_comment(one)}" for one in split(comment)[:-1]]
        lines[line : line + 1] = [*above, lines[line] + self.beside(comment)]
        return newline.join(lines).removeprefix(pad)

    def remark(
        self, at: int, comment: str, entry: Entry | None = None, start: int | None = None
    ) -> list[Splice]:
        """A comment on what stands from `start` to `at`: where only brackets follow in the line.

        Otherwise it is written above the `entry`, or above the one around it that begins a line.
        """
        if not comment:
            return []
        if len(split(comment)) == 1 and not self.text.rest(at).strip(" \t]},"):
            end = self.text.line_end(at)
            return [Splice(end, end, self.beside(comment))]
        return self.above(comment, entry, at if start is None else start)

    def above(self, comment: str, entry: Entry | None, at: int) -> list[Splice]:
        """A comment in lines above the `entry`, the one around it, or the line of `at`."""
        if not comment:
            return []
        entry = entry or self.line
        start = self.text.line_start(at if entry is None else entry.start)
        return [Splice(start, start, self.lines(split(comment), self.text.indentation(start)))]


def split(comment: str) -> list[str]:
    """The lines of a comment."""
    return comment.splitlines()


def _comment(line: str) -> str:
    return f"# {line}" if line else "#"


def merged(path: str) -> Fault:
    """What is to change does not stand in the mapping that shows it."""
    return Fault(
        f"{quote(path)} does not stand in its mapping",
        "`<<` brings it there from another",
        "change it where it comes from, or write it out first",
    )
