"""Roles and scopes that are good for nothing."""

from __future__ import annotations

import pytest
from linting import look, told, witness

ROUTES = "routes: [{path: /a, scopes: [read]}, {path: /b, public: true, scopes: [hidden]}]\n"


def keys(*scopes: str, roles: str = "") -> str:
    return f"keys: [{{id: a, env: WEB_KEY, scopes: [{', '.join(scopes)}], roles: [{roles}]}}]\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            ROUTES + keys("read", "elsewhere"), [("keys/0/scopes/1", "note")], id="of a key"
        ),
        pytest.param(
            ROUTES + "roles: {r: [read, elsewhere]}\n" + keys(roles="r"),
            [("roles/r/1", "note")],
            id="of a role",
        ),
        pytest.param(
            ROUTES + "roles: {r: {scopes: [read, elsewhere]}}\n" + keys(roles="r"),
            [("roles/r/scopes/1", "note")],
            id="of a role that is a mapping",
        ),
        pytest.param(
            ROUTES + "roles: {r: [elsewhere]}\n" + keys("read"), [], id="of a role nobody has"
        ),
        pytest.param(
            ROUTES + keys("raed"), [("keys/0/scopes/0", "warning")], id="one that is mistyped"
        ),
        pytest.param(
            ROUTES + keys("read", "raed"), [("keys/0/scopes/1", "note")], id="beside the right one"
        ),
        pytest.param(
            ROUTES + keys("read", "hidden"), [("keys/0/scopes/1", "note")], id="of a public route"
        ),
        pytest.param(ROUTES + keys("read"), [], id="what is needed"),
    ],
)
def test_a_scope_is_needed_by_no_route(text: str, expected: list[tuple[str, str]]) -> None:
    assert told(text, "keys/unneeded-scope") == expected


def test_a_mistyped_scope_is_not_removed() -> None:
    (mistyped,) = look(ROUTES + keys("raed"), "keys/unneeded-scope")
    (needless,) = look(ROUTES + keys("read", "elsewhere"), "keys/unneeded-scope")

    assert mistyped.edits == ()
    assert mistyped.message.endswith("did you mean `read`?")
    assert [edit.path for edit in needless.edits] == ["keys/0/scopes/1"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (keys("read") + "routes: [{path: /a}]", True),
        (keys("read"), True),
        (keys("read") + "routes: [{path: /a, public: true, scopes: [read]}]", True),
        (keys("read") + ROUTES, False),
        (keys() + "routes: [{path: /a}]", False),
    ],
)
def test_scopes_are_granted_and_never_asked_for(text: str, found: bool) -> None:
    assert told(text, "keys/scopes-never-asked") == ([("keys", "note")] if found else [])


OTHER = "  - {id: b, env: DESK_KEY, scopes: [read]}\n"


@pytest.mark.parametrize(
    ("mine", "routes", "expected"),
    [
        pytest.param("scopes: [elsewhere]", ROUTES, ["keys/0"], id="every route needs more"),
        pytest.param("scopes: [read]", ROUTES, [], id="it has what one needs"),
        pytest.param("revoked: true", ROUTES, [], id="it was taken out of force"),
        pytest.param("scopes: []", "routes: [{path: /a}]", [], id="a route that needs none"),
    ],
)
def test_a_key_is_let_in_nowhere(mine: str, routes: str, expected: list[str]) -> None:
    text = f"{routes}\nkeys:\n  - {{id: a, env: WEB_KEY, {mine}}}\n{OTHER}"

    assert [path for path, _ in told(text, "keys/reaches-nothing")] == expected


def test_where_no_key_is_let_in_the_route_is_at_fault() -> None:
    assert told(ROUTES + keys("elsewhere"), "keys/reaches-nothing") == []


def test_a_request_with_the_key_shows_that_it_reaches_nothing() -> None:
    text = f"{ROUTES}\nkeys:\n  - {{id: a, env: WEB_KEY}}\n{OTHER}"

    request, allowed, reason = witness(text, "keys/reaches-nothing")

    assert (request.target.path, allowed, reason) == ("/a", False, "authorize.missing-scope")


@pytest.mark.parametrize(
    ("roles", "had", "expected"),
    [
        pytest.param("{r: [read], s: [read]}", "r", ["roles/s"], id="no key has it"),
        pytest.param("{r: [read], s: {inherits: [r]}}", "s", [], id="a role of a key inherits it"),
        pytest.param(
            "{r: [read], s: {inherits: [r]}, t: [read]}",
            "t",
            ["roles/r", "roles/s"],
            id="a role that nobody has inherits it",
        ),
    ],
)
def test_nobody_has_the_role(roles: str, had: str, expected: list[str]) -> None:
    text = f"{ROUTES}roles: {roles}\n{keys(roles=had)}"

    assert [path for path, _ in told(text, "roles/unused")] == expected


def test_a_role_is_removed_once_nothing_inherits_it_and_no_route_waits_for_it() -> None:
    inherited, inheriting = look(
        f"{ROUTES}roles: {{r: [read], s: {{inherits: [r]}}, t: [read]}}\n{keys(roles='t')}",
        "roles/unused",
    )
    (wanted,) = look(f"{ROUTES}roles: {{r: [read], s: []}}\n{keys(roles='s')}", "roles/unused")

    assert inherited.edits == ()
    assert [edit.path for edit in inheriting.edits] == ["roles/s"]
    assert wanted.edits == ()
