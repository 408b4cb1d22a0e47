"""What happens while somebody looks at a page by `why403 open`?"""

from __future__ import annotations

import asyncio
import io
from typing import Any

import pytest
from rich.console import Console

from addons.browse import Wish, browse, tell_entries
from simulator.problem import Fault


def told(rig: Any, *, verbose: bool, meanwhile: Any = lambda: None) -> str:
    console = Console(file=io.StringIO(), width=200, highlight=False)

    async def story() -> None:
        telling = asyncio.create_task(tell_entries(rig.chain, console, verbose=verbose))
        await asyncio.sleep(0.25)
        meanwhile()
        await asyncio.sleep(0.25)
        telling.cancel()

    rig.context.master.event_loop.run_until_complete(story())
    shown = console.file
    assert isinstance(shown, io.StringIO)
    return shown.getvalue()


def test_what_is_refused_is_told_and_what_passes_if_it_is_asked_for(rig: Any, flow: Any) -> None:
    rig.use()
    rig.exchange(flow())
    rig.exchange(flow("https://api.test/orders"), 401)

    quiet, all_of_it = told(rig, verbose=False), told(rig, verbose=True)

    assert "https://api.test/open" not in quiet
    assert "✗ 401 GET https://api.test/orders  authenticate.no-credential" in quiet
    assert "✓ 200 GET https://api.test/open" in all_of_it


def test_each_is_told_once_and_when_its_end_is_known(rig: Any, flow: Any) -> None:
    rig.use()
    waiting = flow("https://api.test/orders")
    rig.request(waiting)
    assert told(rig, verbose=True) == ""

    def answer() -> None:
        from mitmproxy import http

        waiting.response = http.Response.make(401)
        rig.chain.response(waiting)

    shown = told(rig, verbose=True, meanwhile=answer)

    assert shown.count("https://api.test/orders") == 1


def test_a_browser_that_is_not_there_is_told_before_anything_starts() -> None:
    with pytest.raises(Fault, match="`/none` is no browser that can be started"):
        browse(Wish("https://app.test/", browser="/none"))
