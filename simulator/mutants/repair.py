"""What is the smallest change of a policy that gives a test what it expects?

Propose and verify. Who should be let in and is not: what `simulator.fixes` finds. Who is let in and
should not be, or is refused for another reason: small changes of the rules that had a say in it.
The first is taken with which the test holds and every other test that held still does.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import islice
from typing import NamedTuple

from simulator.addresses import show_address
from simulator.browser import Unsupported
from simulator.decision import Decision
from simulator.edit import Insert, edit_text, text_diff
from simulator.facts import Facts
from simulator.fixes import find_fixes, find_page_fixes
from simulator.message import Request
from simulator.mutants import Change, changes, mutate
from simulator.policy import Policy
from simulator.problem import Fault
from simulator.source import join, mask
from simulator.space import TooMany
from simulator.standin import stand_in
from simulator.visit import Visit

# Each costs a compilation; what is asked last is far from what decided.
_MOST = 60
_FIXES = 6
# What takes a whole route or key away, or turns the policy round, is asked last.
_DRASTIC = re.compile(r"(routes|keys)/\d+\Z|.*(/default|/revoked|/match)\Z|order/")
# Sections that have a say in every request.
_SHARED = ("cors", "network", "order", "roles", "trusted_proxies", "errors")

type Holds = Callable[[Policy], bool]


class Repair(NamedTuple):
    """What to change. `diff` is of the policy's file, secrets taken out; empty where the request
    should be another. `breaks`: no change was found with which every other test still holds."""

    say: str
    diff: str = ""
    breaks: bool = False

    @property
    def line(self) -> str:
        """What to do, on one line."""
        if not self.diff:
            return f"the policy as it is: {self.say}"
        besides = " (another test fails then)" if self.breaks else ""
        return f"smallest fix: {self.say}{besides}"

    @property
    def text(self) -> str:
        return f"{self.line}\n{self.diff}".rstrip()


def find_repair(
    policy: Policy,
    story: Decision | Visit,
    holds: Holds,
    *,
    refusal: bool,
    asked: Request | None = None,
    keeps: Holds = lambda _: True,
) -> Repair | None:
    """A change with which the test `holds`, and the others (`keeps`) too; None: none was found.

    `story` is what came of the test's request; `refusal`: the test wants it refused. `asked` is
    what a page's script asked for, if a page did.
    """
    proposals = _small(policy, story) if refusal else _fixes(policy, story, asked)
    client: Repair | None = None
    breaking: Repair | None = None
    for changed, repair in proposals:
        if changed is None:
            client = client or repair
        elif holds(changed):
            if keeps(changed):
                return repair
            breaking = breaking or repair._replace(breaks=True)
    return client or breaking


def _fixes(
    policy: Policy, story: Decision | Visit, asked: Request | None
) -> Iterator[tuple[Policy | None, Repair]]:
    """Who should be let in: each fix with its policy, None where the client should do otherwise."""
    known = stand_in(policy)
    if isinstance(story, Decision):
        facts = _facts(story)
        found = find_fixes(known, facts.request, facts.usage, limit=_FIXES)
    elif asked is not None:
        mode = story.request.credentials
        found = find_page_fixes(known, asked, story.page, credentials=mode, limit=_FIXES)
    else:
        return
    try:
        for fix in found:
            changed = fix.policy if fix.edits else None
            yield changed, Repair(fix.say, _masked(policy, fix.diff))
    except (TooMany, Unsupported):
        return  # whether anybody is shut out by it, or what a browser does, is not known


def _small(policy: Policy, story: Decision | Visit) -> Iterator[tuple[Policy | None, Repair]]:
    """Who should not be let in: small changes of what let them in."""
    decision = story if isinstance(story, Decision) else next(reversed(story.decisions), None)
    if decision is None:
        return
    for change in islice(_concerned(policy, decision), _MOST):
        mutant = mutate(policy, change)
        if mutant is not None:
            say = f"change `{change.path}` so that {change.words}"
            yield mutant.policy, Repair(say, _diff(policy, change))


def _concerned(policy: Policy, decision: Decision) -> Iterator[Change]:
    """Changes of the rules that had a say in the decision, the nearest to it first."""
    near = tuple(dict.fromkeys(_spoke(decision)))
    ranked = [(len(near), change) for change in _denials(policy, decision)]
    for change in changes(policy):
        own = (n for n, path in enumerate(near) if _within(change.path, path))
        rank = next(own, None)
        if rank is None and change.path.partition("/")[0] in _SHARED:
            rank = len(near) + 1
        if rank is not None and change.shows == "decision":
            drastic = _DRASTIC.match(change.path) is not None
            ranked.append((rank + 1000 * drastic, change))
    ranked.sort(key=lambda pair: pair[0])
    return (change for _, change in ranked)


def _spoke(decision: Decision) -> Iterator[str]:
    """The paths of the rules that had a say: whose key it is, which route, then the last check's
    first."""
    facts = _facts(decision)
    key = facts.credential.key
    if key is not None:
        yield key.rule
        yield from (join("roles", name) for name in key.roles)
    if facts.route is not None:
        yield facts.route.rule
    for finding in reversed(decision.trace):
        if finding.rule is not None and "/" in finding.rule:
            yield finding.rule


def _within(path: str, other: str) -> bool:
    return path == other or path.startswith(f"{other}/")


def _denials(policy: Policy, decision: Decision) -> Iterator[Change]:
    """The client's own address denied."""
    facts = _facts(decision)
    data = policy.document.data
    if facts.client is None or not isinstance(data, dict):
        return
    address = show_address(facts.client)
    section = data.get("network")
    say = f"`{address}` is denied"
    if isinstance(section, dict) and "rules" in section:
        yield Change("network/rules", say, (Insert("network/rules", {"deny": address}, 0),))
    else:
        yield Change("network/deny", say, (Insert("network/deny", address),))


def _diff(policy: Policy, change: Change) -> str:
    document = policy.document
    try:
        changed = edit_text(document.text, change.edits)
    except Fault:
        return ""
    return _masked(policy, text_diff(document.text, changed, name=document.name))


def _masked(policy: Policy, diff: str) -> str:
    lines = [mask(line) for line in diff.splitlines()]
    text = "\n".join(lines)
    for key in policy.keys:
        if key.secret:
            text = text.replace(key.secret, "•••")
    return text


def decision_of(story: Decision | Visit) -> Decision | None:
    """What a page's fetch turned on: its first message that failed, or else its last."""
    if isinstance(story, Decision):
        return story
    return next((d for d in story.decisions if d.failures), next(reversed(story.decisions), None))


def request_of(decision: Decision) -> Request:
    """What was asked."""
    return _facts(decision).request


def _facts(decision: Decision) -> Facts:
    assert isinstance(decision.facts, Facts)
    return decision.facts
