"""Who asks, and what the browser knows of the page."""

from __future__ import annotations

import pytest

from simulator.browser.page import Page
from simulator.browser.url import WebUrl, parse


def url(text: str) -> WebUrl:
    found = parse(text)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("address", "secure"),
    [
        ("https://app.test/", True),
        ("http://app.test/", False),
        ("http://localhost:8000/", True),
        ("http://127.0.0.1/", True),
        ("about:blank", True),
        ("no URL", False),
    ],
)
def test_a_page_is_secure_by_where_it_came_from(address: str, secure: bool) -> None:
    assert Page(address, "null").secure == secure


@pytest.mark.parametrize(
    ("origin", "target", "home"),
    [
        ("http://app.test", "http://app.test/x", True),
        ("http://app.test", "https://app.test/x", False),
        ("http://app.test", "http://app.test:8080/", False),
        ("null", "http://app.test/", False),
        ("null", "data:,x", False),
    ],
)
def test_a_page_is_at_home_in_its_own_origin(origin: str, target: str, home: bool) -> None:
    assert Page("http://app.test/", origin).is_home(url(target)) == home


def test_caches_are_kept_apart_by_the_pages_url() -> None:
    assert Page("http://app.test:80/a?b", "null").partition == "http://app.test"
    assert Page("no URL", "http://app.test").partition == "http://app.test"
