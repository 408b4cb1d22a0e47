"""What came of cases as annotations of a pull request's lines on GitHub.

Workflow commands: https://docs.github.com/actions/reference/workflow-commands-for-github-actions.
A step shows ten errors, ten warnings and ten notices at most, so what failed comes first.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal

from simulator.coverage import Coverage
from simulator.mutants.survey import Survey
from simulator.source import Span
from simulator.tested import Tested

type Level = Literal["error", "warning", "notice"]


def annotation(level: Level, span: Span, title: str, message: str) -> str:
    """One workflow command. Line breaks and what ends a property are escaped."""
    place = f"file={_property(span.file)}"
    if span.line:
        place += f",line={span.line}"
    return f"::{level} {place},title={_property(title)}::{_data(message)}"


def workflow_commands(
    cases: Sequence[Tested], coverage: Coverage | None = None, survey: Survey | None = None
) -> Iterator[str]:
    """Errors at the cases that failed, warnings at the rules whose change none notices, and notices
    at the rules that decided and those that no case is on both sides of."""
    failed = [tested for tested in cases if tested.wrong]
    for tested in failed:
        message = "\n".join(tested.wrong)
        if tested.repair is not None:
            message += f"\n\n{tested.repair.text}"
        yield annotation("error", tested.span, tested.name, message)
    for survivor in survey.survivors if survey is not None else ():
        if not survivor.proved:
            continue
        mutant, parted = survivor.mutant, survivor.parted
        said = "no request was found that shows it"
        if parted is not None:
            said = f"{parted.case.name}: {parted.old} would be {parted.new}"
        yield annotation(
            "warning", mutant.span, f"no case notices when {mutant.change.words}", said
        )
    for tested in failed:
        if tested.rule is not None:
            yield annotation("notice", tested.rule, tested.name, tested.summary)
    for covered in coverage.rules if coverage is not None else ():
        if covered.missing:
            said = f"no case in which {', '.join(covered.missing)}"
            yield annotation("notice", covered.span, covered.rule.words, said)


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
