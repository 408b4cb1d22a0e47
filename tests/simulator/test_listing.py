"""What is sent in a field that lists what is granted."""

from __future__ import annotations

import pytest

from simulator.behaviour import ASKED, COVERED, ROUTES, Names
from simulator.listing import Listing, lists, names_of

CONFIGURED = ("X-B", "x-A")


def listing(
    form: Names, names: tuple[str, ...] | None = CONFIGURED, credentials: bool = False
) -> Listing:
    return Listing(form, names, credentials, fold=True)


@pytest.mark.parametrize(
    ("form", "names", "asked", "expected"),
    [
        pytest.param(Names(), CONFIGURED, None, "X-B, x-A", id="as it is configured"),
        pytest.param(Names(separator=","), CONFIGURED, "x-a", "X-B,x-A", id="without spaces"),
        pytest.param(Names(sort=True), CONFIGURED, None, "X-B, x-A", id="sorted, capitals first"),
        pytest.param(
            Names(sort=True, case="lower"), CONFIGURED, None, "x-a, x-b", id="in lower case"
        ),
        pytest.param(Names(case="canonical"), CONFIGURED, None, "X-B, X-A", id="as Go writes it"),
        pytest.param(
            Names(always=("Accept",), sort=True), CONFIGURED, None, "Accept, X-B, x-A",
            id="with what is always granted",
        ),
        pytest.param(Names(default="GET,HEAD"), None, None, "GET,HEAD", id="the default, verbatim"),
        pytest.param(Names(default="GET,HEAD"), (), None, "", id="nothing where nothing is listed"),
        pytest.param(Names(), None, None, "", id="nothing where there is no default"),
        pytest.param(Names(default=ASKED), None, "X-A ,x-c", "X-A ,x-c", id="what was asked, raw"),
        pytest.param(
            Names(default=ASKED, echo="names"), None, "X-A ,,x-c", "X-A, x-c",
            id="the names that were asked for",
        ),
        pytest.param(Names(default=ASKED), None, None, "", id="nothing where nothing is asked"),
        pytest.param(
            Names(listed=False, echo="names"), CONFIGURED, "X-A, x-c", "X-A",
            id="what of it was asked for",
        ),
        pytest.param(
            Names(listed=False, echo="upper"), CONFIGURED, "x-a,x-b,X-A", "X-A, X-B",
            id="the same in capitals, once",
        ),
        pytest.param(
            Names(listed=False, echo="lower"), CONFIGURED, "X-A", "x-a", id="in lower case again"
        ),
        pytest.param(Names(), ("*",), "x-a", "*", id="a star"),
        pytest.param(Names(separator=","), ("*", "X-A"), "x-a", "*,X-A", id="a star and names"),
        pytest.param(Names(star=ASKED), ("*",), "x-a", "x-a", id="what is asked, for a star"),
        pytest.param(Names(star="GET, PUT"), ("*",), "PUT", "GET, PUT", id="names for a star"),
        pytest.param(Names(star=""), ("*",), "x-a", "*", id="a star that is only a name"),
        pytest.param(
            Names(always=("Accept",), sort=True, star=ASKED, echo="names"), ("*",), "x-a",
            "Accept, x-a", id="what is asked and what is always granted",
        ),
        pytest.param(Names(star=COVERED), ("*",), "x-a", "*", id="a star that covers it"),
        pytest.param(
            Names(star=COVERED), ("*",), "authorization,x-a", "authorization,x-a",
            id="names, where a star does not cover one",
        ),
        pytest.param(
            Names(always=("GET",), unsaid=True, listed=False), ("PUT",), "GET", "",
            id="nothing for what needs no granting",
        ),
        pytest.param(Names(default=ROUTES), None, "PUT", "PUT", id="what the routes take"),
    ],
)  # fmt: skip
def test_the_field_holds(
    form: Names, names: tuple[str, ...] | None, asked: str | None, expected: str
) -> None:
    assert listing(form, names).answer(asked) == expected


@pytest.mark.parametrize(
    ("form", "asked", "expected"),
    [
        pytest.param(Names(star_credentials=ASKED), "PUT", "PUT", id="what is asked"),
        pytest.param(Names(star=COVERED), "x-a", "x-a", id="names, since a star covers nothing"),
        pytest.param(Names(star=COVERED), None, "*", id="a star, where nothing is asked"),
        pytest.param(Names(), "PUT", "*", id="a star all the same"),
    ],
)
def test_with_credentials_a_star_is(form: Names, asked: str | None, expected: str) -> None:
    assert listing(form, ("*",), credentials=True).answer(asked) == expected


@pytest.mark.parametrize(
    ("form", "names", "name", "expected"),
    [
        pytest.param(Names(), CONFIGURED, "x-b", True, id="what is listed, in any case"),
        pytest.param(Names(), CONFIGURED, "x-c", False, id="not what is not listed"),
        pytest.param(Names(always=("Accept",)), (), "accept", True, id="what always is"),
        pytest.param(Names(default="GET, PUT"), None, "PUT", True, id="what the default lists"),
        pytest.param(Names(default="*"), None, "x-c", True, id="everything by default"),
        pytest.param(Names(default=ASKED), None, "x-c", True, id="everything that is asked"),
        pytest.param(Names(), ("*",), "x-c", True, id="everything, for a star"),
        pytest.param(Names(star=""), ("*",), "x-c", False, id="nothing, where that is a name"),
        pytest.param(
            Names(star="GET", star_is_all=False), ("*",), "PUT", False,
            id="only what a star stands for",
        ),
    ],
)  # fmt: skip
def test_the_server_grants(
    form: Names, names: tuple[str, ...] | None, name: str, expected: bool
) -> None:
    assert listing(form, names).allows(name) is expected


def test_methods_compare_by_case_unless_the_family_folds_them() -> None:
    strict = Listing(Names(), ("PUT",), False, fold=False)
    lax = Listing(Names(), ("PUT",), False, fold=True)

    assert (strict.allows("put"), lax.allows("put")) == (False, True)


@pytest.mark.parametrize(
    ("form", "names", "expected"),
    [
        pytest.param(Names(always=("Accept",)), CONFIGURED, "X-B, x-A", id="the list alone"),
        pytest.param(Names(star="GET"), ("*",), "*", id="a star as it is configured"),
        pytest.param(Names(listed=False), CONFIGURED, "", id="nothing, where it is never listed"),
        pytest.param(Names(default=ASKED), None, "", id="nothing, where nothing can be asked"),
        pytest.param(Names(default="GET"), None, "GET", id="the default"),
    ],
)
def test_an_actual_request_is_told(
    form: Names, names: tuple[str, ...] | None, expected: str
) -> None:
    assert listing(form, names).plain == expected


def test_empty_names_are_no_names() -> None:
    assert names_of(" a ,,\tb, ") == ("a", "b")
    assert names_of(None) == ()


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        pytest.param("x-b, x-a", True, id="a name"),
        pytest.param("*", True, id="a star"),
        pytest.param("x-b", False, id="not another name"),
        pytest.param("", False, id="not nothing"),
        pytest.param(None, False, id="not an absent field"),
    ],
)
def test_to_a_browser_it_is_granted_by(value: str | None, expected: bool) -> None:
    assert lists(value, "x-a") is expected
