"""Two sites and a proxy between them and the browser: what the self-test plays with."""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass

from .certs import Authority
from .proxy import Mitmdump
from .servers import ReceivedRequest, Reply, TlsServer, accept_websocket, routes

HTML = [("Content-Type", "text/html; charset=utf-8")]


@dataclass(frozen=True, slots=True)
class World:
    """https://app.test and https://api.test behind one proxy."""

    authority: Authority
    app: TlsServer
    api: TlsServer
    proxy: Mitmdump


def allow_app(request: ReceivedRequest) -> Reply:
    headers = [
        ("Access-Control-Allow-Origin", request.header("origin") or "*"),
        ("Access-Control-Allow-Methods", "PUT"),
        ("X-Mixed-Case", "Kept"),
    ]
    return Reply(204 if request.method == "OPTIONS" else 200, headers, b"allowed")


def refuse_socket(_: ReceivedRequest) -> Reply:
    return Reply(403, [("Content-Type", "text/plain")], b"no sockets for you")


API = routes(
    {
        "/open": allow_app,
        "/closed": Reply(403, [("Content-Type", "application/json")], b'{"why": "no"}'),
        "/moved": Reply(302, [("Location", "/open")]),
        "/upload": lambda request: Reply(200, (), str(request.body_length).encode()),
        "/large": Reply(200, (), b"x" * 300_000),
        "/stream": Reply(200, (), chunks=(b"one ", b"two")),
        "/socket": accept_websocket,
        "/no-socket": refuse_socket,
    }
)
APP = routes(
    {
        "/": Reply(
            200, HTML, b"<!doctype html><title>app</title><body style='background:red'>here"
        ),
        "/password": Reply(401, [*HTML, ("WWW-Authenticate", "Basic realm=x")], b"who are you?"),
        "/frame": lambda request: Reply(
            200, HTML, f"<iframe src='{request.path.partition('?')[2]}'></iframe>".encode()
        ),
    }
)


@contextlib.contextmanager
def open_world() -> Iterator[World]:
    """Start the servers and the proxy; none of its scripts may have raised at the end."""
    with Authority() as authority:
        certificate = authority.issue("app.test", "api.test", "127.0.0.1")
        with (
            TlsServer(APP, certificate) as app,
            TlsServer(API, certificate, http2=True) as api,
            Mitmdump(
                hosts={"app.test": None, "api.test": None, "api.test:443": api.port},
                upstream_ca=authority.ca_file,
            ) as proxy,
        ):
            yield World(authority, app, api, proxy)
            assert proxy.problems == []
