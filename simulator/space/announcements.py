"""Which kinds of method and of header list do policies tell apart?

A method is one that some route or CORS section names, or none of them; in capitals or, for those
that fold case, not. A preflight announces a method and lists headers (Fetch section 4.8): which of
the names are granted decides, and for some families of servers how they are written.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import combinations, permutations

from simulator.behaviour import SAFELISTED_METHODS
from simulator.grants import Grants
from simulator.policy import Policy

_STRANGE_METHODS = ("BREW", "PROPFIND", "REPORT", "LOCK", "X")
_STRANGE_NAMES = ("x-other", "x-another", "x-unlisted", "x-q")


def methods_of(policies: Sequence[Policy], more: Iterable[str] = ()) -> list[str]:
    """A method of each kind, OPTIONS left out."""
    found = dict.fromkeys(SAFELISTED_METHODS)
    for policy in policies:
        for route in policy.tables.routes.routes:
            found.update(dict.fromkeys(route.methods))
        for grants in policy.tables.grants.values():
            # Families that compare them without case keep them in small letters.
            granted = sorted(m for m in grants.methods.granted if m != "*")
            found.update(dict.fromkeys(name for m in granted for name in (m.upper(), m)))
    found.update(dict.fromkeys(more))
    named = [method for method in found if method != "OPTIONS"]
    strange = next(m for m in _STRANGE_METHODS if m not in found)
    cased = [m.lower() for m in named if m.lower() not in found] if _folds(policies) else []
    return [*named, strange, *cased]


def announced_methods(policies: Sequence[Policy], methods: Sequence[str]) -> list[str | None]:
    """What a preflight may announce; None: it announces nothing."""
    capital = [m for m in methods if m != m.lower()]
    return [
        None,
        *methods,
        "OPTIONS",
        *(m.lower() for m in capital if m.lower() not in methods),
        "",
    ]


def method_kinds(
    policies: Sequence[Policy], announced: Iterable[str | None]
) -> dict[str | None, object]:
    """What the sections make of each announced method; what routes make of it is told apart
    elsewhere."""
    every = [grants for policy in policies for grants in policy.tables.grants.values()]
    return {
        name: name
        and (
            name in SAFELISTED_METHODS,
            # Some families write it back otherwise.
            name == name.upper(),
            name == name.lower(),
            *((g.methods.allows(name), name in g.methods.granted) for g in every),
            *(name in g.behaviour.methods.always for g in every),
        )
        for name in announced
    }


def header_lists(policies: Sequence[Policy]) -> list[tuple[str, ...]]:
    """What a preflight may list, each as the lines of Access-Control-Request-Headers."""
    every = [grants for policy in policies for grants in policy.tables.grants.values()]
    kinds = header_kinds(every)
    named = [kind[0] for kind in kinds]
    found: list[tuple[str, ...]] = [(), ("",)]
    found += [(name,) for name in named]
    found += [(f"{','.join(sorted(pair))}",) for pair in combinations(named, 2)]
    if any(grants.behaviour.header_rule == "sorted" for grants in every):
        found += [(",".join(name.upper() for name in line.split(",")),) for (line,) in found[2:]]
    if any(grants.behaviour.lines == "first" for grants in every):
        found += [*permutations(named, 2), *(("", name) for name in named)]
    if any(form.unsaid for grants in every for form in (grants.behaviour.headers,)):
        found += [(name,) for g in every for name in g.behaviour.headers.always]
    return list(dict.fromkeys(found))


def header_kinds(every: Sequence[Grants]) -> list[tuple[str, ...]]:
    """Names of request headers by what the sections make of them, likely ones first."""
    names = dict.fromkeys(["x-api-key", "content-type", "authorization"])
    for grants in every:
        names.update(dict.fromkeys(n for n in sorted(grants.headers.granted) if n != "*"))
    names[next(n for n in _STRANGE_NAMES if n not in names)] = None
    found: dict[tuple[object, ...], list[str]] = {}
    for name in names:
        of_all = tuple((g.headers.allows(name), name in g.headers.granted) for g in every)
        found.setdefault((name == "authorization", *of_all), []).append(name)
    return [tuple(kind) for kind in found.values()]


def _folds(policies: Sequence[Policy]) -> bool:
    return any(
        "method" in grants.behaviour.folds
        for policy in policies
        for grants in policy.tables.grants.values()
    )
