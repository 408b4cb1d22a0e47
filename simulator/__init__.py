"""why403: judge HTTP requests against a policy, and say exactly why one is refused.

Sans I/O: text, addresses, times and counters come in as values and values go back. A first use
needs four names: `load_policy`, `Request`, `evaluate`, `Decision`.
"""

from simulator.answer import answer
from simulator.decision import Decision, Finding, Near, Outcome, Party, Reason
from simulator.engine import evaluate
from simulator.grammar import ORDER, REASONS, policy_schema
from simulator.message import Headers, Request, Response
from simulator.policy import Policy, PolicyError, load_policy
from simulator.problem import Fault, Problem
from simulator.source import Span
from simulator.usage import Usage

__all__ = [
    "ORDER",
    "REASONS",
    "Decision",
    "Fault",
    "Finding",
    "Headers",
    "Near",
    "Outcome",
    "Party",
    "Policy",
    "PolicyError",
    "Problem",
    "Reason",
    "Request",
    "Response",
    "Span",
    "Usage",
    "answer",
    "evaluate",
    "load_policy",
    "policy_schema",
]
