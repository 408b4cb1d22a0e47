"""What is true of a request before anything is judged?

Everything the checks look at is derived here once, from the request and the policy's tables:
who the client is, which route is asked for, whose key is sent, whether it is a CORS request and
whether a preflight (Fetch section 3.3.5 and section 4.8), to a browser and to the server.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from simulator.addresses import Intervals, peer_address
from simulator.forwarded import Client, client_address, derive_client, forwarded_entries
from simulator.grants import Grants
from simulator.message import Request
from simulator.preflights import Ask, Reply, reply
from simulator.principals import NOTHING_SENT, Credential, Principals
from simulator.routes import Match, Route, RouteTable
from simulator.usage import Usage


@dataclass(frozen=True, slots=True)
class Tables:
    """What of a policy the facts are derived with."""

    routes: RouteTable
    principals: Principals
    trusted: Intervals | None = None
    forwarded_field: str = "x-forwarded-for"
    # What the sections `cors` grant, by route; None: the policy's own.
    grants: Mapping[int | None, Grants] = field(default_factory=dict[int | None, Grants])


# Not frozen, though nothing writes to it: as a frozen dataclass its construction alone would take
# a quarter of the time of an evaluation.
@dataclass(slots=True, eq=False)
class Facts:
    """The facts of one request.

    `origin` is the Origin field of a CORS request (None: not a CORS request). `credentialed` says
    that the request shows it was made with credentials (a Cookie); without one nothing is known.
    `asks` is a preflight as Fetch has it: a browser goes on only if the answer grants it.
    `preflight` is what the server takes for one and answers itself, ahead of its routes; `options`
    is how, for any OPTIONS request to a server with a section `cors`.
    `route` is the route whose sections apply: the one asked for, or for a preflight the one that
    the announced method would reach.
    """

    request: Request
    tables: Tables
    method: str
    match: Match
    route: Route | None
    client: int | None
    credential: Credential
    at: float
    usage: Usage | None
    sent_origin: str | None = None
    origin: str | None = None
    credentialed: bool = False
    asks: bool = False
    preflight: bool = False
    options: Reply | None = None

    @property
    def way(self) -> Client:
        """How the client was found, hop by hop."""
        request, tables = self.request, self.tables
        lines = request.headers.lines(tables.forwarded_field)
        entries = forwarded_entries(lines, tables.forwarded_field)
        return derive_client(request.client, tables.trusted, entries)


def gather(request: Request, tables: Tables, usage: Usage | None = None) -> Facts:
    """The facts of a request. Never raises."""
    headers = request.headers
    target = request.target
    method = request.method
    match = tables.routes.find(method, target.path, target.host, target.port)
    if tables.trusted is None:
        client = peer_address(request.client)
    else:
        lines = headers.lines(tables.forwarded_field)
        client = client_address(request.client, tables.trusted, lines, tables.forwarded_field)
    principals = tables.principals
    facts = Facts(
        request,
        tables,
        method,
        match,
        match.route,
        client,
        principals.find(request) if principals.keys else NOTHING_SENT,
        request.at,
        usage,
    )
    origin = headers.get("origin")
    if origin is not None:
        facts.sent_origin = origin
        if origin != target.origin and not _websocket(request):
            facts.origin = origin
            facts.credentialed = "cookie" in headers
    if method == "OPTIONS":
        _options(facts)
    return facts


def _websocket(request: Request) -> bool:
    """Whether this opens a WebSocket, which CORS has no part in (Fetch section 3.3: mode
    "websocket"): its Origin is for the server alone to judge."""
    upgrade = request.headers.get("upgrade")
    return request.target.scheme in ("ws", "wss") or (
        upgrade is not None and upgrade.lower() == "websocket"
    )


def _options(facts: Facts) -> None:
    """Whether the request is a preflight, and to whom."""
    headers, tables = facts.request.headers, facts.tables
    target = facts.request.target
    announced = headers.get("access-control-request-method")
    other = None
    if facts.match.route is None and announced is not None:
        other = tables.routes.find(announced, target.path, target.host, target.port).route
    take_options(facts, announced, other, headers.lines("access-control-request-headers"))


def take_options(
    facts: Facts, announced: str | None, other: Route | None, asked: tuple[str, ...]
) -> None:
    """Say of an OPTIONS request whether it is a preflight. `other` is the route that the announced
    method would reach, where OPTIONS itself reaches none; `asked` the lines of
    Access-Control-Request-Headers."""
    tables, match = facts.tables, facts.match
    facts.asks = announced is not None and facts.origin is not None
    route = other if match.route is None else match.route
    grants = tables.grants.get(None if route is None else route.index) or tables.grants.get(None)
    if grants is None:
        facts.preflight = facts.asks
    else:
        anywhere = not tables.routes.routes
        blank = grants.behaviour.blank
        names = ", ".join(asked) if asked else None
        read = asked[0] if asked and grants.behaviour.lines == "first" else names
        private = facts.request.headers.get("access-control-request-private-network")
        facts.options = reply(
            grants,
            Ask(
                None if facts.sent_origin == "" and "origin" in blank else facts.sent_origin,
                None if announced == "" and "method" in blank else announced,
                names,
                read,
                private == "true",
                own=facts.origin is None,
                routed=anywhere or match.route is not None or bool(match.same_path),
                optioned=anywhere or match.route is not None,
                taken=anywhere or route is not None,
            ),
        )
        facts.preflight = facts.options.status != 0
    if facts.asks or facts.preflight:
        facts.route = route
