"""What do people, and programs, read while the proxy runs?"""

from __future__ import annotations

import asyncio
import io
import json
import logging
from collections.abc import Callable
from typing import Any

import pytest
from mitmproxy import http
from rich.console import Console

from addons.documents import LeftAlone
from addons.terminal import Terminal

APP = ("Origin", "https://app.test")


@pytest.fixture
def watch(rig: Any) -> Callable[..., str]:
    """What is told while something happens, and at the end."""

    def run(stream: str, *happen: Callable[[], object]) -> str:
        rig.use(stream=stream)
        out = io.StringIO()
        console = Console(file=out, highlight=False)
        chain = rig.chain
        terminal = Terminal(
            chain.settings, chain.journal, chain.documents, chain.simulate._failures, console
        )

        async def story() -> None:
            terminal.running()
            for one in happen:
                one()
                await asyncio.sleep(0.15)
            terminal.done()
            await asyncio.sleep(0)

        rig.context.master.event_loop.run_until_complete(story())
        return out.getvalue()

    return run


@pytest.fixture
def ask(rig: Any, flow: Any) -> Any:
    """Something to happen: an exchange."""
    return lambda path, status=200, *fields: (
        lambda: rig.chain_exchange(flow(f"https://api.test{path}", "GET", fields), status)
    )


@pytest.fixture(autouse=True)
def exchange_without_a_loop(rig: Any) -> None:
    """The rig's own way runs the loop, which is running here already."""

    def exchange(made: http.HTTPFlow, status: int) -> None:
        rig.chain.requestheaders(made)
        made.response = made.response or http.Response.make(status)
        rig.chain.responseheaders(made)
        rig.chain.response(made)

    rig.chain_exchange = exchange


def test_what_is_refused_is_told_and_what_passes_is_counted(watch: Any, ask: Any) -> None:
    shown = watch("refused", ask("/open"), ask("/orders", 401))

    assert "https://api.test/open" not in shown
    assert "✗ 401 GET https://api.test/orders  authenticate.no-credential\n" in shown
    assert "1 refused or hidden; 1 passed" in shown


def test_all_of_it_is_told_if_it_is_asked_for(watch: Any, ask: Any) -> None:
    assert "✓ 200 GET https://api.test/open\n" in watch("all", ask("/open"))


def test_the_same_again_and_again_is_told_once(watch: Any, ask: Any) -> None:
    again = ask("/orders", 401)

    shown = watch("refused", lambda: [again() for _ in range(4)])

    assert shown.count("✗ 401 GET https://api.test/orders") == 1
    assert "authenticate.no-credential  4 times\n" in shown


def test_what_waits_does_not_hold_up_the_rest(watch: Any, ask: Any, rig: Any, flow: Any) -> None:
    waiting = flow("https://api.test/orders?slow")

    shown = watch(
        "refused", lambda: rig.chain.requestheaders(waiting), ask("/none", 404), ask("/open")
    )

    before, _, end = shown.partition("refused or hidden")
    # It is told at the end, as it is then.
    assert before.index("/none") < before.index("https://api.test/orders")
    assert "once 404 route.not-found" in end


def test_the_summary_says_what_would_mend_it(watch: Any, ask: Any) -> None:
    key = ("X-Api-Key", "web-dem0")

    shown = watch("refused", ask("/orders", 401, key), ask("/orders", 401, key))

    end = shown.partition("refused or hidden")[2]
    assert "2 times 401 authenticate.unknown-key" in end
    assert "fix: send key `web`" in end


def test_without_a_refusal_the_summary_is_short(watch: Any, ask: Any) -> None:
    assert watch("refused", ask("/open")).endswith("1 passed, nothing was refused or hidden\n")


def test_programs_get_an_object_a_line_and_nothing_else(
    watch: Any, ask: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    shown = watch("json", ask("/open"), ask("/orders", 401, APP))

    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert shown == ""
    assert [(line["number"], line["served"], line["reason"]) for line in lines] == [
        (1, 200, None),
        (2, 401, "authenticate.no-credential"),
    ]


def test_a_refusal_is_not_told_in_the_log_too(
    watch: Any, ask: Any, caplog: pytest.LogCaptureFixture
) -> None:
    watch("refused", ask("/orders", 401))

    assert "authenticate.no-credential" not in caplog.text
    assert logging.getLogger("why403.refused").level == logging.NOTSET


def test_a_page_that_cannot_have_the_panel_is_told_once(watch: Any, ask: Any, rig: Any) -> None:
    def note() -> None:
        rig.chain.documents.leave_alone(LeftAlone(0, "https://app.test/a", "it is a download"))

    shown = watch("refused", note, note)

    assert shown.count("the panel is not in https://app.test/a: it is a download\n") == 1


def test_without_it_nothing_is_told(watch: Any, ask: Any, caplog: Any) -> None:
    assert watch("", ask("/orders", 401)) == ""
    assert "authenticate.no-credential" in caplog.text
