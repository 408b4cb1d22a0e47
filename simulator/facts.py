"""What is true of a request before anything is judged?

Everything the checks look at is derived here once, from the request and the policy's tables:
who the client is, which route is asked for, whose key is sent, whether it is a CORS request and
whether a preflight (Fetch section 3.3.5 and section 4.8).
"""

from __future__ import annotations

from dataclasses import dataclass

from simulator.addresses import Intervals, peer_address
from simulator.forwarded import Client, client_address, derive_client, forwarded_entries
from simulator.message import Request
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


# Not frozen, though nothing writes to it: as a frozen dataclass its construction alone would take
# a quarter of the time of an evaluation.
@dataclass(slots=True, eq=False)
class Facts:
    """The facts of one request.

    `origin` is the Origin field of a CORS request (None: not a CORS request). `credentialed` says
    that the request shows it was made with credentials (a Cookie); without one nothing is known.
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
    preflight: bool = False
    requested_method: str = ""
    requested_headers: tuple[str, ...] = ()

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
                _preflight(facts)
    return facts


def _websocket(request: Request) -> bool:
    """Whether this opens a WebSocket, which CORS has no part in (Fetch section 3.3: mode
    "websocket"): its Origin is for the server alone to judge."""
    upgrade = request.headers.get("upgrade")
    return request.target.scheme in ("ws", "wss") or (
        upgrade is not None and upgrade.lower() == "websocket"
    )


def _preflight(facts: Facts) -> None:
    headers = facts.request.headers
    requested = headers.get("access-control-request-method")
    if requested is None:
        return
    facts.preflight = True
    facts.requested_method = requested
    names = (headers.get("access-control-request-headers") or "").split(",")
    facts.requested_headers = tuple(name.strip(" \t").lower() for name in names if name.strip())
    if facts.route is None:
        target = facts.request.target
        match = facts.tables.routes.find(requested, target.path, target.host, target.port)
        facts.route = match.route
