"""A pattern means a path, segment by segment, percent-decoded; a last star means all below."""

from __future__ import annotations

import re
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.problem import Fault
from simulator.space.globs import Glob

# Reading


@pytest.mark.parametrize(
    ("text", "segments"),
    [
        pytest.param("/", ("=",), id="the root is one empty segment"),
        pytest.param("/orders", ("=orders",), id="plain text"),
        pytest.param("/orders/{id}", ("=orders", "{}"), id="a parameter"),
        pytest.param("/*/items", ("{}", "=items"), id="a star in the middle is one segment"),
        pytest.param("/admin/*", ("=admin", "*"), id="a star at the end is all below"),
        pytest.param("/*", ("*",), id="and may be everything"),
        pytest.param("/orders/", ("=orders", "="), id="a slash at the end is an empty segment"),
        pytest.param("/a%20b/caf%C3%A9", ("=a b", "=café"), id="percent-encoded text"),
    ],
)
def test_a_pattern_is_read(text: str, segments: tuple[str, ...]) -> None:
    assert Glob.parse(text) == Glob(text, segments)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param(
            "admin/*",
            "`admin/*` is not a path: it does not start with a slash; write `/admin/*`",
            id="no slash in front",
        ),
        pytest.param(
            "/report-*",
            "`/report-*` is not a pattern of paths: `report-*` is neither plain text nor one whole "
            "`*` or `{name}`; write `*` for a segment, and at the end for all that is below",
            id="a star in part of a segment",
        ),
        pytest.param(
            "/**",
            "`/**` is not a pattern of paths: `**` is neither plain text nor one whole `*` or "
            "`{name}`; write `*` for a segment, and at the end for all that is below",
            id="two stars",
        ),
        pytest.param(
            "/{a}.json",
            "`/{a}.json` is not a pattern of paths: `{a}.json` is neither plain text nor one whole "
            "`*` or `{name}`; write `*` for a segment, and at the end for all that is below",
            id="a parameter in part of a segment",
        ),
    ],
)
def test_what_is_no_pattern_says_why(text: str, message: str) -> None:
    with pytest.raises(Fault) as caught:
        Glob.parse(text)

    assert str(caught.value) == message


@pytest.mark.parametrize("text", ["", "/a?b", "/a#b", "/{}", "/{a", "/a}", "/{a}{b}"])
def test_queries_fragments_and_broken_braces_are_no_patterns(text: str) -> None:
    with pytest.raises(Fault):
        Glob.parse(text)


# Matching


@pytest.mark.parametrize(
    ("text", "segments", "expected"),
    [
        pytest.param("/admin/*", ["admin", "users"], True, id="what is below"),
        pytest.param("/admin/*", ["admin", "users", "7"], True, id="at any depth"),
        pytest.param("/admin/*", ["admin", ""], True, id="the slash at the end is below"),
        pytest.param("/admin/*", ["admin"], False, id="the path itself is not below"),
        pytest.param("/admin/*", ["admins", "users"], False, id="another path"),
        pytest.param("/*", [""], True, id="everything means the root"),
        pytest.param("/orders/{id}", ["orders", "7"], True, id="one segment"),
        pytest.param("/orders/{id}", ["orders", ""], False, id="that is not empty"),
        pytest.param("/orders/{id}", ["orders", "7", "items"], False, id="and no more than one"),
        pytest.param("/*/items", ["orders", "items"], True, id="a star in the middle"),
        pytest.param("/*/items", ["orders", "7", "items"], False, id="is one segment"),
        pytest.param("/a%20b", ["a b"], True, id="segments compare decoded"),
        pytest.param("/orders", ["Orders"], False, id="and by case"),
        pytest.param("/*", None, False, id="no pattern means what no base path holds"),
    ],
)
def test_a_pattern_means_a_path(text: str, segments: list[str] | None, expected: bool) -> None:
    assert Glob.parse(text).matches(segments) is expected


@pytest.mark.parametrize(
    ("text", "template", "expected"),
    [
        pytest.param("/orders/{id}", "/orders/{number}", True, id="a parameter each"),
        pytest.param("/orders/7", "/orders/{id}", True, id="what fills the parameter"),
        pytest.param("/orders/{id}", "/orders/new", True, id="a segment spelled out"),
        pytest.param("/admin/*", "/admin/users/{id}", True, id="below a star"),
        pytest.param("/admin/*", "/admin", False, id="not above it"),
        pytest.param("/admni/*", "/admin/users", False, id="another spelling"),
        pytest.param("/orders", "/orders/{id}", False, id="a longer template"),
    ],
)
def test_a_pattern_may_mean_a_path_of_a_template(text: str, template: str, expected: bool) -> None:
    assert Glob.parse(text).may_match(template) is expected


# Properties

words = st.sampled_from(["*", "{id}", "orders", "new", "a%20b", ""])
segments = st.lists(st.sampled_from(["orders", "new", "a b", "a%20b", "7", "", "*"]), max_size=4)


@given(st.lists(words, min_size=1, max_size=3), segments)
def test_a_pattern_means_what_its_regular_expression_matches(
    written: list[str], asked: list[str]
) -> None:
    parts = ["[^/]+" if word in ("*", "{id}") else re.escape(unquote(word)) for word in written]
    if written[-1] == "*":
        parts[-1] = ".*"
    expected = re.fullmatch("/".join(parts), "/".join(asked)) is not None

    assert Glob.parse("/" + "/".join(written)).matches(asked) is (expected and asked != [])


@given(st.lists(words, min_size=1, max_size=3), segments)
def test_a_pattern_that_means_a_path_may_mean_it_as_a_template(
    written: list[str], asked: list[str]
) -> None:
    glob = Glob.parse("/" + "/".join(written))

    if glob.matches(asked):
        assert glob.may_match("/" + "/".join(asked))
