"""Whose behaviour is asked for."""

from __future__ import annotations

from typing import get_args

from simulator.browser.engine import ENGINES, Engine


def test_every_engine_is_listed() -> None:
    listed = ENGINES

    assert set(listed) == set(get_args(Engine.__value__))
    assert listed[0] == "standard"
