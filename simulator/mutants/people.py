"""Which small mistakes are made with keys and roles?

A scope or role too many or too few (NIST RBAC), an expiry, a network or an origin forgotten, a key
that should be revoked and is not.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from simulator.edit import Edit, Insert, Put, Remove
from simulator.mutants.blocks import resized
from simulator.mutants.change import Change, items, mapping, text, words
from simulator.principals import resolve_roles
from simulator.problem import quote
from simulator.source import Data, join


def every_scope(policy: Data) -> tuple[str, ...]:
    """Each scope that the policy speaks of, in its order."""
    found: dict[str, None] = {}
    for route in items(policy, "routes"):
        found.update(dict.fromkeys(words(route, "scopes")))
    for own in _own_scopes(policy).values():
        found.update(dict.fromkeys(own[1]))
    for key in items(policy, "keys"):
        found.update(dict.fromkeys(words(key, "scopes")))
    return tuple(found)


def people_changes(policy: Data) -> Iterator[Change]:
    """Those of `roles`, `keys` and the places where keys are looked for."""
    shape = _own_scopes(policy)
    held = resolve_roles(shape).scopes
    scopes = every_scope(policy)
    for name, role in mapping(policy, "roles").items():
        yield from _role_changes(name, role, held[name], scopes)
    for index, key in enumerate(items(policy, "keys")):
        yield from _key_changes(key, join("keys", index), held, scopes)
    places = items(policy, "credentials")
    for index, place in enumerate(places if len(places) > 1 else ()):
        here = join("credentials", index)
        said = place if isinstance(place, str) else " ".join(f"{k} `{place[k]}`" for k in place)  # type: ignore[index, union-attr]
        yield Change(here, f"keys are not looked for in {said}", (Remove(here),))


def _own_scopes(policy: Data) -> dict[str, tuple[list[str], list[str]]]:
    """Each role with what it inherits and its own scopes; it may be written as a list of these."""
    roles = mapping(policy, "roles")
    return {
        name: (words(role, "inherits"), words(role, "scopes"))
        if isinstance(role, dict)
        else ([], words(roles, name))
        for name, role in roles.items()
    }


def _role_changes(
    name: str, role: Data, held: frozenset[str], scopes: tuple[str, ...]
) -> Iterator[Change]:
    here = join("roles", name)
    listed = here if isinstance(role, list) else join(here, "scopes")
    own = words({"scopes": role} if isinstance(role, list) else role, "scopes")
    for index, scope in enumerate(own):
        place = join(listed, index)
        yield Change(place, f"role `{name}` lacks the scope {quote(scope)}", (Remove(place),))
    for index, other in enumerate(words(role, "inherits")):
        place = join(here, "inherits", index)
        yield Change(place, f"role `{name}` does not inherit {quote(other)}", (Remove(place),))
    for scope in scopes:
        if scope not in held:
            said = f"role `{name}` has the scope {quote(scope)}"
            yield Change(here, said, (Insert(listed, scope),))


def _key_changes(
    key: Data, path: str, held: Mapping[str, frozenset[str]], scopes: tuple[str, ...]
) -> Iterator[Change]:
    named = f"key {quote(text(key, 'id'))}"
    yield Change(path, f"there is no {named}", (Remove(path),))
    has = set(words(key, "scopes"))
    for index, role in enumerate(words(key, "roles")):
        has |= held[role]
        here = join(path, "roles", index)
        yield Change(here, f"{named} lacks the role {quote(role)}", (Remove(here),))
        for other in held:
            # One that may the same and more, or less: the one that is easily taken for it.
            alike = held[other] < held[role] or held[other] > held[role]
            if alike and held[other] and other not in words(key, "roles"):
                said = f"{named} has the role {quote(other)}, not {quote(role)}"
                yield Change(here, said, (Put(here, other),))
    for index, scope in enumerate(words(key, "scopes")):
        here = join(path, "scopes", index)
        yield Change(here, f"{named} lacks the scope {quote(scope)}", (Remove(here),))
    for scope in scopes:
        if scope not in has:
            edit = Insert(join(path, "scopes"), scope)
            yield Change(path, f"{named} has the scope {quote(scope)}", (edit,))
    for name, said in (("expires", "never expires"), ("not_before", "is valid from the beginning")):
        if text(key, name):
            here = join(path, name)
            yield Change(here, f"{named} {said}", (Remove(here),))
    revoked = isinstance(key, dict) and key.get("revoked") is True
    said = "is not revoked" if revoked else "is revoked"
    yield Change(
        join(path, "revoked"), f"{named} {said}", (Put(join(path, "revoked"), not revoked),)
    )
    yield from _bounds(key, path, named, "networks", "the network", "everywhere")
    for index, block in enumerate(words(key, "networks")):
        yield from resized(block, join(path, "networks", index), f"a network of {named}")
    yield from _bounds(key, path, named, "origins", "the origin", "every origin")


def _bounds(
    key: Data, path: str, named: str, name: str, what: str, everywhere: str
) -> Iterator[Change]:
    """The key bound to one place less, and not bound."""
    listed = words(key, name)
    place = join(path, name)
    if listed:
        yield Change(place, f"{named} is valid from {everywhere}", (Remove(place),))
    for index, value in enumerate(listed if len(listed) > 1 else ()):
        here = join(place, index)
        edit: Edit = Remove(here)
        yield Change(here, f"{named} is not valid from {what} {quote(value)}", (edit,))
