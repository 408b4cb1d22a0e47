"""Does the code keep to the design? Floors, no I/O, a test for every file, small files.

The floors are those of docs/architecture.md: a module imports only from lower ones.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import simulator

ROOT = Path(__file__).parent.parent
TOP = 25

FLOORS = {
    "problem": 0,
    "behaviour": 0,
    "listing": 1,
    "behaviours.frameworks": 1,
    "behaviours.servers": 1,
    "behaviours": 2,
    "source": 1,
    "message": 1,
    "origin": 1,
    "usage": 1,
    "shell": 1,
    "curl_options": 1,
    "section": 2,
    "decision": 2,
    "reasons.console": 2,
    "addresses": 2,
    "routes": 2,
    "grants": 2,
    "preflights": 3,
    "cors_section": 3,
    "curl": 2,
    "har": 2,
    "importers": 2,
    "jsonl": 3,
    "reasons": 3,
    "forwarded": 3,
    "principals": 3,
    "facts": 4,
    "credentials": 4,
    "check": 5,
    "checks": 6,
    "grammar": 7,
    "draft": 8,
    "policy": 9,
    "engine": 10,
    "answer": 10,
    "files": 10,
    # The browser's half knows nothing of policies; its steps stand in the order of a fetch.
    "browser.engine": 4,
    "browser.failure": 4,
    "browser.spelling": 4,
    "browser.fetch_metadata": 5,
    "browser.host": 5,
    "browser.safelist": 5,
    "browser.body": 5,
    "browser.address_space": 5,
    "browser.integrity": 5,
    "browser.raw": 5,
    "browser.freshness": 5,
    "browser.console": 5,
    "browser.words": 5,
    "browser.url": 6,
    "browser.laboratory": 6,
    "browser.mime": 6,
    "browser.cors_check": 7,
    "browser.embedding": 7,
    "browser.csp": 7,
    "browser.data_url": 7,
    "browser.orb": 7,
    "browser.page": 8,
    "browser.elements": 8,
    "browser.http_cache": 8,
    "browser.preflight": 8,
    "browser.redirect": 9,
    "browser.visible": 9,
    "browser.preflight_cache": 9,
    "browser.api": 9,
    "browser.wire": 9,
    "browser.network": 10,
    "browser.reach": 10,
    "browser.tainting": 10,
    "browser.origin_field": 10,
    "browser.exchange": 10,
    "browser.fetch": 11,
    "browser.record": 12,
    "browser": 13,
    "diagnosis": 13,
    "batch": 14,
    "replay": 14,
    "application": 3,
    "edit": 3,
    "standin": 10,
    # What checks distinguish, exactly: an axis a file, then all of them together.
    "space.boxes": 3,
    "space.segments": 3,
    "space.addresses": 4,
    "space.origins": 4,
    "space.times": 4,
    "space.operations": 10,
    "space.preflights": 10,
    "space.credentials": 11,
    "space.clients": 11,
    "space.axes": 12,
    "space.cells": 13,
    "space.witness": 13,
    "space.words": 14,
    "space": 15,
    "visit": 14,
    "cases": 16,
    "compare": 17,
    "quotas": 16,
    "statement_section": 4,
    "statements": 16,
    "cases_section": 15,
    "remedies": 17,
    "fixes": 18,
    "hazard": 17,
    "lint": 18,
    "mutants": 18,
    "coverage": 18,
    "recording": 18,
    "learning": 18,
    "audit": 18,
    "testing": 19,
    "render": 15,
    "render.visit": 17,
    "render.cases": 20,
    "render.verdict": 16,
    "render.fixes": 20,
    "render.differences": 20,
    "render.hazards": 20,
    "render.sarif": 20,
    "render.mutants": 20,
    "render.junit": 20,
    "render.github": 20,
    "": 21,  # the package: its public names
    "pytest_plugin": 22,
    "lines": 22,
    "mitmdump": 22,
    "verbs.common": 23,
    "verbs": 24,
    "cli": TOP,
    "__main__": TOP + 1,
}
# What a browser says no to that no check of a policy asks: the prefixes of its codes.
BROWSERS_OWN = ("page", "local_network")
# The parts that may touch the world: the command, and who reads files for it.
WORLDLY = {"cli", "__main__", "verbs", "files", "pytest_plugin", "replay"}
FORBIDDEN = {
    "addons", "asyncio", "click", "http.client", "logging", "mitmproxy", "multiprocessing", "os",
    "pathlib", "random", "requests", "secrets", "shutil", "socket", "subprocess", "tempfile",
    "threading", "time", "tornado", "urllib.request",
}  # fmt: skip
CALLS = {"open", "print", "input", "exec", "eval", "breakpoint"}
CLOCKS = {"now", "utcnow", "today"}


def modules(package: str) -> list[Path]:
    return sorted((ROOT / package).rglob("*.py"))


def name_of(path: Path) -> str:
    """The module's name below the package: `checks.cors`, and `` for the package itself."""
    parts = list(path.relative_to(ROOT).with_suffix("").parts[1:])
    if parts and parts[-1] == "__init__":
        parts.pop()
    return ".".join(parts)


def floor(name: str) -> int:
    """A module's floor: its own, or that of the folder it stands in."""
    if name in FLOORS:
        return FLOORS[name]
    return FLOORS[name.partition(".")[0]]


def imports(tree: ast.AST) -> Iterator[tuple[str, ast.stmt]]:
    """Every module that is imported anywhere in the tree, and what is taken from `simulator`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            yield node.module or "", node
            yield from ((f"{node.module}.{alias.name}", node) for alias in node.names)


def parse(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def ids(paths: list[Path]) -> list[str]:
    return [str(path.relative_to(ROOT)) for path in paths]


SIMULATOR = modules("simulator")
ADDONS = modules("addons")
PURE = [path for path in SIMULATOR if name_of(path).partition(".")[0] not in WORLDLY]


@pytest.mark.parametrize("path", SIMULATOR, ids=ids(SIMULATOR))
def test_a_module_imports_only_from_lower_floors(path: Path) -> None:
    own = name_of(path)
    known = {name_of(other) for other in SIMULATOR}
    for imported, _ in imports(parse(path)):
        package, _, other = imported.partition(".")
        if package == "simulator" and other in known and imported != "simulator":
            assert floor(other) < floor(own), f"{own} imports {other}"


def test_every_module_has_a_floor() -> None:
    without = [
        name for name in map(name_of, SIMULATOR) if name.partition(".")[0] not in {*FLOORS, ""}
    ]

    assert without == []


@pytest.mark.parametrize("path", PURE, ids=ids(PURE))
def test_the_library_does_no_io(path: Path) -> None:
    tree = parse(path)
    imported = {name for name, _ in imports(tree)}
    heads = {".".join(name.split(".")[:depth]) for name in imported for depth in (1, 2)}
    called = {
        node.func.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }
    methods = {
        node.func.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
    }

    assert heads & FORBIDDEN == set()
    assert called & CALLS == set()
    assert methods & CLOCKS == set()


WORLDLY_FILES = [path for path in SIMULATOR if path not in PURE]


@pytest.mark.parametrize("path", WORLDLY_FILES, ids=ids(WORLDLY_FILES))
def test_the_command_imports_addons_only_when_it_needs_them(path: Path) -> None:
    tree = parse(path)
    late = {
        statement
        for node in ast.walk(tree)
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
        for statement in ast.walk(node)
    }
    early = [
        name
        for name, statement in imports(tree)
        if name.partition(".")[0] in ("addons", "mitmproxy") and statement not in late
    ]

    assert early == []


def mirrored() -> list[tuple[Path, Path]]:
    """Each module with the file that its tests stand in."""
    pairs = []
    for path in (*SIMULATOR, *ADDONS):
        if path.name.startswith("__"):
            continue
        relative = path.relative_to(ROOT)
        pairs.append((path, ROOT / "tests" / relative.parent / f"test_{relative.name}"))
    return pairs


@pytest.mark.parametrize(("path", "tests"), mirrored(), ids=ids([path for path, _ in mirrored()]))
def test_every_module_has_its_tests_at_the_same_place(path: Path, tests: Path) -> None:
    assert tests.is_file()


EVERY = [*SIMULATOR, *ADDONS]


@pytest.mark.parametrize("path", EVERY, ids=ids(EVERY))
def test_no_file_is_longer_than_400_lines(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").count("\n")

    assert lines <= 400


@pytest.mark.parametrize("path", EVERY, ids=ids(EVERY))
def test_a_module_begins_with_what_it_is_for(path: Path) -> None:
    if path.read_text(encoding="utf-8").strip():
        assert ast.get_docstring(parse(path))


def test_the_public_names_are_sorted_and_complete() -> None:
    tree = parse(ROOT / "simulator" / "__init__.py")
    public = {name.rpartition(".")[2] for name, _ in imports(tree) if name.count(".") == 2}
    # As isort has them: constants, then classes, then functions.
    constants = sorted(name for name in public if name.isupper())
    classes = sorted(name for name in public if name[0].isupper() and not name.isupper())
    functions = sorted(name for name in public if name[0].islower())

    assert simulator.__all__ == [*constants, *classes, *functions]
    assert all(hasattr(simulator, name) for name in simulator.__all__)


def test_the_codes_of_reasons_are_a_check_and_a_turn() -> None:
    wrong = [
        code
        for code in simulator.REASONS
        if not re.fullmatch(r"[a-z-]+\.[a-z-]+", code)
        or code.partition(".")[0].replace("-", "_") not in (*simulator.ORDER, *BROWSERS_OWN)
    ]

    assert wrong == []


def test_every_reason_is_documented_under_its_code_and_nothing_else_is() -> None:
    text = (ROOT / "docs" / "reasons.md").read_text(encoding="utf-8")
    headings = re.findall(r"^## (.+)$", text, re.MULTILINE)

    assert headings == list(simulator.REASONS)
