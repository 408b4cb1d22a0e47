"""Is the server there when it is wanted, and gone when it is not?"""

from __future__ import annotations

import asyncio
import socket
from typing import Any

import pytest

from addons.dashboard.server import Server
from simulator.problem import Fault


def run(rig: Any, story: Any) -> None:
    rig.context.master.event_loop.run_until_complete(story())


def is_open(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


def test_it_follows_the_options(rig: Any) -> None:
    context, server = rig.chain.context, Server(rig.chain.context)

    async def story() -> None:
        server.follow()
        assert context.port == 0

        rig.use(policy=[], dashboard="127.0.0.1:0")
        server.follow()
        first = context.port
        assert is_open(first)
        assert context.url == f"http://127.0.0.1:{first}/"
        server.follow()
        assert context.port == first

        rig.use(policy=[], dashboard="")
        server.follow()
        await asyncio.sleep(0)
        assert (context.port, context.url) == (0, "")
        assert not is_open(first)

    run(rig, story)


def test_the_overlay_has_it_without_a_dashboard(rig: Any) -> None:
    server = Server(rig.chain.context)

    async def story() -> None:
        rig.use(policy=[], overlay=True)
        server.follow()
        assert is_open(rig.chain.context.port)
        server.stop()

    run(rig, story)


def test_a_port_that_is_taken_is_told(rig: Any, caplog: pytest.LogCaptureFixture) -> None:
    server = Server(rig.chain.context)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"

        async def story() -> None:
            with pytest.raises(Fault, match=r"cannot listen on `127\.0\.0\.1:.*already in use"):
                server.start(address)
            rig.use(policy=[], dashboard=address)
            server.follow()

        run(rig, story)

    assert rig.chain.context.port == 0
    assert "cannot listen on" in caplog.text


def test_the_chain_starts_it_and_ends_it(rig: Any) -> None:
    context = rig.chain.context

    async def story() -> None:
        rig.chain.running()
        rig.use(policy=[], dashboard="127.0.0.1:0")
        port = context.port
        assert is_open(port)
        rig.chain.done()
        await asyncio.sleep(0)
        assert not is_open(port)

    run(rig, story)
