"""How long an answer to a preflight holds, for whom, and how the two engines keep it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.browser.engine import ENGINES, Engine
from simulator.browser.preflight import Asked, Grant
from simulator.browser.preflight_cache import Key, PreflightCache, max_age
from simulator.message import Headers

PAGE = "https://app.test"
KEY = Key(PAGE, PAGE, "https://api.test/orders")
LONG = Headers({"Access-Control-Max-Age": "600"})
BOTH = pytest.mark.parametrize("engine", ENGINES)


def asked(method: str = "GET", *headers: str, include: bool = False) -> Asked:
    return Asked(PAGE, method, headers, include)


def grant(*methods: str, headers: tuple[str, ...] = (), include: bool = False) -> Grant:
    return Grant(frozenset(methods), frozenset(headers), include)


def kept(*grants: Grant, engine: Engine, headers: Headers = LONG) -> PreflightCache:
    """The cache after these answers, all of them at once."""
    cache = PreflightCache()
    for given_ in grants:
        cache = cache.store(KEY, given_, headers, 0.0, engine)
    return cache


def covers(cache: PreflightCache, what: Asked, engine: Engine, at: float = 1.0) -> bool:
    return cache.covers(KEY, what, at, engine)[0]


# Access-Control-Max-Age


@pytest.mark.parametrize(
    ("value", "standard", "chromium"),
    [
        pytest.param(None, 5, 5, id="no field"),
        pytest.param("", 5, 5, id="an empty field"),
        pytest.param("0", 0, 0, id="zero"),
        pytest.param("600", 600, 600, id="a number"),
        pytest.param(" 600\t", 600, 600, id="blanks around it"),
        pytest.param("00600", 600, 600, id="zeros in front"),
        pytest.param("0" * 5000 + "600", 600, 600, id="very many zeros in front"),
        pytest.param("7201", 7201, 7200, id="more than two hours"),
        pytest.param("86401", 86400, 7200, id="more than a day"),
        pytest.param("-1", 5, 0, id="negative"),
        pytest.param("-0", 5, 0, id="negative zero"),
        pytest.param("+600", 5, 600, id="a plus sign"),
        pytest.param("+-600", 5, 5, id="two signs"),
        pytest.param("9223372036854775807", 86400, 7200, id="the largest of 64 bits"),
        pytest.param("9223372036854775808", 86400, 5, id="past 64 bits"),
        pytest.param("-9223372036854775808", 5, 0, id="the smallest of 64 bits"),
        pytest.param("-9223372036854775809", 5, 5, id="past the smallest"),
        pytest.param("9" * 5000, 86400, 5, id="very many digits"),
        pytest.param("1.5", 5, 5, id="a fraction"),
        pytest.param("1e3", 5, 5, id="an exponent"),
        pytest.param("0x10", 5, 5, id="hexadecimal"),
        pytest.param("600s", 5, 5, id="a unit"),
        pytest.param('"600"', 5, 5, id="quotes"),
        pytest.param("6 00", 5, 5, id="a blank inside"),
        pytest.param("600, 600", 5, 5, id="a list"),
        pytest.param("\u0661", 5, 5, id="digits beyond ASCII"),
        pytest.param("600\n", 5, 5, id="a line break"),
    ],
)
def test_the_age_is_read_as_each_engine_reads_it(
    value: str | None, standard: int, chromium: int
) -> None:
    headers = Headers() if value is None else Headers({"Access-Control-Max-Age": value})

    assert max_age(headers, "standard") == standard
    assert max_age(headers, "chromium") == chromium


@BOTH
def test_two_lines_are_a_list_and_no_number(engine: Engine) -> None:
    headers = Headers([("Access-Control-Max-Age", "600"), ("Access-Control-Max-Age", "0")])

    assert max_age(headers, engine) == 5


# Both engines


@BOTH
def test_an_answer_holds_until_its_age_and_no_longer(engine: Engine) -> None:
    cache = kept(grant("PUT"), engine=engine)

    assert covers(cache, asked("PUT"), engine, at=599.9)
    assert not covers(cache, asked("PUT"), engine, at=600.0)


@BOTH
def test_an_age_of_zero_keeps_nothing(engine: Engine) -> None:
    cache = kept(grant("PUT"), engine=engine, headers=Headers({"access-control-max-age": "0"}))

    assert cache == PreflightCache()


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(KEY._replace(url="https://api.test/orders?page=2"), id="another query"),
        pytest.param(KEY._replace(origin="null"), id="another origin"),
        pytest.param(KEY._replace(partition="https://other.test"), id="another partition"),
    ],
)
@BOTH
def test_an_answer_holds_for_its_key_alone(other: Key, engine: Engine) -> None:
    cache = kept(grant("PUT"), engine=engine)

    assert cache.covers(other, asked("PUT"), 1.0, engine) == (False, cache)


@BOTH
def test_an_answer_given_with_credentials_serves_without_them_and_not_the_reverse(
    engine: Engine,
) -> None:
    with_them = kept(grant("PUT", include=True), engine=engine)
    without = kept(grant("PUT"), engine=engine)

    assert covers(with_them, asked("PUT"), engine)
    assert covers(with_them, asked("PUT", include=True), engine)
    assert not covers(without, asked("PUT", include=True), engine)


@BOTH
def test_a_star_is_kept_as_a_star(engine: Engine) -> None:
    cache = kept(grant("*", headers=("*",)), engine=engine)

    assert covers(cache, asked("DELETE", "x-z"), engine)


def test_a_stars_authorization_is_where_the_engines_part() -> None:
    what = asked("PUT", "authorization")

    assert covers(kept(grant("PUT", headers=("*",)), engine="chromium"), what, "chromium")
    assert not covers(kept(grant("PUT", headers=("*",)), engine="standard"), what, "standard")


@BOTH
def test_the_rest_of_the_cache_is_left_alone(engine: Engine) -> None:
    other = KEY._replace(url="https://api.test/items")
    cache = kept(grant("PUT"), engine=engine).store(other, grant("PUT"), LONG, 0.0, engine)

    after = cache.without(other)

    assert after == kept(grant("PUT"), engine=engine)


# Chromium: one answer for a key


def test_chromium_replaces_an_answer_by_the_next() -> None:
    cache = kept(grant("PUT"), grant("DELETE"), engine="chromium")

    assert not covers(cache, asked("PUT"), "chromium")
    assert covers(cache, asked("DELETE"), "chromium")


def test_chromium_drops_an_answer_that_does_not_fit() -> None:
    cache = kept(grant("PUT"), engine="chromium")

    found, after = cache.covers(KEY, asked("DELETE"), 1.0, "chromium")

    assert not found
    assert after == PreflightCache()


def test_chromium_keeps_an_answer_that_fits() -> None:
    cache = kept(grant("PUT"), engine="chromium")

    assert cache.covers(KEY, asked("PUT"), 1.0, "chromium") == (True, cache)


def test_chromium_forgets_an_answer_whose_successor_may_not_be_kept() -> None:
    cache = kept(grant("PUT"), engine="chromium")

    after = cache.store(
        KEY, grant("PUT"), Headers({"access-control-max-age": "-1"}), 1.0, "chromium"
    )

    assert after == PreflightCache()


def test_chromiums_star_that_was_granted_with_credentials_is_a_mere_name() -> None:
    cache = kept(grant("PUT", "*", include=True), engine="chromium")

    assert not covers(cache, asked("DELETE", include=True), "chromium")


# The standard: an entry for each method and header


def test_the_standards_entries_add_up() -> None:
    cache = kept(grant("PUT", headers=("x-a",)), grant("DELETE"), engine="standard")

    assert covers(cache, asked("PUT"), "standard")
    assert covers(cache, asked("DELETE", "x-a"), "standard")


def test_the_standards_entries_stay_when_a_request_does_not_fit() -> None:
    cache = kept(grant("PUT"), engine="standard")

    found, after = cache.covers(KEY, asked("DELETE"), 1.0, "standard")

    assert not found
    assert covers(after, asked("PUT"), "standard")


def test_the_standard_gives_what_is_granted_again_its_new_age() -> None:
    cache = kept(grant("PUT", "DELETE"), engine="standard")
    longer, none = (Headers({"access-control-max-age": age}) for age in ("900", "0"))

    renewed = cache.store(KEY, grant("PUT"), longer, 100.0, "standard")
    ended = cache.store(KEY, grant("PUT"), none, 100.0, "standard")

    assert covers(renewed, asked("PUT"), "standard", at=999.0)
    assert not covers(renewed, asked("DELETE"), "standard", at=999.0)
    assert not covers(ended, asked("PUT"), "standard", at=100.0)
    assert covers(ended, asked("DELETE"), "standard", at=100.0)


def test_the_standard_renews_a_star_by_whatever_it_stands_for() -> None:
    cache = kept(grant("*"), engine="standard")

    after = cache.store(
        KEY, grant("PUT"), Headers({"access-control-max-age": "0"}), 1.0, "standard"
    )

    assert after == PreflightCache()


def test_the_standard_does_not_renew_for_credentials_what_was_granted_without() -> None:
    cache = kept(grant("PUT"), engine="standard")

    after = cache.store(
        KEY, grant("PUT", include=True), Headers({"access-control-max-age": "0"}), 1.0, "standard"
    )

    assert covers(after, asked("PUT"), "standard")


def test_the_standards_star_stands_for_all_once_it_is_kept() -> None:
    cache = kept(grant("PUT", "*", include=True), engine="standard")

    assert covers(cache, asked("DELETE", include=True), "standard")


def test_the_standard_wants_the_method_of_a_forced_preflight_to_be_kept() -> None:
    forced = asked("POST")._replace(forced=True)

    assert covers(kept(grant("POST"), engine="standard"), forced, "standard")
    assert not covers(kept(grant("PUT"), engine="standard"), forced, "standard")
    assert covers(kept(grant("PUT"), engine="standard"), asked("POST"), "standard")


def test_the_standard_forgets_after_a_failure_what_it_was_let_do() -> None:
    assert kept(grant("PUT"), engine="standard").without(KEY) == PreflightCache()


# Properties

METHODS = st.sampled_from(["PUT", "DELETE", "PATCH"])
HEADERS = st.lists(st.sampled_from(["authorization", "x-a", "x-b"]), unique=True, max_size=3)


@st.composite
def granted_and_asked(draw: st.DrawFn) -> tuple[Grant, Asked]:
    """An answer, and the request that it was the answer to."""
    method, names, include = draw(METHODS), sorted(draw(HEADERS)), draw(st.booleans())
    more = draw(st.frozensets(METHODS)), draw(HEADERS)
    return (
        Grant(frozenset({method}) | more[0], frozenset([*names, *more[1]]), include),
        Asked(PAGE, method, tuple(names), include),
    )


@given(
    granted_and_asked(),
    st.integers(1, 7200),
    st.floats(0, 1e6),
    st.sampled_from(ENGINES),
    st.floats(0, 1, exclude_max=True),
)
def test_what_was_granted_needs_no_preflight_until_its_age_and_then_one(
    pair: tuple[Grant, Asked], age: int, at: float, engine: Engine, part: float
) -> None:
    given_, what = pair
    headers = Headers({"access-control-max-age": str(age)})

    cache = PreflightCache().store(KEY, given_, headers, at, engine)

    assert covers(cache, what, engine, at=at + age * part) or at + age * part == at + age
    assert not covers(cache, what, engine, at=at + age)


@given(granted_and_asked(), granted_and_asked())
def test_the_engines_agree_on_a_single_answer_without_a_star(
    first: tuple[Grant, Asked], second: tuple[Grant, Asked]
) -> None:
    given_, what = first[0], second[1]

    standard = covers(kept(given_, engine="standard"), what, "standard")
    chromium = covers(kept(given_, engine="chromium"), what, "chromium")

    assert standard == chromium
