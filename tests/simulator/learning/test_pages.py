"""What are pages granted, by what was answered?"""

from __future__ import annotations

import pytest
from traffic import READ, SHOP, exchange, preflight

from simulator import Request
from simulator.learning.pages import Pages, can_list, learn_pages

PAGE = {"Origin": SHOP}


def learn(*exchanges: object) -> Pages:
    given = [e for e in exchanges if isinstance(e, tuple)]
    granted = [e for e in given if e.request.method == "OPTIONS"]  # type: ignore[attr-defined]
    read = [e for e in given if e not in granted]
    pages = learn_pages(granted, read)  # type: ignore[arg-type]
    assert pages is not None
    return pages


def test_preflights_say_which_methods_and_headers_are_granted() -> None:
    pages = learn(
        preflight("/orders/7", "DELETE", "x-api-key,content-type"),
        exchange("DELETE /orders/7", 204, {**PAGE, "X-Api-Key": "k"}, READ),
        exchange("GET /orders/7", 200, PAGE, READ),
    )

    assert pages.origins == {SHOP: 3}
    assert pages.methods == {"DELETE": 1}
    assert pages.headers == {"content-type": 1, "x-api-key": 1}
    assert pages.guesses == ()


def test_what_needs_a_preflight_was_granted_one_though_none_was_recorded() -> None:
    pages = learn(
        exchange(
            "PUT /orders/7",
            200,
            {**PAGE, "X-Api-Key": "k", "Content-Type": "application/json", "User-Agent": "x"},
            READ,
        )
    )

    assert pages.methods == {"PUT": 1}
    assert set(pages.headers) == {"x-api-key", "content-type"}
    assert "no preflight asks for" in pages.guesses[0]


def test_safelisted_methods_need_no_grant() -> None:
    assert learn(preflight("/orders", "POST", "content-type")).methods == {}


@pytest.mark.parametrize(
    ("headers", "answer", "credentials", "guessed"),
    [
        ({}, {}, False, False),
        ({"Cookie": "a=b"}, {"Access-Control-Allow-Credentials": "true"}, True, False),
        ({}, {"Access-Control-Allow-Credentials": "true"}, True, True),
    ],
)
def test_cookies_are_granted_where_they_were(
    headers: dict[str, str], answer: dict[str, str], credentials: bool, guessed: bool
) -> None:
    pages = learn(exchange("GET /orders", 200, {**PAGE, **headers}, {**READ, **answer}))

    assert pages.credentials == credentials
    assert any("pages may send cookies" in guess for guess in pages.guesses) == guessed


def test_the_answers_say_what_is_exposed_and_for_how_long_a_preflight_holds() -> None:
    answer = {
        **READ,
        "Access-Control-Allow-Methods": "PUT",
        "Access-Control-Max-Age": "600",
        "Access-Control-Allow-Private-Network": "true",
    }
    pages = learn(
        preflight("/a", "PUT", answer=answer),
        preflight("/b", "PUT", answer={**answer, "Access-Control-Max-Age": "60"}),
        exchange("GET /a", 200, PAGE, {**READ, "Access-Control-Expose-Headers": "X-A, x-b"}),
    )

    assert (pages.expose, pages.max_age, pages.private_network) == (("x-a", "x-b"), 60, True)
    assert "`max_age` is the smallest" in pages.guesses[0]


def test_a_star_admits_more_than_what_is_listed() -> None:
    star = {
        "Access-Control-Allow-Origin": "*",
        "Access-Control-Allow-Headers": "*",
        "Access-Control-Expose-Headers": "*",
    }

    pages = learn(
        preflight("/a", "GET", "x-a", star), exchange("GET /a", 200, {"Origin": "null"}, star)
    )

    assert pages.origins == {SHOP: 1, "null": 1}
    said = " ".join(pages.guesses)
    for words in ("every origin", "grants every header", "exposes every header", "origin `null`"):
        assert words in said


@pytest.mark.parametrize(
    ("answers", "errors", "guessed"),
    [([], False, False), ([READ], True, False), ([READ, {}], False, True), ([{}], False, False)],
)
def test_errors_are_shown_where_pages_could_read_them(
    answers: list[dict[str, str]], errors: bool, guessed: bool
) -> None:
    refused = [exchange("GET /a", 403, PAGE, answer) for answer in answers]
    other = exchange("GET /a", 403, {"Origin": "https://other.example"})

    pages = learn_pages([], [exchange("GET /a", 200, PAGE, READ)], [*refused, other])

    assert pages is not None
    assert (pages.errors, bool(pages.guesses)) == (errors, guessed)


def test_without_pages_nothing_is_granted() -> None:
    assert learn_pages([], []) is None


@pytest.mark.parametrize(
    ("method", "headers", "listed"),
    [
        ("GET", {"Origin": SHOP}, True),
        ("GET", {"Origin": "null"}, True),
        ("GET", {"Origin": "https://*.shop.example"}, False),
        ("GET", {"Origin": f"{SHOP}, {SHOP}"}, False),
        ("OPTIONS", {"Origin": SHOP, "Access-Control-Request-Method": "patch"}, False),
        ("OPTIONS", {"Origin": SHOP}, True),
        (
            "OPTIONS",
            {
                "Origin": SHOP,
                "Access-Control-Request-Method": "PUT",
                "Access-Control-Request-Headers": "cookie",
            },
            False,
        ),
    ],
)
def test_what_no_policy_can_list_is_known(
    method: str, headers: dict[str, str], listed: bool
) -> None:
    assert can_list(Request(method, "https://api.example/", headers)) == listed
