"""A request of a kind comes as clients do."""

from __future__ import annotations

import pytest

from simulator import Request, evaluate, load_policy
from simulator.facts import Facts, gather
from simulator.space import Space, witness_of
from simulator.space.clients import ClientKind
from simulator.space.credentials import CredentialKind
from simulator.space.hosts import HostKind
from simulator.space.operations import Operation
from simulator.space.sites import Place, Site
from simulator.space.visitors import VisitorKind
from simulator.standin import Sent

API = HostKind("api.example", 443, ())
SHOP = HostKind("shop.example", 443, ())
CLIENT = ClientKind((7,), "192.0.2.7")
NOTHING = CredentialKind(Sent(), 0.0, ())
COOKIE = CredentialKind(Sent((("cookie", "session=s1"),)), 0.0, ())
OWN = VisitorKind("https://shop.example", False, False)
OTHER = VisitorKind("https://shop.example", True, False)


def get(*places: Place) -> Operation:
    return Operation(Site(list(places), (True,), frozenset(), {}), "GET")


def facts_of(request: Request) -> Facts:
    return gather(request, load_policy("{}").tables)


# The URL


def test_a_request_without_an_origin_asks_for_the_first_place() -> None:
    request = witness_of(get(Place("/a", API), Place("/b", SHOP)), VisitorKind(), NOTHING, CLIENT)

    assert (request.method, request.url) == ("GET", "https://api.example/a")
    assert request.headers.fields == ()
    assert request.client == "192.0.2.7"


def test_a_page_of_the_servers_own_asks_its_own_server() -> None:
    request = witness_of(get(Place("/a", API), Place("/b", SHOP)), OWN, NOTHING, CLIENT)

    assert request.url == "https://shop.example/b"
    assert request.headers.fields == (("origin", "https://shop.example"),)
    assert facts_of(request).origin is None


def test_a_page_may_be_the_servers_own_without_https() -> None:
    page = VisitorKind("http://localhost:3000", False, False)

    request = witness_of(get(Place("/b", HostKind("localhost", 3000, ()))), page, NOTHING, CLIENT)

    assert request.url == "http://localhost:3000/b"
    assert facts_of(request).origin is None


def test_who_has_an_origin_and_is_no_page_of_the_servers_opens_a_websocket() -> None:
    request = witness_of(get(Place("/a", API)), OWN, NOTHING, CLIENT)

    assert request.headers.get("upgrade") == "websocket"
    assert request.headers.get("connection") == "Upgrade"
    assert facts_of(request).sent_origin == "https://shop.example"
    assert facts_of(request).origin is None


def test_a_page_of_another_origin_does_not_ask_its_own_server() -> None:
    request = witness_of(get(Place("/b", SHOP), Place("/a", API)), OTHER, NOTHING, CLIENT)

    assert facts_of(request).origin == "https://shop.example"


@pytest.mark.parametrize("origin", ["", "null", "https://shop.example/", "HTTPS://SHOP.EXAMPLE"])
def test_what_is_no_origin_of_the_server_is_another_pages(origin: str) -> None:
    page = VisitorKind(origin, True, False)

    request = witness_of(get(Place("/b", SHOP)), page, NOTHING, CLIENT)

    assert facts_of(request).origin == origin


def test_a_port_that_is_not_usual_is_part_of_the_url() -> None:
    request = witness_of(
        get(Place("/a", HostKind("[::1]", 8443, ()))), VisitorKind(), NOTHING, CLIENT
    )

    assert request.url == "https://[::1]:8443/a"


# What is sent along


def test_a_page_that_sends_cookies_has_one() -> None:
    page = VisitorKind("https://app.example", True, True)

    request = witness_of(get(Place("/a", API)), page, NOTHING, CLIENT)

    assert facts_of(request).credentialed
    assert (request.headers.get("cookie") or "").endswith("=x")


def test_a_credential_in_a_cookie_is_cookie_enough() -> None:
    page = VisitorKind("https://app.example", True, True)

    request = witness_of(get(Place("/a", API)), page, COOKIE, CLIENT)

    assert request.headers.get("cookie") == "session=s1"


def test_a_page_that_sends_no_cookies_has_none() -> None:
    request = witness_of(get(Place("/a", API)), OTHER, NOTHING, CLIENT)

    assert not facts_of(request).credentialed


def test_a_credential_in_the_query_is_added_to_the_url() -> None:
    credential = CredentialKind(Sent((), "api_key=s1"), 0.0, ())

    request = witness_of(get(Place("/a", API)), VisitorKind(), credential, CLIENT)

    assert request.url == "https://api.example/a?api_key=s1"


def test_a_preflight_says_what_it_asks_for() -> None:
    operation = Operation(
        Site([Place("/a", API)], (True,), frozenset(), {}), "OPTIONS", "PUT", ("x-api-key",)
    )

    request = witness_of(operation, OTHER, NOTHING, CLIENT)

    assert request.headers.fields == (
        ("origin", "https://shop.example"),
        ("access-control-request-method", "PUT"),
        ("access-control-request-headers", "x-api-key"),
    )


def test_a_forwarded_client_comes_through_its_proxy() -> None:
    client = ClientKind((7, 8), "10.0.0.1", (("x-forwarded-for", "192.0.2.7"),))

    request = witness_of(get(Place("/a", API)), VisitorKind(), NOTHING, client)

    assert request.client == "10.0.0.1"
    assert request.headers.fields == (("x-forwarded-for", "192.0.2.7"),)


# When


@pytest.mark.parametrize(
    ("since", "until", "at", "expected"),
    [
        pytest.param(None, None, 50.0, 50.0, id="a credential of all times"),
        pytest.param(None, None, None, 15.0, id="no time asked for"),
        pytest.param(10.0, 20.0, 10.0, 10.0, id="the instant when it begins"),
        pytest.param(10.0, 20.0, 19.9, 19.9, id="just before it ends"),
        pytest.param(10.0, 20.0, 20.0, 15.0, id="the instant when it ends"),
        pytest.param(10.0, None, 9.9, 15.0, id="just before it begins"),
        pytest.param(None, 20.0, -5.0, -5.0, id="long before it ends"),
        pytest.param(10.0, None, 1e9, 1e9, id="long after it began"),
    ],
)
def test_the_time_asked_for_is_kept_where_the_credentials_kind_has_it(
    since: float | None, until: float | None, at: float | None, expected: float
) -> None:
    credential = CredentialKind(Sent(), 15.0, (), since, until)

    request = witness_of(get(Place("/a", API)), VisitorKind(), credential, CLIENT, at=at)

    assert request.at == expected


def test_the_time_makes_no_difference_to_what_is_decided() -> None:
    policy = load_policy("keys: [{id: web, key: s1, not_before: 2026-01-01, expires: 2027-01-01}]")
    every = Space([policy])

    for cell in every.cells():
        operation = every.operations[cell.operation].operations[0]
        client = every.clients[min(cell.clients)]
        visitor = every.visitors[min(cell.visitors)]
        for number in cell.credentials:
            for at in (0.0, 1.78e9, 2e9):
                request = witness_of(operation, visitor, every.credentials[number], client, at=at)
                assert evaluate(policy, request).reason == cell.verdicts[0].reason
