"""Does `test` tell which cases a policy does not keep, before and after its fix?"""

from __future__ import annotations

import json
from pathlib import Path

import pytest
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
def shop(tmp_path: Path) -> Path:
    (tmp_path / "shop.cases.yaml").write_text(CASES)
    path = tmp_path / "shop.yaml"
    path.write_text(POLICY)
    return path


def test_a_policy_that_keeps_its_cases_ends_with_0(shop: Path) -> None:
    for file in (shop, shop.with_name("shop.cases.yaml")):
        result = run(["test", str(file)])

        assert (result.exit_code, result.stdout) == (
            0,
            f"{shop}\n  ✓ the page puts  cors.method-not-allowed\n  ✓ curl gets\n  2 as expected\n",
        )


def test_the_fix_is_made_without_writing_the_file(shop: Path) -> None:
    result = run(["test", "--fixed", str(shop)])

    assert (result.exit_code, "  ✓ the page puts\n" in result.stdout) == (0, True)
    assert shop.read_text() == POLICY


def test_what_comes_out_otherwise_is_told_and_ends_with_1(shop: Path) -> None:
    shop.write_text(POLICY.replace("[GET, PUT]", "[PUT]"))

    result = run(["test", str(shop)])

    assert result.exit_code == 1
    assert "  ✗ curl gets  route.method-not-allowed\n" in result.stdout
    assert "status is `405`, `200` was expected" in result.stdout
    assert "  1 of 2 otherwise\n" in result.stdout


def test_results_as_json(shop: Path) -> None:
    shop.write_text(POLICY.replace("[GET, PUT]", "[PUT]"))

    records = json.loads(run(["test", "--json", str(shop)]).stdout)

    assert [(record["name"], record["passed"]) for record in records] == [
        ("the page puts", True),
        ("curl gets", False),
    ]
    assert len(records[1]["wrong"]) == 2


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
def test_what_cannot_be_read_or_mended_ends_with_2(shop: Path, edit, said: str) -> None:
    edit(shop)

    result = run(["test", "--fixed", str(shop)])

    assert result.exit_code == 2
    assert said in result.stderr


def test_the_problems_of_every_file_are_told_at_once(shop: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.yaml"
    other.write_text("corz: {}\n")
    case = '{name: x, request: {url: "https://api.example/"}, expect: {status: 200}}'
    (tmp_path / "other.cases.yaml").write_text(f"cases: [{case}]\n")
    shop.with_name("shop.cases.yaml").write_text("cases: [{nam: x}]\n")

    result = run(["test", str(shop), str(other)])

    assert result.exit_code == 2
    assert "`nam` is not known" in result.stderr
    assert "`corz` is not known" in result.stderr
