"""The verb `test`: do policies do what their cases say?"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from simulator.files import open_policy, read_text
from simulator.policy import Policy, PolicyError
from simulator.problem import Fault, Problem, quote
from simulator.verbs.common import NO_ANSWER, REFUSED, show

if TYPE_CHECKING:
    from simulator.cases import CasesSection, Result

_CASES = ".cases.yaml"


@click.command()
@click.option("--fixed", is_flag=True, help="Make the change that the cases file holds first.")
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
@click.argument("files", metavar="FILE…", nargs=-1, required=True, type=click.Path())
def test(files: tuple[str, ...], *, fixed: bool, as_json: bool) -> None:
    """Ask policies what their cases ask, and compare what comes of it.

    A FILE is a policy, whose cases stand beside it in NAME.cases.yaml, or the cases themselves.
    With --fixed the policy is changed as the cases file says, and its `fixed` expectations hold.
    No file is written.

    \b
    why403 test policies/auth-before-cors.yaml
    why403 test --fixed policies/auth-before-cors.yaml
    """
    from simulator.cases import run_case

    opened: list[tuple[str, Policy, CasesSection]] = []
    problems: list[Problem] = []
    for file in files:
        try:
            opened.append(_open(file, fixed=fixed))
        except PolicyError as error:
            problems += error.problems
        except Fault as fault:
            problems.append(Problem(file, 0, "", fault.problem, fault.cause, fault.remedy))
    if problems:
        from simulator.render.terminal import problem_list

        show(problem_list(problems), err=True)
        sys.exit(NO_ANSWER)
    now = time.time()
    ran = [
        (path, [run_case(policy, case, fixed=fixed, at=now) for case in cases.cases])
        for path, policy, cases in opened
    ]
    if as_json:
        click.echo(json.dumps([record for path, rs in ran for record in _records(path, rs)]))
    else:
        from simulator.render.cases import case_list

        for path, results in ran:
            show(case_list(path, results))
    wrong = any(result.wrong for _, results in ran for result in results)
    sys.exit(REFUSED if wrong else 0)


def _open(file: str, *, fixed: bool) -> tuple[str, Policy, CasesSection]:
    """The policy's path, the policy and its cases. Raises PolicyError, and Fault for its fix."""
    from simulator.cases import apply_fix, read_cases

    path = Path(file)
    if file.endswith(_CASES):
        policy = path.with_name(path.name.removesuffix(_CASES) + ".yaml")
    else:
        policy, path = path, path.with_name(f"{path.stem}{_CASES}")
    cases = read_cases(read_text(str(path)), name=str(path))
    fix = cases.fix
    if not fixed:
        return str(policy), open_policy(policy), cases
    if fix is None:
        raise Fault(f"{quote(path)} holds no fix", "there is nothing to apply", "add `fix:`")
    return str(policy), open_policy(policy, edit=lambda text: apply_fix(text, fix)), cases


def _records(path: str, results: Sequence[Result]) -> Iterator[dict[str, object]]:
    for result in results:
        yield {
            "policy": path,
            "name": result.case.name,
            "passed": not result.wrong,
            "wrong": list(result.wrong),
        }
