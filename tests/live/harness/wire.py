"""HTTP/1.1, HTTP/2 and WebSocket frames on the server's side of one connection.

Sans-I/O parsers (h11, h2, wsproto: all come with mitmproxy) and a blocking socket.
"""

import socket
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import h2.config
import h2.connection
import h2.events
import h11
from wsproto.connection import Connection as WebSocketFrames
from wsproto.connection import ConnectionType
from wsproto.events import CloseConnection, Message, Ping

type Headers = tuple[tuple[str, str], ...]

READ_SIZE = 1 << 16
MAX_HEAD = 1 << 20


@dataclass(frozen=True, slots=True)
class ReceivedRequest:
    """A request as it arrived; names keep the case and the order of the wire (`:` ones left out).

    `host` is the Host header, or HTTP/2's `:authority`.
    """

    method: str
    path: str
    headers: Headers
    body: bytes
    http_version: str
    host: str
    client: str

    @property
    def body_length(self) -> int:
        return len(self.body)

    @property
    def chunked(self) -> bool:
        return (self.header("transfer-encoding") or "").lower() == "chunked"

    def header(self, name: str) -> str | None:
        """The first value of a header, whatever its case."""
        return next((v for n, v in self.headers if n.lower() == name.lower()), None)


@dataclass(frozen=True, slots=True)
class Reply:
    """What to answer. `chunks` replaces `body` by a stream of unknown length (SSE, slow bodies).

    A status of 101 to a WebSocket handshake is followed by an echo of every message.
    `raw` replaces everything by these bytes, which no library may refuse or tidy: HTTP/1.1 only,
    and it has to say itself where it ends, since the connection stays open.
    """

    status: int = 200
    headers: Iterable[tuple[str, str]] = ()
    body: bytes = b""
    chunks: Iterable[bytes] | None = None
    raw: bytes | None = None


type Exchange = Callable[[ReceivedRequest], Reply]


def serve_http1(sock: socket.socket, client: str, exchange: Exchange) -> None:
    """Answer requests until the peer closes the connection or wants it closed."""
    conn = h11.Connection(h11.SERVER, max_incomplete_event_size=MAX_HEAD)
    while (request := _read_http1(sock, conn, client)) is not None:
        reply = exchange(request)
        if reply.raw is not None:
            sock.sendall(reply.raw)
            conn = _begin_anew(conn)
            continue
        headers = [(n.encode("latin-1"), v.encode("latin-1")) for n, v in reply.headers]
        if reply.status == 101:
            sock.sendall(conn.send(h11.InformationalResponse(status_code=101, headers=headers)))
            _echo(sock, conn.trailing_data[0])
            return
        names = {name.lower() for name, _ in headers}
        bodiless = request.method == "HEAD" or reply.status in (204, 304)
        if not names & {b"content-length", b"transfer-encoding"} and reply.status != 204:
            headers.append(
                (b"Content-Length", str(len(reply.body)).encode())
                if reply.chunks is None
                else (b"Transfer-Encoding", b"chunked")
            )
        head = conn.send(h11.Response(status_code=reply.status, headers=headers))
        sock.sendall(head or b"")
        for part in () if bodiless else _parts(reply):
            sock.sendall(conn.send(h11.Data(data=part)) or b"")
        sock.sendall(conn.send(h11.EndOfMessage()) or b"")
        if conn.our_state is h11.MUST_CLOSE:
            return
        conn.start_next_cycle()


def _begin_anew(conn: h11.Connection) -> h11.Connection:
    """A connection for the next request, when h11 did not see the answer to the last."""
    anew = h11.Connection(h11.SERVER, max_incomplete_event_size=MAX_HEAD)
    early, closed = conn.trailing_data
    if early:
        anew.receive_data(early)
    if closed:
        anew.receive_data(b"")
    return anew


def _read_http1(sock: socket.socket, conn: h11.Connection, client: str) -> ReceivedRequest | None:
    request: h11.Request | None = None
    body = bytearray()
    while True:
        event = conn.next_event()
        if event is h11.NEED_DATA:
            if conn.they_are_waiting_for_100_continue:
                go_on = h11.InformationalResponse(status_code=100, headers=[])
                sock.sendall(conn.send(go_on) or b"")
            conn.receive_data(sock.recv(READ_SIZE))
        elif isinstance(event, h11.Request):
            request = event
        elif isinstance(event, h11.Data):
            body += event.data
        elif isinstance(event, h11.EndOfMessage) and request is not None:
            headers = tuple(_text(pair) for pair in request.headers.raw_items())
            return ReceivedRequest(
                method=request.method.decode("latin-1"),
                path=request.target.decode("latin-1"),
                headers=headers,
                body=bytes(body),
                http_version=request.http_version.decode("latin-1"),
                host=next((v for n, v in headers if n.lower() == "host"), ""),
                client=client,
            )
        else:
            return None


def serve_http2(sock: socket.socket, client: str, exchange: Exchange) -> None:
    """Answer the streams of one HTTP/2 connection, one after the other."""
    config = h2.config.H2Configuration(client_side=False, header_encoding="utf-8")
    conn = h2.connection.H2Connection(config)
    conn.initiate_connection()
    heads: dict[int, list[tuple[str, str]]] = {}
    bodies: dict[int, bytearray] = {}
    unsent: dict[int, bytearray] = {}
    while True:
        _flush(conn, unsent)
        sock.sendall(conn.data_to_send())
        data = sock.recv(READ_SIZE)
        if not data:
            return
        for event in conn.receive_data(data):
            match event:
                case h2.events.RequestReceived():
                    heads[event.stream_id] = [(str(n), str(v)) for n, v in event.headers]
                    bodies[event.stream_id] = bytearray()
                case h2.events.DataReceived():
                    bodies[event.stream_id] += event.data
                    conn.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
                case h2.events.StreamEnded():
                    head, body = heads.pop(event.stream_id), bodies.pop(event.stream_id)
                    reply = exchange(_from_http2(head, bytes(body), client))
                    headers = [(n.lower(), v) for n, v in reply.headers]
                    conn.send_headers(event.stream_id, [(":status", str(reply.status)), *headers])
                    unsent[event.stream_id] = bytearray(b"".join(_parts(reply)))
                case h2.events.StreamReset():
                    for streams in (heads, bodies, unsent):
                        streams.pop(event.stream_id, None)
                case h2.events.ConnectionTerminated():
                    return


def _flush(conn: h2.connection.H2Connection, unsent: dict[int, bytearray]) -> None:
    """Send as much of every body as the peer's flow-control windows allow."""
    for stream, body in list(unsent.items()):
        while body:
            room = min(conn.local_flow_control_window(stream), conn.max_outbound_frame_size)
            if room <= 0:
                break
            conn.send_data(stream, bytes(body[:room]))
            del body[:room]
        if not body:
            conn.end_stream(stream)
            del unsent[stream]


def _from_http2(head: list[tuple[str, str]], body: bytes, client: str) -> ReceivedRequest:
    pseudo = {name: value for name, value in head if name.startswith(":")}
    headers = tuple((name, value) for name, value in head if not name.startswith(":"))
    host = pseudo.get(":authority", dict(headers).get("host", ""))
    return ReceivedRequest(
        pseudo[":method"], pseudo.get(":path", ""), headers, body, "2", host, client
    )


def _parts(reply: Reply) -> Iterable[bytes]:
    return [reply.body] if reply.chunks is None else reply.chunks


def _text(pair: tuple[bytes, bytes]) -> tuple[str, str]:
    return pair[0].decode("latin-1"), pair[1].decode("latin-1")


def _echo(sock: socket.socket, early: bytes) -> None:
    """Return every WebSocket message to its sender until it closes."""
    frames = WebSocketFrames(ConnectionType.SERVER, trailing_data=early)
    while True:
        for event in frames.events():
            match event:
                case Message():
                    echoed = Message(data=event.data, message_finished=event.message_finished)
                    sock.sendall(frames.send(echoed))
                case Ping():
                    sock.sendall(frames.send(event.response()))
                case CloseConnection():
                    sock.sendall(frames.send(event.response()))
                    return
        data = sock.recv(READ_SIZE)
        if not data:
            return
        frames.receive_data(data)
