"""What does the browser read where the bytes are no well-formed answer?

RFC 9112 sections 2.2 (leniency), 4 (status line), 5 (fields), 6 (body) and 7.1 (chunks), as
Chromium reads them: it mends what it can, since the web is full of it, and gives up only on NUL, on
fields that contradict each other, and on what is not HTTP at a port that HTTP is not expected at.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from simulator.browser.engine import Unsupported
from simulator.browser.failure import Failure
from simulator.message import Headers, Response
from simulator.reasons.page import MALFORMED_RESPONSE

WITHOUT_BODY = frozenset({204, 304})
# Two different values of one of these, and it is not known what the answer is.
_SINGLE = ("content-length", "location", "content-disposition")

_JUNK = 4  # so many bytes may stand before the status line
_STATUS_LINE = re.compile(rb"http(?:/([0-9])\.([0-9]))?[^ ]*(?: +([0-9]*))?", re.IGNORECASE)
_END_OF_HEAD = re.compile(rb"\n\r?\n")
_LINE_BREAKS = re.compile(rb"[\r\n]+")
_LINE = re.compile(rb"[^\n]*\n")
_CHUNK_SIZE = re.compile(rb"([0-9a-f]+)[ \t]*(?:;.*)?", re.IGNORECASE)
_TOKEN = re.compile(rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
_BLANKS = b" \t"
_MOST = 2**31 - 1
_TOO_LONG = 19  # digits: what does not fit into 64 bits is no length


class CutShort(NamedTuple):
    """An answer whose body never came to its end."""

    response: Response


class _Head(NamedTuple):
    status: int
    chunks: bool
    """Whether the version knows chunks (RFC 9112 section 6.1)."""
    headers: Headers


def read_answer(
    raw: bytes, method: str, *, usual_port: bool = True
) -> Response | CutShort | Failure:
    """The answer that the bytes of one connection are, up to its end, to a request's method.

    `usual_port`: whether HTTP is expected there, so that anything may be an answer of HTTP/0.9.
    Raises Unsupported where there is no answer at all.
    """
    informed = False
    while raw:
        start = raw[: _JUNK + 4].lower().find(b"http")
        if start < 0:
            if informed or not (usual_port or raw[:4].upper() == b"ICY "):
                return _malformed("no status line")
            return Response(200, (), raw)
        found = _END_OF_HEAD.search(raw, start)
        end = found.end() if found else len(raw)
        head = _read_head(raw[start:end])
        failed = _malformed("NUL") if b"\0" in raw[start:end] else check_fields(head.headers)
        if failed is not None:
            return failed
        if not 100 <= head.status <= 199:
            return _read_body(head, raw[end:], method)
        informed, raw = True, raw[end:]
    raise Unsupported("whether the browser asks again where nothing came depends on its connection")


def check_fields(headers: Headers) -> Failure | None:
    """Why the fields make it uncertain what the answer is (RFC 9112 section 6.3)."""
    if any("\0" in part for field in headers for part in field):
        return _malformed("NUL", "RFC 9110, section 5.5")
    for name in _SINGLE:
        lines = headers.lines(name)
        if name == "content-length":
            if is_chunked(headers):
                continue
            lines = tuple(part.strip(" \t") for line in lines for part in line.split(","))
        if len(set(lines)) > 1:
            return _malformed(f"two of `{name}`", "RFC 9110, section 5.3")
    return None


def is_chunked(headers: Headers) -> bool:
    """Whether the body comes in chunks."""
    codings = (headers.get("transfer-encoding") or "").lower().split(",")
    return "chunked" in [coding.strip(" \t") for coding in codings]


def _malformed(what: str, step: str = "RFC 9112") -> Failure:
    return Failure(MALFORMED_RESPONSE, step, values={"value": what})


def _read_head(raw: bytes) -> _Head:
    line, *lines = _LINE_BREAKS.split(raw)
    match = _STATUS_LINE.match(line)
    assert match is not None  # the caller has found the beginning of one
    major, minor, status = match.groups()
    return _Head(
        min(int(status), _MOST) if status else 200,
        major is not None and (major, minor) >= (b"1", b"1"),
        Headers(_read_fields(_unfolded(lines))),
    )


def _unfolded(lines: list[bytes]) -> Iterator[bytes]:
    """Lines that a blank begins belong to the field before (RFC 9112 section 5.2)."""
    whole = b""
    for line in filter(None, lines):
        name, colon, _ = whole.partition(b":")
        if line[:1] in (b" ", b"\t") and colon and name and name[:1] not in (b" ", b"\t"):
            whole += b" " + line.lstrip(_BLANKS)
        else:
            yield whole
            whole = line
    yield whole


def _read_fields(lines: Iterator[bytes]) -> Iterator[tuple[str, str]]:
    for line in lines:
        name, colon, value = line.partition(b":")
        if colon and name[:1] not in (b" ", b"\t") and _TOKEN.fullmatch(name.strip(_BLANKS)):
            yield name.strip(_BLANKS).decode("latin-1"), value.strip(_BLANKS).decode("latin-1")


def _read_body(head: _Head, raw: bytes, method: str) -> Response | CutShort:
    if method == "HEAD" or head.status in WITHOUT_BODY:
        return Response(head.status, head.headers)
    if head.chunks and is_chunked(head.headers):
        body, whole = _join_chunks(raw)
    else:
        length = (head.headers.get("content-length") or "").partition(",")[0].strip(" \t")
        read = length.isascii() and length.isdigit() and len(length.lstrip("0")) < _TOO_LONG
        size = int(length) if read else len(raw)
        body, whole = raw[:size], len(raw) >= size
    response = Response(head.status, head.headers, body)
    return response if whole else CutShort(response)


def _join_chunks(raw: bytes) -> tuple[bytes, bool]:
    """The chunks' content, and whether the last one came; what follows it says nothing."""
    body, at = b"", 0
    while (line := _LINE.match(raw, at)) is not None:
        size = _CHUNK_SIZE.fullmatch(line[0].rstrip(b"\r\n"))
        if size is None:
            break
        length, at = int(size[1], 16), line.end()
        if length == 0:
            return body, b"\n" in raw[at:]
        body += raw[at : at + length]
        at += length
        if (end := _LINE.match(raw, at)) is None or end[0].strip(b"\r\n"):
            break
        at = end.end()
    return body, False
