"""Does the model say of every recorded case what Chromium did?

The recordings are of Chromium 156. What differs is told with both sides; what is not modelled is
counted by its reason, so that what is supported cannot shrink unseen.
"""

from __future__ import annotations

import gzip
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from simulator.browser.record import judge_case

RECORDED = Path(__file__).parents[2] / "data" / "browser_cases.jsonl.gz"
FIELDS = (
    "settled", "type", "status", "headers", "sequence", "preflight_method", "preflight_headers",
    "preflight_origin", "actual_method", "actual_origin", "cors_error",
)  # fmt: skip
UNSUPPORTED = {
    "the API `beacon` is not modelled": 4,
    "a server that closes the connection, or lets wait, is not modelled": 3,
    "the browser asks the user for a password, and the fetch waits for it": 2,
}

type Case = Mapping[str, Any]


def read() -> dict[str, list[Case]]:
    """The cases by group."""
    groups: dict[str, list[Case]] = {}
    with gzip.open(RECORDED, "rt", encoding="utf-8") as lines:
        for line in lines:
            case = json.loads(line)
            groups.setdefault(case["group"], []).append(case)
    return groups


GROUPS = read()


@cache
def judged(group: str) -> tuple[tuple[Case, Case, dict[str, Any]], ...]:
    """Each step of a group's cases: the case, the step, and what is said of it."""
    found: list[tuple[Case, Case, dict[str, Any]]] = []
    for case in GROUPS[group]:
        said = judge_case(case)["steps"]
        found += [(case, step, told) for step, told in zip(case["steps"], said, strict=True)]
    return tuple(found)


def modelled(group: str) -> Iterator[tuple[Case, Case, dict[str, Any]]]:
    return ((case, step, told) for case, step, told in judged(group) if "unsupported" not in told)


@pytest.mark.parametrize("group", GROUPS)
def test_the_model_does_what_the_browser_did(group: str) -> None:
    differing = [
        f"{case['id']} {json.dumps(step['request'])}\n  {field}: {step['observed'].get(field)!r} "
        f"recorded, {told[field]!r} said"
        for case, step, told in modelled(group)
        for field in FIELDS
        if step["observed"].get(field) != told[field]
    ]

    assert not differing, "\n".join(differing)


def names_one_of_several(step: Case) -> bool:
    """Of several headers that are not allowed Chromium names any one."""
    observed = step["observed"]
    if observed["cors_error"] != "HeaderDisallowedByPreflightResponse":
        return False
    return "," in observed["preflight_headers"][-1]


@pytest.mark.parametrize("group", GROUPS)
def test_the_console_says_the_same(group: str) -> None:
    differing = [
        f"{case['id']}\n  {step['observed']['console'][:1]} recorded\n  {told['console']} said"
        for case, step, told in modelled(group)
        if (
            told["cors_error"] or told["console"] or "Fetch API" in str(step["observed"]["console"])
        )
        and not names_one_of_several(step)
        # A URL of Chromium's own schemes never has an empty path there.
        and not step["request"]["url"].startswith("chrome:")
        and told["console"] != next(iter(step["observed"]["console"]), None)
    ]

    assert not differing, "\n".join(differing)


def test_what_failed_is_named_alike() -> None:
    differing = [
        f"{case['id']}: {step['observed']['failed_parameter']!r} recorded, "
        f"{told['failed_parameter']!r} said"
        for group in GROUPS
        for case, step, told in modelled(group)
        if told["cors_error"] is not None
        and not names_one_of_several(step)
        and step["observed"]["failed_parameter"] != told["failed_parameter"]
    ]

    assert not differing, "\n".join(differing)


def test_every_failure_has_a_reason_and_its_step() -> None:
    without = [
        case["id"]
        for group in GROUPS
        for case, step, told in modelled(group)
        # Script is not told why an element can use nothing of what it was given.
        if (told["reason"] is None or told["spec"] is None)
        and step["request"]["api"] in ("fetch", "xhr")
        and told["settled"] == "rejected"
    ]

    assert without == []


def test_nothing_that_succeeds_has_a_reason() -> None:
    with_reason = [
        case["id"]
        for group in GROUPS
        for case, _, told in modelled(group)
        if told["settled"] == "resolved" and (told["reason"], told["cors_error"]) != (None, None)
    ]

    assert with_reason == []


def test_what_is_not_modelled_is_little_and_known() -> None:
    said = [
        told["unsupported"]
        for group in GROUPS
        for _, _, told in judged(group)
        if "unsupported" in told
    ]

    assert Counter(said) == UNSUPPORTED


def test_the_recordings_are_all_there() -> None:
    cases = [case for cases in GROUPS.values() for case in cases]

    assert len(cases) == 1586
    assert sum(len(case["steps"]) for case in cases) == 1636
