"""Are two requests one case?"""

from __future__ import annotations

import pytest
from traffic import API, NOON, SHOP

from simulator import Request, load_policy
from simulator.recording.sameness import sameness, sameness_unjudged

POLICY = load_policy("""
network: {default: deny, allow: [10.0.0.0/8, 192.0.2.0/24]}
cors: {origins: ["https://*.shop.example", https://shop.example], methods: [PUT, DELETE]}
keys:
  - {id: web, key: w, scopes: [a]}
  - {id: old, key: o, scopes: [a], expires: 2026-03-03}
routes:
  - {path: "/orders/{id}", methods: [GET], scopes: [a]}
  - {path: /orders/new, methods: [GET, PUT], scopes: [a]}
""")
type Asked = tuple[str, dict[str, str], str, float]


def asked(
    what: str = "GET /orders/7",
    client: str = "10.0.0.1",
    at: float = NOON,
    **fields: str,
) -> Request:
    method, _, path = what.partition(" ")
    headers = {name.replace("_", "-"): value for name, value in fields.items()}
    return Request(method, API + path, headers, client=client, at=at)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        pytest.param(asked(), asked("GET /orders/8?x=1"), id="one route"),
        pytest.param(asked(), asked(client="10.9.9.9"), id="one block"),
        pytest.param(asked(client="1.1.1.1"), asked(client="2.2.2.2"), id="in no block"),
        pytest.param(asked(), asked(User_Agent="x"), id="a field that nobody reads"),
        pytest.param(
            asked(Origin="https://a.shop.example"),
            asked(Origin="https://b.shop.example"),
            id="origins of one entry",
        ),
        pytest.param(asked(X_Api_Key="x"), asked(X_Api_Key="y"), id="unknown keys"),
        pytest.param(asked(X_Api_Key="o"), asked(X_Api_Key="o", at=NOON - 9), id="in time"),
        pytest.param(
            asked("OPTIONS /orders/7", Origin=SHOP, Access_Control_Request_Method="PUT",
                  Access_Control_Request_Headers="a,b"),
            asked("OPTIONS /orders/7", Origin=SHOP, Access_Control_Request_Method="PUT",
                  Access_Control_Request_Headers="b, a"),
            id="the same headers asked for",
        ),
    ],
)  # fmt: skip
def test_what_no_check_tells_apart_is_one_case(left: Request, right: Request) -> None:
    assert sameness(POLICY, left) == sameness(POLICY, right)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        pytest.param(asked(), asked("GET /orders/new"), id="another route"),
        pytest.param(asked("GET /a"), asked("GET /b"), id="other paths that no route has"),
        pytest.param(asked("GET /orders/new"), asked("PUT /orders/new"), id="another method"),
        pytest.param(asked(), asked(client="192.0.2.7"), id="another block"),
        pytest.param(asked(), asked(client="1.1.1.1"), id="no block"),
        pytest.param(asked(), asked(X_Api_Key="w"), id="a key"),
        pytest.param(asked(X_Api_Key="w"), asked(X_Api_Key="o"), id="another key"),
        pytest.param(asked(X_Api_Key="x"), asked(Authorization="Bearer x"), id="another place"),
        pytest.param(asked(X_Api_Key="x"), asked(X_Api_Key=""), id="another fault"),
        pytest.param(
            asked(X_Api_Key="o"), asked(X_Api_Key="o", at=NOON + 86400), id="after it expired"
        ),
        pytest.param(asked(), asked(Origin=SHOP), id="a page"),
        pytest.param(
            asked(Origin=SHOP), asked(Origin="https://a.shop.example"), id="another entry"
        ),
        pytest.param(
            asked(Origin="https://x.example"), asked(Origin="https://y.example"), id="strangers"
        ),
        pytest.param(asked(Origin=SHOP), asked(Origin=SHOP, Cookie="a=b"), id="with a cookie"),
        pytest.param(
            asked("OPTIONS /orders/7", Origin=SHOP, Access_Control_Request_Method="PUT"),
            asked("OPTIONS /orders/7", Origin=SHOP, Access_Control_Request_Method="DELETE"),
            id="another method asked for",
        ),
    ],
)  # fmt: skip
def test_what_a_check_tells_apart_are_two(left: Request, right: Request) -> None:
    assert sameness(POLICY, left) != sameness(POLICY, right)


def test_without_a_policy_all_that_is_kept_counts() -> None:
    one = sameness_unjudged(asked(X_A="1"))

    assert one == sameness_unjudged(asked(X_a="1"))
    assert one != sameness_unjudged(asked(X_A="2"))
    assert one != sameness_unjudged(asked("GET /orders/8", X_A="1"))
