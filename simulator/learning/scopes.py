"""Which scopes do these routes need, so that every key may do what it did, and no more?

A scope (RFC 6749 section 3.3) is one permission: the routes of one thing, read or written, that
were used by the same keys. Keys that hold the same scopes share a role (NIST RBAC).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple
from urllib.parse import unquote

from simulator.learning.routing import Way

_READING = frozenset({"GET", "HEAD", "OPTIONS", "QUERY", "PROPFIND", "REPORT", "SEARCH"})
_PREFIX = re.compile(r"(?i)(?:api|rest|public|internal|v[0-9]+(?:\.[0-9]+)*)\Z")


class Holdings(NamedTuple):
    """Scopes by route (its place in the list given), by key, and roles with the keys that share
    them."""

    needed: Mapping[int, tuple[str, ...]]
    held: Mapping[str, tuple[str, ...]]
    roles: Mapping[str, tuple[str, ...]]

    def role_of(self, key: str) -> str | None:
        """The role that stands for the scopes of a key."""
        scopes = self.held.get(key, ())
        return next((name for name, given in self.roles.items() if given == scopes), None)


def find_scopes(ways: Sequence[Way]) -> Holdings:
    """Scopes for the routes that are not public."""
    guarded = [(index, way) for index, way in enumerate(ways) if not way.public and way.users]
    needed: dict[int, tuple[str, ...]] = {}
    groups: dict[tuple[str, str], dict[frozenset[str], list[int]]] = {}
    for index, way in guarded:
        need = way.need
        if need is not None and need.scopes:
            needed[index] = need.scopes  # the description's own names
            continue
        does = "read" if way.method in _READING else "write"
        groups.setdefault((thing_of(way.template.path), does), {}).setdefault(
            frozenset(way.users), []
        ).append(index)
    taken = {scope for scopes in needed.values() for scope in scopes}
    for (thing, does), by_users in sorted(groups.items()):
        paths = {u: min((ways[n].template.path for n in by_users[u]), key=_depth) for u in by_users}
        # What is nearest to the thing itself has the plain name.
        for users in sorted(by_users, key=lambda u: (_depth(paths[u]), by_users[u][0])):
            indices = by_users[users]
            name = _unused(thing, does, paths[users], taken)
            taken.add(name)
            needed.update({index: (name,) for index in indices})
    held: dict[str, set[str]] = {}
    for index, way in guarded:
        for key in way.users:
            held.setdefault(key, set()).update(needed[index])
    scopes = {key: tuple(sorted(own)) for key, own in held.items()}
    return Holdings(needed, scopes, _roles(scopes))


def thing_of(template: str) -> str:
    """What the path is about: its first name that is no prefix."""
    names = _names(template)
    return names[0] if names else "root"


def _names(template: str) -> list[str]:
    """The segments that are names, as scopes may hold them."""
    parts = [unquote(part) for part in template.split("/") if part and "{" not in part]
    named = [part for part in parts if not _PREFIX.match(part)] or parts
    return [re.sub(r"[^\w.-]+", "-", part).strip("-") or "x" for part in named]


def _depth(path: str) -> tuple[int, str]:
    return path.count("/"), path


def _unused(thing: str, does: str, template: str, taken: set[str]) -> str:
    """A name for the scope: that of the thing, else of what follows it in the path."""
    below = _names(template)[1:]
    last = "id" if template.endswith("}") else ""
    for words in ([thing], [thing, *below], [thing, *below, last]):
        name = f"{'.'.join(filter(None, words))}:{does}"
        if name not in taken:
            return name
    number = 2
    while f"{thing}-{number}:{does}" in taken:
        number += 1
    return f"{thing}-{number}:{does}"


def _roles(held: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    """A role for each set of scopes that several keys have."""
    keys: dict[tuple[str, ...], list[str]] = {}
    for key, scopes in held.items():
        keys.setdefault(scopes, []).append(key)
    roles: dict[str, tuple[str, ...]] = {}
    for scopes, sharing in keys.items():
        if len(sharing) < 2:
            continue
        base = "reader" if all(scope.endswith(":read") for scope in scopes) else "writer"
        name, number = base, 2
        while name in roles:
            name, number = f"{base}-{number}", number + 1
        roles[name] = scopes
    return roles
