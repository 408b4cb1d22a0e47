"""What of an answer script can read."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.browser.visible import SAFELISTED, visible_headers
from simulator.message import Headers

EXPOSE = "Access-Control-Expose-Headers"
OWN = [
    ("Content-Type", "text/plain"),
    ("ETag", '"1"'),
    ("X-Request-Id", "7"),
    ("Set-Cookie", "a=1"),
    ("Set-Cookie2", "b=2"),
]


def seen(*expose: str, kind: str = "cors", include: bool = False) -> tuple[str, ...]:
    headers = Headers([*OWN, *[(EXPOSE, value) for value in expose]])
    return visible_headers(headers, kind, include=include)


def test_an_answer_of_the_pages_own_origin_shows_all_but_cookies() -> None:
    assert seen(kind="basic") == ("content-type", "etag", "x-request-id")


@pytest.mark.parametrize("kind", ["opaque", "opaqueredirect", "error"])
def test_an_answer_that_is_not_to_be_read_shows_nothing(kind: str) -> None:
    assert seen("*", kind=kind) == ()


@pytest.mark.parametrize(
    ("expose", "found"),
    [
        pytest.param((), ("content-type",), id="no field"),
        pytest.param(("",), ("content-type",), id="an empty field"),
        pytest.param(("etag",), ("content-type", "etag"), id="small letters"),
        pytest.param(("ETAG, X-Absent",), ("content-type", "etag"), id="one that is not there"),
        pytest.param(
            ("etag", "x-request-id"), ("content-type", "etag", "x-request-id"), id="two lines"
        ),
        pytest.param(("set-cookie, etag",), ("content-type", "etag"), id="cookies never"),
        pytest.param(("etag, a@b",), ("content-type",), id="a word that is no token"),
        pytest.param(("etag x-request-id",), ("content-type",), id="no comma"),
        pytest.param(
            ("*",),
            ("access-control-expose-headers", "content-type", "etag", "x-request-id"),
            id="a star",
        ),
        pytest.param(
            ("x-absent, *",),
            ("access-control-expose-headers", "content-type", "etag", "x-request-id"),
            id="a star in a list",
        ),
    ],
)
def test_of_another_origins_answer_the_exposed_names_are_seen(
    expose: tuple[str, ...], found: tuple[str, ...]
) -> None:
    assert seen(*expose) == found


def test_with_credentials_a_star_exposes_the_header_of_that_name() -> None:
    headers = Headers([*OWN, ("*", "odd"), (EXPOSE, "*")])

    assert visible_headers(headers, "cors", include=True) == ("*", "content-type")


def test_with_credentials_names_are_exposed_as_ever() -> None:
    assert seen("*, etag", include=True) == ("content-type", "etag")


NAMES = st.sampled_from([*sorted(SAFELISTED), "etag", "x-a", "set-cookie", "X-B", "*"])
FIELDS = st.lists(st.tuples(NAMES, st.just("v")), max_size=5)
EXPOSED = st.lists(st.sampled_from(["etag", "x-a", "x-b", "*", "a b", ""]), max_size=3)


@given(FIELDS, EXPOSED, st.booleans())
def test_more_is_never_seen_of_another_origin_than_of_ones_own(
    fields: list[tuple[str, str]], exposed: list[str], include: bool
) -> None:
    headers = Headers([*fields, (EXPOSE, ", ".join(exposed))])

    cors = visible_headers(headers, "cors", include=include)

    basic = visible_headers(headers, "basic", include=include)
    assert set(cors) <= set(basic)
    assert not {"set-cookie", "set-cookie2"} & set(basic)
    assert SAFELISTED & {name.lower() for name, _ in headers} <= set(cors)
