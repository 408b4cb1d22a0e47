"""Does the proxy's memory stay as it is, however much passes?

`python bench/memory.py [--flows 50000]`. One mitmdump with the addon, half of what passes refused,
the overlay on, one reader that follows the stream and one that has stopped reading. Prints the
process's resident memory as requests go by. Loopback only; ends by itself.
"""

from __future__ import annotations

import argparse
import asyncio
import re
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import ExitStack, suppress
from pathlib import Path

from proxy import CONNECTIONS, ROOT, UPSTREAM, _process

POLICY = """\
cors: {origins: [https://app.test]}
routes: [{path: "/open/{n}", methods: [GET]}]
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--flows", type=int, default=50_000)
    flows = parser.parse_args().flows
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        upstream = stack.enter_context(_process([sys.executable, "-c", UPSTREAM]))
        assert upstream.stdout is not None
        port = int(upstream.stdout.readline())
        policy = folder / "shop.yaml"
        policy.write_text(POLICY)
        program = Path(sys.executable).with_name("mitmdump")
        process = stack.enter_context(
            _process(
                [
                    str(program), "-s", str(ROOT / "addons" / "why403.py"),
                    "--set", f"confdir={folder}", "--set", "flow_detail=0",
                    "--set", f"why403_policy={policy}", "--set", "why403_overlay=true",
                    "--set", "why403_dashboard=127.0.0.1:0",
                    "--mode", f"reverse:http://127.0.0.1:{port}@127.0.0.1:0",
                ]
            )
        )  # fmt: skip
        at, api, token = _told(process)
        asyncio.run(_measure(process.pid, at, api, token, flows))


def _told(process: subprocess.Popen[str]) -> tuple[int, int, str]:
    """The ports and the token, out of the log; what follows in it is read away."""
    assert process.stdout is not None
    found: dict[str, str] = {}
    patterns = {
        "at": r"listening at .*:(\d+)",
        "api": r":(\d+)/api/, token",
        "token": r"token (\S+)",
    }
    while len(found) < len(patterns):
        line = process.stdout.readline()
        if not line:
            raise SystemExit("mitmdump did not start")
        for name, pattern in patterns.items():
            match = re.search(pattern, line)
            if match:
                found[name] = match[1]
    threading.Thread(target=process.stdout.read, daemon=True).start()
    return int(found["at"]), int(found["api"]), found["token"]


async def _measure(pid: int, port: int, api: int, token: str, flows: int) -> None:
    following = asyncio.create_task(_follow(api, token, reads=True))
    stopped = asyncio.create_task(_follow(api, token, reads=False))
    begin = time.monotonic()
    sys.stdout.write(f"{0:>8,} flows  {_resident(pid):6.1f} MB\n")
    step = flows // 5
    for part in range(5):
        await asyncio.gather(
            *(_ask(port, part * step + n, step // CONNECTIONS) for n in range(CONNECTIONS))
        )
        sys.stdout.write(f"{(part + 1) * step:>8,} flows  {_resident(pid):6.1f} MB\n")
        sys.stdout.flush()
    sys.stdout.write(f"in {time.monotonic() - begin:.0f} s\n")
    for task in (following, stopped):
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def _ask(port: int, first: int, count: int) -> None:
    """Requests one after another on a connection, no two alike; every other one is refused."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for number in range(count):
        path = f"/{'open' if number % 2 else 'closed'}/{first + number * CONNECTIONS}"
        padding = f"{first + number}-" * 60
        writer.write(
            f"GET {path} HTTP/1.1\r\nHost: shop.test\r\nOrigin: https://app.test\r\n"
            f"X-Padding: {padding}\r\n\r\n".encode()
        )
        await reader.readuntil(b"\r\n\r\n")
        await reader.readexactly(1024)
    writer.close()
    with suppress(OSError):
        await writer.wait_closed()


async def _follow(port: int, token: str, *, reads: bool) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(
        f"GET /api/stream HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n"
        f"Authorization: Bearer {token}\r\n\r\n".encode()
    )
    try:
        while reads:
            if not await reader.read(1 << 16):
                return
        await asyncio.Event().wait()
    finally:
        writer.close()


def _resident(pid: int) -> float:
    """Megabytes."""
    text = Path(f"/proc/{pid}/status").read_text()
    return int(re.search(r"VmRSS:\s+(\d+)", text)[1]) / 1024  # type: ignore[index]


if __name__ == "__main__":
    main()
