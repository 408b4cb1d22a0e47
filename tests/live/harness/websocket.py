"""A WebSocket handshake by a client that shows the refusal: a browser hides status and body."""

import base64
import http.client
import os
import ssl
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from wsproto.connection import Connection, ConnectionType
from wsproto.events import Message

type Headers = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class HandshakeResult:
    """The answer to the handshake; `echoed` is what came back for the message sent after a 101."""

    status: int
    headers: Headers
    body: bytes
    echoed: str | None

    def header(self, name: str) -> str | None:
        """The first value of a header, whatever its case."""
        return next((v for n, v in self.headers if n.lower() == name.lower()), None)


def websocket_handshake(
    url: str,
    *,
    proxy: str | None = None,
    ca: Path | None = None,
    headers: Iterable[tuple[str, str]] = (),
    message: str | None = None,
    timeout: float = 10,
) -> HandshakeResult:
    """Ask for a WebSocket at `ws://...` or `wss://...`, by CONNECT through a proxy as browsers do.

    After a 101, send `message` and wait for the answer to it. `headers` may have `Origin`.
    """
    parts = urlsplit(url)
    assert parts.hostname is not None
    port = parts.port or (443 if parts.scheme == "wss" else 80)
    host, via = (parts.hostname, port), parts.hostname
    if proxy is not None:
        via, _, proxy_port = proxy.rpartition(":")
        port = int(proxy_port)
    connection = (
        http.client.HTTPConnection(via, port, timeout=timeout)
        if parts.scheme == "ws"
        else http.client.HTTPSConnection(
            via, port, timeout=timeout, context=ssl.create_default_context(cafile=ca)
        )
    )
    try:
        if proxy is not None:
            connection.set_tunnel(*host)
        connection.putrequest("GET", parts.path or "/", skip_host=True, skip_accept_encoding=True)
        for name, value in (
            ("Host", parts.netloc),
            ("Upgrade", "websocket"),
            ("Connection", "Upgrade"),
            ("Sec-WebSocket-Key", base64.b64encode(os.urandom(16)).decode()),
            ("Sec-WebSocket-Version", "13"),
            *headers,
        ):
            connection.putheader(name, value)
        connection.endheaders()
        response = connection.getresponse()
        with response:
            echoed = None
            if response.status == 101 and message is not None:
                echoed = _exchange(connection, message)
            body = b"" if response.status == 101 else response.read()
            return HandshakeResult(response.status, tuple(response.getheaders()), body, echoed)
    finally:
        connection.close()


def _exchange(connection: http.client.HTTPConnection, message: str) -> str:
    """Send one message and return the next one."""
    sock = connection.sock
    frames = Connection(ConnectionType.CLIENT)
    sock.sendall(frames.send(Message(data=message)))
    parts: list[str] = []
    while True:
        data = sock.recv(1 << 16)
        if not data:
            raise ConnectionError("the WebSocket was closed before a message came")
        frames.receive_data(data)
        for event in frames.events():
            if isinstance(event, Message):
                parts.append(str(event.data))
                if event.message_finished:
                    return "".join(parts)
