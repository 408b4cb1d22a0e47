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
# Buckets of clients that went away are dropped once there are this many.
_MANY = 20_000


class Quota(NamedTuple):
    """So many requests in a window of so many seconds, `burst` of them at once."""

    requests: int
    window: float
    burst: int

    @property
    def interval(self) -> float:
        """Seconds between two requests of a steady client."""
        return self.window / self.requests


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
            "remove the route, or write `1/day`",
        )
    return Quota(requests, float(_SECONDS[match[3]] * many), burst or requests)


class Allowance(NamedTuple):
    """What a bucket says to one request at one time; times in seconds from that time on."""

    allowed: bool
    remaining: int
    retry_after: float  # until one request would pass; 0 when it passes now
    reset_after: float  # until the whole burst is there again
    arrival: float  # the bucket's new theoretical arrival time, if the request is counted


def ask(quota: Quota, arrival: float | None, at: float) -> Allowance:
    """Would a request at `at` pass, given its bucket's arrival time? Consumes nothing."""
    interval = quota.interval
    tolerance = interval * quota.burst
    earliest = at if arrival is None or arrival < at else arrival
    following = earliest + interval
    # The tolerance is compared with a little air: sums of fractions such as 0.6 are not exact.
    over = following - tolerance - at
    if over > 1e-6:
        return Allowance(False, 0, over, earliest - at, earliest)
    remaining = int((tolerance - (following - at)) / interval + 1e-6)
    return Allowance(True, remaining, 0.0, following - at, following)


type Bucket = tuple[str, str]  # the limit's path, and whose bucket


class Spending(Protocol):
    """What a decision says of the quota it draws on."""

    @property
    def spends(self) -> tuple[tuple[Bucket, float], ...]: ...
    @property
    def at(self) -> float: ...


@dataclass(slots=True)
class Usage:
    """The state of all buckets, owned by whoever judges several requests in a row.

    Judging reads it; only `record` writes.
    """

    arrivals: dict[Bucket, float] = field(default_factory=dict)

    def arrival(self, bucket: Bucket) -> float | None:
        return self.arrivals.get(bucket)

    def record(self, decision: Spending) -> None:
        """Count the request, if it got as far as its quota."""
        for bucket, arrival in decision.spends:
            self.arrivals[bucket] = arrival
        if len(self.arrivals) > _MANY:
            at = decision.at
            self.arrivals = {b: arrival for b, arrival in self.arrivals.items() if arrival > at}
