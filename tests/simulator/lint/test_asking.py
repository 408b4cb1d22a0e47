"""Requests that every check but one lets through."""

from __future__ import annotations

import pytest
from linting import policy

from simulator import Request
from simulator.hazard import Claim
from simulator.lint.asking import (
    admitted,
    ask,
    asking_route,
    clients,
    fitting,
    from_address,
    moment,
    pages_methods,
    preflight,
    reproduces,
    show,
    show_page,
    some_method,
    some_route,
    url_of,
    visited,
)
from simulator.lint.subject import Subject

POLICY = """\
hosts: ["*.shop.example"]
base_paths: [/v1]
network: {default: deny, allow: [198.51.100.0/24]}
cors: {origins: [https://a.example]}
keys:
  - {id: old, env: OTHER_KEY, scopes: [s], expires: 2020-01-01}
  - {id: reader, env: READER_KEY}
  - {id: web, env: WEB_KEY, scopes: [s], networks: [198.51.100.128/25]}
routes:
  - {path: /health, public: true}
  - {path: /orders/new, methods: [POST, OPTIONS, GET]}
  - {path: "/orders/{id}", methods: [PUT], scopes: [s]}
"""
NOON = 1_780_000_000.0


@pytest.fixture
def subject() -> Subject:
    return Subject(policy(POLICY), NOON)


def test_a_url_is_one_that_the_route_takes(subject: Subject) -> None:
    health, _, order = subject.routes

    assert url_of(subject, health, "GET") == "https://www.shop.example/v1/health"
    assert url_of(subject, order, "PUT") == "https://www.shop.example/v1/orders/7"
    assert url_of(subject, order, "GET") is None
    assert url_of(subject, health, "GET", "backend") == "http://backend/v1/health"


def test_a_url_avoids_what_a_more_concrete_route_takes() -> None:
    subject = Subject(policy("routes: [{path: /7}, {path: '/{id}'}]"))

    assert url_of(subject, subject.routes[1], "GET") == "https://api.example.com/a"


def test_a_route_that_nothing_reaches_has_no_url() -> None:
    subject = Subject(policy("routes: [{path: /a/../b}]"))

    assert url_of(subject, subject.routes[0], "GET") is None
    assert some_route(subject) == (None, "GET")


def test_a_route_is_asked_for_by_a_method_of_it(subject: Subject) -> None:
    health, new, order = subject.routes

    assert [some_method(r) for r in (None, health, new, order)] == ["GET", "GET", "GET", "PUT"]
    assert pages_methods(new) == ("POST", "GET")
    assert pages_methods(None) == ("GET",)
    assert some_route(subject) == (health, "GET")
    assert asking_route(subject) == (new, "GET")


def test_a_client_is_one_that_network_and_key_admit(subject: Subject) -> None:
    route = subject.routes[2]

    assert next(clients(subject, route)) == "198.51.100.9"
    assert list(clients(subject, route, subject.keys[2])) == ["198.51.100.128"]


def test_a_key_fits_that_has_the_scopes_and_is_in_force(subject: Subject) -> None:
    health, new, order = subject.routes

    assert fitting(subject, health) == [None]
    assert [key.id for key in fitting(subject, new) if key] == ["reader", "web"]
    assert [key.id for key in fitting(subject, order) if key] == ["web"]


def test_without_a_time_a_key_is_asked_with_when_it_is_good() -> None:
    subject = Subject(policy("keys: [{id: a, env: WEB_KEY, not_before: 2020-01-01}]"))

    assert moment(subject, subject.keys[0]) == 1_577_836_800.0
    assert moment(subject, None) == 0.0


def test_a_request_is_let_in_with_whatever_key_that_takes(subject: Subject) -> None:
    found = admitted(subject, subject.routes[2], "PUT")

    assert found is not None
    assert found.claim == Claim(True, 200, None)
    assert found.request.client == "198.51.100.128"


def test_one_check_alone_may_refuse_what_is_to_be_shown(subject: Subject) -> None:
    stranger = [("origin", "https://b.example")]

    by_cors = admitted(subject, subject.routes[0], "GET", stranger, but="cors")
    by_network = admitted(subject, subject.routes[0], "GET", client="203.0.113.9", but="cors")

    assert by_cors is not None
    assert by_cors.claim.reason == "cors.origin-not-allowed"
    assert by_network is None


def test_what_is_shown_may_have_to_be_refused_for_a_reason(subject: Subject) -> None:
    request = ask(subject, subject.routes[1], "GET")

    assert show(subject, request, "authenticate.") is not None
    assert show(subject, request, "network.") is None
    assert show(subject, None) is None


def test_an_address_shows_what_a_section_makes_of_it(subject: Subject) -> None:
    (network,) = subject.networks
    inside, outside = 0xC633640A, 0xCB007109

    assert from_address(subject, network, outside, let_in=True) is None
    refused = from_address(subject, network, outside, let_in=False)
    let_in = from_address(subject, network, inside, let_in=True)

    assert refused is not None
    assert let_in is not None
    assert (refused.claim.reason, let_in.claim.allowed) == ("network.not-allowed", True)


def test_a_preflight_announces_the_method_and_the_headers(subject: Subject) -> None:
    found = preflight(subject, subject.routes[2], "https://a.example", "PUT", "x-api-key")

    assert found is not None
    assert found.request.headers.get("access-control-request-headers") == "x-api-key"
    assert found.claim.reason == "cors.method-not-allowed"


def test_a_page_gets_what_its_browser_lets_it(subject: Subject) -> None:
    request = ask(subject, subject.routes[0], "GET")

    shown = show_page(subject, request, "https://b.example", "cors.")

    assert shown is not None
    assert shown.claim.page == "https://b.example"
    assert (shown.claim.allowed, shown.claim.hidden) == (False, True)
    assert show_page(subject, request, "https://b.example", "network.") is None
    assert show_page(subject, request, "no origin") is None
    assert show_page(subject, None, "https://b.example") is None


def test_a_claim_is_reproduced_or_it_is_not(subject: Subject) -> None:
    request = Request("GET", "https://www.shop.example/v1/health", client="198.51.100.9")
    page = visited(subject.policy, request, "https://b.example", "include")

    assert reproduces(subject.policy, request, Claim(True, 200, None))
    assert not reproduces(subject.policy, request, Claim(False, 403, "network.denied"))
    assert reproduces(subject.policy, request, page)
    assert not reproduces(subject.policy, request, page._replace(allowed=True))
