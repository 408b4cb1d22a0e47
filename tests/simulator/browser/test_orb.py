"""What is stopped on its way into a page that may not read it."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.browser.engine import Unsupported
from simulator.browser.orb import check_opaque
from simulator.message import Response

JSON, SCRIPT = b'{"a":1}', b"window.loaded = 1"


def stops(kind: str | None, body: bytes = SCRIPT, *, nosniff: bool = False) -> bool:
    fields = [("X-Content-Type-Options", "nosniff")] if nosniff else []
    fields += [] if kind is None else [("Content-Type", kind)]
    failed = check_opaque(Response(200, fields, body))
    if failed is None:
        return False
    assert failed.reason.code == "page.opaque-response-blocked"
    assert failed.chromium is None
    return True


# By type


@pytest.mark.parametrize(
    "kind",
    [
        "text/css", "image/svg+xml", "text/vtt", "application/dash+xml", "audio/wav", "video/mp4",
        "application/ogg", None, "garbage",
    ],
)  # fmt: skip
def test_some_types_are_never_looked_into(kind: str | None) -> None:
    assert not stops(kind, JSON)
    assert not stops(kind, JSON, nosniff=True)


@pytest.mark.parametrize(
    "kind",
    [
        "text/csv", "application/pdf", "application/zip", "application/x-protobuf",
        "text/event-stream", "multipart/byteranges", "APPLICATION/PDF; x=y",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ],
)  # fmt: skip
def test_some_types_are_data_whatever_they_hold(kind: str) -> None:
    assert stops(kind, SCRIPT)


@pytest.mark.parametrize(
    "kind",
    [
        "text/html", "text/plain", "application/json", "text/json", "application/problem+json",
        "application/json+protobuf", "text/xml", "application/xhtml+xml",
    ],
)  # fmt: skip
def test_data_is_taken_at_its_word_where_guessing_is_forbidden(kind: str) -> None:
    assert not stops(kind, SCRIPT)
    assert stops(kind, SCRIPT, nosniff=True)


@pytest.mark.parametrize("kind", ["text/javascript", "image/png", "application/octet-stream"])
def test_other_types_are_not(kind: str) -> None:
    assert not stops(kind, SCRIPT, nosniff=True)
    assert stops(kind, JSON)


# By content


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(JSON, id="JSON"),
        pytest.param(b' {\n"a\\"b" : 1}', id="JSON with blanks and an escape"),
        pytest.param(b"\xef\xbb\xbf" + JSON, id="JSON after a byte order mark"),
        pytest.param(b")]}'\n[1]", id="a prefix that no script has"),
        pytest.param(b"for (;;);[1]", id="a loop without an end"),
        pytest.param(b"{} &&{}", id="another prefix"),
        pytest.param(b" \n<!DOCTYPE HTML><p>", id="HTML"),
        pytest.param(b"<br>", id="a tag of HTML"),
        pytest.param(b"<!-- a -->\n<!-- b -->\n<html>", id="HTML after comments"),
        pytest.param(b"\n<?xml version='1.0'?>", id="XML"),
    ],
)
def test_data_is_known_by_its_beginning(body: bytes) -> None:
    assert stops("text/plain", body)
    assert stops("text/javascript", body)


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"{}", id="an empty object, or a block"),
        pytest.param(b"{'a':1}", id="a label"),
        pytest.param(b'{"a"', id="the beginning of either"),
        pytest.param(b"[1,2]", id="a list"),
        pytest.param(b'"a"', id="a string"),
        pytest.param(b" for(;;);", id="a loop that is not at the beginning"),
        pytest.param(b"<!-- a -->\nvar b", id="a comment before a script"),
        pytest.param(b"<!-- a --> <html>", id="a comment up to the end of its line"),
        pytest.param(b"<!-- a <html>", id="a comment without an end"),
        pytest.param(b"<x>", id="another tag"),
        pytest.param(b"<?XML ?>", id="XML in capitals"),
        pytest.param(b"%PDF-1.4", id="a format that nobody looks for"),
        pytest.param(b" " * 1024 + JSON, id="what comes too late"),
    ],
)
def test_what_may_be_a_script_passes(body: bytes) -> None:
    assert not stops("text/plain", body)


@given(st.dictionaries(st.text(min_size=1), st.integers(), min_size=1))
def test_every_object_of_json_is_stopped(data: dict[str, int]) -> None:
    assert stops("application/json", json.dumps(data, indent=2).encode())


def test_parts_are_not_judged() -> None:
    with pytest.raises(Unsupported):
        check_opaque(Response(206, {"Content-Type": "text/plain"}))


def test_the_failure_names_the_type() -> None:
    failed = check_opaque(Response(200, {"Content-Type": "Text/CSV; charset=utf-8"}))

    assert failed is not None
    assert failed.values == {"value": "text/csv"}
