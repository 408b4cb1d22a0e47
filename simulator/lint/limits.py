"""Does every quota count something, and is it as strict as it looks?

Quotas as `simulator.usage` counts them: the generic cell rate algorithm (ITU-T I.371 annex A).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from simulator.checks.rate_limit import RateLimitSection
from simulator.hazard import Hazard, Rule
from simulator.lint.subject import Subject
from simulator.problem import sentence
from simulator.source import join
from simulator.usage import Quota, parse_quota

NEVER_COUNTS = Rule(
    "limits/never-counts",
    "warning",
    "a quota that counts nobody",
    "The quota is counted for each key or for each route, and the policy has none. It never "
    "refuses anything.",
    "Count `per: client`, or add what is to be counted.",
    """\
rate_limits:
  - {per: principal, quota: 100/minute} # limits/never-counts
""",
)
BURST = Rule(
    "limits/burst-above-quota",
    "note",
    "a burst larger than the quota",
    "As many requests as the burst may come at once, so that in the first window more of them "
    "pass than the quota says.",
    "Let the burst be at most the quota.",
    """\
rate_limits:
  - {per: client, quota: 10/minute, burst: 50} # limits/burst-above-quota
""",
)
SLACK = Rule(
    "limits/never-reached",
    "note",
    "a quota that another one keeps from being used up",
    "Another quota for the same is as strict in the burst and in the long run: it always refuses "
    "first.",
    "Remove the one of the two that is not meant.",
    """\
rate_limits:
  - {per: client, quota: 10/minute}
  - {per: client, quota: 1000/minute} # limits/never-reached
""",
)
RULES = (NEVER_COUNTS, BURST, SLACK)


def quotas(subject: Subject) -> Iterator[Hazard]:
    """Quotas that do nothing, or less than they seem to."""
    yield from _quotas(subject, "rate_limits", subject.head.rate_limits)
    for index, section in subject.sections.items():
        if section.rate_limits is not None:
            yield from _quotas(subject, join("routes", index, "rate_limits"), section.rate_limits)


def _quotas(subject: Subject, path: str, limits: Sequence[RateLimitSection]) -> Iterator[Hazard]:
    parsed = [parse_quota(limit.quota, limit.burst) for limit in limits]
    for index, (limit, quota) in enumerate(zip(limits, parsed, strict=True)):
        here = join(path, index)
        missing = {"principal": not subject.keys, "route": not subject.routes}
        if missing.get(limit.per):
            none = "keys" if limit.per == "principal" else "routes"
            message = sentence(
                f"the quota per {limit.per} counts nobody" if none == "keys"
                else "the quota per route counts nothing",
                f"the policy has no `{none}`",
                "count `per: client`",
            )  # fmt: skip
            yield subject.hazard(NEVER_COUNTS, here, message)
            continue
        if quota.burst > quota.requests:
            message = sentence(
                f"`burst: {quota.burst}` is more than `quota: {limit.quota}`",
                "at first more requests pass than the quota says",
            )
            yield subject.hazard(BURST, here, message)
        for other, (stricter, tight) in enumerate(zip(limits, parsed, strict=True)):
            if other != index and stricter.per == limit.per and _keeps(tight, quota, other < index):
                line = subject.policy.span(join(path, other)).line
                message = sentence(
                    f"`quota: {limit.quota}` is never used up",
                    f"`{stricter.quota}` (line {line}) refuses first",
                )
                yield subject.hazard(SLACK, here, message)
                break


def _keeps(tight: Quota, slack: Quota, first: bool) -> bool:
    """Whether whoever the one lets pass is within the other; of two equal ones the first counts."""
    slower = tight.requests * slack.window <= slack.requests * tight.window
    same = tight.requests * slack.window == slack.requests * tight.window
    if same and tight.burst == slack.burst:
        return first
    return slower and tight.burst <= slack.burst


CHECKS = (quotas,)
