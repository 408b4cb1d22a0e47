"""Among the candidates is an origin of every kind that patterns tell apart."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import PATTERNS

from simulator.origin import OriginPattern, Origins
from simulator.space.origins import origin_candidates


def candidates(*texts: str, folds: tuple[str, ...] = ()) -> list[str]:
    return origin_candidates([OriginPattern.parse(text) for text in texts], frozenset(folds))


def test_without_patterns_there_is_a_page_one_without_an_origin_and_an_empty_field() -> None:
    assert candidates() == ["null", "", "https://other.example", "http://other.example", "file://"]


def test_an_origin_that_is_listed_comes_first_as_it_is_written() -> None:
    assert candidates("https://shop.example:8443", "https://shop.example")[:2] == [
        "https://shop.example:8443",
        "https://shop.example",
    ]


def test_below_a_name_is_told_from_the_name_and_the_listed_port_from_others() -> None:
    found = candidates("https://*.shop.example:8443")

    assert "https://other.shop.example:8443" in found
    assert "https://other.shop.example" in found
    assert "http://other.shop.example:8443" in found
    assert "https://other.example:8443" in found


def test_the_stranger_is_below_no_name_that_is_listed() -> None:
    assert "https://other" in candidates("https://*.example")


def test_another_scheme_is_a_kind_of_its_own() -> None:
    assert "chrome-extension://abc" in candidates("chrome-extension://abc", "https://*.a.example")


@pytest.mark.parametrize(
    ("fold", "spelling"),
    [
        ("case", "HTTPS://SHOP.EXAMPLE"),
        ("slash", "https://shop.example/"),
        ("path", "https://shop.example/path"),
        ("port", "https://shop.example:443"),
    ],
)
def test_spellings_are_candidates_only_where_somebody_takes_them_for_the_same(
    fold: str, spelling: str
) -> None:
    assert spelling in candidates("https://shop.example", folds=(fold,))
    assert spelling not in candidates("https://shop.example")


def test_spellings_are_mixed_where_two_are_taken_for_the_same() -> None:
    found = candidates("https://shop.example", folds=("case", "port", "slash"))

    assert "HTTPS://SHOP.EXAMPLE:443/" in found


# Properties

hosts = st.sampled_from(
    ["shop.example", "www.shop.example", "b.shop.example", "a.b.shop.example", "localhost",
     "[::1]", "example", "xshop.example", "shop.example.", ""]
)  # fmt: skip
ends = st.sampled_from(["", ":80", ":443", ":3000", ":8443", ":65536", "/", "/x", ":*"])
schemes = st.sampled_from(["https", "http", "chrome-extension", "HTTPS"])
origins = (
    st.builds("{}://{}{}".format, schemes, hosts, ends)
    | st.sampled_from(["null", "", "x y", "*", "NULL"])
)  # fmt: skip
patterns = st.lists(st.sampled_from(PATTERNS), unique=True, max_size=5)


@settings(max_examples=40)
@given(patterns, origins)
def test_whatever_patterns_say_of_an_origin_they_say_of_some_candidate(
    texts: list[str], origin: str
) -> None:
    parsed = [OriginPattern.parse(text) for text in texts]

    def told(text: str) -> object:
        return [pattern.matches(text) for pattern in parsed if pattern.kind != "any"]

    assert told(origin) in map(told, origin_candidates(parsed))


@settings(max_examples=40)
@given(patterns, patterns, origins)
def test_two_lists_find_an_origin_as_they_find_some_candidate(
    one: list[str], other: list[str], origin: str
) -> None:
    parsed = [[OriginPattern.parse(text) for text in texts] for texts in (one, other)]
    lists = [Origins(each) for each in parsed]

    def told(text: str) -> object:
        return [each.find(text) for each in lists]

    assert told(origin) in map(told, origin_candidates([*parsed[0], *parsed[1]]))
