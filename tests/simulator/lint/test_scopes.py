"""Scopes that routes need, and who can meet them."""

from __future__ import annotations

import pytest
from linting import look, told, witness

UNGRANTED = "routes/ungranted-scope"


@pytest.mark.parametrize(
    ("scopes", "expected"),
    [
        ("[read, write]", [("routes/0/scopes/1", "error")]),
        ("[read]", []),
        ("[write, admin]", [("routes/0/scopes/0", "error"), ("routes/0/scopes/1", "error")]),
        ("[]", []),
    ],
)
def test_a_route_needs_a_scope_that_no_key_has(
    scopes: str, expected: list[tuple[str, str]]
) -> None:
    text = (
        f"keys: [{{id: a, env: WEB_KEY, scopes: [read]}}]\nroutes: [{{path: /a, scopes: {scopes}}}]"
    )

    assert told(text, UNGRANTED) == expected


def test_the_role_that_grants_it_is_named_or_what_was_meant() -> None:
    roles = "roles: {r: {inherits: [s]}, s: [write]}\n"
    text = "keys: [{id: a, env: WEB_KEY, scopes: [raed]}]\n"
    text += "routes: [{path: /a, scopes: [write]}, {path: /b, scopes: [read]}]"

    write, read = look(roles + text, UNGRANTED)

    assert write.message == (
        "`any method /a` needs `write`, which no key has: role `r` or `s` grants it, and no key "
        "has the role; grant it to somebody"
    )
    assert read.message.endswith("neither a role nor a key grants it; did you mean `raed`?")


def test_a_key_that_lacks_the_scope_shows_it() -> None:
    request, allowed, reason = witness(
        "keys: [{id: a, env: WEB_KEY}]\nroutes: [{path: /a, methods: [PUT], scopes: [write]}]",
        UNGRANTED,
    )

    assert (request.method, allowed, reason) == ("PUT", False, "authorize.missing-scope")


READER = "{id: a, env: READER_KEY, scopes: [read]}"
WRITER = "{id: b, env: WRITER_KEY, scopes: [write]}"


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        pytest.param(f"{READER}, {WRITER}", "error", id="each has one of them"),
        pytest.param(
            f"{READER}, {WRITER}, {{id: c, env: WEB_KEY, scopes: [read, write], revoked: true}}",
            "warning",
            id="the key that has both was revoked",
        ),
        pytest.param(
            "{id: c, env: WEB_KEY, scopes: [read, write], expires: 2020-01-01}",
            "warning",
            id="it has expired",
        ),
        pytest.param("{id: c, env: WEB_KEY, scopes: [read, write]}", None, id="a key has both"),
    ],
)
def test_no_key_has_all_the_scopes_of_a_route(keys: str, expected: str | None) -> None:
    text = f"keys: [{keys}]\nroutes: [{{path: /a, scopes: [read, write]}}]"

    assert told(text, "routes/no-key") == ([("routes/0/scopes", expected)] if expected else [])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("routes: [{path: /a, scopes: [read]}, {path: /b, scopes: [read]}]", ["routes/0/scopes"]),
        ("routes: [{path: /a}, {path: /b, scopes: [read]}]", ["routes/1/scopes"]),
        ("routes: [{path: /a}]", []),
        ("routes: [{path: /a, scopes: [read], public: true}]", []),
    ],
)
def test_scopes_guard_nothing_where_nobody_is_asked_for_a_key(
    text: str, expected: list[str]
) -> None:
    assert [path for path, _ in told(text, "routes/scopes-without-keys")] == expected


def test_anybody_shows_that_scopes_without_keys_guard_nothing() -> None:
    request, allowed, _ = witness(
        "routes: [{path: /a, methods: [DELETE], scopes: [write]}]", "routes/scopes-without-keys"
    )

    assert (request.method, allowed) == ("DELETE", True)


@pytest.mark.parametrize(
    ("route", "found"),
    [
        ("{path: /a, scopes: [read], public: true}", True),
        ("{path: /a, scopes: [read], public: false}", False),
        ("{path: /a, public: true}", False),
    ],
)
def test_a_public_route_has_scopes(route: str, found: bool) -> None:
    text = f"keys: [{READER}]\nroutes: [{route}]"

    expected = [("routes/0/public", "error")] if found else []
    assert told(text, "routes/public-with-scopes") == expected


@pytest.mark.parametrize(
    ("route", "found"),
    [
        pytest.param("{path: /a, methods: [DELETE]}", True, id="it changes things"),
        pytest.param("{path: /a}", True, id="it takes every method"),
        pytest.param("{path: /a, methods: [HEAD]}", False, id="it only reads"),
        pytest.param(
            "{path: /a, methods: [DELETE], scopes: [write]}", False, id="it needs another"
        ),
        pytest.param("{path: /a, methods: [POST], public: true}", False, id="it is public"),
        pytest.param("{path: /b, methods: [DELETE]}", False, id="another path"),
    ],
)
def test_a_method_needs_less_than_its_neighbours(route: str, found: bool) -> None:
    text = f"keys: [{READER}, {WRITER}]\n"
    text += f"routes: [{{path: /a, methods: [GET], scopes: [read]}}, {route}]"

    expected = [("routes/1", "warning")] if found else []
    assert told(text, "routes/unguarded-method") == expected


def test_a_key_without_the_scope_shows_an_unguarded_method() -> None:
    text = f"keys: [{READER}, {WRITER}]\nroutes:\n  - {{path: /a, methods: [GET], scopes: [read]}}"

    request, allowed, _ = witness(
        f"{text}\n  - {{path: /a, methods: [DELETE]}}", "routes/unguarded-method"
    )

    assert (request.method, allowed) == ("DELETE", True)
