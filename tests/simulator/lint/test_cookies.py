"""Cookies between sites, and what arrives with them unasked."""

from __future__ import annotations

import pytest
from linting import look, told, witness

SITE = "cors/same-site-cookie"
EFFECTS = "cors/side-effects-without-preflight"
HEAD = """\
hosts: [api.shop.example]
credentials: [{cookie: session}]
keys: [{id: alice, env: WEB_KEY}]
"""
OTHER = "cors: {origins: [https://app.other.example], credentials: true}\n"


def login(cookie: str) -> str:
    response = f"{{headers: {{set-cookie: {cookie}}}}}"
    return f"routes: [{{path: /a}}, {{path: /login, public: true, response: {response}}}]\n"


@pytest.mark.parametrize(
    ("cookie", "cause"),
    [
        ("session=1; SameSite=Lax", "it is `SameSite=Lax`"),
        ("session=1; HttpOnly; samesite=strict", "it is `SameSite=Strict`"),
        ("session=1", "it has no `SameSite`, which means `Lax`"),
        ("session=1; SameSite=None", "`SameSite=None` counts only with `Secure`"),
        ("session=1; SameSite=None; Secure", None),
    ],
)
def test_a_cookie_stays_behind_between_sites(cookie: str, cause: str | None) -> None:
    found = look(f"{HEAD}{OTHER}{login(f'{chr(34)}{cookie}{chr(34)}')}", SITE)

    assert [(h.path, h.severity) for h in found] == (
        [("routes/1/response/headers/set-cookie", "warning")] if cause else []
    )
    assert all(cause in h.message for h in found if cause)


def test_each_line_of_several_cookies_has_its_place() -> None:
    found = told(f"{HEAD}{OTHER}{login('[theme=dark, session=1]')}", SITE)

    assert found == [("routes/1/response/headers/set-cookie/1", "warning")]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            f"{HEAD}{OTHER}", [("cors/origins/0", "note")], id="how it is set is not said"
        ),
        pytest.param(
            f"{HEAD}cors: {{origins: [https://app.shop.example], credentials: true}}",
            [],
            id="one site",
        ),
        pytest.param(
            f"{HEAD}cors: {{origins: [https://app.other.example]}}", [], id="no cookies admitted"
        ),
        pytest.param(f"{HEAD.replace('cookie', 'query')}{OTHER}", [], id="the key is no cookie"),
        pytest.param(f"{HEAD.split(chr(10), 1)[1]}{OTHER}", [], id="the host is not known"),
    ],
)
def test_a_cookie_has_to_be_for_other_sites_where_one_is_admitted(
    text: str, expected: list[tuple[str, str]]
) -> None:
    assert told(text, SITE) == expected


def test_a_request_without_its_cookie_shows_it() -> None:
    request, allowed, reason = witness(f"{HEAD}{OTHER}{login('session=1')}", SITE)

    assert (request.target.path, "cookie" in request.headers) == ("/a", False)
    assert (allowed, reason) == (False, "authenticate.no-credential")


KEYS = "keys: [{id: alice, env: WEB_KEY}]\n"
POST = "routes: [{path: /pay, methods: [POST]}]\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(f"credentials: [basic]\n{KEYS}{POST}", "warning", id="a password"),
        pytest.param(f"{HEAD}{OTHER}{POST}", "warning", id="a cookie for other sites"),
        pytest.param(f"{HEAD}{POST}", "note", id="a cookie that may be SameSite"),
        pytest.param(
            "network: {default: deny, allow: [10.0.0.0/8]}\n" + POST, "note", id="an address"
        ),
        pytest.param(f"{KEYS}{POST}", None, id="a key in a header"),
        pytest.param(POST, None, id="nobody is asked for anything"),
        pytest.param(
            f"credentials: [basic]\n{KEYS}{POST.replace('POST', 'PUT')}", None, id="a preflight"
        ),
        pytest.param(
            f"credentials: [basic]\n{KEYS}{POST.replace('[POST]', '[POST], public: true')}",
            None,
            id="a public route",
        ),
        pytest.param(
            f"cors: {{origins: [https://a.example], enforce: true}}\ncredentials: [basic]\n"
            f"{KEYS}{POST}",
            None,
            id="the server refuses strange origins",
        ),
        pytest.param(
            f"credentials: [basic]\n{KEYS.replace('}]', ', origins: [https://a.example]}]')}{POST}",
            None,
            id="the key is bound to origins",
        ),
    ],
)
def test_every_page_can_send_a_post_as_its_visitor(text: str, expected: str | None) -> None:
    assert told(text, EFFECTS) == ([("routes/0", expected)] if expected else [])


def test_a_strangers_post_that_is_carried_out_shows_it() -> None:
    request, allowed, reason = witness(f"credentials: [basic]\n{KEYS}{POST}", EFFECTS)

    assert request.headers.get("content-type") == "text/plain"
    assert (allowed, reason) == (False, "cors.no-fields")
    (found,) = look(f"credentials: [basic]\n{KEYS}{POST}", EFFECTS)
    assert found.claim is not None
    assert (found.claim.status, found.claim.hidden) == (200, True)
