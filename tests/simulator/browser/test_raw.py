"""What a browser reads out of bytes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.browser.engine import Unsupported
from simulator.browser.failure import Failure
from simulator.browser.raw import CutShort, check_fields, is_chunked, read_answer
from simulator.message import Headers, Response

OK = b"HTTP/1.1 200 OK\r\n"
END = b"Content-Length: 5\r\n\r\nhello"


def read(raw: bytes, method: str = "GET") -> Response:
    answer = read_answer(raw, method)
    assert isinstance(answer, Response)
    return answer


def refused(raw: bytes, *, usual_port: bool = True) -> str:
    """What is wrong with it."""
    answer = read_answer(raw, "GET", usual_port=usual_port)
    assert isinstance(answer, Failure)
    assert answer.reason.code == "page.malformed-response"
    assert answer.chromium is None
    return str(answer.values["value"])


# Fields


@pytest.mark.parametrize(
    ("lines", "fields"),
    [
        pytest.param(b"A: 1\r\n", [("A", "1")], id="as it should be"),
        pytest.param(b"A:1\r\n", [("A", "1")], id="no blank after the colon"),
        pytest.param(b"A \t: \t1\t \r\n", [("A", "1")], id="blanks all around"),
        pytest.param(b"A: 1\nB: 2\n", [("A", "1"), ("B", "2")], id="line feeds alone"),
        pytest.param(b"A: 1\rB: 2\r\n", [("A", "1"), ("B", "2")], id="a carriage return alone"),
        pytest.param(b"A: 1\r\r\nB: 2\r\n", [("A", "1"), ("B", "2")], id="one too many"),
        pytest.param(b"A:\r\n 1\r\n\t2\r\n", [("A", "1 2")], id="folded"),
        pytest.param(b"A: 1\r\n \r\nB: 2\r\n", [("A", "1"), ("B", "2")], id="folded and empty"),
        pytest.param(b" A: 1\r\nB: 2\r\n", [("B", "2")], id="a blank before the first"),
        pytest.param(b"A\r\n 1\r\nB: 2\r\n", [("B", "2")], id="no colon, and nothing to fold to"),
        pytest.param(b": 1\r\nB: 2\r\n", [("B", "2")], id="no name"),
        pytest.param(b"A b: 1\r\nA(): 1\r\nB: 2\r\n", [("B", "2")], id="a name that is no token"),
        pytest.param(b"A:: 1\r\n", [("A", ": 1")], id="two colons"),
        pytest.param(b"A: \x0b\xff\r\n", [("A", "\x0b\xff")], id="other bytes are kept"),
    ],
)
def test_fields_are_read_leniently(lines: bytes, fields: list[tuple[str, str]]) -> None:
    answer = read(OK + lines + END)

    assert list(answer.headers) == [*fields, ("Content-Length", "5")]
    assert answer.body == b"hello"


# The status line


@pytest.mark.parametrize(
    ("line", "status"),
    [
        (b"HTTP/1.1 404 Not Found", 404),
        (b"HTTP/1.1 404", 404),
        (b"HTTP/1.0 404 Not Found", 404),
        (b"HTTP/9.9  404  x", 404),
        (b"http 404", 404),
        (b"HTTPX/1.1 404", 404),
        (b"\r\n\r\nHTTP/1.1 404", 404),
        (b"junkHTTP/1.1 404", 404),
        (b"HTTP/1.1 999", 999),
        (b"HTTP/1.1 20", 20),
        (b"HTTP/1.1", 200),
        (b"HTTP/1.1 abc", 200),
        (b"HTTP/1.1\t404", 200),
    ],
)
def test_a_status_line_is_read_leniently(line: bytes, status: int) -> None:
    assert read(line + b"\r\n" + END).status == status


def test_a_head_may_break_off() -> None:
    answer = read(OK + b"A: 1\r\nB: 2")

    assert (answer.status, list(answer.headers), answer.body) == (
        200,
        [("A", "1"), ("B", "2")],
        b"",
    )


@pytest.mark.parametrize("raw", [b"hello", b"hi", b"junk!HTTP/1.1 200 OK\r\n\r\n"])
def test_at_the_usual_port_anything_is_http_0_9(raw: bytes) -> None:
    assert read(raw) == Response(200, (), raw)
    assert refused(raw, usual_port=False) == "no status line"


def test_a_radio_is_known_at_every_port() -> None:
    raw = b"ICY 200 OK\r\n\r\n"

    assert read_answer(raw, "GET", usual_port=False) == Response(200, (), raw)


# Informational answers


def test_informational_answers_are_passed_over() -> None:
    early = b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n"

    answer = read(early + OK + END)

    assert (answer.status, list(answer.headers)) == (200, [("Content-Length", "5")])


def test_after_one_there_has_to_be_http() -> None:
    assert refused(b"HTTP/1.1 101 Switching Protocols\r\n\r\nhello") == "no status line"


# What is refused


@pytest.mark.parametrize(
    ("raw", "what"),
    [
        (OK + b"A: \0\r\n\r\n", "NUL"),
        (OK + b"A\0: 1\r\n\r\n", "NUL"),
        (b"HTTP/1.1 200 O\0K\r\n\r\n", "NUL"),
        (b"HTTP/1.1 103 \r\nA: \0\r\n\r\n" + OK + END, "NUL"),
        (OK + b"Content-Length: 4\r\nContent-Length: 5\r\n\r\nhello", "two of `content-length`"),
        (OK + b"Content-Length: 4, 5\r\n\r\nhello", "two of `content-length`"),
        (OK + b"Location: /a\r\nLocation: /b\r\n\r\n", "two of `location`"),
        (
            OK + b"Content-Disposition: a\r\nContent-Disposition: b\r\n\r\n",
            "two of `content-disposition`",
        ),
    ],
)
def test_what_cannot_be_mended_is_refused(raw: bytes, what: str) -> None:
    assert refused(raw) == what


@pytest.mark.parametrize(
    "lines",
    [
        pytest.param(b"Content-Length: 5\r\nContent-Length: 5\r\n", id="one length, twice"),
        pytest.param(b"Content-Length: 5, 5\r\n", id="one length, twice in a line"),
        pytest.param(b"Location: /a\r\nLocation: /a\r\n", id="one location, twice"),
        pytest.param(
            b"Transfer-Encoding: x, Chunked\r\nContent-Length: 1\r\nContent-Length: 2\r\n",
            id="two lengths of what comes in chunks",
        ),
    ],
)
def test_what_contradicts_nothing_is_not(lines: bytes) -> None:
    fields = [line.split(": ") for line in lines.decode().splitlines()]

    assert check_fields(Headers([(name, value) for name, value in fields])) is None


@pytest.mark.parametrize("raw", [b"", b"HTTP/1.1 103 Early Hints\r\n\r\n"])
def test_what_becomes_of_no_answer_is_not_known(raw: bytes) -> None:
    with pytest.raises(Unsupported):
        read_answer(raw, "GET")


# Bodies


@pytest.mark.parametrize(
    ("lines", "raw", "body"),
    [
        pytest.param(b"", b"hello", b"hello", id="up to the end"),
        pytest.param(b"Content-Length: 2\r\n", b"hello", b"he", id="by its length"),
        pytest.param(b"Content-Length: x\r\n", b"hello", b"hello", id="a length that is none"),
        pytest.param(b"Content-Length: +5\r\n", b"hello!", b"hello!", id="a sign"),
        pytest.param(
            b"Content-Length: 99999999999999999999\r\n", b"hello", b"hello", id="an absurd length"
        ),
        pytest.param(
            b"Transfer-Encoding: chunked\r\n", b"2\r\nhe\r\n3;x=y\r\nllo\r\n0\r\nA: 1\r\n\r\n",
            b"hello", id="in chunks, and a trailer that is not read",
        ),
        pytest.param(
            b"Transfer-Encoding: chunked\r\nContent-Length: 1\r\n", b"A\n0123456789\n0\n\n",
            b"0123456789", id="chunks count more than a length",
        ),
        pytest.param(
            b"Transfer-Encoding: chunked\r\n", b"2 \r\nhe\r\n0\r\n\r\n", b"he", id="a blank"
        ),
    ],
)  # fmt: skip
def test_a_body_ends_where_the_fields_say(lines: bytes, raw: bytes, body: bytes) -> None:
    assert read(OK + lines + b"\r\n" + raw).body == body


def test_the_first_version_knows_no_chunks() -> None:
    raw = b"HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"

    assert read(raw).body == b"0\r\n\r\n"


@pytest.mark.parametrize(
    ("lines", "raw", "body"),
    [
        pytest.param(b"Content-Length: 9\r\n", b"hello", b"hello", id="too few bytes"),
        pytest.param(b"Transfer-Encoding: chunked\r\n", b"5\r\nhel", b"hel", id="half a chunk"),
        pytest.param(b"Transfer-Encoding: chunked\r\n", b"2\r\nhe\r\n", b"he", id="no last chunk"),
        pytest.param(b"Transfer-Encoding: chunked\r\n", b"0\r\n", b"", id="no end of trailers"),
        pytest.param(b"Transfer-Encoding: chunked\r\n", b"0x2\r\nhe\r\n", b"", id="no size"),
        pytest.param(b"Transfer-Encoding: chunked\r\n", b" 2\r\nhe\r\n", b"", id="a blank first"),
        pytest.param(
            b"Transfer-Encoding: chunked\r\n", b"2\r\nhello\r\n0\r\n\r\n", b"he", id="a long chunk"
        ),
    ],
)
def test_a_body_can_break_off(lines: bytes, raw: bytes, body: bytes) -> None:
    answer = read_answer(OK + lines + b"\r\n" + raw, "GET")

    assert isinstance(answer, CutShort)
    assert (answer.response.status, answer.response.body) == (200, body)


@pytest.mark.parametrize(("status", "method"), [(200, "HEAD"), (204, "GET"), (304, "GET")])
def test_some_answers_have_no_body(status: int, method: str) -> None:
    answer = read(b"HTTP/1.1 %d x\r\nContent-Length: 5\r\n\r\n" % status, method)

    assert (answer.status, answer.body) == (status, b"")


# Properties

NAME = st.from_regex(r"[a-z][a-z0-9-]{0,10}", fullmatch=True).filter(
    lambda name: (
        name not in ("content-length", "location", "content-disposition")
        and name != "transfer-encoding"
    )
)
VALUE = st.text(st.characters(min_codepoint=0x21, max_codepoint=0xFF), max_size=20).filter(
    lambda value: "\x7f" not in value
)
FIELDS = st.lists(st.tuples(NAME, VALUE), max_size=6)


@given(st.integers(200, 599), FIELDS, st.binary(max_size=40), st.sampled_from([b"\r\n", b"\n"]))
def test_a_well_formed_answer_is_read_as_written(
    status: int, fields: list[tuple[str, str]], body: bytes, end: bytes
) -> None:
    lines = [b"HTTP/1.1 %d x" % status]
    lines += [f"{name}: {value}".encode("latin-1") for name, value in fields]
    raw = end.join([*lines, b"Content-Length: %d" % len(body), b"", body])

    answer = read(raw)

    assert answer.status == status
    assert list(answer.headers)[:-1] == fields
    assert answer.body == (b"" if status in (204, 304) else body)


@given(st.lists(st.binary(min_size=1, max_size=30), max_size=5))
def test_chunks_are_put_together(chunks: list[bytes]) -> None:
    raw = b"".join(b"%x\r\n%s\r\n" % (len(chunk), chunk) for chunk in chunks)

    answer = read(OK + b"Transfer-Encoding: chunked\r\n\r\n" + raw + b"0\r\n\r\n")

    assert is_chunked(answer.headers)
    assert answer.body == b"".join(chunks)


@given(st.binary(max_size=120))
def test_any_bytes_are_read_somehow(raw: bytes) -> None:
    answer = read_answer(b"H" + raw, "GET")

    assert isinstance(answer, (Response, CutShort, Failure))
