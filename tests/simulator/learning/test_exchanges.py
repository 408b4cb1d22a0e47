"""What does a real exchange say of who is let in?"""

from __future__ import annotations

import pytest
from traffic import READ, SHOP, exchange, har_text, preflight

from simulator.har import read_har
from simulator.learning.exchanges import (
    Exchange,
    exchanges_of,
    is_cors,
    is_preflight,
    is_read,
    outcome_of,
)


@pytest.mark.parametrize(
    ("given", "outcome"),
    [
        (exchange("GET /orders"), "let in"),
        (exchange("GET /orders", 304), "let in"),
        (exchange("GET /orders", 401), "refused"),
        (exchange("GET /orders", 404), "refused"),
        (exchange("GET /orders", 429), "refused"),
        (exchange("POST /orders", 409), "failed"),
        (exchange("GET /orders", 500), "failed"),
        (exchange("GET /orders", None), "unanswered"),
        (exchange("OPTIONS /orders", 200), "let in"),
        (preflight("/orders", "PUT"), "granted"),
        (preflight("/orders", "PUT", answer={}), "not granted"),
        (preflight("/orders", "PUT", answer={**READ}), "not granted"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_the_status_tells_and_of_preflights_the_browser(given: Exchange, outcome: str) -> None:
    assert outcome_of(given) == outcome


def test_a_page_of_another_origin_reads_what_is_granted_to_it() -> None:
    granted = exchange("GET /orders", 200, {"Origin": SHOP}, READ)
    withheld = exchange("GET /orders", 200, {"Origin": SHOP})
    own = exchange("POST /orders", 200, {"Origin": "https://api.shop.example"})

    assert [is_read(e) for e in (granted, withheld, own)] == [True, False, False]
    assert [is_cors(e.request) for e in (granted, withheld, own)] == [True, True, False]
    assert not is_preflight(granted.request)


def test_exchanges_of_a_har_say_where_they_stand() -> None:
    entries = read_har(har_text([exchange("GET /a"), exchange("GET /b", None)]))

    found = list(exchanges_of(entries, "shop.har"))

    assert [e.place for e in found] == ["shop.har, entry 0", "shop.har, entry 1"]
    assert [e.response is None for e in found] == [False, True]
