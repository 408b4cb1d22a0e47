"""Which answers are kept, and for whom."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.browser.engine import ENGINES, Engine, Unsupported
from simulator.browser.http_cache import Found, HttpCache, Question, cache_mode
from simulator.browser.url import WebUrl, parse
from simulator.message import Headers, Response

PAGE, SISTER = "http://app.shop.example/", "http://other.shop.example:8080/"
URL = "http://api.shop.example/orders"
FRESH = {"Cache-Control": "max-age=600"}
STALE = {"Cache-Control": "max-age=0", "ETag": '"1"'}
BOTH = pytest.mark.parametrize("engine", ENGINES)


def url(text: str) -> WebUrl:
    found = parse(text)
    assert found is not None
    return found


def asks(
    mode: str = "default",
    *,
    page: str | None = PAGE,
    target: str = URL,
    method: str = "GET",
    fields: tuple[tuple[str, str], ...] = (),
) -> Question:
    own = None if page is None else url(page)
    origin = None if own is None else own.origin
    return Question(own, url(target), method, origin, fields, mode, (str(page),))


def after(
    headers: dict[str, str],
    question: Question | None = None,
    *,
    status: int = 200,
    engine: Engine = "chromium",
    cache: HttpCache | None = None,
) -> HttpCache:
    """The cache after a server's answer to the question."""
    before = HttpCache() if cache is None else cache
    taken, shown = before.take_in(
        question or asks(), Found(), Response(status, headers, b"kept"), 0.0, engine
    )
    assert shown.status == status
    return taken


def find(
    cache: HttpCache, question: Question | None = None, engine: Engine = "chromium", at: float = 9
) -> Found:
    return cache.find(question or asks(), at, engine)


def is_kept(cache: HttpCache, question: Question | None = None) -> bool:
    """Whether anything is kept for it at all."""
    return find(cache, question or asks("force-cache")).response is not None


# Using again


@BOTH
def test_a_fresh_answer_will_do(engine: Engine) -> None:
    found = find(after(FRESH, engine=engine), engine=engine)

    assert found.response == Response(200, FRESH, b"kept")
    assert not find(after(FRESH, engine=engine), engine=engine, at=600).response


@BOTH
def test_a_stale_one_may_be_confirmed(engine: Engine) -> None:
    found = find(after(STALE, engine=engine), engine=engine)

    assert found.response is None
    assert found.conditions == (("If-None-Match", '"1"'),)


@pytest.mark.parametrize(
    ("headers", "conditions"),
    [
        pytest.param({"ETag": 'W/"1"'}, [("If-None-Match", 'W/"1"')], id="a weak tag"),
        pytest.param({"Last-Modified": "x"}, [("If-Modified-Since", "x")], id="any date"),
        pytest.param(
            {"ETag": '"1"', "Last-Modified": "x"},
            [("If-None-Match", '"1"'), ("If-Modified-Since", "x")], id="both",
        ),
        pytest.param({"ETag": ""}, [], id="an empty tag"),
        pytest.param({}, [], id="neither"),
    ],
)  # fmt: skip
def test_it_is_confirmed_by_what_it_has(
    headers: dict[str, str], conditions: list[tuple[str, str]]
) -> None:
    found = find(after({"Cache-Control": "no-cache", **headers}))

    assert list(found.conditions) == conditions


def test_chromium_has_only_successes_confirmed() -> None:
    assert not find(after(STALE, status=404)).conditions
    assert find(after(STALE, status=404, engine="standard"), engine="standard").conditions


def test_nothing_is_used_unseen_while_it_is_asked_for_anew() -> None:
    cache = after({"Cache-Control": "max-age=0, stale-while-revalidate=60"})

    with pytest.raises(Unsupported):
        find(cache)


# Cache modes


@pytest.mark.parametrize(
    ("mode", "fresh", "stale"),
    [
        ("default", True, False),
        ("force-cache", True, True),
        ("only-if-cached", True, True),
        ("no-cache", False, False),
        ("reload", False, False),
        ("no-store", False, False),
    ],
)
@BOTH
def test_a_mode_says_what_will_do(mode: str, fresh: bool, stale: bool, engine: Engine) -> None:
    assert (find(after(FRESH), asks(mode), engine).response is not None) == fresh
    assert (find(after(STALE), asks(mode), engine).response is not None) == stale


@pytest.mark.parametrize(
    ("mode", "conditional"), [("no-cache", True), ("reload", False), ("no-store", False)]
)
def test_a_mode_says_whether_it_is_to_be_confirmed(mode: str, conditional: bool) -> None:
    cache = after({**FRESH, "ETag": '"1"'})

    assert bool(find(cache, asks(mode)).conditions) == conditional


@pytest.mark.parametrize(
    ("mode", "missing"), [("default", False), ("force-cache", False), ("only-if-cached", True)]
)
def test_only_one_mode_does_without_the_server(mode: str, missing: bool) -> None:
    assert find(HttpCache(), asks(mode)).missing == missing


def test_what_is_not_to_be_stored_leaves_what_is_kept() -> None:
    cache = after({**FRESH, "X": "first"})

    later = after({**FRESH, "X": "second"}, asks("no-store"), cache=cache)

    assert later is cache
    assert not is_kept(after(FRESH, asks("no-store")))


@pytest.mark.parametrize(
    ("field", "chromium", "standard"),
    [
        pytest.param(("Cache-Control", "no-cache"), "reload", "no-cache", id="no-cache"),
        pytest.param(("Pragma", "no-cache"), "reload", "no-cache", id="Pragma"),
        pytest.param(("Cache-Control", "a, Max-Age=0"), "no-cache", "no-cache", id="max-age"),
        pytest.param(("Cache-Control", "no-store"), "default", "default", id="no-store"),
        pytest.param(("X-A", "1"), "default", "default", id="any other"),
    ],
)
def test_script_may_say_it_in_a_field(field: tuple[str, str], chromium: str, standard: str) -> None:
    question = asks(fields=(field,))

    assert cache_mode(question, "chromium") == chromium
    assert cache_mode(question, "standard") == standard


def test_a_field_does_not_make_anything_be_stored() -> None:
    assert cache_mode(asks("no-store", fields=(("Pragma", "no-cache"),)), "chromium") == "no-store"


# What is kept


@pytest.mark.parametrize("status", [200, 203, 204, 300, 304, 403, 404, 410, 429, 500, 503])
def test_answers_of_any_status_are_kept(status: int) -> None:
    assert is_kept(after(FRESH, status=status))


@pytest.mark.parametrize("status", [401, 407, 416])
def test_those_about_logins_and_parts_are_not(status: int) -> None:
    assert not is_kept(after(FRESH, status=status))


def test_an_answer_that_is_not_to_be_stored_takes_away_what_was_kept() -> None:
    assert not is_kept(after({"Cache-Control": "max-age=600, no-store"}, cache=after(FRESH)))


def test_a_later_answer_takes_the_place_of_an_earlier_one() -> None:
    cache = after({**FRESH, "X": "later"}, asks("reload"), cache=after(FRESH))

    found = find(cache).response

    assert found is not None
    assert found.headers.get("x") == "later"


@pytest.mark.parametrize("method", ["HEAD", "POST", "PUT", "OPTIONS"])
def test_only_what_was_got_is_kept(method: str) -> None:
    assert not is_kept(after(FRESH, asks(method=method)))


def test_what_is_kept_answers_head_too() -> None:
    assert find(after(FRESH), asks(method="HEAD")).response is not None
    assert find(after(FRESH), asks(method="POST")) == Found()


@pytest.mark.parametrize(
    ("method", "status", "chromium", "standard"),
    [
        ("POST", 200, False, False),
        ("POST", 302, False, False),
        ("POST", 500, True, True),
        ("DELETE", 204, False, False),
        ("PATCH", 200, False, False),
        ("PATCH", 404, True, True),
        ("PUT", 200, True, False),
        ("FOO", 200, True, False),
        ("OPTIONS", 200, True, True),
    ],
)
def test_a_change_takes_away_what_was_kept(
    method: str, status: int, chromium: bool, standard: bool
) -> None:
    question = asks(method=method)

    kept = [
        is_kept(after({}, question, status=status, engine=engine, cache=after(FRESH)))
        for engine in ("chromium", "standard")
    ]

    assert kept == [chromium, standard]


# For whom


@pytest.mark.parametrize(
    ("page", "shared"),
    [
        pytest.param(SISTER, True, id="another host and port of the site"),
        pytest.param("https://app.shop.example/", False, id="the site by another scheme"),
        pytest.param("http://app.rival.example/", False, id="another site"),
        pytest.param(None, False, id="a page without an origin"),
    ],
)
def test_one_site_does_not_see_what_another_asked(page: str | None, shared: bool) -> None:
    cache = after(FRESH)

    assert is_kept(cache, asks("force-cache", page=page)) == shared
    assert is_kept(after(FRESH, asks(page=page), cache=cache))


def test_a_page_without_an_origin_keeps_nothing() -> None:
    assert after(FRESH, asks(page=None)) == HttpCache()


@pytest.mark.parametrize(
    ("target", "same"), [(f"{URL}#top", True), (f"{URL}?x", False), (f"{URL}/", False)]
)
def test_answers_are_kept_by_url(target: str, same: bool) -> None:
    assert is_kept(after(FRESH), asks("force-cache", target=target)) == same


# Vary


@pytest.mark.parametrize(
    ("vary", "fields", "page", "fits"),
    [
        pytest.param("Origin", (), PAGE, True, id="the same origin"),
        pytest.param("Origin", (), SISTER, False, id="another origin"),
        pytest.param("Accept-Encoding, ORIGIN", (), SISTER, False, id="in a list"),
        pytest.param("Accept-Encoding, User-Agent", (), SISTER, True, id="always the same"),
        pytest.param("X-A", (), SISTER, True, id="neither has it"),
        pytest.param("X-A", (("x-a", "1"),), PAGE, False, id="only one has it"),
        pytest.param("*", (), PAGE, False, id="by nobody knows what"),
        pytest.param("", (), SISTER, True, id="by nothing"),
    ],
)
@BOTH
def test_an_answer_fits_who_asks_alike(
    vary: str, fields: tuple[tuple[str, str], ...], page: str, fits: bool, engine: Engine
) -> None:
    cache = after({**FRESH, "Vary": vary}, engine=engine)
    for mode in ("default", "force-cache"):
        found = find(cache, asks(mode, page=page, fields=fields), engine)

        assert (found.response is not None) == fits


def test_a_tag_may_tell_that_it_fits_all_the_same() -> None:
    headers = {**FRESH, "Vary": "Origin", "Last-Modified": "x"}

    assert find(after(headers), asks(page=SISTER)).conditions == ()
    tagged = find(after({**headers, "ETag": '"1"'}), asks(page=SISTER))
    assert tagged.conditions == (("If-None-Match", '"1"'),)


@pytest.mark.parametrize("name", ["Referer", "Cookie", "Sec-Fetch-Mode"])
def test_what_the_browser_chooses_is_known_only_for_the_same_page(name: str) -> None:
    cache = after({**FRESH, "Vary": name})

    assert find(cache).response is not None
    with pytest.raises(Unsupported, match=name.lower()):
        find(cache, asks(page=SISTER))


# Confirming


def confirmed(headers: dict[str, str], kept: dict[str, str] = STALE) -> tuple[HttpCache, Headers]:
    cache = after(kept)
    found = find(cache)
    taken, shown = cache.take_in(asks(), found, Response(304, headers), 9.0, "chromium")
    assert (shown.status, shown.body) == (200, b"kept")
    return taken, shown.headers


def test_a_confirmed_answer_keeps_its_fields() -> None:
    _, shown = confirmed({}, {**STALE, "Access-Control-Allow-Origin": "*"})

    assert shown.get("access-control-allow-origin") == "*"


def test_and_takes_over_new_ones() -> None:
    cache, shown = confirmed(
        {"Cache-Control": "max-age=600", "Access-Control-Allow-Origin": "null"},
        {**STALE, "Access-Control-Allow-Origin": "*"},
    )

    assert shown.lines("access-control-allow-origin") == ("null",)
    assert find(cache).response is not None


@pytest.mark.parametrize(
    "name", ["Content-Type", "Content-Length", "ETag", "X-Content-Type-Options"]
)
def test_but_not_those_about_the_content(name: str) -> None:
    _, shown = confirmed({name: "new"}, {**STALE, name: '"old"'})

    assert shown.lines(name.lower()) == ('"old"',)


def test_a_confirmation_may_take_it_away() -> None:
    cache, _ = confirmed({"Cache-Control": "no-store"})

    assert not is_kept(cache)


def test_a_304_that_nobody_asked_for_is_an_answer_like_any() -> None:
    cache = after(FRESH, status=304)

    found = find(cache).response

    assert found is not None
    assert found.status == 304


# What is not known


def test_a_part_is_not_put_together() -> None:
    ranged = asks(fields=(("Range", "bytes=0-1"),))

    with pytest.raises(Unsupported):
        find(after(FRESH), ranged)
    with pytest.raises(Unsupported):
        find(after(FRESH, ranged, status=206))


def test_doubt_stays_until_the_next_answer() -> None:
    doubtful = [
        after(FRESH).doubting(asks()),
        after(FRESH).in_doubt(url(f"{URL}#x"), "why"),
        after({}, asks(method="HEAD"), cache=after(FRESH)),
    ]

    for cache in doubtful:
        with pytest.raises(Unsupported):
            find(cache)
        assert find(after(FRESH, asks("reload"), cache=cache)).response is not None


def test_without_anything_kept_there_is_nothing_to_doubt() -> None:
    assert HttpCache().doubting(asks()) == HttpCache()
    assert HttpCache().in_doubt(url(URL), "why") == HttpCache()
    assert HttpCache().without(asks()) == HttpCache()


# Properties

MODES = st.sampled_from(["default", "no-store", "reload", "no-cache", "force-cache"])
CONTROLS = st.sampled_from(["max-age=600", "max-age=0", "no-store", "no-cache", "public"])


@given(st.lists(st.tuples(MODES, CONTROLS, st.sampled_from([PAGE, SISTER])), max_size=6))
def test_what_is_found_is_the_last_that_was_kept(steps: list[tuple[str, str, str]]) -> None:
    cache, last = HttpCache(), None
    for number, (mode, control, page) in enumerate(steps):
        question = asks(mode, page=page)
        if find(cache, question).response is not None:
            continue
        cache = after({"Cache-Control": control, "X": str(number)}, question, cache=cache)
        if mode != "no-store":
            last = None if control == "no-store" else str(number)

    found = find(cache, asks("force-cache")).response

    assert (found and found.headers.get("x")) == last


@given(CONTROLS, MODES)
def test_dropping_an_answer_leaves_the_cache_as_it_was_without(control: str, mode: str) -> None:
    cache = after({"Cache-Control": control}, asks(mode))

    assert cache.without(asks()) == HttpCache()
