"""Which kinds of place, a path on a host, do policies tell apart?

Two places are alike if every method finds routes there that are alike: routes are, if no verdict
can tell them apart.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from simulator.message import Request
from simulator.policy import Policy
from simulator.routes import Match, Route
from simulator.space.conditions import Condition
from simulator.space.hosts import HostKind, host_kinds
from simulator.space.paths import path_kinds


class Place(NamedTuple):
    """A path on a host."""

    path: str
    host: HostKind


class RouteKind(NamedTuple):
    """What of a route comes into any verdict. The numbers are those of its own sections."""

    public: bool
    scopes: frozenset[str]
    network: int | None
    cors: int | None
    response: int | None
    limits: int | None


@dataclass(frozen=True, slots=True, eq=False)
class Site:
    """Places that are alike. `covered` says of each policy whether it judges them, `globs` which
    patterns mean the first policy's paths here."""

    places: list[Place]
    covered: tuple[bool, ...]
    globs: frozenset[int]
    matches: dict[str, tuple[Match, ...]] = field(repr=False)

    @property
    def place(self) -> Place:
        """One of them."""
        return self.places[0]


class Sites:
    """All places by kind."""

    def __init__(
        self,
        policies: Sequence[Policy],
        methods: Sequence[str],
        conditions: Sequence[Condition] = (),
    ) -> None:
        self.policies = tuple(policies)
        self.methods = tuple(methods)
        self._kinds: list[dict[int, RouteKind]] = [{} for _ in policies]
        self._own = [
            (policy.network_sections, policy.tables.grants, policy.applications, policy.quotas)
            for policy in policies
        ]
        self.found = self._grouped(conditions)

    def route_kind(self, policy: int, route: Route) -> RouteKind:
        """The kind of a route of a policy."""
        kind = self._kinds[policy].get(route.index)
        if kind is None:
            n = route.index
            own = [n if n in sections else None for sections in self._own[policy]]
            kind = RouteKind(route.public, frozenset(route.scopes), *own)
            self._kinds[policy][n] = kind
        return kind

    def match(self, site: Site, method: str, policy: int) -> Match:
        """What a policy finds on a site."""
        known = site.matches.get(method)
        if known is not None:
            return known[policy]
        return self._find(policy, site.place, method)

    def _find(self, policy: int, place: Place, method: str) -> Match:
        host = place.host
        return self.policies[policy].tables.routes.find(method, place.path, host.host, host.port)

    def _grouped(self, conditions: Sequence[Condition]) -> list[Site]:
        globs = [glob for condition in conditions for glob in condition.globs]
        paths = path_kinds([policy.tables.routes for policy in self.policies], globs)
        lists: list[tuple[str, ...]] = [policy.hosts for policy in self.policies]
        lists += [r.hosts for p in self.policies for r in p.tables.routes.routes if r.hosts]
        lists += [tuple(hosts) for condition in conditions for hosts in condition.hosts]
        every = range(len(self.policies))
        places: list[tuple[Place, tuple[bool, ...], frozenset[int]]] = []
        for host in host_kinds(dict.fromkeys(lists)):
            probe = Request("GET", host.origin("https"))
            covered = tuple(policy.covers(probe) for policy in self.policies)
            if any(covered):
                places += [(Place(kind.path, host), covered, kind.globs[0]) for kind in paths]
        found: dict[object, Site] = {}
        for place, covered, meant in places:
            matches = {
                method: tuple([self._find(n, place, method) for n in every])
                for method in self.methods
            }
            told = [self._told(n, each[n]) for each in matches.values() for n in every]
            asked = [
                condition.operation(meant, place.host.host, place.host.port, method)
                for condition in conditions
                for method in self.methods
            ]
            key = (covered, tuple(told), tuple(asked))
            site = found.get(key)
            if site is None:
                found[key] = Site([place], covered, meant, matches)
            else:
                site.places.append(place)
        return list(found.values())

    def _told(self, policy: int, match: Match) -> object:
        if match.route is None:
            return bool(match.same_path)
        return self.route_kind(policy, match.route)
