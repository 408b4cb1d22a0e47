"""Does a burst suffice that is just large enough?"""

from __future__ import annotations

import pytest
from fixing import NOON, ask, fixes, proposed, turns

from simulator import Usage, evaluate, load_policy
from simulator.edit import Put
from simulator.remedies.rate_limit import remedies


def spent(text: str, times: int, *, every: float = 0.0) -> Usage:
    """So many requests, some time apart, the last of them at noon."""
    policy, usage = load_policy(text), Usage()
    for number in range(times):
        at = NOON - every * (times - 1 - number)
        usage.record(evaluate(policy, ask("https://api.example/search", at=at), usage))
    return usage


@pytest.mark.parametrize(
    ("limit", "times", "every", "burst"),
    [
        ("{per: client, quota: 3/minute}", 3, 0, 4),
        ("{per: client, quota: 3/minute, burst: 1}", 1, 0, 2),
        ("{per: route, quota: 60/minute, burst: 2}", 2, 0.5, 3),
        ("{per: client, quota: 1/day}", 1, 0, 2),
    ],
)
def test_one_more_at_once_is_enough(limit: str, times: int, every: float, burst: int) -> None:
    text = f"routes: [{{path: /search}}]\nrate_limits: [{limit}]"
    usage = spent(text, times, every=every)

    request = ask("https://api.example/search")
    found = proposed(remedies, "rate_limit", text, request, usage)

    assert [remedy.edits for remedy in found] == [(Put("rate_limits/0/burst", burst),)]
    assert all(turns(fix, usage) for fix in fixes(text, request, usage))


def test_whoever_is_counted_with_it_gains_as_much() -> None:
    text = "rate_limits: [{per: client, quota: 3/minute}]"

    found = proposed(remedies, "rate_limit", text, ask(), spent(text, 3))

    assert found[0].say == "let 4 requests come at once instead of 3"
    assert found[0].opens == ("1 more at once from every address",)


def test_a_route_with_quotas_of_its_own_is_mended_there() -> None:
    text = "routes: [{path: /search, rate_limits: [{per: client, quota: 1/minute}]}]"
    request = ask("https://api.example/search")

    found = proposed(remedies, "rate_limit", text, request, spent(text, 1))

    assert found[0].edits == (Put("routes/0/rate_limits/0/burst", 2),)


def test_where_two_quotas_are_used_up_both_are_raised() -> None:
    text = "rate_limits: [{per: client, quota: 1/minute}, {per: client, quota: 1/hour}]"
    usage = spent(text, 1)

    found = fixes(text, ask(), usage)

    assert [(fix.side, len(fix.steps)) for fix in found] == [("client", 1), ("server", 2)]
    assert all(turns(fix, usage) for fix in found)
