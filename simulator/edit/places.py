"""Where in a YAML text does every value, key, dash and comma stand?

Nodes know where they start, but not where a block ends or where its dashes, colons and commas
are; tokens know it all (YAML 1.2, section 7 for flow, section 8 for block styles). So the places
are parsed from tokens, the way the grammar does it, and hold offsets into the text.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

from simulator.edit.text import Text

type Kind = Literal["scalar", "sequence", "mapping", "alias", "nothing"]


@dataclass(slots=True)
class Place:
    """Where a value stands: `text[start:end]`, `start` being after its anchor and tag.

    A block ends where the last of its values does: comments and blank lines below are not in it.
    """

    kind: Kind
    start: int
    end: int
    head: int  # before its anchor and tag
    after: int  # after these, or the indicator it follows: where a value may be put instead
    flow: bool = False  # a sequence in `[]`, a mapping in `{}`
    style: str = ""  # of a scalar: the quote, `|` or `>`; empty for plain ones
    name: str = ""  # of an anchor or alias
    # How much deeper its entries are than it, if it is in brackets and they begin lines.
    step: str | None = None
    is_bare: bool = False  # the mapping of one entry that `[key: value]` holds
    entries: list[Entry] = field(default_factory=list["Entry"])

    def find(self, key: str | int) -> Entry | None:
        """The item with this number, or the first entry with this key."""
        if isinstance(key, int):
            return self.entries[key] if key < len(self.entries) else None
        return next((entry for entry in self.entries if entry.key == key), None)

    def last_leaf(self) -> Place:
        """The value in it that stands last."""
        return self.entries[-1].value.last_leaf() if self.entries else self

    def walk(self) -> Iterator[Place]:
        """This place and all that are inside it, keys left out."""
        yield self
        for entry in self.entries:
            yield from entry.value.walk()


@dataclass(slots=True)
class Entry:
    """An item of a sequence, or a key with its value."""

    start: int  # the dash, the key; in a flow sequence the item's own first character
    value: Place
    key: str | None = None  # None for items, and for keys that are no single word
    quote: str = ""  # the key's
    indicator: int = -1  # after its dash or colon, where it has one
    comma: int | None = None  # in brackets: where the comma after it stands
    in_block: bool = False

    @property
    def end(self) -> int:
        return max(self.value.end, self.indicator)


def _nothing(at: int) -> Place:
    return Place("nothing", at, at, at, at)


def read_places(text: str, start: int = 0, end: int | None = None) -> Place:
    """The places of the one document in `text[start:end]`, which must be readable as YAML."""
    from ruamel.yaml import YAML

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        tokens = list(YAML(typ="safe", pure=True).scan(text[start:end]))
    return _Reader(text, tokens, start).document()


_BEFORE_A_DOCUMENT = {"StreamStartToken", "DirectiveToken", "DocumentStartToken"}


class _Reader:
    """Tokens to places; each method reads one production and stops at the token after it."""

    def __init__(self, text: str, tokens: list[Any], offset: int) -> None:
        self.text, self.tokens, self.offset, self.at = Text(text), tokens, offset, 0

    def document(self) -> Place:
        end = self.offset
        while self._next in _BEFORE_A_DOCUMENT:
            _, end = self._take()
        return self._node(end)

    @property
    def _next(self) -> str:
        return type(self.tokens[self.at]).__name__

    def _take(self) -> tuple[int, int]:
        token = self.tokens[self.at]
        self.at += 1
        return token.start_mark.index + self.offset, token.end_mark.index + self.offset

    def _node(self, after: int, *, indentless: bool = False) -> Place:
        """The value that stands here, or the nothing that stands right `after` its indicator."""
        head, name = None, ""
        while self._next in ("AnchorToken", "TagToken"):
            if self._next == "AnchorToken":
                name = self.tokens[self.at].value
            start, after = self._take()
            head = start if head is None else head
        place = self._content(after, indentless)
        place.name = place.name or name
        if head is not None:
            place.head = head
        place.after = after
        return place

    def _content(self, after: int, indentless: bool) -> Place:
        token, kind = self.tokens[self.at], self._next
        if kind == "AliasToken":
            start, end = self._take()
            return Place("alias", start, end, start, start, name=token.value)
        if kind == "ScalarToken":
            start, end = self._take()
            style = token.style or ""
            if style in ("|", ">"):
                end = self._end_of_block_scalar(start, end)
            return Place("scalar", start, end, start, start, style=style)
        if kind == "BlockSequenceStartToken":
            start, _ = self._take()
            place = self._items(start)
            self._take()
            return place
        if kind == "BlockEntryToken" and indentless:
            return self._items(token.start_mark.index + self.offset)
        if kind == "BlockMappingStartToken":
            return self._block_mapping()
        if kind == "FlowSequenceStartToken":
            return self._flow("sequence", "FlowSequenceEndToken")
        if kind == "FlowMappingStartToken":
            return self._flow("mapping", "FlowMappingEndToken")
        return _nothing(after)

    def _end_of_block_scalar(self, start: int, end: int) -> int:
        """Without the blank lines below it, unless it keeps them (`|+`)."""
        header = self.text[start:end].split("\n", 1)[0].partition("#")[0]
        if "+" in header:
            return end
        return start + len(self.text[start:end].rstrip())

    def _items(self, start: int) -> Place:
        """Block sequence entries: `- value`."""
        place = Place("sequence", start, start, start, start)
        while self._next == "BlockEntryToken":
            dash, after = self._take()
            value = self._node(after)
            place.entries.append(Entry(dash, value, indicator=after, in_block=True))
        place.end = place.entries[-1].end
        return place

    def _block_mapping(self) -> Place:
        start, _ = self._take()
        place = Place("mapping", start, start, start, start)
        while self._next in ("KeyToken", "ValueToken"):
            entry = self._pair(indentless=True)
            entry.in_block = True
            place.entries.append(entry)
        self._take()
        place.end = place.entries[-1].end if place.entries else start
        return place

    def _pair(self, *, indentless: bool = False) -> Entry:
        """`key: value`, `? key : value`, and either with one of them left out."""
        start = after = self.tokens[self.at].start_mark.index + self.offset
        key, quote = None, ""
        if self._next == "KeyToken":
            _, after = self._take()
            token = self.tokens[self.at]
            place = self._node(after, indentless=indentless)
            after = place.end
            if place.kind == "scalar":
                key, quote = str(token.value), place.style
        if self._next != "ValueToken":
            return Entry(start, _nothing(after), key, quote)
        _, after = self._take()
        value = self._node(after, indentless=indentless)
        return Entry(start, value, key, quote, after)

    def _flow(self, kind: Kind, closing: str) -> Place:
        start, after = self._take()
        place = Place(kind, start, start, start, start, flow=True)
        while self._next != closing:
            if self._next == "FlowEntryToken":
                comma, after = self._take()
                if place.entries:
                    place.entries[-1].comma = comma
            elif self._next in ("KeyToken", "ValueToken"):
                place.entries.append(self._flow_pair(kind))
            elif kind == "mapping":  # `{key}`: a key alone
                token = self.tokens[self.at]
                alone = self._node(after)
                nothing = _nothing(alone.end)
                key = str(token.value) if alone.kind == "scalar" else None
                place.entries.append(Entry(alone.head, nothing, key, alone.style))
            else:
                value = self._node(after)
                place.entries.append(Entry(value.head, value))
        _, place.end = self._take()
        if place.entries:
            place.step = self._step(start, place.entries[0].start)
        return place

    def _step(self, start: int, first: int) -> str | None:
        text = self.text
        outer, inner = text.indentation(start), text.indentation(first)
        if not text.is_first(first) or not inner.startswith(outer):
            return None
        return inner.removeprefix(outer)

    def _flow_pair(self, kind: Kind) -> Entry:
        pair = self._pair()
        if kind == "mapping":
            return pair
        # `[key: value]` holds a mapping of one entry without its braces.
        single = Place("mapping", pair.start, pair.end, pair.start, pair.start, True, is_bare=True)
        single.entries.append(pair)
        return Entry(pair.start, single)
