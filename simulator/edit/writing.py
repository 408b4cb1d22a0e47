"""How is a value written in YAML, so that it reads back the same and fits what is around it?

YAML 1.2, section 7.3.3 for what may stand plain and section 10.3.2 (the core schema) for which
plain words are no text. Strings are quoted only where they must be, or where their neighbours are.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import NamedTuple

from simulator.edit.places import Entry, Place
from simulator.problem import Fault
from simulator.source import Data

# INVARIANT: whatever a reader of YAML 1.2 takes for a null, bool, number or merge matches.
_NO_TEXT = re.compile(
    r"""~ | null | true | false | << | =
    | [-+]? (?: 0o?[0-7_]+ | 0x[0-9a-f_]+ | 0b[01_]+ | [0-9_]+ )
    | [-+]? (?: [0-9_]+ \.? [0-9_]* | \.[0-9_]+ ) (?: e[-+]?[0-9]+ )?
    | [-+]? \.inf | \.nan
    """,
    re.VERBOSE | re.IGNORECASE,
)
_INDICATORS = frozenset("-?:,[]{}#&*!|>'\"%@`")
_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\r": "\\r", "\0": "\\0"}
# YAML 1.2, production 1 ([1] c-printable), without the breaks that only YAML 1.1 knew.
_UNPRINTABLE = re.compile(
    "[^\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)

WIDTH = 100


class Manner(NamedTuple):
    """How things are written around a value."""

    newline: str = "\n"
    step: int = 2  # how far a mapping is indented below its key
    offset: int = 2  # how far a sequence is indented below its key
    quote: str = ""  # of strings: `"` or `'` where all neighbours have it
    key_quote: str = ""
    is_json: bool = False
    comma: str = ", "
    colon: str = ": "
    bracket: str = ""  # what stands inside a bracket, and inside a brace
    brace: str = ""
    remark: str = "  "  # what stands ahead of a comment beside something
    block_lists: bool = False  # whether a list of words without an example is in lines

    def inside(self, value: Data) -> str:
        """What stands right inside the brackets of such a value."""
        return self.bracket if isinstance(value, list) else self.brace

    def fallback(self, like: Place | None) -> Place | None:
        """An example for what has none: JSON is in lines throughout, or not at all."""
        return like if self.is_json else None

    def indent(self, value: Data) -> int:
        """How much deeper than its key a block is."""
        return self.offset if isinstance(value, list) else self.step


def write_scalar(value: Data, *, flow: bool, quote: str = "") -> str:
    """A null, bool, number or string; `flow`: inside brackets, where more must be quoted."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        if math.isfinite(value):
            return repr(value)
        return ".nan" if math.isnan(value) else (".inf" if value > 0 else "-.inf")
    assert isinstance(value, str)
    if not quote and may_stand_plain(value, flow=flow):
        return value
    if _UNPRINTABLE.search(value) is None and (
        quote == "'" or (not quote and ('"' in value or "\\" in value))
    ):
        return "'" + value.replace("'", "''") + "'"
    return '"' + "".join(_escaped(c) for c in value) + '"'


def may_stand_plain(text: str, *, flow: bool) -> bool:
    """Whether the text without quotes reads as this text."""
    if not text or text != text.strip() or _UNPRINTABLE.search(text) or _NO_TEXT.fullmatch(text):
        return False
    if text[0] in _INDICATORS and (
        text[0] not in "-?:" or text[1:2] in ("", " ") or (flow and text[0] != "-")
    ):
        return False
    if ": " in text or " #" in text or text[-1] == ":" or text.startswith(("---", "...")):
        return False
    return not flow or not set(text) & set(",[]{}")


def _escaped(character: str) -> str:
    if character in _ESCAPES:
        return _ESCAPES[character]
    if _UNPRINTABLE.match(character) is None:
        return character
    code = ord(character)
    if 0xD800 <= code < 0xE000:
        raise Fault(
            "the text holds half of a character",
            "a surrogate stands alone in it",
            "write the character itself",
        )
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def write_flow(value: Data, manner: Manner, like: Place | None = None, pad: str = "") -> str:
    """In brackets: `[a, b]`, `{id: web, key: x}`.

    Where `like`, a value beside this one, has its entries in lines of their own, they are here;
    `pad` is what the first line is indented by.
    """
    if not isinstance(value, (list, dict)):
        return write_scalar(value, flow=True, quote=manner.quote)
    step = None if like is None or not value else like.step
    inner = pad if step is None else pad + step
    entries = []
    if isinstance(value, list):
        for item in value:
            model = None if like is None else nearest(like.entries, len(like.entries), item)
            entries.append(write_flow(item, manner, model or manner.fallback(like), inner))
    else:
        for key, item in value.items():
            model = _model(like, key, item) or manner.fallback(like)
            entries.append(write_pair(key, write_flow(item, manner, model, inner), manner))
    opening, closing = "[]" if isinstance(value, list) else "{}"
    if step is None or like is None:
        space = manner.inside(value) * bool(value)
        return f"{opening}{space}{manner.comma.join(entries)}{space}{closing}"
    line = manner.newline + inner
    last = "," * (like.entries[-1].comma is not None)
    return f"{opening}{line}{f',{line}'.join(entries)}{last}{manner.newline}{pad}{closing}"


def write_pair(key: str, written: str, manner: Manner) -> str:
    """`key: value` inside braces."""
    return f"{write_scalar(key, flow=True, quote=manner.key_quote)}{manner.colon}{written}"


def write_block(value: Data, column: int, manner: Manner, like: Place | None = None) -> str:
    """In lines, the first without its indentation and each later one from `column` on.

    `like` is a value beside this one, of the same kind: what is block there is block here.
    """
    between = manner.newline + " " * column
    if isinstance(value, list) and is_block(value, manner, like):
        models = like.entries if like else []
        return between.join(
            write_item(item, column, manner, nearest(models, len(models), item)) for item in value
        )
    if isinstance(value, dict) and is_block(value, manner, like):
        return between.join(
            write_entry(key, item, column, manner, _model(like, key, item))
            for key, item in value.items()
        )
    return write_inline(value, manner, like, column)


def write_item(
    value: Data, column: int, manner: Manner, like: Place | None = None, gap: int = 1
) -> str:
    """`- value`, the dash being at `column`."""
    return f"-{' ' * gap}{write_block(value, column + 1 + gap, manner, like)}"


def write_entry(
    key: str, value: Data, column: int, manner: Manner, like: Place | None = None
) -> str:
    """`key: value`, or the key and its block below."""
    written = write_scalar(key, flow=False, quote=manner.key_quote) + ":"
    if not is_block(value, manner, like):
        return f"{written} {write_inline(value, manner, like, column)}"
    column += manner.indent(value)
    return f"{written}{manner.newline}{' ' * column}{write_block(value, column, manner, like)}"


def write_inline(value: Data, manner: Manner, like: Place | None = None, column: int = 0) -> str:
    """On the line of its key or dash, which stands at `column`."""
    if isinstance(value, (list, dict)):
        return write_flow(value, manner, like, " " * column)
    return write_scalar(value, flow=False, quote=manner.quote)


def is_block(value: Data, manner: Manner, like: Place | None = None) -> bool:
    """Whether a value is written in lines: as `like` is, and if it has no room on one."""
    if not isinstance(value, (list, dict)) or not value:
        return False
    if like is not None and (not like.flow or like.step is not None):
        return not like.flow
    if len(write_flow(value, manner)) > WIDTH:
        return True
    if like is not None:
        return False
    if isinstance(value, dict) or holds_more(value):
        return True
    return manner.block_lists


def nearest(entries: Sequence[Entry], index: int, value: Data) -> Place | None:
    """Of the values beside the one at `index` the nearest that can be an example to it.

    To a list of words that is another one, if there is any.
    """
    near = [entry.value for entry in (*reversed(entries[:index]), *entries[index:])]
    examples = [place for place in near if is_example(place, value)]
    alike = (place for place in examples if _is_nested(place) == holds_more(value))
    return next(alike, examples[0] if examples else None)


def is_example(place: Place, value: Data) -> bool:
    """Whether it is of the same kind, and not empty."""
    kind = "sequence" if isinstance(value, list) else "mapping" if isinstance(value, dict) else ""
    return place.kind == kind and bool(place.entries)


def _is_nested(place: Place) -> bool:
    return any(entry.value.kind in ("sequence", "mapping") for entry in place.entries)


def holds_more(value: Data) -> bool:
    """Whether there are lists or mappings in a list or mapping."""
    inside = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return any(isinstance(item, (list, dict)) for item in inside)


def _model(like: Place | None, key: str, value: Data) -> Place | None:
    """What the value of a key may follow in an example: that of the same key, or of one near."""
    if like is None:
        return None
    same = like.find(key)
    if same is not None and is_example(same.value, value):
        return same.value
    return nearest(like.entries, len(like.entries), value)


def fitting(text: str, container: Place, manner: Manner) -> Manner:
    """The manner with the quotes that everything in a list or in braces has without need.

    In a block of keys each is for itself, and nothing is quoted without need.
    """
    if manner.is_json or (container.kind == "mapping" and not container.flow):
        return manner
    entries = [entry for place in container.walk() for entry in place.entries]
    keys = [(entry.quote, entry.key) for entry in entries if entry.key is not None]
    words = [
        (place.style, text[place.start : place.end].strip("'\""))
        for place in container.walk()
        if place.kind == "scalar"
    ]
    strings = [word for word in words if word[0] or not _NO_TEXT.fullmatch(word[1])]
    return manner._replace(quote=_common(strings or keys), key_quote=_common(keys))


def _common(words: Sequence[tuple[str, str]]) -> str:
    """The quote that all words have, if not all of them must."""
    quotes = {quote for quote, _ in words}
    needless = any("\\" not in word and may_stand_plain(word, flow=True) for _, word in words)
    return quotes.pop() if len(quotes) == 1 and quotes <= {"'", '"'} and needless else ""
