"""Which hazards does the policy's owner know of, and live with?

A comment says so, with the codes and the reason: `# why403: ignore CODE, CODE: reason`, at the end
of the line or on lines of its own directly above, or for the whole file at its top
`# why403: ignore-file CODE: reason`. Without a reason it counts for nothing, and where it
suppresses nothing it is itself told: it would hide what comes later.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

from simulator.hazard import Hazard, Rule
from simulator.policy import Policy
from simulator.problem import did_you_mean, list_words, quote, sentence
from simulator.source import Span

NO_REASON = Rule(
    "lint/no-reason",
    "warning",
    "a suppression without a reason",
    "Whoever reads the policy next cannot tell whether the reason still holds. It suppresses "
    "nothing.",
    "Write the reason after the codes and a colon: `# why403: ignore CODE: reason`.",
    """\
network:
  default: deny
  # why403: ignore network/redundant-rule   # lint/no-reason
  allow: [10.0.0.0/8]
""",
)
UNUSED = Rule(
    "lint/unused-suppression",
    "warning",
    "a suppression that suppresses nothing",
    "The hazard is gone, or stands in another line. Left where it is, the comment would hide the "
    "next one there without anybody having looked at it.",
    "Remove the code, or move the comment to the line that is told.",
    """\
network:
  default: deny
  allow: [10.0.0.0/8] # why403: ignore network/redundant-rule: was so once # lint/unused-suppression
""",
)
UNKNOWN = Rule(
    "lint/unknown-code",
    "warning",
    "a suppression of a code that there is not",
    "The name is mistyped, or of another version. It suppresses nothing.",
    "Correct the code; `why403 lint --rules` lists them.",
    """\
network:
  default: deny
  allow: [10.0.0.0/8] # why403: ignore network/redundant: it is a record # lint/unknown-code
""",
)
RULES = (NO_REASON, UNUSED, UNKNOWN)

_DIRECTIVE = re.compile(r"#\s*why403:\s*ignore(?P<file>-file)?\b(?P<rest>.*)", re.IGNORECASE)
# At the end of a line that a block scalar follows.
_BLOCK_SCALAR = re.compile(r"(?:^|[-:?]\s+|\s)[|>][-+0-9]*\Z")
_DASHES = re.compile(r"\s*(?:- +)*")


class Comment(NamedTuple):
    """A comment, with its line, and whether nothing else stands there."""

    line: int
    text: str
    alone: bool


class _Directive(NamedTuple):
    line: int
    codes: tuple[str, ...]
    reason: str
    whole_file: bool
    lines: frozenset[int]  # that it is about


def comments(lines: Sequence[str]) -> Iterator[Comment]:
    """The comments of a YAML text (YAML 1.2, section 6.6): what follows a `#` that is not in a
    quoted or block scalar, and has a space before it."""
    quote_mark = ""
    block: int | None = None
    for number, line in enumerate(lines, 1):
        indent = len(line) - len(line.lstrip())
        if block is not None:
            if not line.strip() or indent > block:
                continue
            block = None
        at = 0
        found = ""
        while at < len(line):
            char = line[at]
            if quote_mark:
                if char == "\\" and quote_mark == '"':
                    at += 1
                elif char == quote_mark:
                    if quote_mark == "'" and line[at + 1 : at + 2] == "'":
                        at += 1
                    else:
                        quote_mark = ""
            elif char in "'\"" and _opens(line, at):
                quote_mark = char
            elif char == "#" and (at == 0 or line[at - 1] in " \t"):
                found = line[at:]
                break
            at += 1
        code = line[:at].rstrip() if found else line.rstrip()
        if found:
            yield Comment(number, found, not code)
        if not quote_mark and _BLOCK_SCALAR.search(code):
            head = _DASHES.match(code)
            column = head.end() if head else indent
            # `- |` hangs on its dash, `- key: |` on the key.
            block = column if ":" in code[column:] else max(column - 2, indent)


def _opens(line: str, at: int) -> bool:
    """Whether a quote here begins a scalar, rather than stand inside a plain one."""
    before = line[:at].rstrip()
    touching = at == 0 or line[at - 1] in " \t[{,"
    return touching and (not before or before[-1] in ":-?,[{")


def _directives(policy: Policy) -> Iterator[_Directive]:
    lines = policy.document.lines
    found = list(comments(lines))
    alone = {comment.line for comment in found if comment.alone}
    first = next((n for n, text in enumerate(lines, 1) if text.strip() and n not in alone), 1)
    for comment in found:
        match = _DIRECTIVE.search(comment.text)
        if match is None:
            continue
        codes, _, reason = match["rest"].partition(":")
        codes = codes.partition("#")[0]
        about = {comment.line}
        if comment.alone:
            below = comment.line + 1
            while below in alone:
                below += 1
            about = {below}
        yield _Directive(
            comment.line,
            tuple(part for text in codes.split(",") if (part := text.strip())),
            reason.strip(),
            bool(match["file"]) and comment.line < first,
            frozenset(about),
        )


def suppress(policy: Policy, hazards: Iterable[Hazard], codes: Iterable[str]) -> Iterator[Hazard]:
    """The hazards, those with a reason that are suppressed; then what is wrong with the comments
    that do it. `codes` are all there are."""
    known = frozenset(codes)
    directives = list(_directives(policy))
    used: set[tuple[int, str]] = set()
    for hazard in hazards:
        for directive in directives:
            here = directive.whole_file or hazard.span.line in directive.lines
            if here and directive.reason and hazard.code in directive.codes:
                used.add((directive.line, hazard.code))
                hazard = replace(hazard, suppressed=directive.reason)
                break
        yield hazard
    for directive in directives:
        yield from _complaints(policy, directive, known, used)


def _complaints(
    policy: Policy, directive: _Directive, known: frozenset[str], used: set[tuple[int, str]]
) -> Iterator[Hazard]:
    def told(rule: Rule, message: str) -> Hazard:
        return Hazard(rule, rule.severity, "", Span(policy.name, directive.line), message)

    for code in directive.codes:
        if code not in known:
            guess = did_you_mean(code, known)
            yield told(
                UNKNOWN,
                sentence(
                    f"{quote(code)} is not the code of a hazard",
                    "nothing is suppressed by it",
                    f"did you mean `{guess}`?" if guess else "see `why403 lint --rules`",
                ),
            )
    if not directive.reason or not directive.codes:
        what = list_words(directive.codes, last="and") if directive.codes else "a hazard"
        cause = "no reason is given" if directive.codes else "no code is given"
        yield told(
            NO_REASON,
            sentence(f"{what} is not ignored", cause, "write `# why403: ignore CODE: reason`"),
        )
        return
    for code in directive.codes:
        if code in known and (directive.line, code) not in used:
            yield told(
                UNUSED,
                sentence(
                    f"nothing here is {quote(code)}",
                    "the comment would hide whatever comes later",
                    "remove it",
                ),
            )
