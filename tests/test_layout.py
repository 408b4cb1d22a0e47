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
TOP = 26

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
    "visit": 14,
    "render": 15,
    "render.visit": 17,
    "render.verdict": 16,
    # Policies as code: edits of their text, the space of all requests, and what reads it.
    "audit.permissions": 10,
    "audit.uses": 11,
    "audit.log": 12,
    "audit.taking": 18,
    "audit": 19,
    "cases": 17,
    "cases_section": 15,
    "compare": 17,
    "coverage.marks": 10,
    "coverage.rules": 11,
    "coverage": 18,
    "edit.text": 1,
    "edit.changes": 2,
    "edit.places": 2,
    "edit.windows": 3,
    "edit.writing": 3,
    "edit.manner": 4,
    "edit.moving": 4,
    "edit.site": 4,
    "edit.blocks": 5,
    "edit.brackets": 5,
    "edit.splices": 6,
    "edit": 7,
    "fixes": 17,
    "hazard": 8,
    "learning.paths": 3,
    "learning.openapi": 4,
    "learning.secrets": 4,
    "learning.exchanges": 14,
    "learning.pages": 15,
    "learning.routing": 15,
    "learning.scopes": 16,
    "learning.text": 17,
    "learning": 18,
    "lint.hosts": 1,
    "lint.suppression": 10,
    "lint.weighing": 10,
    "lint.subject": 11,
    "lint.coverage": 12,
    "lint.limits": 12,
    "lint.routes": 12,
    "lint.asking": 15,
    "lint.answers": 16,
    "lint.bindings": 16,
    "lint.cookies": 16,
    "lint.families": 16,
    "lint.grants": 16,
    "lint.keys": 16,
    "lint.layers": 16,
    "lint.network": 16,
    "lint.order": 16,
    "lint.origins": 16,
    "lint.preflights": 16,
    "lint.proxies": 16,
    "lint.reach": 16,
    "lint.roles": 16,
    "lint.scopes": 16,
    "lint.areas": 17,
    "lint": 18,
    "lint.mending": 19,
    "mutants.change": 10,
    "mutants.blocks": 11,
    "mutants.origins": 11,
    "mutants.probes": 11,
    "mutants.routing": 11,
    "mutants.people": 12,
    "mutants": 13,
    "mutants.repair": 18,
    "mutants.suggest": 18,
    "mutants.survey": 19,
    "quotas": 16,
    "recording.naming": 2,
    "recording.writing": 4,
    "recording.cleaning": 11,
    "recording.sameness": 11,
    "recording.answers": 15,
    "recording": 18,
    "remedies": 1,
    "remedies.granting": 3,
    "remedies.paths": 3,
    "remedies.remedy": 10,
    "remedies.addresses": 11,
    "remedies.authenticate": 11,
    "remedies.authorize": 11,
    "remedies.client": 11,
    "remedies.cors": 11,
    "remedies.network": 11,
    "remedies.page": 11,
    "remedies.preflight": 11,
    "remedies.rate_limit": 11,
    "remedies.rerouting": 11,
    "remedies.route": 11,
    "remedies.search": 11,
    "remedies.widening": 12,
    "remedies.gate": 16,
    "render.annotation": 2,
    "render.hazards": 16,
    "render.requests": 16,
    "render.stream": 18,
    "render.shown_request": 17,
    "render.sarif": 17,
    "render.differences": 18,
    "render.fixes": 18,
    "render.story": 18,
    "render.cases": 20,
    "render.github": 20,
    "render.junit": 20,
    "render.mutants": 20,
    "space.boxes": 1,
    "space.globs": 1,
    "space.segments": 1,
    "space.origins": 2,
    "space.addresses": 3,
    "space.findings": 3,
    "space.hosts": 3,
    "space.paths": 3,
    "space.conditions": 4,
    "space.announcements": 10,
    "space.clients": 10,
    "space.sites": 10,
    "space.visitors": 10,
    "space.credentials": 11,
    "space.operations": 11,
    "space.judging": 12,
    "space.witness": 12,
    "space.cells": 13,
    "space.words": 14,
    "space": 15,
    "standin": 10,
    "statement_section": 3,
    "statements": 16,
    "suite": 18,
    "tested": 19,
    "testing": 19,
    "": 21,  # the package: its public names
    "pytest_plugin": 22,
    "lines": 22,
    "mitmdump": 22,
    "verbs.common": 23,
    "verbs.traffic": 24,
    "verbs": 25,
    "cli": TOP,
    "__main__": TOP + 1,
}
# What a browser says no to that no check of a policy asks: the prefixes of its codes.
BROWSERS_OWN = ("page", "local_network")
# The parts that may touch the world: the command, and who reads files for it.
WORLDLY = {"cli", "__main__", "verbs", "files", "pytest_plugin", "replay", "suite", "testing"}
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


def is_module(name: str) -> bool:
    return ROOT.joinpath(*name.split(".")).with_suffix(".py").is_file()


def imports(tree: ast.AST) -> Iterator[tuple[str, ast.stmt]]:
    """Every module that is imported anywhere in the tree, and what is taken from `simulator`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            # Modules taken out of their package are imports of themselves.
            if not all(is_module(f"{node.module}.{alias.name}") for alias in node.names):
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
        or (isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING")
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
