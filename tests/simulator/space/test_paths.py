"""Every kind of path that route tables tell apart has an example."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.routes import Route, RouteTable
from simulator.space.globs import Glob
from simulator.space.paths import PathKind, path_kinds
from simulator.space.segments import TooMany


def table(*paths: str, bases: Sequence[str] = ()) -> RouteTable:
    return RouteTable([Route(index, path) for index, path in enumerate(paths)], bases)


def globs(*texts: str) -> list[Glob]:
    return [Glob.parse(text) for text in texts]


def shown(*tables: RouteTable, patterns: Sequence[str] = ()) -> list[str]:
    return [kind.path for kind in path_kinds(tables, globs(*patterns))]


def taken(each: RouteTable, path: str) -> int | None:
    """The route that a GET reaches."""
    route = each.find("GET", path, "api.example", 443).route
    return None if route is None else route.index


# Examples


def test_without_routes_one_path_stands_for_all() -> None:
    assert path_kinds([table()]) == [PathKind("/", (frozenset(),), True)]


def test_a_route_is_told_from_everything_else() -> None:
    assert path_kinds([table("/orders")]) == [
        PathKind("/orders", (frozenset(),), False),
        PathKind("/", (frozenset(),), True),
    ]


def test_a_segment_spelled_out_is_told_from_a_parameter() -> None:
    assert shown(table("/orders/{id}", "/orders/new")) == ["/orders/new", "/orders/7", "/orders"]


def test_a_partial_template_is_told_from_what_it_cannot_be() -> None:
    found = shown(table("/report-{n}", "/{page}"))

    assert found == ["/x", "/report-x", "/"]


def test_what_has_to_be_escaped_is() -> None:
    assert shown(table("/a%20b")) == ["/a%20b", "/"]
    assert shown(table("/a%2Fb")) == ["/a%2Fb", "/"]


def test_paths_are_below_the_base_path_or_nowhere() -> None:
    inside, outside = path_kinds([table("/", bases=["/v1"])])

    assert (inside.path, inside.nowhere) == ("/v1", False)
    assert outside.nowhere
    assert not outside.path.startswith("/v1")


def test_the_longer_of_two_base_paths_decides() -> None:
    both = table("/", "/a", bases=["/v1", "/v1/a"])

    # /v1/a is the root below the longer one, and not /a below the shorter.
    inside = {kind.path: taken(both, kind.path) for kind in path_kinds([both]) if not kind.nowhere}

    assert taken(both, "/v1/a") == 0
    assert set(inside.values()) == {0, 1}


def test_a_base_path_compares_as_it_is_written() -> None:
    below, decoded = table("/", bases=["/v1"]), table("/v1")

    found = {(taken(below, path), taken(decoded, path)) for path in shown(below, decoded)}

    # The second: /v1 with an escape in it.
    assert found == {(0, 0), (None, 0), (0, None), (None, None)}


def test_two_tables_are_told_apart_together() -> None:
    assert shown(table("/orders"), table("/{page}")) == ["/orders", "/7", "/"]


def test_patterns_are_told_apart_besides_and_said() -> None:
    found = path_kinds([table("/admin/{page}")], globs("/admin/*", "/*/users"))

    assert {(kind.path, *kind.globs, kind.nowhere) for kind in found} == {
        ("/admin/7", frozenset({0}), False),
        ("/admin/users", frozenset({0, 1}), False),
        ("/admin/", frozenset({0}), True),
        ("/7/users", frozenset({1}), True),
        ("/admin", frozenset(), True),
    }


def test_a_pattern_means_paths_below_each_tables_own_base_path() -> None:
    found = path_kinds([table(bases=["/v1"]), table()], globs("/admin"))

    assert {tuple(map(bool, kind.globs)) for kind in found} == {
        (True, False), (False, True), (False, False),
    }  # fmt: skip
    assert next(kind.path for kind in found if kind.globs[0]) == "/v1/admin"


def test_no_example_has_a_segment_of_dots_only() -> None:
    found = shown(table("/{a}.{b}", "/.", "/..", "/.{a}"))

    assert not any(set(segment) == {"."} for path in found for segment in path.split("/"))


def test_more_kinds_than_can_be_told_in_reasonable_time_are_not_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("simulator.space.paths._MANY", 20)

    with pytest.raises(TooMany):
        path_kinds([table(*(f"/{n}/{{a}}/{n}" for n in range(20)))])


# Properties

# Templates that go the same way for a while, and what may stand in their places.
SEGMENTS = ("orders", "new", "{id}", "report-{n}", "{a}.{b}", "{a}.json", "a%20b", "a%2Fb", "é", "")
ASKED = (
    "orders", "Orders", "%6Frders", "new", "7", "report-1", "report-", "report-x.json", "x.json",
    ".json", "a.b", "a%20b", "a b", "a%2Fb", "a%2fb", "é", "%C3%A9", "%ff", "", ".", "..",
    "%2e%2E", "v1", "%761", "a",
)  # fmt: skip
BASES: tuple[tuple[str, ...], ...] = (
    (), (), ("/v1",), ("/v1/",), ("/",), ("/v1", "/v1/orders"), ("/", "/v1"), ("/a%20b",),
)  # fmt: skip
METHODS = ("GET", "POST")


@st.composite
def tables(draw: st.DrawFn) -> RouteTable:
    routes = []
    for index in range(draw(st.integers(0, 5))):
        written = draw(st.lists(st.sampled_from(SEGMENTS), min_size=1, max_size=3))
        # A name may stand in a template only once.
        path = "".join(f"/{s.replace('{', f'{{{n}')}" for n, s in enumerate(written))
        methods = draw(st.sampled_from([(), ("GET",), ("POST",)]))
        routes.append(Route(index, path, methods))
    return RouteTable(routes, draw(st.sampled_from(BASES)))


patterns = st.lists(
    st.lists(st.sampled_from(["orders", "new", "{id}", "*", "a%20b", ""]), min_size=1, max_size=3)
    .map(lambda words: Glob.parse("/" + "/".join(words))),
    max_size=2,
)  # fmt: skip
paths = st.builds(
    "{}/{}".format,
    st.sampled_from(["", "", "/v1", "/v1/orders", "/a%20b"]),
    st.lists(st.sampled_from(ASKED), max_size=4).map("/".join),
)


def told(path: str, both: Sequence[RouteTable], asked: Sequence[Glob] = ()) -> object:
    """What comes of a path: which route takes each method, or 404 or 405, and which patterns mean
    it."""
    found: list[object] = []
    for each in both:
        for method in METHODS:
            match = each.find(method, path, "api.example", 443)
            route = match.route
            found.append(route.index if route else 405 if match.same_path else 404)
        found.append([glob.matches(each.segments(path)) for glob in asked])
    return found


@settings(max_examples=60)
@given(tables(), tables(), patterns, st.lists(paths, min_size=1, max_size=20))
def test_whatever_comes_of_a_path_comes_of_some_example(
    one: RouteTable, other: RouteTable, asked: list[Glob], texts: list[str]
) -> None:
    both = [one, other]
    of_examples = [told(kind.path, both, asked) for kind in path_kinds(both, asked)]

    for text in texts:
        assert told(text, both, asked) in of_examples


@settings(max_examples=25)
@given(tables(), tables(), patterns)
def test_an_example_says_what_comes_of_it(
    one: RouteTable, other: RouteTable, asked: list[Glob]
) -> None:
    both = [one, other]

    for kind in path_kinds(both, asked):
        for each, meant in zip(both, kind.globs, strict=True):
            segments = each.segments(kind.path)
            assert meant == {n for n, glob in enumerate(asked) if glob.matches(segments)}
        outcomes = [each.find("GET", kind.path, "api.example", 443) for each in both]
        assert kind.nowhere == (not any(match.route or match.same_path for match in outcomes))


@settings(max_examples=25)
@given(tables(), tables(), patterns)
def test_those_that_some_route_has_come_first(
    one: RouteTable, other: RouteTable, asked: list[Glob]
) -> None:
    nowhere = [kind.nowhere for kind in path_kinds([one, other], asked)]

    assert nowhere == sorted(nowhere)
