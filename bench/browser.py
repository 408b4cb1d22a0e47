"""What does the browser's half cost: a whole fetch, and the verdict on a real answer?

`python bench/browser.py [--rounds N]`. The recorded cases of the tests are replayed through the
model; next to it, in the same run, `evaluate` judges the benchmarks' requests, as a measure of the
machine. The CPU time of the process is measured, and the median over the rounds is shown.
"""

from __future__ import annotations

import argparse
import gzip
import json
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

from workload import make_workload

from simulator import Request, Response, evaluate, load_policy
from simulator.browser import judge_case, judge_exchange

RECORDED = Path(__file__).parent.parent / "tests" / "data" / "browser_cases.jsonl.gz"
ANSWER = Response(200, {"access-control-allow-origin": "*", "content-type": "text/plain"})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    rounds = parser.parse_args().rounds
    with gzip.open(RECORDED, "rt", encoding="utf-8") as lines:
        cases = [json.loads(line) for line in lines]
    work = make_workload()
    policy = load_policy(work.policy, name="bench.yaml")
    requests = [
        Request(r["method"], r["url"], r["headers"], client=r["client"])  # type: ignore[arg-type]
        for r in work.requests
    ]
    asked = [r for r in requests if "origin" in r.headers]
    rates = {
        "fetch (from JSON)": lambda: [judge_case(case) for case in cases],
        "verdict on an answer": lambda: [judge_exchange(r, ANSWER) for r in asked],
        "evaluate": lambda: [evaluate(policy, r).failures for r in requests],
    }
    counts = {
        "fetch (from JSON)": sum(len(case["steps"]) for case in cases),
        "verdict on an answer": len(asked),
        "evaluate": len(requests),
    }
    took: dict[str, list[float]] = {name: [] for name in rates}
    for _ in range(rounds):
        for name, run in rates.items():
            took[name].append(_timed(run))
    for name, count in counts.items():
        rate = count / statistics.median(took[name])
        sys.stdout.write(f"{name:22} {rate:10,.0f}/s  ({count} of them)\n")


def _timed(run: Callable[[], object]) -> float:
    begun = time.process_time()
    run()
    return time.process_time() - begun


if __name__ == "__main__":
    main()
