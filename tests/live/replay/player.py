"""What does the installed browser make of recorded cases?

The steps of a case follow one another in one page, and many cases are played in it at once: the
first step of each, then the second of each. Their URLs differ, so they share no cache entry.
"""

import itertools
import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from live.harness.chromium import Chromium, Page
from live.harness.network import NetworkRequest
from live.harness.servers import ReceivedRequest

from .sample import Case
from .site import ASKED, Site, Step, is_preflight

PLAY = Path(__file__).with_name("play.js").read_text("utf-8")
AT_ONCE = 50

type Observed = dict[str, Any]


def play(browser: Chromium, site: Site, cases: Iterable[Case]) -> dict[str, list[Observed]]:
    """What was observed of each step, by case."""
    observed: dict[str, list[Observed]] = {}
    for batch in batches(cases):
        home = here = batch[0]["page"]["url"]
        with browser.open(home) as page:
            for number in range(max(len(case["steps"]) for case in batch)):
                steps = {c["id"]: c["steps"][number] for c in batch if number < len(c["steps"])}
                there = next(iter(steps.values())).get("page", home)
                if there != here:
                    assert page.navigate(there) is None
                    here = there
                for case, seen in _play_round(page, site, steps).items():
                    observed.setdefault(case, []).append(seen)
    return observed


def batches(cases: Iterable[Case]) -> Iterator[tuple[Case, ...]]:
    """Cases that can be played at once: from the same page, each known by its URLs."""
    pages: dict[str, list[Case]] = {}
    for case in cases:
        if _stands_alone(case):
            yield (case,)
        else:
            pages.setdefault(case["page"]["url"], []).append(case)
    for together in pages.values():
        yield from itertools.batched(together, AT_ONCE)


def _stands_alone(case: Case) -> bool:
    """It goes to another page, or a URL does not tell whose it is, such as `data:text/plain,hi`."""
    return any("page" in step or case["id"] not in step["request"]["url"] for step in case["steps"])


def _play_round(page: Page, site: Site, steps: Mapping[str, Step]) -> dict[str, Observed]:
    """One step of each case."""
    requests, issues, console = len(page.requests), len(page.issues), len(page.console)
    site.serve(steps)
    asked = json.dumps([step["request"] for step in steps.values()])
    # DevTools tells of a failed request before it gives this result: nothing is to wait for.
    results = page.evaluate(f"({PLAY})({asked})")
    whose = next(iter(steps)) if len(steps) == 1 else None
    errors = _cors_errors(page.requests[requests:], page.issues[issues:], whose)
    lines = [message.text for message in page.console[console:]]
    return {
        case: seen
        | on_the_wire(site.arrivals(case))
        | {
            "cors_error": errors.get(case),
            "console": [line for line in lines if case in (whose, _case_of(line))],
        }
        for case, seen in zip(steps, results, strict=True)
    }


def on_the_wire(arrivals: Iterable[ReceivedRequest]) -> Observed:
    """What the servers were asked: preflights, and the requests themselves."""
    seen = [(is_preflight(request), request) for request in arrivals]
    preflights = [request for preflight, request in seen if preflight]
    actual = [request for preflight, request in seen if not preflight]
    return {
        "sequence": "".join("P" if preflight else "A" for preflight, _ in seen),
        "preflight_method": [r.header("access-control-request-method") for r in preflights],
        "preflight_headers": [r.header("access-control-request-headers") for r in preflights],
        "preflight_origin": [r.header("origin") for r in preflights],
        "actual_method": [r.method for r in actual],
        "actual_origin": [r.header("origin") for r in actual],
    }


def _cors_errors(
    requests: Iterable[NetworkRequest], issues: Iterable[dict[str, Any]], whose: str | None
) -> dict[str, str]:
    """Why requests failed, by case; `whose` are those without a case in their URL.

    What the page's own process refuses never becomes a request: it is an issue only.
    """
    errors: dict[str, str] = {}
    first_urls: dict[str, str] = {}
    for request in requests:
        url = first_urls.setdefault(request.request_id, request.url)
        if request.cors_error is not None:
            errors.setdefault(_case_of(url) or whose or url, request.cors_error)
    for issue in issues:
        details = issue["details"].get("corsIssueDetails")
        if details is not None and not details["isWarning"]:
            url = details["request"]["url"]
            error = details["corsErrorStatus"]["corsError"]
            errors.setdefault(_case_of(url) or whose or url, error)
    return errors


def _case_of(text: str) -> str | None:
    asked = ASKED.search(text)
    return asked["case"] if asked else None
