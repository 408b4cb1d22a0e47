"""What came of a policy's cases, and what they exercise of it, for a person at a terminal."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from simulator.coverage import Coverage
from simulator.mutants.repair import Repair
from simulator.policy import Policy
from simulator.problem import printable
from simulator.render.story import story_page
from simulator.render.terminal import marked
from simulator.tested import Tested

# A person reads the first; a program is given all.
_ROWS = 40


def case_list(policy: Policy, cases: Sequence[Tested]) -> RenderableType:
    """A line for each case; where something else came of it what, the whole story, and a fix."""
    parts: list[RenderableType] = [Text(printable(policy.name), style="bold")]
    for tested in cases:
        line = Text("✗ " if tested.wrong else "✓ ", style="bold red" if tested.wrong else "green")
        line.append(printable(tested.name), style="not bold default")
        if tested.reason:
            line.append(f"  {tested.reason}", style="not bold cyan")
        if tested.wrong:
            line.append(f"  {tested.span}", style="not bold magenta")
        parts.append(Padding(line, (0, 0, 0, 2)))
        if tested.remark:
            parts.append(Padding(marked(tested.remark, style="yellow"), (0, 0, 0, 4)))
        if tested.wrong:
            parts += [Padding(part, (0, 0, 0, 4)) for part in _failed(policy, tested)]
    failed = sum(bool(tested.wrong) for tested in cases)
    said = f"{failed} of {len(cases)} otherwise" if failed else f"{len(cases)} as expected"
    parts.append(Padding(Text(said, style="bold red" if failed else "dim"), (0, 0, 0, 2)))
    return Group(*parts)


def _failed(policy: Policy, tested: Tested) -> list[RenderableType]:
    parts: list[RenderableType] = [marked(wrong) for wrong in tested.wrong]
    if tested.story is not None:
        parts.append(Padding(story_page(policy, tested.story), (1, 0, 1, 2)))
    if tested.repair is not None:
        parts.append(Padding(_repair(tested.repair), (0, 0, 1, 0)))
    return parts


def _repair(repair: Repair) -> RenderableType:
    head = marked(repair.line)
    head.stylize("bold green", 0, head.plain.index(":") + 1)
    return Group(head, Padding(diff_text(repair.diff), (0, 0, 0, 2))) if repair.diff else head


def diff_text(diff: str) -> Text:
    """A unified diff in its usual colours."""
    styles = {"+": "green", "-": "red", "@": "cyan"}
    text = Text()
    for index, line in enumerate(diff.splitlines()):
        heading = line.startswith(("+++", "---"))
        text.append("\n" if index else "")
        text.append(printable(line), style="bold" if heading else styles.get(line[:1], ""))
    return text


def coverage_table(policy: Policy, coverage: Coverage) -> RenderableType:
    """The share that is exercised, and each rule with the sides of it that no case is on."""
    head = Text(printable(policy.name), style="bold")
    head.append(f"  {coverage.percent:.0f} % covered", style="bold cyan")
    sides = f"{coverage.exercised} of {coverage.sides} sides of {len(coverage.rules)} rules"
    head.append(f"  {sides}", style="not bold default")
    lacking = [covered for covered in coverage.rules if covered.missing]
    if not lacking:
        return head
    table = Table.grid(padding=(0, 2, 0, 0))
    for covered in lacking[:_ROWS]:
        table.add_row(
            Text(str(covered.span), style="magenta"),
            marked(covered.rule.words),
            Text("; ".join(covered.missing), style="yellow"),
        )
    parts: list[RenderableType] = [head, Padding(Text("no case in which"), (0, 0, 0, 2))]
    parts.append(Padding(table, (0, 0, 0, 4)))
    if len(lacking) > _ROWS:
        more = f"and of {len(lacking) - _ROWS} more rules; --json lists them all"
        parts.append(Padding(Text(more, style="dim"), (0, 0, 0, 4)))
    return Group(*parts)
