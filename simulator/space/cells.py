"""What do policies decide on every request there is?

Each side of a request has finitely many kinds (the other files of simulator.space). The checks are
asked once for each combination of the kinds that they read, and what they find is put together for
whole groups of kinds of which every check finds the same. The decisions are made of the checks' own
findings, as `evaluate` makes them. Quotas are left out: every request is the first.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from simulator.addresses import Intervals
from simulator.policy import Policy
from simulator.principals import Key
from simulator.space.boxes import Side
from simulator.space.clients import ClientKind, client_kinds
from simulator.space.conditions import Condition
from simulator.space.credentials import CredentialKind, credential_kinds
from simulator.space.findings import Findings
from simulator.space.judging import (
    ASKED,
    NOT_JUDGED,
    Judging,
    Verdict,
    demand,
    same_making,
    within,
)
from simulator.space.operations import OperationKind, Operations, Spot
from simulator.space.visitors import VisitorKind, visitor_kinds
from simulator.standin import stand_in


class Cell(NamedTuple):
    """Requests on which each policy decides alike: one operation's kind, and of every other side
    the numbers of the kinds. `meets` says which conditions hold of them, `causes` which checks
    find something else by one policy than by another."""

    operation: int
    visitors: Side
    credentials: Side
    clients: Side
    verdicts: tuple[Verdict, ...]
    meets: tuple[bool, ...]
    causes: tuple[str, ...]


class _Group(NamedTuple):
    """Kinds of one side that fare the same; `found` has a number for each policy."""

    members: Side
    found: tuple[int, ...]
    meets: tuple[bool, ...]
    bound: int = -1  # the credential, where it is good from some networks or origins only
    cookie: bool = False
    alike: bool = False  # no policy finds something else here than another
    token: int = 0  # equal for what comes to the same verdicts


class Space:
    """All requests, by what some policies, and conditions on the first of them, tell apart.

    The policies get secrets to send for keys that they know by digest alone: `policies` are these.
    Raises TooMany where there are more kinds than can be told in reasonable time.
    """

    def __init__(self, policies: Sequence[Policy], conditions: Sequence[Condition] = ()) -> None:
        known = [k.secret for policy in policies for k in policy.keys if k.secret is not None]
        self.policies = tuple(stand_in(policy, known) for policy in policies)
        self.conditions = tuple(conditions)
        self._findings = Findings()
        self._every = range(len(self.policies))
        self._judging = Judging(self.policies, self._findings)
        self.visitors: list[VisitorKind] = visitor_kinds(self.policies, conditions)
        self._operations = Operations(self.policies, self.visitors, self._findings, conditions)
        self.operations: list[OperationKind] = self._operations.kinds
        self.credentials: list[CredentialKind] = credential_kinds(self.policies)
        self.clients: list[ClientKind] = client_kinds(
            self.policies, self._blocks(), self._told_of_client
        )
        self._verdicts: dict[object, Verdict] = {}
        self._groups: dict[object, list[_Group]] = {}
        self._states = [
            tuple(self._judging.state(n, kind) for n in self._every) for kind in self.credentials
        ]
        self._tokens: dict[object, int] = {}
        self._decided: dict[tuple[int, int, int], tuple[tuple[Verdict, ...], tuple[str, ...]]] = {}
        self._alike = same_making(self.policies)
        self._meets_client = [
            tuple(condition.client(kind.seen[0]) for condition in conditions)
            for kind in self.clients
        ]
        self._meets_credential = [
            tuple(condition.credential(kind.found[0]) for condition in conditions)
            for kind in self.credentials
        ]

    # What addresses are told apart by.

    def _blocks(self) -> Iterator[Intervals]:
        for policy in self.policies:
            yield from policy.network_sections.values()
            yield from (key.networks for key in policy.keys if key.networks is not None)
        for condition in self.conditions:
            yield from condition.blocks

    def _told_of_client(self, n: int, address: int | None) -> object:
        policy = self.policies[n]
        told: list[object] = [
            self._judging.network(n, section, address) for section in policy.network_sections
        ]
        told += [within(key, address) for key in policy.keys if key.networks is not None]
        if n == 0:
            told += [condition.client(address) for condition in self.conditions]
        return tuple(told)

    # All of it, cell by cell.

    def cells(self, *, differing: bool = False) -> Iterator[Cell]:
        """Every kind of request with what is decided; `differing`: only where two policies
        differ."""
        every_spot = self._operations.spots
        for number, kind in enumerate(self.operations):
            for group in self._visitor_groups(kind):
                spots = [every_spot[spot] for spot in group.found]
                alike = differing and self._alike and _same_spots(spots)
                for credentials in self._credential_groups(spots):
                    if credentials.cookie and group.cookie:
                        continue  # a page's request with such a credential has a cookie
                    for clients in self._client_groups(spots, credentials.bound):
                        if alike and credentials.alike and clients.alike:
                            continue  # what every check finds is the same, and what is made of it
                        key = (group.token, credentials.token, clients.token)
                        decided = self._decided.get(key)
                        if decided is None:
                            decided = self._decide(group, credentials, clients, spots)
                            self._decided[key] = decided
                        verdicts, causes = decided
                        if differing and verdicts[0] == verdicts[1]:
                            continue
                        meets = zip(
                            kind.meets, group.meets, credentials.meets, clients.meets, strict=True
                        )
                        yield Cell(
                            number,
                            group.members,
                            credentials.members,
                            clients.members,
                            verdicts,
                            tuple([all(each) for each in meets]),
                            causes,
                        )

    def _token(self, told: object) -> int:
        """A number for what is told."""
        return self._tokens.setdefault(told, len(self._tokens))

    def _visitor_groups(self, kind: OperationKind) -> list[_Group]:
        groups: dict[tuple[tuple[int, ...], object, tuple[bool, ...], bool], list[int]] = {}
        for number, (visitor, spots) in enumerate(zip(self.visitors, kind.spots, strict=True)):
            meets = tuple(
                c.visitor(visitor.origin, visitor.cross, visitor.cookie) for c in self.conditions
            )
            without = visitor.cross and not visitor.cookie
            key = (spots, self._good_for(visitor.origin), meets, without)
            groups.setdefault(key, []).append(number)
        making = self._operations.making
        return [
            _Group(
                frozenset(k),
                key[0],
                key[2],
                cookie=key[3],
                token=self._token((tuple([making[spot] for spot in key[0]]), key[1])),
            )
            for key, k in groups.items()
        ]

    def _good_for(self, origin: str | None) -> tuple[bool, ...]:
        """Which of the keys that are bound to origins are good for this one."""
        return tuple(
            origin is not None and key.origins.find(origin) is not None
            for policy in self.policies
            for key in policy.keys
            if key.origins is not None
        )

    def _credential_groups(self, spots: Sequence[Spot]) -> list[_Group]:
        """Credentials that fare the same where these spots are; each that is bound for itself."""
        demands = tuple(demand(spot) for spot in spots)
        key = ("credentials", demands)
        groups = self._groups.get(key)
        if groups is not None:
            return groups
        found: dict[tuple[tuple[object, ...], tuple[bool, ...], bool, bool], list[int]] = {}
        for number, kind in enumerate(self.credentials):
            bound = False
            told: list[object] = []
            for n, (public, scopes) in enumerate(demands):
                owner = kind.found[n].key
                bound = bound or (owner is not None and not public and _is_bound(owner))
                told.append(None if public else self._states[number][n])
                told.append(self._judging.authorize(n, kind.found[n], public, scopes))
            alike = (tuple(told), self._meets_credential[number], kind.cookie, bound)
            found.setdefault(alike, []).append(number)
        groups = [
            _Group(
                frozenset(members),
                (),
                alike[1],
                min(members) if alike[3] else -1,
                alike[2],
                alike[0][:2] == alike[0][-2:],
                self._token(tuple(map(_without_networks, alike[0]))),
            )
            for alike, members in found.items()
        ]
        self._groups[key] = groups
        return groups

    def _client_groups(self, spots: Sequence[Spot], bound: int) -> list[_Group]:
        """Clients that fare the same: by the sections that apply, and with a key that is bound."""
        sections = tuple(spot.kind.network if spot.kind else None for spot in spots)
        limits = None if bound < 0 else tuple(map(_networks_of, self._states[bound]))
        key = ("clients", sections, limits)
        groups = self._groups.get(key)
        if groups is not None:
            return groups
        found: dict[
            tuple[tuple[int, ...], tuple[bool | None, ...], tuple[bool, ...]], list[int]
        ] = {}
        for number, kind in enumerate(self.clients):
            networks = tuple(
                self._judging.network(n, section, kind.seen[n])
                for n, section in enumerate(sections)
            )
            inside: tuple[bool | None, ...] = ()
            if bound >= 0:
                owners = [credential.key for credential in self.credentials[bound].found]
                inside = tuple(
                    None if owner is None else within(owner, kind.seen[n])
                    for n, owner in enumerate(owners)
                )
            alike = (networks, inside, self._meets_client[number])
            found.setdefault(alike, []).append(number)
        groups = [
            _Group(
                frozenset(members),
                alike[0],
                alike[2],
                alike=len(set(alike[0])) == 1 and len(set(alike[1])) <= 1,
                token=self._token(alike[:2]),
            )
            for alike, members in found.items()
        ]
        self._groups[key] = groups
        return groups

    # What is decided.

    def _decide(
        self, group: _Group, credentials: _Group, clients: _Group, spots: Sequence[Spot]
    ) -> tuple[tuple[Verdict, ...], tuple[str, ...]]:
        """What each policy decides, and which checks find something else by one than by another."""
        number = min(credentials.members)
        kind = self.credentials[number]
        client = self.clients[min(clients.members)]
        origin = self.visitors[min(group.members)].origin
        verdicts: list[Verdict] = []
        every: list[tuple[int, ...]] = []
        for n, spot in enumerate(spots):
            if not spot.covered:
                verdicts.append(NOT_JUDGED)
                every.append(())
                continue
            public, scopes = demand(spot)
            asked = self._judging.authenticate(
                n, kind, self._states[number][n], public, client.seen[n], origin
            )
            may = self._judging.authorize(n, kind.found[n], public, scopes)
            found = (clients.found[n], spot.cors, spot.route, asked, may)
            key = (self._operations.making[group.found[n]], found)
            verdict = self._verdicts.get(key)
            if verdict is None:
                verdict = self._judging.verdict(
                    n, spot, self._operations.facts[group.found[n]], found
                )
                self._verdicts[key] = verdict
            verdicts.append(verdict)
            every.append(found)
        return tuple(verdicts), _causes(every, spots)


def _same_spots(spots: Sequence[Spot]) -> bool:
    """Whether two policies find the same on an operation, and would answer it the same. What
    sections of its own a route has is told by their numbers only, which are no content."""
    old, new = spots
    if (old.covered, old.route, old.cors, old.preflight, old.asks) != (
        new.covered, new.route, new.cors, new.preflight, new.asks,
    ):  # fmt: skip
        return False
    own = [(kind.cors, kind.response) for kind in (old.kind, new.kind) if kind is not None]
    return all(each == (None, None) for each in own)


def _causes(every: Sequence[tuple[int, ...]], spots: Sequence[Spot]) -> tuple[str, ...]:
    if not all(every):
        return ("hosts",) if any(every) else ()
    causes = [name for name, *found in zip(ASKED, *every, strict=True) if len(set(found)) > 1]
    if len({spot.preflight for spot in spots}) > 1 and "cors" not in causes:
        causes.append("cors")
    return tuple(causes)


def _networks_of(state: object) -> object:
    """Of what is told of a credential, the networks that it is bound to."""
    return state[3] if isinstance(state, tuple) and len(state) == 5 else None


def _without_networks(told: object) -> object:
    """What is told of a credential, but for the networks: whether it comes from them is the
    client's side."""
    if isinstance(told, tuple) and len(told) == 5:
        return (*told[:3], told[3] is None, told[4])
    return told


def _is_bound(key: Key) -> bool:
    return key.networks is not None or key.origins is not None
