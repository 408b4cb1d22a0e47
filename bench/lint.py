"""How long does `why403 lint` take on a large policy: the whole command, reading included?

`python bench/lint.py [--rounds N]`. 1,000 blocks, 100 origins, 50 keys with roles, 200 routes. The
CPU time of the process is measured, and the clock, with imports; the median over the rounds.
"""

from __future__ import annotations

import argparse
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

_COMMAND = "from simulator.verbs.lint import lint; lint()"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    cpu, clock = [], []
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "large.yaml"
        path.write_text(large_policy())
        for _ in range(rounds):
            begun = time.perf_counter()
            before = _children()
            done = subprocess.run(
                [sys.executable, "-c", _COMMAND, str(path)], capture_output=True, check=False
            )
            clock.append(time.perf_counter() - begun)
            cpu.append(_children() - before)
    last = done.stdout.decode().splitlines()[-1]
    used, waited = statistics.median(cpu), statistics.median(clock)
    sys.stdout.write(f"{used:.2f} s of CPU, {waited:.2f} s by the clock: {last}\n")


def _children() -> float:
    """CPU seconds of the processes that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def large_policy() -> str:
    """The policy of a company that has grown: the same one every time."""
    draw = random.Random(403)
    blocks = {_block(draw, draw.choice([16, 20, 24, 24, 28, 32])) for _ in range(900)}
    lines = ["hosts: [api.shop.example]", "trusted_proxies: [10.0.0.0/24]", "network:"]
    lines += ["  default: deny", "  allow:", *(f"    - {block}" for block in sorted(blocks)[:800])]
    lines += ["  deny:", *(f"    - {block}/28" for block in _inside(draw, sorted(blocks), 200))]
    lines += ["cors:", "  origins:"]
    lines += [f"    - https://app{n}.shop.example" for n in range(90)]
    lines += [f'    - "https://*.team{n}.example.org"' for n in range(10)]
    lines += ["  methods: [PUT, DELETE]", "  headers: [x-api-key]", "  credentials: true", "roles:"]
    scopes = [f"thing{n}:{verb}" for n in range(30) for verb in ("read", "write")]
    lines += [f"  role{n}: [{', '.join(draw.sample(scopes, 6))}]" for n in range(50)]
    lines.append("keys:")
    lines += [
        f"  - {{id: key{n}, key: example-{n:04}, roles: [role{n}], expires: 2037-01-31}}"
        for n in range(50)
    ]
    lines.append("routes:")
    for n in range(100):
        path, thing = f"/v1/things{n % 50}" + ("/{id}" if n >= 50 else ""), f"thing{n % 30}"
        lines.append(f'  - {{path: "{path}", methods: [GET], scopes: [{thing}:read]}}')
        lines.append(f'  - {{path: "{path}", methods: [PUT, DELETE], scopes: [{thing}:write]}}')
    lines += ["rate_limits:", "  - {per: principal, quota: 100/minute, burst: 20}", ""]
    return "\n".join(lines)


def _block(draw: random.Random, prefix: int) -> str:
    address = draw.getrandbits(32) >> (32 - prefix) << (32 - prefix)
    return f"{_text(address)}/{prefix}"


def _inside(draw: random.Random, blocks: list[str], count: int) -> list[str]:
    """Addresses of blocks of 16 inside some of these."""
    wide = [block for block in blocks if int(block.partition("/")[2]) <= 24]
    found: set[str] = set()
    while len(found) < count:
        text, _, prefix = draw.choice(wide).partition("/")
        a, b, c, d = map(int, text.split("."))
        inside = draw.getrandbits(28 - int(prefix)) << 4
        found.add(_text((a << 24 | b << 16 | c << 8 | d) + inside))
    return sorted(found)


def _text(address: int) -> str:
    return f"{address >> 24}.{address >> 16 & 255}.{address >> 8 & 255}.{address & 255}"


if __name__ == "__main__":
    main()
