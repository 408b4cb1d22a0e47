"""How are many requests told in few words?

A box of requests (simulator.space.boxes) is told side by side: what is asked for, from which
addresses, with which credential, by which pages. A side that makes no difference is left out.
Secrets are not shown: a key is told by its id.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from simulator.problem import list_words
from simulator.space.addresses import Range, blocks, count, joined
from simulator.space.boxes import Box, Side
from simulator.space.cells import Space
from simulator.space.credentials import CredentialKind
from simulator.space.sites import Site
from simulator.space.visitors import VisitorKind

_SHOWN = 4


class Words(NamedTuple):
    """A box of requests, a phrase for each side; empty where the side makes no difference."""

    operations: str = ""
    clients: str = ""
    credentials: str = ""
    visitors: str = ""
    addresses: int | None = None  # how many, where they make a difference

    @property
    def phrases(self) -> tuple[str, ...]:
        """Those that say something; `every request` if none does."""
        sides = (self.operations, self.clients, self.credentials, self.visitors)
        return tuple(filter(None, sides)) or ("every request",)


def describe(space: Space, box: Box) -> Words:
    """The requests of a box: its sides are operations, visitors, credentials and clients."""
    operations, visitors, credentials, clients = box
    told, number = _clients(space, clients)
    return Words(
        operations_words(space, operations),
        told,
        _credentials(space, credentials),
        _visitors(space, visitors),
        number,
    )


# What is asked for.


def operations_words(space: Space, side: Side) -> str:
    """What is asked for; empty where it makes no difference."""
    if len(side) == len(space.operations):
        return ""
    named: dict[str, dict[str, None]] = {}
    announced: dict[str, dict[str, None]] = {}
    seen: set[tuple[int, bool, str]] = set()
    for number in sorted(side):
        for operation in space.operations[number].operations:
            method = operation.announced or operation.method
            one = (id(operation.site), operation.announced is None, method)
            if one in seen:
                continue
            seen.add(one)
            told = named if operation.announced is None else announced
            for label in _labels(space, operation.site, method):
                told.setdefault(label, {})[method] = None
    phrases = _by_methods(named, "")
    if not (named and set(announced) <= set(named)):
        # That a request's preflight fares as it does goes without saying.
        phrases += _by_methods(announced, "preflights for ")
    if len(phrases) > _SHOWN:
        more = sum(len(routes) for routes in (named, announced)) - _SHOWN
        phrases = [*phrases[:_SHOWN], f"{more} more"]
    return "; ".join(phrases)


def _labels(space: Space, site: Site, method: str) -> list[str]:
    """The routes of a site, as they are written; else that there is none."""
    found: dict[str, None] = {}
    anywhere = not any(policy.tables.routes.routes for policy in space.policies)
    for place in site.places:
        label = "any path" if anywhere else "paths that no route has"
        for policy in reversed(space.policies):
            host = place.host
            match = policy.tables.routes.find(method, place.path, host.host, host.port)
            route = match.route or next(iter(match.same_path), None)
            if route is not None:
                hosts = f" on {list_words(route.hosts, last='and', limit=2)}" if route.hosts else ""
                label = f"`{route.path}`{hosts}"
                break
        found[label] = None
    return list(found)


def _by_methods(named: dict[str, dict[str, None]], before: str) -> list[str]:
    """Routes with their methods; routes with the same ones together."""
    same: dict[str, list[str]] = {}
    for label, taken in named.items():
        same.setdefault(_methods(tuple(taken)), []).append(label)
    phrases = []
    for methods, labels in same.items():
        shown = ", ".join(labels[:_SHOWN])
        if len(labels) > _SHOWN:
            shown += f" and {len(labels) - _SHOWN} more routes"
        phrases.append(f"{before}{methods} {shown}")
    return phrases


_OFTEN = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")


def _methods(methods: Sequence[str]) -> str:
    known = [m for m in _OFTEN if m in methods]
    strange = [m for m in methods if m not in _OFTEN and m != "OPTIONS"]
    if strange and len(known) >= 3:
        return "any method on"
    return ",".join([*known, *strange, *(m for m in methods if m == "OPTIONS")])


# From where.


def _clients(space: Space, side: Side) -> tuple[str, int | None]:
    """From where, and from how many addresses; empty where all of them are meant."""
    rest = [kind for n, kind in enumerate(space.clients) if n not in side]
    if not any(kind.ranges for kind in rest):
        return "", None
    kinds = [space.clients[n] for n in sorted(side)]
    parts = joined(part for kind in kinds if not kind.proxies for part in kind.ranges)
    phrases = [_addresses(parts)] if parts else []
    said = joined({part for kind in kinds if kind.proxies for part in kind.ranges})
    if said:
        through = joined({part for kind in kinds for part in kind.proxies})
        phrases.append(f"{_addresses(said)}, as forwarded by {_addresses(through)}")
    if any(not kind.ranges for kind in kinds):
        phrases.append("an address that is not known")
    return f"from {' or '.join(phrases)}", count(parts) or None


def _addresses(parts: Sequence[Range]) -> str:
    number = count(parts)
    if number == 1:
        return f"the address {_blocks(parts)}"
    return f"{say_count(number)} addresses: {_blocks(parts)}"


def _blocks(parts: Sequence[Range]) -> str:
    shown, more = blocks(parts, limit=_SHOWN)
    return ", ".join(shown) + (f" and {more} more blocks" if more else "")


def say_count(number: int) -> str:
    """A count of addresses, to read: exact up to a billion, then as a power of two."""
    if number < 10_000_000_000:
        return f"{number:,}"
    power = number.bit_length() - 1
    return f"2^{power}" if number == 1 << power else f"about 2^{power}"


# With which credential.


def _credentials(space: Space, side: Side) -> str:
    if len(side) == len(space.credentials) or len(space.credentials) == 1:
        return ""
    others: dict[str, None] = {}
    by_key: dict[str, list[CredentialKind]] = {}
    for number in sorted(side):
        kind = space.credentials[number]
        name = _owner(kind)
        if name is None:
            others[_nobody(kind)] = None
        else:
            by_key.setdefault(name, []).append(kind)
    same: dict[str, list[str]] = {}
    for name, kinds in by_key.items():
        every = [kind for kind in space.credentials if _owner(kind) == name]
        same.setdefault(_when(kinds, every), []).append(name)
    phrases = []
    for when, names in same.items():
        phrases.append(f"with {_keys(names)}{when}")
    return " or ".join([*phrases, *others])


def _owner(kind: CredentialKind) -> str | None:
    """The id of the key that is sent: as the newer policy has it."""
    return next((c.key.id for c in reversed(kind.found) if c.key is not None), None)


def _nobody(kind: CredentialKind) -> str:
    credential = next((c for c in reversed(kind.found) if c.place is not None), kind.found[-1])
    if credential.place is None:
        return "without a credential"
    if credential.fault:
        return "with a credential that cannot be read"
    return "with a key that is not known"


def _keys(names: Sequence[str]) -> str:
    return f"{'key' if len(names) == 1 else 'keys'} {list_words(names, last='or', limit=6)}"


def _when(kinds: Sequence[CredentialKind], every: Sequence[CredentialKind]) -> str:
    """In which of a key's times: nothing is said of those in which it is valid."""
    valid = {_valid(kind) for kind in kinds}
    alike = [kind for kind in every if _valid(kind) in valid]
    if len(kinds) == len(every) or (len(kinds) == len(alike) and valid == {True}):
        return ""
    if len(kinds) == len(alike) and valid == {False}:
        return ", out of force"
    spans = [
        " ".join(
            filter(
                None,
                (
                    "" if kind.since is None else f"from {_day(kind.since)} on",
                    "" if kind.until is None else f"until {_day(kind.until)}",
                ),
            )
        )
        for kind in kinds
    ]
    told = " or ".join(filter(None, spans))
    return f", {told}" if told else ""


def _valid(kind: CredentialKind) -> bool | None:
    """Whether the key that is sent is in force; None where policies differ on that."""
    valid = {c.key.valid(kind.at) for c in kind.found if c.key is not None}
    return valid.pop() if len(valid) == 1 else None


def _day(seconds: float) -> str:
    moment = datetime.fromtimestamp(seconds, UTC)
    return f"{moment:%Y-%m-%d}" if seconds % 86400 == 0 else f"{moment:%Y-%m-%d %H:%M:%S} UTC"


# By whom.


def _visitors(space: Space, side: Side) -> str:
    if len(side) == len(space.visitors):
        return ""
    cross: dict[str, set[bool]] = {}
    own = 0
    plain = False
    for number in side:
        visitor = space.visitors[number]
        if visitor.origin is None:
            plain = True
        elif visitor.cross:
            cross.setdefault(_origins(space, visitor), set()).add(visitor.cookie)
        else:
            own += 1
    phrases = []
    for cookies, end in (
        ({True, False}, ""),
        ({True}, " with cookies"),
        ({False}, " without cookies"),
    ):
        names = [name for name, seen in cross.items() if seen == cookies]
        if names:
            phrases.append(f"from pages of {' or '.join(names)}{end}")
    if plain:
        phrases.append("without an Origin")
    elif own and not cross:
        phrases.append("from pages of the server's own")
    return " or ".join(phrases)


def _origins(space: Space, visitor: VisitorKind) -> str:
    """The origins of a kind: those that are listed, what is below a name, or all others."""
    listed: dict[str, None] = {}
    for policy in space.policies:
        for grants in policy.tables.grants.values():
            for origin in visitor.origins:
                index = grants.origins.find(origin)
                if index is not None:
                    listed[grants.origins.patterns[index].text] = None
    listed.pop("*", None)
    if listed:
        return list_words(listed, last="or", limit=3)
    if visitor.origins == ("null",):
        return "`null`"
    return "any other origin"
