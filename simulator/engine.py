"""Would this request be let in, and if not, why?"""

from __future__ import annotations

from simulator.decision import Decision, Outcome
from simulator.facts import gather
from simulator.message import Request
from simulator.policy import Policy
from simulator.usage import Usage


def evaluate(policy: Policy, request: Request, usage: Usage | None = None) -> Decision:
    """Judge the request: every check is asked, none sees another's answer. Pure; never raises.

    A preflight is answered by `cors`, and what would come after it is not reached. `usage` is
    read, not written: to count the request call `usage.record(decision)`.
    """
    facts = gather(request, policy.tables, usage)
    if facts.preflight:
        trace = (*[judge(facts) for judge in policy.until_answered], *policy.not_reached)
    else:
        trace = tuple([judge(facts) for judge in policy.judges])
    failures = tuple([finding for finding in trace if finding.outcome is Outcome.FAIL])
    return Decision(policy, facts, trace, failures)
