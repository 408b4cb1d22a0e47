"""Hazards as SARIF 2.1.0: what its JSON schema demands, and what hosts read of it."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from linting import policy
from strategies import NOON

from simulator.edit import edit_document
from simulator.lint import RULES, lint
from simulator.policy import Policy
from simulator.render.sarif import Linted, replacements_of, sarif_log

POLICY = """\
network:
  default: deny
  allow: [10.0.0.0/8, 10.1.0.0/16, 198.51.100.0/24]
keys: [{id: web, key: a-real-key-77, scopes: [orders, elsewhere]}]
routes: [{path: /orders, scopes: [orders]}] # why403: ignore routes/no-key: unused here
# why403: ignore keys/no-expiry: for the test
"""


def log(judge: Policy) -> dict[str, Any]:
    made = sarif_log([Linted(judge, lint(judge, at=NOON))], RULES, version="1.2.3")
    return json.loads(json.dumps(made))  # type: ignore[no-any-return]


def run_of(text: str = POLICY) -> dict[str, Any]:
    found: dict[str, Any] = log(policy(text))["runs"][0]
    return found


def result(code: str, text: str = POLICY) -> dict[str, Any]:
    (found,) = [r for r in run_of(text)["results"] if r["ruleId"] == code]
    return found  # type: ignore[no-any-return]


def test_the_log_has_what_the_schema_requires() -> None:
    made = log(policy(POLICY))

    assert (made["version"], set(made)) == ("2.1.0", {"$schema", "version", "runs"})
    (run,) = made["runs"]
    driver = run["tool"]["driver"]
    assert (driver["name"], driver["version"]) == ("why403", "1.2.3")
    assert [rule["id"] for rule in driver["rules"]] == list(RULES)
    for rule in driver["rules"]:
        assert rule["shortDescription"]["text"]
        assert rule["fullDescription"]["text"]
        assert rule["help"]["text"]
        assert rule["help"]["markdown"].startswith("## ")
        assert rule["defaultConfiguration"]["level"] in ("error", "warning", "note")
        assert re.fullmatch(r"[A-Z][A-Za-z0-9]+", rule["name"])


@pytest.mark.parametrize("rule", RULES.values(), ids=list(RULES))
def test_every_result_has_what_the_schema_requires(rule: Any) -> None:
    run = run_of(rule.example)

    assert run["results"]
    for found in run["results"]:
        assert run["tool"]["driver"]["rules"][found["ruleIndex"]]["id"] == found["ruleId"]
        assert found["level"] in ("error", "warning", "note")
        assert found["message"]["text"]
        (location,) = found["locations"]
        place = location["physicalLocation"]
        assert place["artifactLocation"]["uri"] == "policy.yaml"
        assert place["region"]["startLine"] >= 1
        for suppression in found["suppressions"]:
            assert suppression["kind"] == "inSource"
        for fix in found.get("fixes", ()):
            assert fix["description"]["text"]
            for change in fix["artifactChanges"]:
                assert change["replacements"]
                for replacement in change["replacements"]:
                    region = replacement["deletedRegion"]
                    assert all(region[name] >= 1 for name in region)
                    assert set(replacement["insertedContent"]) == {"text"}


def test_fingerprints_differ_and_do_not_hang_on_lines() -> None:
    prints = [r["partialFingerprints"]["why403/v1"] for r in run_of()["results"]]
    below = [r["partialFingerprints"]["why403/v1"] for r in run_of(f"\n\n{POLICY}")["results"]]

    assert len(set(prints)) == len(prints)
    assert below == prints


def test_a_suppressed_result_has_its_reason() -> None:
    text = "keys: [{id: a, env: WEB_KEY}] # why403: ignore keys/no-expiry: renewed every night"

    (found,) = run_of(text)["results"]

    assert found["suppressions"] == [{"kind": "inSource", "justification": "renewed every night"}]


def test_a_witness_is_part_of_the_message() -> None:
    found = result("cors/null-origin", "cors: {origins: ['null'], credentials: true}")

    assert "\nShown by: `GET https://api.example.com/` from" in found["message"]["text"]


def test_a_fix_replaces_no_more_than_what_differs() -> None:
    found = result("keys/unneeded-scope")

    (replacement,) = found["fixes"][0]["artifactChanges"][0]["replacements"]

    line = POLICY.splitlines()[3]
    region = replacement["deletedRegion"]
    assert (region["startLine"], region["endLine"]) == (4, 4)
    assert line[region["startColumn"] - 1 : region["endColumn"] - 1] == ", elsewhere"
    assert replacement["insertedContent"]["text"] == ""


def test_no_secret_is_in_the_log() -> None:
    assert "a-real-key-77" not in json.dumps(log(policy(POLICY)))


def applied(text: str, replacements: Any) -> str:
    """The text with its regions replaced, the last first."""
    for region, come in reversed(replacements):
        lines = text.split("\n")
        starts = [0]
        for line in lines:
            starts.append(starts[-1] + len(line) + 1)
        start = starts[region["startLine"] - 1] + region["startColumn"] - 1
        end = starts[region["endLine"] - 1] + region["endColumn"] - 1
        text = text[:start] + come + text[end:]
    return text


def test_replacements_make_the_text_that_the_edits_make() -> None:
    judge = policy(POLICY)

    for hazard in lint(judge, at=NOON):
        new = edit_document(judge.document, hazard.edits).text
        assert applied(POLICY, replacements_of(POLICY, new)) == new


@given(st.text("ab\n", max_size=20), st.text("ab\n", max_size=20))
def test_replacements_make_of_any_text_any_other(old: str, new: str) -> None:
    assert applied(old, replacements_of(old, new)) == new
