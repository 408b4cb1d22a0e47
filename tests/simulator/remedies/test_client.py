"""Does the client ask for the same thing, spelled right, and for nothing else?"""

from __future__ import annotations

from base64 import b64encode

import pytest
from fixing import NOON, ask, fixes, preflight, turns

from simulator import Request, load_policy
from simulator.principals import Place
from simulator.remedies.client import changed, without_credential, without_headers
from simulator.standin import made_up

POLICY = """
keys:
  - {id: web, key: web-demo-4711, scopes: [orders:read]}
  - {id: boss, key: boss-demo-1, scopes: [orders:read, orders:write, admin]}
  - {id: desk, key: desk-demo-1, scopes: [orders:read, orders:write]}
  - {id: old, key: old-demo-1, scopes: [orders:write], expires: 2026-01-31}
routes:
  - {path: /orders, methods: [GET, PATCH], scopes: [orders:read]}
  - {path: "/orders/{id}", methods: [DELETE], scopes: [orders:write]}
"""
URL = "https://api.example/orders"


def clients(text: str, request: Request, **rest: int) -> list[tuple[str, Request]]:
    """What the client may ask instead, each of which is let in."""
    found = [fix for fix in fixes(text, request, **rest) if fix.side == "client"]
    assert all(map(turns, found))
    return [(fix.say, fix.request) for fix in found]


def test_of_the_keys_that_would_do_those_are_named_that_may_do_least() -> None:
    request = ask(f"{URL}/7", {"X-Api-Key": "web-demo-4711"}, method="DELETE")

    found = clients(POLICY, request)

    assert [say for say, _ in found] == ["use key `desk`", "use key `boss`"]
    assert found[0][1].headers.get("x-api-key") == "desk-demo-1"


@pytest.mark.parametrize(
    ("headers", "say"),
    [
        (
            {"X-Api-Key": "web-demo-4712"},
            "send key `web` in the header `x-api-key`, as it is: it is key `web` but for one "
            "character",
        ),
        (
            {"X-Api-Key": '"web-demo-4711"'},
            "send key `web` in the header `x-api-key`, as it is: it is key `web` with quotes "
            "around it",
        ),
        (
            {"X-Token": "web-demo-4711"},
            "send key `web` in the header `x-api-key`, as it is: key `web` is in the header "
            "`x-token`; it is looked for in the header `x-api-key` or `Authorization: Bearer`",
        ),
    ],
)
def test_the_key_that_was_meant_is_sent_as_it_should_be(headers: dict[str, str], say: str) -> None:
    found = clients(POLICY, ask(URL, headers))

    assert found[0][0] == say
    assert found[0][1].headers.get("x-api-key") == "web-demo-4711"


def test_a_key_that_is_known_by_its_digest_is_stood_in_for() -> None:
    digest = "9b74c9897bac770ffc029102a200c5de9f53b6ab1ff0fb9b7cd4b0f3c3e6b5cd"
    text = f"keys: [{{id: web, sha256: {digest}}}]"

    found = clients(text, ask())

    assert [(say, r.headers.get("x-api-key")) for say, r in found] == [
        ("use key `web`", made_up(digest))
    ]


@pytest.mark.parametrize(
    ("request_", "say", "sent"),
    [
        (ask(f"{URL}/"), "ask for `/orders`: there is a slash too many at the end", f"GET {URL}"),
        (ask(URL, method="patch"), "send the method in capitals: `PATCH`", f"PATCH {URL}"),
        (ask(URL, method="HEAD"), "send `GET`: no route takes `HEAD` here", f"GET {URL}"),
    ],
)
def test_what_is_asked_for_is_spelled_as_a_route_has_it(
    request_: Request, say: str, sent: str
) -> None:
    text = 'routes: [{path: /orders, methods: [GET, PATCH]}, {path: "/orders/{id}"}]'

    found = clients(text, request_)

    assert [(s, f"{r.method} {r.url}") for s, r in found] == [(say, sent)]


def test_a_path_keeps_its_query_and_a_bare_one_its_host() -> None:
    request = Request("GET", "/orders/?page=2", {"Host": "api.example"}, at=NOON)

    found = clients("routes: [{path: /orders}]", request)

    assert found[0][1].url == "/orders?page=2"
    assert found[0][1].target.host == "api.example"


def test_no_other_method_is_asked_for() -> None:
    text = "routes: [{path: /orders, methods: [GET]}]"

    assert clients(text, ask(URL, method="DELETE")) == []


def test_nobody_says_to_be_somebody_else() -> None:
    text = "trusted_proxies: [10.0.0.0/8]\nnetwork: {default: deny, allow: [198.51.100.0/24]}"

    assert clients(text, ask()) == []


SHOP = "https://shop.example"
CORS = f"cors: {{origins: [{SHOP}], methods: [PATCH], headers: [x-a]}}\n"


@pytest.mark.parametrize(
    ("request_", "say", "field", "value"),
    [
        (
            preflight(SHOP, "PATCH", "x-a,x-b"),
            "leave out the header `x-b`",
            "access-control-request-headers",
            "x-a",
        ),
        (
            preflight(SHOP, "patch"),
            "send the method in capitals: `PATCH`",
            "access-control-request-method",
            "PATCH",
        ),
        (
            ask(headers={"Origin": SHOP, "Cookie": "a=b"}),
            "send no cookies: `credentials: 'omit'`",
            "cookie",
            None,
        ),
        (
            ask(headers={"Origin": "http://shop.example"}),
            "ask from a page of `https://shop.example`: the scheme differs: http was sent, https "
            "is listed",
            "origin",
            SHOP,
        ),
    ],
)
def test_a_page_asks_for_what_is_granted(
    request_: Request, say: str, field: str, value: str | None
) -> None:
    found = clients(CORS, request_)

    assert found[0][0] == say
    assert found[0][1].headers.get(field) == value


def test_without_the_header_that_forces_it_no_preflight_is_needed() -> None:
    text = f"""
order: [network, route, cors, authenticate, authorize, rate_limit]
cors: {{origins: [{SHOP}]}}
routes: [{{path: /orders, methods: [GET]}}]
"""

    found = clients(text, preflight(SHOP, "GET", "x-b", url=URL))

    assert found[0][0] == "leave out the header `x-b`: then no preflight is needed"
    assert (found[0][1].method, dict(found[0][1].headers)) == ("GET", {"Origin": SHOP})


def test_a_key_is_no_header_to_leave_out() -> None:
    text = f"""
order: [network, authenticate, cors, route, authorize, rate_limit]
cors: {{origins: [{SHOP}], headers: [x-api-key]}}
keys: [{{id: web, key: web-demo}}]
"""

    assert clients(text, preflight(SHOP, "GET", "x-api-key")) == []


def test_the_client_waits_until_every_quota_has_room() -> None:
    from simulator import Usage, evaluate

    text = "rate_limits: [{per: client, quota: 1/minute}, {per: client, quota: 1/hour}]"
    usage = Usage()
    usage.record(evaluate(load_policy(text), ask()))

    found = [fix for fix in fixes(text, ask(), usage) if fix.side == "client"]

    assert [(fix.say, fix.request.at) for fix in found] == [("wait 3600 s", NOON + 3600)]
    assert turns(found[0], usage)


def test_the_client_waits_for_a_key_whose_time_has_not_come() -> None:
    text = "keys: [{id: web, key: web-demo, not_before: 2026-06-02}]"

    found = clients(text, ask(headers={"X-Api-Key": "web-demo"}))

    assert [say for say, _ in found] == ["wait until key `web` is valid"]


BASIC = "Basic " + b64encode(b"web:secret").decode()


@pytest.mark.parametrize(
    ("place", "url", "headers", "left"),
    [
        (Place("header", "x-api-key"), "/", {"X-Api-Key": "a", "Accept": "b"}, "/ {'Accept': 'b'}"),
        (Place("bearer"), "/", {"Authorization": "Bearer a"}, "/ {}"),
        (Place("basic"), "/", {"Authorization": BASIC}, "/ {}"),
        (Place("cookie", "s"), "/", {"Cookie": "a=b; s=c"}, "/ {'Cookie': 'a=b'}"),
        (Place("cookie", "s"), "/", {"Cookie": "s=c"}, "/ {}"),
        (Place("query", "k"), "/?a=b&k=c&d", {}, "/?a=b&d {}"),
        (Place("query", "k"), "/?k=c", {}, "/ {}"),
        (Place("query", "a b"), "/?a%20b=c&x=y", {}, "/?x=y {}"),
    ],
)
def test_a_request_without_its_credential(
    place: Place, url: str, headers: dict[str, str], left: str
) -> None:
    found = without_credential(Request("GET", url, headers), [place])

    assert f"{found.url} {dict(found.headers)}" == left


def test_a_request_without_headers_and_a_preflight_without_announcing_them() -> None:
    announced = preflight(SHOP, "GET", "x-a, X-B")
    sent = ask(headers={"X-B": "1", "X-A": "2"})

    assert dict(without_headers(sent, ["x-b"], preflight=False).headers) == {"X-A": "2"}
    assert without_headers(announced, ["x-b"], preflight=True).headers.get(
        "access-control-request-headers"
    ) == "x-a"  # fmt: skip
    assert "access-control-request-headers" not in without_headers(
        announced, ["x-a", "x-b"], preflight=True
    ).headers  # fmt: skip


def test_what_is_not_changed_stays() -> None:
    request = Request("PUT", URL, {"a": "b"}, client="10.0.0.7", at=NOON, body=b"c")

    assert changed(request) == request
    assert changed(request, method="POST").body == b"c"
