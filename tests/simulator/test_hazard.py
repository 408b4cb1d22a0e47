"""A hazard says what its rule says, in one place."""

from __future__ import annotations

from simulator.hazard import SEVERITIES, Hazard, Rule
from simulator.source import Span

RULE = Rule("area/name", "warning", "a title", "why it matters", "what to do", "{}")


def test_a_hazard_has_its_rules_code_and_reason() -> None:
    hazard = Hazard(RULE, "note", "cors/origins/0", Span("policy.yaml", 3), "something")

    assert (hazard.code, hazard.why, hazard.severity) == ("area/name", "why it matters", "note")


def test_severities_are_told_the_worst_first() -> None:
    assert SEVERITIES == ("error", "warning", "note")
