"""Which request is one of a kind?

A concrete request for one kind of each side. It is put together so that it comes as clients do: a
page of the server's own where that will do, a WebSocket's handshake where only that can be.
"""

from __future__ import annotations

from collections.abc import Sequence

from simulator.message import Headers, Request
from simulator.space.clients import ClientKind
from simulator.space.credentials import CredentialKind
from simulator.space.operations import Operation
from simulator.space.sites import Place
from simulator.space.visitors import VisitorKind
from simulator.standin import with_credential

# Of a request that shows it was made with credentials; no place of a policy has this name.
_COOKIE = "theme-of-the-page"


def witness_of(
    operation: Operation,
    visitor: VisitorKind,
    credential: CredentialKind,
    client: ClientKind,
    *,
    at: float | None = None,
) -> Request:
    """A request of these kinds. `at`: when, if the credential's kind has that time."""
    fields = list(client.forwarded)
    url = _url(operation.site.places, visitor)
    if visitor.origin is not None:
        fields.append(("origin", visitor.origin))
        own = url.startswith(f"{visitor.origin}/")
        if not visitor.cross and not own:
            fields += [("connection", "Upgrade"), ("upgrade", "websocket")]
    fields += operation.fields
    if visitor.cookie and not credential.cookie:
        fields.append(("cookie", f"{_COOKIE}=x"))
    request = Request(
        operation.method,
        url,
        Headers(fields),
        client=client.peer,
        at=_when(credential, at),
    )
    return with_credential(request, credential.sent)


def _when(credential: CredentialKind, at: float | None) -> float:
    """The time that is asked for, if what is true of the credential is true then."""
    since, until = credential.since, credential.until
    if at is None or (since is not None and at < since) or (until is not None and at >= until):
        return credential.at
    return at


def _url(places: Sequence[Place], visitor: VisitorKind) -> str:
    """The URL of a place: of the origin itself if it is one of its own pages that asks, and of
    another than a page's of another origin."""
    for place in places[:20]:
        for scheme in ("https", "http"):
            site = place.host.origin(scheme)
            if visitor.origin is None or (site == visitor.origin) != visitor.cross:
                return site + place.path
    return places[0].host.origin("https") + places[0].path
