"""Origins that another entry admits anyway."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from linting import look, policy
from strategies import ORIGINS, PATTERNS

from simulator.lint.coverage import covered, covers
from simulator.lint.subject import Subject
from simulator.origin import OriginPattern, Origins

CODE = "cors/covered-origin"


@pytest.mark.parametrize(
    ("origins", "expected"),
    [
        (["https://*.a.example", "https://www.a.example"], [1]),
        (["https://*.a.example", "https://*.b.a.example"], [1]),
        (["https://*.a.example:*", "https://www.a.example:8443"], [1]),
        (["http://localhost:*", "http://localhost:3000"], [1]),
        (["*", "https://a.example", "null"], [1, 2]),
        (["https://*.a.example", "https://a.example"], []),
        (["https://*.a.example", "http://www.a.example"], []),
        (["https://*.a.example", "https://www.a.example:8443"], []),
        (["https://a.example", "https://b.example"], []),
    ],
    ids=str,
)
def test_an_entry_is_covered_by_a_wider_one(origins: list[str], expected: list[int]) -> None:
    found = look(f"cors: {{origins: {json.dumps(origins)}}}", CODE)

    assert [h.path for h in found] == [f"cors/origins/{n}" for n in expected]


def test_an_entry_that_is_served_otherwise_than_the_wider_one_is_needed() -> None:
    # The standard behaviour names an origin that is listed, and sends `*` to the others.
    text = "cors: {origins: ['*', https://a.example], credentials: true}"

    assert look(text, CODE) == []


def test_an_entry_is_removed_where_the_servers_answers_stay_the_same() -> None:
    (same,) = look("cors: {origins: ['https://*.a.example', https://w.a.example]}", CODE)
    # `*` beside a name: the name is sent, and would be sent no more.
    (named,) = look("cors: {origins: ['*', https://a.example]}", CODE)

    assert [edit.path for edit in same.edits] == ["cors/origins/1"]
    assert named.edits == ()


def test_of_three_that_cover_one_another_the_widest_is_kept() -> None:
    origins = ["https://*.a.example", "https://*.b.a.example", "https://w.b.a.example"]

    found = look(f"cors: {{origins: {json.dumps(origins)}}}", CODE)

    assert [(h.path, len(h.edits)) for h in found] == [
        ("cors/origins/1", 1),
        ("cors/origins/2", 1),
    ]


# Properties


@settings(max_examples=100)
@given(st.lists(st.sampled_from(PATTERNS), unique=True, max_size=5), st.sampled_from(ORIGINS))
def test_what_is_covered_admits_nobody_whom_the_other_does_not(
    texts: list[str], origin: str
) -> None:
    patterns = tuple(OriginPattern.parse(text) for text in texts)

    for index, wide in covered(patterns):
        assert covers(patterns[wide], patterns[index])
        if patterns[index].matches(origin):
            assert patterns[wide].matches(origin)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(PATTERNS), unique=True, min_size=1, max_size=5))
def test_whoever_is_admitted_is_so_without_what_is_removed(texts: list[str]) -> None:
    text = f"cors: {{origins: {json.dumps(texts)}, credentials: true}}"
    gone = {edit.path for hazard in look(text, CODE) for edit in hazard.edits}
    left = [t for n, t in enumerate(texts) if f"cors/origins/{n}" not in gone]

    for origin in ORIGINS:
        before = Origins([OriginPattern.parse(t) for t in texts]).find(origin) is not None
        after = Origins([OriginPattern.parse(t) for t in left]).find(origin) is not None
        assert before == after
    assert Subject(policy(text)).grantings
