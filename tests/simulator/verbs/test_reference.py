"""Can everything there is to know be asked for?"""

from __future__ import annotations

import json

import pytest
from running import run

from simulator import REASONS, policy_schema
from simulator.cases_section import cases_schema


def test_reasons_lists_every_code() -> None:
    result = run(["reasons"])

    assert [line.split()[0] for line in result.stdout.splitlines()] == list(REASONS)


def test_reasons_explains_one_code_and_knows_its_uri() -> None:
    plain, uri = run(["reasons", "route.not-found"]), run(["reasons", "urn:why403:route.not-found"])

    assert plain.exit_code == uri.exit_code == 0
    assert plain.stdout == uri.stdout
    assert "usual causes" in plain.stdout


def test_an_unknown_code_gets_a_guess() -> None:
    result = run(["reasons", "route.notfound"])

    assert result.exit_code == 2
    assert "did you mean `route.not-found`?" in result.stderr


def test_reasons_as_json_are_all_there() -> None:
    records = json.loads(run(["reasons", "--json"]).stdout)

    assert [record["code"] for record in records] == list(REASONS)


def test_a_reason_as_json_has_what_the_browsers_call_it() -> None:
    record = json.loads(run(["reasons", "cors.multiple-origins", "--json"]).stdout)

    assert record["status"] == 0
    assert record["chromium"] == ["MultipleAllowOriginValues", "PreflightMultipleAllowOriginValues"]
    assert record["console"] == (
        "The 'Access-Control-Allow-Origin' header contains multiple values '{p}', but only one is "
        "allowed."
    )
    assert record["firefox"] == "CORSMultipleAllowOriginNotAllowed"
    assert record["firefox_console"].startswith("Multiple CORS header")


def test_reasons_as_markdown_are_one_section_or_the_whole_page() -> None:
    one, page = run(["reasons", "cors.no-fields", "--markdown"]), run(["reasons", "--markdown"])

    assert one.stdout.startswith("## cors.no-fields\n")
    assert page.stdout.startswith("| check | reasons |\n")
    assert one.stdout.strip() in page.stdout


def test_schema_prints_the_schema() -> None:
    assert json.loads(run(["schema"]).stdout) == policy_schema()
    assert json.loads(run(["schema", "policy"]).stdout) == policy_schema()
    assert json.loads(run(["schema", "cases"]).stdout) == cases_schema()


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_scripts_name_the_command(shell: str) -> None:
    assert "_WHY403_COMPLETE" in run(["completion", shell]).stdout
