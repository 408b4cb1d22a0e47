"""The page on tests shows what the commands print of its own policy and cases."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from simulator.cli import why403

PAGE = (Path(__file__).parent.parent / "docs" / "testing.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    """The fenced blocks of a language."""
    every = re.findall(r"^```(\w*)\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
    return [block for found, block in every if found == language]


SHOWN = [block for block in blocks("") if block.startswith("$ why403")]


@pytest.fixture(autouse=True)
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The policy and the cases of the page."""
    monkeypatch.chdir(tmp_path)
    for block in blocks("yaml"):
        name = block.partition("\n")[0].removeprefix("# ")
        if name.startswith("shop"):
            (tmp_path / name).write_text(block)
    return tmp_path / "shop.yaml"


@pytest.mark.parametrize("block", SHOWN, ids=lambda block: block.partition("\n")[0])
def test_what_is_shown_is_what_is_printed(block: str, shop: Path) -> None:
    command, _, shown = block.partition("\n")
    if "1 of 4 otherwise" in shown:
        shop.write_text(shop.read_text().replace("roles: [reader]", "roles: [clerk]"))

    printed = CliRunner().invoke(why403, shlex.split(command.removeprefix("$ why403 "))).stdout

    # `…` on a line of its own stands for lines that are left out.
    pattern = "(.*\n)*".join(map(re.escape, shown.split("…\n")))
    assert re.fullmatch(pattern, printed), printed


def test_there_are_as_many_as_the_page_needs() -> None:
    assert len(SHOWN) == 5


def test_the_tests_in_python_hold(shop: Path) -> None:
    (shop.parent / "generated").mkdir()
    (shop.parent / "generated" / "shop.yaml").write_text(shop.read_text())
    (block,) = blocks("python")
    names: dict[str, Any] = {}

    exec(block, names)
    tests = [call for name, call in names.items() if name.startswith("test_")]
    for call in tests:
        call()

    assert len(tests) == 4
