"""Which words does this pasted command consist of?

POSIX XCU section 2.2 with bash's `$'…'`, or cmd.exe's carets, which Chromium writes too; nothing is
expanded. PowerShell is told apart and refused.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from simulator.problem import Fault

# The name of the program, with a path or without.
CURL = re.compile(r"(?:(?:[A-Za-z]:|~|\.{0,2})[/\\](?:.*[/\\])?)?curl(?:\.exe)?\Z")
_PROMPT = re.compile(r"""\A(?!curl\b)[^\n'"]{0,80}?[$%>#]\s*(?=curl(?:\.exe)?\s)""")
_POWERSHELL = re.compile(r"(?i)\$\w+\s*=|(?:invoke-\w+|iwr|irm)\s")
# The first mark that only one of the three shells' commands can have where it stands.
_MARK = re.compile(r"""\s(\^)(?:"|[ \t]*\n)|(\^)(?:\\\^"|&)|\s(`)[ \t]*\n|\s(?:\$?'|\\\n)""")
_SHELL = re.compile(
    r"""(?P<join>\\(?:\n|\Z)) | (?P<blank>[ \t]+) | (?P<output>&?>[>&|]?) | (?P<end>[\n;&|])
    | \$'(?P<ansi>[^'\\]*(?:\\.[^'\\]*)*)' | \$?"(?P<double>[^"\\]*(?:\\.[^"\\]*)*)"
    | '(?P<single>[^']*)' | \\(?P<escaped>.)
    | (?P<stray>['"<()\u2018-\u201d`]|\$[A-Za-z0-9_({@*#?!$-])
    | (?P<plain>[^ \t\n'"<>()\u2018-\u201d`;&|\\$]+|\$)""",
    re.X | re.S,
)
_IN_DOUBLE = re.compile(r"""\\([$`"\\\n])|(`|\$[A-Za-z0-9_({@*#?!$-])""")
_ANSI = re.compile(
    r"\\(?:x([0-9A-Fa-f]{1,2})|([0-7]{1,3})|u([0-9A-Fa-f]{1,4})|U([0-9A-Fa-f]{1,8})|c(.)|(.))", re.S
)
_ANSI_LETTERS = dict(zip("abeEfnrtv\\'\"?", "\a\b\x1b\x1b\f\n\r\t\v\\'\"?", strict=True))
# Chromium puts carets before all but these signs and doubles backslashes, also where cmd.exe keeps
# the former (in quotes, until 2023) and programs keep the latter: what was meant is read.
_CMD = re.compile(
    r"""(?P<joint>\^[ \t]*\n\n?) | \^\\\^(?P<escaped>["\\]) | (?P<slashes>\\*)\^?"
    | \^(?P<careted>[^a-zA-Z0-9\s_\-:=+~'/.,?;()*`]) | (?P<percent>(?<=%)\^) | (?P<blank>[ \t]+)
    | (?P<output>>[>&]?) | (?P<end>[\n&|]) | (?P<plain>\\+|\^|[^\\^" \t\n&|>]+)""",
    re.X,
)


@dataclass(slots=True)
class _Words:
    """Words under way, the last in pieces. One that names where output goes is no argument."""

    done: list[str] = field(default_factory=list)
    pieces: list[str] = field(default_factory=list)
    into_file: bool = False

    def end(self) -> None:
        if self.pieces:
            if not self.into_file:
                self.done.append("".join(self.pieces))
            self.pieces, self.into_file = [], False

    def redirect(self) -> None:
        if "".join(self.pieces).isdigit():
            self.pieces = []  # `2>`: which output it is
        self.end()
        self.into_file = True


def split_command(text: str) -> list[str]:
    """The words of one curl command as bash or cmd.exe would split it. Raises Fault."""
    text = _PROMPT.sub("", text.removeprefix("\ufeff").replace("\r\n", "\n").strip())
    mark = _MARK.search(text)
    if _POWERSHELL.match(text) or (mark and mark[3]):
        raise Fault(
            "the command cannot be read",
            "it is written for PowerShell",
            "copy it as cURL (bash) or as cURL (cmd)",
        )
    words = _cmd_words(text) if mark and (mark[1] or mark[2]) else _shell_words(text)
    while words and re.match(r"[A-Za-z_]\w*=", words[0]):
        del words[0]  # a variable for the command's environment
    if not words or not CURL.match(words[0]):
        raise Fault(
            "the text is not a curl command",
            "it does not begin with `curl`",
            "copy the request as cURL and paste all of it",
        )
    return words


def _shell_words(text: str) -> list[str]:
    words, position = _Words(), 0
    while position < len(text):
        if text[position] == "#" and not words.pieces:
            end = text.find("\n", position)
            position = len(text) if end < 0 else end
            continue
        match = _SHELL.match(text, position)
        assert match is not None  # INVARIANT: the alternatives leave no character out
        kind, start, position = match.lastgroup or "", position, match.end()
        piece = match[kind]
        if kind == "stray":
            raise _stray(piece, text, start)
        if kind == "blank":
            words.end()
        elif kind == "output":
            words.redirect()
        elif kind == "end":
            words.end()
            if words.done and _ends(text, start):
                break
        elif kind == "ansi":
            words.pieces.append(_ANSI.sub(_ansi_character, piece))
        elif kind == "double":
            expanded = next((m for m in _IN_DOUBLE.finditer(piece) if m[2]), None)
            if expanded:
                raise _stray(expanded[2], text, start)
            words.pieces.append(_IN_DOUBLE.sub(lambda m: m[1].strip("\n"), piece))
        elif kind != "join":
            words.pieces.append(piece)
    words.end()
    return words.done


def _ansi_character(match: re.Match[str]) -> str:
    byte, octal, short, long, control, letter = match.groups()
    if byte or octal:
        code = int(byte, 16) if byte else int(octal, 8) & 0xFF
        return chr(code) if code < 0x80 else chr(0xDC00 + code)  # PEP 383, until `_mend`
    if short or long:
        code = int(short or long, 16)
        return chr(code) if code <= 0x10FFFF else "\ufffd"
    if control:
        return chr(ord(control) & 0x1F)
    return _ANSI_LETTERS.get(letter, f"\\{letter}")


def _cmd_words(text: str) -> list[str]:
    """As cmd.exe hands it on, and Microsoft's C runtime splits it."""
    words, position, opened = _Words(), 0, -1
    while position < len(text):
        match = _CMD.match(text, position)
        assert match is not None  # INVARIANT: here too
        kind, start, position = match.lastgroup or "", position, match.end()
        if kind == "joint":
            words.pieces += ["\n"] * (match[0].count("\n") - 1)
        elif kind == "slashes":
            slashes, odd = divmod(len(match[kind]), 2)
            words.pieces.append("\\" * slashes)
            if odd or (opened >= 0 and text.startswith('"', position)):
                words.pieces.append('"')
                position += not odd
            else:
                opened = -1 if opened >= 0 else start
        elif opened >= 0 or kind in ("escaped", "careted", "plain"):
            words.pieces.append("" if kind == "percent" else match[kind])
        elif kind == "output":
            words.redirect()
        elif kind != "percent":
            words.end()
            if kind == "end" and words.done and _ends(text, start):
                break
    if opened >= 0:
        raise _stray('"', text, opened)
    words.end()
    return words.done


def _ends(text: str, position: int) -> bool:
    """Whether the command ends here: always, but it must be the last. Raises Fault."""
    mark, after = text[position], text[position + 1 :]
    if mark == "|" and not after.startswith("|"):
        return True  # what follows reads the answer
    lines = (line.strip(" \t;&|") for line in after.split("\n"))
    if all(not line or line.startswith("#") for line in lines):
        return True
    if mark == "\n":
        raise Fault(
            f"the command ends in {_line(text, position)}, but more follows",
            "a line goes on in the next one only with `\\` (cmd: `^`) as its very last character",
            "add that, or paste one command only",
        )
    raise Fault(
        f"the command ends at the `{mark}` in {_line(text, position)}, but more follows",
        "outside quotes it ends a command",
        "put the URL and the values in quotes, or paste one command only",
    )


def _stray(piece: str, text: str, position: int) -> Fault:
    place = f"in {_line(text, position)}"
    if piece[0] in "$`":
        # What follows `$` is not shown: it may be the middle of a password.
        return Fault(
            f"the {'`$`' if piece[0] == '$' else 'backtick'} {place} cannot be read",
            "the shell would put something in its place that the text does not hold",
            "write that out, or put the word in single quotes",
        )
    if piece in "'\"":
        return Fault(
            f"the `{piece}` {place} opens a quotation that does not end",
            "the text stops before it is closed",
            "copy the whole command",
        )
    return Fault(
        f"the `{piece}` {place} stands outside quotes",
        "the shell takes it for itself" if piece in "<()" else "the shell knows only `'` and `\"`",
        "put the word in single quotes",
    )


def _line(text: str, position: int) -> str:
    return f"line {text.count(chr(10), 0, position) + 1}"
