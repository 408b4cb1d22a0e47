"""Which routes were asked for, and by whom?"""

from __future__ import annotations

import pytest
from traffic import exchange, keyed

from simulator.learning.exchanges import Exchange
from simulator.learning.openapi import Need, read_openapi
from simulator.learning.routing import Routing, find_ways
from simulator.principals import Place

KEY = Place("header", "x-api-key")
LOGIN = {"Location": "/login"}


def ways(*exchanges: Exchange, api: str = "") -> Routing:
    described = read_openapi(api, name="api") if api else None
    return find_ways(exchanges, [KEY], described)


def test_a_way_is_a_method_of_a_template_on_a_host() -> None:
    found = ways(
        keyed("GET /orders/7", "a"),
        keyed("GET /orders/8", "b"),
        keyed("DELETE /orders/8", "b"),
        keyed("GET https://other.example:8443/orders/8", "b"),
    ).ways

    assert [(w.host, w.method, w.template.path, w.requests) for w in found] == [
        ("api.shop.example", "GET", "/orders/{id}", 2),
        ("api.shop.example", "DELETE", "/orders/{id}", 1),
        ("other.example:8443", "GET", "/orders/{id}", 1),
    ]
    assert [len(w.users) for w in found] == [2, 1, 1]


def test_a_way_is_public_where_somebody_was_let_in_without_a_credential() -> None:
    found = ways(exchange("GET /health"), keyed("GET /health", "a"), keyed("GET /orders", "a"))

    assert [way.public for way in found.ways] == [True, False]


@pytest.mark.parametrize(
    ("others", "public"),
    [
        ([keyed("GET /account", "a")], False),
        ([], True),
        ([exchange("GET /account", 200), keyed("GET /account", "a")], True),
        ([keyed("GET /account", "a", 302)], True),
    ],
    ids=["others are let in", "nobody else", "so is a stranger", "others are redirected too"],
)
def test_a_redirect_of_a_stranger_may_be_the_way_to_a_login(
    others: list[Exchange], public: bool
) -> None:
    found = ways(exchange("GET /account", 302, {}, LOGIN), *others)

    assert found.ways[0].public == public
    assert len(found.to_login) == (0 if public else 1)


def test_what_no_policy_can_name_is_set_aside() -> None:
    found = ways(exchange("get /a"), exchange("GET https://a*b/"), exchange("GET /b"))

    assert len(found.unwritable) == 2
    assert len(found.admitted) == 1


def test_a_description_gives_templates_and_says_what_is_needed() -> None:
    api = """{"paths": {"/orders/{n}": {"get": {"security": [{"o": ["r"]}, {"k": []}]}}},
        "components": {"securitySchemes": {"o": {"type": "oauth2"},
        "k": {"type": "apiKey", "in": "header", "name": "x-api-key"}}}}"""

    found = ways(keyed("GET /orders/7", "a"), keyed("PUT /orders/7", "a"), api=api).ways

    assert {way.template.path for way in found} == {"/orders/{n}"}
    assert [way.documented for way in found] == [True, True]
    assert [way.operation is None for way in found] == [False, True]
    assert found[0].need == Need((KEY,))
