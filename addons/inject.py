"""Where in a document's bytes does a script go so that it runs before all others?

At the beginning of the head (HTML Standard section 13.2.6.4): what may stand before it is skipped,
and where a document has no head tag, the first thing that is none of that begins it by itself. The
bytes may come in pieces; they are passed on as soon as the place is certain.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

LONGEST = 1 << 16  # bytes in which the place has to show

_SPACES = "\t\n\f\r "
_TAG_NAME = re.compile(r"[A-Za-z][^\t\n\f\r />]*")
_BOMS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
# Labels of UTF-16 (Encoding Standard section 4.2); all other encodings agree with ASCII.
_UTF_16 = {
    "utf-16": "utf-16-le", "utf-16le": "utf-16-le", "ucs-2": "utf-16-le", "unicode": "utf-16-le",
    "csunicode": "utf-16-le", "iso-10646-ucs-2": "utf-16-le", "unicodefeff": "utf-16-le",
    "utf-16be": "utf-16-be", "unicodefffe": "utf-16-be",
}  # fmt: skip


class Place(NamedTuple):
    """A place in the text that is there so far; `certain`: whatever comes, it stays the place."""

    position: int
    certain: bool


def find_place(text: str) -> Place:
    """Where the head begins."""
    position = 0
    while True:
        while position < len(text) and text[position] in _SPACES:
            position += 1
        rest = len(text) - position
        if rest == 0:
            return Place(position, certain=False)
        if text[position] != "<":
            return Place(position, certain=True)
        if text.startswith("<!--", position):
            end = _comment_end(text, position + 4)
        elif text.startswith(("<!", "<?"), position):
            if rest < 4 and "<!--".startswith(text[position:]):
                return Place(position, certain=False)
            end = text.find(">", position) + 1
        else:
            name = _TAG_NAME.match(text, position + 1)
            if name is not None and name.end() == len(text):
                return Place(position, certain=False)
            if name is None and rest == 1:
                return Place(position, certain=False)
            tag = "" if name is None else name[0].lower()
            if name is None or tag not in ("html", "head"):
                return Place(position, certain=True)
            end = _tag_end(text, name.end())
            if end and tag == "head":
                return Place(end, certain=True)
        if not end:
            return Place(position, certain=False)
        position = end


def _comment_end(text: str, start: int) -> int:
    """After the comment (section 13.2.5.45); 0 where its end is not there yet."""
    for short in (">", "->"):
        if text.startswith(short, start):
            return start + len(short)
    ends = [found + len(mark) for mark in ("-->", "--!>") if (found := text.find(mark, start)) >= 0]
    return min(ends, default=0)


def _tag_end(text: str, position: int) -> int:
    """After the tag: a `>` in a quoted attribute value does not end it. 0: not there yet."""
    value = False  # just behind an `=`
    while position < len(text):
        char = text[position]
        if char == ">":
            return position + 1
        if value and char in "\"'":
            position = text.find(char, position + 1)
            if position < 0:
                return 0
            value = False
        elif char == "=":
            value = True
        elif char not in _SPACES:
            value = False
        position += 1
    return 0


def encoding_of(head: bytes, charset: str) -> str:
    """How the script has to be encoded: `ascii`, or one of the two forms of UTF-16.

    A byte order mark counts more than what Content-Type says (Encoding Standard section 6).
    """
    for mark, name in _BOMS:
        if head.startswith(mark):
            return "ascii" if name == "utf-8" else name
    return _UTF_16.get(charset.strip("\"' ").lower(), "ascii")


class Injector:
    """Puts a script into a document that comes in pieces.

    `edit` may change the beginning of the document that was held back anyway; it is given bytes in
    an encoding that agrees with ASCII.
    """

    def __init__(
        self, script: str, charset: str = "", edit: Callable[[bytes], bytes] | None = None
    ) -> None:
        self._script = script
        self._charset = charset
        self._edit = edit
        self._held = b""
        self.done = False
        self.injected = False

    def feed(self, piece: bytes) -> bytes:
        """The next piece of the document; gives what may be passed on."""
        if self.done:
            return piece
        self._held += piece
        return self._look(last=False)

    def end(self) -> bytes:
        """There is no more; gives what was held back."""
        return b"" if self.done else self._look(last=True)

    def _look(self, *, last: bool) -> bytes:
        held = self._held
        if len(held) < 3 and not last:
            return b""  # a byte order mark may be coming
        encoding = encoding_of(held, self._charset)
        skipped = next((len(mark) for mark, _ in _BOMS if held.startswith(mark)), 0)
        width = 1 if encoding == "ascii" else 2
        # Half a unit tells nothing yet.
        whole = len(held) - (len(held) - skipped) % width
        text = held[skipped:whole].decode("latin-1" if width == 1 else encoding, "replace")
        place = find_place(text)
        if not place.certain and not last:
            if len(held) <= LONGEST:
                return b""
            return self._pass(held)  # nothing but comments so far: left as it is
        # What stands before the place is markup: each of its characters has one unit, or two.
        units = text[: place.position]
        position = skipped + (
            len(units) if width == 1 else len(units.encode(encoding, "surrogatepass"))
        )
        before, behind = held[:position], held[position:]
        if self._edit is not None and width == 1:
            behind = self._edit(behind)
        self.injected = True
        return self._pass(before + self._script.encode(encoding) + behind)

    def _pass(self, what: bytes) -> bytes:
        self.done, self._held = True, b""
        return what
