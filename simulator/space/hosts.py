"""Which kinds of host do policies tell apart?

Hosts are named whole, by a name that they are below, and with a port or without.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from simulator.message import DEFAULT_PORTS
from simulator.routes import hosts_match


class HostKind(NamedTuple):
    """A host of the kind; `means` says of each list of patterns whether it means it."""

    host: str
    port: int
    means: tuple[bool, ...]

    def origin(self, scheme: str) -> str:
        usual = DEFAULT_PORTS[scheme]
        return f"{scheme}://{self.host}" + ("" if self.port == usual else f":{self.port}")


def host_kinds(lists: Iterable[Sequence[str]]) -> list[HostKind]:
    """A host of each kind, those first that most lists name. An empty list means every host."""
    asked = [tuple(patterns) for patterns in lists]
    names: dict[str, None] = {}
    below: dict[str, None] = {}
    ports: dict[int, None] = {443: None}
    for pattern in (p for patterns in asked for p in patterns):
        name, colon, port = pattern.lower().rpartition(":")
        if not colon or pattern.endswith("]"):
            name, port = pattern.lower(), ""
        if port and int(port) <= 65535:
            ports[int(port)] = None
        if name.startswith("*."):
            below[name[2:]] = None
        else:
            names[name] = None
    for parent in below:
        names[_free(names, f".{parent}")] = None
    stranger = _free(names, ".example")
    # A name of one label is below nothing.
    names[_free(names, "") if any(stranger.endswith(f".{p}") for p in below) else stranger] = None
    ports[next(n for n in (8443, 9443, 7443, 6443, *range(5000, 9000)) if n not in ports)] = None
    found: dict[tuple[bool, ...], HostKind] = {}
    for port_number in ports:
        for name in names:
            means = tuple(hosts_match(patterns, name, port_number) for patterns in asked)
            found.setdefault(means, HostKind(name, port_number, means))
    return list(found.values())


def _free(taken: Iterable[str], end: str) -> str:
    """A name with this end that is none of those."""
    used = set(taken)
    return next(
        name for n in range(len(used) + 1) if (name := f"{'api' if not n else f'n{n}'}{end}")
        not in used
    )  # fmt: skip
