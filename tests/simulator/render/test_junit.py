"""JUnit XML that is well formed whatever stands in a case, with what CI servers read."""

from __future__ import annotations

from pathlib import Path
from xml.etree.ElementTree import fromstring

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.coverage import cover
from simulator.mutants.survey import Survey
from simulator.render.junit import junit_xml
from simulator.suite import Suite, open_suite
from simulator.tested import Tested, ask_case, results_of


@pytest.fixture
def suite(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Suite:
    monkeypatch.chdir(tmp_path)
    Path("shops").mkdir()
    Path("shops/a.b.yaml").write_text("network: {deny: [203.0.113.0/24]}")
    Path("shops/a.b.cases.yaml").write_text("""\
cases:
  - {name: a stranger, request: {url: "https://api.example/"}, expect: {status: 200}}
  - name: a scraper
    client: 203.0.113.9
    request: {url: "https://api.example/"}
    expect: {status: 200}
""")
    return open_suite("shops/a.b.yaml")


def asked(suite: Suite) -> list[Tested]:
    return [ask_case(suite, n, at=0.0).after(0.25) for n in (0, 1)]


def test_a_suite_for_each_policy_and_a_test_for_each_case(suite: Suite) -> None:
    root = fromstring(junit_xml([(suite.policy.name, asked(suite), None, None)]).encode())

    assert (root.tag, root.attrib) == (
        "testsuites",
        {
            "name": "why403",
            "tests": "2",
            "failures": "1",
            "errors": "0",
            "skipped": "0",
            "time": "0.500",
        },
    )
    (found,) = root
    assert (found.tag, found.attrib["name"], found.attrib["failures"]) == (
        "testsuite",
        "shops/a.b.yaml",
        "1",
    )
    passed, failed = found
    assert passed.attrib == {
        "name": "a stranger",
        "classname": "shops.a_b",
        "time": "0.250",
        "file": "shops/a.b.cases.yaml",
        "line": "2",
    }
    assert list(passed) == []
    (failure,) = failed
    assert failure.attrib == {
        "message": "reason is `network.denied`, none was expected; "
        "status is `403`, `200` was expected",
        "type": "why403.otherwise",
    }
    assert failure.text is not None
    assert "\n  shops/a.b.yaml:1  network: {deny: [203.0.113.0/24]}\n" in failure.text


def test_what_is_covered_and_noticed_are_properties(suite: Suite) -> None:
    coverage = cover(suite.policy, results_of(asked(suite)))
    survey = Survey(possible=4, chosen=4, noticed=3, same=0, survivors=())

    root = fromstring(junit_xml([("p.yaml", [], coverage, survey)]).encode())

    assert [p.attrib for p in root.iter("property")] == [
        {"name": "coverage", "value": "100.0"},
        {"name": "mutants-noticed", "value": "100.0"},
    ]


# Properties.


@given(st.text())
def test_any_text_makes_well_formed_xml(text: str) -> None:
    root = fromstring(junit_xml([(text, [], None, None)]).encode("utf-8", "surrogatepass"))

    assert root[0].tag == "testsuite"
