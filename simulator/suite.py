"""Which cases stand beside a policy?

A suite is a policy with the cases file beside it: requests with what must come of each, and
statements about all requests there are.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from simulator.cases import CasesSection, apply_fix, read_cases
from simulator.files import open_policy, read_text
from simulator.policy import Policy, PolicyError
from simulator.problem import Fault, Problem, did_you_mean, list_words, quote
from simulator.source import Document, Span, join, read_document
from simulator.statement_section import StatementSection
from simulator.statements import condition_of

CASES = ".cases.yaml"
_POLICIES = (".yaml", ".yml", ".json")


@dataclass(frozen=True)
class Suite:
    """A policy and the cases beside it; `fixed`: the policy has the file's fix in it."""

    path: str
    policy: Policy
    cases: CasesSection
    document: Document
    fixed: bool = False

    @property
    def size(self) -> int:
        """How many tests there are: a case and a statement are one each."""
        return len(self.cases.cases) + len(self.cases.never) + len(self.cases.always)

    def span(self, path: str) -> Span:
        """Where a case or a statement begins."""
        return self.document.span(path)


def paths_of(file: str) -> tuple[str, str]:
    """The policy and its cases, of which `file` is either."""
    if not file.endswith(CASES):
        stem, dot, suffix = file.rpartition(".")
        return file, f"{stem if dot and '/' not in suffix else file}{CASES}"
    stem = file.removesuffix(CASES)
    found = (stem + suffix for suffix in _POLICIES if Path(stem + suffix).is_file())
    return next(found, f"{stem}{_POLICIES[0]}"), file


def open_suite(file: str, *, fixed: bool = False) -> Suite:
    """The suite that a file belongs to, policy or cases. Raises PolicyError with the problems of
    both, and Fault where the fix is missing or does not fit."""
    policy, path = paths_of(file)
    problems: list[Problem] = []
    cases: CasesSection | None = None
    judge, text = None, ""
    try:
        text = read_text(path)
        cases = read_cases(text, name=path)
    except PolicyError as error:
        problems += error.problems
    fix = None if cases is None else cases.fix
    if fixed and cases is not None and fix is None:
        raise Fault(f"{quote(path)} holds no fix", "there is nothing to apply", "add `fix:`")
    try:
        if fix is None or not fixed:
            judge = open_policy(policy)
        else:
            judge = open_policy(policy, edit=lambda text: apply_fix(text, fix))
    except PolicyError as error:
        problems += error.problems
    document = read_document(text, name=path)
    if cases is not None and judge is not None:
        suite = Suite(path, judge, cases, document, fixed)
        problems += _misfits(suite)
        if not problems:
            return suite
    raise PolicyError(tuple(problems))


def _misfits(suite: Suite) -> Iterator[Problem]:
    """What names things that the policy does not have."""
    policy, document = suite.policy, suite.document
    ids = [key.id for key in policy.keys]
    for index, case in enumerate(suite.cases.cases):
        here = join("cases", index)
        asked = [(join(here, "request"), case.request)]
        asked += [(join(here, "after", n), each) for n, each in enumerate(case.after)]
        for place, request in asked:
            if request.key is not None and request.key not in ids:
                guess = did_you_mean(request.key, ids)
                yield document.problem(
                    join(place, "key"),
                    f"there is no key {quote(request.key)}",
                    f"{policy.name} has {list_words(ids, last='and')}" if ids else "it has none",
                    f"did you mean `{guess}`?" if guess else "name one by its id",
                )
    for kind, statements in (("never", suite.cases.never), ("always", suite.cases.always)):
        for index, statement in enumerate(statements):
            try:
                condition_of(statement, policy, suite.cases.clients)
            except Fault as fault:
                path = place_of(suite, kind, index)
                yield document.problem(path, fault.problem, fault.cause, fault.remedy)


def statements_of(suite: Suite) -> list[tuple[str, str]]:
    """Where each statement stands, and what it says."""
    cases = suite.cases
    return [
        (place_of(suite, kind, index), f"{kind} {_said(statement)}")
        for kind, each in (("never", cases.never), ("always", cases.always))
        for index, statement in enumerate(each)
    ]


def _said(statement: StatementSection) -> str:
    """A statement in a line, in the order of its grammar."""
    given = statement.model_dump(exclude_unset=True, exclude={"because"})
    words = []
    for name, value in given.items():
        each = value if isinstance(value, tuple) else (value,)
        shown = [str(item).lower() if isinstance(item, bool) else str(item) for item in each]
        words.append(f"{name} {' or '.join(shown)}")
    return ", ".join(words)


def place_of(suite: Suite, kind: str, index: int) -> str:
    """Where a statement stands: alone, without a list around it, or in one."""
    data = suite.document.data
    alone = isinstance(data, dict) and isinstance(data.get(kind), dict)
    return kind if alone else join(kind, index)
