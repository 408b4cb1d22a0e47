"""Where in a document's bytes does a script go so that it runs before all others?"""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from addons.inject import LONGEST, Injector, encoding_of, find_place

SCRIPT = "<script>1</script>"


def injected(html: bytes, charset: str = "") -> bytes:
    injector = Injector(SCRIPT, charset)
    return injector.feed(html) + injector.end()


@pytest.mark.parametrize(
    "html",
    [
        "<!doctype html><html><head>|<title>x</title>",
        "\n <!DOCTYPE html PUBLIC 'x'>\n<!-- a > b -- c --><html lang=en>\n<HEAD\nid=x>|<meta>",
        "<html data-x='>' data-y=\">\"><head data-z=a'b>|x",
        "<?xml version='1.0'?><head>|",
        "<!--><head>|",
        "<!---><head>|",
        "<!-- --!><head>|",
        "<!doctype html>|<title>no head</title>",
        "<!doctype html><html>|<body>",
        "<html>|<header>not the head</header>",
        "|<script>first()</script>",
        "|text",
        "|</p>",
        "|<1>",
        "<!doctype html>\n|",
        "|",
        "<html>|<headless>",
    ],
)
def test_it_goes_to_the_beginning_of_the_head(html: str) -> None:
    before, _, behind = html.partition("|")

    assert injected((before + behind).encode()) == (before + SCRIPT + behind).encode()


@given(
    html=st.sampled_from(
        [
            b"<!doctype html><!-- - -- --><html a='>'><head b=\"c>\"><title>x</title><p>text",
            b"\xef\xbb\xbf<!doctype html><title>x</title>",
            "<!doctype html><html><head><p>ä".encode("utf-16"),
            "\ufeff<html>\n<body>ä".encode("utf-16-be"),
        ]
    ),
    cuts=st.lists(st.integers(0, 120), max_size=6),
)
def test_pieces_come_to_the_same_as_the_whole(html: bytes, cuts: list[int]) -> None:
    injector = Injector(SCRIPT)
    edges = [0, *sorted(cuts), len(html)]

    pieces = [injector.feed(html[a:b]) for a, b in pairwise(edges)]

    assert b"".join([*pieces, injector.end()]) == injected(html)
    assert injector.injected


@given(st.text("<!->html ead\"'=/x\n", max_size=60))
def test_a_place_that_is_certain_stays_the_place(text: str) -> None:
    whole = find_place(text)
    for cut in range(len(text)):
        early = find_place(text[:cut])
        if early.certain:
            assert early == whole


@given(st.binary(max_size=200), st.sampled_from(["", "utf-8", "utf-16", "shift_jis", "utf-16be"]))
def test_no_byte_of_a_page_is_lost(html: bytes, charset: str) -> None:
    encoding = encoding_of(html, charset)
    script = SCRIPT.encode(encoding)

    page = injected(html, charset)

    assert page.replace(script, b"", 1) == html


def test_what_comes_later_is_passed_on_at_once() -> None:
    injector = Injector(SCRIPT)

    first = injector.feed(b"<html><head><title>x")
    second = injector.feed(b"</title>")

    assert first == b"<html><head><script>1</script><title>x"
    assert second == b"</title>"
    assert injector.end() == b""


def test_a_page_of_comments_alone_is_not_held_back_for_ever() -> None:
    injector = Injector(SCRIPT)
    comment = b"<!--" + b"x" * LONGEST

    page = injector.feed(comment) + injector.feed(b"--><head>") + injector.end()

    assert page == comment + b"--><head>"
    assert not injector.injected


@pytest.mark.parametrize(
    ("charset", "encoding"),
    [("utf-16", "utf-16-le"), ("UTF-16LE", "utf-16-le"), ('"utf-16be"', "utf-16-be"),
     ("shift_jis", "ascii"), ("iso-2022-jp", "ascii"), ("", "ascii")],
)  # fmt: skip
def test_the_script_is_in_the_page_s_encoding(charset: str, encoding: str) -> None:
    assert encoding_of(b"<html>", charset) == encoding


def test_a_byte_order_mark_counts_more_than_the_field() -> None:
    assert encoding_of(b"\xfe\xff\0<", "utf-8") == "utf-16-be"
    assert encoding_of(b"\xff\xfe<\0", "utf-16be") == "utf-16-le"
    assert encoding_of(b"\xef\xbb\xbf<", "utf-16") == "ascii"


def test_the_beginning_may_be_edited_too() -> None:
    injector = Injector(SCRIPT, edit=lambda html: html.replace(b"old", b"new"))

    page = injector.feed(b"<head><meta old>") + injector.feed(b"old")

    assert page == b"<head><script>1</script><meta new>old"
