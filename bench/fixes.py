"""How long does it take to find fixes in a large policy, beside loading it?

`python bench/fixes.py [--rounds N]`. 1,000 blocks, 100 origins, 50 keys with roles, 200 routes; a
request for each way to be refused. Medians: of loading the policy and of finding fixes in it, by
the clock; and of the whole command `why403 explain --fix`, by the clock and in CPU time.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from lint import large_policy

from simulator import Policy, Request, evaluate, load_policy
from simulator.fixes import Fix, find_fixes

_KEY = {"X-Api-Key": "example-0003"}  # key3
_URL = "https://api.shop.example/v1/things3"
_AT = 1_800_000_000.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    text = large_policy()
    policy = load_policy(text, name="large.yaml")
    inside = str(next(iter(policy.network_sections.values())).rules[-1].block.text)
    home = inside.partition("/")[0]
    loading = _median(rounds, lambda: load_policy(text, name="large.yaml"))
    _say(f"load the policy  {loading:.3f} s")
    for name, request in _refused(home).items():
        reason = evaluate(policy, request).reason
        found = _find(policy, request)
        seconds = _median(rounds, partial(_find, policy, request))
        _say(f"{name:16} {seconds:.3f} s  {len(found)} fixes of {reason}")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "large.yaml"
        path.write_text(text)
        for name, arguments in {
            "an address": ["--client", "8.8.8.8", _URL],
            "a scope": ["--client", home, "-X", "DELETE", _URL],
            "an origin": ["--client", home, _URL, "-H", "Origin: https://new.example"],
        }.items():
            command = [sys.executable, "-m", "simulator", "explain", "--fix", str(path), *arguments]
            command += ["-H", "X-Api-Key: example-0003"]
            before = _children()
            clock = _median(
                rounds, partial(subprocess.run, command, capture_output=True, check=False)
            )
            _say(
                f"explain --fix, {name}: {clock:.2f} s, CPU {(_children() - before) / rounds:.2f} s"
            )


def _find(policy: Policy, request: Request) -> list[Fix]:
    return list(find_fixes(policy, request))


def _refused(home: str) -> dict[str, Request]:
    page = {"Origin": "https://new.example"}
    asks = {
        "Origin": "https://app1.shop.example",
        "Access-Control-Request-Method": "PATCH",
        "Access-Control-Request-Headers": "x-new",
    }
    return {
        "an address": Request("GET", _URL, _KEY, client="8.8.8.8", at=_AT),
        "a scope": Request("DELETE", _URL, _KEY, client=home, at=_AT),
        "an origin": Request("GET", _URL, _KEY | page, client=home, at=_AT),
        "a preflight": Request("OPTIONS", _URL, asks, client=home, at=_AT),
        "a path": Request("GET", f"{_URL}/7/parts", _KEY, client=home, at=_AT),
        "a method": Request("PATCH", _URL, _KEY, client=home, at=_AT),
        "no key": Request("GET", _URL, client=home, at=_AT),
        "all at once": Request("PATCH", f"{_URL}/7/parts", _KEY | page, client="8.8.8.8", at=_AT),
    }


def _median(rounds: int, run: Callable[[], object]) -> float:
    taken = []
    for _ in range(rounds):
        begun = time.perf_counter()
        run()
        taken.append(time.perf_counter() - begun)
    return statistics.median(taken)


def _children() -> float:
    """CPU seconds of the processes that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")


if __name__ == "__main__":
    main()
