"""How does a mitmproxy flow read as a request, and an answer as a mitmproxy response?

The only file that knows both vocabularies. A policy judges the request as the server will get it:
the URL is made of the scheme, the Host field (`:authority` in HTTP/2) and the path as sent.
In reverse mode mitmproxy has replaced Host by its target's before any addon sees the request,
unless `keep_host_header` is set; the policy then sees what the server sees too.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterable
from functools import lru_cache
from ipaddress import IPv6Address, ip_address

from mitmproxy import http
from mitmproxy.net.http import status_codes

from simulator import Headers, Request, Response

# What may stand in Host. A slash or a question mark in it would make another URL of it, and so
# let a client choose the path that is judged.
_AUTHORITY = re.compile(
    rb"[A-Za-z0-9.\-_~%!$&'()*+,;=]+(:[0-9]{0,5})?\Z|\[[0-9A-Fa-f:.]+\](:[0-9]{0,5})?\Z"
)
_BREAKS = re.compile(r"[\r\n\0]")
_NO_CONTENT = (204, 304)


def read_request(flow: http.HTTPFlow, client: str) -> Request:
    """The flow's request, without its body; `client` is the address taken for the peer's.

    Raises Fault where no URL can be made of it.
    """
    data = flow.request.data
    raw = data.headers.fields
    try:
        fields = [(name.decode(), value.decode()) for name, value in raw]
    except UnicodeDecodeError:
        fields = [(text(name), text(value)) for name, value in raw]
    url = f"{text(data.scheme)}://{_authority(data)}{_path(data.path)}"
    return Request(text(data.method), url, Headers(fields), client=client, at=data.timestamp_start)


def has_field(message: http.Message, name: bytes) -> bool:
    """Whether a field of this name, in lower case, is there. Cheaper than mitmproxy's own `in`."""
    length = len(name)
    for field in message.data.headers.fields:
        if len(field[0]) == length and field[0].lower() == name:
            return True
    return False


def read_response(response: http.Response) -> Response:
    """The status and fields, without the body. A field's code points are its bytes: browsers
    compare those."""
    fields = [(n.decode("latin-1"), v.decode("latin-1")) for n, v in response.headers.fields]
    return Response(response.status_code, fields)


def text(raw: bytes) -> str:
    """Bytes of a field: UTF-8 if they are, otherwise byte by byte. Never a lone surrogate."""
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw.decode("latin-1")


def _authority(data: http.RequestData) -> str:
    """What the server takes for its own name; the address of the connection if that is none."""
    sent = b""
    if data.http_version in (b"HTTP/2.0", b"HTTP/3"):
        sent = data.authority
    if not sent:
        for name, value in data.headers.fields:
            if len(name) == 4 and name.lower() == b"host":
                sent = value
                break
    return _named(sent) or _connected(data.host, data.port)


@lru_cache(maxsize=1024)
def _named(sent: bytes) -> str | None:
    return sent.decode("ascii") if _AUTHORITY.match(sent) else None


def _connected(host: str, port: int) -> str:
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _path(raw: bytes) -> str:
    """The path and query. `*` asks for the server as a whole; a `#` is no fragment on the wire."""
    if raw == b"*":
        return "/"
    path = text(raw)
    if "#" in path:
        path = path.replace("#", "%23")
    return path if path.startswith("/") else f"/{path}"


def peer_address(peername: object) -> str:
    """The address that connected; empty where there is none, as on a Unix socket."""
    if not isinstance(peername, (tuple, list)) or not peername:
        return ""
    return str(peername[0]).partition("%")[0]


@lru_cache(maxsize=1024)
def is_loopback(address: str) -> bool:
    """Whether the address is this machine's own."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return False
    mapped = parsed.ipv4_mapped if isinstance(parsed, IPv6Address) else None
    return (mapped or parsed).is_loopback


def write_response(response: Response, *, method: str) -> http.Response:
    """The answer as mitmproxy sends it, with the length of its body."""
    fields = list(write_fields(response.headers))
    body = b"" if method == "HEAD" else response.body
    if method != "HEAD" and response.status not in _NO_CONTENT:
        fields.append((b"content-length", b"%d" % len(body)))
    now = time.time()
    return http.Response(
        b"HTTP/1.1",
        response.status,
        status_codes.RESPONSES.get(response.status, "").encode(),
        http.Headers(fields),
        body,
        None,
        now,
        now,
    )


def write_fields(fields: Iterable[tuple[str, str]]) -> tuple[tuple[bytes, bytes], ...]:
    """Fields as bytes. A value that a client made up must not start a line of its own."""
    return tuple([_written(pair) for pair in fields])


# The same few fields go on most answers.
@lru_cache(maxsize=1024)
def _written(pair: tuple[str, str]) -> tuple[bytes, bytes]:
    return pair[0].encode(), _BREAKS.sub(" ", pair[1]).encode()
