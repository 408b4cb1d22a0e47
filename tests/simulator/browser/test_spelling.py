"""In which everyday way a granted origin is not the page's."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.browser.spelling import difference

PAGE = "https://app.shop.example"


@pytest.mark.parametrize(
    ("granted", "why"),
    [
        ("", "it is empty: a variable was not set where the field is made"),
        (
            "undefined",
            "it is the word `undefined`: a variable was not set where the field is made",
        ),
        ("None", "it is the word `None`: a variable was not set where the field is made"),
        ("true", "`true` is for `Access-Control-Allow-Credentials`"),
        (f"Access-Control-Allow-Origin: {PAGE}", "the field's name stands in its value once more"),
        ("${ORIGIN}", "there is a variable in it that was not replaced by its value"),
        ("$http_origin", "there is a variable in it that was not replaced by its value"),
        ("%CORS_ORIGIN%", "there is a variable in it that was not replaced by its value"),
        ("<your-origin>", "there is a variable in it that was not replaced by its value"),
        ("https%3A%2F%2Fapp.shop.example", "it is percent-encoded"),
        (f"{PAGE}\u200b", "there is a character in it that does not show"),
        (f"{PAGE}\x07", "there is a character in it that does not show"),
        (f'"{PAGE}"', "it is in quotes"),
        (f"'{PAGE}", "it is in quotes"),
        ("https://*.shop.example", "it is a pattern: browsers know `*` alone, and no other"),
        (r"^https://.+\.shop\.example$", "it is a pattern: browsers know `*` alone, and no other"),
        (r"https:\/\/app.shop.example", "it is a pattern: browsers know `*` alone, and no other"),
        (".shop.example", "it is a pattern: browsers know `*` alone, and no other"),
        ("null", "`null` stands for pages without an origin, not for any page"),
        ("NULL", "`null` stands for pages without an origin, not for any page"),
        (f"{PAGE}/", "it ends in a slash"),
        (f"{PAGE};", "it ends in a semicolon"),
        (f"{PAGE}/app", "it has a path, and an origin ends with its host and port"),
        (f"{PAGE}?x", "it has a query, and an origin ends with its host and port"),
        (f"{PAGE}#x", "it has a fragment, and an origin ends with its host and port"),
        (f"{PAGE}:443", "it names the default port, which browsers leave out"),
        (f"{PAGE}:", "there is a colon without a port"),
        ("https://me@app.shop.example", "there is a user in it"),
        (
            "https://App.shop.example",
            "it has capital letters, and browsers compare byte for byte",
        ),
        ("HTTPS://app.shop.example", "it has capital letters, and browsers compare byte for byte"),
        ("app.shop.example", "it has no scheme"),
        ("//app.shop.example", "it has no scheme"),
        ("https:/app.shop.example", "after the scheme comes `://`"),
        ("https//app.shop.example", "after the scheme comes `://`"),
        ("https://", "it names no host"),
        ("https://[::1", "what stands for its host and port cannot be read"),
        ("http://app.shop.example", "its scheme is `http`, the page's is `https`"),
        (f"{PAGE}:8443", "its port is 8443, the page's is the default one"),
        ("https://www.app.shop.example", "they differ in `www.`"),
        ("https://app.shop.example.", "its host ends in a dot"),
        (
            "https://shop.example",
            "it is the domain above the page's host, and that does not include what is below",
        ),
        ("https://a.app.shop.example", "it is a host below the page's"),
        ("https://app.shop.exmaple", "its host is spelled a little differently"),
        ("https://other.test", "it is another host"),
        (
            "HTTP://App.shop.example:80/",
            "it ends in a slash; it has capital letters, and browsers compare byte for byte; it "
            "names the default port, which browsers leave out; its scheme is `http`, the page's "
            "is `https`",
        ),
    ],
)
def test_the_mistake_is_told(granted: str, why: str) -> None:
    assert difference(granted, PAGE) == why


@pytest.mark.parametrize(
    ("granted", "why"),
    [
        (f"{PAGE}, {PAGE}", "it is there twice: two layers add it"),
        (f"{PAGE}, {PAGE}, {PAGE}", "it is there 3 times: several layers add it"),
        ("*, *", "it is there twice: two layers add it"),
        (f"*, {PAGE}", "two layers add it, one of them `*`"),
        (f"*, {PAGE}, {PAGE}", "several layers add it, one of them `*`"),
        (
            f"https://other.test {PAGE}",
            "it is a list with the page's origin in it, and only one value may stand there",
        ),
        (
            "https://a.test,https://b.test",
            "it is a list without the page's origin, and only one value may stand there",
        ),
        (f"{PAGE},", "there is a comma in it, which makes it a list"),
    ],
)
def test_what_kind_of_list_it_is_is_told(granted: str, why: str) -> None:
    assert difference(granted, PAGE) == why


@pytest.mark.parametrize(
    ("granted", "origin", "why"),
    [
        pytest.param(
            "NULL", "null", "browsers write `null` in small letters", id="an opaque page, NULL"
        ),
        pytest.param(
            PAGE,
            "null",
            "the page's origin is `null`: a sandboxed frame, a file, or a redirect that went over "
            "another origin",
            id="an opaque page",
        ),
        pytest.param(
            "http://127.0.0.1:3000",
            "http://localhost:5173",
            "`127.0.0.1` and `localhost` are two hosts to a browser; its port is 3000, the page's "
            "is 5173",
            id="this machine by two names",
        ),
        pytest.param(
            "localhost:3000",
            "http://localhost:5173",
            "it has no scheme; its port is 3000, the page's is 5173",
            id="no scheme and another port",
        ),
        pytest.param(
            "http://localhost",
            "http://localhost:5173",
            "its port is the default one, the page's is 5173",
            id="no port",
        ),
        pytest.param(
            "https://bücher.example",
            "https://xn--bcher-kva.example",
            "browsers send international names in their `xn--` form",
            id="an international name",
        ),
        pytest.param(
            "https://bücher.example",
            "https://app.example",
            "it is another host",
            id="another international name",
        ),
        pytest.param(
            "https://bücher..example",
            "https://app.example",
            "it is another host",
            id="a name that is none",
        ),
        pytest.param(
            "https://shop.example", "https://shop.example.", "the page's host ends in a dot",
            id="the page's dot",
        ),
        pytest.param(
            "https://shop.example", "https://www.shop.example", "they differ in `www.`",
            id="the page's www",
        ),
        pytest.param(
            "https://[::1]:443", "https://[::1]",
            "it names the default port, which browsers leave out", id="IPv6",
        ),
        pytest.param(
            "chrome-extension://abc/", "chrome-extension://abc", "it ends in a slash",
            id="an extension's page",
        ),
        pytest.param(PAGE, "nonsense", "", id="the request's Origin is none"),
    ],
)  # fmt: skip
def test_the_mistake_depends_on_the_page(granted: str, origin: str, why: str) -> None:
    assert difference(granted, origin) == why


@given(st.text(), st.sampled_from([PAGE, "null", "http://localhost:5173", ""]) | st.text())
def test_anything_at_all_can_be_compared(granted: str, origin: str) -> None:
    assert difference(granted, origin).isprintable()


@given(
    st.sampled_from(["", "/", "//", ";", "/x", ":443", ":80", ":8080", "."]),
    st.sampled_from(["https://", "http://", "HTTPS://", "//", ""]),
    st.sampled_from(
        ["app.shop.example", "App.shop.example", "shop.example", "www.app.shop.example"]
    ),
)
def test_something_is_said_of_every_value_that_is_nearly_right(
    tail: str, scheme: str, host: str
) -> None:
    granted = scheme + host + tail

    if granted != PAGE:
        assert difference(granted, PAGE)
