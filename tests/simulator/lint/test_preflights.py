"""Whether preflights come through, and pages can do their work then."""

from __future__ import annotations

import pytest
from linting import look, told, witness

KEYS = "keys: [{id: web, env: WEB_KEY}]"
KONG = "cors: {behaviour: kong, origins: [https://a.example]}"


def cors(*more: str) -> str:
    return f"cors: {{{', '.join(['origins: [https://a.example]', *more])}}}"


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        pytest.param((KONG, "routes: [{path: /a, methods: [GET, PUT]}]"), "error", id="PUT"),
        pytest.param((KONG, "routes: [{path: /a, methods: [GET]}]"), "warning", id="GET alone"),
        pytest.param(
            (KONG, KEYS, "routes: [{path: /a, methods: [GET]}]"), "error", id="GET with a key"
        ),
        pytest.param(
            (KONG, KEYS, "credentials: [{cookie: s}]", "routes: [{path: /a, methods: [GET]}]"),
            "warning",
            id="GET with a cookie",
        ),
        pytest.param((KONG, "routes: [{path: /a, methods: [GET, OPTIONS]}]"), None, id="OPTIONS"),
        pytest.param((KONG, "routes: [{path: /a}]"), None, id="every method"),
        pytest.param(
            (KONG, "routes: [{path: /a, methods: [PUT]}, {path: /a, methods: [OPTIONS]}]"),
            None,
            id="another route of the path takes OPTIONS",
        ),
        pytest.param((cors(), "routes: [{path: /a, methods: [PUT]}]"), None, id="another family"),
    ],
)
def test_a_gateway_finds_no_route_for_the_preflight(
    lines: tuple[str, ...], expected: str | None
) -> None:
    found = [severity for _, severity in told("\n".join(lines), "cors/route-without-options")]

    assert found == ([expected] if expected else [])


def test_a_preflight_without_a_route_shows_it() -> None:
    request, _, reason = witness(
        f"{KONG}\nroutes: [{{path: /a, methods: [GET, PUT]}}]", "cors/route-without-options"
    )

    assert request.headers.get("access-control-request-method") == "PUT"
    assert reason == "route.method-not-allowed"


@pytest.mark.parametrize(
    ("response", "expected"),
    [
        ("{status: 308, headers: {location: /b}, preflights: true}", ["response/preflights"]),
        ("{status: 403, preflights: true}", ["response/preflights"]),
        ("{status: 308, headers: {location: /b}}", []),
        ("{status: 204, preflights: true}", []),
    ],
)
def test_something_else_answers_preflights(response: str, expected: list[str]) -> None:
    text = f"{cors()}\nresponse: {response}"

    assert [path for path, _ in told(text, "cors/application-answers-preflights")] == expected


def test_a_redirected_preflight_shows_it() -> None:
    text = f"{cors()}\nroutes:\n- path: /a\n  response: {{status: 301, headers: {{location: /b}},"

    (found,) = look(f"{text} preflights: true}}", "cors/application-answers-preflights")

    assert found.path == "routes/0/response/preflights"
    assert found.claim is not None
    assert (found.claim.status, found.claim.reason) == (301, "cors.preflight-redirected")


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        pytest.param((cors(), KEYS), ["cors"], id="no header is granted"),
        pytest.param((cors("headers: [x-a]"), KEYS), ["cors/headers"], id="another one is"),
        pytest.param((cors("headers: [X-Api-Key]"), KEYS), [], id="the header is granted"),
        pytest.param((cors("headers: [authorization]"), KEYS), [], id="the other place's is"),
        pytest.param((cors(), KEYS, "credentials: [{query: k}]"), [], id="a parameter will do"),
        pytest.param(
            (cors("credentials: true"), KEYS, "credentials: [{cookie: s}]"),
            [],
            id="a cookie is sent",
        ),
        pytest.param(
            (cors(), KEYS, "credentials: [{cookie: s}]"), ["cors"], id="cookies are not admitted"
        ),
        pytest.param((cors(), KEYS, "routes: [{path: /a, public: true}]"), [], id="all is public"),
        pytest.param((cors(),), [], id="no keys"),
        pytest.param(("cors: {}", KEYS), [], id="no page is admitted"),
    ],
)
def test_pages_cannot_send_a_key(lines: tuple[str, ...], expected: list[str]) -> None:
    assert [p for p, _ in told("\n".join(lines), "cors/key-not-sendable")] == expected


def test_a_preflight_for_the_header_shows_that_a_key_cannot_be_sent() -> None:
    request, allowed, reason = witness(f"{cors()}\n{KEYS}", "cors/key-not-sendable")

    assert request.headers.get("access-control-request-headers") == "x-api-key"
    assert (allowed, reason) == (False, "cors.header-not-allowed")


@pytest.mark.parametrize(
    ("section", "methods", "expected"),
    [
        (cors(), "[GET, DELETE]", ["cors"]),
        (cors("methods: [PUT]"), "[DELETE]", ["cors/methods"]),
        (cors("methods: [DELETE]"), "[GET, DELETE]", []),
        (cors("methods: ['*']"), "[GET, DELETE]", []),
        (cors(), "[GET, POST]", []),
        ("cors: {behaviour: express}", "[DELETE]", []),
    ],
)
def test_routes_take_methods_that_pages_are_not_granted(
    section: str, methods: str, expected: list[str]
) -> None:
    text = f"{section}\nroutes: [{{path: /a, methods: {methods}}}]"

    assert [path for path, _ in told(text, "cors/method-not-granted")] == expected


def test_methods_that_are_not_granted_are_told_once_for_all_routes() -> None:
    routes = "[{path: /a, methods: [PUT]}, {path: /b, methods: [DELETE, PUT]}]"

    (found,) = look(f"{cors()}\nroutes: {routes}", "cors/method-not-granted")

    assert found.message.startswith("2 routes take `PUT` and `DELETE`: `cors` does not grant it")
