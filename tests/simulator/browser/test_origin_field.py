"""Which Origin goes along."""

from __future__ import annotations

from typing import Any

import pytest

from simulator.browser.api import Normalised, check_call
from simulator.browser.engine import ENGINES, Engine
from simulator.browser.origin_field import origin_field, serialised_origin
from simulator.browser.page import Page, PageRequest
from simulator.browser.redirect import Hop

PAGE = Page("https://app.test/", "https://app.test")
BOTH = pytest.mark.parametrize("engine", ENGINES)


def field(
    url: str = "https://app.test/x",
    *,
    engine: Engine = "chromium",
    cors: bool = False,
    tainted: bool = False,
    **call: Any,
) -> str | None:
    asked = check_call(PageRequest(url, **call), PAGE, engine)
    assert isinstance(asked, Normalised)
    hop = Hop(asked.url, asked.method, asked.headers, asked.body, tainted)
    assert serialised_origin(hop, PAGE) == ("null" if tainted else "https://app.test")
    return origin_field(hop, asked, PAGE, engine, cors=cors)


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT"])
@BOTH
def test_cors_always_has_one(method: str, engine: Engine) -> None:
    url = "https://api.test/"

    assert field(url, engine=engine, cors=True, method=method) == "https://app.test"
    assert field(url, engine=engine, cors=True, method=method, tainted=True) == "null"


@pytest.mark.parametrize(
    ("method", "value"),
    [("GET", None), ("HEAD", None), ("POST", "https://app.test"), ("PUT", "https://app.test")],
)
@BOTH
def test_others_have_one_where_something_may_change(
    method: str, value: str | None, engine: Engine
) -> None:
    assert field(engine=engine, method=method) == value


@pytest.mark.parametrize(
    ("api", "crossorigin", "chromium"),
    [
        ("img", "anonymous", True),
        ("img", None, False),
        ("script", "", True),
        ("track", "use-credentials", True),
        ("module", None, True),
        ("audio", "anonymous", False),
        ("eventsource", None, False),
    ],
)
def test_chromium_tells_the_pages_own_server_too(
    api: str, crossorigin: str | None, chromium: bool
) -> None:
    told = field(api=api, crossorigin=crossorigin, engine="chromium")

    assert told == ("https://app.test" if chromium else None)
    assert field(api=api, crossorigin=crossorigin, engine="standard") is None


@pytest.mark.parametrize(
    ("policy", "url", "standard"),
    [
        ("no-referrer", "https://api.test/", "null"),
        ("same-origin", "https://api.test/", "null"),
        ("same-origin", "https://app.test/", "https://app.test"),
        ("unsafe-url", "http://api.test/", "https://app.test"),
        ("origin", "http://api.test/", "https://app.test"),
        ("strict-origin", "http://localhost/", "null"),
        ("", "http://localhost/", "null"),
        ("", "https://api.test/", "https://app.test"),
    ],
)
def test_the_standard_shortens_what_no_cors_check_reads(
    policy: str, url: str, standard: str
) -> None:
    call: dict[str, Any] = {"mode": "no-cors", "method": "POST", "referrer_policy": policy}

    assert field(url, engine="standard", **call) == standard
    assert field(url, engine="chromium", **call) == "https://app.test"
    assert (
        field(url, engine="standard", cors=True, **{**call, "mode": "cors"}) == "https://app.test"
    )
