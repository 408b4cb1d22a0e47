"""How does mitmproxy run inside a command of ours?"""

from __future__ import annotations

import asyncio
import socket
from pathlib import Path

import pytest
from mitmproxy.exceptions import OptionsError

from addons.chain import Chain
from addons.embedding import proxying
from simulator.problem import Fault


def test_it_listens_with_the_addon_in_it_and_ends(tmp_path: Path) -> None:
    chain = Chain()

    async def story() -> tuple[str, int]:
        options = {"why403_overlay": True, "why403_mode": "annotate"}
        async with proxying(chain, "regular@127.0.0.1:0", confdir=tmp_path, **options) as address:
            socket.create_connection(address, timeout=5).close()
            assert chain.settings.mode == "annotate"
            assert chain.context.port
            assert (tmp_path / "mitmproxy-ca-cert.pem").is_file()
            return address

    address = asyncio.run(story())

    assert chain.context.port == 0
    with pytest.raises(OSError, match="refused"):
        socket.create_connection(address, timeout=5)


def test_an_option_that_cannot_be_is_told(tmp_path: Path) -> None:
    async def story() -> None:
        async with proxying(
            Chain(), "regular@127.0.0.1:0", confdir=tmp_path, why403_client="nobody"
        ):
            pass

    with pytest.raises(OptionsError, match="`nobody` is not an address"):
        asyncio.run(story())


def test_a_port_that_is_taken_is_told(tmp_path: Path) -> None:
    async def story(port: int) -> None:
        async with proxying(Chain(), f"regular@127.0.0.1:{port}", confdir=tmp_path):
            pass

    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(Fault, match=f"cannot listen as `regular@127.0.0.1:{port}`"):
            asyncio.run(story(port))
