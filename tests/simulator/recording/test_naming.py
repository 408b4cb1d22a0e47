"""What is a case called?"""

from __future__ import annotations

import pytest
from traffic import API, SHOP

from simulator import Request
from simulator.recording.naming import distinct, name_case
from simulator.source import Data

GET = Request("GET", f"{API}/orders/7")
ALLOWED: dict[str, Data] = {"allowed": True}
REFUSED: dict[str, Data] = {"allowed": False}
PREFLIGHT = {"Origin": SHOP, "Access-Control-Request-Method": "PUT"}


@pytest.mark.parametrize(
    ("request_", "key", "expect", "unknown", "name"),
    [
        (GET, None, ALLOWED, "", "GET /orders/7 is allowed"),
        (GET, "web", ALLOWED, "", "GET /orders/7 with key web is allowed"),
        (GET, None, REFUSED, "an unknown key", "GET /orders/7 with an unknown key is refused"),
        (GET, None, {}, "", "GET /orders/7 is not known"),
        (
            GET,
            "web",
            {"allowed": False, "reason": "authorize.missing-scope"},
            "",
            "GET /orders/7 with key web is refused (authorize.missing-scope)",
        ),
        (
            Request("OPTIONS", f"{API}/a", PREFLIGHT),
            None,
            ALLOWED,
            "",
            "OPTIONS /a for PUT from https://shop.example is allowed",
        ),
        (Request("GET", f"{API}/{'a' * 99}"), None, ALLOWED, "", f"GET /{'a' * 58}… is allowed"),
    ],
)  # fmt: skip
def test_a_case_is_called_by_what_was_asked_and_what_came_of_it(
    request_: Request, key: str | None, expect: dict[str, Data], unknown: str, name: str
) -> None:
    assert name_case(request_, key, expect, unknown=unknown) == name


def test_a_repeated_request_says_how_often() -> None:
    assert name_case(GET, None, ALLOWED, unknown="", repeat=4) == "GET /orders/7 4 times is allowed"


def test_names_are_told_apart() -> None:
    taken = {"GET /orders/7 is allowed"}

    second = distinct("GET /orders/7 is allowed", GET, taken)
    third = distinct("GET /orders/7 is allowed", GET, {*taken, second})

    assert second == "GET /orders/7 from 127.0.0.1 is allowed"
    assert third == "GET /orders/7, 2, is allowed"
    assert distinct("another", GET, taken) == "another"
