"""Every value, key, dash and comma has its place in the text."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, assume, given, settings
from yaml_texts import texts, values

from simulator.edit.places import Place, read_places
from simulator.source import Data, read_document


def shown(text: str, place: Place) -> object:
    """The texts of a place's parts, as data."""
    if not place.entries:
        return text[place.start : place.end]
    if place.kind == "sequence":
        return [shown(text, entry.value) for entry in place.entries]
    return {entry.key: shown(text, entry.value) for entry in place.entries}


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        pytest.param(
            "a: 1  # c\nb:\n- x y\n  z\n- 'q'\n\n",
            {"a": "1", "b": ["x y\n  z", "'q'"]},
            id="blocks",
        ),
        pytest.param(
            "a: [x, {k: v, l}, ? m : n]",
            {"a": ["x", {"k": "v", "l": ""}, {"m": "n"}]},
            id="brackets",
        ),
        pytest.param(
            "a: &x !!str b\nc: *x\nd:\ne: []", {"a": "b", "c": "*x", "d": "", "e": "[]"}, id="names"
        ),
        pytest.param("%YAML 1.2\n--- # c\n- - a\n  -\n...\n", [["a", ""]], id="a document's marks"),
        pytest.param("? a\n: b\n? c\n", {"a": "b", "c": ""}, id="question marks"),
        pytest.param("? [a]\n: b\n", {None: "b"}, id="a key that is no word"),
        pytest.param(
            "- |  # c\n  x\n\n- |+\n  y\n\n- z\n",
            ["|  # c\n  x", "|+\n  y\n\n", "z"],
            id="texts in lines",
        ),
        pytest.param("", "", id="nothing"),
    ],
)
def test_a_place_begins_and_ends_where_its_text_does(text: str, parts: object) -> None:
    assert shown(text, read_places(text)) == parts


def test_a_block_ends_where_its_last_value_does() -> None:
    text = "a:\n  - x\n  # c\n\nb: 1\n"

    block = read_places(text).entries[0].value

    assert text[block.start : block.end] == "- x"
    assert (block.flow, block.after) == (False, 2)


def test_entries_know_their_marks() -> None:
    text = "a: [x , 'y': 1]"
    list_ = read_places(text).entries[0].value
    first, second = list_.entries

    assert (first.start, first.comma, first.indicator) == (4, 6, -1)
    assert (second.start, second.comma, second.value.is_bare) == (8, None, True)
    assert second.value.entries[0].quote == "'"
    assert text[second.value.entries[0].indicator :] == " 1]"


def test_an_anchor_and_a_tag_stand_ahead_of_their_value() -> None:
    place = read_places("a: &x !!seq\n  - 1\n").entries[0].value

    assert (place.name, place.head, place.after, place.start) == ("x", 3, 11, 14)


@pytest.mark.parametrize(
    ("text", "step"),
    [
        pytest.param("a: [\n    x,\n  ]\n", "    ", id="in lines"),
        pytest.param("  a: [\n\t\tx]\n", None, id="indented otherwise"),
        pytest.param("[x,\n  y]", None, id="the first is not"),
        pytest.param("[\n]", None, id="no entries"),
    ],
)
def test_brackets_know_how_deep_their_lines_are(text: str, step: str | None) -> None:
    root = read_places(text)
    place = root.entries[0].value if root.kind == "mapping" else root

    assert place.step == step


def test_places_in_a_part_of_a_text_are_places_in_the_text() -> None:
    text = "a: 1\nb: [2, 3]\nc: 4\n"

    part = read_places(text, 5, 15)

    assert shown(text, part) == {"b": ["2", "3"]}
    assert part.entries[0].start == 5


@given(texts())
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_the_places_are_those_of_the_values(text: str) -> None:
    document = read_document(text, name="p.yaml")
    assume(not document.problems)
    body = text.removeprefix("\ufeff")
    root = read_places(body)

    def check(place: Place, value: Data) -> int:
        if isinstance(value, (list, dict)):
            keys = list(value) if isinstance(value, dict) else [None] * len(value)
            inner = list(value.values()) if isinstance(value, dict) else value
            assert [entry.key for entry in place.entries] == keys
            return 1 + sum(check(e.value, v) for e, v in zip(place.entries, inner, strict=True))
        assert place.kind in ("scalar", "nothing")
        alone = body[place.start : place.end] if place.style not in ("|", ">") else ""
        if alone and not place.style:
            assert str(alone.split()[0]) in body[place.start :]
        return 1

    assert check(root, document.data) == len(list(values(document.data)))
