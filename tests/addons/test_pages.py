"""Whose page made this request?"""

from __future__ import annotations

import pytest

from addons.pages import Page, is_of, page_of
from simulator import Request

URL = "https://api.test:8443/orders?x=1"
OWN = "https://api.test:8443"


@pytest.mark.parametrize(
    ("headers", "origin"),
    [
        pytest.param({}, None, id="no page"),
        pytest.param({"Origin": "https://app.test"}, "https://app.test", id="its Origin"),
        pytest.param({"Origin": "null"}, "null", id="an opaque origin"),
        pytest.param(
            {"Origin": "https://app.test", "Sec-Fetch-Mode": "navigate"}, OWN, id="a navigation"
        ),
        pytest.param({"Sec-Fetch-Dest": "document"}, OWN, id="a document"),
        pytest.param({"Sec-Fetch-Site": "same-origin"}, OWN, id="the page's own server"),
        pytest.param(
            {"Sec-Fetch-Site": "cross-site", "Referer": "http://localhost:5173/a?b"},
            "http://localhost:5173",
            id="a referrer",
        ),
        pytest.param({"Referer": "http://[::1]?q"}, "http://[::1]", id="a referrer without a path"),
        pytest.param({"Referer": "about:blank"}, None, id="a referrer that has no origin"),
        pytest.param({"Referer": "https://evil test/"}, None, id="no URL at all"),
    ],
)
def test_the_request_tells_its_page(headers: dict[str, str], origin: str | None) -> None:
    assert page_of(Request("GET", URL, headers)) == origin


def test_opaque_origins_are_told_apart_by_the_referrer() -> None:
    page = Page("null", "https://app.test")

    mine = Request("GET", URL, {"Origin": "null", "Referer": "https://app.test/"})
    others = Request("GET", URL, {"Origin": "null", "Referer": "https://other.test/"})
    nobodys = Request("GET", URL, {"Origin": "null"})

    assert is_of(mine, page)
    assert not is_of(others, page)
    assert not is_of(nobodys, page)


def test_a_page_is_its_origin() -> None:
    page = Page("https://app.test", "https://app.test")

    assert is_of(Request("GET", URL, {"Origin": "https://app.test"}), page)
    assert not is_of(Request("GET", URL, {"Origin": "https://app.test:444"}), page)
    assert not is_of(Request("GET", URL), page)
