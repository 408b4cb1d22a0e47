"""What of a policy is looked at?

Its sections as they were written, what they compile to, and which of them applies where.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import islice
from typing import NamedTuple

from simulator.addresses import Intervals, Stretch
from simulator.application import ResponseSection
from simulator.behaviour import Behaviour
from simulator.checks.network import NetworkSection
from simulator.cors_section import CorsSection
from simulator.draft import Draft
from simulator.edit import Edit
from simulator.grammar import PolicySection, RouteSection
from simulator.grants import ALLOW_CREDENTIALS, ALLOW_ORIGIN, Fields, Granted, Grants
from simulator.hazard import Hazard, Rule, Severity, Witness
from simulator.message import Headers
from simulator.origin import OriginPattern
from simulator.policy import Policy
from simulator.principals import Key
from simulator.routes import Route
from simulator.source import join
from simulator.standin import stand_in

STRANGER = "https://stranger.example"  # the origin of nobody's page
COOKIE = ("cookie", "theme=dark")
_FEW = 8


class Addressing(NamedTuple):
    """A section `network`; `route`: whose it is, or None."""

    path: str
    route: int | None
    section: NetworkSection
    intervals: Intervals
    allows: bool  # the default
    stretches: tuple[Stretch, ...]

    def admits(self, address: int) -> bool:
        index = self.intervals.find(address)
        return self.allows if index < 0 else not self.intervals.rules[index].deny

    def verdict(self, rules: Sequence[int]) -> bool:
        """Whether the first of these rules admits; none of them: the default."""
        return not self.intervals.rules[rules[0]].deny if rules else self.allows


class Granting(NamedTuple):
    """A section `cors`; `route`: whose it is, or None."""

    path: str
    route: int | None
    section: CorsSection
    grants: Grants

    @property
    def behaviour(self) -> Behaviour:
        return self.grants.behaviour

    @property
    def granted(self) -> Granted:
        """What is written."""
        section = self.section
        return Granted(
            section.origins,
            section.methods,
            section.headers,
            section.expose,
            section.credentials,
            section.max_age,
            section.private_network,
            section.fixed,
        )

    def granting(self, granted: Granted) -> Granting:
        """The section, if it granted this."""
        return self._replace(grants=Grants(self.behaviour, granted))

    @property
    def enforces(self) -> bool:
        written = self.section.enforce
        return self.behaviour.enforces if written is None else written

    @property
    def patterns(self) -> tuple[OriginPattern, ...]:
        return self.grants.origins.patterns

    def origin_path(self, index: int) -> str:
        """Where an entry stands; the section, where the family's default is meant."""
        return self.path if self.section.origins is None else join(self.path, "origins", index)

    def actual(self, origin: str | None, *, cookie: bool = False) -> Fields:
        """The fields on the answer to an actual request."""
        index = None if origin is None else self.grants.find(origin)
        return self.grants.actual(origin, index, cookie)

    def admits(self, origin: str) -> bool:
        """Whether a page of this origin may read answers to requests without credentials."""
        return dict(self.actual(origin)).get(ALLOW_ORIGIN) in ("*", origin)

    def admits_cookies(self, origin: str) -> bool:
        """The same with cookies."""
        fields = self.actual(origin, cookie=True)
        return (ALLOW_ORIGIN, origin) in fields and ALLOW_CREDENTIALS in fields

    def place(self, key: str, name: str = "") -> str:
        """Where a key stands, or the name in its list; the section where it is left out."""
        if key not in self.section.model_fields_set:
            return self.path
        listed: object = getattr(self.section, key)
        if isinstance(listed, tuple) and name in listed:
            return join(self.path, key, listed.index(name))
        return join(self.path, key)

    @property
    def some_origin(self) -> str | None:
        """An origin that is admitted, of one that is listed by name if there is any."""
        named = sorted(self.patterns, key=lambda p: (p.kind != "exact", p.text))
        return next((o for p in named if self.admits(o := sample(p))), None)


class Response(NamedTuple):
    """A section `response`; `route`: whose it is, or None."""

    route: Route | None
    path: str
    section: ResponseSection

    @property
    def fields(self) -> Headers:
        return Headers(
            [
                (name, line)
                for name, value in self.section.headers.items()
                for line in ((value,) if isinstance(value, str) else value)
            ]
        )

    def lines(self, field: str) -> Iterator[tuple[str, str]]:
        """Each line of a field, with its place."""
        for name, value in self.section.headers.items():
            here = join(self.path, "headers", name)
            if name.lower() == field and isinstance(value, str):
                yield here, value
            elif name.lower() == field:
                yield from ((join(here, n), line) for n, line in enumerate(value))


def sample(pattern: OriginPattern) -> str:
    """An origin that the entry admits."""
    if pattern.kind == "any":
        return STRANGER
    return pattern.text.replace("://*.", "://any.").replace(":*", ":8080")


class Subject:
    """A policy to be looked at. `at`: the time, where it is to be known."""

    def __init__(self, policy: Policy, at: float | None = None) -> None:
        self.policy = stand_in(policy)
        self.at = at
        # The policy is without mistakes: what is complained of are lists, which are not read again.
        draft = Draft(policy.document, lambda file: "", policy.environment)
        assert draft.head is not None
        self.head: PolicySection = draft.head
        self.sections: dict[int, RouteSection] = dict(draft.routes)
        self.key_sections = dict(draft.keys)
        self.roles = draft.roles
        self._welcome: dict[str, tuple[int, ...]] = {}

    @property
    def routes(self) -> tuple[Route, ...]:
        return self.policy.tables.routes.routes

    @property
    def keys(self) -> tuple[Key, ...]:
        return self.policy.keys

    @cached_property
    def networks(self) -> tuple[Addressing, ...]:
        """The policy's own section first."""
        compiled = self.policy.network_sections
        found: list[tuple[int | None, str, NetworkSection | None]]
        found = [(None, "network", self.head.network)]
        found += [(n, join("routes", n, "network"), r.network) for n, r in self.sections.items()]
        return tuple(
            Addressing(
                path,
                index,
                section,
                compiled[index],
                section.default == "allow",
                tuple(compiled[index].stretches()),
            )
            for index, path, section in found
            if section is not None
        )

    @cached_property
    def grantings(self) -> tuple[Granting, ...]:
        """The policy's own section first."""
        grants = self.policy.tables.grants
        found: list[Granting] = []
        if self.head.cors is not None:
            found.append(Granting("cors", None, self.head.cors, grants[None]))
        for index, section in self.sections.items():
            if section.cors is not None:
                path = join("routes", index, "cors")
                found.append(Granting(path, index, section.cors, grants[index]))
        return tuple(found)

    def granting(self, route: Route | None) -> Granting | None:
        """The section that applies to a route."""
        index = None if route is None else route.index
        own = next((g for g in self.grantings if g.route == index), None)
        return own or next((g for g in self.grantings if g.route is None), None)

    def network(self, route: Route | None) -> Addressing | None:
        """The same for addresses."""
        index = None if route is None else route.index
        own = next((n for n in self.networks if n.route == index), None)
        return own or next((n for n in self.networks if n.route is None), None)

    def welcome(self, network: Addressing) -> tuple[int, ...]:
        """A few addresses that the section admits."""
        found = self._welcome.get(network.path)
        if found is None:
            some = (s.first for s in network.stretches if network.verdict(s.rules))
            found = self._welcome[network.path] = tuple(islice(some, _FEW))
        return found

    @cached_property
    def responses(self) -> tuple[Response, ...]:
        """What applications answer, as far as the policy says."""
        found: list[Response] = []
        if self.head.response is not None:
            found.append(Response(None, "response", self.head.response))
        for index, section in self.sections.items():
            if section.response is not None:
                path = join("routes", index, "response")
                found.append(Response(self.routes[index], path, section.response))
        return tuple(found)

    def under(self, section: Granting | Addressing) -> Iterator[Route | None]:
        """The routes that the section applies to; None: whatever is asked for, without routes."""
        if section.route is not None:
            yield self.routes[section.route]
            return
        own = self.grantings if isinstance(section, Granting) else self.networks
        others = {other.route for other in own}
        yield from (route for route in self.routes if route.index not in others)
        if not self.routes:
            yield None

    def counts(self, granting: Granting) -> bool:
        """Whether quotas are counted where the section applies."""
        for route in self.under(granting):
            own = None if route is None else self.sections[route.index].rate_limits
            if self.head.rate_limits if own is None else own:
                return True
        return False

    def scopes_of(self, role: str) -> set[str]:
        """The scopes of a role with those it inherits."""
        found: set[str] = set()
        waiting, seen = [role], {role}
        while waiting:
            section = self.roles[waiting.pop()]
            found |= set(section.scopes)
            waiting += [name for name in section.inherits if name not in seen]
            seen |= set(section.inherits)
        return found

    def hazard(
        self,
        rule: Rule,
        path: str,
        message: str,
        *,
        severity: Severity | None = None,
        shown: Witness | None = None,
        edits: tuple[Edit, ...] = (),
    ) -> Hazard:
        """What was found at a path."""
        path = self._spelled(path)
        return Hazard(
            rule,
            severity or rule.severity,
            path,
            self.policy.span(path),
            message,
            None if shown is None else shown.request,
            None if shown is None else shown.claim,
            edits,
        )

    def _spelled(self, path: str) -> str:
        """The path as it stands in the policy: names of fields may be in capitals there."""
        spans = self.policy.document.spans
        if path in spans:
            return path
        return next((other for other in spans if other.lower() == path.lower()), path)
