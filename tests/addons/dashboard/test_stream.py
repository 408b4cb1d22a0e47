"""How do readers get what is new at once?"""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from addons.dashboard import stream as streams
from addons.dashboard.stream import MOST


async def read_event(reader: asyncio.StreamReader) -> dict[str, Any]:
    """The next event that has data (of a chunked body)."""
    async with asyncio.timeout(5):
        while True:
            line = await reader.readline()
            assert line, "the stream ended"
            if line.startswith(b"data: "):
                told: dict[str, Any] = json.loads(line[6:])
                return told


def test_what_is_new_comes_at_once(play: Any, rig: Any, flow: Any) -> None:
    rig.use()
    rig.exchange(flow())

    async def story(asking: Any) -> None:
        reader, writer = await asking.raw("/api/stream", asking.token)
        first = await read_event(reader)
        assert [e["number"] for e in first["entries"]] == [1]

        rig.chain.requestheaders(flow("https://api.test/orders"))
        second = await read_event(reader)
        assert [e["number"] for e in second["entries"]] == [2]
        writer.close()

    play(story)


def test_who_comes_back_gets_what_was_missed(play: Any, rig: Any, flow: Any) -> None:
    rig.use()
    rig.exchange(flow())
    rig.exchange(flow())
    seen = next(iter(rig.chain.journal.since(1))).revision - 1

    async def story(asking: Any) -> None:
        headers = asking.token | {"Last-Event-ID": str(seen)}
        reader, writer = await asking.raw("/api/stream?after=0", headers)
        assert [e["number"] for e in (await read_event(reader))["entries"]] == [2]
        writer.close()

        # A revision that is yet to come is another run's.
        headers = asking.token | {"Last-Event-ID": "9999"}
        reader, writer = await asking.raw("/api/stream", headers)
        assert [e["number"] for e in (await read_event(reader))["entries"]] == [1, 2]
        writer.close()

    play(story)


def test_a_quiet_stream_shows_that_it_lives(play: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "HEARTBEAT", 0.1)

    async def story(asking: Any) -> None:
        reader, writer = await asking.raw("/api/stream", asking.token)
        async with asyncio.timeout(5):
            while (await reader.readline()) != b":\n":
                pass
        writer.close()

    play(story)


def test_who_does_not_read_is_dropped(
    play: Any, rig: Any, flow: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streams, "PATIENCE", 0.3)
    rig.use()
    journal = rig.chain.journal
    rig.exchange(flow("https://api.test/" + "x" * 20_000))

    async def story(asking: Any) -> None:
        reader, writer = await asking.raw("/api/stream", asking.token)
        reader._transport.pause_reading()  # type: ignore[attr-defined]
        async with asyncio.timeout(20):
            while not streams._open:
                await asyncio.sleep(0.01)
            while streams._open:
                for entry in journal.since(0):
                    journal.touch(entry)
                    for _ in range(9):
                        journal.add(
                            type(entry)("id", entry.policy, entry.request, entry.decision, "x")
                        )
                await asyncio.sleep(0.02)
        writer.transport.abort()

    play(story)


def test_there_are_only_so_many(play: Any) -> None:
    async def story(asking: Any) -> None:
        connections = [await asking.raw("/api/stream", asking.token) for _ in range(MOST)]
        async with asyncio.timeout(5):
            while len(streams._open) < MOST:
                await asyncio.sleep(0.01)

        refused = await asking.ask("/api/stream", asking.token)

        assert refused.code == 503
        for _, writer in connections:
            writer.close()

    play(story)
    assert not streams._open


def test_it_ends_with_the_server(play: Any, rig: Any) -> None:
    async def story(asking: Any) -> None:
        reader, writer = await asking.raw("/api/stream", asking.token)
        await reader.readuntil(b"retry: 1000\n\n")
        rig.chain.context.port = 0
        async with asyncio.timeout(5):
            await reader.read(1 << 20)
        writer.close()

    play(story)
