"""Who answers a refused request whose body is streamed?

mitmproxy cannot: a response set before a streamed body crashes it, and one set after is ignored
while the request goes upstream. So the request is pointed at a small server inside this process,
which reads the body to its end and sends the refusal. Only requests with a one-time token that
mitmproxy was just given are answered; everybody else finds a closed connection.
"""

from __future__ import annotations

import asyncio
import secrets
import socket
from typing import NamedTuple

from mitmproxy import http
from mitmproxy.connection import Server

_TOKEN = b"x-why403-sink"
# The header of the request is read whole: many fields make it long.
_LONGEST_HEAD = 1 << 24
_PIECE = 1 << 16
_FRAMING = (b"content-length", b"transfer-encoding", b"expect")


class _Taken(NamedTuple):
    """The request as it was, and what it is answered with."""

    token: bytes
    scheme: bytes
    host: str
    port: int
    headers: http.Headers


class Sink:
    """The server, opened when it is first needed."""

    def __init__(self) -> None:
        self._answers: dict[bytes, bytes] = {}
        self._taken: dict[str, _Taken] = {}
        self._listener: socket.socket | None = None
        self._serving: asyncio.Task[asyncio.Server] | None = None
        self._writers: set[asyncio.StreamWriter] = set()

    def take(self, flow: http.HTTPFlow, response: http.Response) -> None:
        """Point a live request here; it is answered with the response. Call it before the body."""
        port = self._open()
        request = flow.request
        data = request.data
        token = secrets.token_hex(16).encode()
        self._answers[token] = _on_the_wire(response, bodiless=data.method == b"HEAD")
        self._taken[flow.id] = _Taken(token, data.scheme, data.host, data.port, data.headers)
        # Only what frames the body goes here: no credential, nothing a parser could trip over.
        framing = [f for f in data.headers.fields if f[0].lower() in _FRAMING]
        if not any(name.lower() != b"expect" for name, _ in framing):
            # HTTP/2 frames the body itself; on the way here, in HTTP/1.1, nothing would.
            framing.append((b"transfer-encoding", b"chunked"))
        data.headers = http.Headers([(b"host", b"why403.invalid"), (_TOKEN, token), *framing])
        # Not `request.host`: setting that would rewrite Host and the authority, too.
        data.scheme, data.host, data.port = b"http", "127.0.0.1", port
        # A connection of its own: the one to the real server may be open, by QUIC, or by a proxy.
        flow.server_conn = Server(address=("127.0.0.1", port))
        flow.response = None
        request.stream = True

    def has(self, flow: http.HTTPFlow) -> bool:
        return flow.id in self._taken

    def give_back(self, flow: http.HTTPFlow) -> None:
        """Make the request again what the client sent, for views and recordings."""
        taken = self._taken.pop(flow.id, None)
        if taken is None:
            return
        self._answers.pop(taken.token, None)
        data = flow.request.data
        data.scheme, data.host, data.port = taken.scheme, taken.host, taken.port
        data.headers = taken.headers

    def close(self) -> None:
        """Stop serving. A request still on its way gets mitmproxy's 502."""
        if self._serving is not None:
            self._serving.add_done_callback(_close_server)
            self._serving = None
            self._listener = None
        for writer in tuple(self._writers):
            writer.transport.abort()

    def _open(self) -> int:
        if self._listener is None:
            # Bound at once, so that the port is known without waiting; connections queue up.
            self._listener = socket.create_server(("127.0.0.1", 0), backlog=128)
            self._listener.setblocking(False)
            self._serving = asyncio.get_running_loop().create_task(
                asyncio.start_server(self._serve, sock=self._listener, limit=_LONGEST_HEAD)
            )
        port: int = self._listener.getsockname()[1]
        return port

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        try:
            # mitmproxy may use the connection again for the next refused request.
            while (answer := await self._read(reader)) is not None:
                writer.write(answer)
                await writer.drain()
        except (OSError, EOFError, ValueError, asyncio.LimitOverrunError):
            pass  # the client left in the middle, or it was not mitmproxy
        finally:
            self._writers.discard(writer)
            writer.close()

    async def _read(self, reader: asyncio.StreamReader) -> bytes | None:
        """Read one request to its end; what it is answered with, or None for a stranger."""
        head = await reader.readuntil(b"\r\n\r\n")
        fields = {}
        for line in head.split(b"\r\n")[1:]:
            name, _, value = line.partition(b":")
            fields[name.strip().lower()] = value.strip()
        answer = self._answers.pop(fields.get(_TOKEN, b""), None)
        if answer is None:
            return None
        if b"chunked" in fields.get(b"transfer-encoding", b"").lower():
            await _drain_chunks(reader)
        else:
            await _drain(reader, int(fields.get(b"content-length", b"0")))
        return answer


async def _drain(reader: asyncio.StreamReader, length: int) -> None:
    while length > 0:
        piece = await reader.read(min(length, _PIECE))
        if not piece:
            raise EOFError
        length -= len(piece)


async def _drain_chunks(reader: asyncio.StreamReader) -> None:
    """A chunked body (RFC 9112 section 7.1), as mitmproxy writes it: without trailers."""
    while True:
        size = int((await reader.readuntil(b"\r\n")).partition(b";")[0], 16)
        await _drain(reader, size + 2)
        if size == 0:
            return


def _on_the_wire(response: http.Response, *, bodiless: bool) -> bytes:
    lines = [b"HTTP/1.1 %d %s" % (response.status_code, response.data.reason)]
    lines += [name + b": " + value for name, value in response.headers.fields]
    body = b"" if bodiless else response.raw_content or b""
    return b"\r\n".join([*lines, b"", body])


def _close_server(serving: asyncio.Task[asyncio.Server]) -> None:
    if not serving.cancelled() and serving.exception() is None:
        serving.result().close()
