"""Which headers make a request need a preflight, and which never leave the page."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.browser.body import body_content_type
from simulator.browser.engine import ENGINES, Engine
from simulator.browser.safelist import (
    Unsafe,
    header_error,
    is_forbidden,
    is_no_cors_safelisted,
    is_safelisted_content_type,
    parse_essence,
    settable_headers,
    unsafe_headers,
    why_unsafe,
)
from simulator.browser.url import parse

CASES = Path(__file__).parents[2] / "data" / "browser_cases.jsonl.gz"

NOT_A_RANGE = "the value is not one range from a first byte on, such as `bytes=0-99`"


# What Chromium did


def crossing() -> list[dict[str, Any]]:
    """The recorded fetches of another origin in mode `cors` that put something on the wire."""
    found = []
    with gzip.open(CASES, "rt", encoding="utf-8") as lines:
        for case in map(json.loads, lines):
            step = case["steps"][0]
            base = parse(case["page"]["url"])
            url = parse(step["request"]["url"], base)
            if (
                len(case["steps"]) == 1
                and step["request"]["api"] == "fetch"
                and step["request"].get("mode", "cors") == "cors"
                and step["observed"]["sequence"]
                and url is not None
                and url.origin != case["page"]["origin"]
            ):
                found.append(case)
    return found


def headers_of(request: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    """All headers of the recorded request for which script is to answer."""
    headers = settable_headers(request.get("headers", ()), engine="chromium")
    content_type = body_content_type(request.get("body"))
    if content_type is None or any(name.lower() == "content-type" for name, _ in headers):
        return headers
    return (*headers, *settable_headers([("Content-Type", content_type)], engine="chromium"))


def test_chromium_asks_for_exactly_the_unsafe_headers() -> None:
    cases = crossing()
    wrong = []
    for case in cases:
        observed = case["steps"][0]["observed"]
        asked = ""
        if observed["sequence"].startswith("P"):
            asked = observed["preflight_headers"][0] or ""

        found = unsafe_headers(headers_of(case["steps"][0]["request"]), "chromium")

        if ",".join(unsafe.name for unsafe in found) != asked:
            wrong.append((case["id"], asked, found))
    assert len(cases) > 1000
    assert wrong == []


# One header


@pytest.mark.parametrize(
    ("name", "value", "why"),
    [
        pytest.param("accept", "text/html;q=0.8, */*", None, id="accept"),
        pytest.param("accept", "", None, id="an empty accept"),
        pytest.param("accept", "a\tb", None, id="a tab in accept"),
        pytest.param("accept", "\xe9\xff", None, id="bytes past ASCII in accept"),
        pytest.param(
            "accept", "a:b", "the value has a byte that is not allowed: `:`", id="a delimiter"
        ),
        pytest.param(
            "accept", "a\x7f", "the value has a byte that is not allowed: `\\x7f`", id="DEL"
        ),
        pytest.param("accept", "a" * 128, None, id="128 bytes"),
        pytest.param(
            "accept",
            "a" * 129,
            "the value is 129 bytes long; at most 128 are allowed",
            id="129 bytes",
        ),
        pytest.param("accept-language", "de-AT, en;q=0.5, *", None, id="languages"),
        pytest.param(
            "accept-language",
            "en_US",
            "the value has a byte that is not allowed: `_`",
            id="an underscore in a language",
        ),
        pytest.param(
            "content-language",
            "a\tb",
            "the value has a byte that is not allowed: `\\x09`",
            id="a tab in a language",
        ),
        pytest.param("content-type", "text/plain", None, id="plain text"),
        pytest.param(
            "content-type",
            "application/json",
            "the type `application/json` is not safelisted",
            id="JSON",
        ),
        pytest.param(
            "content-type",
            'text/plain; charset="utf-8"',
            'the value has a byte that is not allowed: `"`',
            id="a quote in a safelisted type",
        ),
        pytest.param("content-type", "", "(nothing) is not a MIME type", id="an empty type"),
        pytest.param("content-type", "text", "`text` is not a MIME type", id="half a type"),
        pytest.param("range", "bytes=0-", None, id="from the first byte on"),
        pytest.param("range", "bytes=5-5", None, id="one byte"),
        pytest.param("range", "bytes=-5", NOT_A_RANGE, id="the last bytes"),
        pytest.param("range", "Bytes=0-5", NOT_A_RANGE, id="a unit in capitals"),
        pytest.param("range", "bytes= 0-5", NOT_A_RANGE, id="a space in a range"),
        pytest.param("range", "bytes=0-1,4-5", NOT_A_RANGE, id="two ranges"),
        pytest.param("range", "bytes=٣-", NOT_A_RANGE, id="digits of another script"),
        pytest.param("range", "bytes=6-5", "the range ends before it begins", id="backwards"),
        pytest.param("authorization", "b", "the name is not safelisted", id="authorization"),
        pytest.param("x-a", "a" * 500, "the name is not safelisted", id="a long one of our own"),
    ],
)
def test_both_engines_say_why_a_header_is_unsafe(name: str, value: str, why: str | None) -> None:
    found = {why_unsafe(name, value, engine) for engine in ENGINES}

    assert found == {why}


@pytest.mark.parametrize(
    ("name", "value", "why"),
    [
        pytest.param("dpr", "1.5", None, id="a number"),
        pytest.param("dpr", "1.", "the value is not a number", id="half a number"),
        pytest.param("device-memory", ".5", "the value is not a number", id="the other half"),
        pytest.param("downlink", "", "the value is not a number", id="no number"),
        pytest.param("width", "10", None, id="a whole number"),
        pytest.param("width", "1.5", "the value is not a whole number", id="no whole number"),
        pytest.param("rtt", "", "the value is not a whole number", id="no number at all"),
        pytest.param("viewport-width", "10", None, id="another whole number"),
        pytest.param("ect", "slow-2g", None, id="a type of connection"),
        pytest.param("ect", "4G", "the value is not a type of connection", id="in capitals"),
        pytest.param("save-data", "On", None, id="on, in any case"),
        pytest.param("save-data", "?1", "the value is not `on`", id="a boolean"),
        pytest.param("intervention", '<"anything">', None, id="an intervention"),
        pytest.param("range", f"bytes=0-{2**63 - 2}", None, id="the greatest byte"),
        pytest.param(
            "range", f"bytes=0-{2**63 - 1}", "a number of the range is too large", id="one more"
        ),
        pytest.param(
            "range", f"bytes={2**64}-", "a number of the range is too large", id="a great start"
        ),
    ],
)
def test_chromium_safelists_some_more(name: str, value: str, why: str | None) -> None:
    chromium = why_unsafe(name, value, "chromium")
    standard = why_unsafe(name, value, "standard")

    assert chromium == why
    assert standard == (None if name == "range" else "the name is not safelisted")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("text/plain;charset=utf-8", True),
        ("Multipart/Form-Data; boundary=a/b", True),
        ("application/x-www-form-urlencoded", True),
        ("text/plain;", True),
        ("text/plain;garbage", True),
        ("text/plain ;x", True),
        ("text/plain,x", False),
        ("text /plain", False),
        ("text/plain, text/plain", False),
        ("text/plain/x", False),
        ("text/xml", False),
        ("/plain", False),
        (f"text/plain;{'x' * 118}", False),
    ],
)
def test_three_types_are_safelisted(value: str, expected: bool) -> None:
    found = is_safelisted_content_type(value)

    assert found is expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (" Text/HTML ; charset=x", "text/html"),
        ("application/vnd.a+json", "application/vnd.a+json"),
        ("text/html \t", "text/html"),
        ("text", None),
        ("text/", None),
        ("text/html/x", None),
        ("té/html", None),
        ("text/html\n", "text/html"),
    ],
)
def test_the_essence_of_a_type(value: str, expected: str | None) -> None:
    found = parse_essence(value)

    assert found == expected


# All of them


@pytest.mark.parametrize("engine", ENGINES)
def test_names_are_sorted_in_lower_case_and_told_once(engine: Engine) -> None:
    headers = [("X_B", "1"), ("X-B", "1"), ("Authorization", "b"), ("x-b", "2"), ("Accept", "*/*")]

    found = unsafe_headers(headers, engine)

    assert [unsafe.name for unsafe in found] == ["authorization", "x-b", "x_b"]


FULL = [(name, "1" * 128) for name in ("DPR", "Width", "RTT", "Downlink", "Viewport-Width")]
FULL += [("Accept", "a" * 128), ("Accept-Language", "a" * 128), ("Content-Language", "a" * 128)]


def test_chromium_lets_1024_safelisted_bytes_pass() -> None:
    headers = [*FULL, ("Save-Data", "off"), ("X-A", "1" * 500)]

    found = unsafe_headers(headers, "chromium")

    assert [unsafe.name for unsafe in found] == ["save-data", "x-a"]


def test_a_byte_more_makes_every_safelisted_header_unsafe() -> None:
    headers = [*FULL, ("Device-Memory", "8"), ("X-A", "1")]

    found = unsafe_headers(headers, "chromium")

    assert [unsafe.name for unsafe in found] == sorted(name.lower() for name, _ in headers)
    assert found[0] == Unsafe(
        "accept",
        "together the safelisted values are 1,025 bytes long; at most 1,024 are allowed",
    )
    assert found[-1] == Unsafe("x-a", "the name is not safelisted")


# What remains of what script set


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("cookie", "a=b", True),
        ("host", "x", True),
        ("proxy-anything", "x", True),
        ("sec-fetch-site", "x", True),
        ("access-control-request-method", "PUT", True),
        ("access-control-request-private-network", "true", False),
        ("x-forwarded-for", "x", False),
        ("x-sec-a", "x", False),
        ("user-agent", "x", False),
        ("x-http-method-override", "PUT", False),
        ("x-http-method-override", "TRACE", True),
        ("x-http-method", "put, connect", True),
        ("x-method-override", ",\ttrack ,", True),
        ("x-method-override", "TRACE x", False),
        ("x-method-override", '"a,TRACE"', False),
        ("x-method-override", '"a\\",TRACE"', False),
        ("x-method-override", '"a",TRACE', True),
        ("x-method-override", '"a,TRACE', False),
        ("x-method", "TRACE", False),
    ],
)
def test_the_browser_keeps_some_headers_to_itself(name: str, value: str, expected: bool) -> None:
    found = is_forbidden(name, value)

    assert found is expected


def test_values_lose_the_whitespace_around_them() -> None:
    headers = [("X-A", "\r\n\t a b \n"), ("X-B", "\x0ba")]

    found = settable_headers(headers, engine="standard")

    assert found == (("X-A", "a b"), ("X-B", "\x0ba"))


def test_chromium_combines_what_is_repeated_before_it_judges() -> None:
    headers = [("Content-Type", "text/plain"), ("X-A", "1"), ("content-type", "text/plain")]

    kept = settable_headers(headers, engine="chromium")
    found = unsafe_headers(kept, "chromium")

    assert kept == (("Content-Type", "text/plain, text/plain"), ("X-A", "1"))
    assert [unsafe.name for unsafe in found] == ["content-type", "x-a"]


def test_the_standard_judges_each_line_of_what_is_repeated() -> None:
    headers = [("Content-Type", "text/plain"), ("X-A", "1"), ("content-type", "text/plain")]

    kept = settable_headers(headers, engine="standard")
    found = unsafe_headers(kept, "standard")

    assert kept == (("Content-Type", "text/plain"), ("X-A", "1"), ("Content-Type", "text/plain"))
    assert [unsafe.name for unsafe in found] == ["x-a"]


def test_only_chromium_drops_a_user_agent() -> None:
    headers = [("User-Agent", "mine"), ("Cookie", "a=b")]

    chromium = settable_headers(headers, engine="chromium")
    standard = settable_headers(headers, engine="standard")

    assert chromium == ()
    assert standard == (("User-Agent", "mine"),)


def test_a_forbidden_line_falls_alone() -> None:
    headers = [("X-HTTP-Method", "PUT"), ("x-http-method", "TRACE"), ("X-HTTP-METHOD", "GET")]

    found = settable_headers(headers, engine="chromium")

    assert found == (("X-HTTP-Method", "PUT, GET"),)


@pytest.mark.parametrize("engine", ENGINES)
def test_without_cors_only_a_few_headers_remain(engine: Engine) -> None:
    headers = [
        ("Accept", "x"),
        ("Accept-Language", "en_US"),
        ("Content-Language", "de"),
        ("Content-Type", "application/json"),
        ("Range", "bytes=0-"),
        ("Save-Data", "on"),
        ("X-A", "1"),
    ]

    found = settable_headers(headers, engine=engine, mode_no_cors=True)

    assert found == (("Accept", "x"), ("Content-Language", "de"))


def test_without_cors_a_line_that_would_make_the_value_too_long_falls_alone() -> None:
    headers = [("Accept", "a" * 100), ("accept", "b" * 27), ("accept", "c")]

    found = settable_headers(headers, engine="chromium", mode_no_cors=True)

    assert found == (("Accept", "a" * 100 + ", c"),)


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("X-A", "1", None),
        ("X-A", "\n 1\r\n", None),
        ("X-A", "\x01\x7f\xff", None),
        ("", "1", "(nothing) is not a header name: it is not one token"),
        ("a b", "1", "`a b` is not a header name: it is not one token"),
        ("a:", "1", "`a:` is not a header name: it is not one token"),
        ("é", "1", "`é` is not a header name: it is not one token"),
        ("X-A", "€", "the value of `X-A` has a character that is not one byte"),
        ("X-A", "a\nb", "the value of `X-A` has a line break or NUL in it"),
        ("X-A", "\0", "the value of `X-A` has a line break or NUL in it"),
        ("Cookie", "a\rb", "the value of `Cookie` has a line break or NUL in it"),
    ],
)
def test_what_setting_a_header_throws(name: str, value: str, expected: str | None) -> None:
    found = header_error(name, value)

    assert found == expected


# Properties

NAMES = st.sampled_from(
    """
    Accept accept Accept-Language Content-Language Content-Type content-TYPE Range DPR Save-Data ECT
    User-Agent Cookie Sec-A X-HTTP-Method X-A x-a Authorization
    """.split()
)
VALUES = st.one_of(
    st.sampled_from(
        ["text/plain", "application/json", "bytes=0-9", "on", "1", "TRACE", " a ", "a" * 128]
    ),
    st.text(st.characters(max_codepoint=0xFF, blacklist_characters="\0\r\n"), max_size=140),
)
HEADERS = st.lists(st.tuples(NAMES, VALUES), max_size=12)
ENGINE = st.sampled_from(ENGINES)


@given(HEADERS, st.booleans())
def test_what_remains_remains(headers: list[tuple[str, str]], mode_no_cors: bool) -> None:
    once = settable_headers(headers, engine="standard", mode_no_cors=mode_no_cors)

    again = settable_headers(once, engine="standard", mode_no_cors=mode_no_cors)

    assert again == once
    assert all(not is_forbidden(name.lower(), value) for name, value in once)


@given(HEADERS, ENGINE)
def test_the_order_in_which_script_sets_them_does_not_matter(
    headers: list[tuple[str, str]], engine: Engine
) -> None:
    headers = [*{name.lower(): (name, value) for name, value in headers}.values()]

    found = unsafe_headers(headers, engine)

    assert found == unsafe_headers(headers[::-1], engine)
    assert [unsafe.name for unsafe in found] == sorted({unsafe.name for unsafe in found})


@given(HEADERS, ENGINE)
def test_without_cors_no_header_needs_leave(headers: list[tuple[str, str]], engine: Engine) -> None:
    kept = settable_headers(headers, engine=engine, mode_no_cors=True)

    found = unsafe_headers(kept, engine)

    assert found == ()
    assert all(is_no_cors_safelisted(name.lower(), value, engine) for name, value in kept)


@given(HEADERS)
def test_chromium_sends_each_name_once(headers: list[tuple[str, str]]) -> None:
    kept = settable_headers(headers, engine="chromium")

    names = [name.lower() for name, _ in kept]

    assert len(names) == len(set(names))


@given(st.text(), st.text())
def test_a_header_that_may_be_set_is_judged(name: str, value: str) -> None:
    error = header_error(name, value)

    if error is None:
        kept = settable_headers([(name, value)], engine="standard")
        assert {unsafe.name for unsafe in unsafe_headers(kept, "standard")} <= {name.lower()}
    else:
        assert error.isprintable()
