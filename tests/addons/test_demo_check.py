"""`why403 demo --check` covers every cause and comes out as expected."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from addons.demo import example_policies
from addons.demo_check import read_examples
from simulator.files import open_policy

CAUSES = {
    "authenticate.no-credential",
    "authenticate.unknown-key",
    "authenticate.expired",
    "authorize.missing-scope",
    "network.denied",
    "route.not-found",
    "route.method-not-allowed",
    "cors.origin-not-allowed",
    "cors.header-not-allowed",
    "cors.method-not-allowed",
    "rate-limit.exceeded",
}


def test_the_cases_name_every_cause_and_one_that_passes() -> None:
    examples = read_examples(example_policies() / "demo.cases.yaml")

    assert {example.reason for example in examples} == CAUSES | {None}


def test_the_example_policies_are_without_a_mistake() -> None:
    found = [path for path in example_policies().glob("*.yaml") if ".cases." not in path.name]

    assert found
    for path in found:
        open_policy(path)


def run(arguments: list[str]) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "simulator", "demo", "--check", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


@pytest.mark.proxy
def test_the_check_sends_all_and_ends_with_0() -> None:
    result = run(["--json"])

    assert result.returncode == 0, result.stderr
    results = json.loads(result.stdout)
    assert {r["reason"] for r in results} == CAUSES | {None}
    assert all(r["as_expected"] for r in results)


@pytest.mark.proxy
def test_the_check_says_what_is_not_as_expected(tmp_path: Path) -> None:
    """An expectation that cannot come true, in a copy of the examples."""
    for path in example_policies().glob("demo*.yaml"):
        text = path.read_text().replace("status: 404", "status: 410")
        (tmp_path / path.name).write_text(text)
    code = (
        "import sys, addons.demo as demo; from pathlib import Path\n"
        f"demo.example_policies = lambda: Path({str(tmp_path)!r})\n"
        "from addons.demo_check import run_check; sys.exit(run_check(as_json=False))"
    )

    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=False
    )

    assert result.returncode == 1
    (wrong,) = [line for line in result.stdout.splitlines() if line.startswith("✗")]
    assert wrong.split("  ")[1].strip() == "a wrong URL"
    assert result.stdout.endswith("12 of 13 as expected; 1 not: see the lines marked with ✗\n")
