"""Which kinds of client do policies tell apart, and how does a request come from one?

A client is the address that a policy takes for it. Where policies trust the same proxies it is the
same address to all; where they do not, one may believe a forwarded address and the other take the
proxy itself for the client, and both are kinds of their own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import product
from typing import NamedTuple

from simulator.addresses import Intervals, show_address
from simulator.policy import Policy
from simulator.space.addresses import Range, example, ranges


class ClientKind(NamedTuple):
    """Whom each policy takes for the client (None: not known), and how such a request comes.

    `ranges` are the addresses of the kind: of the client, where all policies see the same one, or
    of the one who is said to be it. `proxies` are those through whom they must come, if any."""

    seen: tuple[int | None, ...]
    peer: str
    forwarded: tuple[tuple[str, str], ...] = ()
    ranges: tuple[Range, ...] = ()
    proxies: tuple[Range, ...] = ()
    told_by: tuple[int, ...] = ()  # the policies that believe what is forwarded


UNKNOWN = "(not known)"


type Told = Callable[[int, int | None], object]
"""What a policy (by number) tells of an address: equal for addresses that it treats alike."""


def client_kinds(
    policies: Sequence[Policy], lists: Iterable[Intervals], told: Told
) -> list[ClientKind]:
    """A client of each kind. `lists` is what besides trust distinguishes addresses, and `told` what
    the policies make of them."""
    trusted = [policy.tables.trusted for policy in policies]
    differ = not _same_trust(policies)
    parts = ranges([*lists, *(t for t in trusted if differ and t is not None)])
    every = range(len(policies))
    grouped = _grouped(parts, lambda address: tuple(told(n, address) for n in every))
    found = [_direct(group, len(policies)) for group in grouped]
    found.append(ClientKind((None,) * len(policies), ""))
    if differ:
        found += _told_otherwise(policies, parts, told)
    return found


def _grouped(parts: Iterable[Range], told: Callable[[int], object]) -> list[tuple[Range, ...]]:
    """The ranges of which the same is told."""
    groups: dict[object, list[Range]] = {}
    for part in parts:
        groups.setdefault(told(part.first), []).append(part)
    return [tuple(group) for group in groups.values()]


def _direct(group: tuple[Range, ...], count: int) -> ClientKind:
    address = example(group)
    return ClientKind((address,) * count, show_address(address), (), group)


def _same_trust(policies: Sequence[Policy]) -> bool:
    first = _trust(policies[0])
    return all(_trust(policy) == first for policy in policies[1:])


def _trust(policy: Policy) -> object:
    """What is believed, of whom."""
    tables = policy.tables
    if tables.trusted is None:
        return None
    blocks = {(rule.block.first, rule.block.last) for rule in tables.trusted.rules}
    return tables.forwarded_field, tuple(sorted(blocks))


def _told_otherwise(
    policies: Sequence[Policy], parts: Sequence[Range], told: Told
) -> Iterator[ClientKind]:
    """Clients of two policies that believe different proxies: the forwarded address to one, the
    proxy's to the other; or, where they read different fields, two addresses."""
    assert len(policies) == 2
    fields = [policy.tables.forwarded_field for policy in policies]

    def believe(address: int) -> tuple[bool, bool]:
        first, second = (p.tables.trusted for p in policies)
        return (
            first is not None and first.find(address) >= 0,
            second is not None and second.find(address) >= 0,
        )

    said = [_grouped(parts, lambda address, n=n: told(n, address)) for n in (0, 1)]  # type: ignore[misc]
    for proxies in _grouped(parts, lambda a: (believe(a), told(0, a), told(1, a))):
        proxy = example(proxies)
        believes = believe(proxy)
        peer = show_address(proxy)
        for teller in (0, 1):
            if not believes[teller] or (believes[1 - teller] and fields[0] == fields[1]):
                continue
            for group in said[teller]:
                seen: list[int | None] = [proxy, proxy]
                seen[teller] = example(group)
                field = _forwarded(fields[teller], example(group))
                yield ClientKind(tuple(seen), peer, (field,), group, proxies, (teller,))
        if all(believes) and fields[0] != fields[1]:
            for one, other in product(*said):
                both = example(one), example(other)
                lines = tuple(map(_forwarded, fields, both))
                yield ClientKind(both, peer, lines, one, proxies, (0, 1))


def _forwarded(field: str, address: int) -> tuple[str, str]:
    text = show_address(address)
    if field != "forwarded":
        return field, text
    return field, f'for="[{text}]"' if ":" in text else f"for={text}"
