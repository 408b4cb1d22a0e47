"""How is a request made that shows what was found?

One that every other check lets through, so that what comes of it is what the one rule makes of it.
Where a browser has the last word, it is a page's fetch.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from simulator.addresses import parse_address, show_address
from simulator.browser import Unsupported
from simulator.engine import evaluate
from simulator.hazard import Claim, Witness
from simulator.lint.hosts import is_internal, is_loopback
from simulator.lint.subject import Addressing, Granting, Subject
from simulator.message import Request
from simulator.policy import Policy
from simulator.principals import Key
from simulator.problem import Fault
from simulator.routes import Route
from simulator.standin import with_key
from simulator.visit import as_fetched, page_of, visit

# Addresses that documents may name (RFC 5737, RFC 3849): nobody has them.
NOBODYS = ("203.0.113.9", "198.51.100.9", "192.0.2.9", "2001:db8:ffff::9")
NOBODY = tuple(  # by whether it is IPv6
    address for text in (NOBODYS[0], NOBODYS[-1]) if (address := parse_address(text)) is not None
)
_NOBODYS = tuple(address for text in NOBODYS if (address := parse_address(text)) is not None)
_SOME_VALUES = ("7", "a", "a-7.b", "item", "0")
_FEW = 8


def some_route(
    subject: Subject, section: Granting | Addressing | None = None
) -> tuple[Route | None, str]:
    """A route that the section applies to, and a method of it."""
    routes = subject.under(section) if section is not None else iter(subject.routes or (None,))
    for route in routes:
        method = some_method(route)
        if url_of(subject, route, method) is not None:
            return route, method
    return None, "GET"


def asking_route(subject: Subject) -> tuple[Route | None, str]:
    """A route that asks for a key, and a method of it."""
    for route in subject.routes:
        method = some_method(route)
        if not route.public and url_of(subject, route, method) is not None:
            return route, method
    return None, "GET"


def some_method(route: Route | None) -> str:
    """A method that the route takes, one for reading if it can be."""
    methods = route.methods if route is not None else ()
    return "GET" if not methods or "GET" in methods else methods[0]


def pages_methods(route: Route | None) -> tuple[str, ...]:
    """What pages may want to do there, what needs no grant first."""
    asked = [m for m in (route.methods if route is not None else ()) or ("GET",) if m != "OPTIONS"]
    return tuple(sorted(asked, key=lambda method: method not in ("GET", "HEAD", "POST")))


def url_of(subject: Subject, route: Route | None, method: str, host: str = "") -> str | None:
    """A URL that the route takes with this method, on the host if one is named."""
    table = subject.policy.tables.routes
    hosts = (route.hosts if route is not None else ()) or subject.head.hosts
    for pattern in (host,) if host else hosts or ("api.example.com",):
        name = pattern.replace("*.", "www.").lower()
        scheme = "http" if is_loopback(name) or is_internal(name) else "https"
        for value in _SOME_VALUES:
            path = "/" if route is None else _filled(route.path, value)
            path = table.base_paths[0] + path if table.base_paths else path
            url = f"{scheme}://{name}{path}"
            target = Request(method, url).target
            if table.find(method, target.path, target.host, target.port).route is route:
                return url
    return None


def _filled(template: str, value: str) -> str:
    """A path that the template has, with the value in each of its parameters."""
    head, brace, rest = template.partition("{")
    return head if not brace else head + value + _filled(rest.partition("}")[2], value)


def clients(subject: Subject, route: Route | None, key: Key | None = None) -> Iterator[str]:
    """A few addresses that the route's network and the key admit, nobody's first."""
    network = subject.network(route)
    bound = key.networks if key is not None else None
    tried = _NOBODYS if bound is None else tuple(rule.block.first for rule in bound.rules)
    found = 0
    for address in (*tried, *(subject.welcome(network) if network is not None else ())):
        held = bound is None or bound.find(address) >= 0
        if held and found < _FEW and (network is None or network.admits(address)):
            found += 1
            yield show_address(address)


def fitting(subject: Subject, route: Route | None) -> list[Key | None]:
    """The keys that the route lets in by scope and time; None where it asks for none."""
    if not subject.keys or (route is not None and route.public):
        return [None]
    needs = set(route.scopes) if route is not None else set()
    found: list[Key | None] = [
        key for key in subject.keys if needs <= key.scopes and key.valid(moment(subject, key))
    ]
    return found[:_FEW]


def moment(subject: Subject, key: Key | None) -> float:
    """The time of a request: now, or where that is not known, when the key is good."""
    if subject.at is not None or key is None:
        return subject.at or 0.0
    begins = key.not_before or 0.0
    return begins if key.expires is None or begins < key.expires else 0.0


def ask(
    subject: Subject,
    route: Route | None,
    method: str,
    fields: Sequence[tuple[str, str]] = (),
    *,
    client: str | None = None,
    key: Key | None = None,
    host: str = "",
) -> Request | None:
    """A request for the route, from where it may come in if no client is named."""
    url = url_of(subject, route, method, host)
    if url is None:
        return None
    peer = client or next(clients(subject, route, key), NOBODYS[0])
    request = Request(method, url, fields, client=peer, at=moment(subject, key))
    return request if key is None else with_key(subject.policy, request, key)


def preflight(
    subject: Subject, route: Route | None, origin: str, method: str, headers: str = ""
) -> Witness | None:
    """The preflight of a page's request for the route, from where it may come in."""
    url = url_of(subject, route, method)
    if url is None:
        return None
    fields = [("origin", origin), ("access-control-request-method", method)]
    if headers:
        fields.append(("access-control-request-headers", headers))
    peer = next(clients(subject, route), NOBODYS[0])
    return show(subject, Request("OPTIONS", url, fields, client=peer, at=moment(subject, None)))


def show(subject: Subject, request: Request | None, reason: str = "") -> Witness | None:
    """What comes of the request; with a `reason`, if that begins so."""
    if request is None:
        return None
    decision = evaluate(subject.policy, request)
    claim = Claim(decision.allowed, decision.status, decision.reason, decision.hidden)
    return Witness(request, claim) if (claim.reason or "").startswith(reason) else None


def admitted(
    subject: Subject,
    route: Route | None,
    method: str,
    fields: Sequence[tuple[str, str]] = (),
    *,
    client: str | None = None,
    but: str = "",
) -> Witness | None:
    """A request that is let in, with whatever key that takes; one check (`but`) may refuse it, and
    does where it is let in with no key."""
    refused: Request | None = None
    for key in fitting(subject, route):
        for peer in (client,) if client else clients(subject, route, key):
            request = ask(subject, route, method, fields, client=peer, key=key)
            if request is None:
                continue
            decision = evaluate(subject.policy, request)
            if decision.allowed:
                return show(subject, request)
            if all(f.check == but for f in decision.failures) and not decision.unknowns:
                refused = refused or request
    return show(subject, refused)


def from_address(
    subject: Subject, network: Addressing, address: int, *, let_in: bool
) -> Witness | None:
    """A request from this address that the section's rules admit, or do not."""
    if network.admits(address) != let_in:
        return None
    route, method = some_route(subject, network)
    client = show_address(address)
    if let_in:
        shown = admitted(subject, route, method, client=client)
        return shown if shown is not None and shown.claim.allowed else None
    return show(subject, ask(subject, route, method, client=client), "network.")


def show_page(
    subject: Subject,
    request: Request | None,
    origin: str,
    reason: str = "",
    credentials: str | None = None,
) -> Witness | None:
    """What a page of this origin gets that fetches it; None where that is not known."""
    if request is None:
        return None
    try:
        claim = visited(subject.policy, request, origin, credentials)
    except (Fault, Unsupported):
        return None
    return Witness(request, claim) if (claim.reason or "").startswith(reason) else None


def visited(policy: Policy, request: Request, origin: str, credentials: str | None) -> Claim:
    """What a page gets that fetches this. Raises Fault and Unsupported."""
    fetched = as_fetched(request, credentials=credentials)
    story = visit(policy, page_of(origin), fetched, client=request.client, at=request.at)
    status = story.decisions[-1].status if story.decisions else 0
    return Claim(story.allowed, status, story.reason, not story.readable, origin, credentials)


def reproduces(policy: Policy, request: Request, claim: Claim) -> bool:
    """Whether the claim comes of the request. `policy` knows a secret for every key."""
    if claim.page:
        return visited(policy, request, claim.page, claim.credentials) == claim
    decision = evaluate(policy, request)
    return claim == Claim(decision.allowed, decision.status, decision.reason, decision.hidden)
