"""By which rules an answer is judged."""

from __future__ import annotations

from typing import Any

import pytest

from simulator.browser.api import Normalised, check_call
from simulator.browser.failure import Failure
from simulator.browser.page import Page, PageRequest
from simulator.browser.tainting import Tainting, choose_tainting

PAGE = Page("http://app.test/", "http://app.test")
OPAQUE = Page("http://app.test/", "null")


def chosen(
    url: str,
    before: Tainting = "basic",
    *,
    page: Page = PAGE,
    first: bool = True,
    **call: Any,
) -> Failure | str:
    asked = check_call(PageRequest(url, **call), page, "chromium")
    assert isinstance(asked, Normalised)
    return choose_tainting(asked.url, asked, page, before, first=first)


def refused(url: str, **more: Any) -> tuple[str, str | None]:
    """The reason's code, and Chromium's name."""
    found = chosen(url, **more)
    assert isinstance(found, Failure)
    return found.reason.code, found.chromium


@pytest.mark.parametrize(
    ("mode", "home", "abroad"),
    [("cors", "basic", "cors"), ("no-cors", "basic", "opaque"), ("same-origin", "basic", None)],
)
def test_the_mode_says_what_holds_abroad(mode: str, home: str, abroad: str | None) -> None:
    assert chosen("http://app.test/x", mode=mode) == home
    if abroad is not None:
        assert chosen("http://api.test/", mode=mode) == abroad


@pytest.mark.parametrize(("mode", "kept"), [("cors", "cors"), ("no-cors", "opaque")])
def test_a_chain_that_left_never_comes_home(mode: str, kept: Tainting) -> None:
    assert chosen("http://app.test/x", kept, mode=mode) == kept


def test_an_opaque_page_has_no_home() -> None:
    assert chosen("http://app.test/x", page=OPAQUE) == "cors"


def test_a_page_may_want_to_stay_at_home() -> None:
    url = "http://api.test/"

    assert refused(url, mode="same-origin") == ("cors.mode-same-origin", "DisallowedByMode")
    assert refused(url, mode="same-origin", first=False) == ("cors.mode-same-origin", None)
    assert refused(url, api="track") == ("cors.mode-same-origin", None)


@pytest.mark.parametrize("redirect", ["manual", "error"])
def test_without_cors_redirects_are_followed(redirect: str) -> None:
    found = refused("http://api.test/", mode="no-cors", redirect=redirect)

    assert found == ("cors.no-cors-redirect", "NoCorsRedirectModeNotFollow")
    assert chosen("http://app.test/", mode="no-cors", redirect=redirect) == "basic"


@pytest.mark.parametrize(
    ("url", "call", "named"),
    [
        ("ftp://api.test/", {}, True),
        ("about:blank", {}, True),
        ("foo:bar", {"mode": "no-cors"}, True),
        ("ws://api.test/", {"api": "xhr"}, True),
        ("ftp://api.test/", {"api": "xhr"}, False),
        ("file:///etc/hosts", {}, False),
        ("chrome://version/", {}, True),
        ("chrome://version/", {"api": "xhr"}, False),
        ("ftp://api.test/", {"api": "img", "crossorigin": ""}, True),
        ("ftp://api.test/", {"api": "img"}, False),
    ],
)
def test_other_schemes_are_shut(url: str, call: dict[str, Any], named: bool) -> None:
    name = "CorsDisabledScheme" if named else None

    assert refused(url, **call) == ("cors.scheme-not-supported", name)


def test_the_scheme_is_named_only_where_the_page_asked_for_it() -> None:
    first, later = chosen("ftp://api.test/"), chosen("ftp://api.test/", first=False)

    assert isinstance(first, Failure)
    assert isinstance(later, Failure)
    assert (first.parameter, later.parameter) == ("ftp", "")
    assert first.values == later.values == {"scheme": "ftp"}
