"""Answers that pages cannot read."""

from __future__ import annotations

import pytest
from linting import look, told, witness

HIDDEN = "errors/hidden-from-pages"
CORS = "cors: {origins: [https://a.example], headers: [x-api-key]}"
NGINX = "cors: {behaviour: nginx-add-header, origins: [https://a.example]}"
KEYS = "keys: [{id: web, env: WEB_KEY}]"
ROUTES = "routes: [{path: /a, methods: [GET]}]"


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        pytest.param((CORS, KEYS), [("cors", "note")], id="the family that is no server"),
        pytest.param((CORS, ROUTES), [], id="no more than a 405 of it"),
        pytest.param((NGINX, KEYS), [("cors/behaviour", "warning")], id="a family without"),
        pytest.param((NGINX, ROUTES), [("cors/behaviour", "warning")], id="a 405 of it"),
        pytest.param(
            (CORS, ROUTES, "errors: {cors_fields: false}"),
            [("errors/cors_fields", "warning")],
            id="it is written",
        ),
        pytest.param((CORS, KEYS, "errors: {cors_fields: true}"), [], id="they carry them"),
        pytest.param((CORS.replace("{", "{behaviour: koa, "), KEYS), [], id="a family with"),
        pytest.param((CORS,), [], id="nothing is refused"),
        pytest.param(("cors: {}", KEYS), [], id="no page is admitted"),
        pytest.param((KEYS,), [], id="no cors"),
    ],
)
def test_errors_are_hidden_from_pages(
    lines: tuple[str, ...], expected: list[tuple[str, str]]
) -> None:
    assert told("\n".join(lines), HIDDEN) == expected


def test_a_refusal_that_a_page_does_not_see_shows_it() -> None:
    request, allowed, reason = witness(f"{NGINX}\n{KEYS}", HIDDEN)

    assert request.headers.get("origin") == "https://a.example"
    assert (allowed, reason) == (False, "authenticate.no-credential")


def test_of_quotas_the_429_is_named() -> None:
    limits = "rate_limits: [{per: client, quota: 9/minute}]"

    (found,) = look(f"{CORS}\n{ROUTES}\n{limits}", HIDDEN)

    assert "such as a 429 of its quotas" in found.message


@pytest.mark.parametrize(
    ("behaviour", "response", "found"),
    [
        ("starlette", "{status: 500, unhandled: true}", True),
        ("starlette", "{status: 500}", False),
        ("django-cors-headers", "{status: 500, unhandled: true}", False),
    ],
)
def test_an_exceptions_500_is_hidden(behaviour: str, response: str, found: bool) -> None:
    text = f"cors: {{behaviour: {behaviour}, origins: [https://a.example]}}\nresponse: {response}"

    expected = [("response/unhandled", "warning")] if found else []
    assert told(text, "errors/unhandled-hidden") == expected


def test_what_is_written_of_errors_goes_for_exceptions_too() -> None:
    text = "cors: {behaviour: starlette, origins: [https://a.example]}\n"
    text += "response: {status: 500, unhandled: true}\nerrors: {cors_fields: true}"

    assert told(text, "errors/unhandled-hidden") == []


@pytest.mark.parametrize(
    ("section", "response", "names"),
    [
        pytest.param(CORS, '{headers: {x-total: "7"}}', ["x-total"], id="a field of its own"),
        pytest.param(
            CORS, "{headers: {ETag: a, Link: b}}", ["etag", "link"], id="fields for scripts"
        ),
        pytest.param(CORS, "{headers: {content-type: a}}", [], id="one that script may read"),
        pytest.param(CORS, "{headers: {server: a, x-powered-by: b}}", [], id="none for scripts"),
        pytest.param(
            CORS.replace("{", "{expose: [X-Total], "), "{headers: {x-total: a}}", [], id="exposed"
        ),
        pytest.param(
            CORS.replace("{", "{expose: ['*'], "), "{headers: {x-total: a}}", [], id="all exposed"
        ),
        pytest.param(
            CORS, "{status: 302, headers: {location: /b}}", [], id="where a redirect leads"
        ),
        pytest.param(
            CORS, "{status: 201, headers: {location: /b}}", ["location"], id="what was made"
        ),
        pytest.param("cors: {}", '{headers: {x-total: "7"}}', [], id="no page is admitted"),
    ],
)
def test_fields_are_not_exposed(section: str, response: str, names: list[str]) -> None:
    found = look(f"{section}\nresponse: {response}", "cors/field-not-exposed")

    assert [h.message.partition(" not exposed")[0] for h in found] == (
        [" and ".join(f"`{n}`" for n in names) + (" is" if len(names) == 1 else " are")]
        if names
        else []
    )
