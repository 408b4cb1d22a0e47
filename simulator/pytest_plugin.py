"""How do a policy's cases run among other tests?

A cases file is collected as a file of tests, each case as one: it is chosen, repeated, distributed
and reported as pytest does it with any. What failed is told as `why403 test` tells it, without a
traceback of this code. `pytest_why403` imports this when there is a cases file.
"""

from __future__ import annotations

import os
import time
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest

from simulator.coverage import Mark, cover_marks, exercised
from simulator.files import open_policy
from simulator.policy import PolicyError
from simulator.render.cases import coverage_table
from simulator.render.terminal import as_text
from simulator.source import join
from simulator.suite import Suite, open_suite, statements_of
from simulator.tested import Tested, ask_all_statements, ask_case, results_of

_WIDTH = 100
# What a worker's report carries home: the policy's path, and the sides of rules that a case is on.
_CARRIED = "why403_exercised"


class CasesFile(pytest.File):
    """A cases file with the policy beside it."""

    stated: dict[str, Tested] | None = None

    def collect(self) -> Iterator[CaseItem | StatementItem]:
        try:
            suite = open_suite(_shown(self.path))
        except PolicyError as error:
            raise self.CollectError("\n".join(str(p) for p in error.problems)) from None
        at = time.time()
        for index, case in enumerate(suite.cases.cases):
            path = join("cases", index)
            yield CaseItem.from_parent(self, name=case.name, suite=suite, path_=path, at=at)
        for path, said in statements_of(suite):
            yield StatementItem.from_parent(self, name=said, suite=suite, path_=path, at=at)


class _Item(pytest.Item):
    """A case or a statement. `path_` is where it stands in the file."""

    def __init__(self, *, suite: Suite, path_: str, at: float, **given: object) -> None:
        super().__init__(**given)  # type: ignore[arg-type]
        self.suite, self.path_, self.at = suite, path_, at
        self.tested: Tested | None = None

    def ask(self) -> Tested:
        """What comes of it."""
        raise NotImplementedError

    def runtest(self) -> None:
        self.tested = self.ask()
        if self.tested.remark:
            self.warn(pytest.PytestWarning(self.tested.remark))
        if self.tested.wrong:
            raise CaseFailed(self.tested)

    def repr_failure(
        self, excinfo: pytest.ExceptionInfo[BaseException], style: object = None
    ) -> str:
        failed = excinfo.value
        if isinstance(failed, CaseFailed):
            return failed.tested.text
        if isinstance(failed, pytest.PytestWarning):  # warnings are errors here
            return f"{failed}\n{self.suite.span(self.path_)}"
        return str(super().repr_failure(excinfo))

    def reportinfo(self) -> tuple[os.PathLike[str], int, str]:
        return self.path, self.suite.span(self.path_).line - 1, self.name


class CaseItem(_Item):
    """One case."""

    def ask(self) -> Tested:
        return ask_case(self.suite, int(self.path_.rpartition("/")[2]), at=self.at)

    def marks(self) -> list[list[str | int]]:
        """The sides of rules that the case is on."""
        if self.tested is None:
            return []
        policy = self.suite.policy
        found = [exercised(policy, result) for result in results_of([self.tested])]
        return [[path, side] for marks in found for path, side in sorted(marks)]


class StatementItem(_Item):
    """One statement. The first that runs proves all of its file."""

    def ask(self) -> Tested:
        file = self.parent
        assert isinstance(file, CasesFile)
        if file.stated is None:
            file.stated = {t.path: t for t in ask_all_statements(self.suite, at=self.at)}
        return file.stated[self.path_]


class CaseFailed(Exception):
    """A case came out otherwise."""

    def __init__(self, tested: Tested) -> None:
        super().__init__("; ".join(tested.wrong))
        self.tested = tested


class Gathered:
    """What the cases exercise, from this process or from workers; shown at the end."""

    def __init__(self) -> None:
        self._marks: dict[str, dict[str, frozenset[Mark]]] = {}

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        report = yield
        if call.when == "call" and isinstance(item, CaseItem):
            setattr(report, _CARRIED, [item.suite.policy.name, item.name, item.marks()])
        return report

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        carried = getattr(report, _CARRIED, None)
        if carried is not None:
            policy, name, marks = carried
            found = frozenset((path, side) for path, side in marks)
            self._marks.setdefault(policy, {})[name] = found

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        if not self._marks:
            return
        terminalreporter.section("coverage of policies")
        for path, marks in self._marks.items():
            policy = open_policy(path)
            page = coverage_table(policy, cover_marks(policy, marks))
            for line in as_text(page, width=_WIDTH).splitlines():
                terminalreporter.write_line(line)


def _shown(path: Path) -> str:
    """The path as somebody in this directory would write it."""
    here = Path.cwd()
    return str(path.relative_to(here) if path.is_relative_to(here) else path)
