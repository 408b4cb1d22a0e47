"""Are the hooks what pre-commit expects, and do they run commands that there are?"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from simulator.verbs.test import test as verb

ROOT = Path(__file__).parent.parent
HOOKS: list[dict[str, Any]] = YAML(typ="safe").load(ROOT / ".pre-commit-hooks.yaml")
# https://pre-commit.com/#creating-new-hooks
KNOWN = {
    "id", "name", "entry", "language", "files", "exclude", "types", "types_or", "args",
    "pass_filenames", "always_run", "require_serial", "description", "stages",
    "minimum_pre_commit_version", "verbose", "fail_fast", "language_version",
}  # fmt: skip
REQUIRED = {"id", "name", "entry", "language"}


def hook(name: str) -> dict[str, Any]:
    return next(hook for hook in HOOKS if hook["id"] == name)


def test_there_are_two() -> None:
    assert [hook["id"] for hook in HOOKS] == ["why403-lint", "why403-test"]


@pytest.mark.parametrize("name", ["why403-lint", "why403-test"])
def test_a_hook_says_what_pre_commit_must_know(name: str) -> None:
    found = hook(name)

    assert set(found) >= REQUIRED
    assert set(found) <= KNOWN
    assert found["language"] == "python"
    assert found["entry"] == name.replace("-", " ")


@pytest.mark.parametrize(
    ("file", "runs"),
    [
        ("policies/shop.yaml", True),
        ("deploy/policies/eu/shop.yml", True),
        ("shop-policy.yaml", True),
        ("policy.yaml", True),
        ("policies/shop.cases.yaml", False),
        ("docker-compose.yaml", False),
        ("policies/README.md", False),
    ],
)
def test_which_files_are_linted(file: str, runs: bool) -> None:
    lint = hook("why403-lint")

    wanted = re.search(lint["files"], file) and not re.search(lint["exclude"], file)

    assert bool(wanted) is runs


def test_whatever_changes_every_cases_file_is_asked() -> None:
    test = hook("why403-test")

    assert (test["args"], test["pass_filenames"]) == (["."], False)
    for file in ("shop.yaml", "shop.cases.yaml", "shop.json", "lists/drop.txt"):
        assert re.search(test["files"], file)
    assert verb.name == "test"
