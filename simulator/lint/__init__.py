"""What in a policy may go wrong, and where?

Every hazard has a code, a place, a witness where a request can show it, and a fix where one is
safe. A policy that its owner has thought about has none, or says in comments why.
"""

from __future__ import annotations

from collections.abc import Mapping

import simulator.lint.answers as answers
import simulator.lint.bindings as bindings
import simulator.lint.cookies as cookies
import simulator.lint.coverage as coverage
import simulator.lint.families as families
import simulator.lint.grants as grants
import simulator.lint.keys as keys
import simulator.lint.layers as layers
import simulator.lint.limits as limits
import simulator.lint.network as network
import simulator.lint.order as order
import simulator.lint.origins as origins
import simulator.lint.preflights as preflights
import simulator.lint.proxies as proxies
import simulator.lint.reach as reach
import simulator.lint.roles as roles
import simulator.lint.routes as routes
import simulator.lint.scopes as scopes
import simulator.lint.suppression as suppression
from simulator.hazard import SEVERITIES, Hazard, Rule
from simulator.lint.subject import Subject
from simulator.policy import Policy

_AREAS = (
    network, families, proxies, order, origins, coverage, grants, reach, preflights, cookies,
    answers, layers, keys, bindings, roles, scopes, routes, limits,
)  # fmt: skip

RULES: Mapping[str, Rule] = {
    rule.code: rule
    for rule in sorted(
        (rule for area in (*_AREAS, suppression) for rule in area.RULES),
        key=lambda rule: rule.code,
    )
}


def lint(policy: Policy, *, at: float | None = None) -> tuple[Hazard, ...]:
    """The hazards of a policy in the order of their lines, those that its comments suppress too.

    `at` is the time, in Unix seconds, that keys are judged by; without it none has expired.
    """
    subject = Subject(policy, at)
    found: dict[tuple[str, str], Hazard] = {}
    for area in _AREAS:
        for check in area.CHECKS:
            for hazard in check(subject):
                found.setdefault((hazard.code, hazard.path), hazard)
    told = suppression.suppress(policy, found.values(), RULES)
    return tuple(
        sorted(told, key=lambda h: (h.span.line, SEVERITIES.index(h.severity), h.code, h.path))
    )
