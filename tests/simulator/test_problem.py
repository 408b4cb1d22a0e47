"""Complaints: three parts, one line, the user's value in backticks."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.problem import Fault, Problem, did_you_mean, list_words, quote, sentence


@pytest.mark.parametrize(
    ("remedy", "expected"),
    [
        pytest.param("", "`x` is wrong: it is odd", id="without a remedy it ends with the cause"),
        pytest.param("y", "`x` is wrong: it is odd; y", id="the remedy follows a semicolon"),
    ],
)
def test_a_sentence_says_problem_cause_and_remedy(remedy: str, expected: str) -> None:
    assert sentence("`x` is wrong", "it is odd", remedy) == expected


def test_a_fault_is_its_sentence_and_keeps_its_parts() -> None:
    fault = Fault("a", "b", "c")

    assert (str(fault), fault.problem, fault.cause, fault.remedy) == ("a: b; c", "a", "b", "c")
    assert isinstance(fault, ValueError)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        pytest.param(3, "p.yaml:3: a: b; c", id="file and line stand first"),
        pytest.param(0, "p.yaml: a: b; c", id="line 0 means no line"),
    ],
)
def test_a_problem_names_its_place(line: int, expected: str) -> None:
    assert str(Problem("p.yaml", line, "a/b", "a", "b", "c")) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        pytest.param("a b", "`a b`", id="text as it is"),
        pytest.param("", "(nothing)", id="empty text says so"),
        pytest.param(3, "`3`", id="a number as Python writes it"),
        pytest.param("a\nb\x00", "`a\\x0ab\\x00`", id="control characters are escaped"),
        pytest.param("é\u200b", "`é\\u200b`", id="what cannot be seen is escaped"),
        pytest.param("x" * 80, f"`{'x' * 80}`", id="eighty characters fit"),
        pytest.param(
            "x" * 81, f"`{'x' * 60}… (81 characters)`", id="longer text is cut and counted"
        ),
    ],
)
def test_a_value_is_quoted(value: object, expected: str) -> None:
    assert quote(value) == expected


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        pytest.param([], "nothing", id="no word"),
        pytest.param(["a"], "`a`", id="one word"),
        pytest.param(["a", "b"], "`a` or `b`", id="two words"),
        pytest.param(["a", "b", "c"], "`a`, `b` or `c`", id="three words"),
        pytest.param(list("abcd"), "`a`, `b`, `c` and 1 more", id="more than the limit is counted"),
    ],
)
def test_words_are_listed(words: list[str], expected: str) -> None:
    assert list_words(words, limit=3) == expected


def test_the_last_word_may_be_joined_by_and() -> None:
    assert list_words(["a", "b"], last="and") == "`a` and `b`"


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        pytest.param("ruotes", "routes", id="swapped letters"),
        pytest.param("route", "routes", id="a letter missing"),
        pytest.param("zebra", None, id="nothing near"),
        pytest.param("", None, id="nothing written"),
    ],
)
def test_the_likeliest_word_is_guessed(word: str, expected: str | None) -> None:
    assert did_you_mean(word, ["routes", "roles", "keys"]) == expected


# Properties


@given(st.text(st.characters(codec=None), max_size=300))
def test_a_quoted_value_is_one_printable_line_of_bounded_length(text: str) -> None:
    quoted = quote(text)

    assert quoted.isprintable()
    assert len(quoted) <= 80 * 8 + 40
