"""What every run of pytest loads costs it next to nothing; the plugin has tests of its own."""

from __future__ import annotations

import subprocess
import sys
from importlib.metadata import entry_points


def test_pytest_finds_it() -> None:
    (found,) = entry_points(group="pytest11", name="why403")

    assert found.value == "pytest_why403"


def test_loading_it_loads_nothing_else_of_why403() -> None:
    code = (
        "import sys, pytest_why403; "
        "print([m for m in sys.modules if m.split('.')[0] in ('simulator', 'pydantic', 'rich')])"
    )

    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert ran.stdout == "[]\n"
