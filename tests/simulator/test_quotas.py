"""Two quotas differ at the first request that one lets pass and the other does not."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator import Request, Usage, evaluate, load_policy
from simulator.quotas import compare_quotas
from simulator.space import Space

AT = 1_800_000_000.0
BASE = """\
keys: [{id: web, key: s1}]
routes: [{path: /a, methods: [GET]}, {path: /b, methods: [GET], public: true%s}]
rate_limits: [%s]
"""


def words(old: str, new: str) -> list[tuple[str, ...]]:
    policies = [load_policy(BASE % ("", limits)) for limits in (old, new)]
    return [spent.words for spent in compare_quotas(Space(policies), at=AT)]


KEYS = "{per: principal, quota: 100/minute, burst: 20}"
HOUR = "{per: client, quota: 1000/hour}"


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (KEYS, KEYS.replace("20", "30"), "the 21st request that comes at once, of one principal"),
        (
            KEYS,
            KEYS.replace("100", "120"),
            "the 21st request that comes 0.5 s after the first, of one principal",
        ),
        (f"{KEYS}, {HOUR}", KEYS, "the 1,197th request that comes 706.2 s after the first, of one "
         "principal and client"),
        ("", "{per: route, quota: 11/day}", "the 12th request that comes at once, of one route"),
    ],
    ids=["a burst", "a rate", "one of two", "one where there was none"],
)  # fmt: skip
def test_quotas_that_differ_say_after_how_many(old: str, new: str, told: str) -> None:
    found = words(old, new)

    assert [each[0] for each in found] == [told]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (KEYS, KEYS),
        (f"{KEYS}, {HOUR}", f"{HOUR}, {KEYS}"),
        ("{per: client, quota: 60/minute}", "{per: client, quota: 60/60 seconds, burst: 60}"),
        ("", ""),
    ],
    ids=["the same", "another order", "other words", "none"],
)
def test_quotas_that_are_the_same_are_no_difference(old: str, new: str) -> None:
    assert words(old, new) == []


def test_a_quota_of_a_route_is_that_of_the_route_alone() -> None:
    old = load_policy(BASE % ("", KEYS))
    new = load_policy(BASE % (", rate_limits: [{per: client, quota: 3/second}]", KEYS))

    found = [spent.words for spent in compare_quotas(Space((old, new)), at=AT)]

    assert found == [("the 4th request that comes at once, of one client", "GET `/b`")]


def test_what_was_used_up_shows_the_difference() -> None:
    old, new = (load_policy(BASE % ("", limits)) for limits in (KEYS, KEYS.replace("20", "30")))

    (spent,) = compare_quotas(Space((old, new)), at=AT)

    assert [d.reason for d in spent.decisions(old, new)] == ["rate-limit.exceeded", None]
    assert spent.request.at == AT


# Properties

QUOTAS = st.tuples(
    st.integers(1, 6), st.sampled_from(["second", "10 seconds", "minute"]), st.integers(1, 5)
)


def reached(limits: str, times: list[float]) -> list[bool | None]:
    policy, usage, found = load_policy(f"rate_limits: [{limits}]"), Usage(), []
    for at in times:
        decision = evaluate(policy, Request("GET", "https://a.test/", at=at), usage)
        usage.record(decision)
        found.append(decision.allowed)
    return found


@settings(max_examples=40)
@given(QUOTAS, QUOTAS, st.lists(st.integers(0, 40), min_size=1, max_size=25))
def test_quotas_without_a_difference_let_the_same_requests_pass(
    one: tuple[int, str, int], other: tuple[int, str, int], steps: list[int]
) -> None:
    limits = [f"{{per: client, quota: {n}/{w}, burst: {b}}}" for n, w, b in (one, other)]
    policies = [load_policy(f"rate_limits: [{text}]") for text in limits]
    times = [AT + sum(steps[: n + 1]) / 10 for n in range(len(steps))]

    found = list(compare_quotas(Space(policies), at=AT))

    if not found:
        assert reached(limits[0], times) == reached(limits[1], times)
