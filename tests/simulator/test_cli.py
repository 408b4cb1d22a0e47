"""The command as a whole."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from running import POLICY, URL, run


@pytest.fixture
def policy(tmp_path: Path) -> str:
    path = tmp_path / "shop.yaml"
    path.write_text(POLICY)
    return str(path)


def test_no_secret_is_ever_printed(policy: str) -> None:
    given = json.dumps({"method": "GET", "url": URL, "headers": [["X-Api-Key", "web-demp"]]})

    explained = run(["explain", policy, URL, "-H", "X-Api-Key: web-demp"])
    decided = run(["decide", policy], given=given)

    assert "but for one character" in explained.stdout
    for text in (explained.output, decided.output):
        assert "web-demo" not in text
        assert "web-demp" not in text


def test_the_command_starts_without_mitmproxy(policy: str) -> None:
    code = (
        "import sys; from simulator.cli import why403\n"
        f"try: why403(['explain', {policy!r}, {URL!r}])\n"
        "except SystemExit: pass\n"
        "print([m for m in sys.modules if m.partition('.')[0] in ('mitmproxy', 'tornado')])"
    )

    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )

    assert result.stdout.splitlines()[-1] == "[]"
