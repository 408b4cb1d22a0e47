"""The dashboard's server, asked by sockets of our own."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any

import pytest
from tornado.httpclient import AsyncHTTPClient, HTTPRequest, HTTPResponse

from addons.dashboard.context import Context
from addons.dashboard.server import Server

CHANGE = {"x-why403": "1"}


class Asking:
    """Questions to a server that runs."""

    def __init__(self, context: Context) -> None:
        self.context = context

    @property
    def token(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.context.token}"}

    def inside(self, asked: str = "") -> dict[str, str]:
        """What the proxy adds to what it sends on."""
        host = asked.partition("://")[2] or self.context.settings.host
        return {"Host": host, "x-why403-inside": self.context.inside, "x-why403-asked": asked}

    async def ask(
        self,
        path: str,
        headers: Mapping[str, str] | None = None,
        *,
        method: str = "GET",
        body: str | None = None,
    ) -> HTTPResponse:
        request = HTTPRequest(
            f"http://127.0.0.1:{self.context.port}{path}",
            method,
            dict(headers or {}),
            body if body is not None or method != "POST" else "",
            follow_redirects=False,
            allow_nonstandard_methods=True,
            request_timeout=10,
        )
        return await AsyncHTTPClient().fetch(request, raise_error=False)

    async def json(self, path: str, headers: Mapping[str, str] | None = None, **rest: Any) -> Any:
        response = await self.ask(path, self.token | dict(headers or {}), **rest)
        assert response.code == 200, response.body
        return json.loads(response.body)

    async def raw(
        self, path: str, headers: Mapping[str, str]
    ) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """A connection on which this was asked."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.context.port)
        fields = {"Host": f"127.0.0.1:{self.context.port}", **headers}
        lines = [f"GET {path} HTTP/1.1", *(f"{name}: {value}" for name, value in fields.items())]
        writer.write("\r\n".join([*lines, "", ""]).encode())
        await writer.drain()
        return reader, writer


type Play = Callable[[Callable[[Asking], Awaitable[None]]], None]


@asynccontextmanager
async def serving(context: Context) -> AsyncIterator[Asking]:
    server = Server(context)
    server.start("127.0.0.1:0")
    try:
        yield Asking(context)
    finally:
        server.stop()
        await asyncio.sleep(0.15)  # streams look whether the port is still there


@pytest.fixture
def play(rig: Any) -> Play:
    """Run a story against the server of the rig's chain."""

    def run(story: Callable[[Asking], Awaitable[None]]) -> None:
        async def whole() -> None:
            async with serving(rig.chain.context) as asking:
                await story(asking)

        rig.context.master.event_loop.run_until_complete(whole())

    return run
