"""In which manner is a document written, so that what is new looks as if it had been there?

Most things are seen from what stands beside the new value, some only from all of the text: its line
breaks and indentation, how far comments stand off, and whether lists of words are in lines.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from simulator.edit.changes import Change, number_of, values_on
from simulator.edit.places import Place
from simulator.edit.text import BREAK
from simulator.edit.writing import Manner, holds_more
from simulator.source import Data, Document, join

_REMARK = re.compile(r"^[^#\n]*[^#\s]( +)#", re.MULTILINE)


def manner_of(document: Document, change: Change) -> Manner:
    """How the document is written, as far as it matters to the change."""
    text, is_json = document.text, bool(document.data) and _is_json(document.text)
    is_tight = is_json and '":' in text and '": ' not in text
    found, step = BREAK.search(text), _step(document, lists=False)
    list_step = _step(document, lists=True)
    return Manner(
        newline=found[0] if found else "\n",
        step=step or list_step or 2,
        offset=(step or 2) if list_step is None else list_step,
        quote='"' * is_json,
        key_quote='"' * is_json,
        is_json=is_json,
        comma="," if is_tight else ", ",
        colon=":" if is_tight else ": ",
        bracket=" " * _is_wide(text, "[]"),
        brace=" " * _is_wide(text, "{}"),
        remark=" " * (1 if change.comment and _has_close_remarks(text) else 2),
        block_lists=isinstance(change.value, (list, dict)) and _has_block_lists(document),
    )


def _is_json(text: str) -> bool:
    """Whether the text, which is YAML, is a list or mapping in JSON.

    `{}` is JSON too, but nothing in it says that it will stay so.
    """
    if text.lstrip("\ufeff \t\r\n")[:1] not in ("{", "["):
        return False
    try:
        json.loads(text.removeprefix("\ufeff"))
    except ValueError:
        return False
    return True


def _step(document: Document, *, lists: bool) -> int | None:
    """How much deeper than its key the first list, or else mapping, below a key is."""
    for path, column in document.blocks.items():
        above = path.rpartition("/")[0]
        if not path or above not in document.blocks or _is_list(document, above):
            continue
        if _is_list(document, path) is lists:
            return column - document.blocks[above]
    return None


def _is_list(document: Document, path: str) -> bool:
    return join(path, 0) in document.spans


def _is_wide(text: str, brackets: str) -> bool:
    """Whether a space stands inside most of these brackets."""
    filled = text.count(brackets[0]) - text.count(brackets)
    return text.count(f"{brackets[0]} ") * 2 > filled


def _has_close_remarks(text: str) -> bool:
    """Whether most comments beside something have but one space ahead of them."""
    gaps = [len(found[1]) for found in _REMARK.finditer(text)]
    return gaps.count(1) * 2 > len(gaps)


def _has_block_lists(document: Document) -> bool:
    """Whether most lists of words are in lines, of those that might be."""
    balance = 0
    for path, value in lists_in(document.data):
        if path.rpartition("/")[0] in document.blocks and not holds_more(value):
            balance += 1 if path in document.blocks else -1
    return balance > 0


def lists_in(data: Data, path: str = "") -> Iterator[tuple[str, list[Data]]]:
    """Every list that is not empty, with its path."""
    if isinstance(data, list) and data:
        yield path, data
    if isinstance(data, (list, dict)):
        for key, value in enumerate(data) if isinstance(data, list) else data.items():
            if isinstance(value, (list, dict)):
                yield from lists_in(value, join(path, key))


def example_of(document: Document, change: Change) -> Place | None:
    """How the nearest value of the same kind, in the same list or mapping, is written."""
    container, value = values_on(document.data, change.path)[-1], change.value
    if not isinstance(container, (list, dict)) or not isinstance(value, (list, dict)):
        return None
    number = number_of(container, change.key)
    keys = range(len(container)) if isinstance(container, list) else list(container)
    near = (*reversed(keys[:number]), *keys[number:])
    examples = [key for key in near if type(container[key]) is type(value) and container[key]]
    alike = (key for key in examples if holds_more(container[key]) == holds_more(value))
    key = next(alike, examples[0] if examples else None)
    if key is None:
        return None
    path = join("", *change.path, key)
    return Place("nothing", 0, 0, 0, 0, flow=path not in document.blocks)
