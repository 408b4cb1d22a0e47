"""Which kinds of operation do policies tell apart?

An operation is a method on a path of a host; of OPTIONS also what a preflight announces (Fetch
section 4.8). What is found on it hangs on the visitor, so a kind is what is found for every kind of
visitor: which route, and what `route` and `cors` say.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from simulator.facts import Facts, take_options
from simulator.message import Request
from simulator.policy import Policy
from simulator.principals import NOTHING_SENT
from simulator.routes import Match, Route
from simulator.space.announcements import (
    announced_methods,
    header_lists,
    method_kinds,
    methods_of,
)
from simulator.space.conditions import Condition
from simulator.space.findings import Findings
from simulator.space.sites import RouteKind, Site, Sites
from simulator.space.visitors import VisitorKind

_ANNOUNCES = "access-control-request-method"
_LISTS = "access-control-request-headers"
_PRIVATE = ("access-control-request-private-network", "true")
_URL = "https://api.example/"

type Asked = tuple[tuple[str, ...], bool]
"""The lines that list headers, and whether a private network is asked for."""


class Operation(NamedTuple):
    """A method on a site. Of a preflight: what it announces and lists (None: it is none)."""

    site: Site
    method: str
    announced: str | None = None
    lists: tuple[str, ...] = ()
    private: bool = False

    @property
    def fields(self) -> list[tuple[str, str]]:
        """The request fields that say so."""
        fields = [] if self.announced is None else [(_ANNOUNCES, self.announced)]
        fields += [(_LISTS, line) for line in self.lists]
        return [*fields, _PRIVATE] if self.private else fields


class Spot(NamedTuple):
    """What one policy finds on an operation by a visitor, whoever's key comes from wherever: the
    findings of `route` and `cors` by number, and what else of it comes into a decision."""

    covered: bool
    kind: RouteKind | None
    route: int
    cors: int
    preflight: bool
    asks: bool
    cross: bool


class OperationKind(NamedTuple):
    """Operations on which every visitor fares the same. `spots` by visitor, then by policy;
    `meets` says which conditions have them."""

    operations: list[Operation]
    spots: tuple[tuple[int, ...], ...]
    meets: tuple[bool, ...]


class Operations:
    """All operations by kind, and all spots by number, with an example of the facts of each."""

    def __init__(
        self,
        policies: Sequence[Policy],
        visitors: Sequence[VisitorKind],
        findings: Findings,
        conditions: Sequence[Condition] = (),
    ) -> None:
        self.policies = tuple(policies)
        self.visitors = tuple(visitors)
        self.spots: list[Spot] = []
        self.facts: list[Facts] = []
        # By spot: equal numbers for those that make the same of the same findings.
        self.making: list[int] = []
        self._makings: dict[object, int] = {}
        self._numbers: dict[tuple[int, Spot], int] = {}
        self._findings = findings
        self._conditions = tuple(conditions)
        self._judges = [{check.name: check.judge for check in p.checks} for p in policies]
        self._sights: dict[tuple[int, str | None, int], tuple[object, ...]] = {}
        self._judged: dict[object, tuple[int, bool, bool]] = {}
        self.methods = methods_of(policies, [m for c in conditions for m in c.methods])
        # A browser sends no cookies with a preflight.
        self._bare = {v: v._replace(cookie=False) for v in visitors}
        self._announced = announced_methods(policies, self.methods)
        self._announced_kinds = method_kinds(policies, self._announced)
        self.sites = Sites(policies, (*self.methods, "OPTIONS"), conditions)
        self.kinds = self._grouped()

    def _grouped(self) -> list[OperationKind]:
        found: dict[object, OperationKind] = {}
        for operation, spots in self._all():
            meets = self._meets(operation)
            kind = found.get((spots, meets))
            if kind is None:
                found[spots, meets] = OperationKind([operation], spots, meets)
            else:
                kind.operations.append(operation)
        return list(found.values())

    def _meets(self, operation: Operation) -> tuple[bool, ...]:
        site = operation.site
        host = site.place.host
        return tuple(
            (condition.preflights or operation.announced is None)
            and condition.operation(site.globs, host.host, host.port, operation.method)
            for condition in self._conditions
        )

    def _all(self) -> Iterator[tuple[Operation, tuple[tuple[int, ...], ...]]]:
        privates = (False, True) if _private_matters(self.policies) else (False,)
        asked = [(lines, private) for lines in header_lists(self.policies) for private in privates]
        alike: dict[object, list[tuple[object, list[Asked]]]] = {}
        for site in self.sites.found:
            for method in self.methods:
                spots = tuple([self._plain(site, method, visitor) for visitor in self.visitors])
                yield Operation(site, method), spots
            for name in self._announced:
                seen = tuple(self._seen(site, name, n) for n in range(len(self.policies)))
                groups = alike.get((self._announced_kinds[name], seen))
                if groups is None:
                    groups = self._alike(site, name, asked)
                    alike[self._announced_kinds[name], seen] = groups
                for _, members in groups:
                    first = Operation(site, "OPTIONS", name, *members[0])
                    spots = tuple([self._preflight(first, visitor) for visitor in self.visitors])
                    for lines, private in members:
                        yield Operation(site, "OPTIONS", name, lines, private), spots

    def _alike(
        self, site: Site, name: str | None, asked: Sequence[Asked]
    ) -> list[tuple[object, list[Asked]]]:
        """What may be asked for by what every visitor is answered."""
        groups: dict[object, list[Asked]] = {}
        for lines, private in asked:
            operation = Operation(site, "OPTIONS", name, lines, private)
            request = Request("OPTIONS", _URL, operation.fields)
            found = tuple(
                self._options(operation, visitor, n, request)
                for visitor in self.visitors
                for n in range(len(self.policies))
            )
            groups.setdefault(found, []).append((lines, private))
        return list(groups.items())

    def _seen(self, site: Site, announced: str | None, n: int) -> tuple[object, ...]:
        """What of a site comes into what `cors` says to a preflight."""
        known = self._sights.get((id(site), announced, n))
        if known is None:
            known = self._sights[id(site), announced, n] = self._sight(site, announced, n)
        return known

    def _sight(self, site: Site, announced: str | None, n: int) -> tuple[object, ...]:
        match = self.sites.match(site, "OPTIONS", n)
        other = self._other(site, announced, n)
        route = other if match.route is None else match.route
        kind = None if route is None else self.sites.route_kind(n, route)
        own = None if kind is None else (kind.cors, kind.response)
        return match.route is not None, bool(match.same_path), route is not None, own

    def _other(self, site: Site, announced: str | None, n: int) -> Route | None:
        """The route that the announced method would reach."""
        return None if announced is None else self.sites.match(site, announced, n).route

    # What is found.

    def _plain(self, site: Site, method: str, visitor: VisitorKind) -> tuple[int, ...]:
        each = []
        for n in range(len(self.policies)):
            match = self.sites.match(site, method, n)
            kind = None if match.route is None else self.sites.route_kind(n, match.route)
            key = (n, method, None if kind is None else (kind.cors, kind.response), visitor)
            judged = self._judged.get(key)
            facts = None
            if judged is None:
                facts = self._facts(n, method, match, visitor)
                cors = self._findings.keep(self._judges[n]["cors"](facts))
                judged = self._judged[key] = (cors, False, False)
            each.append(self._spot(n, site, match, match.route, visitor, judged, facts))
        return tuple(each)

    def _preflight(self, operation: Operation, visitor: VisitorKind) -> tuple[int, ...]:
        site = operation.site
        each = []
        for n in range(len(self.policies)):
            match = self.sites.match(site, "OPTIONS", n)
            judged = self._options(operation, visitor, n)
            route = match.route
            if route is None and (judged[1] or judged[2]):
                route = self._other(site, operation.announced, n)
            each.append(self._spot(n, site, match, route, visitor, judged, None))
        return tuple(each)

    def _options(
        self, operation: Operation, visitor: VisitorKind, n: int, request: Request | None = None
    ) -> tuple[int, bool, bool]:
        """What `cors` says to an OPTIONS request; whether the server takes it for a preflight, and
        whether a browser means it for one."""
        site, announced = operation.site, operation.announced
        if announced is not None:
            visitor = self._bare[visitor]
        seen = self._seen(site, announced, n)
        key = (n, seen, self._announced_kinds[announced], *operation[3:], visitor)
        judged = self._judged.get(key)
        if judged is None:
            match = self.sites.match(site, "OPTIONS", n)
            request = request or Request("OPTIONS", _URL, operation.fields)
            facts = self._facts(n, "OPTIONS", match, visitor, request)
            take_options(facts, announced, self._other(site, announced, n), operation.lists)
            cors = self._findings.keep(self._judges[n]["cors"](facts))
            judged = self._judged[key] = (cors, facts.preflight, facts.asks)
        return judged

    def _facts(
        self,
        n: int,
        method: str,
        match: Match,
        visitor: VisitorKind,
        request: Request | None = None,
    ) -> Facts:
        return Facts(
            request or Request(method, _URL),
            self.policies[n].tables,
            method,
            match,
            match.route,
            None,
            NOTHING_SENT,
            0.0,
            None,
            visitor.origin,
            visitor.origin if visitor.cross else None,
            visitor.cookie and visitor.cross,
        )

    def _spot(
        self,
        n: int,
        site: Site,
        match: Match,
        route: Route | None,
        visitor: VisitorKind,
        judged: tuple[int, bool, bool],
        facts: Facts | None,
    ) -> int:
        kind = None if route is None else self.sites.route_kind(n, route)
        cors, preflight, asks = judged
        found = self._route_finding(n, match)
        spot = Spot(site.covered[n], kind, found, cors, preflight, asks, visitor.cross)
        number = self._numbers.get((n, spot))
        if number is None:
            number = self._numbers[n, spot] = len(self.spots)
            facts = facts or self._facts(
                n, "OPTIONS" if preflight or asks else "GET", match, visitor
            )
            facts.route, facts.preflight, facts.asks = route, preflight, asks
            self.spots.append(spot)
            self.facts.append(facts)
            of_route = None if kind is None else (kind.public, kind.cors, kind.response)
            made = (n, of_route, *spot[:1], *spot[2:])
            self.making.append(self._makings.setdefault(made, len(self._makings)))
        return number

    def _route_finding(self, n: int, match: Match) -> int:
        key = (n, None if match.route is None else match.route.index, bool(match.same_path))
        found = self._judged.get(key)
        if found is None:
            facts = self._facts(n, "GET", match, _NOBODY)
            number = self._findings.keep(self._judges[n]["route"](facts))
            found = self._judged[key] = (number, False, False)
        return found[0]


_NOBODY = VisitorKind()


def _private_matters(policies: Sequence[Policy]) -> bool:
    """Whether some section answers a preflight otherwise if it asks for a private network."""
    return any(
        grants.behaviour.private_network != "unknown"
        or "private-network" in grants.behaviour.judges
        for policy in policies
        for grants in policy.tables.grants.values()
    )
