"""Has whoever asks used up their quota?

Windows and remaining requests as in the IETF draft "RateLimit header fields for HTTP"; Retry-After
as in RFC 9110 section 10.2.3; 429 as in RFC 6585 section 4.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from simulator.addresses import show_address
from simulator.check import section_of, skip
from simulator.decision import Finding, Near, Outcome, Party, Reason
from simulator.facts import Facts
from simulator.section import Section
from simulator.source import join
from simulator.usage import Allowance, Bucket, Quota, ask, parse_quota

EXCEEDED = Reason(
    code="rate-limit.exceeded",
    status=429,
    party=Party.SERVER,
    title="the quota is used up",
    text="the quota of {quota} for {whose} is used up; the next request passes in {retry_after} s",
    meaning="More requests came than the quota admits. Waiting helps, retrying at once does not.",
    causes=(
        "a client retries without pause",
        "several processes share one key, or one address behind a proxy",
        "the burst is smaller than what a page sends at once",
    ),
    remedies=(
        "wait for as long as Retry-After says",
        "give each client its own key",
        "raise the quota or the burst",
    ),
    retryable=True,
    spec="RFC 6585 section 4",
)
REASONS = (EXCEEDED,)


def _quota(text: str) -> str:
    parse_quota(text)
    return text


class RateLimitSection(Section):
    """One quota."""

    per: Annotated[
        Literal["principal", "client", "route"],
        Field(description="Whose requests are counted together: a key's, an address's, a route's."),
    ]
    quota: Annotated[
        str,
        AfterValidator(_quota),
        Field(description="Requests in a window.", examples=["100/minute", "5/10 seconds"]),
    ]
    burst: Annotated[
        int | None,
        Field(ge=1, description="Requests that may come at once; left out: the whole quota."),
    ] = None


@dataclass(frozen=True, slots=True)
class Limit:
    """One quota, compiled."""

    path: str
    per: str
    quota: Quota
    text: str


def compile_section(sections: Sequence[RateLimitSection], path: str) -> tuple[Limit, ...]:
    """The quotas as they judge."""
    return tuple(
        Limit(join(path, index), s.per, parse_quota(s.quota, s.burst), s.quota)
        for index, s in enumerate(sections)
    )


_NO_SECTION = skip("rate_limit", "the policy has no `rate_limits`")
_NOBODY = skip("rate_limit", "no quota counts this request: nobody and nothing to count it for")


class RateLimitCheck:
    """The compiled question. It reads the usage; only whoever owns that writes it."""

    __slots__ = ("_by_route", "_own")

    name = "rate_limit"
    reads = frozenset({"credential", "client", "route", "at", "usage"})

    def __init__(self, own: tuple[Limit, ...], by_route: Mapping[int, tuple[Limit, ...]]) -> None:
        self._own = own
        self._by_route = by_route

    @property
    def sections(self) -> Mapping[int | None, tuple[Limit, ...]]:
        """The quotas of each section, by route; None: the policy's own."""
        found: dict[int | None, tuple[Limit, ...]] = dict(self._by_route.items())
        return {**found, None: self._own} if self._own else found

    def counting(self, facts: Facts) -> tuple[tuple[Limit, Bucket], ...]:
        """The quotas that count a request, each with the bucket in which it does."""
        limits = section_of(facts, self._own, self._by_route)
        whose = [(limit, _whose(limit, facts)) for limit in limits]
        return tuple((limit, (limit.path, name)) for limit, name in whose if name is not None)

    def judge(self, facts: Facts) -> Finding:
        limits = section_of(facts, self._own, self._by_route)
        if not limits:
            return _NO_SECTION
        spends: list[tuple[Bucket, int]] = []
        tightest: tuple[Limit, Allowance] | None = None
        for limit in limits:
            whose = _whose(limit, facts)
            if whose is None:
                continue
            bucket = (limit.path, whose)
            usage = facts.usage
            allowance = ask(limit.quota, usage.arrival(bucket) if usage else None, facts.at)
            if not allowance.allowed:
                shown = str(facts.route) if limit.per == "route" else whose
                return _exceeded(limit, shown, allowance)
            spends.append((bucket, allowance.arrival))
            if tightest is None or allowance.remaining < tightest[1].remaining:
                tightest = (limit, allowance)
        if tightest is None:
            return _NOBODY
        limit, allowance = tightest
        return Finding(
            "rate_limit",
            Outcome.PASS,
            limit.path,
            {"quota": limit.text, "remaining": allowance.remaining},
            fields=_fields(limit, allowance),
            note=f"{allowance.remaining} more may follow at once",
            spends=tuple(spends),
        )

    def near(self, facts: Facts) -> tuple[Near, ...]:
        return ()


def _whose(limit: Limit, facts: Facts) -> str | None:
    if limit.per == "principal":
        key = facts.credential.key
        return None if key is None else key.id
    if limit.per == "client":
        return None if facts.client is None else show_address(facts.client)
    return None if facts.route is None else facts.route.rule


def _fields(limit: Limit, allowance: Allowance) -> tuple[tuple[str, str], ...]:
    window = math.ceil(limit.quota.window)
    wait = math.ceil(allowance.reset_after)
    return (
        ("ratelimit-policy", f'"{limit.per}";q={limit.quota.requests};w={window}'),
        ("ratelimit", f'"{limit.per}";r={allowance.remaining};t={wait}'),
    )


def _exceeded(limit: Limit, whose: str, allowance: Allowance) -> Finding:
    wait = max(1, math.ceil(allowance.retry_after))
    return Finding(
        "rate_limit",
        Outcome.FAIL,
        limit.path,
        {"quota": limit.text, "whose": f"{limit.per} `{whose}`", "retry_after": wait},
        EXCEEDED,
        Party.SERVER,
        429,
        (("retry-after", str(wait)), *_fields(limit, allowance)),
    )
