"""What is written reads back the same, and fits."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.edit.places import read_places
from simulator.edit.writing import (
    Manner,
    fitting,
    is_block,
    may_stand_plain,
    nearest,
    write_block,
    write_flow,
    write_scalar,
)
from simulator.problem import Fault
from simulator.source import Data, read_document

PLAIN = Manner()


# Words


@pytest.mark.parametrize(
    ("value", "flow", "written"),
    [
        pytest.param("web", True, "web", id="a word"),
        pytest.param("https://*.shop.example", True, "https://*.shop.example", id="an origin"),
        pytest.param("10.0.0.0/8", True, "10.0.0.0/8", id="a block of addresses"),
        pytest.param("2001:db8::/32", True, "2001:db8::/32", id="an IPv6 block"),
        pytest.param("::1", False, "::1", id="colons at the beginning"),
        pytest.param("2001:db8::", False, '"2001:db8::"', id="a colon at the end"),
        pytest.param("/orders/{id}", False, "/orders/{id}", id="a path in a block"),
        pytest.param("/orders/{id}", True, '"/orders/{id}"', id="a path in brackets"),
        pytest.param("a, b", False, "a, b", id="a comma in a block"),
        pytest.param("a, b", True, '"a, b"', id="a comma in brackets"),
        pytest.param("*", False, '"*"', id="an asterisk"),
        pytest.param("&a", False, '"&a"', id="an anchor"),
        pytest.param("-1x", False, "-1x", id="a dash at the beginning"),
        pytest.param("- x", False, '"- x"', id="an item"),
        pytest.param("a: b", False, '"a: b"', id="a pair"),
        pytest.param("a #b", False, '"a #b"', id="a comment"),
        pytest.param("a#b", False, "a#b", id="no comment"),
        pytest.param("null", False, '"null"', id="like null"),
        pytest.param("True", False, '"True"', id="like a truth"),
        pytest.param("yes", False, "yes", id="like a truth in YAML 1.1"),
        pytest.param("0x1f", False, '"0x1f"', id="like a number"),
        pytest.param("1_000", False, '"1_000"', id="like a number with a gap"),
        pytest.param("1e3", False, '"1e3"', id="like a number with an exponent"),
        pytest.param(".inf", False, '".inf"', id="like infinity"),
        pytest.param("1.2.3", False, "1.2.3", id="no number"),
        pytest.param("2027-01-31", False, "2027-01-31", id="a date, which is read as text"),
        pytest.param("<<", False, '"<<"', id="a merge"),
        pytest.param("", False, '""', id="nothing"),
        pytest.param(" a", False, '" a"', id="a space"),
        pytest.param('say "a"', False, 'say "a"', id="quotes inside"),
        pytest.param('"a"', False, "'\"a\"'", id="quotes around"),
        pytest.param("\\d: '", False, "'\\d: '''", id="a backslash"),
        pytest.param("a\n\té\x00\u2028😀", False, '"a\\n\\té\\0\\u2028😀"', id="escapes"),
        pytest.param(None, False, "null", id="null"),
        pytest.param(True, False, "true", id="true"),
        pytest.param(10, False, "10", id="a number"),
        pytest.param(1.5, False, "1.5", id="a fraction"),
        pytest.param(float("-inf"), False, "-.inf", id="infinity"),
    ],
)
def test_a_value_is_quoted_only_where_it_must_be(value: Data, flow: bool, written: str) -> None:
    assert write_scalar(value, flow=flow) == written
    read = read_document(f"a: [{written}]" if flow else f"a: {written}", name="p.yaml")
    assert read.data == {"a": [value] if flow else value}


@pytest.mark.parametrize(
    ("value", "quote", "written"),
    [
        pytest.param("a", "'", "'a'", id="single"),
        pytest.param("it's", "'", "'it''s'", id="single, with one inside"),
        pytest.param("a\nb", "'", '"a\\nb"', id="single cannot escape"),
        pytest.param('"\\', '"', '"\\"\\\\"', id="double"),
        pytest.param(3, '"', "3", id="a number has none"),
    ],
)
def test_quotes_are_those_that_are_asked_for(value: Data, quote: str, written: str) -> None:
    assert write_scalar(value, flow=False, quote=quote) == written


def test_half_a_character_cannot_be_written() -> None:
    with pytest.raises(Fault, match="the text holds half of a character"):
        write_scalar("a\ud83d", flow=False)


CONTEXTS = ["{}: 1", "a: {}", "- {}", "a: [{}]", "a: [b, {} , c]", "a: {{b: {}}}", "a: {{{}: 1}}"]
CHARACTERS = st.sampled_from("ab1.0-+_:#,[]{}?&*!|>'\"%@`~ <=\\\t\né\x85\ufeff\u2028/")


@given(
    st.text(CHARACTERS, max_size=6) | st.text(st.characters(exclude_categories=["Cs"]), max_size=6),
    st.sampled_from(["", "'", '"']),
)
@settings(max_examples=50, deadline=None)
def test_every_text_reads_back_wherever_it_stands(text: str, quote: str) -> None:
    for context in CONTEXTS:
        in_brackets = "[" in context or "{{" in context
        written = context.format(write_scalar(text, flow=in_brackets, quote=quote))
        meant = context.format(write_scalar("WORD", flow=in_brackets))

        read, model = (read_document(each, name="p.yaml") for each in (written, meant))

        assert not read.problems
        assert repr(read.data) == repr(model.data).replace("'WORD'", repr(text))


@given(st.text(CHARACTERS, max_size=5))
@settings(max_examples=50, deadline=None)
def test_what_may_stand_plain_reads_as_it_stands(text: str) -> None:
    plain = read_document(f"- {text}\n", name="p.yaml")

    if may_stand_plain(text, flow=False):
        assert (plain.data, plain.problems) == ([text], ())


# Lists and mappings


@pytest.mark.parametrize(
    ("value", "example", "written"),
    [
        pytest.param({"k": ["x", {"l": 1}]}, "", "k:\n    - x\n    - l: 1", id="nothing like it"),
        pytest.param({"k": ["x", "y"], "l": {}}, "", "k: [x, y]\n  l: {}", id="short lists"),
        pytest.param({"k": ["x"]}, "p: [y]\nq:\n  - z", "k:\n    - x", id="the last list"),
        pytest.param({"k": ["x"]}, "k: [y]\nq:\n  - z", "k: [x]", id="the list of that key"),
        pytest.param({"k": ["x"], "l": 1}, "{p: 1}", "{k: [x], l: 1}", id="braces"),
        pytest.param(["x"], "[\n    p,\n]", "[\n      x,\n  ]", id="brackets in lines"),
        pytest.param(
            {"k": 1, "l": [2]}, "{\n  p: 1}", "{\n    k: 1,\n    l: [2]\n  }", id="braces too"
        ),
        pytest.param([["x"], ["y"]], "- - z", "- - x\n  - - y", id="lists in a list"),
        pytest.param([], "- z", "[]", id="an empty list"),
    ],
)
def test_a_value_is_written_like_the_one_beside_it(value: Data, example: str, written: str) -> None:
    like = read_places(example) if example else None

    assert write_block(value, 2, PLAIN, like) == written


def test_what_has_no_room_on_a_line_is_in_lines() -> None:
    like = read_places("{p: 1}")

    assert not is_block({"k": "x" * 90}, PLAIN, like)
    assert is_block({"k": "x" * 100}, PLAIN, like)
    assert is_block(["x" * 60, "y" * 60], PLAIN)


def test_lists_are_in_lines_where_others_are() -> None:
    assert is_block(["x"], PLAIN._replace(block_lists=True))
    assert not is_block(["x"], PLAIN)


def test_the_nearest_example_is_the_one_before() -> None:
    entries = read_places("[[a], x, {b: 1}, [c], []]").entries

    assert nearest(entries, 3, ["new"]) is entries[0].value
    assert nearest(entries, 5, ["new"]) is entries[3].value
    assert nearest(entries, 0, {"k": 1}) is entries[2].value
    assert nearest(entries, 5, "new") is None


@pytest.mark.parametrize(
    ("text", "quotes"),
    [
        pytest.param("['a', 'b']", ("'", ""), id="all are quoted"),
        pytest.param("['a', b]", ("", ""), id="one is not"),
        pytest.param("['a', 3, null]", ("'", ""), id="all that are text"),
        pytest.param("['*']", ("", ""), id="it had to be"),
        pytest.param("['a', \"b\"]", ("", ""), id="in two manners"),
        pytest.param('{"a": "b"}', ('"', '"'), id="keys and values"),
        pytest.param('{"a": b}', ("", '"'), id="keys"),
        pytest.param('{"a": 1}', ('"', '"'), id="keys, and no text"),
        pytest.param('"a": "b"', ("", ""), id="keys in a block are each for themselves"),
        pytest.param("- 'a'\n", ("'", ""), id="a block of items"),
    ],
)
def test_quotes_are_those_of_all_that_is_beside(text: str, quotes: tuple[str, str]) -> None:
    manner = fitting(text, read_places(text), PLAIN)

    assert (manner.quote, manner.key_quote) == quotes


def test_json_is_written_tight_where_it_is() -> None:
    manner = Manner(quote='"', key_quote='"', is_json=True, comma=",", colon=":")

    assert write_flow({"a": ["b", True]}, manner) == '{"a":["b",true]}'


def test_lines_break_as_the_text_does() -> None:
    assert write_block({"a": 1, "b": {"c": 2}}, 0, Manner("\r\n", 4)) == "a: 1\r\nb:\r\n    c: 2"
