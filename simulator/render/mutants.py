"""Which mistakes no case would notice, for a person at a terminal, and as plain data."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from simulator.coverage import Coverage
from simulator.mutants.suggest import Parted, case_record
from simulator.mutants.survey import Survey, Survivor
from simulator.policy import Policy
from simulator.problem import printable
from simulator.render.record import Plain
from simulator.render.terminal import marked
from simulator.source import Span

# A person reads the first; `--suggest` and `--json` have them all.
_SHOWN = 25


def survey_page(policy: Policy, survey: Survey) -> RenderableType:
    """The share that is noticed, and each mistake that is not with what would show it."""
    head = Text(printable(policy.name), style="bold")
    head.append(f"  {survey.percent:.0f} % of mistakes noticed", style="bold cyan")
    head.append(f"  {'; '.join(_counts(survey))}", style="not bold default")
    proved = [survivor for survivor in survey.survivors if survivor.proved]
    if not proved:
        return head
    parts: list[RenderableType] = [head, Padding(Text("no case notices when"), (0, 0, 0, 2))]
    for survivor in proved[:_SHOWN]:
        line = marked(survivor.mutant.change.words)
        line.append(f"  {place(survivor.mutant.span)}", style="magenta")
        parts.append(Padding(line, (0, 0, 0, 4)))
        parts.append(Padding(_shown_by(survivor.parted), (0, 0, 0, 6)))
    more = len(proved) - _SHOWN
    if more > 0:
        said = f"and {more} more; --json lists them all"
        parts.append(Padding(Text(said, style="dim"), (0, 0, 0, 4)))
    return Group(*parts)


def _counts(survey: Survey) -> Iterator[str]:
    yield f"{survey.noticed} of {survey.counted}"
    if survey.same:
        yield f"{survey.same} more {_plural(survey.same, 'change')} nothing"
    unknown = len(survey.survivors) + survey.noticed - survey.counted
    if unknown:
        yield f"whether {unknown} more {_plural(unknown, 'change')} anything is not known"
    if survey.chosen < survey.possible:
        yield f"{survey.chosen:,} of {survey.possible:,} were tried, spread evenly"


def _plural(number: int, verb: str) -> str:
    return f"{verb}s" if number == 1 else verb


def _shown_by(parted: Parted | None) -> Text:
    if parted is None:
        return Text("no request was found that shows it", style="dim")
    text = Text(printable(parted.case.name))
    text.append(f": {parted.old} would be {parted.new}", style="yellow")
    return text


def place(span: Span) -> str:
    """The rule's place; only its file where it is written nowhere."""
    return str(span) if span.line else span.file


def survey_record(survey: Survey) -> Plain:
    """The same for programs."""
    return {
        "percent": round(survey.percent, 1),
        "possible": survey.possible,
        "tried": survey.chosen,
        "noticed": survey.noticed,
        "same": survey.same,
        "survivors": [_survivor_record(survivor) for survivor in survey.survivors],
    }


def _survivor_record(survivor: Survivor) -> Plain:
    change, span, parted = survivor.mutant.change, survivor.mutant.span, survivor.parted
    record: dict[str, Plain] = {
        "path": change.path,
        "file": span.file,
        "line": span.line,
        "words": change.words,
        "proved": survivor.proved,
    }
    if parted is not None:
        case = case_record(parted.case)
        record |= {"case": case, "old": parted.old, "new": parted.new}
    return record


def coverage_record(coverage: Coverage) -> Plain:
    """What is exercised, for programs."""
    return {
        "percent": round(coverage.percent, 1),
        "rules": [
            {
                "path": covered.rule.path,
                "file": covered.span.file,
                "line": covered.span.line,
                "words": covered.rule.words,
                "sides": {
                    side: list(by) for side, by in zip(covered.rule.sides, covered.by, strict=True)
                },
            }
            for covered in coverage.rules
        ],
    }
