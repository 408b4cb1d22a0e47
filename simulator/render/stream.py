"""One thing that passed, as a line or two of a stream that people watch."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from simulator.problem import printable
from simulator.render.record import Plain
from simulator.render.terminal import marked

_LONGEST = 100
_INDENT = (0, 0, 0, 9)  # under the mark


def entry_block(brief: Mapping[str, Plain], *, times: int = 1) -> RenderableType:
    """An entry: when, what was asked, what came of it; for what was refused or hidden also why,
    and where that stands. `times`: how often it came in a row."""
    told = is_told(brief)
    mark, style = ("✗", "red") if told else ("✓", "green")
    if not told and brief["allowed"] is None:
        mark, style = "?", "yellow"
    head = Text().append(f"{_clock(brief['at'])} ", style="dim")
    head.append(f"{mark} {_status(brief)} ", style=style)
    head.append(f"{printable(str(brief['method']))} ", style="bold")
    url = printable(str(brief["url"]))
    head.append(url if len(url) <= _LONGEST else f"{url[: _LONGEST - 1]}…")
    if brief["reason"] and not brief["error"]:
        head.append(f"  {brief['reason']}", style="cyan")
    if times > 1:
        head.append(f"  {times} times", style="bold yellow")
    if not told:
        return head
    parts: list[RenderableType] = [head]
    why = marked(printable(str(brief["error"] or brief["summary"])))
    if isinstance(brief["rule"], Mapping) and not brief["error"]:
        why.append(f"  {brief['rule']['file']}:{brief['rule']['line']}", style="magenta")
    parts.append(Padding(why, _INDENT))
    if brief["hidden"]:
        served = brief["served"] if brief["served"] is not None else brief["status"]
        seen = "its preflight failed" if brief["preflight"] else f"not the {served}"
        page = Text(f"the page sees “Failed to fetch”, {seen}", style="yellow")
        parts.append(Padding(page, _INDENT))
    return Group(*parts)


def is_told(brief: Mapping[str, Plain]) -> bool:
    """Whether people want to hear of it: it was refused or hidden, or it broke off."""
    served = brief["served"]
    failed = isinstance(served, int) and served >= 400
    return brief["allowed"] is False or bool(brief["hidden"]) or bool(brief["error"]) or failed


def _status(brief: Mapping[str, Plain]) -> str:
    """What came back; where a policy would have answered otherwise, that too."""
    if brief["error"]:
        return "no answer"
    served, status = brief["served"], brief["status"]
    if served is None or served == status:
        return str(status)
    return f"{status} by the policy, really {served}"


def _clock(at: Plain) -> str:
    """The time of day where the stream is read."""
    moment = datetime.fromtimestamp(at if isinstance(at, (int, float)) else 0, UTC)
    return f"{moment.astimezone():%H:%M:%S}"
