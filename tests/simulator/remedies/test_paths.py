"""Is the path found that was meant?"""

from __future__ import annotations

import pytest

from simulator.message import parse_url
from simulator.remedies.paths import near_paths
from simulator.routes import Route, RouteTable

TABLE = RouteTable(
    [
        Route(0, "/orders", ("GET",)),
        Route(1, "/orders/{id}", ("GET", "DELETE")),
        Route(2, "/v2/customers/{id}/invoices", ("GET",)),
        Route(3, "/Search", ("GET",)),
    ]
)


@pytest.mark.parametrize(
    ("method", "path", "expected"),
    [
        ("GET", "/orders/", [("/orders", "there is a slash too many at the end")]),
        ("GET", "/order/7", [("/orders/7", "it is `orders`, not `order`")]),
        ("DELETE", "/api/orders/7", [("/orders/7", "`/api` is one segment too many")]),
        ("GET", "/search", [("/Search", "paths compare by case")]),
        ("GET", "/v1/customers/7/invoices", [
            ("/v2/customers/7/invoices", "the version is v2, not v1"),
        ]),
        ("GET", "/customers/7/invoices", [
            ("/v2/customers/7/invoices", "`/v2` is missing in front"),
        ]),
        ("PUT", "/orders/7/", []),
        ("GET", "/refunds/7", []),
        ("GET", "/" + "x" * 3000, []),
    ],
)  # fmt: skip
def test_the_path_that_a_route_has_and_takes(
    method: str, path: str, expected: list[tuple[str, str]]
) -> None:
    target = parse_url(f"https://api.example{path}")

    assert list(near_paths(TABLE, method, target)) == expected


def test_the_base_path_is_kept() -> None:
    table = RouteTable([Route(0, "/orders/{id}")], ["/v1"])

    found = near_paths(table, "GET", parse_url("https://api.example/v1/ordes/7"))

    assert found == (("/v1/orders/7", "it is `orders`, not `ordes`"),)
