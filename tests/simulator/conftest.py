"""Lets the tests of `simulator` import what they share: `oracle`, `strategies`, `telling`.

This folder cannot be a package of its own: its name would hide the one under test.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
