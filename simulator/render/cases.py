"""What came of a policy's cases, for a person at a terminal."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from simulator.cases import Result
from simulator.decision import Decision
from simulator.problem import printable
from simulator.render.terminal import marked


def case_list(policy: str, results: Sequence[Result]) -> RenderableType:
    """A line for each case; where something else came of it, what, and why."""
    parts: list[RenderableType] = [Text(printable(policy), style="bold")]
    for result in results:
        line = Text("✗ " if result.wrong else "✓ ", style="bold red" if result.wrong else "green")
        line.append(printable(result.case.name), style="not bold default")
        told = _reason(result)
        if told:
            line.append(f"  {told}", style="not bold cyan")
        parts.append(Padding(line, (0, 0, 0, 2)))
        parts += [Padding(marked(wrong), (0, 0, 0, 4)) for wrong in result.wrong]
        if result.wrong and isinstance(result.story, Decision) and result.story.deciding:
            parts.append(Padding(marked(result.story.summary, style="dim"), (0, 0, 0, 4)))
    failed = sum(bool(result.wrong) for result in results)
    said = f"{failed} of {len(results)} otherwise" if failed else f"{len(results)} as expected"
    parts.append(Padding(Text(said, style="bold red" if failed else "dim"), (0, 0, 0, 2)))
    return Group(*parts)


def _reason(result: Result) -> str:
    return result.story.reason or ""
