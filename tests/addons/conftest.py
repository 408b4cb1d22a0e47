"""A mitmproxy without sockets: the addons in their order, and flows to send through them."""

import asyncio
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

with warnings.catch_warnings():
    # What mitmproxy is made of warns of its own future when it is imported, and only then.
    warnings.simplefilter("ignore", DeprecationWarning)
    from mitmproxy import connection, hooks, http
    from mitmproxy.proxy.layers.http import (
        HttpErrorHook,
        HttpRequestHeadersHook,
        HttpRequestHook,
        HttpResponseHeadersHook,
        HttpResponseHook,
    )
    from mitmproxy.test import taddons

    from addons.chain import Chain

POLICY = """\
hosts: [api.test]
cors:
  origins: [https://app.test]
  methods: [DELETE]
  headers: [x-api-key]
  expose: [x-request-id]
  max_age: 60
roles:
  reader: [orders:read]
keys:
  - {id: web, key: web-demo, roles: [reader]}
routes:
  - {path: /open, methods: [GET], public: true}
  - {path: /orders, methods: [GET, POST], scopes: [orders:read]}
  - {path: /orders, methods: [DELETE], scopes: [orders:write]}
  - path: /limited
    methods: [GET]
    public: true
    rate_limits: [{per: client, quota: 2/hour}]
  - path: /inside
    methods: [GET]
    public: true
    network: {default: deny, allow: [10.0.0.0/8]}
"""

type Fields = Sequence[tuple[str, str]]


def make_flow(
    url: str = "https://api.test/open",
    method: str = "GET",
    headers: Fields = (),
    *,
    peer: Any = ("127.0.0.1", 50000),
    version: str = "HTTP/1.1",
    live: bool = True,
    at: float = 1_764_000_000.0,
) -> http.HTTPFlow:
    """A flow as it is when its request headers have come."""
    client = connection.Client(
        peername=peer, sockname=("127.0.0.1", 8080), state=connection.ConnectionState.OPEN
    )
    flow = http.HTTPFlow(client, connection.Server(address=None))
    request = http.Request.make(method, url)
    request.http_version = version
    request.headers.clear()
    authority = url.partition("://")[2].partition("/")[0]
    request.authority = authority if version == "HTTP/2.0" else ""
    fields = [] if version == "HTTP/2.0" else [("Host", authority)]
    request.headers.fields = tuple((n.encode(), v.encode()) for n, v in (*fields, *headers))
    request.timestamp_start = at
    flow.request = request
    flow.live = live
    return flow


class Rig:
    """The chain of addons; each event is followed by `update`, as in mitmproxy."""

    def __init__(self, folder: Path) -> None:
        self.policy = folder / "shop.yaml"
        self.policy.write_text(POLICY)
        self.context = taddons.context()
        self.options = self.context.options
        # What the addons read of options that belong to addons not loaded here.
        self.options.add_option("stream_large_bodies", str | None, None, "")
        self.options.add_option("onboarding", bool, True, "")
        self.options.add_option("onboarding_host", str, "mitm.it", "")
        self.options.add_option("keep_host_header", bool, False, "")
        self.chain = Chain()
        self.manager = self.context.master.addons
        self.manager.add(self.chain)

    def use(self, **options: Any) -> None:
        """Set options; without a word on the policy, the one in the folder is used."""
        values = {f"why403_{name}": value for name, value in options.items()}
        self.options.update(**{"why403_policy": [str(self.policy)], **values})

    def run(self, *events: hooks.Hook) -> None:
        async def trigger() -> None:
            for event in events:
                await self.manager.handle_lifecycle(event)

        self.context.master.event_loop.run_until_complete(trigger())

    def request(self, flow: http.HTTPFlow) -> http.HTTPFlow:
        """The request's headers and its end."""
        self.run(HttpRequestHeadersHook(flow), HttpRequestHook(flow))
        return flow

    def respond(
        self, flow: http.HTTPFlow, status: int = 200, headers: Fields = (), body: bytes = b"real"
    ) -> http.Response:
        """What the server, or who answered in its place, sends."""
        if flow.response is None:
            flow.response = http.Response.make(status, body, dict(headers))
            flow.response.headers.fields = tuple((n.encode(), v.encode()) for n, v in headers)
            flow.response.headers["content-length"] = str(len(body))
        self.run(HttpResponseHeadersHook(flow), HttpResponseHook(flow))
        return flow.response

    def exchange(self, flow: http.HTTPFlow, *args: Any, **kwargs: Any) -> http.Response:
        """Request and response."""
        return self.respond(self.request(flow), *args, **kwargs)

    def fail(self, flow: http.HTTPFlow) -> None:
        self.run(HttpErrorHook(flow))

    def close(self) -> None:
        loop = self.context.master.event_loop
        loop.run_until_complete(self.manager.trigger_event(hooks.DoneHook()))
        for task in asyncio.all_tasks(loop):
            task.cancel()
        loop.run_until_complete(asyncio.sleep(0))
        loop.close()


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    opened = Rig(tmp_path)
    yield opened
    opened.close()


@pytest.fixture
def flow() -> Callable[..., http.HTTPFlow]:
    return make_flow


@pytest.fixture
def fields() -> Callable[[http.Response], Mapping[str, str]]:
    return lambda response: {n.lower(): v for n, v in response.headers.items(multi=True)}
