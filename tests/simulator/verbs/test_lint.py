"""Does `lint` find, tell, mend, and end as it should?"""

from __future__ import annotations

import json
import os
from pathlib import Path
from unittest.mock import patch

import pytest
from click.testing import CliRunner, Result

from simulator.verbs.lint import lint

POLICY = """\
# the office, and nobody else
network:
  default: deny
  allow:
    - 10.0.0.0/8 # all of it
    - 10.1.0.0/16 # the second floor
cors:
  origins: ["null"]
  credentials: true
"""


def run(*arguments: str) -> Result:
    with patch.dict(os.environ, {"WEB_KEY": "a-secret"}):
        return CliRunner().invoke(lint, list(arguments), prog_name="why403 lint")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    file = tmp_path / "policy.yaml"
    file.write_text(POLICY)
    return file


def test_hazards_are_told_and_the_status_is_1(path: Path) -> None:
    result = run(str(path))

    assert result.exit_code == 1
    lines = result.stdout.splitlines()
    assert [line.split(": ")[1] for line in lines if line.startswith(str(path))] == [
        "note",
        "error",
    ]
    assert lines[-1] == "1 error, 1 note; `--fix` mends 1"


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("{}", 0),
        ("cors: {origins: [https://a.example], max_age: 1728000}", 0),
        ("cors: {}", 1),
        ("cors: {} # why403: ignore cors/admits-nobody: on purpose", 0),
        ("cors: {} # why403: ignore cors/admits-nobody", 1),
        ("cors: [", 2),
    ],
    ids=["nothing", "notes", "a warning", "a suppressed one", "without a reason", "unreadable"],
)
def test_the_status_says_what_was_found(tmp_path: Path, text: str, status: int) -> None:
    (tmp_path / "policy.yaml").write_text(text)

    assert run(str(tmp_path / "policy.yaml")).exit_code == status


def test_what_is_milder_is_left_out(path: Path) -> None:
    result = run("--min-severity", "warning", str(path))

    assert "note" not in result.stdout
    assert result.stdout.endswith("1 error\n")


def test_what_is_left_out_does_not_count(tmp_path: Path) -> None:
    (tmp_path / "policy.yaml").write_text("cors: {}")

    assert run("--min-severity", "error", str(tmp_path / "policy.yaml")).exit_code == 0


def test_problems_are_told_all_at_once_and_nothing_else(path: Path) -> None:
    broken = path.with_name("broken.yaml")
    broken.write_text("cors: {origins: [a.example]}\nnetwrk: {}\n")

    result = run(str(path), str(broken), str(path.with_name("missing.yaml")))

    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.count("broken.yaml:") == 2
    assert "missing.yaml" in result.stderr


def test_fixes_are_written_and_told_and_comments_stay(path: Path) -> None:
    result = run("--fix", str(path))

    assert path.read_text() == POLICY.replace("    - 10.1.0.0/16 # the second floor\n", "")
    fixed, *rest = result.stdout.splitlines()
    assert fixed == (
        f"{path}:6: fixed: the rule that allows `10.1.0.0/16` changes nothing: `10.0.0.0/8` "
        "(line 5) says the same  network/redundant-rule"
    )
    assert rest[-1] == "1 error"
    assert result.exit_code == 1


def test_a_file_without_anything_to_mend_is_not_written(tmp_path: Path) -> None:
    file = tmp_path / "policy.yaml"
    file.write_text("cors: {}")
    before = file.stat().st_mtime_ns

    run("--fix", str(file))

    assert file.stat().st_mtime_ns == before


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"], ids=["plain", "with a mark"])
def test_line_ends_and_byte_order_mark_stay(tmp_path: Path, mark: bytes) -> None:
    file = tmp_path / "policy.yaml"
    file.write_bytes(mark + b"trusted_proxies:\r\n  - 10.0.0.0/8\r\n  - 10.0.0.5\r\n")

    result = run("--fix", str(file))

    assert file.read_bytes() == mark + b"trusted_proxies:\r\n  - 10.0.0.0/8\r\n"
    assert result.exit_code == 0


def test_a_diff_shows_what_would_be_written_and_no_secret(tmp_path: Path) -> None:
    text = "keys: [{id: a, key: example-key-1, scopes: [b, c], expires: 2037-01-01}]\n"
    text += "routes: [{path: /a, scopes: [b]}]\n"
    file = tmp_path / "policy.yaml"
    file.write_text(text)

    result = run("--diff", str(file))

    assert (result.exit_code, file.read_text()) == (1, text)
    assert "example-key-1" not in result.stdout
    assert "-keys: [{id: a, key: •••, scopes: [b, c], expires: 2037-01-01}]\n" in result.stdout
    assert "+keys: [{id: a, key: •••, scopes: [b], expires: 2037-01-01}]\n" in result.stdout


def test_without_changes_the_diff_is_empty(tmp_path: Path) -> None:
    (tmp_path / "policy.yaml").write_text("cors: {}")

    result = run("--diff", str(tmp_path / "policy.yaml"))

    assert (result.exit_code, result.stdout) == (0, "")


def test_json_is_a_list_of_records(path: Path) -> None:
    records = json.loads(run("--format", "json", str(path)).stdout)

    assert [(r["code"], r["line"]) for r in records] == [
        ("network/redundant-rule", 6),
        ("cors/null-origin", 8),
    ]


def test_sarif_is_a_log(path: Path) -> None:
    result = run("--format", "sarif", str(path))

    (found,) = json.loads(result.stdout)["runs"]
    assert result.exit_code == 1
    assert [r["level"] for r in found["results"]] == ["note", "error"]


def test_annotations_on_github_begin_with_errors(path: Path) -> None:
    lines = run("--format", "github", str(path)).stdout.splitlines()

    assert [line.split(" ")[0] for line in lines] == ["::error", "::notice"]
    assert "line=8,title=cors/null-origin::`null` is admitted" in lines[0]


def test_a_hazard_is_explained() -> None:
    result = run("--explain", "cors/null-origin")

    assert result.exit_code == 0
    assert result.stdout.startswith("cors/null-origin  error  the origin `null` is admitted\n")


def test_an_unknown_code_is_told_with_what_was_meant() -> None:
    result = run("--explain", "cors/nul-origin")

    assert result.exit_code == 2
    assert "did you mean `cors/null-origin`?" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "begins"),
    [
        (("--rules",), "cors/admits-nobody "),
        (("--rules", "--markdown"), "| area | hazards |"),
        (("--rules", "--format", "json"), '[\n  {\n    "code": "cors/admits-nobody"'),
        (("--explain", "cors/any-port", "--markdown"), "## cors/any-port"),
        (("--explain", "cors/any-port", "--format", "json"), '{\n  "code": "cors/any-port"'),
    ],
)
def test_hazards_are_listed(arguments: tuple[str, ...], begins: str) -> None:
    assert run(*arguments).stdout.startswith(begins)


def test_without_a_policy_there_is_nothing_to_look_at() -> None:
    result = run()

    assert result.exit_code == 2
    assert (
        result.stderr == "why403: no policy was given: there is nothing to look at; name a file\n"
    )
