"""Does the sink read a body to its end, answer mitmproxy, and nobody else?"""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from mitmproxy import http

from addons.sink import Sink

type Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter, bytes], Awaitable[bytes]]


def converse(flow, talk: Talk, *, headers=(), method="POST", response=None) -> bytes:
    """Take a request in, connect as mitmproxy would, and talk."""

    async def run() -> bytes:
        sink = Sink()
        made = flow("https://api.test/orders", method, headers)
        sink.take(made, response or http.Response.make(403, b"no", {"x-a": "1"}))
        token = made.request.headers["x-why403-sink"].encode()
        assert made.request.scheme == "http"
        async with asyncio.timeout(10):
            reader, writer = await asyncio.open_connection("127.0.0.1", made.request.port)
            try:
                return await talk(reader, writer, token)
            finally:
                writer.close()
                sink.close()
                await asyncio.sleep(0)

    return asyncio.run(run())


def head(token: bytes, *lines: bytes) -> bytes:
    return b"\r\n".join([b"POST /orders HTTP/1.1", b"x-why403-sink: " + token, *lines, b"", b""])


ANSWER = b"HTTP/1.1 403 Forbidden\r\nx-a: 1\r\ncontent-length: 2\r\n\r\nno"


@pytest.mark.parametrize(
    ("framing", "pieces"),
    [
        pytest.param(b"content-length: 200000", [b"x" * 100_000] * 2, id="a known length"),
        pytest.param(
            b"Transfer-Encoding: Chunked",
            [b"5\r\nabcde\r\n", b"186a0;x=y\r\n", b"x" * 100_000, b"\r\n0\r\n", b"\r\n"],
            id="chunks",
        ),
        pytest.param(b"content-length: 0", [], id="nothing"),
    ],
)
def test_the_body_is_read_before_the_answer(flow, framing: bytes, pieces: list[bytes]) -> None:
    async def talk(reader, writer, token: bytes) -> bytes:
        writer.write(head(token, framing))
        for piece in pieces:
            await writer.drain()
            assert reader._buffer == b""
            writer.write(piece)
        return await reader.readexactly(len(ANSWER))

    assert converse(flow, talk) == ANSWER


def test_a_head_of_any_length_is_read(flow) -> None:
    async def talk(reader, writer, token: bytes) -> bytes:
        writer.write(head(token, *(b"x-%d: %s" % (n, b"v" * 100) for n in range(10_000))))
        return await reader.readexactly(len(ANSWER))

    assert converse(flow, talk) == ANSWER


def test_an_answer_to_head_has_no_body(flow) -> None:
    async def talk(reader, writer, token: bytes) -> bytes:
        writer.write(head(token))
        return await reader.readuntil(b"\r\n\r\n")

    assert converse(flow, talk, method="HEAD").endswith(b"content-length: 2\r\n\r\n")


@pytest.mark.parametrize(
    "sent",
    [
        pytest.param(lambda _: head(b"0" * 32), id="a wrong token"),
        pytest.param(lambda _: b"GET / HTTP/1.1\r\n\r\n", id="no token"),
        pytest.param(lambda _: b"\x16\x03\x01\r\n\r\n", id="no HTTP"),
        pytest.param(lambda token: head(token, b"content-length: x"), id="no length"),
        pytest.param(
            lambda token: head(token, b"transfer-encoding: chunked") + b"zz\r\n", id="no chunk"
        ),
    ],
)
def test_a_stranger_finds_a_closed_connection(flow, sent) -> None:
    async def talk(reader, writer, token: bytes) -> bytes:
        writer.write(sent(token))
        return await reader.read()

    assert converse(flow, talk) == b""


def test_a_token_is_good_for_one_answer(flow) -> None:
    async def talk(reader, writer, token: bytes) -> bytes:
        writer.write(head(token))
        await reader.readexactly(len(ANSWER))
        writer.write(head(token))
        return await reader.read()

    assert converse(flow, talk) == b""


def test_a_client_that_leaves_in_the_middle_is_let_go(flow) -> None:
    async def talk(reader, writer, token: bytes) -> bytes:
        writer.write(head(token, b"content-length: 5") + b"ab")
        writer.write_eof()
        return await reader.read()

    assert converse(flow, talk) == b""


def test_no_credential_goes_to_the_sink_and_http2_gets_a_framing(flow) -> None:
    async def run() -> tuple[tuple[bytes, bytes], ...]:
        sink = Sink()
        made = flow(headers=[("cookie", "a=b"), ("te", "trailers")], version="HTTP/2.0")
        sink.take(made, http.Response.make(403))
        sink.close()
        await asyncio.sleep(0)
        return made.request.headers.fields

    fields = asyncio.run(run())
    assert [name for name, _ in fields] == [b"host", b"x-why403-sink", b"transfer-encoding"]


def test_closing_ends_what_is_open(flow) -> None:
    async def run() -> bytes:
        sink = Sink()
        sink.close()
        made = flow()
        sink.take(made, http.Response.make(403))
        async with asyncio.timeout(10):
            reader, writer = await asyncio.open_connection("127.0.0.1", made.request.port)
            writer.write(b"POST")
            while not sink._writers:
                await asyncio.sleep(0)
            sink.close()
            try:
                return await reader.read()
            except ConnectionResetError:
                return b""
            finally:
                writer.close()

    assert asyncio.run(run()) == b""
