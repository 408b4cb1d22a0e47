"""Entries between brackets come and go with their commas."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.edit import edit_text
from simulator.edit.changes import Insert, Put, Remove
from simulator.source import Data, join, read_document

PIECES = st.lists(st.sampled_from(["x", "'y'", "[z]", "{k: v}", "p: q"]), max_size=4)
GAPS = st.sampled_from(["", " ", "\n  ", "  # c\n  ", "\n  # c\n  ", "\n\n  "])


@st.composite
def lists(draw: st.DrawFn) -> tuple[str, int]:
    """A list in brackets with anything between its items, below the key `a`; and its length."""
    pieces = draw(PIECES)
    text = "a: ["
    for number, piece in enumerate(pieces):
        text += draw(GAPS) + piece
        if number < len(pieces) - 1 or draw(st.booleans()):
            text += draw(st.sampled_from(["", " "])) + ","
    return f"{text}{draw(GAPS)}]{draw(st.sampled_from(['', '  # d']))}\n", len(pieces)


def items(text: str) -> list[Data]:
    document = read_document(text, name="p.yaml")
    assert not document.problems
    assert isinstance(document.data, dict)
    found = document.data["a"]
    assert isinstance(found, list)
    return found


@given(lists(), st.data())
@settings(max_examples=60, deadline=None)
def test_an_item_comes_with_one_comma_and_no_comment_goes(
    drawn: tuple[str, int], data: st.DataObject
) -> None:
    text, length = drawn
    index = data.draw(st.integers(0, length))

    new = edit_text(text, [Insert("a", "w", index)])

    assert items(new) == [*items(text)[:index], "w", *items(text)[index:]]
    assert new.count("#") == text.count("#")
    assert new.count(",") - text.count(",") == (1 if length else 0)


@given(lists(), st.data())
@settings(max_examples=60, deadline=None)
def test_an_item_goes_with_one_comma_and_no_line_above_it(
    drawn: tuple[str, int], data: st.DataObject
) -> None:
    text, length = drawn
    if not length:
        return
    index = data.draw(st.integers(0, length - 1))

    new = edit_text(text, [Remove(join("a", index))])

    assert items(new) == [*items(text)[:index], *items(text)[index + 1 :]]
    assert text.count(",") - new.count(",") <= 1
    assert new.count("\n  #") == text.count("\n  #")


@pytest.mark.parametrize(
    "value", [pytest.param("w", id="a word"), pytest.param(["w"], id="a list")]
)
@given(lists(), st.data())
@settings(max_examples=40, deadline=None)
def test_a_value_is_replaced_where_it_stands(
    value: Data, drawn: tuple[str, int], data: st.DataObject
) -> None:
    text, length = drawn
    if not length:
        return
    index = data.draw(st.integers(0, length - 1))

    new = edit_text(text, [Put(join("a", index), value)])

    assert items(new) == [*items(text)[:index], value, *items(text)[index + 1 :]]
    assert new.count("\n") == text.count("\n")
    assert new.count("#") == text.count("#")


def test_json_that_is_emptied_and_filled_is_as_it_was() -> None:
    text = json.dumps({"a": {"b": [1]}, "c": 2}, indent=2)

    empty = edit_text(text, [Remove("a/b/0")])

    assert empty == json.dumps({"a": {"b": []}, "c": 2}, indent=2)
    assert edit_text(empty, [Insert("a/b", 1)]) == text
