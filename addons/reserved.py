"""Which requests are for why403 itself?

Those under a reserved path of any server, which the overlay asks (so they are of the page's own
origin), and those to a reserved name, under which a browser finds the dashboard through the proxy.
They are sent to the dashboard's server in this process and reach nobody else; no policy judges
them.
"""

# mitmproxy annotates only part of what it offers.
# mypy: untyped-calls-exclude="mitmproxy"

from __future__ import annotations

from typing import NamedTuple

from mitmproxy import http
from mitmproxy.connection import Server
from mitmproxy.proxy import layers
from mitmproxy.proxy.layer import NextLayer

from addons.bridge import is_loopback, peer_address
from addons.dashboard.context import Context

PATH = "/__why403__/"
INSIDE = "x-why403-inside"  # the secret of this run
ASKED = "x-why403-asked"  # the origin that was asked, as the client sees it
_PATH = PATH.encode()
_OURS = (INSIDE.encode(), ASKED.encode())
_TLS_HANDSHAKE = b"\x16"  # RFC 8446 section 5.1


class _Taken(NamedTuple):
    """Where the request was meant to go."""

    scheme: bytes
    host: str
    port: int
    headers: http.Headers


class Reserved:
    """Sends them to the dashboard's server."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._taken: dict[str, _Taken] = {}

    def http_connect(self, flow: http.HTTPFlow) -> None:
        """A tunnel to the reserved name leads to our own port: the name has no address."""
        context = self._context
        data = flow.request.data
        if context.port and context.settings.host and _is_host(data.host, context.settings.host):
            data.host, data.port = "127.0.0.1", context.port

    def next_layer(self, nextlayer: NextLayer) -> None:
        """Our server speaks no TLS; whoever asks it by https gets that from the proxy."""
        context = nextlayer.context
        if (
            self._context.port
            and context.server.address == ("127.0.0.1", self._context.port)
            and not context.client.tls
            and nextlayer.data_client()[:1] == _TLS_HANDSHAKE
        ):
            nextlayer.layer = layers.ClientTLSLayer(context)

    def requestheaders(self, flow: http.HTTPFlow) -> bool:
        """Whether the request is for why403; then it is on its way there."""
        context = self._context
        data = flow.request.data
        if not context.port or flow.error is not None or not flow.live:
            return False
        if data.port == context.port and is_loopback(data.host):
            # The dashboard by its own address, from a browser that sends everything to the proxy.
            self._taken[flow.id] = _Taken(data.scheme, data.host, data.port, data.headers)
            return True
        named = context.settings.host and _is_host(flow.request.pretty_host, context.settings.host)
        if not named and not data.path.startswith(_PATH):
            return False
        peer = peer_address(flow.client_conn.peername)
        if named and not is_loopback(peer):
            flow.response = http.Response.make(403, b"", {"content-type": "text/plain"})
            return True
        self._send_on(flow, named=bool(named))
        return True

    def _send_on(self, flow: http.HTTPFlow, *, named: bool) -> None:
        context = self._context
        request = flow.request
        data = request.data
        asked = "" if named else f"{request.scheme}://{_authority(request)}"
        self._taken[flow.id] = _Taken(data.scheme, data.host, data.port, data.headers)
        kept = [f for f in data.headers.fields if f[0].lower() not in _OURS]
        kept += [(_OURS[0], context.inside.encode()), (_OURS[1], asked.encode())]
        data.headers = http.Headers(kept)
        # Not `request.host`: setting that would rewrite Host and the authority, too.
        data.scheme, data.host, data.port = b"http", "127.0.0.1", context.port
        flow.server_conn = Server(address=("127.0.0.1", context.port))

    def responseheaders(self, flow: http.HTTPFlow) -> bool:
        """Whether it is an answer of our own; it is passed on as it comes, since it may not end."""
        if not self._give_back(flow):
            return False
        if flow.response is not None and flow.response.status_code != 101:
            flow.response.stream = True
        return True

    def error(self, flow: http.HTTPFlow) -> bool:
        """Whether it was a request to us."""
        return self._give_back(flow)

    def _give_back(self, flow: http.HTTPFlow) -> bool:
        """Make the request again what the client sent, for views and recordings."""
        taken = self._taken.pop(flow.id, None) if self._taken else None
        if taken is None:
            return False
        data = flow.request.data
        data.scheme, data.host, data.port, data.headers = taken
        return True


def _is_host(host: str, name: str) -> bool:
    return len(host) == len(name) and host.lower() == name


def _authority(request: http.Request) -> str:
    """The server's name as the client sent it (`:authority`, or Host)."""
    return request.host_header or f"{request.host}:{request.port}"
