"""Does `test` tell which cases a policy does not keep, and what no case would notice?"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from xml.etree.ElementTree import fromstring

import pytest
from click.testing import Result
from running import run

POLICY = """\
cors: {origins: [https://app.example]}
routes: [{path: /, methods: [GET, PUT]}]
"""
CASES = """\
fix:
  say: grant PUT
  replace: "[https://app.example]}"
  by: "[https://app.example], methods: [PUT]}"
cases:
  - name: the page puts
    page: {origin: https://app.example}
    request: {method: PUT, url: https://api.example/}
    expect: {page: fails, reason: cors.method-not-allowed}
    fixed: {page: reads}
  - name: curl gets
    request: {url: https://api.example/}
    expect: {status: 200}
"""


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("shop.cases.yaml").write_text(CASES)
    path = Path("shop.yaml")
    path.write_text(POLICY)
    return path


def broken(shop: Path) -> None:
    shop.write_text(POLICY.replace("[GET, PUT]", "[PUT]"))


@pytest.mark.parametrize("file", ["shop.yaml", "shop.cases.yaml", "."])
def test_a_policy_that_keeps_its_cases_ends_with_0(shop: Path, file: str) -> None:
    result = run(["test", file])

    assert (result.exit_code, result.stdout) == (
        0,
        "shop.yaml\n  ✓ the page puts  cors.method-not-allowed\n  ✓ curl gets\n  2 as expected\n",
    )


def test_the_fix_is_made_without_writing_the_file(shop: Path) -> None:
    result = run(["test", "--fixed", str(shop)])

    assert (result.exit_code, "  ✓ the page puts\n" in result.stdout) == (0, True)
    assert shop.read_text() == POLICY


def test_what_comes_out_otherwise_is_told_with_its_story_and_ends_with_1(shop: Path) -> None:
    broken(shop)

    result = run(["test", str(shop)])

    assert result.exit_code == 1
    assert "  ✗ curl gets  route.method-not-allowed  shop.cases.yaml:11\n" in result.stdout
    assert "    status is `405`, `200` was expected\n" in result.stdout
    assert "        ✗  route         the path exists, but not with this method\n" in result.stdout
    assert "    smallest fix: " in result.stdout
    assert "  1 of 2 otherwise\n" in result.stdout


def test_every_cases_file_of_a_folder_and_each_once(shop: Path) -> None:
    for name in (".hidden", "below", "node_modules"):
        Path(name).mkdir()
        Path(name, "other.yaml").write_text(POLICY)
        Path(name, "other.cases.yaml").write_text(CASES)

    result = run(["test", ".", "shop.yaml", "shop.cases.yaml"])

    headings = [line for line in result.stdout.splitlines() if not line.startswith(" ")]
    assert headings == ["below/other.yaml", "shop.yaml"]


def test_a_folder_without_cases_says_so(tmp_path: Path) -> None:
    result = run(["test", str(tmp_path)])

    assert result.exit_code == 2
    assert "holds no cases: no file in it is NAME.cases.yaml" in result.stderr


def test_statements_are_tests_too(shop: Path) -> None:
    Path("shop.cases.yaml").write_text("never: {method: PUT}\nalways: {method: GET, route: /}\n")

    result = run(["test", str(shop)])

    assert result.exit_code == 1
    assert "  ✗ never method PUT  shop.cases.yaml:1\n" in result.stdout
    assert "    these are let in: PUT `/`" in result.stdout
    assert "  2 of 2 otherwise\n" in result.stdout


def test_results_as_json(shop: Path) -> None:
    broken(shop)

    records = json.loads(run(["test", "--json", str(shop)]).stdout)

    assert [(record["name"], record["passed"], record["line"]) for record in records] == [
        ("the page puts", True, 6),
        ("curl gets", False, 11),
    ]
    assert len(records[1]["wrong"]) == 2
    assert records[1]["reason"] == "route.method-not-allowed"


def test_coverage_and_mutants_as_json(shop: Path) -> None:
    record = json.loads(run(["test", "--json", "--coverage", "--mutate=6", str(shop)]).stdout)

    assert [case["name"] for case in record["cases"]] == ["the page puts", "curl gets"]
    assert record["shop.yaml"]["coverage"]["percent"] == 25.0
    assert record["shop.yaml"]["mutants"]["tried"] == 6


def test_results_as_junit_xml(shop: Path) -> None:
    broken(shop)

    root = fromstring(run(["test", "--format", "junit", str(shop)]).stdout.encode())

    assert (root.attrib["tests"], root.attrib["failures"]) == ("2", "1")


def test_results_as_annotations(shop: Path) -> None:
    broken(shop)

    result = run(["test", "--format", "github", str(shop)])

    assert result.exit_code == 1
    assert [line.partition(",title")[0] for line in result.stdout.splitlines()] == [
        "::error file=shop.cases.yaml,line=11",
        "::notice file=shop.yaml,line=2",
    ]


def test_a_file_gets_the_format_and_the_terminal_text(shop: Path) -> None:
    junit = run(["test", "--format", "junit", "--output", "report.xml", str(shop)])
    text = run(["test", "--output", "report.txt", str(shop)])

    assert junit.stdout == text.stdout == Path("report.txt").read_text()
    assert fromstring(Path("report.xml").read_bytes()).tag == "testsuites"


def test_a_file_that_cannot_be_written_says_so(shop: Path) -> None:
    result = run(["test", "--output", "none/report.txt", str(shop)])

    assert result.exit_code == 2
    assert "`none/report.txt` cannot be written" in result.stderr


def test_what_no_case_is_on_both_sides_of(shop: Path) -> None:
    result = run(["test", "--coverage", str(shop)])

    assert result.exit_code == 0
    assert result.stdout.endswith("""\
shop.yaml  25 % covered  1 of 4 sides of 2 rules
  no case in which
    shop.yaml:1  the origin `https://app.example`  a page of it is admitted; a page of another is refused
    shop.yaml:2  the route `GET,PUT /`             another method is refused
""")  # noqa: E501


def noticed(result: Result) -> str:
    return next(line for line in result.stdout.splitlines() if "% of mistakes" in line)


def test_what_no_case_notices_and_the_cases_that_would(shop: Path) -> None:
    before = run(["test", "--mutate", str(shop)])
    suggested = run(["test", "--mutate", "--suggest", str(shop)])

    assert suggested.stdout.startswith("\n  - name: ")
    assert noticed(before) in suggested.stderr
    with Path("shop.cases.yaml").open("a") as cases:
        cases.write(suggested.stdout)
    after = run(["test", "--mutate", str(shop)])
    assert not noticed(before).startswith("shop.yaml  100 %")
    assert noticed(after).startswith("shop.yaml  100 % of mistakes noticed")


def test_nothing_is_changed_while_a_case_fails(shop: Path) -> None:
    broken(shop)

    result = run(["test", "--mutate", str(shop)])

    assert result.exit_code == 1
    assert "no rule is changed while a case fails" in result.stderr
    assert "% of mistakes" not in result.stdout


@pytest.mark.parametrize(
    ("options", "code"),
    [
        (["--coverage", "--fail-under", "25"], 0),
        (["--coverage", "--fail-under", "26"], 1),
        (["--mutate", "--fail-under", "1"], 0),
        (["--mutate", "--coverage", "--fail-under", "50"], 1),
        (["--fail-under", "100"], 0),
    ],
)
def test_less_than_what_is_asked_for_ends_with_1(shop: Path, options: list[str], code: int) -> None:
    assert run(["test", *options, str(shop)]).exit_code == code


def test_suggestions_need_mutants(shop: Path) -> None:
    result = run(["test", "--suggest", str(shop)])

    assert result.exit_code == 2
    assert "add `--mutate`" in result.stderr


@pytest.mark.parametrize(
    ("edit", "said"),
    [
        pytest.param(lambda p: p.unlink(), "shop.yaml` cannot be read", id="no policy"),
        pytest.param(
            lambda p: p.with_name("shop.cases.yaml").unlink(),
            "shop.cases.yaml` cannot be read",
            id="no cases",
        ),
        pytest.param(
            lambda p: p.with_name("shop.cases.yaml").write_text("cases: [{nam: x}]"),
            "`nam` is not known",
            id="a mistake in the cases",
        ),
        pytest.param(lambda p: p.write_text("cors: {}\n"), "the fix does not fit", id="no fit"),
        pytest.param(
            lambda p: p.with_name("shop.cases.yaml").write_text(
                CASES[CASES.index("cases:") :].replace("    fixed: {page: reads}\n", "")
            ),
            "holds no fix",
            id="no fix",
        ),
    ],
)
def test_what_cannot_be_read_or_mended_ends_with_2(
    shop: Path, edit: Callable[[Path], object], said: str
) -> None:
    edit(shop)

    result = run(["test", "--fixed", str(shop)])

    assert result.exit_code == 2
    assert said in result.stderr


def test_the_problems_of_every_file_are_told_at_once(shop: Path) -> None:
    Path("other.yaml").write_text("corz: {}\n")
    case = '{name: x, request: {url: "https://api.example/"}, expect: {status: 200}}'
    Path("other.cases.yaml").write_text(f"cases: [{case}]\n")
    Path("shop.cases.yaml").write_text("cases: [{nam: x}]\n")

    result = run(["test", "."])

    assert result.exit_code == 2
    assert "`nam` is not known" in result.stderr
    assert "`corz` is not known" in result.stderr
