"""The verb `test`: do policies do what their cases say, and would the cases notice if not?"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click

from simulator.policy import PolicyError
from simulator.problem import Fault, Problem, quote
from simulator.verbs.common import NO_ANSWER, REFUSED, fail, show

if TYPE_CHECKING:
    from rich.console import RenderableType

    from simulator.coverage import Coverage
    from simulator.mutants.survey import Survey
    from simulator.render.record import Plain
    from simulator.suite import Suite
    from simulator.tested import Tested

_FORMATS = ("text", "json", "junit", "github")
# Without a number: a policy of more rules is looked at in part.
_MUTANTS = 500
_WIDTH = 100
# Folders of other people's files.
_UNSEEN = frozenset({"node_modules", "site-packages", "vendor", "venv"})


class _WithMutate(click.Command):
    """`--mutate` takes a number after `=`, or none: what follows it is a file."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        return super().parse_args(
            ctx, [f"--mutate={_MUTANTS}" if arg == "--mutate" else arg for arg in args]
        )


class _Ran(NamedTuple):
    """What came of one file."""

    suite: Suite
    cases: Sequence[Tested]
    coverage: Coverage | None
    survey: Survey | None

    @property
    def failed(self) -> bool:
        return any(tested.wrong for tested in self.cases)

    def below(self, percent: int) -> bool:
        """Whether less is covered, or noticed."""
        shares = [part.percent for part in (self.coverage, self.survey) if part is not None]
        return any(share < percent for share in shares)


@click.command(cls=_WithMutate)
@click.option("--fixed", is_flag=True, help="Make the change that the cases file holds first.")
@click.option("--coverage", is_flag=True, help="Tell which rules no case is on both sides of.")
@click.option(
    "--mutate",
    type=click.IntRange(min=1),
    metavar="[=N]",
    help="Change each rule a little, and tell which changes no case notices; at most N of them, "
    f"or {_MUTANTS}.",
)
@click.option(
    "--suggest",
    is_flag=True,
    help="With --mutate: print cases that would notice, and the report as an error.",
)
@click.option(
    "--fail-under",
    type=click.IntRange(0, 100),
    metavar="PERCENT",
    help="End with 1 where less is covered, or fewer changes are noticed.",
)
@click.option(
    "--format", "form", type=click.Choice(_FORMATS), default="text", help="What to print."
)
@click.option("--json", "as_json", is_flag=True, help="The same as --format json.")
@click.option(
    "--output",
    type=click.Path(dir_okay=False),
    help="A file to write that to; the text is printed besides.",
)
@click.argument("files", metavar="FILE…", nargs=-1, required=True, type=click.Path())
def test(
    files: tuple[str, ...],
    *,
    fixed: bool,
    coverage: bool,
    mutate: int | None,
    suggest: bool,
    fail_under: int | None,
    form: str,
    as_json: bool,
    output: str | None,
) -> None:
    """Ask policies what their cases ask, and compare what comes of it.

    A FILE is a policy, whose cases stand beside it in NAME.cases.yaml, or the cases themselves; of
    a folder it is every NAME.cases.yaml in it and below.
    With --fixed the policy is changed as the cases file says, and its `fixed` expectations hold.
    No file is written but --output.

    \b
    why403 test policies/auth-before-cors.yaml
    why403 test .
    why403 test --coverage --mutate --fail-under 80 shop.yaml
    why403 test --mutate --suggest shop.yaml >> shop.cases.yaml
    why403 test --format junit --output report.xml shop.yaml admin.yaml
    """
    form = "json" if as_json else form
    if suggest and mutate is None:
        fail(
            Fault("`--suggest` has nothing to suggest for", "no rule is changed", "add `--mutate`")
        )
    suites = _open_all(files, fixed=fixed)
    at = time.time()
    ran = [_run(suite, at, coverage=coverage, mutate=mutate) for suite in suites]
    if form == "text" or output is not None:
        for one in ran:
            for page in _pages(one):
                show(page, err=suggest)
    if output is not None:
        _write(output, _written(form, ran))
    elif form != "text":
        click.echo(_written(form, ran), nl=False, err=suggest)
    if suggest:
        _suggest(ran)
    low = fail_under is not None and any(one.below(fail_under) for one in ran)
    sys.exit(REFUSED if low or any(one.failed for one in ran) else 0)


def _open_all(files: Sequence[str], *, fixed: bool) -> list[Suite]:
    """Every suite, or every problem of every one of them. A policy and its cases are one suite."""
    from simulator.suite import open_suite, paths_of

    opened: dict[str, Suite] = {}
    problems: list[Problem] = []
    for file in files:
        for one in _files(file):
            cases = paths_of(one)[1]
            try:
                if cases not in opened:
                    opened[cases] = open_suite(one, fixed=fixed)
            except PolicyError as error:
                problems += error.problems
            except Fault as fault:
                problems.append(Problem(one, 0, "", fault.problem, fault.cause, fault.remedy))
    if problems:
        from simulator.render.terminal import problem_list

        show(problem_list(problems), err=True)
        sys.exit(NO_ANSWER)
    return list(opened.values())


def _files(file: str) -> list[str]:
    """The file, or the cases files in and below a folder."""
    from simulator.suite import CASES

    if not Path(file).is_dir():
        return [file]
    found = sorted(
        path
        for path in Path(file).rglob(f"*{CASES}")
        if not _UNSEEN.intersection(path.relative_to(file).parts[:-1])
        and not any(part.startswith(".") for part in path.relative_to(file).parts)
    )
    if not found:
        remedy = "write one beside a policy"
        fail(Fault(f"{quote(file)} holds no cases", f"no file in it is NAME{CASES}", remedy))
    return [str(path) for path in found]


def _run(suite: Suite, at: float, *, coverage: bool, mutate: int | None) -> _Ran:
    from simulator.tested import Watching, ask_all_statements, ask_case, requests_of, results_of

    cases: list[Tested] = []
    for index in range(len(suite.cases.cases)):
        began = time.perf_counter()
        tested = ask_case(suite, index, at=at)
        cases.append(tested.after(time.perf_counter() - began))
    began = time.perf_counter()
    stated = ask_all_statements(suite, at=at)
    took = (time.perf_counter() - began) / max(1, len(stated))
    cases += [tested.after(took) for tested in stated]
    covered, surveyed = None, None
    if coverage:
        from simulator.coverage import cover

        covered = cover(suite.policy, results_of(cases))
    if mutate is not None and any(tested.wrong for tested in cases):
        # They would notice everything.
        click.echo(f"why403: {suite.path}: no rule is changed while a case fails", err=True)
    elif mutate is not None:
        from simulator.mutants.survey import survey

        with _waiting("changing each rule a little"):
            surveyed = survey(
                suite.policy,
                Watching(suite, at=at),
                at=at,
                requests=requests_of(cases),
                at_most=mutate,
            )
    return _Ran(suite, cases, covered, surveyed)


def _waiting(what: str) -> AbstractContextManager[object]:
    """Say at a terminal what takes a while."""
    from rich.console import Console

    console = Console(stderr=True)
    return console.status(f"{what} …") if console.is_terminal else nullcontext()


def _pages(one: _Ran) -> Iterator[RenderableType]:
    from simulator.render.cases import case_list, coverage_table
    from simulator.render.mutants import survey_page

    policy = one.suite.policy
    yield case_list(policy, one.cases)
    if one.coverage is not None:
        yield coverage_table(policy, one.coverage)
    if one.survey is not None:
        yield survey_page(policy, one.survey)


def _written(form: str, ran: Sequence[_Ran]) -> str:
    """What came of it, in this format."""
    if form == "text":
        from simulator.render.terminal import as_text

        return "".join(as_text(page, width=_WIDTH) for one in ran for page in _pages(one))
    if form == "json":
        return json.dumps(_records(ran), indent=2) + "\n"
    if form == "junit":
        from simulator.render.junit import junit_xml

        return junit_xml([(o.suite.policy.name, o.cases, o.coverage, o.survey) for o in ran])
    from simulator.render.github import workflow_commands

    lines = [line for one in ran for line in workflow_commands(one.cases, one.coverage, one.survey)]
    return "".join(f"{line}\n" for line in lines)


def _records(ran: Sequence[_Ran]) -> Plain:
    """The cases; where more was asked for than these, each by its name."""
    cases: list[Plain] = [_record(tested) for one in ran for tested in one.cases]
    if all(one.coverage is None and one.survey is None for one in ran):
        return cases
    from simulator.render.mutants import coverage_record, survey_record

    record: dict[str, Plain] = {"cases": cases}
    for one in ran:
        found: dict[str, Plain] = {}
        if one.coverage is not None:
            found["coverage"] = coverage_record(one.coverage)
        if one.survey is not None:
            found["mutants"] = survey_record(one.survey)
        record[one.suite.policy.name] = found
    return record


def _record(tested: Tested) -> dict[str, Plain]:
    return {
        "policy": tested.suite.policy.name,
        "name": tested.name,
        "passed": not tested.wrong,
        "wrong": list(tested.wrong),
        "reason": tested.reason or None,
        "file": tested.span.file,
        "line": tested.span.line,
        "remark": tested.remark or None,
        "fix": None if tested.repair is None else tested.repair._asdict(),
    }


def _write(output: str, text: str) -> None:
    try:
        Path(output).write_text(text, encoding="utf-8")
    except OSError as error:
        cause = (error.strerror or str(error)).lower()
        fail(Fault(f"{quote(output)} cannot be written", cause, "correct its path"))


def _suggest(ran: Sequence[_Ran]) -> None:
    """Cases alone, so that they can be appended to a cases file."""
    from simulator.mutants.suggest import cases_text

    for one in ran:
        if one.survey is not None and one.survey.suggested:
            taken = {case.name for case in one.suite.cases.cases}
            click.echo(f"\n{cases_text(one.survey.suggested, taken=taken)}", nl=False)
