"""Checks ahead of `cors` that no preflight passes."""

from __future__ import annotations

import pytest
from linting import look, told, witness

CORS = "cors: {origins: [https://a.example], methods: [DELETE], headers: [x-api-key]}"
KEYS = "keys: [{id: web, env: WEB_KEY}]"
AUTHENTICATE = "order: [network, authenticate, cors, route, authorize, rate_limit]"
ROUTE = "order: [network, route, cors, authenticate, authorize, rate_limit]"
LIMIT = "order: [network, rate_limit, cors, route, authenticate, authorize]"


@pytest.mark.parametrize(
    ("lines", "code", "found"),
    [
        ((AUTHENTICATE, CORS, KEYS), "order/authenticate-before-cors", True),
        ((AUTHENTICATE, CORS), "order/authenticate-before-cors", False),
        ((AUTHENTICATE, KEYS), "order/authenticate-before-cors", False),
        ((CORS, KEYS), "order/authenticate-before-cors", False),
        (
            (AUTHENTICATE, CORS, KEYS, "routes: [{path: /a, public: true}]"),
            "order/authenticate-before-cors",
            False,
        ),
        ((ROUTE, CORS, "routes: [{path: /a, methods: [GET]}]"), "order/route-before-cors", True),
        (
            (ROUTE, CORS, "routes: [{path: /a, methods: [GET, OPTIONS]}]"),
            "order/route-before-cors",
            False,
        ),
        ((ROUTE, CORS, "routes: [{path: /a}]"), "order/route-before-cors", False),
        ((ROUTE, CORS), "order/route-before-cors", False),
        (
            (LIMIT, CORS, "rate_limits: [{per: client, quota: 9/minute}]"),
            "order/limit-before-cors",
            True,
        ),
        ((LIMIT, CORS), "order/limit-before-cors", False),
        ((CORS, "rate_limits: [{per: client, quota: 9/minute}]"), "order/limit-before-cors", False),
    ],
)
def test_a_check_ahead_of_cors_refuses_preflights(
    lines: tuple[str, ...], code: str, found: bool
) -> None:
    assert bool(told("\n".join(lines), code)) == found


def test_it_is_told_at_the_check_that_stands_ahead() -> None:
    text = "order:\n  - network\n  - authenticate\n  - cors\n  - route\n  - authorize\n"
    text += f"  - rate_limit\n{CORS}\n{KEYS}\n"

    (found,) = look(text, "order/authenticate-before-cors")

    assert (found.path, found.span.line, found.severity) == ("order/1", 3, "error")


def test_a_preflight_that_is_asked_for_a_key_shows_it() -> None:
    request, allowed, reason = witness(
        f"{AUTHENTICATE}\n{CORS}\n{KEYS}", "order/authenticate-before-cors"
    )

    assert (request.method, request.headers.get("origin")) == ("OPTIONS", "https://a.example")
    assert (allowed, reason) == (False, "authenticate.no-credential")
