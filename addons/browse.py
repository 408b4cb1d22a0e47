"""What happens while somebody looks at a page by `why403 open`?

The proxy runs in this process with the overlay, a browser with a profile of its own looks
at the page through it, and what is refused or hidden is told in the terminal too. When either ends
so does the other, and everything that was made for them is gone.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mitmproxy.exceptions import OptionsError
from rich.console import Console

from addons.browser_find import Browser, find_browser
from addons.browser_run import CERTIFICATE, is_root, running
from addons.chain import Chain
from addons.embedding import proxying
from simulator.problem import Fault


@dataclass(frozen=True, slots=True)
class Wish:
    """What to look at, and how."""

    url: str
    policies: tuple[str, ...] = ()
    mode: str = "annotate"
    client: str = ""
    browser: str | None = None
    headless: bool = False
    insecure: bool = False
    overlay: bool = True
    verbose: bool = False


def browse(wish: Wish) -> None:
    """Open it, until the browser is closed or Ctrl-C. Raises Fault."""
    browser = find_browser(wish.browser, system=sys.platform, environment=os.environ)
    try:
        asyncio.run(_browse(wish, browser))
    except OptionsError as error:
        raise Fault("the proxy cannot be set so", str(error).lower()) from None


async def _browse(wish: Wish, browser: Browser) -> None:
    console = Console(highlight=False)
    chain = Chain()
    with tempfile.TemporaryDirectory(prefix="why403-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        # A certificate authority of this run alone: nobody comes to trust one that stays.
        proxy = proxying(
            chain, "regular@127.0.0.1:0", confdir=folder / "authority", **_options(wish)
        )
        async with proxy as address:
            _tell(console, browser, address)
            browsing = running(
                browser,
                wish.url,
                folder=folder,
                proxy=address,
                certificate=folder / "authority" / CERTIFICATE,
                headless=wish.headless,
            )
            async with browsing as process:
                await _until_the_end(process)


def _options(wish: Wish) -> dict[str, Any]:
    return {
        "why403_policy": list(wish.policies),
        "why403_mode": wish.mode,
        "why403_client": wish.client,
        "why403_overlay": wish.overlay,
        "why403_stream": "all" if wish.verbose else "refused",
        "ssl_insecure": wish.insecure,
        "connection_strategy": "lazy",  # what we answer ourselves needs no server
    }


def _tell(console: Console, browser: Browser, address: tuple[str, int]) -> None:
    console.print(f"\n  [bold]{browser.name}[/]  {browser.path}, through {address[0]}:{address[1]}")
    if is_root() and browser.family == "chromium":
        console.print("  as root it runs without its sandbox (--no-sandbox)", style="yellow")
    console.print("  close the browser, or Ctrl-C, to end\n", style="dim")


async def _until_the_end(process: asyncio.subprocess.Process) -> None:
    """Wait until the browser has ended, or somebody ends us."""
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    if sys.platform != "win32":
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, ended.set)
    waiting = [loop.create_task(process.wait()), loop.create_task(ended.wait())]
    try:
        await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in waiting:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
