"""Which rules has a policy, and what are the sides of each?

A rule parts requests in two: those that it holds, and those outside of it. A side on which no
request can be (nobody else is refused where `*` is admitted) is none.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from simulator.coverage.marks import role_scopes
from simulator.policy import Policy
from simulator.principals import Key
from simulator.problem import quote
from simulator.routes import Route
from simulator.source import Data, join

# A name that stands for everything leaves nothing outside.
_STAR = "*"


class Rule(NamedTuple):
    """A rule, and what a request on each of its sides shows of it: what it holds first, then what
    is outside of it. Empty where no request can be."""

    path: str
    words: str
    sides: tuple[str, ...]


def rules_of(policy: Policy) -> Iterator[Rule]:
    """Every rule, in the order of sections."""
    data = policy.document.data
    if not isinstance(data, dict):
        return
    trusted = _items(data, "trusted_proxies")
    for index, entry in enumerate(trusted):
        other = "what another forwards is not" if "all" not in trusted else ""
        sides = _sides("what it forwards is believed", other)
        yield Rule(join("trusted_proxies", index), f"{_entry(entry)} is a trusted proxy", sides)
    for path, section in _sections(data, "network"):
        yield from _network(section, path)
    for path, section in _sections(data, "cors"):
        yield from _cors(section, path)
    routes = policy.tables.routes.routes
    for name, scopes in role_scopes(policy).items():
        yield _role(name, scopes, policy.keys)
    for key in policy.keys:
        yield from _key(key, routes)
    for index, place in enumerate(_items(data, "credentials")):
        said = place if isinstance(place, str) else " ".join(map(str, _pairs(place)[0]))
        yield Rule(join("credentials", index), f"keys in {said}", ("one is found there",))
    for route in routes:
        yield from _route(route, policy.keys)
    for path, section in _sections(data, "rate_limits"):
        for index, limit in enumerate(section if isinstance(section, list) else ()):
            named = f"the quota of {quote(_get(limit, 'quota'))} for each {_get(limit, 'per')}"
            yield Rule(join(path, index), named, ("a request passes", "one is too many"))
    for code, status in _pairs(_get(_get(data, "errors"), "statuses")):
        yield Rule(
            join("errors/statuses", code), f"`{code}` is answered {status}", ("it is answered",)
        )


def _sections(data: dict[str, Data], name: str) -> Iterator[tuple[str, Data]]:
    """The policy's section of this name, and those that routes have of their own."""
    if name in data:
        yield name, data[name]
    for index, route in enumerate(_items(data, "routes")):
        if isinstance(route, dict) and name in route:
            yield join("routes", index, name), route[name]


def _network(section: Data, path: str) -> Iterator[Rule]:
    entries = [
        (join(path, kind, index), entry, kind)
        for kind in ("deny", "allow")
        for index, entry in enumerate(_items(section, kind))
    ]
    for index, rule in enumerate(_items(section, "rules")):
        entries += [(join(path, "rules", index), entry, kind) for kind, entry in _pairs(rule)]
    default = _get(section, "default") or "allow"
    found = {kind for _, _, kind in entries} | {default}
    for place, entry, kind in entries:
        own, other = ("a client in it is refused", "one outside is let in")
        if kind == "allow":
            own, other = ("a client in it is let in", "one outside is refused")
        opposite = "deny" if kind == "allow" else "allow"
        sides = _sides(own, other if opposite in found and entry != "all" else "")
        yield Rule(place, f"{kind} {_entry(entry)}", sides)
    if entries:
        done = "let in" if default == "allow" else "refused"
        said = f"the default of `{path}` is {default}"
        yield Rule(join(path, "default"), said, (f"a client in no block is {done}",))


def _cors(section: Data, path: str) -> Iterator[Rule]:
    origins = _items(section, "origins")
    for index, origin in enumerate(origins):
        other = "a page of another is refused" if _STAR not in origins else ""
        sides = _sides("a page of it is admitted", other)
        yield Rule(join(path, "origins", index), f"the origin {quote(origin)}", sides)
    for kind, what in (("methods", "method"), ("headers", "header")):
        listed = _items(section, kind)
        for index, name in enumerate(listed):
            other = "one for another is refused" if _STAR not in listed else ""
            sides = _sides("a preflight for it passes", other)
            yield Rule(join(path, kind, index), f"the {what} {quote(name)}", sides)
    granted = _get(section, "credentials")
    if granted is not None:
        said = "admitted" if granted else "refused"
        words = f"requests with cookies are {said}"
        yield Rule(join(path, "credentials"), words, (f"one with a cookie is {said}",))


def _role(name: str, scopes: frozenset[str], keys: tuple[Key, ...]) -> Rule:
    own = "a key passes by a scope of it" if any(name in key.roles for key in keys) else ""
    lacking = any(name not in key.roles and scopes - key.scopes for key in keys)
    sides = _sides(own, "a key without it lacks the scope" if lacking else "")
    return Rule(join("roles", name), f"the role {quote(name)}", sides)


def _key(key: Key, routes: tuple[Route, ...]) -> Iterator[Rule]:
    named, here = f"key {quote(key.id)}", key.rule
    if key.revoked:
        yield Rule(join(here, "revoked"), f"{named} is revoked", ("it is refused",))
        return
    lacking = any(set(route.scopes) - key.scopes for route in routes if not route.public)
    other = "it is refused what it has no scope for" if lacking else ""
    yield Rule(here, named, _sides("it is let in", other))
    if key.not_before is not None:
        sides = _sides("it is let in then", "it is refused before")
        yield Rule(join(here, "not_before"), f"{named} is not valid before its time", sides)
    if key.expires is not None:
        sides = _sides("it is let in before", "it is refused then")
        yield Rule(join(here, "expires"), f"{named} expires", sides)
    sides = _sides("it is let in from there", "it is refused from elsewhere")
    for rule in key.networks.rules if key.networks is not None else ():
        yield Rule(rule.path, f"{named} from `{rule.block.text}`", sides)
    for index, pattern in enumerate(key.origins.patterns if key.origins is not None else ()):
        yield Rule(join(here, "origins", index), f"{named} from {quote(pattern.text)}", sides)


def _route(route: Route, keys: tuple[Key, ...]) -> Iterator[Rule]:
    other = "another method is refused" if route.methods else "another path is refused"
    yield Rule(route.rule, f"the route `{route}`", _sides("a request to it is taken", other))
    if not keys:
        return
    here = join(route.rule, "public")
    if route.public:
        yield Rule(here, f"`{route}` is public", ("it is let in without a key",))
        return
    sides = _sides("it is let in with one", "it is refused without")
    yield Rule(here, f"`{route}` needs a key", sides)
    for index, scope in enumerate(route.scopes):
        valid = [key for key in keys if not key.revoked]
        able = any(key.scopes.issuperset(route.scopes) for key in valid)
        lacking = any(scope not in key.scopes for key in valid)
        words = f"`{route}` needs the scope {quote(scope)}"
        sides = _sides(
            "a key with it is let in" if able else "",
            "a key without it is refused" if lacking else "",
        )
        yield Rule(join(route.rule, "scopes", index), words, sides)


def _sides(own: str, other: str) -> tuple[str, ...]:
    """Both sides, or the one on which a request can be."""
    return (own, other) if other else (own,)


def _entry(entry: Data) -> str:
    if isinstance(entry, dict):
        return f"what {quote(entry.get('file'))} lists"
    return quote(entry)


def _get(data: Data, key: str) -> Data:
    return data.get(key) if isinstance(data, dict) else None


def _items(data: Data, key: str) -> list[Data]:
    found = _get(data, key)
    return found if isinstance(found, list) else []


def _pairs(data: Data) -> list[tuple[str, Data]]:
    return list(data.items()) if isinstance(data, Mapping) else []
