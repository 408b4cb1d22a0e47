"""Which small mistakes are made with routes, quotas and the order of checks?

A method or path too many, a scope forgotten, a route left public; a quota of the wrong size; a
check asked ahead of the one that should come first.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from simulator.edit import Edit, Insert, Put, Remove
from simulator.grammar import ORDER
from simulator.mutants.change import (
    Change,
    Shows,
    items,
    mapping,
    neighbours,
    text,
    words,
)
from simulator.problem import quote
from simulator.source import Data, join

# Sections that a route may have of its own.
_SECTIONS = ("network", "cors", "rate_limits")


def route_changes(policy: Data) -> Iterator[Change]:
    """Those of `routes` and `base_paths`, less those of sections that a route has of its own."""
    routes = items(policy, "routes")
    methods = tuple(dict.fromkeys(method for route in routes for method in words(route, "methods")))
    for index, route in enumerate(routes):
        here, named = join("routes", index), _route_name(route)
        yield Change(here, f"there is no route {named}", (Remove(here),))
        yield from _access(route, here, named, keyed=bool(items(policy, "keys")))
        yield from _methods(route, here, named, methods)
        yield from _reach(route, here, named)
        for name in _SECTIONS:
            if isinstance(route, dict) and name in route:
                place = join(here, name)
                said = f"{named} has no `{name}` of its own"
                shows: Shows = "quota" if name == "rate_limits" else "decision"
                yield Change(place, said, (Remove(place),), shows)
    for index, base in enumerate(words(policy, "base_paths")):
        here = join("base_paths", index)
        yield Change(here, f"there is no base path {quote(base)}", (Remove(here),))


def _access(route: Data, path: str, named: str, *, keyed: bool) -> Iterator[Change]:
    for index, scope in enumerate(words(route, "scopes")):
        here = join(path, "scopes", index)
        yield Change(here, f"{named} does not need the scope {quote(scope)}", (Remove(here),))
    if keyed:
        public = isinstance(route, dict) and route.get("public") is True
        here = join(path, "public")
        said = "needs a key" if public else "needs no key"
        yield Change(here if public else path, f"{named} {said}", (Put(here, not public),))


def _methods(route: Data, path: str, named: str, methods: tuple[str, ...]) -> Iterator[Change]:
    listed = words(route, "methods")
    if not listed or "*" in listed:
        return
    here = join(path, "methods")
    for index, method in enumerate(listed if len(listed) > 1 else ()):
        place = join(here, index)
        yield Change(place, f"{named} does not take {method}", (Remove(place),))
    for method in methods:
        if method not in (*listed, "*"):
            yield Change(here, f"{named} takes {method} too", (Insert(here, method),))
    yield Change(here, f"{named} takes every method", (Remove(here),))


def _reach(route: Data, path: str, named: str) -> Iterator[Change]:
    """The route on more paths, or on more hosts."""
    template = text(route, "path")
    head, _, last = template.rpartition("/")
    if last and "{" not in last and head:
        wider = f"{head}/{{any}}"
        here = join(path, "path")
        yield Change(here, f"{named} takes `{wider}`", (Put(here, wider),))
    for index, host in enumerate(words(route, "hosts")):
        place = join(path, "hosts", index)
        one = len(words(route, "hosts")) == 1
        said = "exists on every host" if one else f"does not exist on {quote(host)}"
        yield Change(place, f"{named} {said}", (Remove(place),))


def order_changes(policy: Data) -> Iterator[Change]:
    """Two neighbours of `order` in each other's place, where both have something to say."""
    order: list[Data] = items(policy, "order") or list(ORDER)
    for index, first, second in neighbours(order):
        if not all(_speaks(policy, str(check)) for check in (first, second)):
            continue
        edits: tuple[Edit, ...] = (
            Put("order", [*order[:index], second, first, *order[index + 2 :]]),
        )
        shows: Shows = "quota" if "rate_limit" in (first, second) else "decision"
        said = f"`{second}` is asked ahead of `{first}`"
        yield Change(join("order", index), said, edits, shows)


def _speaks(policy: Data, check: str) -> bool:
    """Whether a check has a section: without one it has no opinion, or the same of everybody."""
    if check in ("network", "cors", "rate_limit") and isinstance(policy, dict):
        name = "rate_limits" if check == "rate_limit" else check
        routes = items(policy, "routes")
        return name in policy or any(isinstance(r, dict) and name in r for r in routes)
    return bool(items(policy, "routes" if check == "route" else "keys"))


def quota_changes(holder: Data, path: str) -> Iterator[Change]:
    """Those of the `rate_limits` of the policy or of a route."""
    for index, limit in enumerate(items(holder, "rate_limits")):
        here = join(path, "rate_limits", index)
        quota = text(limit, "quota")
        whose = f"the quota of `{quota}` for each {text(limit, 'per')}"
        yield Change(here, f"{whose} is gone", (Remove(here),), "quota")
        number = re.match(r"\s*(\d+)", quota)
        assert number is not None  # a quota begins with one
        place = join(here, "quota")
        burst = limit.get("burst") if isinstance(limit, dict) else None
        for requests in (int(number[1]) * 2, int(number[1]) // 2):
            if requests:
                other = f"{requests}{quota[number.end() :]}"
                edits: tuple[Edit, ...] = (Put(place, other),)
                if isinstance(burst, int):
                    scaled = max(1, burst * requests // int(number[1]))
                    edits = (*edits, Put(join(here, "burst"), scaled))
                yield Change(place, f"{whose} is `{other}`", edits, "quota")
        if isinstance(burst, int):
            place = join(here, "burst")
            yield Change(place, f"{whose} has no burst of its own", (Remove(place),), "quota")


def error_changes(policy: Data) -> Iterator[Change]:
    """Those of `errors`: which statuses refusals have, and whether pages can read them."""
    section = mapping(policy, "errors")
    fields = section.get("cors_fields")
    if "cors" in (policy if isinstance(policy, dict) else ()):
        for value in (True, False):
            if fields is not value:
                said = "errors carry CORS fields" if value else "errors carry no CORS fields"
                yield Change("errors/cors_fields", said, (Put("errors/cors_fields", value),))
    for code, status in mapping(section, "statuses").items():
        here = join("errors/statuses", code)
        yield Change(here, f"`{code}` is not answered {status}", (Remove(here),))


def _route_name(route: Data) -> str:
    methods = ",".join(words(route, "methods"))
    path = text(route, "path")
    return quote(f"{methods} {path}" if methods else path)
