"""Is it told from the routes whether they take whatever they did?"""

from __future__ import annotations

import pytest

from simulator import Policy, load_policy
from simulator.edit import Edit, Insert, Put, Remove, edit_data
from simulator.policy import recompile
from simulator.remedies.rerouting import overlap, routes_widen

POLICY = load_policy(
    """
routes:
  - {path: /orders, methods: [GET], scopes: [read]}
  - {path: "/orders/{id}", methods: [GET, DELETE], scopes: [read, write]}
  - {path: "/{page}/special", methods: [PUT]}
  - {path: /own, methods: [GET], cors: {origins: [https://shop.example]}}
  - {path: /health, public: true, hosts: [api.example]}
""",
    name="p.yaml",
)
AHEAD = load_policy(
    """
order: [network, authenticate, cors, route, authorize, rate_limit]
routes: [{path: /orders, methods: [GET]}]
"""
)


def after(edit: Edit, policy: Policy = POLICY) -> Policy:
    return recompile(policy, edit_data(policy.document.data, [edit]))


@pytest.mark.parametrize(
    ("edit", "widens"),
    [
        pytest.param(Insert("routes", {"path": "/refunds"}), True, id="a path that is new"),
        pytest.param(Insert("routes/0/methods", "POST"), True, id="a method more"),
        pytest.param(Insert("routes/0/methods", "OPTIONS"), True, id="OPTIONS too"),
        pytest.param(Put("routes/1/scopes", ["read"]), True, id="fewer scopes"),
        pytest.param(Put("routes/0/public", True), True, id="open to all"),
        pytest.param(Insert("routes/4/hosts", "b.example"), True, id="on another host too"),
        pytest.param(
            Insert("routes", {"path": "/orders/special", "methods": ["PUT"]}),
            False,
            id="a path that another route takes with this method",
        ),
        pytest.param(Insert("routes/1/methods", "PUT"), False, id="a method of another's, in part"),
        pytest.param(Insert("routes/3/methods", "PUT"), False, id="a route with sections"),
        pytest.param(
            Insert("routes", {"path": "/own", "methods": ["OPTIONS"]}),
            False,
            id="OPTIONS beside a route with sections",
        ),
        pytest.param(Insert("routes/0/scopes", "write"), False, id="more scopes"),
        pytest.param(Put("routes/4/public", False), False, id="no longer open to all"),
        pytest.param(Remove("routes/1/methods/0"), False, id="a method less"),
        pytest.param(Insert("routes/4/methods", "GET"), False, id="not every method any more"),
        pytest.param(Remove("routes/0/methods"), False, id="every method, which is not looked at"),
        pytest.param(Remove("routes/4"), False, id="a route less"),
        pytest.param(Put("routes/0/path", "/other"), False, id="another path"),
        pytest.param(Put("base_paths", ["/v1"]), False, id="another base path"),
    ],
)
def test_routes(edit: Edit, widens: bool) -> None:
    assert routes_widen(POLICY, after(edit)) is widens


def test_a_first_route_takes_all_other_paths_away() -> None:
    anything = load_policy("{}")

    assert not routes_widen(anything, after(Insert("routes", {"path": "/"}), anything))


def test_what_is_asked_ahead_of_cors_goes_by_the_route_of_a_preflight() -> None:
    assert not routes_widen(AHEAD, after(Insert("routes/0/methods", "PUT"), AHEAD))


@pytest.mark.parametrize(
    ("left", "right", "meet"),
    [
        ("/orders", "/orders", True),
        ("/orders", "/refunds", False),
        ("/orders/{id}", "/orders/new", True),
        ("/orders/{id}", "/{page}/new", True),
        ("/orders/{id}", "/orders/", False),
        ("/orders/{id}", "/orders", False),
        ("/{a}.{b}", "/report", True),  # it is not looked into
        ("/%6Frders", "/orders", True),
    ],
)
def test_paths_that_two_templates_share(left: str, right: str, meet: bool) -> None:
    assert overlap(left, right) is meet
    assert overlap(right, left) is meet
