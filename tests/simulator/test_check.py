"""What a check declares in `reads` is all that its verdict looks at."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import policies, requests

from simulator import ORDER, Outcome, Request, Usage, load_policy
from simulator.check import Check, skip
from simulator.decision import Finding
from simulator.facts import Facts, gather
from simulator.policy import Policy


class Declared:
    """The facts less what a check did not say it reads."""

    def __init__(self, facts: Facts, check: Check) -> None:
        self._facts = facts
        self._check = check

    def __getattr__(self, name: str) -> Any:
        assert name in self._check.reads, f"{self._check.name} reads {name} and does not say so"
        return getattr(self._facts, name)


def load(policy: dict[str, Any]) -> Policy:
    return load_policy(json.dumps(policy, ensure_ascii=False))


def test_a_skip_is_a_finding_with_a_note_only() -> None:
    assert skip("cors", "no Origin") == Finding("cors", Outcome.SKIP, note="no Origin")


def test_there_is_a_check_for_each_name_in_the_order() -> None:
    assert tuple(check.name for check in load({}).checks) == ORDER


@pytest.mark.parametrize("name", ORDER)
def test_what_is_declared_exists(name: str) -> None:
    check = next(check for check in load({}).checks if check.name == name)
    facts = gather(Request("GET", "https://h/"), load({}).tables)

    assert check.reads
    assert all(hasattr(facts, fact) for fact in check.reads)


@st.composite
def questions(draw: Any) -> tuple[dict[str, Any], Request]:
    policy = draw(policies())
    return policy, draw(requests(policy))


@settings(max_examples=120)
@given(questions())
def test_a_verdict_depends_on_nothing_else(asked: tuple[dict[str, Any], Request]) -> None:
    policy = load(asked[0])
    facts = gather(asked[1], policy.tables, Usage())
    for check in policy.checks:
        assert check.judge(Declared(facts, check)) == check.judge(facts)  # type: ignore[arg-type]


@settings(max_examples=120)
@given(questions())
def test_a_finding_is_well_formed(asked: tuple[dict[str, Any], Request]) -> None:
    policy = load(asked[0])
    facts = gather(asked[1], policy.tables, Usage())
    for check in policy.checks:
        finding = check.judge(facts)
        assert finding.check == check.name
        assert (finding.reason is not None) == (finding.outcome is Outcome.FAIL)
        assert finding.reason is not None or finding.note
        if finding.reason is not None:
            named = set(re.findall(r"\{(\w+)\}", finding.reason.text))
            assert named <= set(finding.values or ())
            assert finding.reason.code.startswith(check.name.replace("_", "-") + ".")
            assert finding.values
            assert 200 <= finding.status <= 599
        if finding.rule:
            assert policy.span(finding.rule).line >= 1
        near = check.near(facts)
        assert len(near) <= 4
        assert all(one.text.isprintable() for one in near)
