"""Every area has rules, each rule a check, and no code is given twice."""

from __future__ import annotations

from simulator import load_policy
from simulator.lint import RULES, lint
from simulator.lint.areas import _AREAS, hazards


def test_every_area_has_rules_and_checks() -> None:
    assert all(area.RULES and area.CHECKS for area in _AREAS)


def test_no_code_is_given_twice() -> None:
    codes = [rule.code for area in _AREAS for rule in area.RULES]

    assert len(codes) == len(set(codes))
    assert set(codes) <= set(RULES)


def test_what_they_find_is_what_lint_says() -> None:
    policy = load_policy("trusted_proxies: [all]\ncors: {origins: ['null'], credentials: true}")

    assert hazards(policy, None) == lint(policy) != ()
