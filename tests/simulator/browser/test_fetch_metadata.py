"""To which requests browsers apply CORS."""

from __future__ import annotations

import pytest

from simulator.browser.fetch_metadata import why_not_cors
from simulator.message import Headers

NAVIGATION = "a navigation: browsers apply no CORS to it"
WEBSOCKET = "a WebSocket handshake: browsers apply no CORS to it"
OWN = "not a CORS request: to the browser, page and server are the same origin"


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        pytest.param({"Sec-Fetch-Mode": "navigate"}, NAVIGATION, id="a navigation"),
        pytest.param(
            {"Upgrade-Insecure-Requests": "1"}, NAVIGATION, id="a navigation over plain HTTP"
        ),
        pytest.param({"Sec-Fetch-Mode": "websocket"}, WEBSOCKET, id="a WebSocket"),
        pytest.param({"Upgrade": "WebSocket"}, WEBSOCKET, id="a WebSocket over plain HTTP"),
        pytest.param(
            {"Sec-Fetch-Mode": "no-cors"},
            "sent in the mode `no-cors`: the browser neither shows nor refuses the answer",
            id="no-cors",
        ),
        pytest.param({"Sec-Fetch-Mode": "same-origin"}, OWN, id="the mode same-origin"),
        pytest.param(
            {"Sec-Fetch-Mode": "cors", "Sec-Fetch-Site": "same-origin"}, OWN, id="the same origin"
        ),
    ],
)
def test_browsers_say_that_cors_has_no_part_in_it(fields: dict[str, str], why: str) -> None:
    headers = Headers({"Origin": "https://app.test", **fields})

    assert why_not_cors(headers) == why


@pytest.mark.parametrize(
    "fields",
    [
        pytest.param({}, id="nothing is said"),
        pytest.param({"Sec-Fetch-Mode": "cors", "Sec-Fetch-Site": "cross-site"}, id="another site"),
        pytest.param({"Sec-Fetch-Mode": "cors", "Sec-Fetch-Site": "same-site"}, id="one site"),
        pytest.param(
            {"Sec-Fetch-Mode": "cors", "Upgrade-Insecure-Requests": "1"},
            id="script sets the header of navigations",
        ),
        pytest.param({"Upgrade": "h2c"}, id="another protocol"),
    ],
)
def test_browsers_apply_cors_or_say_nothing(fields: dict[str, str]) -> None:
    assert why_not_cors(Headers(fields)) is None
