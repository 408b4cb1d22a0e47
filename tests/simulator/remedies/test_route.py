"""Is a request routed by as little as will do, and guarded as its neighbours are?"""

from __future__ import annotations

import pytest
from fixing import ask, fixes, preflight, proposed, told, turns

from simulator.edit import Insert
from simulator.remedies.remedy import Breadth
from simulator.remedies.route import remedies

POLICY = """
keys: [{id: web, key: web-demo, scopes: [orders:read, orders:write]}]
routes:
  - {path: /health, methods: [GET], public: true}
  - {path: /orders, methods: [GET], scopes: [orders:read]}
  - {path: "/orders/{id}", methods: [GET], scopes: [orders:read]}
  - {path: "/orders/{id}", methods: [DELETE], scopes: [orders:write]}
  - {path: /admin, methods: [GET], hosts: [intern.example]}
"""
KEY = {"X-Api-Key": "web-demo"}


def test_the_route_that_has_the_path_takes_the_method_too() -> None:
    request = ask("https://api.example/orders/7", KEY, method="PUT")

    found = proposed(remedies, "route", POLICY, request)

    assert [(remedy.say, remedy.edits, remedy.breadth) for remedy in found] == [
        (
            "let the route `GET /orders/{id}` take `PUT` too",
            (Insert("routes/2/methods", "PUT"),),
            Breadth.FEW,
        ),
        (
            "let the route `DELETE /orders/{id}` take `PUT` too",
            (Insert("routes/3/methods", "PUT"),),
            Breadth.MANY,
        ),
    ]
    assert found[0].opens == ("key `web`: `PUT /orders/{id}`",)


@pytest.mark.parametrize(
    ("method", "path", "route"),
    [
        ("GET", "/orders/7/items", {"scopes": ["orders:read"]}),
        ("DELETE", "/orders/7/items", {"scopes": ["orders:write"]}),
        ("GET", "/health/live", {"public": True}),
        ("GET", "/refunds", {"scopes": ["orders:read"]}),
    ],
    ids=[
        "the neighbour with the same method",
        "another method's",
        "a public one's",
        "nobody's neighbour is open just because some route is",
    ],
)
def test_a_new_route_is_guarded_as_the_one_that_is_most_like_it(
    method: str, path: str, route: dict[str, object]
) -> None:
    found = proposed(remedies, "route", POLICY, ask(f"https://api.example{path}", method=method))

    assert found[0].edits == (Insert("routes", {"path": path, "methods": [method], **route}),)


def test_what_looks_like_a_number_may_vary_in_a_wider_route() -> None:
    found = proposed(remedies, "route", POLICY, ask("https://api.example/refunds/41", KEY))

    assert told(found) == [
        "add the route `GET /refunds/41`, which needs `orders:read` as `GET /orders` does",
        "add the route `GET /refunds/{id}`, which needs `orders:read` as `GET /orders` does",
    ]
    assert [remedy.breadth for remedy in found] == [Breadth.FEW, Breadth.MANY]


def test_a_route_of_another_host_may_exist_here_too() -> None:
    found = proposed(remedies, "route", POLICY, ask("https://api.example:8443/admin", KEY))

    assert found[0].edits == (Insert("routes/4/hosts", "api.example:8443"),)


@pytest.mark.parametrize(
    ("path", "template"),
    [
        ("/a b", "/a%20b"),
        ("/{x}", "/%7Bx%7D"),
        ("/x/../y", "/y"),
        ("/a%2Fb", "/a%2Fb"),
        ("/*", "/%2A"),
    ],
)
def test_a_path_is_written_so_that_it_means_itself(path: str, template: str) -> None:
    found = fixes("routes: [{path: /other}]", ask(f"https://api.example{path}"))
    added = [edit for fix in found for edit in fix.edits]

    assert added[0] == Insert("routes", {"path": template, "methods": ["GET"]})
    assert all(map(turns, found))


@pytest.mark.parametrize(
    ("text", "request_"),
    [
        ("{base_paths: [/v1], routes: [{path: /orders}]}", ask("https://api.example/orders")),
        ("routes: [{path: /, methods: [GET]}]", ask(method="get")),
    ],
    ids=["outside of the base paths", "no method is in small letters"],
)
def test_what_no_route_could_take_is_left_alone(text: str, request_: object) -> None:
    assert proposed(remedies, "route", text, request_) == []  # type: ignore[arg-type]


def test_a_route_is_added_below_the_base_path() -> None:
    text = "{base_paths: [/v1], routes: [{path: /orders}]}"

    found = proposed(remedies, "route", text, ask("https://api.example/v1/refunds"))

    assert found[0].edits == (Insert("routes", {"path": "/refunds", "methods": ["GET"]}),)


def test_a_preflight_that_needs_a_route_of_its_own_gets_options() -> None:
    text = """
cors: {behaviour: kong, origins: [https://shop.example], methods: [PUT]}
routes: [{path: /orders, methods: [PUT]}]
"""

    found = fixes(text, preflight("https://shop.example", "PUT", url="https://api.example/orders"))

    assert [fix.edits for fix in found] == [(Insert("routes/0/methods", "OPTIONS"),)]
