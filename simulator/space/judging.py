"""What does each check find on one side of a request, and what is decided of all findings?

The checks themselves are asked, with facts that say what they read and nothing else; the decision
is made of their findings as `evaluate` makes it. What was found before is remembered.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from simulator.addresses import Intervals
from simulator.decision import Decision, Finding, Outcome
from simulator.facts import Facts
from simulator.message import Request
from simulator.policy import Policy
from simulator.principals import NOTHING_SENT, Credential, Key
from simulator.routes import Match, Route
from simulator.space.credentials import CredentialKind
from simulator.space.findings import Findings
from simulator.space.operations import Spot

_REQUEST = Request("GET", "https://api.example/")


class Verdict(NamedTuple):
    """What is decided: whether the client gets what it asks for (None: not known), what the server
    sends, why not, and whether a page is kept from seeing that. `judged`: `hosts` means it."""

    allowed: bool | None
    status: int
    reason: str | None
    hidden: bool = False
    judged: bool = True


NOT_JUDGED = Verdict(True, 200, None, judged=False)


class Judging:
    """The checks of some policies, asked for one side at a time. What they find is numbered."""

    def __init__(self, policies: Sequence[Policy], findings: Findings) -> None:
        self.policies = tuple(policies)
        self._findings = findings
        self._judges = [{check.name: check.judge for check in p.checks} for p in self.policies]
        self._authenticated: dict[object, int] = {}
        self._authorized: dict[object, int] = {}

    def network(self, n: int, section: int | None, address: int | None) -> int:
        """What `network` finds by a section."""
        facts = self._facts(n, Route(section, "/") if section is not None else None)
        facts.client = address
        return self._findings.keep(self._judges[n]["network"](facts))

    def _facts(self, n: int, route: Route | None) -> Facts:
        match = Match(route)
        tables = self.policies[n].tables
        return Facts(_REQUEST, tables, "GET", match, route, None, NOTHING_SENT, 0.0, None)

    def state(self, n: int, kind: CredentialKind) -> object:
        """What `authenticate` tells of a credential, wherever it comes from."""
        credential = kind.found[n]
        key = credential.key
        if key is None:
            return bool(self.policies[n].keys), credential.place is None, bool(credential.fault)
        return (
            key.revoked,
            key.not_before is not None and kind.at < key.not_before,
            key.expires is not None and kind.at >= key.expires,
            None if key.networks is None else frozenset(_blocks(key.networks)),
            None if key.origins is None else frozenset(p.text for p in key.origins.patterns),
        )

    def verdict(self, n: int, spot: Spot, facts: Facts, numbers: tuple[int, ...]) -> Verdict:
        """What a policy makes of the findings with these numbers, in the order of `ASKED`."""
        policy = self.policies[n]
        kept = self._findings.kept
        found = {name: kept[m] for name, m in zip(ASKED, numbers, strict=True)}
        found["rate_limit"] = _NO_QUOTA
        trace = tuple(found[check.name] for check in policy.checks)
        if spot.preflight:
            trace = (*trace[: len(policy.until_answered)], *policy.not_reached)
        failures = tuple(finding for finding in trace if finding.outcome is Outcome.FAIL)
        decision = Decision(policy, facts, trace, failures)
        return Verdict(decision.allowed, decision.status, decision.reason, decision.hidden)

    def authenticate(
        self,
        n: int,
        kind: CredentialKind,
        state: object,
        public: bool,
        client: int | None,
        origin: str | None,
    ) -> int:
        """What `authenticate` finds of a credential; `state` is what is told of it everywhere."""
        credential = kind.found[n]
        owner = credential.key
        told: object = None
        if owner is not None and (owner.networks is not None or owner.origins is not None):
            good = None
            if owner.origins is not None:
                good = origin is not None and owner.origins.find(origin) is not None
            told = (within(owner, client), good)
        key = (n, public, state, told)
        number = self._authenticated.get(key)
        if number is None:
            facts = self._facts(n, Route(-1, "/", public=public))
            facts.client, facts.credential, facts.at = client, credential, kind.at
            facts.sent_origin = origin
            number = self._findings.keep(self._judges[n]["authenticate"](facts))
            self._authenticated[key] = number
        return number

    def authorize(
        self, n: int, credential: Credential, public: bool, scopes: frozenset[str] | None
    ) -> int:
        """What `authorize` finds where a route asks for these scopes (None: there is no route)."""
        owner = credential.key
        key = (
            n,
            public,
            scopes,
            owner is None,
            owner is not None and (scopes or set()) <= owner.scopes,
        )
        number = self._authorized.get(key)
        if number is None:
            route = None
            if scopes is not None:
                table = self.policies[n].tables.routes
                route = next(
                    r for r in table.routes if r.public == public and frozenset(r.scopes) == scopes
                )
            facts = self._facts(n, route)
            facts.credential = credential
            number = self._findings.keep(self._judges[n]["authorize"](facts))
            self._authorized[key] = number
        return number


def demand(spot: Spot) -> tuple[bool, frozenset[str] | None]:
    """What a route asks of a credential."""
    return (False, None) if spot.kind is None else (spot.kind.public, spot.kind.scopes)


def same_making(policies: Sequence[Policy]) -> bool:
    """Whether the policies make the same of what their checks find."""
    made = [
        (
            [check.name for check in policy.checks],
            policy.statuses,
            policy.cors_on_errors,
            policy.applications.get(None),
            [(n, grants.behaviour) for n, grants in policy.tables.grants.items() if n is None],
        )
        for policy in policies
    ]
    return all(each == made[0] for each in made)


def _blocks(networks: Intervals) -> Iterator[tuple[int, int]]:
    return ((rule.block.first, rule.block.last) for rule in networks.rules)


ASKED = ("network", "cors", "route", "authenticate", "authorize")
_NO_QUOTA = Finding("rate_limit", Outcome.SKIP, note="every request is the first")


def within(key: Key, address: int | None) -> bool | None:
    """Whether a bound key is good from this address; None: for all that is known."""
    if key.networks is None or address is None:
        return None
    return key.networks.find(address) >= 0
