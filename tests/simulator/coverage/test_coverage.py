"""Sides are counted, with the names of the cases on them; whatever came of these."""

from __future__ import annotations

from pathlib import Path

import pytest

from simulator import load_policy
from simulator.cases import read_cases, run_case
from simulator.coverage import cover, cover_marks, exercised
from simulator.coverage.rules import rules_of

POLICIES = Path(__file__).parent.parent.parent.parent / "policies"
NAMES = sorted(path.name.partition(".")[0] for path in POLICIES.glob("*.cases.yaml"))

POLICY = load_policy(
    "network: {deny: [203.0.113.0/24]}\ncors: {origins: [https://app.example]}", name="p.yaml"
)
CASES = read_cases("""\
cases:
  - {name: a stranger, request: {url: /}, expect: {status: 200}}
  - {name: a scraper, client: 203.0.113.9, request: {url: /}, expect: {status: 200}}
  - name: the page
    page: {origin: https://app.example}
    request: {url: "https://api.example/"}
    expect: {status: 200}
""").cases


def test_what_cases_exercise() -> None:
    coverage = cover(POLICY, [run_case(POLICY, case) for case in CASES])

    assert [(covered.rule.path, covered.by) for covered in coverage.rules] == [
        ("network/deny/0", (("a scraper",), ("a stranger", "the page"))),
        ("network/default", (("a stranger", "the page"),)),
        ("cors/origins/0", (("the page",), ())),
    ]
    assert [covered.missing for covered in coverage.rules] == [
        (),
        (),
        ("a page of another is refused",),
    ]
    assert (coverage.exercised, coverage.sides, coverage.percent) == (4, 5, 80.0)
    assert str(coverage.rules[0].span) == "p.yaml:1"


def test_no_cases_exercise_nothing() -> None:
    assert cover_marks(POLICY, {}).percent == 0.0


def test_a_policy_without_rules_has_none_to_miss() -> None:
    assert cover_marks(load_policy("{}"), {}).percent == 100.0


@pytest.mark.parametrize("name", NAMES)
def test_no_case_is_on_a_side_on_which_no_request_can_be(name: str) -> None:
    policy = load_policy((POLICIES / f"{name}.yaml").read_text(encoding="utf-8"))
    cases = read_cases((POLICIES / f"{name}.cases.yaml").read_text(encoding="utf-8")).cases
    sides = {rule.path: len(rule.sides) for rule in rules_of(policy)}

    marks = [
        mark
        for case in cases
        for mark in exercised(policy, run_case(policy, case, at=1_790_000_000.0))
    ]

    assert [(path, side) for path, side in marks if side >= sides.get(path, 2)] == []
