"""How does a drafted policy read, for the person who reviews it?

YAML, a line for each permission, and behind it how many requests show it. What was guessed says so
where it stands.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from simulator.edit.writing import Manner, write_flow
from simulator.learning.openapi import Api
from simulator.learning.pages import Pages
from simulator.learning.routing import Way
from simulator.learning.scopes import Holdings, thing_of
from simulator.learning.secrets import Sent
from simulator.principals import Place
from simulator.problem import printable
from simulator.source import Data

_MANNER = Manner()
_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
_WIDTH = 100


class Parts(NamedTuple):
    """All that a draft is made of."""

    sources: tuple[str, ...]
    span: tuple[float, float]
    requests: int
    admitted: int
    hosts: Mapping[str, int]
    pages: Pages | None
    places: Mapping[Place, int]
    keys: Mapping[str, str]  # digest by id
    sent: Mapping[str, Sent]  # by digest
    ways: tuple[Way, ...]
    holdings: Holdings
    api: Api | None


def write_policy(parts: Parts) -> str:
    """The draft as the text of a policy."""
    sections = (
        _head(parts),
        _pages(parts.pages) if parts.pages else (),
        _places(parts) if parts.keys else (),
        _roles(parts),
        _keys(parts),
        _routes(parts),
    )
    return "\n\n".join("\n".join(lines) for lines in map(tuple, sections) if lines) + "\n"


def count_of(number: int, what: str) -> str:
    """`1 request`, `1,200 requests`."""
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def show_span(span: tuple[float, float]) -> str:
    """From when to when, as far as they differ."""
    first, last = (datetime.fromtimestamp(at, UTC) for at in span)
    begun = f"{first:%Y-%m-%d %H:%M}"
    if f"{last:%Y-%m-%d %H:%M}" == begun:
        return f"{begun} UTC"
    return (
        f"{begun} to {last:%H:%M}" + " UTC"
        if first.date() == last.date()
        else (f"{begun} to {last:%Y-%m-%d %H:%M} UTC")
    )


def _flow(value: Data) -> str:
    return write_flow(value, _MANNER)


def _line(text: str, why: str = "") -> str:
    return f"{text}  # {printable(why)}" if why else text


def _head(parts: Parts) -> Iterator[str]:
    yield f"# Drafted by why403 from {printable(', '.join(parts.sources))}:"
    yield f"# {count_of(parts.requests, 'request')}, {show_span(parts.span)}."
    yield f"# It admits the {parts.admitted:,} that were let in, and what is like them; all else is"
    yield "# refused. Behind each permission stands how many requests show it: review each line."
    yield "# Not in it: `network`, since a recording does not tell where requests came from."
    if len(parts.hosts) == 1:
        host, number = next(iter(parts.hosts.items()))
        yield _line(f"hosts: {_flow([host])}", count_of(number, "request"))
    else:
        yield "hosts:"
        yield from _counted(parts.hosts)


def _counted(names: Mapping[str, int], indent: str = "  ") -> Iterator[str]:
    for name, number in names.items():
        yield _line(f"{indent}- {_flow(name)}", count_of(number, "request"))


def _pages(pages: Pages) -> Iterator[str]:
    yield "cors:"
    yield "  origins:"
    yield from _counted(pages.origins, "    ")
    for name, counts in (("methods", pages.methods), ("headers", pages.headers)):
        if counts:
            shown = ", ".join(f"{key} {number:,}" for key, number in counts.items())
            yield _line(f"  {name}: {_flow(list(counts))}", f"requests: {shown}")
    if pages.expose:
        yield f"  expose: {_flow(list(pages.expose))}"
    if pages.credentials:
        why = "guess: the answers allow it; no page's request here carries a cookie"
        if pages.cookies:
            why = f"{count_of(pages.cookies, 'request')} of pages with cookies"
        yield _line("  credentials: true", why)
    if pages.max_age is not None:
        yield f"  max_age: {pages.max_age}"
    if pages.private_network:
        yield "  private_network: true"
    if pages.errors:
        yield "errors: {cors_fields: true}"


def _places(parts: Parts) -> Iterator[str]:
    yield "credentials:"
    for place, number in parts.places.items():
        written: Data = place.kind if not place.name else {place.kind: place.name}
        guess = "" if place.kind in ("bearer", "basic") else "; guess: by its name"
        if parts.api is not None and place in parts.api.places:
            guess = "; as documented"
        yield _line(f"  - {_flow(written)}", f"{count_of(number, 'request')}{guess}")


def _roles(parts: Parts) -> Iterator[str]:
    if parts.holdings.roles:
        yield "roles:"
    for name, scopes in parts.holdings.roles.items():
        sharing = [
            id_ for id_, digest in parts.keys.items() if parts.holdings.role_of(digest) == name
        ]
        yield _line(f"  {name}: {_flow(list(scopes))}", f"shared by {len(sharing)} keys")


def _keys(parts: Parts) -> Iterator[str]:
    if parts.keys:
        yield "keys:"
    for id_, digest in parts.keys.items():
        role = parts.holdings.role_of(digest)
        number = sum(way.users[digest] for way in parts.ways if not way.public)
        fleeting = "; a JSON Web Token, which expires" if parts.sent[digest].is_web_token else ""
        yield _line(f"  - id: {id_}", count_of(number, "request") + fleeting)
        yield f"    sha256: {digest}"
        if role is not None:
            yield f"    roles: {_flow([role])}"
        elif scopes := parts.holdings.held.get(digest, ()):
            yield f"    scopes: {_flow(list(scopes))}"


def _routes(parts: Parts) -> Iterator[str]:
    yield "routes:"
    for _, lines in _entries(parts):
        yield from lines


class _Entry(NamedTuple):
    """What routes have in common that stand in one line."""

    path: str
    hosts: tuple[str, ...]
    scopes: tuple[str, ...]
    public: bool


def _entries(parts: Parts) -> list[tuple[str, list[str]]]:
    """The lines of `routes`, by path."""
    several = len(parts.hosts) > 1
    alike: dict[tuple[str, str, tuple[str, ...], bool], list[Way]] = {}
    for index, way in enumerate(parts.ways):
        needed = parts.holdings.needed.get(index, ())
        alike.setdefault((way.template.path, way.method, needed, way.public), []).append(way)
    entries: dict[_Entry, list[Way]] = {}
    for (path, _, needed, public), ways in alike.items():
        hosts = tuple(sorted(way.host for way in ways)) if several else ()
        entries.setdefault(_Entry(path, hosts, needed, public), []).extend(ways)
    found: dict[str, list[str]] = {}
    for entry in sorted(entries, key=lambda e: (thing_of(e.path), _natural(e.path), e.hosts)):
        ways = entries[entry]
        data: dict[str, Data] = {"path": entry.path, "methods": list(_in_order(ways))}
        if entry.scopes:
            data["scopes"] = list(entry.scopes)
        if entry.public:
            data["public"] = True
        if entry.hosts:
            data["hosts"] = list(entry.hosts)
        why = _why(ways, parts.api, first=entry.path not in found)
        found.setdefault(entry.path, []).append(_line(f"  - {_flow(data)}", why))
    for path, lines in _unused(parts):
        found.setdefault(path, []).extend(lines)
    return sorted(found.items(), key=lambda item: (thing_of(item[0]), _natural(item[0])))


def _natural(path: str) -> list[tuple[bool, str]]:
    """Concrete before templated, segment by segment."""
    return [("{" in part, part) for part in path.split("/")]


def _in_order(ways: Iterable[Way]) -> list[str]:
    methods = {way.method for way in ways}
    usual = [method for method in _METHODS if method in methods]
    return [*usual, *sorted(methods - set(usual))]


def _why(ways: Sequence[Way], api: Api | None, *, first: bool) -> str:
    """What shows the route, and what of it is guessed."""
    said = [count_of(sum(way.requests for way in ways), "request")]
    template = ways[0].template
    if first:
        said += [f"guess: `{{{name}}}` stood for {seen}" for name, seen in template.varies.items()]
    if api is not None and not ways[0].documented:
        said.append("not in the API description")
    elif api is not None and any(way.operation is None for way in ways):
        missing = [way.method for way in ways if way.operation is None]
        said.append(f"{', '.join(missing)} is not in the API description")
    if all(way.redirects == way.requests for way in ways):
        said.append("guess: public, though each was sent elsewhere")
    return "; ".join(said)


def _unused(parts: Parts) -> Iterator[tuple[str, list[str]]]:
    """What the description has and nobody asked for: as comments, which admit nothing."""
    if parts.api is None:
        return
    used = {way.operation for way in parts.ways if way.operation is not None}
    base = (parts.api.base_paths or ("",))[0].rstrip("/")
    for operation in parts.api.operations:
        if operation not in used:
            written = _flow({"path": base + operation.path, "methods": [operation.method]})
            yield base + operation.path, [f"  # - {written}  # documented, never used"]
