"""Where do the dashboard and the overlay get what they show?

From a server on a loopback port of its own, in mitmproxy's own loop: what it answers is at hand and
asks nobody. The port is bound at once, so that it is known before anything is served.
"""

from __future__ import annotations

import logging
import socket

from tornado.httpserver import HTTPServer
from tornado.web import Application

from addons.dashboard import entries, overlay_api
from addons.dashboard.context import Context
from addons.dashboard.guard import Guarded
from simulator.problem import Fault, quote

logger = logging.getLogger("why403")

_LARGEST_BODY = 4 * 1024 * 1024  # a policy that is edited
_LARGEST_HEAD = 256 * 1024  # a page's cookies come along


class Server:
    """The server; `start` and `stop` do not wait, since mitmproxy loads a script again so."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._server: HTTPServer | None = None
        self.address = ""  # what it was started with

    def follow(self) -> None:
        """Serve, or stop, as the options have it now. Call it inside the running loop."""
        settings = self._context.settings
        wanted = settings.dashboard or ("127.0.0.1:0" if settings.overlay else "")
        if wanted == self.address and (self._server is not None or not wanted):
            return
        self.stop()
        if not wanted:
            return
        try:
            self.start(wanted)
        except Fault as fault:
            logger.error("why403: %s", fault)
            return
        if settings.dashboard:
            context = self._context
            logger.info("why403: what passes is at %sapi/, token %s", context.url, context.token)

    def start(self, address: str) -> None:
        """Serve at HOST:PORT; port 0 is any free one. Raises Fault."""
        host, _, port = address.rpartition(":")
        try:
            listener = _listen(host.strip("[]"), int(port))
        except OSError as error:
            cause = (error.strerror or str(error)).lower()
            raise Fault(
                f"the dashboard cannot listen on {quote(address)}",
                cause,
                "name another port, or 0 for any free one",
            ) from None
        context = self._context
        application = Application(
            [*overlay_api.routes(context), *entries.routes(context)],
            default_handler_class=NotFound,
            default_handler_args={"context": context},
            log_function=_say_nothing,
            # A stream is written to until its reader has left; see `entries.Stream`.
            websocket_ping_interval=0,
        )
        self._server = HTTPServer(
            application,
            max_body_size=_LARGEST_BODY,
            max_header_size=_LARGEST_HEAD,
            idle_connection_timeout=60,
        )
        self._server.add_sockets([listener])
        self.address = address
        context.port = listener.getsockname()[1]

    def stop(self) -> None:
        """Serve no more. Streams end by themselves when they see that the port is gone."""
        if self._server is not None:
            self._server.stop()
            for connection in tuple(self._server._connections):
                connection.stream.close()
            self._server = None
        self.address = ""
        self._context.port = 0


class NotFound(Guarded):
    """Whatever else is asked for."""

    def prepare(self) -> None:
        super().prepare()
        if not self._finished:
            self.write_error(404)


def _listen(host: str, port: int) -> socket.socket:
    """A socket that listens. Not tornado's: it leaves one open where the port is taken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.create_server((host, port), family=family, backlog=128)
    listener.setblocking(False)
    return listener


def _say_nothing(handler: object) -> None:
    """Tornado would log each request; the proxy's log is for those that pass the proxy."""
