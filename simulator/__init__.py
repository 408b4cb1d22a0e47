"""why403: judge HTTP requests against a policy, and say exactly why one is refused.

Sans I/O: text, addresses, times and counters come in as values and values go back. A first use
needs four names: `load_policy`, `Request`, `evaluate`, `Decision`.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from simulator.answer import answer
from simulator.compare import Difference, compare
from simulator.decision import Decision, Finding, Near, Outcome, Party, Reason
from simulator.engine import evaluate
from simulator.grammar import ORDER, REASONS, policy_schema
from simulator.lint import lint
from simulator.message import Headers, Request, Response
from simulator.policy import Policy, PolicyError, load_policy
from simulator.problem import Fault, Problem
from simulator.source import Span
from simulator.usage import Usage

if TYPE_CHECKING:
    from simulator.fixes import Fix, find_fixes
    from simulator.hazard import Hazard

__all__ = [
    "ORDER",
    "REASONS",
    "Decision",
    "Difference",
    "Fault",
    "Finding",
    "Fix",
    "Hazard",
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
    "compare",
    "evaluate",
    "find_fixes",
    "lint",
    "load_policy",
    "policy_schema",
]

_LATE = {"Fix": "fixes", "find_fixes": "fixes", "Hazard": "hazard"}


def __getattr__(name: str) -> object:
    """What few ask for is loaded when they do."""
    if name in _LATE:
        return getattr(import_module(f"simulator.{_LATE[name]}"), name)
    raise AttributeError(f"module `simulator` has no attribute `{name}`")
