"""Every kind of segment that a set of templates tells apart has an example."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.routes import Route, RouteTable
from simulator.space.segments import Parts, TooMany, fills, fresh, fresh_char, kinds


def pattern_of(parts: Parts) -> re.Pattern[str]:
    """What a route table makes of a partial template: its parameters are `a`, `b` and so on."""
    names = (f"{{{chr(ord('a') + n)}}}" for n in range(len(parts) - 1))
    segment = parts[0] + "".join(name + part for name, part in zip(names, parts[1:], strict=True))
    (pattern,) = RouteTable([Route(0, f"/{segment}")]).root.patterns
    assert pattern.parts == parts
    return pattern.match


# Filling


@pytest.mark.parametrize(
    ("text", "parts", "expected"),
    [
        pytest.param("report-7", ("report-", ""), True, id="a parameter behind fixed text"),
        pytest.param("report-", ("report-", ""), False, id="a parameter is not empty"),
        pytest.param("7.json", ("", ".json"), True, id="a parameter in front"),
        pytest.param(".json", ("", ".json"), False, id="nor is it in front"),
        pytest.param("a.b.c", ("", ".", ""), True, id="one of several ways to read it will do"),
        pytest.param("..", ("", ".", ""), False, id="no way to read it"),
        pytest.param("...", ("", ".", ""), True, id="a parameter may hold what is fixed text"),
        pytest.param("ab", ("", "", ""), True, id="two parameters in a row"),
        pytest.param("a", ("", "", ""), False, id="each has its own character"),
        pytest.param("a\nb", ("a", "b"), True, id="a newline is a character"),
        pytest.param("", ("", ".", ""), False, id="nothing fills nothing"),
    ],
)
def test_a_segment_fills_a_template(text: str, parts: Parts, expected: bool) -> None:
    assert fills(text, parts) is expected
    assert (pattern_of(parts).fullmatch(text) is not None) is expected


# Kinds


def test_without_templates_a_segment_is_spelled_out_or_not_or_empty() -> None:
    assert kinds(["orders", "new"], []) == ["orders", "new", "", "7"]


def test_a_segment_that_is_spelled_out_empty_is_no_further_kind() -> None:
    assert kinds(["", "orders"], []) == ["", "orders", "7"]


def test_a_template_adds_what_fills_it_and_what_does_not() -> None:
    assert kinds(["new"], [("report-", "")]) == ["new", "", "x", "report-x"]


def test_two_templates_that_can_be_filled_at_once_have_that_kind() -> None:
    found = kinds([], [("a", ""), ("", "b")])

    assert {(fills(t, ("a", "")), fills(t, ("", "b"))) for t in found} == {
        (False, False), (True, False), (False, True), (True, True),
    }  # fmt: skip


def test_what_only_a_literal_fills_is_a_kind_of_its_own() -> None:
    found = kinds(["a1"], [("a", "")])

    assert "a1" in found
    assert any(fills(text, ("a", "")) and text != "a1" for text in found)


def test_the_dots_that_paths_lose_are_no_examples() -> None:
    assert not {".", ".."} & set(kinds([], [("", ".", ""), (".", ""), ("", ".")]))


def test_an_example_is_none_of_what_is_taken() -> None:
    assert fresh([]) == "7"
    assert fresh(["7", "x"]) == "other"
    assert fresh(["7", "x", "other", "q", "z", "_", "xx"]) == "xxx"


def test_a_character_is_none_of_what_is_taken() -> None:
    every = "x7abcdefghijklmnopqrstuvwyz0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_-~"

    assert fresh_char("x") == "7"
    assert fresh_char(every) == "\u4e00"


def test_more_kinds_than_can_be_told_in_reasonable_time_are_not_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("simulator.space.segments._MANY", 100)
    templates = [("", letter, "") for letter in "abcdefgh"]

    with pytest.raises(TooMany):
        kinds([], templates)


# Properties

# Few characters, so that templates overlap; another two stand for all that no template has.
ALPHABET = "ab."
texts = st.text(ALPHABET, max_size=3)
partial = (
    st.lists(st.text(ALPHABET, max_size=2), min_size=2, max_size=4)
    .map(tuple)
    .filter(lambda parts: parts != ("", ""))  # that would be a parameter and no partial template
)
SHORT = ["".join(t) for n in range(5) for t in product(f"{ALPHABET}z", repeat=n)]


def told(text: str, literals: Sequence[str], templates: Sequence[Parts]) -> object:
    """What is told apart of a segment."""
    return text if text in literals else (text == "", *(fills(text, t) for t in templates))


@given(partial, st.text(f"{ALPHABET}z\n", max_size=6))
def test_a_segment_fills_a_template_if_its_regular_expression_matches(
    parts: Parts, text: str
) -> None:
    assert fills(text, parts) == (pattern_of(parts).fullmatch(text) is not None)


@settings(max_examples=50)
@given(st.lists(texts, max_size=3), st.lists(partial, max_size=3))
def test_whatever_a_short_text_is_some_example_is_too(
    literals: list[str], templates: list[Parts]
) -> None:
    found = kinds(literals, templates)
    of_examples = [told(text, literals, templates) for text in found]
    of_texts = {told(text, literals, templates) for text in SHORT if text not in (".", "..")}

    assert of_texts <= set(of_examples)
    assert len(of_examples) == len(set(of_examples)), "one kind has two examples"
