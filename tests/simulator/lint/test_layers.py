"""Whether the answer stays whole between application, CORS layer and caches."""

from __future__ import annotations

import pytest
from linting import look, told

VARY = "cors/vary-missing"
STORED = 'response: {headers: {cache-control: "public, max-age=60"}}'


def cors(behaviour: str, origins: str) -> str:
    return f"cors: {{behaviour: {behaviour}, origins: [{origins}]}}"


TWO = "https://a.example, https://b.example"


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        pytest.param((cors("envoy", TWO), STORED), "warning", id="answers are stored"),
        pytest.param((cors("envoy", TWO),), "note", id="nothing says whether they are"),
        pytest.param(
            (cors("envoy", TWO), "response: {headers: {cache-control: no-store}}"),
            None,
            id="they are not",
        ),
        pytest.param(
            (cors("envoy", TWO), "response: {headers: {cache-control: max-age=9, vary: Origin}}"),
            None,
            id="the application says it",
        ),
        pytest.param((cors("standard", TWO), STORED), None, id="a family that says it"),
        pytest.param((cors("traefik", "https://a.example"),), "note", id="with an origin or not"),
        pytest.param((cors("apisix", "https://a.example"), STORED), None, id="sent to everybody"),
        pytest.param((cors("nginx-add-header", '"*"'), STORED), None, id="`*` to everybody"),
    ],
)
def test_caches_are_not_told_that_answers_differ(
    lines: tuple[str, ...], expected: str | None
) -> None:
    assert told("\n".join(lines), VARY) == ([("cors", expected)] if expected else [])


def response(origin: str) -> str:
    return f"response: {{headers: {{access-control-allow-origin: {origin}}}}}"


@pytest.mark.parametrize(
    ("lines", "found"),
    [
        ((cors("standard", TWO), response("https://a.example")), True),
        (("cors: {}", response("https://a.example")), False),
        ((response("https://a.example"),), False),
        ((cors("standard", TWO), "response: {headers: {vary: Origin}}"), False),
    ],
)
def test_two_layers_send_the_same_field(lines: tuple[str, ...], found: bool) -> None:
    expected = [("response/headers/access-control-allow-origin", "error")] if found else []

    assert told("\n".join(lines), "cors/two-layers") == expected


def test_a_page_that_reads_neither_shows_two_layers() -> None:
    text = f"{cors('standard', TWO)}\n{response('https://a.example')}"

    (found,) = look(text, "cors/two-layers")

    assert found.claim is not None
    assert (found.claim.page, found.claim.reason) == ("https://a.example", "cors.multiple-origins")


@pytest.mark.parametrize(
    ("origin", "cause"),
    [
        ("https://a.example/", "it ends in a slash"),
        ("https://a.example/app", "it has a path"),
        ("https://A.example", "browsers send origins in lower case"),
        ("https://a.example:443", "browsers leave out the default port 443"),
        ("a.example", "it has no scheme"),
        ('"https://a.example, https://b.example"', "a list is no origin"),
        ("[https://a.example, https://b.example]", "a list is no origin"),
        ('"https://*.a.example"', "to a browser it is no pattern"),
        ("https://a.example", None),
        ('"*"', None),
        ('"null"', None),
    ],
)
def test_an_origin_in_a_field_is_no_pages(origin: str, cause: str | None) -> None:
    found = look(response(origin), "cors/response-origin")

    assert len(found) == (cause is not None)
    if cause is not None:
        assert cause in found[0].message


def test_the_page_that_was_meant_shows_it() -> None:
    (found,) = look(response("https://a.example/"), "cors/response-origin")

    assert found.claim is not None
    assert (found.claim.page, found.claim.allowed) == ("https://a.example", False)
