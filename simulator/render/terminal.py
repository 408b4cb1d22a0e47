"""The decision for a person at a terminal: the answer first, then how it came about."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from simulator.answer import phrase
from simulator.decision import Decision, Finding, Near, Outcome, Party, Reason
from simulator.facts import Facts
from simulator.message import Request
from simulator.policy import Policy
from simulator.problem import Problem, printable

_MARKS = {
    Outcome.PASS: ("✓", "green"),
    Outcome.FAIL: ("✗", "bold red"),
    Outcome.SKIP: ("·", "dim"),
    Outcome.UNKNOWN: ("?", "yellow"),
}

# Where MDN explains the errors that Firefox has keys for.
_MDN = "https://developer.mozilla.org/docs/Web/HTTP/Guides/CORS/Errors/"


def explanation(policy: Policy, request: Request, decision: Decision) -> RenderableType:
    """The whole story of one request."""
    parts: list[RenderableType] = [_asked(request), _headline(decision)]
    for index, finding in enumerate(decision.failures):
        parts.append(
            Padding(failure_text(policy, decision, finding, first=index == 0), (1, 0, 0, 2))
        )
    if decision.page:
        parts.append(Padding(marked(decision.page), (1, 0, 0, 2)))
    parts.append(Padding(_trace(decision), (1, 0, 0, 2)))
    hops = _hops(decision)
    if hops is not None:
        parts.append(Padding(hops, (1, 0, 0, 2)))
    if decision.reason:
        more = Text(f"more: why403 reasons {decision.reason}", style="dim")
        parts.append(Padding(more, (1, 0, 0, 2)))
    return Group(*parts)


def headline(request: Request, decision: Decision) -> Text:
    """One request in a line, as a live stream shows it; a refusal has its reason on the next."""
    target = request.target
    line = Text()
    line.append_text(_verdict(decision))
    line.append(f"  {request.method} {printable(target.authority + target.path)}")
    if decision.reason:
        line.append(f"  {decision.reason}", style="cyan")
        line.append("\n    ")
        line.append_text(marked(decision.summary))
    return line


def _asked(request: Request) -> Text:
    target = request.target
    where = f"{target.scheme}://{target.authority}{target.path}"
    return Text(f"{printable(request.method)} {printable(where)}", style="bold")


def _verdict(decision: Decision) -> Text:
    status = f"{decision.status} {phrase(decision.status)}"
    if decision.allowed is None:
        return Text("? not known", style="yellow")
    if decision.allowed:
        return Text(f"✓ {status}", style="green")
    if decision.blocked_by is Party.BROWSER and decision.refusal is None:
        return Text(f"✗ {status}, hidden by the browser", style="bold red")
    return Text(f"✗ {status}", style="bold red")


def _headline(decision: Decision) -> Text:
    line = _verdict(decision)
    if decision.reason:
        line.append("  ")
        line.append(decision.reason, style="cyan")
    if len(decision.failures) > 1:
        more = len(decision.failures) - 1
        line.append(f"  and {more} more that would refuse next", style="yellow")
    return line


def failure_text(policy: Policy, decision: Decision, finding: Finding, *, first: bool) -> Text:
    """One failure: its sentence, its rule's place and line, and what nearly matched."""
    text = Text()
    if not first:
        text.append("next: ", style="yellow")
    text.append_text(marked(finding.text))
    if not first and finding.reason:
        text.append(f"  {finding.reason.code}", style="cyan")
    if finding.rule is not None:
        text.append(f"\n{policy.span(finding.rule)}", style="magenta")
        excerpt = policy.excerpt(finding.rule).strip()
        if excerpt:
            text.append(f"  {printable(excerpt)}", style="dim")
    for near in decision.near(finding):
        text.append("\n→ ", style="green")
        text.append_text(_near(policy, near))
    return text


def _near(policy: Policy, near: Near) -> Text:
    text = marked(near.text)
    if near.path is not None:
        text.append(f"  {policy.span(near.path)}", style="magenta")
    return text


def _trace(decision: Decision) -> Table:
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column()
    table.add_column(no_wrap=True)
    table.add_column(ratio=1)
    for finding in decision.trace:
        mark, style = _MARKS[finding.outcome]
        what = finding.reason.title if finding.reason else finding.note
        table.add_row(
            Text(mark, style=style),
            Text(finding.check, style="" if finding.outcome is not Outcome.SKIP else "dim"),
            marked(what, style="" if finding.outcome is not Outcome.SKIP else "dim"),
        )
    return table


def _hops(decision: Decision) -> Text | None:
    """The way of the request, nearest first; nothing to tell when the peer is the client."""
    assert isinstance(decision.facts, Facts)
    hops = decision.facts.way.hops
    if len(hops) < 2:
        return None
    text = Text("from ")
    for index, hop in enumerate(hops):
        text.append(" ← " if index else "")
        text.append(printable(hop.text), style="bold" if hop.verdict == "client" else "")
        text.append(f" ({hop.verdict})", style="dim")
    return text


def reason_page(reason: Reason) -> RenderableType:
    """All there is to say about one reason, as `rustc --explain` would."""
    head = Text(reason.code, style="bold cyan")
    status = f"{reason.status} {phrase(reason.status)}" if reason.status else "-"
    head.append(f"  {status}", style="bold")
    head.append(f"  {reason.spec}", style="dim")
    parts: list[RenderableType] = [head, Padding(marked(reason.meaning), (1, 0, 0, 2))]
    console = [
        f"{browser}: {words}{f' ({", ".join(names)})' if names else ''}"
        for browser, words, names in _consoles(reason)
    ]
    for title, items in (
        ("usual causes", reason.causes),
        ("what to do", reason.remedies),
        ("in the browser's console", console),
    ):
        if items:
            parts.append(Padding(Text(title, style="bold"), (1, 0, 0, 2)))
        parts += [Padding(Group(_bullet(item)), (0, 0, 0, 2)) for item in items]
    retry = "no: the same request ends the same"
    if reason.retryable:
        retry = "yes, after the time it names" if reason.status else "yes"
    parts.append(Padding(Text(f"worth repeating: {retry}", style="dim"), (1, 0, 0, 2)))
    return Group(*parts)


def _consoles(reason: Reason) -> list[tuple[str, str, tuple[str, ...]]]:
    """Each browser with what its console says and what it calls it; `…` for what it quotes."""
    firefox = (reason.firefox,) if reason.firefox else ()
    return [
        (browser, re.sub(r"{\w+}", "…", words), names)
        for browser, words, names in (
            ("Chromium", reason.console, reason.chromium),
            ("Firefox", reason.firefox_console, firefox),
        )
        if words
    ]


def _bullet(item: str) -> Table:
    table = Table.grid(padding=(0, 1, 0, 0))
    table.add_row(Text("-", style="green"), marked(item))
    return table


def reason_list(reasons: Sequence[Reason]) -> Table:
    """Every reason in a line."""
    table = Table.grid(padding=(0, 2, 0, 0))
    for reason in reasons:
        status = str(reason.status or "-")
        table.add_row(Text(reason.code, style="cyan"), Text(status), marked(reason.title))
    return table


def problem_list(problems: Sequence[Problem]) -> Text:
    """Every problem with its place, cause and remedy."""
    text = Text()
    for index, problem in enumerate(problems):
        text.append("\n" if index else "")
        place = f"{problem.file}:{problem.line}" if problem.line else problem.file
        text.append(f"{place}: ", style="magenta")
        text.append_text(marked(problem.problem, style="bold"))
        text.append(": ")
        text.append_text(marked(problem.cause))
        if problem.remedy:
            text.append("; ")
            text.append_text(marked(problem.remedy, style="green"))
    return text


def marked(sentence: str, style: str = "") -> Text:
    """A sentence with what stands in backticks brought out; the backticks stay, for pipes."""
    text = Text(printable(sentence), style=style)
    text.highlight_regex(r"`[^`]*`", style="bold" if not style else "")
    return text


def as_text(renderable: RenderableType, *, width: int = 120) -> str:
    """The renderable without colour and without spaces at line ends, for pipes and files."""
    made = Console(width=width, no_color=True, highlight=False, color_system=None)
    with made.capture() as capture:
        made.print(renderable)
    return "\n".join(line.rstrip() for line in capture.get().splitlines()) + "\n"


def reasons_markdown(reasons: Sequence[Reason]) -> str:
    """The reasons as a page: a table that leads to each by its check, then the sections."""
    checks: dict[str, list[str]] = {}
    for reason in reasons:
        check, _, turn = reason.code.partition(".")
        # A heading's anchor is its text without the dots.
        checks.setdefault(check, []).append(f"[{turn}](#{check}{turn})")
    rows = [f"| {check} | {', '.join(links)} |" for check, links in checks.items()]
    index = "\n".join(["| check | reasons |", "| --- | --- |", *rows])
    return "\n\n".join([index, *map(reason_markdown, reasons)])


def reason_markdown(reason: Reason) -> str:
    """One reason as a section of the documentation."""
    lines = [
        f"## {reason.code}",
        "",
        f"{_capital(reason.title)}.",
        "",
        f"| status | who refuses | worth repeating | standard |\n| --- | --- | --- | --- |\n"
        f"| {reason.status or '-'} | {reason.party} | {'yes' if reason.retryable else 'no'} "
        f"| {reason.spec} |",
        "",
        reason.meaning,
        "",
        "Usual causes:",
        *(f"- {cause}" for cause in reason.causes),
        "",
        "What to do:",
        *(f"- {remedy}" for remedy in reason.remedies),
        "",
    ]
    consoles = _consoles(reason)
    if consoles:
        lines += ["In the browser's console:", *map(_console_markdown, consoles), ""]
    lines.append(f"In a decision it reads: {reason.text}")
    return "\n".join(lines)


def _console_markdown(console: tuple[str, str, tuple[str, ...]]) -> str:
    browser, words, names = console
    # A code span that has backticks in it is fenced by two.
    line = f"- {browser}: `` {words} ``" if "`" in words else f"- {browser}: `{words}`"
    if browser == "Firefox":
        named = [f"[{name}]({_MDN}{name})" for name in names]
    else:
        named = [f"`{name}`" for name in names]
    return f"{line} ({', '.join(named)})" if named else line


def _capital(sentence: str) -> str:
    return sentence[0].upper() + sentence[1:]
