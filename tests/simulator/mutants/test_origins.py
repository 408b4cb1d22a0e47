"""Origins are dropped and loosened, grants taken away and added, settings flipped."""

from __future__ import annotations

import pytest

from simulator.mutants.origins import cors_changes
from simulator.source import read_document


def said(section: str) -> list[str]:
    data = read_document(section, name="p.yaml").data
    return [change.words for change in cors_changes(data, "cors")]


def loosened(origin: str) -> list[str]:
    words = said(f'origins: ["{origin}"]')
    return [w.removeprefix("the origin ") for w in words if w.startswith("the origin `")][1:]


@pytest.mark.parametrize(
    ("origin", "looser"),
    [
        pytest.param(
            "https://shop.example",
            [
                "`https://*.shop.example` is admitted too",
                "`https://shop.example:*` is admitted in place of `https://shop.example`",
                "`http://shop.example` is admitted too",
                "`null` is admitted too, any sandboxed page's",
            ],
            id="a name",
        ),
        pytest.param(
            "https://*.pre.shop.example:8443",
            [
                "`https://pre.shop.example:8443` is admitted too",
                "`https://*.shop.example:8443` is admitted in place of "
                "`https://*.pre.shop.example:8443`",
                "`https://*.pre.shop.example:*` is admitted in place of "
                "`https://*.pre.shop.example:8443`",
                "`http://*.pre.shop.example:8443` is admitted too",
                "`null` is admitted too, any sandboxed page's",
            ],
            id="names below a name",
        ),
        pytest.param(
            "http://127.0.0.1:*",
            ["`null` is admitted too, any sandboxed page's"],
            id="an address with any port, below which there is no name",
        ),
        pytest.param(
            "http://localhost:3000",
            [
                "`http://localhost:*` is admitted in place of `http://localhost:3000`",
                "`null` is admitted too, any sandboxed page's",
            ],
            id="localhost",
        ),
        pytest.param("*", [], id="every origin"),
    ],
)
def test_how_an_origin_is_loosened(origin: str, looser: list[str]) -> None:
    assert loosened(origin) == looser


def test_every_origin_is_admitted_where_some_are() -> None:
    assert "every origin is admitted" in said("origins: [https://shop.example]")
    assert "every origin is admitted" not in said("origins: ['*']")
    assert "every origin is admitted" not in said("behaviour: starlette")


def test_grants() -> None:
    words = said("{origins: ['*'], methods: [DELETE], headers: [x-api-key]}")

    assert [w for w in words if "method" in w or "header" in w] == [
        "the method `DELETE` is not granted",
        "the method `PUT` is granted",
        "the method `PATCH` is granted",
        "the header `x-api-key` is not granted",
        "every header is granted",
    ]


def test_a_list_that_is_left_out_is_its_familys_own() -> None:
    words = said("{behaviour: starlette, origins: ['*']}")

    assert [w for w in words if w.startswith(("the method", "every header"))] == []


def test_everything_that_is_granted_can_only_be_taken_away() -> None:
    words = said("{origins: ['*'], methods: ['*'], headers: ['*']}")

    assert [w for w in words if "granted" in w] == [
        "every method is not granted",
        "every header is not granted",
    ]


@pytest.mark.parametrize(
    ("section", "settings"),
    [
        (
            "behaviour: standard",
            ["requests with cookies are admitted", "the server refuses other origins itself"],
        ),
        (
            "behaviour: spring, credentials: true",
            [
                "requests with cookies are not admitted",
                "the server leaves it to browsers to refuse",
            ],
        ),
    ],
)
def test_settings_are_flipped(section: str, settings: list[str]) -> None:
    words = said(f"{{methods: ['*'], headers: ['*'], {section}}}")

    assert [w for w in words if "not granted" not in w] == settings
