"""Quotas that do nothing, or less than they seem to."""

from __future__ import annotations

import pytest
from linting import look, told


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("rate_limits: [{per: principal, quota: 9/minute}]", ["rate_limits/0"]),
        ("rate_limits: [{per: route, quota: 9/minute}]", ["rate_limits/0"]),
        ("rate_limits: [{per: client, quota: 9/minute}]", []),
        (
            "rate_limits: [{per: principal, quota: 9/minute}]\nkeys: [{id: a, env: WEB_KEY}]",
            [],
        ),
        (
            "routes: [{path: /a, rate_limits: [{per: principal, quota: 9/minute}]}]",
            ["routes/0/rate_limits/0"],
        ),
    ],
)
def test_a_quota_counts_nobody(text: str, expected: list[str]) -> None:
    assert [path for path, _ in told(text, "limits/never-counts")] == expected


@pytest.mark.parametrize(("burst", "found"), [("burst: 10", True), ("burst: 9", False)])
def test_a_burst_is_larger_than_the_quota(burst: str, found: bool) -> None:
    text = f"rate_limits: [{{per: client, quota: 9/minute, {burst}}}]"

    expected = [("rate_limits/0", "note")] if found else []
    assert told(text, "limits/burst-above-quota") == expected


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ("quota: 10/minute", "quota: 1000/minute", ["rate_limits/1"]),
        ("quota: 1000/minute", "quota: 10/minute", ["rate_limits/0"]),
        ("quota: 10/minute", "quota: 100/hour", []),
        ("quota: 10/minute", "quota: 600/hour, burst: 10", ["rate_limits/1"]),
        ("quota: 10/minute, burst: 1", "quota: 20/minute, burst: 1", ["rate_limits/1"]),
    ],
)
def test_a_quota_is_never_used_up_before_another(
    first: str, second: str, expected: list[str]
) -> None:
    text = f"rate_limits: [{{per: client, {first}}}, {{per: client, {second}}}]"

    assert [path for path, _ in told(text, "limits/never-reached")] == expected


def test_quotas_for_different_things_do_not_keep_one_another() -> None:
    text = "keys: [{id: a, env: WEB_KEY}]\nrate_limits: [{per: client, quota: 1/minute},"

    assert look(f"{text} {{per: principal, quota: 9/minute}}]", "limits/never-reached") == []
