"""Origins that are admitted and were not meant."""

from __future__ import annotations

import pytest
from linting import look, told, witness


def cors(origins: str, *more: str) -> str:
    return f"cors: {{{', '.join([f'origins: [{origins}]', *more])}}}"


WITH = "credentials: true"


@pytest.mark.parametrize(
    ("code", "text", "expected"),
    [
        pytest.param("cors/null-origin", cors('"null"', WITH), "error", id="null, with cookies"),
        pytest.param("cors/null-origin", cors('"null"'), "warning", id="null, without"),
        pytest.param("cors/null-origin", cors("https://null.example", WITH), None, id="no null"),
        pytest.param(
            "cors/any-origin-with-credentials",
            cors('"*"', WITH, "behaviour: starlette"),
            "error",
            id="a family that names whoever asks",
        ),
        pytest.param(
            "cors/any-origin-with-credentials",
            "cors: {behaviour: litestar, credentials: true}",
            "error",
            id="a family whose default is every origin",
        ),
        pytest.param(
            "cors/any-origin-with-credentials", cors('"*"', WITH), None, id="one that sends `*`"
        ),
        pytest.param(
            "cors/any-origin-with-credentials",
            cors('"*"', "behaviour: starlette"),
            None,
            id="without credentials",
        ),
        pytest.param(
            "cors/star-never-credentialed", cors('"*"', WITH), "warning", id="`*`, and credentials"
        ),
        pytest.param(
            "cors/star-never-credentialed", cors('"*"'), None, id="`*`, and no credentials"
        ),
        pytest.param(
            "cors/public-suffix", cors('"https://*.github.io"', WITH), "error", id="github.io"
        ),
        pytest.param("cors/public-suffix", cors('"https://*.co.uk"'), "warning", id="co.uk"),
        pytest.param(
            "cors/public-suffix",
            cors('"https://*.shop.github.io"', WITH),
            None,
            id="one's own site",
        ),
        pytest.param("cors/public-suffix", cors("https://shop.github.io", WITH), None, id="a site"),
        pytest.param("cors/shared-host", cors("https://codepen.io", WITH), "error", id="codepen"),
        pytest.param("cors/shared-host", cors("https://jsbin.com"), "warning", id="jsbin"),
        pytest.param("cors/shared-host", cors("https://shop.example", WITH), None, id="one's own"),
        pytest.param(
            "cors/plain-http-origin", cors("http://shop.example", WITH), "warning", id="http"
        ),
        pytest.param("cors/plain-http-origin", cors("http://shop.example"), None, id="no cookies"),
        pytest.param(
            "cors/plain-http-origin", cors("https://shop.example", WITH), None, id="https"
        ),
        pytest.param(
            "cors/plain-http-origin", cors("http://localhost:3000", WITH), None, id="localhost"
        ),
        pytest.param(
            "cors/loopback-origin",
            cors("http://localhost:3000", WITH) + "\nhosts: [api.shop.example]",
            "warning",
            id="localhost, in a policy for the network",
        ),
        pytest.param(
            "cors/loopback-origin",
            cors('"http://127.0.0.1:*"') + "\nhosts: [api.shop.example]",
            "note",
            id="127.0.0.1, without cookies",
        ),
        pytest.param(
            "cors/loopback-origin",
            cors("http://localhost:3000", WITH) + "\nhosts: [localhost, api.shop.example]",
            None,
            id="localhost, in a policy for development",
        ),
        pytest.param(
            "cors/loopback-origin", cors("http://localhost:3000", WITH), None, id="for any host"
        ),
        pytest.param(
            "cors/any-port", cors('"https://shop.example:*"', WITH), "warning", id="every port"
        ),
        pytest.param(
            "cors/any-port", cors('"https://shop.example:*"'), None, id="no cookies there"
        ),
        pytest.param("cors/any-port", cors('"http://localhost:*"', WITH), None, id="of localhost"),
        pytest.param(
            "cors/any-subdomain", cors('"https://*.shop.example"', WITH), "note", id="hosts below"
        ),
        pytest.param(
            "cors/any-subdomain", cors('"https://*.shop.example"'), None, id="hosts, no cookies"
        ),
        pytest.param("cors/admits-nobody", "cors: {}", "warning", id="no origins"),
        pytest.param("cors/admits-nobody", "cors: {origins: []}", "warning", id="an empty list"),
        pytest.param(
            "cors/admits-nobody", "cors: {behaviour: express}", None, id="a family with a default"
        ),
    ],
)
def test_an_entry_admits_whom_nobody_meant(code: str, text: str, expected: str | None) -> None:
    assert [severity for _, severity in told(text, code)] == ([expected] if expected else [])


def test_an_entry_is_told_at_its_line_and_a_default_at_the_section() -> None:
    (listed,) = look("cors:\n  credentials: true\n  origins:\n  - 'null'\n", "cors/null-origin")
    (default,) = look(
        "cors:\n  behaviour: litestar\n  credentials: true\n", "cors/any-origin-with-credentials"
    )

    assert (listed.path, listed.span.line) == ("cors/origins/0", 4)
    assert (default.path, default.span.line) == ("cors", 1)


def test_the_worst_of_an_entry_is_told_and_not_each() -> None:
    text = cors('"http://*.github.io:*"', WITH)

    assert told(text, "cors/public-suffix") == [("cors/origins/0", "error")]
    for code in ("cors/plain-http-origin", "cors/any-port", "cors/any-subdomain"):
        assert told(text, code) == []


def test_a_request_with_a_cookie_shows_that_null_is_admitted() -> None:
    request, allowed, _ = witness(cors('"null"', WITH), "cors/null-origin")

    assert (request.headers.get("origin"), "cookie" in request.headers) == ("null", True)
    assert allowed


def test_a_request_with_a_cookie_shows_that_a_star_does_not_admit_it() -> None:
    request, allowed, reason = witness(cors('"*"', WITH), "cors/star-never-credentialed")

    assert "cookie" in request.headers
    assert (allowed, reason) == (False, "cors.wildcard-with-credentials")


def test_a_routes_own_section_is_looked_at_too() -> None:
    text = "routes: [{path: /a}, {path: /b, cors: {origins: ['null'], credentials: true}}]"

    (found,) = look(text, "cors/null-origin")

    assert found.path == "routes/1/cors/origins/0"
    assert found.witness is not None
    assert found.witness.target.path == "/b"
