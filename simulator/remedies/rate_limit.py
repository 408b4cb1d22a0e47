"""What would let this request through that comes too soon?

As many more at once as it takes. A larger quota would count the past anew; a larger burst lets
everybody send what they could send before.
"""

from __future__ import annotations

from collections.abc import Iterator

from simulator.addresses import show_address
from simulator.decision import Decision, Finding
from simulator.edit import Put
from simulator.policy import Policy
from simulator.remedies.remedy import Breadth, Remedy, facts_of, mapping_at
from simulator.source import join
from simulator.usage import ask, parse_quota

_WHOSE = {"principal": "every key", "client": "every address", "route": "everybody together"}
# A burst of more than this is no burst.
_MOST = 1_000_000


def remedies(policy: Policy, decision: Decision, finding: Finding) -> Iterator[Remedy]:
    """What might make the quota suffice."""
    facts = facts_of(decision)
    limit = mapping_at(policy, finding.rule or "")
    quota, burst, per = limit.get("quota"), limit.get("burst"), limit.get("per")
    if not isinstance(quota, str) or not isinstance(per, str):
        return
    parsed = parse_quota(quota, burst if isinstance(burst, int) else None)
    bucket = _bucket(decision, per)
    arrival = facts.usage.arrival((finding.rule or "", bucket)) if facts.usage else None
    enough = parsed.burst
    while enough <= _MOST and not ask(parsed._replace(burst=enough), arrival, facts.at).allowed:
        missing = ask(parsed._replace(burst=enough), arrival, facts.at).retry_after
        enough += max(1, int(missing * parsed.requests / parsed.window))
    if enough <= _MOST:
        yield Remedy(
            f"let {enough} requests come at once instead of {parsed.burst}",
            Breadth.MANY,
            (Put(join(finding.rule or "", "burst"), enough),),
            opens=(f"{enough - parsed.burst} more at once from {_WHOSE[per]}",),
        )


def _bucket(decision: Decision, per: str) -> str:
    """Whose requests are counted, as the check counts them."""
    facts = facts_of(decision)
    if per == "principal":
        return "" if facts.credential.key is None else facts.credential.key.id
    if per == "client":
        return "" if facts.client is None else show_address(facts.client)
    return "" if facts.route is None else facts.route.rule
