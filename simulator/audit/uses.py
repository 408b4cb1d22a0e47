"""Which permissions did this request use?

Those without which it would have been refused: the block that let it in, the key, the scopes of its
route, the origin's entry, what a preflight asked for. Of a request that was refused only the
proxies on its way are counted.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from simulator.audit.permissions import at
from simulator.browser.exchange import requested_headers
from simulator.decision import Decision, Outcome, Party
from simulator.facts import Facts
from simulator.forwarded import parse_node
from simulator.message import Request
from simulator.policy import Policy
from simulator.source import join
from simulator.usage import Quota, parse_quota

type Use = tuple[str, str]


@dataclass(slots=True)
class Uses:
    """How often each permission was used, and what else a log shows."""

    counts: Counter[Use] = field(default_factory=Counter[Use])
    decisions: int = 0
    let_in: int = 0
    first: float | None = None
    last: float | None = None
    # Of each quota: the most of a burst that anybody had used up.
    spent: dict[str, int] = field(default_factory=dict[str, int])
    # Permissions of which a decision's record does not tell whether it used them: kinds, and paths
    # of routes of which it does not tell the method.
    untold: set[str] = field(default_factory=set[str])

    def see(self, at: float | None) -> None:
        """Count a decision, made then."""
        self.decisions += 1
        if at is not None:
            self.first = at if self.first is None else min(self.first, at)
            self.last = at if self.last is None else max(self.last, at)

    def spend(self, path: str, used: int) -> None:
        """Note how much of a quota's burst was used up."""
        self.spent[path] = max(used, self.spent.get(path, 0))


def count_decision(uses: Uses, policy: Policy, decision: Decision, *, timed: bool = True) -> None:
    """Count a request that the policy has judged. `timed`: whether it is known when it was sent."""
    facts = decision.facts
    assert isinstance(facts, Facts)
    uses.see(facts.at if timed else None)
    uses.counts.update(set(_of_hops(policy, facts)))
    for (path, _), arrival in decision.spends:
        quota = quota_at(policy, path)
        interval = quota.window / quota.requests
        uses.spend(path, math.ceil((arrival / 1e9 - facts.at) / interval - 1e-6))
    uses.let_in += decision.refusal is None  # even if a browser then hid the answer
    if is_use(decision):
        uses.counts.update(set(_of_request(policy, decision, facts)))


def is_use(decision: Decision) -> bool:
    """Whether the server let it in, or would have but for a quota: that takes no permission away,
    and gives none."""
    refusing = [f for f in decision.failures if f.party is Party.SERVER]
    return all(finding.check == "rate_limit" for finding in refusing)


def quota_at(policy: Policy, path: str) -> Quota:
    """The quota that stands at the path."""
    section = at(policy, path)
    assert isinstance(section, dict)
    burst = section.get("burst")
    return parse_quota(str(section["quota"]), burst if isinstance(burst, int) else None)


def _of_hops(policy: Policy, facts: Facts) -> Iterator[Use]:
    if policy.tables.trusted is None:
        return
    for hop in facts.way.hops:
        if hop.verdict in ("peer", "trusted proxy"):
            yield from proxies_with(policy, hop.text.partition("%")[0])


def proxies_with(policy: Policy, text: str) -> Iterator[Use]:
    """The entries of `trusted_proxies` that hold an address: each may be why it is trusted."""
    address = parse_node(text)
    trusted = policy.tables.trusted
    if address is None or trusted is None:
        return
    for index in trusted.covering(address):
        yield trusted.rules[index].path.partition("#")[0], ""


def _of_request(policy: Policy, decision: Decision, facts: Facts) -> Iterator[Use]:
    for finding in decision.trace:
        if finding.outcome is not Outcome.PASS or finding.rule is None:
            continue
        if finding.check in ("network", "cors", "authenticate"):
            yield finding.rule.partition("#")[0], ""
    method = facts.method
    route = facts.route
    if facts.asks:
        # What it asks leave for is what will be used, though the request may be in no log.
        method = facts.request.headers.get("access-control-request-method") or ""
    for taken, by in ((route, method), (facts.match.route, facts.method)):
        if taken is not None:
            yield taken.rule, ""
            yield from _named(policy, join(taken.rule, "methods"), {by})
    key = facts.credential.key
    passed = {f.check for f in decision.trace if f.outcome is Outcome.PASS}
    if key is not None and "authenticate" in passed:
        if key.networks is not None and facts.client is not None:
            for index in key.networks.covering(facts.client):
                yield key.networks.rules[index].path, ""
        if key.origins is not None and facts.sent_origin is not None:
            yield join(key.rule, "origins", key.origins.find(facts.sent_origin) or 0), ""
        if route is not None and "authorize" in passed:
            yield from (("scope", f"{key.rule} {scope}") for scope in route.scopes)
    if facts.origin is not None and "cors" in passed:
        yield from _of_cors(policy, facts, method)


def _of_cors(policy: Policy, facts: Facts, method: str) -> Iterator[Use]:
    """Methods and headers that a preflight was granted, or that a page's request has: a browser
    remembers what was granted."""
    own = None if facts.route is None else facts.route.index
    section = (
        join("routes", own, "cors") if own in policy.tables.grants and own is not None else "cors"
    )
    request: Request = facts.request
    headers = (
        requested_headers(request.headers)
        if facts.asks
        else tuple(name.lower() for name, _ in request.headers)
    )
    yield from _named(policy, join(section, "methods"), {method})
    yield from _named(policy, join(section, "headers"), set(headers), fold=True)
    if request.headers.get("access-control-request-private-network") == "true":
        yield join(section, "private_network"), ""


def _named(policy: Policy, path: str, used: set[str], *, fold: bool = False) -> Iterator[Use]:
    """The entries of a list that name one of these; `*` names them all."""
    listed = at(policy, path)
    for index, entry in enumerate(listed if isinstance(listed, list) else ()):
        name = str(entry).lower() if fold else str(entry)
        if name == "*" or name in used:
            yield join(path, index), ""
