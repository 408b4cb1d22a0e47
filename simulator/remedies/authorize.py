"""What would give this key the scopes that the route needs?

The key alone, then a role more for the key, then its role with all who have it; last the route
itself, for every key.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from simulator.decision import Decision, Finding
from simulator.edit import Edit, Insert, Put, Remove
from simulator.policy import Policy
from simulator.principals import Key, resolve_roles
from simulator.problem import list_words
from simulator.remedies.remedy import Breadth, Remedy, facts_of, list_at, mapping_at, value_at
from simulator.routes import Route
from simulator.source import Data, join


def remedies(policy: Policy, decision: Decision, finding: Finding) -> Iterator[Remedy]:
    """What might let the key do this."""
    facts = facts_of(decision)
    key, route = facts.credential.key, facts.route
    if key is None or route is None:
        return
    missing = tuple([scope for scope in route.scopes if scope not in key.scopes])
    named = list_words(missing, last="and")
    yield Remedy(
        f"grant {named} to key `{key.id}`",
        Breadth.ITSELF,
        tuple([Insert(join(key.rule, "scopes"), scope) for scope in missing]),
        opens=_more(policy, key, key.scopes | set(missing), route),
    )
    yield from _another_role(policy, key, route, missing)
    yield from _wider_role(policy, key, missing)
    yield from _unneeded(policy, route, missing)


def _another_role(
    policy: Policy, key: Key, route: Route, missing: Sequence[str]
) -> Iterator[Remedy]:
    """A role that has the scopes; of several the one that has the fewest besides."""
    roles = _roles(policy)
    having = [name for name, scopes in roles.items() if set(missing) <= scopes]
    having = [name for name in having if name not in key.roles]
    for name in sorted(having, key=lambda name: len(roles[name] - key.scopes))[:2]:
        besides = sorted(roles[name] - key.scopes - set(missing))
        gains = _more(policy, key, key.scopes | roles[name], route)
        if besides:
            gains = (*gains, f"key `{key.id}` gains {list_words(besides, last='and')} too")
        yield Remedy(
            f"give key `{key.id}` the role `{name}`",
            Breadth.FEW if besides else Breadth.ITSELF,
            (Insert(join(key.rule, "roles"), name),),
            opens=gains,
        )


def _wider_role(policy: Policy, key: Key, missing: Sequence[str]) -> Iterator[Remedy]:
    """One of the key's roles gets the scopes, and with it whoever has the role."""
    inherits = {name: _parts(policy, name)[0] for name in mapping_at(policy, "roles")}
    for name in key.roles:
        named = list_words(missing, last="and")
        heirs = _heirs(inherits, name)
        others = [
            other.id
            for other in policy.keys
            if other.index != key.index
            and heirs & set(other.roles)
            and not set(missing) <= other.scopes
        ]
        gains = f"role `{name}` gains {named}"
        if others:
            gains += f": key{'s' if len(others) > 1 else ''} {list_words(others, last='and')} too"
        yield Remedy(
            f"grant {named} to role `{name}`",
            Breadth.MANY if others else Breadth.FEW,
            _granting(policy, name, missing),
            opens=(gains,),
        )


def _granting(policy: Policy, role: str, scopes: Sequence[str]) -> tuple[Edit, ...]:
    path = join("roles", role)
    plain = isinstance(value_at(policy, path), list)
    return tuple([Insert(path if plain else join(path, "scopes"), scope) for scope in scopes])


def _heirs(inherits: dict[str, tuple[str, ...]], name: str) -> set[str]:
    """The role and those that inherit from it, by however many steps."""
    found = {name}
    while more := {n for n, above in inherits.items() if n not in found and found & set(above)}:
        found |= more
    return found


def _unneeded(policy: Policy, route: Route, missing: Sequence[str]) -> Iterator[Remedy]:
    """The route needs the scopes no more."""
    path = join(route.rule, "scopes")
    indexes = [n for n, scope in enumerate(list_at(policy, path)) if scope in missing]
    named = list_words(missing, last="and")
    left = [scope for scope in route.scopes if scope not in missing]
    edits: tuple[Edit, ...] = (Put(path, []),)
    if left:
        edits = tuple([Remove(join(path, index)) for index in reversed(indexes)])
    gain = [k.id for k in policy.keys if set(left) <= k.scopes and not set(missing) <= k.scopes]
    yield Remedy(
        f"need no {named} for `{route}`",
        Breadth.ALL,
        edits,
        opens=(f"key{'s' if len(gain) > 1 else ''} {list_words(gain, last='and')}: `{route}`",),
        care="the route is then guarded less than before, for every key",
    )


def _more(policy: Policy, key: Key, scopes: frozenset[str], route: Route) -> tuple[str, ...]:
    """What else the key may do with these scopes, beside the route that it asks for."""
    found = [
        str(other)
        for other in policy.tables.routes.routes
        if other.scopes
        and not other.public
        and other.index != route.index
        and set(other.scopes) <= scopes
        and not set(other.scopes) <= key.scopes
    ]
    every = f"every `{route}` of key `{key.id}`"
    return (every, f"and its {list_words(found, last='and', limit=5)}") if found else (every,)


def _roles(policy: Policy) -> dict[str, frozenset[str]]:
    """Each role's scopes, with those that it inherits."""
    return dict(resolve_roles({n: _parts(policy, n) for n in mapping_at(policy, "roles")}).scopes)


def _parts(policy: Policy, name: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What a role inherits, and its own scopes."""
    value = value_at(policy, join("roles", name))
    if isinstance(value, dict):
        return _words(value.get("inherits")), _words(value.get("scopes"))
    return (), _words(value)


def _words(value: Data) -> tuple[str, ...]:
    return (
        tuple([item for item in value if isinstance(item, str)]) if isinstance(value, list) else ()
    )
