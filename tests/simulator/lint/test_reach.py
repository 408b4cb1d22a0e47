"""Whether pages that are granted something get to the server."""

from __future__ import annotations

import pytest
from linting import look, told, witness


@pytest.mark.parametrize(
    ("host", "origin", "expected"),
    [
        ('"127.0.0.1:8787"', "https://a.example", "note"),
        ('"127.0.0.1:8787"', "http://a.example", "warning"),
        ("192.168.7.1", "https://*.a.example", "note"),
        ("localhost", '"*"', "note"),
        ("localhost", "http://localhost:5173", None),
        ("localhost", "http://192.168.7.9", None),
        ("localhost", '"null"', None),
        ("api.example", "https://a.example", None),
        ("localhost, api.example", "https://a.example", None),
    ],
)
def test_a_public_page_is_to_reach_the_users_own_network(
    host: str, origin: str, expected: str | None
) -> None:
    text = f'hosts: [{host}]\ncors: {{origins: ["{origin.strip(chr(34))}"]}}'

    found = [severity for _, severity in told(text, "cors/local-network")]

    assert found == ([expected] if expected else [])


def test_a_policy_for_every_host_says_nothing_of_networks() -> None:
    assert told("cors: {origins: [https://a.example]}", "cors/local-network") == []


@pytest.mark.parametrize(
    ("more", "found"),
    [("private_network: true", True), ("private_network: false", False), ("max_age: 1", False)],
)
def test_the_field_for_private_networks_is_obsolete(more: str, found: bool) -> None:
    text = f"cors: {{origins: [https://a.example], {more}}}"

    assert bool(told(text, "cors/private-network-obsolete")) == found


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ("behaviour: starlette, credentials: true", ["cors/credentials"]),
        ("behaviour: django-cors-headers, credentials: true", []),
        ("behaviour: starlette", []),
        ("credentials: true", []),
    ],
)
def test_credentials_are_allowed_to_whoever_asks(more: str, expected: list[str]) -> None:
    text = f"cors: {{origins: [https://a.example], {more}}}"

    assert [path for path, _ in told(text, "cors/credentials-to-strangers")] == expected


def test_whoever_is_admitted_is_no_stranger() -> None:
    text = "cors: {behaviour: starlette, origins: ['*'], credentials: true}"

    assert told(text, "cors/credentials-to-strangers") == []


OWN = "cors: {behaviour: spring, origins: [https://partner.example]}"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        pytest.param(f"hosts: [backend, shop.example]\n{OWN}", True, id="the proxy's name for it"),
        pytest.param(f"hosts: [shop.example]\n{OWN}", False, id="its own name alone"),
        pytest.param(f"hosts: [localhost, shop.example]\n{OWN}", False, id="for development"),
        pytest.param(
            f"hosts: [backend, shop.example]\n{OWN.replace(']', ', https://shop.example]')}",
            False,
            id="its origin is listed",
        ),
        pytest.param(
            f"hosts: [backend, shop.example]\n{OWN.replace('spring', 'express')}",
            False,
            id="a family that serves every origin",
        ),
        pytest.param(
            f"hosts: [backend, '*.shop.example']\n{OWN}", False, id="a pattern is no page's origin"
        ),
    ],
)
def test_the_servers_own_pages_are_strangers(text: str, found: bool) -> None:
    assert bool(told(text, "cors/own-page-refused")) == found


def test_a_post_to_the_proxys_name_shows_it() -> None:
    text = f"hosts: [backend, shop.example]\n{OWN}\nroutes: [{{path: /a, methods: [GET, POST]}}]"

    request, allowed, reason = witness(text, "cors/own-page-refused")

    assert (request.method, request.url) == ("POST", "http://backend/a")
    assert request.headers.get("origin") == "https://shop.example"
    assert (allowed, reason) == (False, "cors.origin-not-allowed")
    assert look(text, "cors/own-page-refused")[0].path == "cors"
