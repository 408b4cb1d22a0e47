"""The fields that grant a page what it asks for, and what can be granted at all."""

from __future__ import annotations

import pytest

from simulator.grants import (
    BEHAVIOURS,
    allow_headers,
    allow_methods,
    allow_origin,
    check_behaviour,
    check_granted_header,
    check_granted_method,
)
from simulator.problem import Fault

ORIGIN = "https://shop.example"


def test_one_origin_is_named_and_caches_are_told_that_it_varies() -> None:
    assert allow_origin(ORIGIN, False, False) == (
        ("access-control-allow-origin", ORIGIN),
        ("vary", "Origin"),
    )


def test_credentials_are_allowed_to_a_named_origin_only() -> None:
    credentials = ("access-control-allow-credentials", "true")

    assert credentials in allow_origin(ORIGIN, False, True)
    assert allow_origin("*", True, True) == (("access-control-allow-origin", "*"),)


@pytest.mark.parametrize(
    ("granted", "asked", "credentials", "value"),
    [
        (frozenset(), "GET", False, "GET, HEAD, POST"),
        (frozenset({"PUT", "DELETE"}), "PUT", False, "DELETE, GET, HEAD, POST, PUT"),
        (frozenset({"*"}), "PURGE", False, "*"),
        (frozenset({"*"}), "PURGE", True, "PURGE"),
    ],
)
def test_methods_are_listed_and_a_star_that_would_be_literal_is_not_sent(
    granted: frozenset[str], asked: str, credentials: bool, value: str
) -> None:
    expected = ("access-control-allow-methods", value)

    assert allow_methods(granted, asked, credentials) == expected


@pytest.mark.parametrize(
    ("granted", "asked", "credentials", "value"),
    [
        (frozenset({"x-b", "x-a"}), ("x-a",), False, "x-a, x-b"),
        (frozenset({"*"}), ("x-a",), False, "*"),
        (frozenset({"*"}), ("x-a", "x-b"), True, "x-a, x-b"),
        (frozenset({"*"}), ("authorization", "x-a"), False, "authorization, x-a"),
        (frozenset({"*"}), (), True, "*"),
    ],
)
def test_headers_are_listed_and_authorization_is_named_where_a_star_would_not_cover_it(
    granted: frozenset[str], asked: tuple[str, ...], credentials: bool, value: str
) -> None:
    expected = (("access-control-allow-headers", value),)

    assert allow_headers(granted, asked, credentials) == expected


def test_without_headers_no_field_is_sent() -> None:
    assert allow_headers(frozenset(), ("x-a",), False) == ()


@pytest.mark.parametrize("name", BEHAVIOURS)
def test_a_behaviour_grants_with_an_ok_status(name: str) -> None:
    assert check_behaviour(name) == name
    assert 200 <= BEHAVIOURS[name].ok <= 299


@pytest.mark.parametrize(
    ("check", "text", "message"),
    [
        (
            check_behaviour,
            "starlet",
            "`starlet` is not a behaviour that is simulated: there are `standard`, `starlette`, "
            "`litestar`, `flask-cors`, `django-cors-headers`, `aiohttp-cors`, `express`, "
            "`fastify`, `hono`, `rs-cors`, `jub0bs`, `spring`, `kong`, `apisix`, `traefik`, "
            "`tower-http` and `s3`; did you mean `starlette`?",
        ),
        (
            check_granted_method,
            "TRACE",
            "`TRACE` cannot be granted: no page may use it; remove it",
        ),
        (
            check_granted_header,
            "Cookie",
            "`Cookie` cannot be granted: browsers set it themselves and never ask for it; "
            "remove it; for cookies set `credentials: true`",
        ),
        (
            check_granted_header,
            "Sec-Fetch-Mode",
            "`Sec-Fetch-Mode` cannot be granted: browsers set it themselves and never ask for it; "
            "remove it",
        ),
    ],
)
def test_what_cannot_be_granted_is_said(check: object, text: str, message: str) -> None:
    assert callable(check)
    with pytest.raises(Fault) as caught:
        check(text)

    assert str(caught.value) == message
