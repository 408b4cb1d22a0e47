"""YAML text to data with places: every value keeps its line, and nothing in it can hurt."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.source import MAX_CHARACTERS, Span, join, read_document


def lines_of(text: str) -> dict[str, int]:
    document = read_document(text, name="p.yaml")
    return {path: span.line for path, span in document.spans.items()}


def problem_of(text: str) -> str:
    (problem,) = read_document(text, name="p.yaml").problems
    return str(problem)


# Data


@pytest.mark.parametrize(
    ("text", "data"),
    [
        pytest.param("{}", {}, id="an empty mapping"),
        pytest.param("a: [1, x, true, null, 1.5]", {"a": [1, "x", True, None, 1.5]}, id="values"),
        pytest.param('{"a": {"b": []}}', {"a": {"b": []}}, id="JSON is YAML"),
        pytest.param("\ufeffa: 1", {"a": 1}, id="a byte order mark is no part of it"),
        pytest.param("a: 1\r\nb: 2\r\n", {"a": 1, "b": 2}, id="carriage returns"),
        pytest.param("a: 2027-01-31", {"a": "2027-01-31"}, id="a date is text"),
        pytest.param("a: yes", {"a": "yes"}, id="yes is text, as in YAML 1.2"),
        pytest.param("a: TRUE", {"a": True}, id="true in capitals"),
        pytest.param("a: 1_000", {"a": 1000}, id="underscores in numbers"),
        pytest.param("a: 0x10", {"a": 16}, id="a hexadecimal number"),
        pytest.param("a: 1e3", {"a": 1000.0}, id="an exponent"),
        pytest.param("a: 0", {"a": 0}, id="zero"),
        pytest.param("a: -5", {"a": -5}, id="a negative number"),
        pytest.param("a: '3'", {"a": "3"}, id="a number in quotes is text"),
        pytest.param("a: !!str 3", {"a": "3"}, id="a number that is said to be text"),
        pytest.param("a: |\n  x\n  y\n", {"a": "x\ny\n"}, id="a block of text"),
        pytest.param("a: &x [1]\nb: *x", {"a": [1], "b": [1]}, id="an alias repeats its anchor"),
        pytest.param(
            "a: &x {p: 1, q: 1}\nb: {<<: *x, q: 2}",
            {"a": {"p": 1, "q": 1}, "b": {"q": 2, "p": 1}},
            id="a merge adds what is not there",
        ),
        pytest.param(
            "a: &x {p: 1}\nb: &y {p: 2, q: 2}\nc: {<<: [*x, *y]}",
            {"a": {"p": 1}, "b": {"p": 2, "q": 2}, "c": {"p": 1, "q": 2}},
            id="of several merges the first wins",
        ),
        pytest.param("3", 3, id="a single value"),
        pytest.param("1: x", {"1": "x"}, id="a key is a word, whatever it looks like"),
    ],
)
def test_text_is_read(text: str, data: object) -> None:
    document = read_document(text, name="p.yaml")

    assert (document.data, document.problems) == (data, ())


def test_escapes_of_surrogate_pairs_are_the_character_they_stand_for() -> None:
    assert read_document(json.dumps({"a": "pass😀word"}), name="p.json").data == {"a": "pass😀word"}


# Places


def test_every_value_has_its_line() -> None:
    assert lines_of("a:\n  - x\n  -\n    b: 1\n\nc: {d: 2,\n  e: 3}\n") == {
        "": 1, "a": 1, "a/0": 2, "a/1": 4, "a/1/b": 4, "c": 6, "c/d": 6, "c/e": 7,
    }  # fmt: skip


def test_lines_are_counted_from_the_first_comment_on() -> None:
    assert lines_of("# one\n# two\n\na: 1\n")["a"] == 4


def test_what_a_merge_brings_stands_where_it_was_written() -> None:
    assert lines_of("a: &x\n  p: 1\nb:\n  <<: *x\n")["b/p"] == 2


def test_what_an_alias_repeats_stands_where_it_was_written() -> None:
    assert lines_of("a: &x\n  - 1\nb: *x\n")["b/0"] == 2


def test_what_stands_nowhere_has_the_line_of_what_is_around_it() -> None:
    document = read_document("a:\n  b: [1]\n", name="p.yaml")

    assert document.span("a/b/7/x") == Span("p.yaml", 2)
    assert document.span("z") == Span("p.yaml", 1)
    assert str(document.span("a")) == "p.yaml:1"


@pytest.mark.parametrize(
    ("steps", "path"),
    [
        pytest.param(("cors", "origins", 0), "cors/origins/0", id="steps are joined by slashes"),
        pytest.param(("a/b", "c~d"), "a~1b/c~0d", id="slashes and tildes are escaped"),
        pytest.param((), "", id="the root is the empty path"),
    ],
)
def test_a_path_is_a_json_pointer(steps: tuple[str | int, ...], path: str) -> None:
    assert join("", *steps) == path


def test_a_key_with_a_slash_has_one_place() -> None:
    assert lines_of("a/b: 1\n") == {"": 1, "a~1b": 1}


# What editing needs


def test_the_text_stays_as_it_was_given() -> None:
    text = "\ufeffa: 1\r\n# c"

    assert read_document(text, name="p.yaml").text == text
    assert read_document("# nothing\n", name="p.yaml").text == "# nothing\n"
    assert read_document("a: [", name="p.yaml").text == ""


@pytest.mark.parametrize(
    ("text", "blocks"),
    [
        pytest.param("a: 1\n", {"": 0}, id="a block of keys"),
        pytest.param("a:\n- x\nb:\n    - y\n", {"": 0, "a": 0, "b": 4}, id="lists, at any depth"),
        pytest.param("- - k: v\n", {"": 0, "0": 2, "0/0": 4}, id="blocks that begin in one line"),
        pytest.param("a: [{b: 1}]\n", {"": 0}, id="brackets are none"),
        pytest.param("{a: [1]}", {}, id="nor is anything in them"),
    ],
)
def test_every_block_has_its_column(text: str, blocks: dict[str, int]) -> None:
    assert read_document(text, name="p.yaml").blocks == blocks


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        pytest.param("a: &x 1\n", True, id="of a value"),
        pytest.param("a: &x [1]\nb: *x\n", True, id="of a list"),
        pytest.param("a: '&x'\n", False, id="none"),
    ],
)
def test_anchors_are_seen(text: str, answer: bool) -> None:
    assert read_document(text, name="p.yaml").anchored is answer


# Mistakes


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param(
            "", "p.yaml:1: the policy is empty: it holds no value; write `{}` to allow everything",
            id="nothing",
        ),
        pytest.param(
            "# only this\n",
            "p.yaml:1: the policy is empty: it holds no value; write `{}` to allow everything",
            id="a comment",
        ),
        pytest.param(
            "a: 1\nb: 1\na: 2\n",
            "p.yaml:3: `a` stands twice in the policy: it stands in line 1 already, and only one "
            "of them would count; keep one",
            id="a key twice",
        ),
        pytest.param(
            "c:\n  a: 1\n  'a': 2\n",
            "p.yaml:3: `a` stands twice in `c`: it stands in line 2 already, and only one of them "
            "would count; keep one",
            id="a key twice, once in quotes",
        ),
        pytest.param(
            "x: 1\n? [a]\n: b\n",
            "p.yaml:2: this key is not a word: a key is one plain word; write `name:`",
            id="a list as a key",
        ),
        pytest.param(
            "a: 1\n<<: x\n",
            "p.yaml:2: `<<` does not name a mapping: only a mapping can be merged into a mapping",
            id="a merge of a word",
        ),
        pytest.param(
            "a: 1\nb: \x07\n",
            "p.yaml:2: the character 0x0007 cannot stand in a policy: YAML is text, and this is a "
            "control character; is this a binary file?",
            id="a control character",
        ),
        pytest.param(
            "\x00\x01\x02",
            "p.yaml:1: the character 0x0000 cannot stand in a policy: YAML is text, and this is a "
            "control character; is this a binary file?",
            id="a binary file",
        ),
        pytest.param(
            "a:\n\tb: 1\n",
            "p.yaml:2: the policy cannot be read as YAML from here on: while scanning for the next "
            "token found character '\\t' that cannot start any token; look at this line and the "
            "one before it",
            id="a tab for indentation",
        ),
        pytest.param(
            "a: [1,\nb: 2\n",
            "p.yaml:3: the policy cannot be read as YAML from here on: while parsing a flow "
            "sequence expected ',' or ']', but got '<stream end>'; look at this line and the one "
            "before it",
            id="a bracket that is not closed",
        ),
        pytest.param(
            "a: b: c\n",
            "p.yaml:1: the policy cannot be read as YAML from here on: mapping values are not "
            "allowed here; look at this line and the one before it",
            id="two colons in a line",
        ),
        pytest.param(
            "a: *x\n",
            "p.yaml:1: the policy cannot be read as YAML from here on: found undefined alias 'x'; "
            "look at this line and the one before it",
            id="an alias without its anchor",
        ),
        pytest.param(
            "a: 1\n---\nb: 2\n",
            "p.yaml:2: the policy cannot be read as YAML from here on: expected a single document "
            "in the stream but found another document; look at this line and the one before it",
            id="two documents",
        ),
        pytest.param(
            "a: x\nb: !secret y\n",
            "p.yaml:2: the tag `!secret` is not understood here: a policy holds plain text, "
            "numbers, lists and mappings; remove the tag",
            id="a tag of somebody else's",
        ),
        pytest.param(
            "a: !!python/object:os.system {}\n",
            "p.yaml:1: the tag `tag:yaml.org,2002:python/object:os.system` is not understood here: "
            "a policy holds plain text, numbers, lists and mappings; remove the tag",
            id="a tag that would run code elsewhere",
        ),
        pytest.param(
            "a: !!seq x\n",
            "p.yaml:1: the tag `tag:yaml.org,2002:seq` is not understood here: a policy holds "
            "plain text, numbers, lists and mappings; remove the tag",
            id="text that is said to be a list",
        ),
        pytest.param(
            "a: !!map [x]\n",
            "p.yaml:1: the tag `tag:yaml.org,2002:map` is not understood here: a policy holds "
            "plain text, numbers, lists and mappings; remove the tag",
            id="a list that is said to be a mapping",
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_a_problem_with_its_line(text: str, message: str) -> None:
    assert problem_of(text) == message


def test_a_syntax_error_does_not_show_the_line_which_may_hold_a_secret() -> None:
    assert "hunter2" not in problem_of('keys: [{id: a, key: "hunter2}]\n')
    assert "hunter2" not in problem_of("keys: [{id: a, key: @hunter2}]\n")


def test_all_mistakes_are_told_at_once() -> None:
    document = read_document("a: 1\na: 2\nb: !x 1\nb: 3\n", name="p.yaml")

    assert [problem.line for problem in document.problems] == [2, 3, 4]


# What is too much

BOMB = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 12)
)
MERGES = "a0: &a0 {x: 1}\n" + "".join(
    f"a{n}: &a{n} {{<<: [*a{n - 1}, *a{n - 1}]}}\n" for n in range(1, 40)
)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        pytest.param(
            BOMB, "the policy expands to more than 200,000 values", id="aliases of aliases"
        ),
        pytest.param(
            MERGES, "the policy expands to more than 200,000 values", id="merges of merges"
        ),
        pytest.param("a: &a [*a]", "the policy is nested too deeply", id="a list in itself"),
        pytest.param("[" * 1500, "the policy is nested too deeply", id="open brackets"),
        pytest.param(
            "[" * 500 + "]" * 500, "the policy is nested too deeply", id="brackets in brackets"
        ),
        pytest.param(
            "".join(" " * depth + "a:\n" for depth in range(100)),
            "the policy is nested too deeply",
            id="mappings in mappings",
        ),
        pytest.param(
            "x" * 10_000_000, "the policy has 10,000,000 characters", id="ten million characters"
        ),
    ],
)
def test_what_is_too_much_is_a_problem_and_not_a_wait(text: str, problem: str) -> None:
    (found,) = read_document(text, name="p.yaml").problems

    assert found.problem == problem
    assert found.line >= 1


def test_a_mapping_that_merges_itself_ends() -> None:
    document = read_document("a: &a {<<: [*a, *a]}", name="p.yaml")

    assert document.problems != ()


def test_what_is_as_large_as_may_be_is_read() -> None:
    text = "a: " + "x" * (MAX_CHARACTERS - 3)

    assert read_document(text, name="p.yaml").problems == ()


# Properties

words = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\u2028\u2029\ufeff"),
    max_size=8,
)
scalars = st.none() | st.booleans() | st.integers(-(10**6), 10**6) | words
data = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(words, inner, max_size=4),
    max_leaves=12,
).filter(lambda value: value is not None)


def paths_of(value: Any, path: str = "") -> Iterator[str]:
    yield path
    items: Any = ()
    if isinstance(value, dict):
        items = value.items()
    elif isinstance(value, list):
        items = enumerate(value)
    for step, item in items:
        # An empty step at the root is `` again: RFC 6901 without its leading slash cannot say it.
        yield from paths_of(item, join(path, step))


@settings(max_examples=60)
@given(data, st.sampled_from([None, 1]))
def test_json_is_read_as_it_was_written_and_every_value_has_a_line(
    value: Any, indent: int | None
) -> None:
    text = json.dumps(value, indent=indent, ensure_ascii=False)
    document = read_document(text, name="p.yaml")

    assert (document.data, document.problems) == (value, ())
    assert set(paths_of(value)) <= set(document.spans)
    assert {span.line for span in document.spans.values()} <= set(range(1, text.count("\n") + 2))


@settings(max_examples=150)
@given(
    st.text(
        st.sampled_from("ab:-[]{}&*!<>|?'\"%@`#,\n\t \\x0é\x00") | st.characters(codec=None),
        max_size=40,
    )
)
def test_no_text_makes_it_raise(text: str) -> None:
    document = read_document(text, name="p.yaml")

    for problem in document.problems:
        assert problem.line >= 1
        assert str(problem).isprintable()
