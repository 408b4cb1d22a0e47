"""Does a preflight get past what asks for more than it has?"""

from __future__ import annotations

import pytest
from fixing import ask, fixes, preflight, proposed, turns

from simulator.edit import Insert, Put
from simulator.remedies.preflight import remedies

SHOP = "https://shop.example"


def policy(order: str) -> str:
    return f"""
order: [{order}]
cors: {{origins: [{SHOP}], headers: [x-api-key]}}
keys: [{{id: web, key: web-demo}}]
routes: [{{path: /orders, methods: [GET]}}]
"""


REQUEST = preflight(SHOP, headers="x-api-key", url="https://api.example/orders")


@pytest.mark.parametrize(
    ("order", "check", "expected", "passed"),
    [
        (
            "network, authenticate, cors, route, authorize, rate_limit",
            "authenticate",
            (Put("order/1", "cors"), Put("order/2", "authenticate")),
            "`authenticate`",
        ),
        (
            "network, route, authorize, cors, authenticate, rate_limit",
            "route",
            (Put("order/1", "cors"), Put("order/2", "route"), Put("order/3", "authorize")),
            "`route` and `authorize`",
        ),
    ],
)
def test_cors_goes_ahead_of_what_refuses_it(
    order: str, check: str, expected: object, passed: str
) -> None:
    found = proposed(remedies, check, policy(order), REQUEST)

    assert found[0].edits == expected
    assert found[0].say == f"put `cors` ahead of {passed} in `order`"


def test_a_route_for_options_that_needs_no_key_does_as_well() -> None:
    order = "network, authenticate, cors, route, authorize, rate_limit"

    found = proposed(remedies, "authenticate", policy(order), REQUEST)

    route = {"path": "/orders", "methods": ["OPTIONS"], "public": True}
    assert found[1].edits == (Insert("routes", route),)


def test_addresses_are_asked_of_preflights_too() -> None:
    text = f"network: {{deny: [all]}}\ncors: {{origins: [{SHOP}]}}"

    assert proposed(remedies, "network", text, REQUEST) == []


def test_what_is_no_preflight_needs_its_key() -> None:
    order = "network, authenticate, cors, route, authorize, rate_limit"

    found = proposed(remedies, "authenticate", policy(order), ask("https://api.example/orders"))

    assert found == []


def test_comments_beside_the_order_stay_where_they_are() -> None:
    text = """\
order:
  - network # who comes in
  - authenticate # with which key
  - cors # and from which page
  - route
  - authorize
  - rate_limit
cors: {origins: [https://shop.example], headers: [x-api-key]}
keys: [{id: web, key: web-demo}]
"""

    found = fixes(text, REQUEST)

    assert "- cors # with which key\n  - authenticate # and from which page\n" in found[0].text
    assert turns(found[0])
