"""Quotas: how much is used, and when the next request may come."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.problem import Fault
from simulator.usage import Bucket, Quota, Usage, ask, parse_quota

NOW = 1764000000.0


@pytest.mark.parametrize(
    ("text", "burst", "expected"),
    [
        pytest.param("100/minute", None, Quota(100, 60.0, 100), id="a number for a unit"),
        pytest.param("5/10 seconds", None, Quota(5, 10.0, 5), id="a number for several units"),
        pytest.param("1/day", 3, Quota(1, 86400.0, 3), id="with a burst"),
        pytest.param("7/hours", None, Quota(7, 3600.0, 7), id="the plural"),
        pytest.param(" 1 / Second ", None, Quota(1, 1.0, 1), id="spaces and capitals"),
    ],
)
def test_a_quota_is_read(text: str, burst: int | None, expected: Quota) -> None:
    assert parse_quota(text, burst) == expected


FORM = (
    "a quota is a number of requests for a second, minute, hour or day; write it as `100/minute` "
    "or `5/10 seconds`"
)


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        pytest.param("100", FORM, id="no unit"),
        pytest.param("100/fortnight", FORM, id="another unit"),
        pytest.param("5/s", FORM, id="an abbreviation"),
        pytest.param("1.5/day", FORM, id="a fraction"),
        pytest.param("-1/day", FORM, id="a negative number"),
        pytest.param("", FORM, id="nothing"),
        pytest.param("٣/day", FORM, id="digits of another script"),
        pytest.param("0/day", "it admits no request at all; write a number from 1 on", id="zero"),
        pytest.param(
            "1/0 days", "it admits no request at all; write a number from 1 on", id="no window"
        ),
    ],
)
def test_what_is_no_quota_is_a_fault(text: str, rest: str) -> None:
    with pytest.raises(Fault) as caught:
        parse_quota(text)

    assert str(caught.value).partition(" is not a quota: ")[2] == rest


@pytest.mark.parametrize(
    ("quota", "expected"),
    [
        pytest.param("1/second", 1, id="one"),
        pytest.param("70/second", 70, id="an interval that is no whole number"),
        pytest.param("300/minute", 300, id="a long burst"),
        pytest.param("1000/day", 1000, id="a day's worth"),
        pytest.param("997/second", 997, id="a prime number"),
    ],
)
@pytest.mark.parametrize("at", [0.0, NOW, NOW + 0.1])
def test_a_fresh_bucket_admits_its_burst_and_no_more(quota: str, expected: int, at: float) -> None:
    arrival, admitted = None, 0
    while (allowance := ask(parse_quota(quota), arrival, at)).allowed and admitted < 2000:
        arrival, admitted = allowance.arrival, admitted + 1
        assert allowance.remaining == expected - admitted

    assert admitted == expected


def test_a_bucket_says_when_the_next_request_passes() -> None:
    quota = parse_quota("2/10 seconds")
    first = ask(quota, None, NOW)
    second = ask(quota, first.arrival, NOW)
    third = ask(quota, second.arrival, NOW + 1)

    assert (first.allowed, first.remaining, first.reset_after) == (True, 1, 5.0)
    assert (second.allowed, second.remaining, second.reset_after) == (True, 0, 10.0)
    assert (third.allowed, third.retry_after, third.reset_after) == (False, 4.0, 9.0)
    assert ask(quota, second.arrival, NOW + 5).allowed


def test_a_refusal_consumes_nothing() -> None:
    quota = parse_quota("1/day")
    used = ask(quota, None, NOW).arrival

    assert ask(quota, used, NOW).arrival == used


def test_an_idle_client_saves_up_no_more_than_the_burst() -> None:
    quota = parse_quota("1/second", 2)
    arrival = ask(quota, None, NOW).arrival
    later = NOW + 86400

    assert ask(quota, arrival, later).remaining == 1


def test_a_clock_that_goes_back_gives_nothing_away() -> None:
    quota = parse_quota("1/minute")
    arrival = ask(quota, None, NOW).arrival

    assert not ask(quota, arrival, NOW - 3600).allowed


# Usage


class Spent:
    """What a decision says of the quotas it draws on."""

    def __init__(self, at: float, *spends: tuple[Bucket, int]) -> None:
        self.at = at
        self.spends = spends


def test_recording_keeps_what_a_decision_spends() -> None:
    usage = Usage()
    usage.record(Spent(NOW, (("rate_limits/0", "web"), 5), (("rate_limits/1", "10.0.0.1"), 7)))

    assert usage.arrival(("rate_limits/0", "web")) == 5
    assert usage.arrival(("rate_limits/1", "web")) is None


def test_buckets_that_are_full_again_are_forgotten_once_there_are_many() -> None:
    usage = Usage({("l", str(n)): int((NOW + n - 15_000) * 1e9) for n in range(20_000)})
    usage.record(Spent(NOW, (("l", "new"), int((NOW + 1) * 1e9))))

    assert len(usage.arrivals) == 5_000
    assert usage.arrival(("l", "new")) is not None


# Properties


@settings(max_examples=200)
@given(
    st.integers(1, 20),
    st.sampled_from(["second", "10 seconds", "minute", "day"]),
    st.none() | st.integers(1, 8),
    st.lists(st.sampled_from([0, 0, 0, 0.25, 0.5, 1, 3, 10, 60, 4000]), max_size=40),
    st.sampled_from([0, int(NOW)]),
)
def test_the_algorithm_admits_what_a_bucket_of_tokens_does(
    requests: int, window: str, burst: int | None, gaps: list[float], start: int
) -> None:
    quota = parse_quota(f"{requests}/{window}", burst)
    rate = Fraction(requests) / Fraction(quota.window)
    tokens, at, arrival = Fraction(quota.burst), Fraction(start), None
    for gap in gaps:
        at += Fraction(gap)
        tokens = min(Fraction(quota.burst), tokens + Fraction(gap) * rate)
        allowance = ask(quota, arrival, float(at))
        # Nanoseconds are whole: a token may be that much early or late.
        if abs(tokens - 1) > Fraction(1, 1_000_000):
            assert allowance.allowed == (tokens >= 1)
        if allowance.allowed:
            arrival = allowance.arrival
            tokens -= 1
            assert abs(allowance.remaining - int(tokens)) <= 1
        else:
            assert allowance.retry_after == pytest.approx(float((1 - tokens) / rate), abs=1e-3)
