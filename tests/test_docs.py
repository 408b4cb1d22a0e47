"""The documentation says what the program does: made from it, or compared with it."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from simulator import REASONS, load_policy, policy_schema
from simulator.cases_section import cases_schema
from simulator.cli import why403
from simulator.render.terminal import reasons_markdown

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"


def blocks(path: Path, language: str) -> list[str]:
    """The fenced blocks of a language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", path.read_text(), re.DOTALL | re.MULTILINE)


def test_the_page_of_reasons_is_what_the_command_prints() -> None:
    page = (DOCS / "reasons.md").read_text()
    printed = page[page.index("| check |") :].rstrip("\n")

    assert printed == reasons_markdown(list(REASONS.values()))


def test_the_schema_beside_the_examples_is_the_grammars() -> None:
    assert json.loads((ROOT / "policies/policy.schema.json").read_text()) == policy_schema()
    assert json.loads((ROOT / "policies/cases.schema.json").read_text()) == cases_schema()


@pytest.mark.parametrize("schema", [policy_schema(), cases_schema()], ids=["policy", "cases"])
def test_an_editor_is_told_what_every_key_is_for(schema: dict[str, Any]) -> None:
    sections = [schema, *schema["$defs"].values()]
    without = [
        name
        for section in sections
        for name, value in section.get("properties", {}).items()
        if not value.get("description")
    ]

    assert without == []


def test_the_readme_shows_what_explain_prints(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    shown = next(block for block in blocks(ROOT / "README.md", "") if block.startswith("$ why403"))
    command, _, expected = shown.partition("\nDELETE ")
    words = shlex.split(command.removeprefix("$ why403 ").replace("\\\n", ""))

    result = CliRunner().invoke(why403, words)

    assert result.stdout == f"DELETE {expected}"


@pytest.mark.parametrize(
    "path", [ROOT / "README.md", DOCS / "policy.md", DOCS / "cors.md"], ids=lambda p: p.name
)
def test_the_examples_in_python_run(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    policy = next((b for b in blocks(path, "yaml") if b.startswith("hosts:")), "")
    monkeypatch.setattr("builtins.open", lambda name: Text(policy))
    monkeypatch.setattr("builtins.print", lambda *words: None)

    for block in blocks(path, "python"):
        # The policy of the page has a key in the environment.
        exec(block.replace('name="shop.yaml"', 'environment={"BATCH_KEY": "b"}'), {})


class Text(str):
    """What `open` gives in an example."""

    __slots__ = ()

    def read(self) -> str:
        return str(self)


def test_every_policy_in_the_documentation_loads() -> None:
    loaded = 0
    for block in blocks(DOCS / "policy.md", "yaml"):
        lists = "1.2.3.4\n"
        policy = load_policy(block, read_file=lambda _, t=lists: t, environment={"BATCH_KEY": "b"})
        assert policy.checks
        loaded += 1

    assert loaded >= 4


def test_every_link_inside_the_repository_leads_somewhere() -> None:
    for path in (ROOT / "README.md", *DOCS.glob("*.md")):
        for target in re.findall(r"\]\(([^)#]+)\)", path.read_text()):
            if "://" not in target:
                assert (path.parent / target).exists(), f"{path.name}: {target}"


def test_every_key_of_the_grammar_is_in_the_page_on_policies() -> None:
    page = (DOCS / "policy.md").read_text()

    for key in policy_schema()["properties"]:
        if key != "description":
            assert f"`{key}`" in page, key


def anchors(path: Path) -> set[str]:
    """Where a link into the page may lead: its headings, as GitHub names them."""
    headings = re.findall(r"^#+ (.+)$", path.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_every_link_to_a_heading_finds_it() -> None:
    for path in (ROOT / "README.md", *DOCS.glob("*.md")):
        for target, anchor in re.findall(r"\]\(([^)#:]*)#([^)]+)\)", path.read_text()):
            page = path.parent / target if target else path
            assert anchor in anchors(page), f"{path.name}: {target}#{anchor}"


def test_the_page_on_cors_leads_to_every_reason_that_a_browser_has() -> None:
    browsers = {c for c in REASONS if c.startswith(("cors.", "page.", "local-network."))}
    links = re.findall(r"\[([^\]]+)\]\(reasons\.md#([^)]+)\)", (DOCS / "cors.md").read_text())

    assert {code for code, _ in links} == browsers
    assert {code for code, anchor in links if anchor != code.replace(".", "")} == set()


def test_the_page_on_cors_quotes_the_consoles_word_for_word() -> None:
    rows = re.findall(
        r"^\| `([^`]+)`[^|]* \| (?:`([^`]+)` )?\| \[([^\]]+)\]\(reasons\.md",
        (DOCS / "cors.md").read_text(),
        re.MULTILINE,
    )
    wrong = [
        code
        for chromium, firefox, code in rows
        if not quoted(chromium, REASONS[code].console)
        or not quoted(firefox, REASONS[code].firefox_console)
        or bool(firefox) != bool(REASONS[code].firefox_console)
    ]

    assert len(rows) > 30
    assert wrong == []


def quoted(words: str, console: str) -> bool:
    """Whether the words are the console's, `…` standing for any of them."""
    pattern = ".*".join(re.escape(part) for part in words.split("…"))
    return re.fullmatch(pattern, console) is not None
