"""What a data: URL holds."""

from __future__ import annotations

from base64 import b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.browser.data_url import open_data_url
from simulator.browser.url import parse
from simulator.message import Response


def opened(text: str) -> Response | None:
    url = parse(text)
    assert url is not None
    return open_data_url(url)


@pytest.mark.parametrize(
    ("text", "kind", "body"),
    [
        ("data:,hi", "text/plain;charset=US-ASCII", b"hi"),
        ("data:,", "text/plain;charset=US-ASCII", b""),
        ("data:text/html,<p>", "text/html", b"<p>"),
        ("data:;charset=utf-8,a%20b", "text/plain;charset=utf-8", b"a b"),
        ("data:garbage,hi", "text/plain;charset=US-ASCII", b"hi"),
        ("data:,hi#there", "text/plain;charset=US-ASCII", b"hi"),
        ("data:,a,b?c", "text/plain;charset=US-ASCII", b"a,b?c"),
        ("data:;base64,aGk=", "text/plain;charset=US-ASCII", b"hi"),
        ("data:text/html;BASE64,aGk", "text/html", b"hi"),
        ("data:text/html; base64,a%20G%6B", "text/html", b"hi"),
    ],
)
def test_it_is_its_own_answer(text: str, kind: str, body: bytes) -> None:
    assert opened(text) == Response(200, {"Content-Type": kind}, body)


@pytest.mark.parametrize(
    "text", ["data:text/plain", "data:;base64,%%%", "data:;base64,aGkaa", "data:;base64,a=Gk"]
)
def test_some_hold_nothing(text: str) -> None:
    assert opened(text) is None


@given(st.binary(max_size=40))
def test_base64_is_decoded_with_and_without_padding(data: bytes) -> None:
    text = b64encode(data).decode()

    for written in (text, text.rstrip("=")):
        answer = opened(f"data:application/x;base64,{written}")
        assert answer is not None
        assert answer.body == data
