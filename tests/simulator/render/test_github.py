"""Workflow commands that GitHub reads: what failed first, each at its line, and escaped."""

from __future__ import annotations

from pathlib import Path

import pytest

from simulator import Span
from simulator.coverage import cover
from simulator.mutants.survey import survey
from simulator.render.github import annotation, workflow_commands
from simulator.suite import Suite, open_suite
from simulator.tested import Watching, ask_case, results_of


@pytest.fixture
def suite(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Suite:
    monkeypatch.chdir(tmp_path)
    Path("p.yaml").write_text("network:\n  deny:\n    - 203.0.113.9\n")
    Path("p.cases.yaml").write_text("""\
cases:
  - name: "a: scraper, 100 %"
    client: 203.0.113.9
    request: {url: /}
    expect: {reason: network.not-allowed}
""")
    return open_suite("p.yaml")


def test_a_case_that_failed_and_the_rule_that_decided_it(suite: Suite) -> None:
    lines = list(workflow_commands([ask_case(suite, 0, at=0.0)]))

    assert lines[0].startswith(
        "::error file=p.cases.yaml,line=2,title=a%3A scraper%2C 100 %25::"
        "reason is `network.denied`, `network.not-allowed` was expected"
    )
    assert lines[-1] == (
        "::notice file=p.yaml,line=3,title=a%3A scraper%2C 100 %25::"
        "the address 203.0.113.9 is denied by `203.0.113.9`"
    )


def test_rules_whose_change_nobody_notices_and_that_are_not_covered(suite: Suite) -> None:
    Path("p.cases.yaml").write_text("cases: [{name: a, request: {url: /}, expect: {status: 200}}]")
    suite = open_suite("p.yaml")
    cases = [ask_case(suite, 0, at=0.0)]
    found = survey(suite.policy, Watching(suite, at=0.0), at=0.0)

    lines = list(workflow_commands(cases, cover(suite.policy, results_of(cases)), found))

    assert [line.partition("::GET")[0] for line in lines] == [
        "::warning file=p.yaml,line=3,title=no case notices when `203.0.113.9` is not denied",
        "::warning file=p.yaml,line=3,title=no case notices when `203.0.113.9` is allowed%2C not "
        "denied",
        "::warning file=p.yaml,line=3,title=no case notices when `203.0.113.8/31` is denied%2C "
        "twice as wide as `203.0.113.9`",
        "::notice file=p.yaml,line=3,title=deny `203.0.113.9`::no case in which a client in it is "
        "refused",
    ]
    assert lines[0].endswith("::GET / from 203.0.113.9: 403 network.denied would be 200")


def test_what_stands_in_no_line_is_about_the_file() -> None:
    assert annotation("notice", Span("p.yaml", 0), "a", "b") == "::notice file=p.yaml,title=a::b"


def test_line_breaks_are_escaped() -> None:
    line = annotation("error", Span("a,b:c.yaml", 1), "a\r\nb", "50 %\nc")

    assert line == "::error file=a%2Cb%3Ac.yaml,line=1,title=a%0D%0Ab::50 %25%0Ac"
