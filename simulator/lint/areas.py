"""Which areas is a policy looked at in, and what does each find?

An area is a module with its `RULES` and, for each, a check in `CHECKS`.
"""

from __future__ import annotations

from collections.abc import Mapping

from simulator.hazard import SEVERITIES, Hazard, Rule
from simulator.lint import (
    answers,
    bindings,
    cookies,
    coverage,
    families,
    grants,
    keys,
    layers,
    limits,
    network,
    order,
    origins,
    preflights,
    proxies,
    reach,
    roles,
    routes,
    scopes,
    suppression,
)
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


def hazards(policy: Policy, at: float | None) -> tuple[Hazard, ...]:
    """What all of them find, in the order of lines."""
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
