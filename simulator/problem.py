"""What is wrong with something a person wrote, where does it stand, and how is it mended?

Every complaint has the same three parts: the value and the verdict on it, the cause, the remedy.
They are kept apart so that a terminal, an editor and a program can each show them their own way.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches


class Fault(ValueError):
    """One mistake in a value: `problem` names the value, then `cause`, then `remedy`."""

    def __init__(self, problem: str, cause: str, remedy: str = "") -> None:
        self.problem = printable(problem)
        self.cause = printable(cause)
        self.remedy = printable(remedy)
        super().__init__(sentence(self.problem, self.cause, self.remedy))


@dataclass(frozen=True, slots=True)
class Problem:
    """A mistake and its place: `file`, `line` (1-based, 0: no line) and `path` (RFC 6901)."""

    file: str
    line: int
    path: str
    problem: str
    cause: str
    remedy: str = ""

    @property
    def message(self) -> str:
        return sentence(self.problem, self.cause, self.remedy)

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        return f"{place}: {self.message}"


def sentence(problem: str, cause: str, remedy: str = "") -> str:
    """The three parts on one line: `problem: cause; remedy`."""
    return printable(f"{problem}: {cause}; {remedy}" if remedy else f"{problem}: {cause}")


def printable(text: str) -> str:
    """The text with what no terminal should act on written out: `\\x1b` for an escape."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else _written_out(ord(c)) for c in text)


def _written_out(code: int) -> str:
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"


def quote(value: object) -> str:
    """A user's value in backticks, on one line and short enough to read."""
    text = value if isinstance(value, str) else repr(value)
    if not text:
        return "(nothing)"
    text = printable(text[:2000])
    if len(text) > 80:
        text = f"{text[:60]}… ({len(value) if isinstance(value, str) else len(text)} characters)"
    return f"`{text}`"


def list_words(words: Iterable[str], *, last: str = "or", limit: int = 8) -> str:
    """`a`, `b` or `c`; what is past `limit` is counted."""
    quoted = [quote(word) for word in words]
    if not quoted:
        return "nothing"
    if len(quoted) > limit:
        return f"{', '.join(quoted[:limit])} and {len(quoted) - limit} more"
    if len(quoted) == 1:
        return quoted[0]
    return f"{', '.join(quoted[:-1])} {last} {quoted[-1]}"


def did_you_mean(word: str, known: Iterable[str]) -> str | None:
    """The known word that a typist most likely meant, if one is near."""
    matches = get_close_matches(word, list(known), n=1, cutoff=0.6)
    return matches[0] if matches else None
