"""What is a remedy?

A change that might turn one failure: edits of the policy, or another request in place of the one
that was refused. Whoever proposes a remedy decides nothing: `simulator.fixes` applies it and looks
what comes of it, for this request and for everybody else's.
"""

from __future__ import annotations

from enum import IntEnum
from typing import NamedTuple

from simulator.decision import Decision
from simulator.edit import Edit
from simulator.facts import Facts
from simulator.message import Request
from simulator.policy import Policy
from simulator.source import Data, join


class Breadth(IntEnum):
    """How much a remedy lets in beyond the request, roughly; the narrowest is shown first."""

    NOTHING = 0  # nobody: the client asks for something else that is admitted already
    ITSELF = 1  # other requests of the same client, key or page
    FEW = 2  # a few others that were picked out by name
    MANY = 3  # whoever shares something: a block, a role, a domain
    ALL = 4  # anybody


class Remedy(NamedTuple):
    """A change that might turn a failure, in words and as edits or as another request."""

    say: str  # what to do
    breadth: Breadth = Breadth.NOTHING
    edits: tuple[Edit, ...] = ()
    request: Request | None = None
    opens: tuple[str, ...] = ()  # what it lets in beyond the request, a phrase each
    care: str = ""  # what to think of before it is done
    omits: bool = False  # whether the page sends no credentials with the request
    spare: bool = False  # for want of anything better: a little more than what mostly suffices


def facts_of(decision: Decision) -> Facts:
    """The facts that were judged."""
    assert isinstance(decision.facts, Facts)
    return decision.facts


def value_at(policy: Policy, path: str) -> Data:
    """What stands at a path of the policy, or None (RFC 6901 section 4)."""
    value = policy.document.data
    for step in path.split("/") if path else ():
        step = step.replace("~1", "/").replace("~0", "~")
        if isinstance(value, dict):
            value = value.get(step)
        elif isinstance(value, list) and step.isdigit() and int(step) < len(value):
            value = value[int(step)]
        else:
            return None
    return value


def mapping_at(policy: Policy, path: str) -> dict[str, Data]:
    """The mapping at a path; an empty one where there is none."""
    value = value_at(policy, path)
    return value if isinstance(value, dict) else {}


def list_at(policy: Policy, path: str) -> list[Data]:
    """The list at a path; an empty one where there is none."""
    value = value_at(policy, path)
    return value if isinstance(value, list) else []


def section_path(policy: Policy, decision: Decision, name: str) -> str:
    """Where the section stands that applies: the route's own, or the policy's."""
    route = facts_of(decision).route
    if route is not None and name in mapping_at(policy, route.rule):
        return join(route.rule, name)
    return name


def where(policy: Policy, path: str) -> str:
    """What is said of a section that only one route has."""
    route = mapping_at(policy, path.rpartition("/")[0]).get("path")
    return f" on the route `{route}`" if "/" in path else ""
