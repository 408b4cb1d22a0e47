"""Which scopes let every key do what it did, and no more?"""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from traffic import exchange, keyed

from simulator.learning.exchanges import Exchange
from simulator.learning.routing import Way, find_ways
from simulator.learning.scopes import Holdings, find_scopes, thing_of
from simulator.principals import Place


def scopes(*exchanges: Exchange) -> tuple[dict[str, tuple[str, ...]], Holdings, tuple[Way, ...]]:
    routing = find_ways(exchanges, [Place("header", "x-api-key")], None)
    holdings = find_scopes(routing.ways)
    needed = {
        f"{way.method} {way.template.path}": holdings.needed.get(n, ())
        for n, way in enumerate(routing.ways)
    }
    return needed, holdings, routing.ways


def test_routes_of_one_thing_that_the_same_keys_use_need_one_scope() -> None:
    needed, _, _ = scopes(
        *(keyed(f"{asked}", "a") for asked in ("GET /v1/orders", "GET /v1/orders/7")),
        keyed("DELETE /v1/orders/7", "a"),
        keyed("GET /v1/invoices", "a"),
        exchange("GET /health"),
    )

    assert needed == {
        "GET /v1/orders": ("orders:read",),
        "GET /v1/orders/{id}": ("orders:read",),
        "DELETE /v1/orders/{id}": ("orders:write",),
        "GET /v1/invoices": ("invoices:read",),
        "GET /health": (),
    }


def test_routes_that_other_keys_use_need_another() -> None:
    needed, _, _ = scopes(
        keyed("GET /orders", "a"),
        keyed("GET /orders/7", "b"),
        keyed("GET /orders/7/items", "c"),
        keyed("GET /orders/7/items/8", "d"),
        keyed("GET /orders/7/tags/8/9", "e"),
    )

    assert [scope for (scope,) in needed.values()] == [
        "orders:read",
        "orders.id:read",
        "orders.items:read",
        "orders.items.id:read",
        "orders.tags:read",
    ]


def test_keys_that_may_do_the_same_share_a_role() -> None:
    both = ("GET /orders", "DELETE /orders/7")
    _, holdings, _ = scopes(
        *(keyed(asked, key) for asked in both for key in "ab"),
        *(keyed("GET /invoices", key) for key in "cd"),
        keyed("GET /reports", "e"),
    )

    assert holdings.roles == {
        "writer": ("orders:read", "orders:write"),
        "reader": ("invoices:read",),
    }
    assert [holdings.role_of(key) for key in holdings.held] == [
        "writer", "writer", "reader", "reader", None,
    ]  # fmt: skip


def test_a_thing_is_named_by_the_first_name_in_its_path() -> None:
    assert [thing_of(p) for p in ("/api/v2/orders/{id}", "/v1/", "/{id}", "/a%2Fb")] == [
        "orders", "v1", "root", "a-b",
    ]  # fmt: skip


ASKED = st.tuples(
    st.sampled_from(["GET", "DELETE"]),
    st.sampled_from(["/orders", "/orders/7", "/orders/7/items", "/carts/7", "/v1/orders", "/"]),
    st.sampled_from("abcd"),
)


@given(st.lists(ASKED, min_size=1, max_size=20))
def test_every_key_may_do_what_it_did_and_no_more(asked: list[tuple[str, str, str]]) -> None:
    _, holdings, ways = scopes(*(keyed(f"{method} {path}", key) for method, path, key in asked))

    for number, way in enumerate(ways):
        for key, held in holdings.held.items():
            assert (set(holdings.needed[number]) <= set(held)) == (key in way.users)
