"""How is a policy's text changed so that everything else in it stays as its author wrote it?

The text is cut and mended where a value stands. Then it is read again, and has to say exactly what
the data says after the same edit: this is the one gate that every edit goes through. What cannot
be done truly raises a Fault.

An item's comments are those right above it, at the end of its lines, and below it if they are
indented deeper. What is inserted ahead of an item comes ahead of them. With what is removed go the
comments at the end of its lines and those inside it; the lines above stay: they are the author's.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence

from simulator.edit.changes import Edit, Insert, Put, Remove, changed, resolve, same
from simulator.edit.manner import example_of, manner_of
from simulator.edit.moving import moved
from simulator.edit.places import Place
from simulator.edit.splices import find_splices
from simulator.edit.text import splice
from simulator.edit.windows import Pane, Window
from simulator.edit.writing import Manner
from simulator.problem import Fault, quote
from simulator.source import Data, Document, read_document

__all__ = [
    "Edit",
    "Insert",
    "Put",
    "Remove",
    "edit_data",
    "edit_document",
    "edit_text",
    "text_diff",
]

_LINES = re.compile(r"(?<=\n)")  # as `patch` has them: a carriage return is a part of its line


def edit_data(data: Data, edits: Sequence[Edit]) -> Data:
    """The data after the edits, in order; each path is meant in what the edits before it left."""
    for edit in edits:
        data = changed(data, resolve(data, edit))
    return data


def edit_text(text: str, edits: Sequence[Edit], *, document: Document | None = None) -> str:
    """The text after the edits, in order, with every comment, blank line and quote elsewhere.

    `document` is what the text was read to, if it has been read already: reading is most of the
    work. Raises Fault.
    """
    if document is None or document.text != text:
        document = read_document(text, name="")
        if document.text != text:  # it could not be read
            (problem,) = document.problems
            raise Fault(problem.problem, f"line {problem.line}: {problem.cause}", problem.remedy)
    return edit_document(document, edits).text


def edit_document(document: Document, edits: Sequence[Edit]) -> Document:
    """The document after the edits, with its new text and the places in that. Raises Fault."""
    if document.data and not document.text:
        raise Fault(
            f"{quote(document.name)} has no text",
            "it was made of data",
            "read the text with `read_document`",
        )
    for edit in edits:
        document = _edited(document, edit)
    return document


def text_diff(old: str, new: str, *, name: str) -> str:
    """A unified diff with three lines of context; empty if nothing changes."""
    before, after = ([*filter(None, _LINES.split(text))] for text in (old, new))
    lines = difflib.unified_diff(before, after, name, f"{name} (fixed)")
    return "".join(
        line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines
    )


def _edited(document: Document, edit: Edit) -> Document:
    change = resolve(document.data, edit)
    data = changed(document.data, change)
    if same(data, document.data):
        return document
    manner, example = manner_of(document, change), example_of(document, change)
    if manner.is_json:  # and JSON has no comments
        change = change._replace(comment="")
    pane = Pane(document)
    for window in pane.windows(change):
        found = _through(pane, window, manner, example, data)
        if found is not None:
            return found
    raise Fault(
        f"the edit at {quote(edit.path)} cannot be made in the policy's text",
        "the text would not read as it should",
        "change it by hand",
    )


def _through(
    pane: Pane, window: Window, manner: Manner, example: Place | None, data: Data
) -> Document | None:
    """The document with the change in it, if the text that was cut then reads as it should."""
    places = pane.places(window)
    if places is None:
        return None
    splices = find_splices(
        pane.text,
        places,
        window.change,
        manner,
        example,
        is_part=bool(window.path),
        before=window.low,
    )
    start, end = pane.offsets(window)
    if splices[0].start < start:  # comments above the first entry
        start = splices[0].start
        window = window._replace(first=len(pane.text[:start].splitlines()))
    text = splice(pane.text, splices)
    part = text[start : len(text) - (len(pane.text) - end)]
    if window.end is None:
        after = read_document(pane.bom + text, name=pane.document.name)
        known = {(problem.path, problem.problem) for problem in pane.document.problems}
        new = {(problem.path, problem.problem) for problem in after.problems}
        return after if same(after.data, data) and new <= known else None
    after = read_document(part, name=pane.document.name)
    if after.problems or not same(after.data, changed(window.data, window.change)):
        return None
    if end < len(pane.text) and not part.endswith(("\n", "\r")):
        return None
    return moved(pane.document, window, after, data, pane.bom + text)
