"""What would let a preflight through that something refuses ahead of CORS?

A preflight carries neither cookies nor keys, and its method is OPTIONS (Fetch section 4.8): what
asks for more than that must come after what answers preflights, or leave OPTIONS alone.
"""

from __future__ import annotations

from collections.abc import Iterator

from simulator.decision import Decision, Finding
from simulator.edit import Insert, Put
from simulator.policy import Policy
from simulator.problem import list_words
from simulator.remedies.remedy import Breadth, Remedy, facts_of
from simulator.source import join


def remedies(policy: Policy, decision: Decision, finding: Finding) -> Iterator[Remedy]:
    """What might let the preflight come as far as `cors`."""
    names = [check.name for check in policy.checks]
    own, cors = names.index(finding.check), names.index("cors")
    # Who may come in at all is asked of preflights too.
    if not decision.asks or own >= cors or finding.check == "network":
        return
    passed = names[own:cors]
    order = [*names[:own], "cors", *passed]
    said = list_words(passed, last="and")
    yield Remedy(
        f"put `cors` ahead of {said} in `order`",
        Breadth.MANY if "network" in passed else Breadth.FEW,
        # Each where another stood, so that what is said beside them stays.
        tuple([Put(join("order", n), order[n]) for n in range(own, cors + 1)]),
        opens=(f"preflights of every route, without asking {said}",),
    )
    if finding.check in ("authenticate", "authorize"):
        yield from _unguarded(decision)


def _unguarded(decision: Decision) -> Iterator[Remedy]:
    """A route of its own for OPTIONS, which needs no key."""
    facts = facts_of(decision)
    if facts.route is None or facts.match.route is not None:
        return
    path = facts.route.path
    yield Remedy(
        f"let `OPTIONS {path}` through without a key",
        Breadth.MANY,
        (Insert("routes", {"path": path, "methods": ["OPTIONS"], "public": True}),),
        opens=(f"anybody: `OPTIONS {path}`",),
    )
