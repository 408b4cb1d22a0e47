"""What does this policy permit, entry by entry?

Everything in a policy that lets something in which would otherwise be refused: each has a path, so
that it can be counted, shown with its line, and taken away.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, NamedTuple, cast

from simulator.policy import Policy
from simulator.principals import Key, resolve_roles
from simulator.source import Data, join

type Kind = Literal[
    "network", "trusted proxy", "origin", "method granted", "header granted", "private network",
    "key", "network of a key", "origin of a key", "scope", "role", "route", "method",
]  # fmt: skip

KINDS: tuple[Kind, ...] = (
    "network", "trusted proxy", "origin", "method granted", "header granted", "private network",
    "key", "network of a key", "origin of a key", "scope", "role", "route", "method",
)  # fmt: skip


class Permission(NamedTuple):
    """One permission. Uses are counted by `use`: its path, and for a scope also whose it is."""

    kind: Kind
    path: str
    text: str
    use: tuple[str, str]
    owner: str = ""  # the path of what it is a part of: its key, its route


def permissions_of(policy: Policy) -> Iterator[Permission]:
    """All of them, in the order of `KINDS`."""
    found = [*_of_networks(policy), *_of_cors(policy), *_of_keys(policy), *_of_routes(policy)]
    yield from sorted(found, key=lambda permission: KINDS.index(permission.kind))


def at(policy: Policy, path: str) -> Data:
    """What stands at the path, or None."""
    value: Data = policy.document.data
    for step in path.split("/"):
        step = step.replace("~1", "/").replace("~0", "~")
        if isinstance(value, dict):
            value = value.get(step)
        elif isinstance(value, list) and step.isdecimal() and int(step) < len(value):
            value = value[int(step)]
        else:
            return None
    return value


def _listed(policy: Policy, path: str) -> list[Data]:
    value = at(policy, path)
    return value if isinstance(value, list) else []


def _sections(policy: Policy, name: str) -> Iterator[str]:
    """Where a section stands: the policy's own, and those of routes."""
    for path in (name, *(join(route.rule, name) for route in policy.tables.routes.routes)):
        if at(policy, path) is not None:
            yield path


def _permission(kind: Kind, path: str, text: str, owner: str = "") -> Permission:
    return Permission(kind, path, text, (path, ""), owner)


def _of_networks(policy: Policy) -> Iterator[Permission]:
    for section in _sections(policy, "network"):
        where = _on_route(policy, section)
        for index, entry in enumerate(_listed(policy, join(section, "allow"))):
            yield _permission("network", join(section, "allow", index), _entry(entry) + where)
        for index, rule in enumerate(_listed(policy, join(section, "rules"))):
            if isinstance(rule, dict) and "allow" in rule:
                path = join(section, "rules", index)
                yield _permission("network", path, _entry(rule["allow"]) + where)
    for index, entry in enumerate(_listed(policy, "trusted_proxies")):
        yield _permission("trusted proxy", join("trusted_proxies", index), _entry(entry))


def _entry(entry: Data) -> str:
    """A block, or the list that is named."""
    return f"the list `{entry.get('file')}`" if isinstance(entry, dict) else f"`{entry}`"


def _on_route(policy: Policy, section: str) -> str:
    """Of which route a section is."""
    if not section.startswith("routes/"):
        return ""
    return f" on `{policy.tables.routes.routes[int(section.split('/')[1])]}`"


def _of_cors(policy: Policy) -> Iterator[Permission]:
    for section in _sections(policy, "cors"):
        where = _on_route(policy, section)
        lists: tuple[tuple[str, Kind], ...] = (
            ("origins", "origin"),
            ("methods", "method granted"),
            ("headers", "header granted"),
        )
        for name, kind in lists:
            for index, entry in enumerate(_listed(policy, join(section, name))):
                yield _permission(kind, join(section, name, index), f"`{entry}`{where}")
        if at(policy, join(section, "private_network")) is True:
            path = join(section, "private_network")
            yield _permission("private network", path, f"requests from the internet{where}")


def _of_keys(policy: Policy) -> Iterator[Permission]:
    for key in policy.keys:
        if not key.revoked:
            yield _permission("key", key.rule, f"`{key.id}`")
        for name, kind in (("networks", "network of a key"), ("origins", "origin of a key")):
            for index, entry in enumerate(_listed(policy, join(key.rule, name))):
                text = f"`{entry}` of key `{key.id}`"
                path = join(key.rule, name, index)
                yield _permission(cast(Kind, kind), path, text, key.rule)
        yield from _of_scopes(policy, key)
    held = {role for key in policy.keys for role in key.roles}
    roles = at(policy, "roles")
    for name in roles if isinstance(roles, dict) else ():
        if not held & roles_with(policy, name):
            yield Permission("role", join("roles", name), f"`{name}`", ("", ""))


def roles_with(policy: Policy, name: str) -> set[str]:
    """The role, and those that inherit from it."""
    found, waiting = {name}, [name]
    roles = at(policy, "roles")
    while waiting:
        inner = waiting.pop()
        for other in roles if isinstance(roles, dict) else ():
            if other not in found and inner in _listed(policy, join("roles", other, "inherits")):
                found.add(other)
                waiting.append(other)
    return found


def scopes_of_role(policy: Policy, name: str) -> frozenset[str]:
    """Its own and those that it inherits."""
    roles = at(policy, "roles")
    shape: dict[str, tuple[list[str], list[str]]] = {}
    for other, section in (roles if isinstance(roles, dict) else {}).items():
        own = section.get("scopes") if isinstance(section, dict) else section
        inherits = _listed(policy, join("roles", other, "inherits"))
        shape[other] = (
            list(map(str, inherits)),
            list(map(str, own if isinstance(own, list) else ())),
        )
    return resolve_roles(shape).scopes.get(name, frozenset())


def _of_scopes(policy: Policy, key: Key) -> Iterator[Permission]:
    """Each scope of a key, where it has it from: an entry of its own, or one of its roles."""
    for index, scope in enumerate(_listed(policy, join(key.rule, "scopes"))):
        use = ("scope", f"{key.rule} {scope}")
        path = join(key.rule, "scopes", index)
        yield Permission("scope", path, f"`{scope}` of key `{key.id}`", use, key.rule)
    own = _listed(policy, join(key.rule, "scopes"))
    for index, role in enumerate(key.roles):
        for scope in sorted(scopes_of_role(policy, role)):
            if scope not in own:
                use = ("scope", f"{key.rule} {scope}")
                text = f"`{scope}` of key `{key.id}`, by its role `{role}`"
                yield Permission("scope", join(key.rule, "roles", index), text, use, key.rule)


def _of_routes(policy: Policy) -> Iterator[Permission]:
    for route in policy.tables.routes.routes:
        yield _permission("route", route.rule, f"`{route}`")
        methods = _listed(policy, join(route.rule, "methods"))
        for index, method in enumerate(methods if len(methods) > 1 else ()):  # one is the route's
            path = join(route.rule, "methods", index)
            yield _permission("method", path, f"{method} of `{route.path}`", route.rule)
