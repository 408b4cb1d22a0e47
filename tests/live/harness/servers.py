"""Small real servers on 127.0.0.1 that record what reaches them.

with PlainServer(lambda request: Reply(200, [("Content-Type", "text/plain")], b"hi")) as server:
    ...
    assert server.received[0].method == "GET"
"""

import base64
import contextlib
import hashlib
import socket
import ssl
import threading
from collections.abc import Callable, Iterable, Mapping
from types import TracebackType
from typing import Self

import h2.exceptions
import h11

from .certs import Certificate
from .wire import Exchange, ReceivedRequest, Reply, serve_http1, serve_http2

__all__ = ["PlainServer", "ReceivedRequest", "Reply", "TlsServer", "accept_websocket", "routes"]

IDLE_TIMEOUT = 60.0
JOIN_TIMEOUT = 10.0
# RFC 6455, section 1.3
WEBSOCKET_GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


class PlainServer:
    """http:// on a free port; `answer` is called in a thread of the connection.

    An exception in `answer` becomes a 500 and, at the end of the `with` block, an AssertionError.
    """

    scheme = "http"

    def __init__(self, answer: Exchange) -> None:
        self._answer = answer
        self._changed = threading.Condition()
        self._received: list[ReceivedRequest] = []
        self._errors: list[BaseException] = []
        self._sockets: set[socket.socket] = set()
        self._threads: list[threading.Thread] = []
        self._closing = False
        # Connections that broke: a refused certificate, a peer that left in mid-request.
        self.connection_errors: list[str] = []

    def __enter__(self) -> Self:
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port: int = self._listener.getsockname()[1]
        self._accepting = threading.Thread(target=self._accept, name=f"accept-{self.port}")
        self._accepting.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with self._changed:
            self._closing = True
            open_sockets = list(self._sockets)
        _shut_down(self._listener)  # closing alone would not wake accept()
        self._accepting.join(JOIN_TIMEOUT)
        self._listener.close()
        for sock in open_sockets:
            _shut_down(sock)
        for thread in self._threads:
            thread.join(JOIN_TIMEOUT)
        alive = [thread.name for thread in self._threads if thread.is_alive()]
        if error is None and (self._errors or alive):
            cause = self._errors[0] if self._errors else None
            raise AssertionError(f"the server failed: {self._errors}, alive: {alive}") from cause

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def received(self) -> list[ReceivedRequest]:
        """The requests so far, each complete with its body."""
        with self._changed:
            return list(self._received)

    def origin(self, host: str = "127.0.0.1") -> str:
        """This server's origin under a name, such as `https://app.test:41234`."""
        return f"{self.scheme}://{host}:{self.port}"

    def clear(self) -> None:
        """Forget the requests received so far."""
        with self._changed:
            self._received.clear()

    def wait_for_request(
        self, path: str, *, method: str | None = None, timeout: float = 10
    ) -> ReceivedRequest:
        """The first request for a path (query included), waiting until it has come."""

        def find() -> ReceivedRequest | None:
            matching = (r for r in self._received if r.path == path)
            return next((r for r in matching if method in (None, r.method)), None)

        with self._changed:
            self._changed.wait_for(lambda: find() is not None, timeout)
            found = find()
            if found is None:
                seen = [f"{r.method} {r.path}" for r in self._received]
                raise TimeoutError(f"no request for {path} after {timeout} s; there is {seen}")
            return found

    def _accept(self) -> None:
        while True:
            try:
                sock, peer = self._listener.accept()
            except OSError:
                return  # shut down by __exit__
            thread = threading.Thread(
                target=self._serve, args=(sock, peer[0]), name=f"serve-{self.port}", daemon=True
            )
            self._threads.append(thread)
            thread.start()

    def _serve(self, raw: socket.socket, client: str) -> None:
        raw.settimeout(IDLE_TIMEOUT)
        raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sock = raw
        try:
            sock = self._wrap(raw)
            with self._changed:
                self._sockets.add(sock)
                if self._closing:
                    return
            self._converse(sock, client)
        except (OSError, h11.ProtocolError, h2.exceptions.H2Error) as error:
            if not self._closing:
                self.connection_errors.append(f"{type(error).__name__}: {error}")
        finally:
            with self._changed:
                self._sockets.discard(sock)
            sock.close()

    def _wrap(self, raw: socket.socket) -> socket.socket:
        return raw

    def _converse(self, sock: socket.socket, client: str) -> None:
        serve_http1(sock, client, self._exchange)

    def _exchange(self, request: ReceivedRequest) -> Reply:
        with self._changed:
            self._received.append(request)
            self._changed.notify_all()
        try:
            return self._answer(request)
        except Exception as error:
            self._errors.append(error)
            return Reply(500, [("Content-Type", "text/plain")], repr(error).encode())


class TlsServer(PlainServer):
    """https:// with a certificate of `certs.Authority`; HTTP/2 too if asked for."""

    scheme = "https"

    def __init__(self, answer: Exchange, certificate: Certificate, *, http2: bool = False) -> None:
        super().__init__(answer)
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(certificate.cert_file, certificate.key_file)
        self._context.set_alpn_protocols(["h2", "http/1.1"] if http2 else ["http/1.1"])

    def _wrap(self, raw: socket.socket) -> socket.socket:
        return self._context.wrap_socket(raw, server_side=True, do_handshake_on_connect=False)

    def _converse(self, sock: socket.socket, client: str) -> None:
        assert isinstance(sock, ssl.SSLSocket)
        sock.do_handshake()
        if sock.selected_alpn_protocol() == "h2":
            serve_http2(sock, client, self._exchange)
        else:
            serve_http1(sock, client, self._exchange)


def routes(table: Mapping[str, Callable[[ReceivedRequest], Reply] | Reply]) -> Exchange:
    """Answer by path without its query; what is not in the table is a 404."""

    def answer(request: ReceivedRequest) -> Reply:
        found = table.get(request.path.partition("?")[0], Reply(404))
        return found if isinstance(found, Reply) else found(request)

    return answer


def accept_websocket(request: ReceivedRequest, headers: Iterable[tuple[str, str]] = ()) -> Reply:
    """Complete a WebSocket handshake (RFC 6455, section 4.2.2); 400 if it is not one."""
    key = request.header("sec-websocket-key")
    if (request.header("upgrade") or "").lower() != "websocket" or key is None:
        return Reply(400, [("Content-Type", "text/plain")], b"not a WebSocket handshake")
    accept = base64.b64encode(hashlib.sha1((key + WEBSOCKET_GUID).encode()).digest()).decode()
    upgrade = (
        ("Upgrade", "websocket"),
        ("Connection", "Upgrade"),
        ("Sec-WebSocket-Accept", accept),
    )
    return Reply(101, (*upgrade, *headers))


def _shut_down(sock: socket.socket) -> None:
    """Wake whoever reads a socket; not SSLSocket's own method, which changes state under them."""
    with contextlib.suppress(OSError):  # the peer may have been quicker
        socket.socket.shutdown(sock, socket.SHUT_RDWR)
