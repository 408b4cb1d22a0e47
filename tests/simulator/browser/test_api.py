"""Which calls an API takes, and in which form."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.browser.api import Normalised, check_call
from simulator.browser.engine import ENGINES, Engine, Unsupported
from simulator.browser.failure import Failure
from simulator.browser.page import Page, PageRequest
from simulator.browser.url import parse

PAGE = Page("http://app.test/a/b", "http://app.test")
URL = "http://api.test/"
BOTH = pytest.mark.parametrize("engine", ENGINES)


def taken(url: str = URL, *, engine: Engine = "chromium", **call: Any) -> Normalised:
    found = check_call(PageRequest(url, **call), PAGE, engine)
    assert isinstance(found, Normalised), found
    return found


def thrown(url: str = URL, *, engine: Engine = "chromium", **call: Any) -> str:
    """What the API says."""
    found = check_call(PageRequest(url, **call), PAGE, engine)
    assert isinstance(found, Failure)
    assert found.reason.code == "page.invalid-request"
    assert found.chromium is None
    return str(found.values["value"])


# What throws


@pytest.mark.parametrize(
    ("call", "part"),
    [
        pytest.param({"url": "http://"}, "is not a URL", id="no URL"),
        pytest.param({"url": "http://u:p@api.test/"}, "includes a user", id="a user"),
        pytest.param({"method": "A B"}, "is not a method", id="a method of two words"),
        pytest.param({"method": "trace"}, "no page may use", id="a forbidden method"),
        pytest.param({"mode": "navigate"}, "value of `mode`", id="a mode of the browser's own"),
        pytest.param({"credentials": "x"}, "value of `credentials`", id="credentials"),
        pytest.param({"redirect": "x"}, "value of `redirect`", id="redirect"),
        pytest.param({"cache": "x"}, "value of `cache`", id="cache"),
        pytest.param({"cache": "only-if-cached"}, "`same-origin`", id="only-if-cached"),
        pytest.param({"target_address_space": "x"}, "targetAddressSpace", id="an address space"),
        pytest.param({"body": "string"}, "cannot have a body", id="GET with a body"),
        pytest.param({"method": "HEAD", "body": "blob"}, "cannot have a body", id="HEAD too"),
        pytest.param({"mode": "no-cors", "method": "PUT"}, "`no-cors`", id="PUT without CORS"),
        pytest.param(
            {"mode": "no-cors", "method": "POST", "body": "stream"}, "a stream", id="a stream"
        ),
        pytest.param({"headers": (("a b", "c"),)}, "is not a header name", id="a header's name"),
        pytest.param({"headers": (("a", "b\nc"),)}, "line break", id="a header's value"),
    ],
)
@BOTH
def test_a_wrong_call_throws(call: dict[str, Any], part: str, engine: Engine) -> None:
    assert part in thrown(**{"url": URL, **call}, engine=engine)


# What is taken


@BOTH
def test_what_is_not_passed_has_a_default(engine: Engine) -> None:
    call = taken(engine=engine)

    assert (call.mode, call.credentials, call.redirect, call.cache) == (
        "cors", "same-origin", "follow", "default",
    )  # fmt: skip
    assert (call.method, call.headers, call.body, call.api) == ("GET", (), None, "fetch")


@pytest.mark.parametrize(
    ("method", "sent"),
    [("put", "PUT"), ("Delete", "DELETE"), ("patch", "patch"), ("Foo", "Foo")],
)
def test_some_methods_are_written_in_capitals(method: str, sent: str) -> None:
    assert taken(method=method).method == sent


def test_a_url_is_relative_to_the_page() -> None:
    assert taken("c?d").url.href == "http://app.test/a/c?d"


def test_xmlhttprequest_is_more_patient() -> None:
    call = taken("http://u:p@api.test/", api="xhr", body="string", content_type="text/plain")

    assert (call.url.username, call.body, call.headers) == ("u", None, ())


@pytest.mark.parametrize(
    ("headers", "sent"),
    [
        pytest.param((), (("Content-Type", "text/plain"),), id="the body's own"),
        pytest.param((("content-type", "a/b"),), (("content-type", "a/b"),), id="script's"),
    ],
)
def test_a_body_brings_its_type_along(
    headers: tuple[tuple[str, str], ...], sent: tuple[tuple[str, str], ...]
) -> None:
    call = taken(method="POST", body="string", content_type="text/plain", headers=headers)

    assert call.headers == sent


def test_without_cors_most_headers_are_left_out() -> None:
    call = taken(mode="no-cors", headers=(("X-A", "1"), ("Accept", "a/b")))

    assert call.headers == (("Accept", "a/b"),)


@pytest.mark.parametrize(
    ("credentials", "home", "abroad"),
    [("include", True, True), ("same-origin", True, False), ("omit", False, False)],
)
def test_credentials_go_where_the_mode_says(credentials: str, home: bool, abroad: bool) -> None:
    call = taken(credentials=credentials)
    own, other = parse("http://app.test/"), parse(URL)
    assert own is not None
    assert other is not None

    assert call.sends_credentials(own) == home
    assert call.sends_credentials(other) == abroad
    assert call.include == (credentials == "include")


@pytest.mark.parametrize(
    ("name", "conditional"), [("If-None-Match", True), ("if-range", True), ("X-A", False)]
)
def test_script_may_have_a_copy_of_its_own(name: str, conditional: bool) -> None:
    assert taken(headers=((name, "1"),)).conditional == conditional


def test_who_asks_for_a_cache_mode_means_the_browsers_copy() -> None:
    headers = (("If-None-Match", '"1"'),)

    for mode, conditional in (("default", True), ("force-cache", False), ("no-cache", False)):
        found = check_call(PageRequest(URL, headers=headers, cache=mode), PAGE, "chromium")

        assert isinstance(found, Normalised)
        assert found.conditional is conditional


# Elements


@pytest.mark.parametrize(
    ("api", "crossorigin", "mode", "credentials"),
    [
        ("img", None, "no-cors", "include"),
        ("img", "anonymous", "cors", "same-origin"),
        ("track", None, "same-origin", "include"),
        ("module", None, "cors", "same-origin"),
    ],
)
@BOTH
def test_an_element_asks_in_its_own_way(
    api: str, crossorigin: str | None, mode: str, credentials: str, engine: Engine
) -> None:
    call = taken(api=api, crossorigin=crossorigin, method="PUT", engine=engine)

    assert (call.mode, call.credentials, call.method) == (mode, credentials, "GET")


def test_an_event_source_is_never_answered_from_a_cache() -> None:
    assert taken(api="eventsource").cache == "no-store"
    assert taken(api="img").cache == "default"


@pytest.mark.parametrize(("api", "checked"), [("script", "sha256-x"), ("img", "")])
def test_the_content_of_some_elements_is_checked(api: str, checked: str) -> None:
    assert taken(api=api, integrity="sha256-x").integrity == checked


@pytest.mark.parametrize("url", ["", "http://"])
def test_an_element_without_a_url_fails_or_stays_silent(url: str) -> None:
    assert "is not a URL" in thrown(url, api="img")
    with pytest.raises(Unsupported):
        check_call(PageRequest(url, api="stylesheet"), PAGE, "chromium")


@pytest.mark.parametrize(
    ("api", "url"),
    [
        ("beacon", URL),
        ("fetch", "blob:http://app.test/1"),
        ("xhr", "blob:http://app.test/1"),
        ("img", "data:image/gif,x"),
        ("script", "blob:http://app.test/1"),
        ("eventsource", "http://u@api.test/"),
    ],
)
def test_what_is_not_modelled_is_not_guessed(api: str, url: str) -> None:
    with pytest.raises(Unsupported):
        check_call(PageRequest(url, api=api), PAGE, "chromium")


@given(
    st.text(max_size=12),
    st.text(max_size=6),
    st.sampled_from([None, "string", "stream"]),
    st.sampled_from([None, "cors", "no-cors", "same-origin"]),
    st.sampled_from(ENGINES),
)
def test_a_call_is_taken_or_throws(
    path: str, method: str, body: str | None, mode: str | None, engine: Engine
) -> None:
    request = PageRequest(f"/a/{path}", method, body=body, mode=mode)

    found = check_call(request, PAGE, engine)

    assert isinstance(found, (Normalised, Failure))
