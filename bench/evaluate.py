"""How many explained decisions a second, and how that compares with plain Python in the same run.

`python bench/evaluate.py [--rounds N]`. The two take turns; the CPU time of the process is
measured, not the clock, and the median over the rounds is shown, since machines are shared.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections import Counter

from plain import compile_plain
from workload import make_workload

from simulator import Request, evaluate, load_policy


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=11)
    rounds = parser.parse_args().rounds
    work = make_workload()
    begun = time.process_time()
    policy = load_policy(work.policy, name="bench.yaml")
    loaded = time.process_time() - begun
    plain = compile_plain(work.policy)
    requests = [
        Request(r["method"], r["url"], r["headers"], client=r["client"]) for r in work.requests
    ]  # type: ignore[arg-type]
    asked = [
        (r.method, r.target.path, {n.lower(): v for n, v in r.headers}, r.client) for r in requests
    ]
    reasons = Counter(evaluate(policy, request).reason or "allowed" for request in requests)
    disagree = sum(
        all(stage[1] for stage in plain(*args)) != (evaluate(policy, request).allowed is True)
        for args, request in zip(asked, requests, strict=True)
    )
    ours, theirs = [], []
    for _ in range(rounds):
        begun = time.process_time()
        for request in requests:
            _ = evaluate(policy, request).failures
        ours.append(time.process_time() - begun)
        begun = time.process_time()
        for args in asked:
            plain(*args)
        theirs.append(time.process_time() - begun)
    count = len(requests)
    ratio = statistics.median(a / b for a, b in zip(ours, theirs, strict=True))
    out = sys.stdout.write
    out(f"policy loaded in {loaded:.3f} s of CPU; {count} requests, {disagree} disagreements\n")
    for reason, number in reasons.most_common():
        out(f"  {number:6d}  {reason}\n")
    rate = count / statistics.median(ours)
    out(f"evaluate   {rate:10,.0f} decisions/s (best {count / min(ours):,.0f})\n")
    out(f"plain      {count / statistics.median(theirs):10,.0f} decisions/s\n")
    out(f"evaluate takes {ratio:.2f} times as long as plain\n")


if __name__ == "__main__":
    main()
