"""mitmproxy script: when is mitmdump ready, and on which port?

"... listening at ..." is too early: an error logged at start-up, by a script or an option, ends
mitmdump after it. Once the `errorcheck` addon has stopped watching, nothing does.
Loaded by path (`-s`), so it imports nothing of the harness.
"""

import asyncio
import logging
import sys

from mitmproxy import ctx

TASKS: set[asyncio.Task[None]] = set()


def running() -> None:
    """Not async: mitmproxy waits for `running` before it checks for errors."""
    task = asyncio.get_running_loop().create_task(_report())
    TASKS.add(task)
    task.add_done_callback(TASKS.discard)


async def _report() -> None:
    errorcheck = ctx.master.addons.get("errorcheck")
    while errorcheck is not None and errorcheck.logger in logging.getLogger().handlers:
        await asyncio.sleep(0.01)
    addresses = ctx.master.addons.get("proxyserver").listen_addrs()
    port = next((address[1] for address in addresses if address[0] == "127.0.0.1"), 0)
    sys.stdout.write(f"harness: ready on 127.0.0.1:{port}\n")
    sys.stdout.flush()
