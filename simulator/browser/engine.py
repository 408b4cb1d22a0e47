"""Whose behaviour is asked for: the Fetch standard's, or that of the browser most people use?

Where Chromium departs from the standard (https://fetch.spec.whatwg.org/), both are modelled.
"""

from __future__ import annotations

from typing import Literal

type Engine = Literal["standard", "chromium"]

ENGINES: tuple[Engine, ...] = ("standard", "chromium")


class Unsupported(Exception):
    """What a browser does here is not modelled; the text is the reason. Nothing is guessed."""
