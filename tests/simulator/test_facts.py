"""What is true of a request before anything is judged."""

from __future__ import annotations

import pytest

from simulator import Policy, Request, load_policy
from simulator.facts import Facts, gather
from simulator.preflights import Ask

POLICY = load_policy(
    """
    trusted_proxies: [10.0.0.0/8]
    keys: [{id: web, key: secret-1}]
    routes:
      - {path: /a, methods: [GET]}
      - {path: /b, methods: [OPTIONS]}
      - {path: /b, methods: [GET]}
      - {path: /c}
    """
)


EXPRESS = load_policy(
    """
    cors: {behaviour: express}
    routes:
      - {path: /a, methods: [GET]}
      - {path: /c, methods: [GET], cors: {behaviour: koa, origins: [https://other.example]}}
    """
)


def facts(
    method: str = "GET",
    url: str = "https://api.example/a",
    headers: dict[str, str] | None = None,
    client: str = "203.0.113.9",
    policy: Policy = POLICY,
) -> Facts:
    return gather(Request(method, url, headers or {}, client=client), policy.tables)


def preflight(path: str = "/a", policy: Policy = POLICY, **headers: str) -> Facts:
    sent = {"origin": "https://shop.example", "access-control-request-method": "GET"}
    sent |= {name.replace("_", "-"): value for name, value in headers.items()}
    return facts("OPTIONS", f"https://api.example{path}", sent, policy=policy)


@pytest.mark.parametrize(
    ("url", "headers", "origin"),
    [
        pytest.param("https://api.example/a", {}, None, id="no Origin"),
        pytest.param(
            "https://api.example/a", {"origin": "https://shop.example"}, "https://shop.example",
            id="another origin",
        ),
        pytest.param(
            "https://api.example/a", {"origin": "https://api.example"}, None,
            id="the request's own origin",
        ),
        pytest.param(
            "https://api.example:443/a", {"origin": "https://api.example"}, None,
            id="its own, though the URL names the default port",
        ),
        pytest.param(
            "https://api.example:8443/a", {"origin": "https://api.example"}, "https://api.example",
            id="another port",
        ),
        pytest.param(
            "http://api.example/a", {"origin": "https://api.example"}, "https://api.example",
            id="another scheme",
        ),
        pytest.param("https://api.example/a", {"origin": "null"}, "null", id="the opaque origin"),
        pytest.param("https://api.example/a", {"origin": ""}, "", id="an empty Origin"),
        pytest.param(
            "wss://api.example/a", {"origin": "https://shop.example"}, None, id="a WebSocket"
        ),
        pytest.param(
            "https://api.example/a",
            {"origin": "https://shop.example", "upgrade": "WebSocket"},
            None,
            id="a WebSocket before the upgrade",
        ),
    ],
)  # fmt: skip
def test_an_origin_other_than_its_own_makes_a_cors_request(
    url: str, headers: dict[str, str], origin: str | None
) -> None:
    found = facts(url=url, headers=headers)

    assert found.origin == origin
    assert found.sent_origin == headers.get("origin")


def test_a_cookie_shows_that_credentials_were_sent() -> None:
    shop = {"origin": "https://shop.example"}

    assert facts(headers={**shop, "cookie": "a=b"}).credentialed
    assert not facts(headers={**shop, "authorization": "Bearer x"}).credentialed


def test_a_preflight_announces_method_and_headers() -> None:
    found = preflight(access_control_request_headers="X-Api-Key,content-type")

    assert (found.asks, found.preflight) == (True, True)
    assert found.options is None


def test_a_section_says_how_its_servers_take_an_options_request() -> None:
    found = preflight(access_control_request_headers="X-Api-Key,content-type", policy=EXPRESS)

    assert found.options is not None
    assert found.options.ask == Ask(
        "https://shop.example",
        "GET",
        "X-Api-Key,content-type",
        "X-Api-Key,content-type",
        optioned=False,
    )
    assert (found.options.taken, found.options.status) == (True, 204)


@pytest.mark.parametrize(
    ("family", "expected"),
    [
        pytest.param("koa", (None, None), id="none of both"),
        pytest.param("flask-cors", (None, ""), id="no Origin, and a method"),
        pytest.param("express", ("", ""), id="an Origin and a method"),
    ],
)
def test_empty_fields_are_to_a_server(family: str, expected: tuple[str | None, ...]) -> None:
    policy = load_policy(f"cors: {{behaviour: {family}}}")
    sent = {"origin": "", "access-control-request-method": ""}
    found = facts("OPTIONS", headers=sent, policy=policy).options

    assert found is not None
    assert (found.ask.origin, found.ask.method) == expected


def test_some_servers_read_the_first_line_only() -> None:
    policy = load_policy("cors: {behaviour: starlette}")
    fields = [
        ("origin", "https://shop.example"),
        ("access-control-request-method", "GET"),
        ("access-control-request-headers", "x-a"),
        ("access-control-request-headers", "x-b"),
    ]
    found = gather(Request("OPTIONS", "https://h/", fields), policy.tables).options

    assert found is not None
    assert (found.ask.headers, found.ask.read) == ("x-a, x-b", "x-a")


@pytest.mark.parametrize(
    ("path", "headers", "seen"),
    [
        pytest.param("/a", {"origin": "https://shop.example"}, (False, True), id="to the server"),
        pytest.param("/a", {}, (False, True), id="to the server, without an Origin"),
        pytest.param(
            "/c",
            {"origin": "https://shop.example", "access-control-request-method": "GET"},
            (True, False),
            id="to the browser, which the server passes on",
        ),
    ],
)
def test_it_may_be_a_preflight_to_one_of_both(
    path: str, headers: dict[str, str], seen: tuple[bool, bool]
) -> None:
    found = facts("OPTIONS", f"https://api.example{path}", headers, policy=EXPRESS)

    assert (found.asks, found.preflight) == seen


@pytest.mark.parametrize(
    ("method", "headers"),
    [
        pytest.param("OPTIONS", {}, id="OPTIONS alone"),
        pytest.param(
            "OPTIONS", {"origin": "https://shop.example"}, id="without a method announced"
        ),
        pytest.param("OPTIONS", {"access-control-request-method": "GET"}, id="without an Origin"),
        pytest.param(
            "OPTIONS",
            {"origin": "https://api.example", "access-control-request-method": "GET"},
            id="from its own origin",
        ),
        pytest.param(
            "GET",
            {"origin": "https://shop.example", "access-control-request-method": "GET"},
            id="with another method",
        ),
    ],
)
def test_what_else_is_no_preflight(method: str, headers: dict[str, str]) -> None:
    assert not facts(method, headers=headers).preflight


@pytest.mark.parametrize(
    ("path", "route"),
    [
        pytest.param("/a", 0, id="that the announced method would reach"),
        pytest.param("/b", 1, id="that takes OPTIONS itself"),
        pytest.param("/c", 3, id="that takes every method"),
        pytest.param("/d", None, id="none"),
    ],
)
def test_the_route_of_a_preflight_is_the_one(path: str, route: int | None) -> None:
    found = preflight(path).route

    assert (found and found.index) == route


def test_the_client_is_the_first_that_is_not_trusted() -> None:
    found = facts(headers={"x-forwarded-for": "203.0.113.9, 10.0.0.2"}, client="10.0.0.1")

    assert found.client == 0xCB007109
    assert [hop.verdict for hop in found.way.hops] == ["peer", "trusted proxy", "client"]


@pytest.mark.parametrize("client", ["", "unix:", "not an address"])
def test_a_peer_that_is_no_address_is_not_known(client: str) -> None:
    assert facts(client=client).client is None


def test_nothing_is_looked_for_where_the_policy_has_no_keys() -> None:
    found = gather(
        Request("GET", "https://h/", {"x-api-key": "secret-1"}), load_policy("{}").tables
    )

    assert found.credential.place is None
