"""What does the addon cost mitmdump for a request that is allowed?

`python bench/proxy.py [--mode observe] [--rounds 40] [--seconds 0.6]`. Two mitmdump processes in
reverse mode in front of one upstream, one of them with the addon and the benchmarks' policy (1,000
blocks, 100 origins, 50 keys, 200 routes). They take turns under the same load; what is compared is
the CPU time each of them spends on a request, paired round by round. Loopback only; ends by itself.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

from workload import make_workload

from simulator import Request, evaluate, load_policy

ROOT = Path(__file__).resolve().parent.parent
TICK = os.sysconf("SC_CLK_TCK")
CONNECTIONS = 8

UPSTREAM = """
import asyncio, sys
HEAD = b"HTTP/1.1 200 OK\\r\\ncontent-type: text/plain\\r\\ncontent-length: 1024\\r\\n"
GRANT = b"access-control-allow-credentials: true\\r\\naccess-control-allow-origin: "
BODY = b"\\r\\n" + b"x" * 1024
def answer(head):
    # Each page is granted what it asks, so that nothing is there to tell.
    for line in head.split(b"\\r\\n"):
        if line[:7].lower() == b"origin:":
            return HEAD + GRANT + line[7:].strip() + b"\\r\\n" + BODY
    return HEAD + BODY
class Server(asyncio.Protocol):
    def connection_made(self, transport): self.transport, self.buffer = transport, b""
    def data_received(self, data):
        self.buffer += data
        while b"\\r\\n\\r\\n" in self.buffer:
            head, _, self.buffer = self.buffer.partition(b"\\r\\n\\r\\n")
            self.transport.write(answer(head))
async def main():
    server = await asyncio.get_running_loop().create_server(Server, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()
asyncio.run(main())
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mode", default="observe", choices=["observe", "annotate", "enforce"])
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--seconds", type=float, default=0.6)
    parser.add_argument("--nothing", action="store_true", help="no addon in either: the noise")
    given = parser.parse_args()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        upstream = stack.enter_context(_process([sys.executable, "-c", UPSTREAM]))
        assert upstream.stdout is not None
        port = int(upstream.stdout.readline())
        work = make_workload(4000)
        policy = folder / "bench.yaml"
        policy.write_text(work.policy)
        client, sent = _allowed(work.policy, work.requests)
        extra = [] if given.nothing else [
            "-s", str(ROOT / "addons" / "why403.py"),
            "--set", f"why403_policy={policy}",
            "--set", f"why403_mode={given.mode}",
            "--set", f"why403_client={client}",
        ]  # fmt: skip
        plain, plain_port = _mitmdump(stack, folder / "plain", port, [])
        ours, ours_port = _mitmdump(stack, folder / "ours", port, extra)
        for warm in (plain_port, ours_port):
            asyncio.run(_load(warm, sent, 1.0))
        ratios, costs = [], []
        for number in range(given.rounds):
            turns = [(plain, plain_port), (ours, ours_port)]
            spent = {}
            for process, at in turns if number % 2 else reversed(turns):
                before = _cpu(process.pid)
                count = asyncio.run(_load(at, sent, given.seconds))
                spent[at] = (_cpu(process.pid) - before) / count * 1e6
            ratios.append(spent[ours_port] / spent[plain_port])
            costs.append((spent[plain_port], spent[ours_port]))
        out = sys.stdout.write
        base = statistics.median(a for a, _ in costs)
        with_it = statistics.median(b for _, b in costs)
        what = "nothing" if given.nothing else f"why403 in {given.mode}"
        out(f"mitmdump alone   {base:7.0f} µs of CPU a request\n")
        out(f"with {what:12s} {with_it:7.0f} µs\n")
        low, *_, high = sorted(ratios)
        middle = statistics.median(ratios)
        out(f"ratio            {middle:7.3f} (of {len(ratios)} rounds, {low:.3f} to {high:.3f})\n")
        # On a shared machine a round is never too fast, only too slow.
        quick = [statistics.quantiles(side, n=4)[0] for side in zip(*costs, strict=True)]
        ratio = quick[1] / quick[0]
        out(f"of the quicker   {ratio:7.3f} ({quick[0]:.0f} µs and {quick[1]:.0f} µs)\n")


def _process(arguments: list[str]) -> subprocess.Popen[str]:
    class Process(subprocess.Popen):  # type: ignore[type-arg]
        def __exit__(self, *error: object) -> None:
            self.terminate()
            super().__exit__(*error)  # type: ignore[arg-type]

    return Process(arguments, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def _mitmdump(
    stack: ExitStack, folder: Path, upstream: int, extra: list[str]
) -> tuple[subprocess.Popen[str], int]:
    import socket

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    program = Path(sys.executable).with_name("mitmdump")
    process = stack.enter_context(
        _process(
            [
                str(program), "-q", "--set", f"confdir={folder}", "--mode",
                f"reverse:http://127.0.0.1:{upstream}", "--listen-host", "127.0.0.1",
                "--listen-port", str(port), *extra,
            ]
        )
    )  # fmt: skip
    for _ in range(200):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return process, port
        except OSError:
            time.sleep(0.1)
    raise SystemExit(f"mitmdump did not start: {process.stdout and process.stdout.read()}")


def _allowed(policy: str, requests: list[dict[str, object]]) -> tuple[str, list[bytes]]:
    """An address, and requests that the policy allows from it, as bytes."""
    judge = load_policy(policy)
    made = [Request(r["method"], r["url"], r["headers"], client=r["client"]) for r in requests]  # type: ignore[arg-type]
    client = next(r.client for r in made if evaluate(judge, r).allowed)
    found = []
    for request in made:
        again = Request(request.method, request.url, request.headers, client=client)
        if request.method == "GET" and evaluate(judge, again).allowed:
            fields = "".join(f"{n}: {v}\r\n" for n, v in request.headers)
            found.append(f"GET {request.target.path} HTTP/1.1\r\n{fields}\r\n".encode())
    return client, found


async def _load(port: int, sent: list[bytes], seconds: float) -> int:
    """Requests answered within the time, over a few connections."""
    end = time.monotonic() + seconds

    async def worker(offset: int) -> int:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        count = 0
        while time.monotonic() < end:
            writer.write(sent[(offset + count * CONNECTIONS) % len(sent)])
            head = await reader.readuntil(b"\r\n\r\n")
            assert head.startswith(b"HTTP/1.1 200"), head
            await reader.readexactly(1024)
            count += 1
        writer.close()
        await writer.wait_closed()
        return count

    return sum(await asyncio.gather(*(worker(n) for n in range(CONNECTIONS))))


def _cpu(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICK


if __name__ == "__main__":
    main()
