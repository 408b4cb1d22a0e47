"""Which requests are likely to tell a changed policy from the policy?

Requests that are let in, with one thing put in the place of another: what the change names (an
address at the edge of a block, a method, a page), another key or none, the instant a key expires.
What they show is certain; that they show nothing says nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import NamedTuple

from simulator.addresses import V6, parse_blocks, show_address
from simulator.edit import Insert, Remove
from simulator.engine import evaluate
from simulator.message import Headers, Request
from simulator.mutants.change import Change, spread, value_at
from simulator.origin import OriginPattern
from simulator.policy import Policy
from simulator.principals import Key
from simulator.problem import Fault
from simulator.routes import Route
from simulator.source import Data
from simulator.standin import stand_in, with_key

# Addresses that most policies let in, and what none of them names.
_ADDRESSES = ("127.0.0.1", "192.0.2.1", "2001:db8::1")
_STRANGER = "https://stranger.example"
_OTHER, _NUMBER = "x", "1"
# From how many routes a change is looked at that is of no route's own, and with how many keys.
_ROUTES, _KEYS = 12, 40
_EACH = 2  # requests to each route
_SAMPLE = 20  # blocks in which somebody may be let in
_MOST = 4_000  # requests in all
# What most routes do not take, one or the other.
_METHODS = ("POST", "GET", "DELETE", "PUT")
_PARAMETER = re.compile(r"\{[^{}/]+\}")
_METHOD = re.compile(r"[A-Z]+\Z")
_FIELD = re.compile(r"(\*|[A-Za-z][A-Za-z0-9]*(-[A-Za-z0-9]+)*)\Z")


class Base(NamedTuple):
    """A request that is let in, without the key that it needs and with it."""

    route: Route | None
    key: Key | None
    bare: Request
    request: Request


class Probes:
    """Requests about one policy. `at`: when they are made, where the key is in force then."""

    def __init__(self, policy: Policy, at: float) -> None:
        self.policy = stand_in(policy)
        self._at = at
        self._allowed = list(islice(_firsts(policy, deny=False), _SAMPLE))
        self._denied = list(islice(_firsts(policy, deny=True), _SAMPLE))
        self._home = next(iter(self._allowed), _ADDRESSES[0])
        trusted = policy.tables.trusted
        self._proxies = [] if trusted is None else [show_address(trusted.rules[0].block.first)]
        routes = policy.tables.routes.routes
        self.bases = tuple(b for route in routes or (None,) for b in self._some(route))

    def of(self, change: Change) -> Iterator[Request]:
        """Those that the change may matter to; no more than are soon asked."""
        return islice(self._of(change), _MOST)

    def _of(self, change: Change) -> Iterator[Request]:
        told = tuple(dict.fromkeys(self._named(change)))
        methods = [text for text in told if _METHOD.match(text)]
        edges = [address for text in told for address in _edges(text)]
        for base in self._near(change, told):
            yield base.request
            yield from (_replaced(base.request, method=m) for m in (*methods, *_METHODS))
            yield from (_replaced(base.request, client=a) for a in (*edges, *_ADDRESSES))
            for proxy in (*edges, *self._proxies):
                yield from self._forwarded(base, proxy)
            yield from self._by_others(base, change)
            yield from self._of_pages(base, told)

    def _named(self, change: Change) -> Iterator[str]:
        """The words of what stood there, and of what stands there then."""
        for edit in change.edits:
            if not isinstance(edit, Insert):  # what is beside it stays
                yield from _texts(value_at(self.policy, edit.path))
            if not isinstance(edit, Remove):
                yield from _texts(edit.value)

    def _near(self, change: Change, told: Sequence[str]) -> Sequence[Base]:
        """The requests to the route that is changed, or to some."""
        index = _index(change.path, "routes")
        if index is not None:
            return [b for b in self.bases if b.route is not None and b.route.index == index]
        scoped = [b for b in self.bases if b.route is not None and {*b.route.scopes} & {*told}]
        return spread(tuple(dict.fromkeys((*scoped, *self.bases))), _ROUTES)

    def _some(self, route: Route | None) -> Sequence[Base]:
        """Requests to a route that are let in; where nobody is, one without a key."""
        found = tuple(islice(self._to(route), _EACH))
        if found:
            return found
        method = route.methods[0] if route and route.methods else "GET"
        bare = Request(method, self._url(route), client=self._home, at=self._at)
        return (Base(route, None, bare, bare),)

    def _to(self, route: Route | None) -> Iterator[Base]:
        """Requests to a route that are let in."""
        url, method = self._url(route), route.methods[0] if route and route.methods else "GET"
        for key in self._keys(route):
            for address in (*_networks(key), *_ADDRESSES, *self._allowed):
                sent = Request(method, url, client=address, at=self._when(key))
                for bare in _bound(sent, key):
                    request = bare if key is None else with_key(self.policy, bare, key)
                    if evaluate(self.policy, request).allowed:
                        yield Base(route, key, bare, request)
                        break
                else:
                    continue
                break

    def _keys(self, route: Route | None) -> Sequence[Key | None]:
        keys = self.policy.keys
        if not keys or (route is not None and route.public):
            return (None,)
        needed = frozenset(() if route is None else route.scopes)
        return [key for key in keys if needed <= key.scopes and not key.revoked][:6]

    def _when(self, key: Key | None) -> float:
        """A time at which the key is in force."""
        if key is None or key.valid(self._at):
            return self._at
        if key.expires is not None and self._at >= key.expires:
            return max(key.expires - 1, key.not_before or 0.0)
        return key.not_before or self._at

    def _url(self, route: Route | None) -> str:
        host = next(iter((*(route.hosts if route else ()), *self.policy.hosts)), "api.example.com")
        host = f"api.{host[2:]}" if host.startswith("*.") else host
        base = next(iter(self.policy.tables.routes.base_paths), "")
        return f"https://{host}{base}{_PARAMETER.sub(_NUMBER, route.path if route else '/')}"

    def _forwarded(self, base: Base, proxy: str) -> Iterator[Request]:
        """By this proxy, for clients that may fare otherwise than it does."""
        for client in (*self._denied[:1], *self._allowed[:1], *_networks(base.key)[:1]):
            sent = _replaced(base.request, client=proxy)
            node = f'"[{client}]"' if ":" in client else client
            yield _with_fields(sent, ("x-forwarded-for", client))
            yield _with_fields(sent, ("forwarded", f"for={node}"))

    def _by_others(self, base: Base, change: Change) -> Iterator[Request]:
        """Without a key, and with others, at the edges of when and where they are good."""
        yield base.bare
        for key in self._concerned(change):
            for at in (self._when(key), *_instants(key)):
                for address in dict.fromkeys((*_networks(key), base.request.client)):
                    bare = _replaced(base.bare, client=address, at=at)
                    for sent in (*_bound(bare, key), _with_fields(bare, ("origin", _STRANGER))):
                        yield with_key(self.policy, sent, key)

    def _concerned(self, change: Change) -> Sequence[Key]:
        """The key that is changed, those with the role, or any."""
        keys = self.policy.keys
        index = _index(change.path, "keys")
        if index is not None:
            return (keys[index],)
        head, _, rest = change.path.partition("/")
        if head == "roles":
            name = rest.partition("/")[0].replace("~1", "/").replace("~0", "~")
            return [key for key in keys if name in self.policy.roles_of(key)][:_EACH]
        return keys[:_KEYS]

    def _of_pages(self, base: Base, told: Sequence[str]) -> Iterator[Request]:
        """As pages ask, of origins that are admitted and not: with a cookie and without, for what
        is not there, and by preflights."""
        grants = self.policy.tables.grants
        own = None if base.route is None else grants.get(base.route.index)
        section = own or grants.get(None)
        listed = [] if section is None else [p.text for p in section.origins.patterns[:2]]
        beside = f"{base.request.url.rpartition('/')[0]}/{_OTHER}"
        yield from (_replaced(request, url=beside) for request in (base.request, base.bare))
        lost = _replaced(base.request, url=f"{base.request.url}/{_OTHER}")
        yield from (lost, _replaced(base.bare, url=lost.url))
        for origin in (*(page for text in (*told, *listed) for page in _pages(text)), _STRANGER):
            page = ("origin", origin)
            for request in (base.request, base.bare, lost):
                yield _with_fields(request, page)
                yield _with_fields(request, page, ("cookie", "theme=x"))
            for request in (base.bare, base.request):
                yield from _preflights(request, page, told)


def _preflights(request: Request, page: tuple[str, str], told: Sequence[str]) -> Iterator[Request]:
    """For the methods and the headers that are named."""
    asked = _replaced(request, method="OPTIONS")
    for method in (*(text for text in told if _METHOD.match(text)), request.method):
        preflight = _with_fields(asked, page, ("access-control-request-method", method))
        yield preflight
        for name in (text for text in told if _FIELD.match(text) and not _METHOD.match(text)):
            field = f"x-{_OTHER}" if name == "*" else name.lower()
            yield _with_fields(preflight, ("access-control-request-headers", field))


def _firsts(policy: Policy, *, deny: bool) -> Iterator[str]:
    """The first address of each block that is denied, or allowed."""
    for intervals in policy.network_sections.values():
        yield from (show_address(r.block.first) for r in intervals.rules if r.deny == deny)


def _index(path: str, section: str) -> int | None:
    """The number of the route or key that a path is of."""
    head, _, rest = path.partition("/")
    number = rest.partition("/")[0]
    return int(number) if head == section and number.isdigit() else None


def _texts(data: Data) -> Iterator[str]:
    if isinstance(data, str):
        yield data
    elif isinstance(data, list):
        for item in data:
            yield from _texts(item)
    elif isinstance(data, dict):
        for value in data.values():
            yield from _texts(value)


def _edges(text: str) -> Iterator[str]:
    """The addresses on both sides of a block's edges."""
    try:
        blocks = parse_blocks(text)
    except Fault:
        return
    for block in blocks:
        lowest, highest = (V6, (V6 << 1) - 1) if block.first >= V6 else (0, (1 << 32) - 1)
        for address in (block.first, block.last, block.first - 1, block.last + 1):
            if lowest <= address <= highest:
                yield show_address(address)


def _pages(text: str) -> Iterator[str]:
    """An origin that the pattern admits."""
    try:
        pattern = OriginPattern.parse(text)
    except Fault:
        return
    if pattern.kind == "null":
        yield "null"
    elif pattern.origin is None:
        yield _STRANGER
    else:
        scheme, host, port = pattern.origin
        host = f"{_OTHER}.{host}" if pattern.kind == "subdomains" else host
        port = "8443" if port == "*" else port
        yield f"{scheme}://{host}:{port}" if port else f"{scheme}://{host}"


def _networks(key: Key | None) -> list[str]:
    if key is None or key.networks is None:
        return []
    return [show_address(rule.block.first) for rule in key.networks.rules]


def _bound(request: Request, key: Key | None) -> Iterator[Request]:
    """From each of the origins that the key is good for; without any as it is."""
    if key is None or key.origins is None:
        yield request
        return
    for pattern in key.origins.patterns:
        yield from (_with_fields(request, ("origin", page)) for page in _pages(pattern.text))


def _instants(key: Key) -> Iterator[float]:
    if key.expires is not None:
        yield from (key.expires - 1, key.expires)
    if key.not_before is not None:
        yield from (key.not_before - 1, key.not_before)


def _replaced(
    request: Request,
    *,
    method: str | None = None,
    url: str | None = None,
    client: str | None = None,
    at: float | None = None,
) -> Request:
    return Request(
        method or request.method,
        url or request.url,
        request.headers,
        client=client or request.client,
        at=request.at if at is None else at,
    )


def _with_fields(request: Request, *fields: tuple[str, str]) -> Request:
    new = {name for name, _ in fields}
    kept = [pair for pair in request.headers if pair[0].lower() not in new]
    headers = Headers((*kept, *fields))
    return Request(request.method, request.url, headers, client=request.client, at=request.at)
