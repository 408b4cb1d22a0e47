"""The page on traffic shows what the commands print."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from simulator.cases import read_cases, run_case
from simulator.files import open_policy
from simulator.verbs.audit import audit
from simulator.verbs.learn import learn
from simulator.verbs.record import record

DOCS = Path(__file__).parents[3] / "docs"
PAGE = (DOCS / "traffic.md").read_text(encoding="utf-8")
VERBS = click.Group(commands={verb.name or "": verb for verb in (learn, record, audit)})


def shown() -> Iterator[tuple[str, str]]:
    """Each command of the page with what it prints, and the files that it names."""
    for language, block in re.findall(r"^```(yaml|console)\n(.*?)^```$", PAGE, re.M | re.S):
        if language == "yaml":
            name = block.partition("\n")[0].removeprefix("# ")
            Path(name).write_text(block, encoding="utf-8")
            continue
        yield from re.findall(r"^\$ (.*?)\n(.*?)(?=^\$ |\Z)", block, re.M | re.S)


def printed_by(command: str) -> str:
    program, *arguments = shlex.split(command)
    if program in ("cat", "head"):
        lines = Path(arguments[-1]).read_text(encoding="utf-8").splitlines(keepends=True)
        return "".join(lines[: int(arguments[0][1:]) if program == "head" else None])
    assert program == "why403"
    result = CliRunner().invoke(VERBS, arguments)
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return result.output


def test_the_page_on_traffic_shows_what_the_commands_print(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("shop.har").write_bytes((DOCS / "shop.har").read_bytes())

    commands = 0
    for command, printed in shown():
        assert printed_by(command) == printed, command
        commands += 1

    policy = open_policy("shop.yaml")
    cases = read_cases(Path("shop.cases.yaml").read_text(encoding="utf-8")).cases
    assert commands == 7
    assert [found for case in cases if (found := run_case(policy, case).wrong)] == []
