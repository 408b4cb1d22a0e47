"""Is there anything at this URL, and does it take this method?"""

from __future__ import annotations

import pytest
from telling import decide, finding, nearly

SHOP = """
routes:
  - {path: "/orders/{id}", methods: [GET]}
  - {path: "/orders/{id}", methods: [DELETE, PUT]}
  - {path: /health}
  - {path: /admin, methods: [GET], hosts: [admin.example]}
"""


@pytest.mark.parametrize(
    ("method", "url", "expected"),
    [
        pytest.param("GET", "https://h/orders/7", ("pass", "routes/0", 200), id="path and method"),
        pytest.param("PUT", "https://h/orders/7", ("pass", "routes/1", 200), id="the other route"),
        pytest.param("ANY", "https://h/health", ("pass", "routes/2", 200), id="any method"),
        pytest.param("GET", "https://h/health?a", ("pass", "routes/2", 200), id="with a query"),
        pytest.param("GET", "https://admin.example/admin", ("pass", "routes/3", 200), id="host"),
        pytest.param(
            "GET", "https://h/order/7", ("route.not-found", "routes", 404), id="another path"
        ),
        pytest.param(
            "GET", "https://h/admin", ("route.not-found", "routes", 404), id="another host"
        ),
        pytest.param(
            "POST",
            "https://h/orders/7",
            ("route.method-not-allowed", "routes/0/methods", 405),
            id="another method",
        ),
        pytest.param(
            "HEAD",
            "https://h/orders/7",
            ("route.method-not-allowed", "routes/0/methods", 405),
            id="GET does not imply HEAD",
        ),
        pytest.param(
            "get",
            "https://h/orders/7",
            ("route.method-not-allowed", "routes/0/methods", 405),
            id="a method in small letters",
        ),
    ],
)
def test_a_url_is_judged(method: str, url: str, expected: tuple[str, str, int]) -> None:
    decision = decide(SHOP, method, url)
    found = finding(decision, "route")
    code = found.reason.code if found.reason else str(found.outcome)

    assert (code, found.rule, decision.status) == expected


def test_without_routes_any_path_exists() -> None:
    found = finding(decide("{}", url="https://h/any"), "route")

    assert (str(found.outcome), found.note) == ("skip", "the policy has no `routes`")


def test_405_names_the_methods_of_all_routes_with_the_path() -> None:
    found = finding(decide(SHOP, "POST", "https://h/orders/7"), "route")

    assert found.text == "`/orders/7` does not take the method `POST`"
    assert found.fields == (("allow", "DELETE, GET, PUT"),)


def test_404_names_the_path_as_it_was_sent() -> None:
    found = finding(decide(SHOP, url="https://h/a%20b?c"), "route")

    assert found.text == "no route has the path `/a%20b`"


@pytest.mark.parametrize(
    ("method", "url", "expected"),
    [
        pytest.param(
            "POST",
            "https://h/orders/7",
            ["`/orders/{id}` takes `GET`", "`/orders/{id}` takes `DELETE` and `PUT`"],
            id="the methods that the path has",
        ),
        pytest.param(
            "put",
            "https://h/orders/7",
            [
                "methods are case-sensitive: send it in capitals",
                "`/orders/{id}` takes `GET`",
                "`/orders/{id}` takes `DELETE` and `PUT`",
            ],
            id="a method in small letters",
        ),
        pytest.param(
            "GET",
            "https://h/health/",
            ["did you mean `GET /health`? there is a slash too many at the end"],
            id="the nearest route",
        ),
        pytest.param(
            "GET", "https://h/admin", ["`/admin` exists, on admin.example only"], id="another host"
        ),
    ],
)
def test_a_refusal_says_what_nearly_matched(method: str, url: str, expected: list[str]) -> None:
    assert nearly(decide(SHOP, method, url), "route") == expected
