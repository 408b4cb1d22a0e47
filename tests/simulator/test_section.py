"""Mistakes in a section: each told once, with its place, in our words and not pydantic's."""

from __future__ import annotations

import json
from typing import Annotated, Literal

import pytest
from pydantic import AfterValidator, Field

from simulator.problem import Fault, Problem
from simulator.section import Section, read_section
from simulator.source import read_document


def check_colour(text: str) -> str:
    if text != "red":
        raise Fault(f"`{text}` is no colour", "only red is", "write `red`")
    return text


class Part(Section):
    name: str
    size: Annotated[int, Field(ge=1, le=9)] = 1


class Whole(Section):
    colour: Annotated[str, AfterValidator(check_colour)] = "red"
    kind: Literal["big", "small"] = "big"
    parts: tuple[Part, ...] = ()
    named: dict[str, Part] = {}  # noqa: RUF012 - pydantic copies defaults
    flag: bool = False
    ratio: float = 1.0
    word: Annotated[str, Field(min_length=1)] = "x"
    part: Part | None = None


def read(text: str) -> tuple[Whole | None, list[Problem]]:
    document = read_document(text, name="p.yaml")
    problems: list[Problem] = []
    section = read_section(Whole, document, "", document.data, problems)
    return section, problems


def test_what_is_right_is_read_and_lists_become_tuples() -> None:
    section, problems = read("{colour: red, parts: [{name: a}], named: {x: {name: b, size: 2}}}")

    assert problems == []
    assert section == Whole(parts=(Part(name="a"),), named={"x": Part(name="b", size=2)})


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param(
            "color: red",
            "1 color: `color` is not known in the policy: it takes `colour`, `kind`, `parts`, "
            "`named`, `flag`, `ratio`, `word` and `part`; did you mean `colour`?",
            id="an unknown key with a guess",
        ),
        pytest.param(
            "zebra: 1",
            "1 zebra: `zebra` is not known in the policy: it takes `colour`, `kind`, `parts`, "
            "`named`, `flag`, `ratio`, `word` and `part`; remove it, or correct its name",
            id="an unknown key without one",
        ),
        pytest.param(
            "parts:\n- name: a\n  sze: 3",
            "3 parts/0/sze: `sze` is not known in `parts/0`: it takes `name` and `size`; did you "
            "mean `size`?",
            id="an unknown key further in",
        ),
        pytest.param(
            "parts:\n- size: 3",
            "2 parts/0: `parts/0` has no `name`: it cannot do without; add `name:`",
            id="a key that is missing",
        ),
        pytest.param(
            "parts: a",
            "1 parts: `parts` is `a`: it must be a list, as in `[a, b]`; write a list, as in "
            "`[a, b]`",
            id="a word for a list",
        ),
        pytest.param(
            "parts: {name: a}",
            "1 parts: `parts` is a mapping: it must be a list, as in `[a, b]`; write a list, as in "
            "`[a, b]`",
            id="a mapping for a list",
        ),
        pytest.param(
            "parts: [a]",
            "1 parts/0: `parts/0` is `a`: it must be a mapping, as in `name: value`; write a "
            "mapping, as in `name: value`",
            id="a word for a mapping",
        ),
        pytest.param(
            "named: []",
            "1 named: `named` is a list: it must be a mapping, as in `name: value`; write a "
            "mapping, as in `name: value`",
            id="a list for a mapping",
        ),
        pytest.param(
            "parts:",
            "1 parts: `parts` is empty: nothing stands after it; fill it in, or remove the line",
            id="nothing for a list",
        ),
        pytest.param(
            "part:",
            "1 part: `part` is empty: nothing stands after it; fill it in, or remove the line",
            id="nothing for a section that may be left out",
        ),
        pytest.param(
            "parts: [{name: 3}]",
            "1 parts/0/name: `parts/0/name` is `3`: it must be text; put it in quotes",
            id="a number for text",
        ),
        pytest.param(
            "parts: [{name: true}]",
            "1 parts/0/name: `parts/0/name` is `true`: it must be text; put it in quotes",
            id="true for text",
        ),
        pytest.param(
            "parts: [{name: a, size: x}]",
            "1 parts/0/size: `parts/0/size` is `x`: it must be a whole number; write a whole "
            "number",
            id="a word for a number",
        ),
        pytest.param(
            "parts: [{name: a, size: 1.5}]",
            "1 parts/0/size: `parts/0/size` is `1.5`: it must be a whole number; write a whole "
            "number",
            id="a fraction for a whole number",
        ),
        pytest.param(
            "parts: [{name: a, size: 0}]",
            "1 parts/0/size: `parts/0/size` is `0`: it must be at least 1; correct it",
            id="a number that is too small",
        ),
        pytest.param(
            "parts: [{name: a, size: 10}]",
            "1 parts/0/size: `parts/0/size` is `10`: it must be at most 9; correct it",
            id="a number that is too large",
        ),
        pytest.param(
            "flag: yes",
            "1 flag: `flag` is `yes`: it must be `true` or `false`; write `true` or `false`",
            id="yes for true",
        ),
        pytest.param(
            "ratio: x",
            "1 ratio: `ratio` is `x`: it must be a number; write a number",
            id="a word for any number",
        ),
        pytest.param(
            "word: ''",
            "1 word: `word` is empty: it must say something; fill it in",
            id="empty text where some must be",
        ),
        pytest.param(
            "kind: bgi",
            "1 kind: `bgi` is not a value of `kind`: it takes `big` or `small`; did you mean "
            "`big`?",
            id="a word that is not among the choices",
        ),
        pytest.param(
            "kind: [big]",
            "1 kind: a list is not a value of `kind`: it takes `big` or `small`; choose one of "
            "them",
            id="a list where a choice must be",
        ),
        pytest.param(
            "colour: blue",
            "1 colour: `blue` is no colour: only red is; write `red`",
            id="a fault of the value's own",
        ),
        pytest.param(
            "part: 3",
            "1 part: `part` is `3`: it must be a mapping, as in `name: value`; write a mapping, as "
            "in `name: value`",
            id="a number for a section that may be left out",
        ),
        pytest.param(
            "named: {a/b: {name: 3}}",
            "1 named/a~1b/name: `named/a~1b/name` is `3`: it must be text; put it in quotes",
            id="a name with a slash",
        ),
    ],
)  # fmt: skip
def test_a_mistake_is_told_once_in_words(text: str, message: str) -> None:
    _, problems = read(text)

    assert [f"{p.line} {p.path}: {p.message}" for p in problems] == [message]


def test_every_mistake_is_told() -> None:
    _, problems = read("colour: blue\nkind: x\nparts:\n- {name: 1}\n- {size: 0, name: a}\nzz: 1\n")

    assert sorted(problem.path for problem in problems) == [
        "colour", "kind", "parts/0/name", "parts/1/size", "zz",
    ]  # fmt: skip


def test_what_is_right_survives_what_is_wrong_beside_it() -> None:
    section, _ = read("colour: blue\nparts:\n- {name: a, size: 0}\n- {size: 3, name: b}\nzz: 1\n")

    assert section == Whole(parts=(Part(name="a"), Part(name="b", size=3)))


def test_too_little_is_no_section() -> None:
    document = read_document("size: 2", name="p.yaml")
    problems: list[Problem] = []

    assert read_section(Part, document, "", document.data, problems) is None
    assert len(problems) == 1


def test_a_section_cannot_be_changed() -> None:
    with pytest.raises(ValueError, match="frozen"):
        Whole().colour = "blue"


def test_no_message_repeats_a_value_that_is_long() -> None:
    _, problems = read(json.dumps({"kind": "x" * 5000}))

    assert len(problems[0].message) < 300
