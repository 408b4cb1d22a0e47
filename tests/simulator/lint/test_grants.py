"""What CORS grants besides the origin."""

from __future__ import annotations

import pytest
from linting import look, told

KEY = "\nkeys: [{id: web, env: WEB_KEY}]"
STAR = "cors: {behaviour: traefik, origins: [https://a.example], headers: ['*']}"


def cors(*more: str) -> str:
    return f"cors: {{{', '.join(['origins: [https://a.example]', *more])}}}"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(f"{STAR}\ncredentials: [bearer]{KEY}", "warning", id="a bearer token"),
        pytest.param(f"{STAR}{KEY}", "warning", id="a header, or a bearer token"),
        pytest.param(STAR, "note", id="no keys, so nobody knows"),
        pytest.param(f"{STAR}\ncredentials: [{{header: x-key}}]{KEY}", None, id="another header"),
        pytest.param(
            f"{STAR.replace("['*']", "['*', authorization]")}\ncredentials: [bearer]{KEY}",
            None,
            id="it is named too",
        ),
        pytest.param(
            f"{cors("headers: ['*']")}\ncredentials: [bearer]{KEY}",
            None,
            id="a family that names what is asked for",
        ),
    ],
)
def test_a_star_leaves_out_authorization(text: str, expected: str | None) -> None:
    found = [severity for _, severity in told(text, "cors/star-hides-authorization")]

    assert found == ([expected] if expected else [])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("methods: ['*'], credentials: true", ["cors/methods/0"], id="methods"),
        pytest.param(
            "headers: [x-a, '*'], credentials: true",
            ["cors/headers/1"],
            id="headers, beside a name",
        ),
        pytest.param("expose: ['*'], credentials: true", ["cors/expose/0"], id="exposed fields"),
        pytest.param("methods: ['*']", [], id="without credentials"),
        pytest.param("methods: [PUT], credentials: true", [], id="names"),
    ],
)
def test_a_star_beside_credentials_is_a_name(text: str, expected: list[str]) -> None:
    policy = f"cors: {{behaviour: envoy, origins: [https://a.example], {text}}}"
    policy = policy.replace("envoy", "rs-cors" if "expose" in text else "tower-http")

    assert [path for path, _ in told(policy, "cors/literal-star")] == expected


def test_a_page_with_credentials_shows_that_a_star_is_a_name() -> None:
    text = "cors: {behaviour: tower-http, origins: [https://a.example], methods: ['*']"

    (found,) = look(f"{text}, credentials: true}}", "cors/literal-star")

    assert found.claim is not None
    assert (found.claim.page, found.claim.credentials) == ("https://a.example", "include")
    assert (found.claim.allowed, found.claim.reason) == (False, "cors.method-not-allowed")


@pytest.mark.parametrize(
    ("text", "code", "expected"),
    [
        (cors("max_age: 1728000"), "cors/max-age-capped", ["cors/max_age"]),
        (cors("max_age: 86400"), "cors/max-age-capped", []),
        (cors("headers: [x-a]"), "cors/no-max-age", ["cors"]),
        (cors("methods: [PUT]"), "cors/no-max-age", ["cors"]),
        (cors("headers: [x-a]", "max_age: 0"), "cors/no-max-age", []),
        (cors(), "cors/no-max-age", []),
        (cors("headers: [x-a]", "behaviour: starlette"), "cors/no-max-age", []),
        ("cors: {headers: [x-a]}", "cors/no-max-age", []),
        (cors("expose: [Content-Type, x-a]"), "cors/needless-name", ["cors/expose/0"]),
        (cors("methods: [GET, PUT]"), "cors/needless-name", ["cors/methods/0"]),
        (cors("methods: [GET]", "behaviour: starlette"), "cors/needless-name", []),
        (
            cors("headers: [accept, x-a]", "behaviour: starlette"),
            "cors/needless-name",
            ["cors/headers/0"],
        ),
        (cors("headers: [accept, x-a]"), "cors/needless-name", []),
        (cors("methods: [PUT, OPTIONS]"), "cors/options-granted", ["cors/methods/1"]),
        (cors("methods: [PUT, OPTIONS]", "behaviour: kong"), "cors/options-granted", []),
        (cors("expose: [Set-Cookie]"), "cors/never-exposed", ["cors/expose/0"]),
        (cors("expose: [x-cookie]"), "cors/never-exposed", []),
    ],
)
def test_lifetimes_and_names_that_do_nothing(text: str, code: str, expected: list[str]) -> None:
    assert [path for path, _ in told(text, code)] == expected


def test_what_is_granted_anyway_is_removed_together() -> None:
    found = look(cors("methods: [GET, HEAD, PUT]"), "cors/needless-name")

    assert [edit.path for hazard in found for edit in hazard.edits] == [
        "cors/methods/0",
        "cors/methods/1",
    ]


def test_a_name_stays_without_which_nothing_is_granted() -> None:
    # jub0bs/cors grants no preflight where it has no method and no header to grant.
    text = cors("methods: [GET]", "behaviour: jub0bs")

    (found,) = look(text, "cors/needless-name")

    assert found.edits == ()
