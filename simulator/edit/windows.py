"""Which lines have to be read to change one value in a policy, and to know that it is right?

Reading YAML takes long, and an edit concerns a few lines. A window is a run of entries of one
block, in lines of their own. They mean the same read alone as where they stand, because a node in
block style is read by its own indentation (YAML 1.2, section 8.2), as long as all that is around
them is in block style, no anchor lets a value stand in two places and no directive changes the
rules. Where that is not so, the window is the whole text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from simulator.edit.changes import Change, Steps, number_of, values_on
from simulator.edit.places import Place, read_places
from simulator.edit.text import Text
from simulator.source import Data, Document, join

_BOM = "\ufeff"


class Window(NamedTuple):
    """Entries of the block at `path` from number `low` on, in lines `first` to `end`."""

    change: Change  # as it is called among these entries
    data: Data  # what they hold
    path: Steps = ()
    low: int = 0
    first: int = 0
    end: int | None = None  # None: the window is the whole text


class Pane:
    """A document's text in lines, and the windows into it."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.bom = _BOM * document.text.startswith(_BOM)
        self.text = Text(document.text[len(self.bom) :])
        self.lines = self.text.splitlines(keepends=True)

    def windows(self, change: Change) -> Iterator[Window]:
        """Windows that hold what the change concerns, from the smallest to the whole text."""
        document = self.document
        if not (document.anchored or document.problems or self._has_directive()):
            values = values_on(document.data, change.path)
            for depth in range(len(change.path), -1, -1):
                window = self._window(change, change.path[:depth], values)
                if window is not None:
                    yield window
        yield Window(change, document.data)

    def _has_directive(self) -> bool:
        """Whether a line ahead of the first value is one, such as `%YAML 1.1`."""
        first = next((x for x in self.lines if x.strip() and not x.lstrip().startswith("#")), "")
        return first.startswith("%")

    def _window(self, change: Change, path: Steps, values: list[Data]) -> Window | None:
        """The entries that the change concerns, or is in, and those beside them."""
        depth = len(path)
        value, is_own = values[depth], depth == len(change.path)
        if not isinstance(value, (list, dict)) or join("", *path) not in self.document.blocks:
            return None
        if is_own and change.kind == "remove" and len(value) == 1:
            return None  # the block goes, too
        step = change.key if is_own else change.path[depth]
        number = number_of(value, step)
        adds = is_own and change.kind in ("insert", "add")
        low = max(number - is_own, 0)
        high = min(number + 1 + (is_own and (not adds or not number)), len(value))
        first, end = self._line(path, value, low), self._line_after(path, values, high)
        if first is None or end is None:
            return None
        inner = change.path[depth:]
        if isinstance(value, list):
            part: Data = value[low:high]
            assert isinstance(step, int)
            if is_own:
                change = change._replace(path=(), key=step - low)
            else:
                change = change._replace(path=(step - low, *inner[1:]))
        else:
            part = dict(list(value.items())[low:high])
            change = change._replace(path=inner)
        return Window(change, part, path, low, first, end)

    def _line(self, path: Steps, value: list[Data] | dict[str, Data], number: int) -> int | None:
        """The line in which an entry of a block begins, if nothing stands ahead of it there."""
        where = join("", *path)
        column = self.document.blocks[where]
        if isinstance(value, dict):
            line = self.document.spans[join(where, list(value)[number])].line - 1
            return line if not self.lines[line][:column].strip(" ") else None
        line = self.document.spans[join(where, number)].line - 1
        # The dash may stand above its item, with nothing but comments and blank lines between.
        dash = re.compile(f" {{{column}}}-(?:\\s|$)")
        while line >= 0 and not dash.match(self.lines[line]):
            ahead = self.lines[line][:column].strip(" \t\r\n")
            if ahead and not ahead.startswith("#"):
                return None
            line -= 1
        return line if line >= 0 else None

    def _line_after(self, path: Steps, values: list[Data], number: int) -> int | None:
        """The line in which the next entry of the block, or of one around it, begins."""
        for depth in range(len(path), -1, -1):
            value = values[depth]
            assert isinstance(value, (list, dict))
            if number < len(value):
                return self._line(path[:depth], value, number)
            if depth:
                number = number_of(values[depth - 1], path[depth - 1]) + 1
        return len(self.lines)

    def offsets(self, window: Window) -> tuple[int, int]:
        """Where the window begins and ends in the text."""
        if window.end is None:
            return 0, len(self.text)
        start = sum(map(len, self.lines[: window.first]))
        return start, start + sum(map(len, self.lines[window.first : window.end]))

    def places(self, window: Window) -> Place | None:
        """The places in the window; None if it is not the entries that it should be."""
        places = read_places(self.text, *self.offsets(window))
        if window.end is not None:
            assert isinstance(window.data, (list, dict))
            keys = list(window.data) if isinstance(window.data, dict) else [None] * len(window.data)
            if places.flow or [entry.key for entry in places.entries] != keys:
                return None
        return places
