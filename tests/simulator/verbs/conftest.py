"""A policy file for the verbs to read."""

from pathlib import Path

import pytest
from running import POLICY


@pytest.fixture
def policy(tmp_path: Path) -> str:
    path = tmp_path / "shop.yaml"
    path.write_text(POLICY)
    return str(path)
