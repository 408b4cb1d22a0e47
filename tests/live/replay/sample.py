"""Which recorded cases are played again, and in which order?"""

import gzip
import itertools
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

RECORDED = Path(__file__).parents[2] / "data" / "browser_cases.jsonl.gz"
# After these the browser asks again, but only if the connection had been used before.
ASKED_AGAIN = (408, 421)
# The server's parser takes no request with such a header.
VERTICAL = re.compile("[\x0b\x0c]")

type Case = Mapping[str, Any]


def read_cases(path: Path = RECORDED) -> list[Case]:
    """The recorded cases, in the order of the file."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def is_playable(case: Case) -> bool:
    """Whether a plain page and servers that answer can play it, and always alike.

    A step that waits, or that never ended, is about time: a busy machine would change it.
    """
    return case["profile"] == "default" and all(_is_playable(step) for step in case["steps"])


def spread(cases: Iterable[Case]) -> Iterator[Case]:
    """The first case of each group, then the second of each, and so on."""
    groups: dict[str, list[Case]] = {}
    for case in cases:
        groups.setdefault(case["group"], []).append(case)
    for turn in itertools.zip_longest(*groups.values()):
        yield from (case for case in turn if case is not None)


def _is_playable(step: Mapping[str, Any]) -> bool:
    request = step["request"]
    responses = [
        response
        for hop in step["server"]
        for response in (hop.get("preflight"), hop["actual"])
        if response is not None
    ]
    return (
        request["api"] in ("fetch", "xhr")
        and "delay_before_ms" not in request
        and step["observed"]["settled"] in ("resolved", "rejected")
        and not any(VERTICAL.search(value) for _, value in request.get("headers", ()))
        and all("raw" not in r and "action" not in r for r in responses)
        and all(r["status"] not in ASKED_AGAIN for r in responses)
    )
