"""How does mitmproxy run inside a command of ours?

With the addon where those of `-s` stand, on the running loop, and with options that exist only once
its addons do. Only one can run in a process.
"""

# mitmproxy annotates only part of what it offers.
# mypy: untyped-calls-exclude="mitmproxy"

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

from mitmproxy.options import Options
from mitmproxy.tools.dump import DumpMaster

from addons.chain import Chain
from simulator.problem import Fault, quote

_PATIENCE = 5.0  # seconds


@asynccontextmanager
async def proxying(
    chain: Chain, mode: str, *, confdir: Path | None = None, **options: Any
) -> AsyncIterator[tuple[str, int]]:
    """Run mitmproxy in this mode with these options; gives the address on which it listens.

    `confdir`: where its certificate authority is kept, or made. Raises Fault where it cannot
    listen, OptionsError for an option that cannot be.
    """
    given = Options(mode=[mode], **({} if confdir is None else {"confdir": str(confdir)}))
    master = DumpMaster(given, with_termlog=False, with_dumper=False)
    place = master.addons.chain.index(master.addons.get("scriptloader"))
    master.addons.register(chain)
    master.addons.chain.insert(place, chain)
    # It would end the whole process where something cannot start; we tell what it is.
    master.addons.remove(master.addons.get("errorcheck"))
    master.options.update(**options)
    running = asyncio.create_task(master.run())
    try:
        yield await _address(master, mode)
    finally:
        await _close(master)
        master.shutdown()
        await running


async def _address(master: DumpMaster, mode: str) -> tuple[str, int]:
    servers = master.addons.get("proxyserver")
    while not servers.listen_addrs():
        for instance in servers.servers:
            if instance.last_exception is not None:
                raise Fault(
                    f"the proxy cannot listen as {quote(mode)}",
                    str(instance.last_exception).lower(),
                    "name another port",
                )
        await asyncio.sleep(0.01)
    host, port = servers.listen_addrs()[0][:2]
    return str(host), int(port)


async def _close(master: DumpMaster) -> None:
    """Listen no more: a master leaves that to the end of its process."""
    servers = master.addons.get("proxyserver")
    master.options.update(server=False)
    with suppress(TimeoutError):
        async with asyncio.timeout(_PATIENCE):
            while servers.listen_addrs():
                await asyncio.sleep(0.01)
