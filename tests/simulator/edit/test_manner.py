"""What is new looks as if it had been there."""

from __future__ import annotations

import pytest

from simulator.edit.changes import Change
from simulator.edit.manner import example_of, lists_in, manner_of
from simulator.edit.writing import Manner
from simulator.source import Data, read_document


def manner(text: str) -> Manner:
    """The manner for a new key with a list and a comment."""
    document = read_document(text, name="p.yaml")
    return manner_of(document, Change("add", (), "new", ["x"], "c"))


def test_lines_break_and_are_indented_as_elsewhere() -> None:
    found = manner("a:\r\n    b:\r\n    - x\r\n")

    assert (found.newline, found.step, found.offset) == ("\r\n", 4, 0)


@pytest.mark.parametrize(
    ("text", "steps"),
    [
        pytest.param("a: 1\n", (2, 2), id="nothing is indented"),
        pytest.param("a:\n   b: 1\n", (3, 3), id="mappings are"),
        pytest.param("a:\n    - 1\n", (4, 4), id="lists are"),
        pytest.param("a:\n- 1\n", (2, 0), id="lists are not"),
        pytest.param("- - 1\n- a: 1\n", (2, 2), id="nothing is below a key"),
    ],
)
def test_without_an_example_both_are_indented_alike(text: str, steps: tuple[int, int]) -> None:
    found = manner(text)

    assert (found.step, found.offset) == steps


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        pytest.param("a:\n  - x\nb:\n  - y\nc: [z]\n", True, id="most are"),
        pytest.param("a:\n  - x\nb: [y]\n", False, id="as many are as are not"),
        pytest.param("a:\n  - {k: [x, y]}\n  - {k: [z]}\n", False, id="others count for nothing"),
    ],
)
def test_lists_of_words_are_in_lines_where_most_are(text: str, answer: bool) -> None:
    assert manner(text).block_lists is answer


@pytest.mark.parametrize(
    ("text", "spaces"),
    [
        pytest.param("a: {b: [1]}\n", ("", "", "  "), id="none inside, two ahead of a comment"),
        pytest.param("a: { b: [1] } # c\n", ("", " ", " "), id="one in braces, and one ahead"),
        pytest.param("a: [ 1 ]  # c\nb: 2 # d\n", (" ", "", "  "), id="one in brackets"),
        pytest.param("# c\n# - d # e\n- a#b\n", ("", "", "  "), id="comments of their own"),
    ],
)
def test_spaces_are_where_most_are(text: str, spaces: tuple[str, str, str]) -> None:
    found = manner(text)

    assert (found.bracket, found.brace, found.remark) == spaces


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        pytest.param('{"a": 1}', True, id="a mapping"),
        pytest.param("\ufeff [1]\n", True, id="a list"),
        pytest.param("{a: 1}", False, id="braces"),
        pytest.param("3", False, id="a number"),
        pytest.param('{"a": 1} # c', False, id="a comment"),
        pytest.param("{}", False, id="nothing yet"),
    ],
)
def test_json_is_known(text: str, answer: bool) -> None:
    assert manner(text).is_json is answer


@pytest.mark.parametrize(
    ("text", "separators"),
    [
        pytest.param('{"a":[1,2]}', (",", ":"), id="tight"),
        pytest.param('{"a": [1, 2]}', (", ", ": "), id="wide"),
        pytest.param("{a: 1}", (", ", ": "), id="YAML"),
    ],
)
def test_json_is_as_tight_as_it_was(text: str, separators: tuple[str, str]) -> None:
    found = manner(text)

    assert (found.comma, found.colon) == separators


TEXT = """\
roles: [a]
keys:
  - {id: web}
hosts:
  - x
scopes: []
name: y
"""


@pytest.mark.parametrize(
    ("key", "value", "flow"),
    [
        pytest.param("new", ["x"], False, id="the last list of words"),
        pytest.param("keys", ["x"], True, id="the one before"),
        pytest.param("new", [{"id": "b"}], False, id="a list of mappings"),
        pytest.param("new", {"k": 1}, None, id="there is no mapping"),
        pytest.param("new", "x", None, id="a word needs none"),
    ],
)
def test_the_example_is_the_nearest_that_is_alike(key: str, value: Data, flow: bool | None) -> None:
    document = read_document(TEXT, name="p.yaml")

    example = example_of(document, Change("set", (), key, value))

    assert (None if example is None else example.flow) is flow


def test_lists_are_found_wherever_they_are() -> None:
    data: Data = {"a": [1, []], "b": {"c/d": [[2]]}, "e": "x"}

    assert dict(lists_in(data)) == {"a": [1, []], "b/c~1d": [[2]], "b/c~1d/0": [2]}
