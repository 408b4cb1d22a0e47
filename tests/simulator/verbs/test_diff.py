"""`why403 diff`: a gate for reviews, and a story for people."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from running import POLICY, run


@pytest.fixture
def wider(tmp_path: Path) -> str:
    path = tmp_path / "wider.yaml"
    path.write_text(f"{POLICY}trusted_proxies: [all]\n")
    return str(path)


def test_a_policy_and_itself_end_with_0(policy: str) -> None:
    result = run(["diff", policy, policy])

    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == f"`{policy}` and `{policy}` decide every request the same\n"


def test_a_difference_ends_with_1(policy: str, wider: str) -> None:
    result = run(["diff", policy, wider])

    assert result.exit_code == 1
    assert "as forwarded by" in result.stdout


def test_only_what_is_asked_for_counts(policy: str, tmp_path: Path) -> None:
    narrower = tmp_path / "narrower.yaml"
    narrower.write_text(
        f"{POLICY}order: [authenticate, network, cors, route, authorize, rate_limit]"
    )

    assert run(["diff", policy, str(narrower)]).exit_code == 1
    gate = run(["diff", "--only", "newly-allowed", policy, str(narrower)])
    assert (gate.exit_code, gate.stdout) == (0, "nothing new is let in\n")


def test_as_json_it_is_the_same_for_programs(policy: str, wider: str) -> None:
    result = run(["diff", "--json", policy, wider])

    record = json.loads(result.stdout)
    assert (record["old"], record["new"]) == (policy, wider)
    assert {d["kind"] for d in record["differences"]} >= {"newly-allowed"}


def test_the_problems_of_both_policies_are_told(tmp_path: Path) -> None:
    paths = []
    for name in ("a", "b"):
        path = tmp_path / f"{name}.yaml"
        path.write_text("cros: {}")
        paths.append(str(path))

    result = run(["diff", *paths])

    assert result.exit_code == 2
    assert [line.split(":")[0] for line in result.stderr.splitlines()[:2]] == paths
