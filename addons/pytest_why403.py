"""What every run of pytest loads of why403: next to nothing.

Cases files (`*.cases.yaml`) are collected by `simulator.pytest_plugin`, which is imported when the
first is found. `-p no:why403` leaves them alone.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pytest

    from simulator.pytest_plugin import CasesFile

_CASES = ".cases.yaml"


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("why403", "policies and their cases")
    group.addoption(
        "--why403-coverage",
        action="store_true",
        help="tell which rules of policies no case exercises on both sides",
    )


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("why403_coverage"):
        from simulator.pytest_plugin import Gathered

        config.pluginmanager.register(Gathered(), "why403-coverage")


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> CasesFile | None:
    if not file_path.name.endswith(_CASES):
        return None
    from simulator.pytest_plugin import CasesFile

    return CasesFile.from_parent(parent, path=file_path)
