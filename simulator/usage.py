"""How much of a quota has been used, and when may the next request come?

The generic cell rate algorithm (ITU-T I.371 annex A): one number a bucket, the theoretical
arrival time, instead of a list of past requests. State goes in and comes out; nothing is stored.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from simulator.problem import Fault, quote

_SECONDS = {"second": 1, "minute": 60, "hour": 3600, "day": 86400}
_QUOTA = re.compile(r"([0-9]{1,12})\s*/\s*(?:([0-9]{1,6})\s*)?([a-z]+?)s?\Z")
_NANO = 1_000_000_000
# Buckets of clients that went away are dropped once there are this many.
_MANY = 20_000


class Quota(NamedTuple):
    """So many requests in a window of so many seconds, `burst` of them at once."""

    requests: int
    window: float
    burst: int


def parse_quota(text: str, burst: int | None = None) -> Quota:
    """`100/minute`, `5/10 seconds`. Raises Fault. Without a burst all of it may come at once."""
    match = _QUOTA.match(text.strip().lower())
    if match is None or match[3] not in _SECONDS:
        raise Fault(
            f"{quote(text)} is not a quota",
            "a quota is a number of requests for a second, minute, hour or day",
            "write it as `100/minute` or `5/10 seconds`",
        )
    requests, many = int(match[1]), int(match[2] or 1)
    if requests == 0 or many == 0:
        raise Fault(
            f"{quote(text)} is not a quota",
            "it admits no request at all",
            "write a number from 1 on",
        )
    return Quota(requests, float(_SECONDS[match[3]] * many), burst or requests)


class Allowance(NamedTuple):
    """What a bucket says to one request at one time; waits in seconds from that time on."""

    allowed: bool
    remaining: int
    retry_after: float  # until one request would pass; 0 when it passes now
    reset_after: float  # until the whole burst is there again
    arrival: int  # the bucket's new theoretical arrival time, if the request is counted


def ask(quota: Quota, arrival: int | None, at: float) -> Allowance:
    """Would a request at `at` pass, given its bucket's arrival time? Consumes nothing.

    Arrival times are Unix nanoseconds: sums of fractions such as 0.6 seconds would not be exact,
    and a burst would end one request early.
    """
    now = round(at * _NANO)
    interval = max(1, round(quota.window * _NANO) // quota.requests)
    earliest = now if arrival is None or arrival < now else arrival
    following = earliest + interval
    left = now + interval * quota.burst - following
    if left < 0:
        return Allowance(False, 0, -left / _NANO, (earliest - now) / _NANO, earliest)
    return Allowance(True, left // interval, 0.0, (following - now) / _NANO, following)


type Bucket = tuple[str, str]  # the limit's path, and whose bucket


class Spending(Protocol):
    """What a decision says of the quota it draws on."""

    @property
    def spends(self) -> tuple[tuple[Bucket, int], ...]: ...
    @property
    def at(self) -> float: ...


@dataclass(slots=True)
class Usage:
    """The state of all buckets, owned by whoever judges several requests in a row.

    Judging reads it; only `record` writes.
    """

    arrivals: dict[Bucket, int] = field(default_factory=dict)

    def arrival(self, bucket: Bucket) -> int | None:
        return self.arrivals.get(bucket)

    def record(self, decision: Spending) -> None:
        """Count the request, if it got as far as its quota."""
        for bucket, arrival in decision.spends:
            self.arrivals[bucket] = arrival
        if len(self.arrivals) > _MANY:
            now = decision.at * _NANO
            self.arrivals = {b: arrival for b, arrival in self.arrivals.items() if arrival > now}
