"""Which URL a text means, and its origin."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.browser.engine import Unsupported
from simulator.browser.url import (
    BAD_PORTS,
    DEFAULT_PORTS,
    WebUrl,
    is_bad_port,
    is_potentially_trustworthy,
    location_url,
    parse,
)

CASES = Path(__file__).parents[2] / "data" / "browser_cases.jsonl.gz"


def href(text: str, base: str | None = None) -> str | None:
    url = parse(text, None if base is None else known(base))
    return None if url is None else url.href


def known(text: str) -> WebUrl:
    url = parse(text)
    assert url is not None
    return url


# What Chromium did


def fetches() -> Iterator[tuple[str, str, dict[str, Any], dict[str, Any]]]:
    """Of each recorded fetch: its name, the page's URL, the request and what was observed."""
    with gzip.open(CASES, "rt", encoding="utf-8") as lines:
        for case in map(json.loads, lines):
            for step in case["steps"]:
                if step["request"]["api"] == "fetch":
                    yield case["id"], case["page"]["url"], step["request"], step["observed"]


def test_a_url_fails_where_it_failed_in_chromium() -> None:
    failed = 0
    wrong = []
    for name, page, request, observed in fetches():
        error = observed.get("error", "")

        url = parse(request["url"], known(page))

        failed += url is None
        if (url is None) != ("Failed to parse URL" in error):
            wrong.append((name, request["url"], error))
        elif url is not None:
            said = "URL that includes credentials" in error
            if said != (url != url.without_userinfo):
                wrong.append((name, request["url"], error))
    assert failed > 0
    assert wrong == []


def test_the_origin_is_the_one_that_chromium_sent() -> None:
    compared = 0
    wrong = []
    for name, page, _, observed in fetches():
        sent = (observed["preflight_origin"] or observed["actual_origin"] or [None])[0]

        origin = known(page).origin

        # `null`: the page is of an opaque origin, whatever its URL; or a redirect tainted it.
        if sent not in (None, "null"):
            compared += 1
            if sent != origin:
                wrong.append((name, page, origin, sent))
    assert compared > 1000
    assert wrong == []


def test_a_get_of_the_same_origin_says_no_origin() -> None:
    compared = 0
    wrong = []
    for name, page, request, observed in fetches():
        plain = request.get("method", "GET") == "GET" and request.get("mode", "cors") == "cors"
        url = parse(request["url"], known(page))
        if not plain or url is None or "null" in observed["actual_origin"]:
            continue
        if observed["sequence"].startswith("A") and observed["actual_origin"]:
            compared += 1
            same = url.origin == known(page).origin
            if same != (observed["actual_origin"][0] is None):
                wrong.append((name, page, request["url"], observed["actual_origin"]))
    assert compared > 400
    assert wrong == []


# Absolute URLs


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("HTTP://Example.COM", "http://example.com/", id="small letters"),
        pytest.param("  http://h/\n", "http://h/", id="whitespace around it"),
        pytest.param("\x00http://h/\x1f", "http://h/", id="controls around it"),
        pytest.param("ht\ntp://h/a\tb", "http://h/ab", id="line breaks and tabs in it"),
        pytest.param("http:h", "http://h/", id="no slashes"),
        pytest.param("http:/h", "http://h/", id="one slash"),
        pytest.param("http:\\\\h\\a\\b", "http://h/a/b", id="backslashes"),
        pytest.param("https://////h", "https://h/", id="many slashes"),
        pytest.param("http://h?q", "http://h/?q", id="no path"),
        pytest.param("http://h#f", "http://h/#f", id="nor a query"),
        pytest.param("http://h/a/./b/../c", "http://h/a/c", id="dots"),
        pytest.param("http://h/../../a", "http://h/a", id="more dots than segments"),
        pytest.param("http://h/a/..", "http://h/", id="dots at the end"),
        pytest.param("http://h/a/.", "http://h/a/", id="a dot at the end"),
        pytest.param("http://h/a/%2e%2E/b/%2E/c", "http://h/b/c", id="encoded dots"),
        pytest.param("http://h/a/.../b", "http://h/a/.../b", id="three dots"),
        pytest.param("http://h//a//", "http://h//a//", id="empty segments"),
        pytest.param("http://h/é ☃", "http://h/%C3%A9%20%E2%98%83", id="past ASCII"),
        pytest.param("http://h/%zz%", "http://h/%zz%", id="percent signs of no meaning"),
        pytest.param("http://h/\ud800", "http://h/%EF%BF%BD", id="half a character"),
        pytest.param('http://h/"<>^`{}|', "http://h/%22%3C%3E%5E%60%7B%7D|", id="in a path"),
        pytest.param("http://h/?\"<>'^`{}|", "http://h/?%22%3C%3E%27^`{}|", id="in a query"),
        pytest.param("x://h/?\"<>'^`{}|", "x://h/?%22%3C%3E'^`{}|", id="in another query"),
        pytest.param("http://h/#\"<>'^`{}|", "http://h/#%22%3C%3E'^%60{}|", id="in a fragment"),
        pytest.param("http://h/?a?b#c#d?e", "http://h/?a?b#c#d?e", id="each of them once"),
        pytest.param("http://h/?#", "http://h/?#", id="an empty query and fragment"),
        pytest.param("http://u:p@h/", "http://u:p@h/", id="user and password"),
        pytest.param("http://u:@h/", "http://u@h/", id="an empty password"),
        pytest.param("http://:p@h/", "http://:p@h/", id="no user"),
        pytest.param("http://@h/", "http://h/", id="an empty userinfo"),
        pytest.param("http://a@b:c:d|@h/", "http://a%40b:c%3Ad%7C@h/", id="a strange userinfo"),
        pytest.param("http://h:80/", "http://h/", id="a default port"),
        pytest.param("https://h:80/", "https://h:80/", id="the default port of another scheme"),
        pytest.param("http://h:/", "http://h/", id="an empty port"),
        pytest.param("http://h:00081/", "http://h:81/", id="zeros before a port"),
        pytest.param("http://h:0/", "http://h:0/", id="port zero"),
        pytest.param("http://h:65535/", "http://h:65535/", id="the greatest port"),
        pytest.param("http://[::1]:81/", "http://[::1]:81/", id="a port after brackets"),
        pytest.param("http://bücher.test/", "http://xn--bcher-kva.test/", id="a host past ASCII"),
        pytest.param("data:text/plain,a b#c", "data:text/plain,a b#c", id="data"),
        pytest.param("javascript:1\\2", "javascript:1\\2", id="javascript"),
        pytest.param("mailto:a@b?subject=c", "mailto:a@b?subject=c", id="mailto"),
        pytest.param("about:blank", "about:blank", id="about"),
        pytest.param("blob:https://h/1-2", "blob:https://h/1-2", id="blob"),
        pytest.param("data:a  ?b", "data:a %20?b", id="a space before a query"),
        pytest.param("x:", "x:", id="a scheme alone"),
        pytest.param("x://H/a/../b", "x://H/b", id="a scheme that is not special"),
        pytest.param("x://", "x://", id="and no host"),
        pytest.param("x://?q", "x://?q", id="nor a path"),
        pytest.param("x:/a//b", "x:/a//b", id="a path only"),
        pytest.param("x:/..//b", "x:/.//b", id="a path that must not become a host"),
        pytest.param("x:///a", "x:///a", id="an empty host"),
        pytest.param("file:///a/../b", "file:///b", id="a file"),
        pytest.param("file:a", "file:///a", id="a file without slashes"),
        pytest.param("file://localhost/a", "file:///a", id="a file of this machine"),
        pytest.param("file://h/a", "file://h/a", id="a file of another"),
        pytest.param("file:///C|/../a", "file:///C:/a", id="a drive stays"),
        pytest.param("file://C:/a", "file:///C:/a", id="and is no host"),
    ],
)
def test_a_url_is_written_in_one_way(text: str, expected: str) -> None:
    found = href(text)

    assert found == expected


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="nothing"),
        pytest.param("a/b", id="a relative one without a base"),
        pytest.param("//h/", id="one without a scheme"),
        pytest.param("1a://h/", id="a scheme that begins with a digit"),
        pytest.param("http://", id="no host"),
        pytest.param("http://:80/", id="a port but no host"),
        pytest.param("http://u@/a", id="a user but no host"),
        pytest.param("x://u@", id="a user but no host, of another scheme"),
        pytest.param("x://:1", id="a port but no host, of another scheme"),
        pytest.param("http://h:65536/", id="a port too great"),
        pytest.param(f"http://h:{'9' * 5000}/", id="a port far too great"),
        pytest.param("http://h:8a/", id="letters in a port"),
        pytest.param("http://h:-1/", id="a sign in a port"),
        pytest.param("http://h:٣/", id="a port in another script"),
        pytest.param("http://a b/", id="a space in a host"),
        pytest.param("http://[::1/", id="an open bracket"),
        pytest.param("http://256.0.0.1/", id="an address that is none"),
        pytest.param("file://h:1/", id="a port where there is none"),
    ],
)
def test_a_text_that_means_no_url(text: str) -> None:
    found = parse(text)

    assert found is None


def test_the_parts_of_a_url() -> None:
    url = parse("https://u:p@Shop.example:8443/a/b?q=1#top")

    assert url == WebUrl("https", "u", "p", "shop.example", 8443, "/a/b", "q=1", "top")
    assert url.without_userinfo.href == "https://shop.example:8443/a/b?q=1#top"
    assert url.is_special
    assert not url.has_opaque_path


def test_the_parts_of_a_url_without_a_host() -> None:
    url = parse("data:text/plain,hi")

    assert url == WebUrl("data", path="text/plain,hi", host_is_null=True)
    assert not url.is_special
    assert url.has_opaque_path


# Relative references

BASE = "http://u:p@h:81/a/b?q#f"


@pytest.mark.parametrize(
    ("text", "base", "expected"),
    [
        pytest.param("", BASE, "http://u:p@h:81/a/b?q", id="nothing"),
        pytest.param("c", BASE, "http://u:p@h:81/a/c", id="a segment"),
        pytest.param("../c", BASE, "http://u:p@h:81/c", id="dots"),
        pytest.param("..", BASE, "http://u:p@h:81/", id="nothing but dots"),
        pytest.param("?", BASE, "http://u:p@h:81/a/b?", id="an empty query"),
        pytest.param("#", BASE, "http://u:p@h:81/a/b?q#", id="an empty fragment"),
        pytest.param("/c", BASE, "http://u:p@h:81/c", id="a path"),
        pytest.param("\\c", BASE, "http://u:p@h:81/c", id="a path with a backslash"),
        pytest.param("//i/c", BASE, "http://i/c", id="a host"),
        pytest.param("/\\i", BASE, "http://i/", id="a host with a backslash"),
        pytest.param("///i", BASE, "http://i/", id="a host with a slash too many"),
        pytest.param("http:c", BASE, "http://u:p@h:81/a/c", id="the same scheme"),
        pytest.param("http:/c", BASE, "http://u:p@h:81/c", id="the same scheme and a path"),
        pytest.param("https:c", BASE, "https://c/", id="another scheme"),
        pytest.param("a:b", BASE, "a:b", id="what looks like a scheme is one"),
        pytest.param("./a:b", BASE, "http://u:p@h:81/a/a:b", id="or is not"),
        pytest.param("//", BASE, None, id="an empty host"),
        pytest.param("c", "x://h/a/b", "x://h/a/c", id="not special"),
        pytest.param("\\c", "x://h/a/b", "x://h/a/\\c", id="a backslash, not special"),
        pytest.param("//i", "x:/a", "x://i", id="a host, not special"),
        pytest.param("c", "x:a", None, id="against an opaque path"),
        pytest.param("", "x:a", None, id="nothing against an opaque path"),
        pytest.param("#g", "x:a?q#f", "x:a?q#g", id="a fragment against an opaque path"),
        pytest.param("?r#g", "x:a", None, id="a query against an opaque path"),
        pytest.param("http://i/", "x:a", "http://i/", id="absolute against an opaque path"),
        pytest.param("c", "file:///a/b", "file:///a/c", id="beside a file"),
        pytest.param("..", "file:///C:/", "file:///C:/", id="above a drive"),
        pytest.param("/c", "file:///C:/a", "file:///C:/c", id="from the root of a drive"),
        pytest.param("D|/c", "file:///C:/a", "file:///D:/c", id="from another drive"),
        pytest.param("?r", "file://h/a?q", "file://h/a?r", id="a query for a file"),
        pytest.param("//i/c", "file://h/a", "file://i/c", id="another host's file"),
    ],
)
def test_a_reference_is_relative_to_its_base(text: str, base: str, expected: str | None) -> None:
    found = href(text, base)

    assert found == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        pytest.param("/c", "http://h/c#f", id="the fragment goes along"),
        pytest.param("/c#g", "http://h/c#g", id="unless there is another"),
        pytest.param("/c#", "http://h/c#", id="be it empty"),
        pytest.param("", "http://h/a/b?q#f", id="nothing"),
        pytest.param("//i", "http://i/#f", id="another host"),
        pytest.param("/\xc3\xa9", "http://h/%C3%A9#f", id="bytes in UTF-8"),
        pytest.param("/\xe9", "http://h/%E9#f", id="bytes that are none"),
        pytest.param("//b\xc3\xbccher.test", "http://xn--bcher-kva.test/#f", id="a host in UTF-8"),
        pytest.param("//b\xfccher.test", None, id="a host that is none"),
        pytest.param("http://", None, id="no URL"),
    ],
)
def test_where_a_redirect_leads(value: str, expected: str | None) -> None:
    base = known("http://h/a/b?q#f")

    found = location_url(value, base)

    assert (found and found.href) == expected


# Origin, trust, ports


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("http://u@h:80/a", "http://h"),
        ("https://h:8443/", "https://h:8443"),
        ("wss://h/", "wss://h"),
        ("ftp://h/", "ftp://h"),
        ("http://[::1]:81/", "http://[::1]:81"),
        ("http://h./", "http://h."),
        ("blob:https://h:8443/1-2", "https://h:8443"),
        ("blob:ftp://h/1-2", "null"),
        ("blob:null/1-2", "null"),
        ("blob:blob:https://h/", "null"),
        ("data:,x", "null"),
        ("file:///a", "null"),
        ("about:blank", "null"),
        ("x://h/", "null"),
    ],
)
def test_an_origin_is_scheme_host_and_port(text: str, expected: str) -> None:
    url = known(text)

    assert url.origin == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("https://h/", True),
        ("wss://h/", True),
        ("file:///a", True),
        ("data:,x", True),
        ("about:blank", True),
        ("about:srcdoc", True),
        ("http://localhost:5173/", True),
        ("http://a.localhost/", True),
        ("http://127.1/", True),
        ("http://[::1]/", True),
        ("ws://127.0.0.1/", True),
        ("blob:https://h/1-2", True),
        ("http://h/", False),
        ("ws://h/", False),
        ("http://192.168.0.1/", False),
        ("http://localhost.test/", False),
        ("blob:http://h/1-2", False),
        ("blob:null/1-2", False),
        ("about:config", False),
        ("x://localhost/", False),
    ],
)
def test_what_is_potentially_trustworthy(text: str, expected: bool) -> None:
    url = known(text)

    assert is_potentially_trustworthy(url) is expected


def test_no_port_that_people_use_is_bad() -> None:
    used = {80, 443, 3000, 4200, 5000, 5173, 8000, 8080, 8443, 9000}

    assert BAD_PORTS.isdisjoint(used)
    assert {0, 22, 25, 6000, 6667, 10080} <= BAD_PORTS
    assert not is_bad_port(None, "standard")


@pytest.mark.parametrize(
    ("port", "standard", "chromium"),
    [(25, True, True), (4190, True, False), (6679, True, False), (8080, False, False)],
)
def test_chromium_blocks_two_ports_less(port: int, standard: bool, chromium: bool) -> None:
    found = is_bad_port(port, "standard"), is_bad_port(port, "chromium")

    assert found == (standard, chromium)


# Properties

PIECES = """
    http: https: file: x: data: blob: // / \\ ? # @ : :80 :443 :8080 . .. %2e %2E a B h.example
    [::1] 127.0.0.1 0x7f C: C| é ß %zz ' " < ^ { | ` ~
    """.split()
PIECE = st.sampled_from([*PIECES, " ", "\t", "\x00", "\ud800"])
TEXTS = st.one_of(st.lists(PIECE, max_size=12).map("".join), st.text(max_size=30))
BASES = st.sampled_from(
    [None, BASE, "https://h/", "file:///C:/a/b", "file://h/a", "x://h/a/b", "x:/a", "x:a", "x://"]
)


@given(TEXTS, BASES)
def test_a_url_that_is_written_means_itself(text: str, base: str | None) -> None:
    try:
        url = parse(text, None if base is None else parse(base))
    except Unsupported:
        return

    if url is not None:
        assert url.href.isascii()
        assert parse(url.href) == url
        assert url.origin == "null" or known(url.origin).origin == url.origin


@given(TEXTS, BASES)
def test_a_url_that_is_absolute_needs_no_base(text: str, base: str | None) -> None:
    try:
        url = parse(text)
        against = parse(text, None if base is None else parse(base))
    except Unsupported:
        return

    if url is not None and (base is None or url.scheme != known(base).scheme):
        assert against == url


SEGMENT = st.text("abz09-._~", min_size=1, max_size=5)
SIMPLE = st.builds(
    lambda scheme, host, port, path, query: (
        f"{scheme}://{host}.example{port}/{'/'.join(path)}{query}"
    ),
    st.sampled_from(["http", "https", "ws", "wss"]),
    st.from_regex("[a-z][a-z0-9]{0,5}", fullmatch=True),
    st.sampled_from(["", ":81", ":8080", ":65535"]),
    st.lists(SEGMENT.filter(lambda segment: segment.strip(".")), min_size=1, max_size=4),
    st.sampled_from(["", "?a=b", "?"]),
)


@given(SIMPLE)
def test_a_plain_url_has_the_parts_that_the_standard_library_finds(text: str) -> None:
    url = known(text)

    parts = urlsplit(text)

    assert (url.scheme, url.host, url.port) == (parts.scheme, parts.hostname, parts.port)
    assert (url.path, url.query or "") == (parts.path, parts.query)
    assert url.href == text


@given(SIMPLE, st.lists(st.one_of(SEGMENT, st.just("..")), min_size=1, max_size=4), st.booleans())
def test_a_plain_reference_leads_where_the_standard_library_says(
    base: str, segments: list[str], rooted: bool
) -> None:
    text = ("/" if rooted else "") + "/".join(segments)

    found = href(text, base)

    assert found == href(urljoin(base, text))


@given(st.sampled_from(sorted(DEFAULT_PORTS)), st.one_of(st.none(), st.integers(0, 65535)))
def test_a_default_port_is_never_written(scheme: str, port: int | None) -> None:
    url = known(f"{scheme}://h{'' if port is None else f':{port}'}/")

    assert url.port == (None if port == DEFAULT_PORTS[scheme] else port)
    assert url.origin == f"{scheme}://h" + ("" if url.port is None else f":{url.port}")
