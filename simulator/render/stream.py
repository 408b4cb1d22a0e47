"""One thing that passed, as a line or two of a stream that people watch."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from rich.text import Text

from simulator.problem import printable
from simulator.render.record import Plain
from simulator.render.terminal import marked

_LONGEST = 100


def entry_text(brief: Mapping[str, Plain], *, times: int = 1) -> Text:
    """The line of an entry: when, what was asked, what came of it; for what was refused or hidden
    a second one that says why, and where that stands. `times`: how often it came in a row."""
    hidden = bool(brief["hidden"])
    told = is_told(brief)
    mark, style = ("✗", "red") if told else ("✓", "green")
    if not told and brief["allowed"] is None:
        mark, style = "?", "yellow"
    served = brief["served"] if brief["served"] is not None else brief["status"]
    line = Text(f"{_clock(brief['at'])} ", style="dim")
    line.append(f"{mark} ", style=style)
    line.append("no answer" if brief["error"] else str(served), style=style)
    line.append(f" {printable(str(brief['method']))} ", style="bold")
    url = printable(str(brief["url"]))
    line.append(url if len(url) <= _LONGEST else f"{url[: _LONGEST - 1]}…")
    if brief["reason"]:
        line.append(f"  {brief['reason']}", style="cyan")
    if times > 1:
        line.append(f"  {times} times", style="bold yellow")
    if not told:
        return line
    why = str(brief["error"] or brief["summary"])
    line.append("\n         ")
    line.append_text(marked(printable(why)))
    rule = brief["rule"]
    if isinstance(rule, Mapping):
        line.append(f"  {rule['file']}:{rule['line']}", style="magenta")
    if hidden:
        seen = "its preflight failed" if brief["preflight"] else f"not the {served}"
        line.append(f"\n         the page sees “Failed to fetch”, {seen}", style="yellow")
    return line


def is_told(brief: Mapping[str, Plain]) -> bool:
    """Whether people want to hear of it: it was refused or hidden, or it broke off."""
    refused = brief["allowed"] is False or bool(brief["hidden"]) or bool(brief["error"])
    return refused or _failed(brief)


def _failed(brief: Mapping[str, Plain]) -> bool:
    served = brief["served"]
    return isinstance(served, int) and served >= 400


def _clock(at: Plain) -> str:
    """The time of day, local to where the stream is read."""
    moment = datetime.fromtimestamp(at if isinstance(at, (int, float)) else 0, UTC)
    return f"{moment.astimezone():%H:%M:%S}"
