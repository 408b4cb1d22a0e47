"""How long an answer is good for."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.browser.engine import ENGINES, Engine, Unsupported
from simulator.browser.freshness import directives, is_fresh
from simulator.message import Headers, Response

NOW = 1_764_000_000.0  # Mon, 24 Nov 2025 16:00:00 GMT
BOTH = pytest.mark.parametrize("engine", ENGINES)


def fresh(
    *fields: tuple[str, str],
    after: float = 0,
    status: int = 200,
    engine: Engine = "chromium",
    now: float = NOW,
) -> bool:
    return is_fresh(Response(status, Headers(fields)), now, now + after, engine)


@pytest.mark.parametrize(
    ("value", "after", "good"),
    [
        pytest.param("max-age=600", 599, True, id="before its end"),
        pytest.param("max-age=600", 600, False, id="at its end"),
        pytest.param("MAX-AGE=600", 0, True, id="in capitals"),
        pytest.param("private, max-age=600", 0, True, id="for this browser only"),
        pytest.param("max-age=0", 0, False, id="never"),
        pytest.param("max-age=600, max-age=0", 0, True, id="the first of two"),
        pytest.param("max-age=0, max-age=600", 0, False, id="also where it is less"),
        pytest.param("max-age=600, no-cache", 0, False, id="only if confirmed"),
        pytest.param('max-age=600, no-cache="set-cookie"', 0, True, id="but for a field"),
        pytest.param("max-age=-1", 0, False, id="a sign"),
        pytest.param('max-age="600"', 0, False, id="quotes"),
        pytest.param("max-age = 600", 0, False, id="blanks"),
        pytest.param("max-age=600s", 0, False, id="a unit"),
        pytest.param("max-age=99999999999999999999", 1e9, True, id="for ever"),
        pytest.param("s-maxage=600", 0, False, id="for shared caches only"),
        pytest.param("public", 0, False, id="no age at all"),
        pytest.param("must-revalidate", 0, False, id="no age at all either"),
    ],
)
@BOTH
def test_an_answer_says_for_how_long(value: str, after: float, good: bool, engine: Engine) -> None:
    assert fresh(("Cache-Control", value), after=after, engine=engine) == good


@BOTH
def test_without_a_word_it_is_stale(engine: Engine) -> None:
    assert not fresh(engine=engine)


@pytest.mark.parametrize(
    ("fields", "good"),
    [
        pytest.param([("Age", "500")], True, id="it was kept elsewhere"),
        pytest.param([("Age", "700")], False, id="for too long"),
        pytest.param([("Age", "x")], True, id="for nobody knows how long"),
        pytest.param([("Date", "Mon, 24 Nov 2025 15:55:00 GMT")], True, id="it is minutes old"),
        pytest.param([("Date", "Mon, 24 Nov 2025 15:00:00 GMT")], False, id="it is hours old"),
        pytest.param([("Date", "Tue, 25 Nov 2025 15:00:00 GMT")], True, id="it is of tomorrow"),
        pytest.param([("Date", "yesterday")], True, id="it is of no day"),
    ],
)
@BOTH
def test_it_may_have_an_age_already(
    fields: list[tuple[str, str]], good: bool, engine: Engine
) -> None:
    assert fresh(("Cache-Control", "max-age=600"), *fields, engine=engine) == good


@pytest.mark.parametrize(
    ("fields", "good"),
    [
        pytest.param([("Expires", "Mon, 24 Nov 2025 17:00:00 GMT")], True, id="in an hour"),
        pytest.param([("Expires", "Mon, 24 Nov 2025 15:00:00 GMT")], False, id="an hour ago"),
        pytest.param([("Expires", "0")], False, id="no date is long ago"),
        pytest.param(
            [
                ("Expires", "Tue, 01 Jan 2030 00:00:00 GMT"),
                ("Date", "Tue, 01 Jan 2030 00:00:00 GMT"),
            ],
            False, id="by the server's own clock",
        ),
        pytest.param(
            [("Expires", "0"), ("Cache-Control", "max-age=600")], True, id="an age counts more"
        ),
    ],
)  # fmt: skip
@BOTH
def test_it_may_say_until_when(fields: list[tuple[str, str]], good: bool, engine: Engine) -> None:
    assert fresh(*fields, engine=engine) == good


# What the standard leaves open


@pytest.mark.parametrize("status", [300, 301, 308, 410])
def test_what_moved_moved_for_ever_to_chromium(status: int) -> None:
    assert fresh(status=status, after=1e9)
    assert not fresh(status=status, engine="standard")
    assert not fresh(("Cache-Control", "max-age=0"), status=status)


@pytest.mark.parametrize(
    ("fields", "status", "good"),
    [
        pytest.param([], 200, True, id="what has not changed for long"),
        pytest.param(
            [("Date", "Fri, 24 Nov 2023 16:00:00 GMT")], 200, False, id="when it was sent"
        ),
        pytest.param([("Cache-Control", "must-revalidate")], 200, False, id="but is to be asked"),
        pytest.param([("Cache-Control", "max-age=0")], 200, False, id="but says how long"),
        pytest.param([], 404, False, id="a status that tells nothing"),
    ],
)
def test_chromium_takes_a_tenth_of_its_age(
    fields: list[tuple[str, str]], status: int, good: bool
) -> None:
    changed = ("Last-Modified", "Fri, 24 Nov 2023 16:00:00 GMT")

    assert fresh(changed, *fields, status=status, after=86_400) == good
    assert not fresh(changed, *fields, status=status, engine="standard")


def test_pragma_counts_beside_cache_control_to_chromium_alone() -> None:
    fields = [("Pragma", "no-cache"), ("Cache-Control", "max-age=600")]

    assert not fresh(*fields, engine="chromium")
    assert fresh(*fields, engine="standard")
    assert not fresh(fields[0], ("Expires", "Tue, 01 Jan 2030 00:00:00 GMT"), engine="standard")


# Time


@pytest.mark.parametrize(
    "fields",
    [
        (("Date", "Mon, 24 Nov 2025 16:00:00 GMT"), ("Cache-Control", "max-age=600")),
        (("Expires", "Mon, 24 Nov 2025 16:00:00 GMT"),),
        (("Last-Modified", "Mon, 24 Nov 2025 16:00:00 GMT"),),
    ],
)
def test_a_date_tells_nothing_where_the_time_is_not_known(
    fields: tuple[tuple[str, str], ...],
) -> None:
    with pytest.raises(Unsupported, match=fields[0][0]):
        fresh(*fields, now=4.0)


def test_an_age_needs_no_clock() -> None:
    assert fresh(("Cache-Control", "max-age=600"), now=0.0, after=599)


@given(st.integers(0, 10_000), st.integers(0, 10_000), st.sampled_from(ENGINES))
def test_what_is_stale_stays_stale(age: int, after: int, engine: Engine) -> None:
    field = ("Cache-Control", f"max-age={age}")

    assert fresh(field, after=after, engine=engine) == (after < age)


# Directives


@pytest.mark.parametrize(
    ("lines", "found"),
    [
        ((), {}),
        (("No-Store",), {"no-store": ""}),
        (('a, b=1 ,c="x, y"', "a=2"), {"a": "", "b": "1", "c": '"x, y"'}),
    ],
)
def test_directives_are_words_with_values(lines: tuple[str, ...], found: dict[str, str]) -> None:
    headers = Headers([("Cache-Control", line) for line in lines])

    assert directives(Response(200, headers)) == found
