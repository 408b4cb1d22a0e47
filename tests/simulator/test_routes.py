"""Which route a request asks for, and which it nearly asked for."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from oracle import fit, on_host
from strategies import PATHS

from simulator.problem import Fault
from simulator.routes import (
    Route,
    RouteTable,
    check_host,
    check_template,
    host_matches,
    hosts_match,
    remove_dot_segments,
    template_key,
)


def table(*paths: str, **rest: Any) -> RouteTable:
    """Routes written as `GET,PUT /path`, or `/path` for every method."""
    routes = []
    for index, text in enumerate(paths):
        methods, _, path = text.rpartition(" ")
        routes.append(Route(index, path, tuple(methods.split(",")) if methods else ()))
    return RouteTable(routes, **rest)


def found(routes: RouteTable, path: str, method: str = "GET") -> int | tuple[int, ...] | None:
    """The index of the route; those that have only the path; or None."""
    match = routes.find(method, path, "api.example", 443)
    if match.route is not None:
        return match.route.index
    return tuple(route.index for route in match.same_path) or None


@pytest.mark.parametrize(
    ("template", "path", "expected"),
    [
        pytest.param("/orders", "/orders", True, id="the same"),
        pytest.param("/orders", "/Orders", False, id="another case"),
        pytest.param("/orders", "/orders/", False, id="a slash more"),
        pytest.param("/orders/", "/orders", False, id="a slash less"),
        pytest.param("/orders", "//orders", False, id="a doubled slash"),
        pytest.param("/", "/", True, id="the root"),
        pytest.param("/{id}", "/7", True, id="a parameter takes a segment"),
        pytest.param("/{id}", "/", False, id="but not an empty one"),
        pytest.param("/{id}", "/a/b", False, id="and only one"),
        pytest.param("/{id}", "/a%2Fb", True, id="an encoded slash is part of its segment"),
        pytest.param("/orders/{id}/items", "/orders/7/items", True, id="a parameter in between"),
        pytest.param("/{name}.json", "/a.json", True, id="part of a segment"),
        pytest.param("/{name}.json", "/.json", False, id="part of a segment is not empty"),
        pytest.param("/{a}.{b}", "/x.y.z", True, id="two parts of a segment"),
        pytest.param("/{a}.{b}", "/x", False, id="the text between them counts"),
        pytest.param("/v{n}", "/v1", True, id="text in front"),
        pytest.param("/a.b", "/axb", False, id="a dot is a dot"),
        pytest.param("/%41", "/A", True, id="an encoded letter in the template"),
        pytest.param("/A", "/%41", True, id="an encoded letter in the request"),
        pytest.param("/a%20b", "/a%20b", True, id="an encoded space in both"),
        pytest.param("/é", "/%C3%A9", True, id="UTF-8"),
        pytest.param("/%", "/%", True, id="a percent sign that encodes nothing"),
        pytest.param("/a", "/b/../a", True, id="dot segments are removed"),
        pytest.param("/a", "/./a", True, id="a single dot too"),
        pytest.param("/a", "/b/%2e%2e/a", True, id="encoded dots are dots"),
        pytest.param("/a", "/b/.%2e/a", True, id="half encoded"),
        pytest.param("/a", "/b/%2E./a", True, id="the other half"),
        pytest.param("/a/", "/a/b/..", True, id="two dots at the end leave a slash"),
        pytest.param("/a", "/b/..%2fa", False, id="an encoded slash ends no dot segment"),
        pytest.param("/...", "/...", True, id="three dots are a name"),
        pytest.param("/{x}", "/\n", True, id="any character is one"),
    ],
)
def test_a_template_has_a_path_or_not(template: str, path: str, expected: bool) -> None:
    assert found(table(template), path) == (0 if expected else None)


@pytest.mark.parametrize(
    ("routes", "path", "expected"),
    [
        pytest.param(["/orders/{id}", "/orders/new"], "/orders/new", 1, id="text before a name"),
        pytest.param(["/{a}/b", "/a/{b}"], "/a/b", 1, id="the leftmost segment first"),
        pytest.param(["/{a}", "/{a}.json"], "/x.json", 1, id="part of a segment before all of it"),
        pytest.param(
            ["/{a}.{b}", "/report-{n}"], "/report-x.y", 1, id="more text before less of it"
        ),
        pytest.param(["/{a}--{b}", "/{a}xyz{b}"], "/1--xyz2", 1, id="text counts, not its escapes"),
        pytest.param(["/a/{x}", "/{y}/b"], "/a/b", 0, id="both would do"),
        pytest.param(
            ["/a/c", "/{x}/b"], "/a/b", 1, id="a concrete way that leads nowhere is left again"
        ),
        pytest.param(
            ["/a/{x}/c", "/a/b/d", "/{y}/b/c"], "/a/b/c", 0, id="the next concrete one is taken"
        ),
        pytest.param(
            ["PUT /orders/new", "GET /orders/{id}"],
            "/orders/new",
            1,
            id="the most concrete that takes the method",
        ),
        pytest.param(["/a", "GET /a"], "/a", 1, id="naming the method is more concrete"),
        pytest.param(["GET /a", "/a"], "/a", 0, id="in whatever order"),
        pytest.param(["/a", "GET /a", "/{x}"], "/a", 1, id="and whatever else there is on the way"),
        pytest.param(["PUT /a", "POST /a"], "/a", (0, 1), id="the path, with other methods"),
        pytest.param(
            ["PUT /{x}", "POST /a"], "/a", (1, 0), id="the path twice, the concrete one first"
        ),
        pytest.param(["get /a"], "/a", (0,), id="methods compare by case"),
        pytest.param([], "/a", None, id="no routes"),
    ],
)
def test_the_most_concrete_route_wins(
    routes: list[str], path: str, expected: int | tuple[int, ...] | None
) -> None:
    assert found(table(*routes), path) == expected


def test_a_route_elsewhere_changes_nothing() -> None:
    routes = [Route(0, "/a"), Route(1, "/a", ("GET",)), Route(2, "/b", hosts=("other.example",))]

    assert found(RouteTable(routes), "/a") == 1


@pytest.mark.parametrize(
    ("bases", "path", "expected"),
    [
        pytest.param(["/v1"], "/v1/a", 0, id="below a base path"),
        pytest.param(["/v1"], "/a", None, id="beside it"),
        pytest.param(["/v1"], "/v1", 1, id="the base path itself is the root"),
        pytest.param(["/v1"], "/v1/", 1, id="with a slash too"),
        pytest.param(["/v1"], "/v10/a", None, id="not a longer name"),
        pytest.param(["/v1/"], "/v1/a", 0, id="written with a slash"),
        pytest.param(["/"], "/a", 0, id="the root is no base at all"),
        pytest.param(["/v1", "/v1/x"], "/v1/x/a", 0, id="the longest of two"),
        pytest.param(["/v1/x", "/v1"], "/v1/x/a", 0, id="in whatever order"),
        pytest.param(["/v1"], "/x/../v1/a", 0, id="after dot segments"),
    ],
)
def test_routes_stand_below_their_base_paths(
    bases: list[str], path: str, expected: int | None
) -> None:
    assert found(table("/a", "/", base_paths=bases), path) == expected


@pytest.mark.parametrize(
    ("pattern", "host", "port", "expected"),
    [
        pytest.param("api.example", "api.example", 443, True, id="the same"),
        pytest.param("API.example", "api.EXAMPLE", 443, True, id="case does not matter"),
        pytest.param("api.example", "api.example.", 443, True, id="a dot at the end neither"),
        pytest.param("api.example", "b.api.example", 443, False, id="a name below"),
        pytest.param("*.example", "b.api.example", 443, True, id="below, at any depth"),
        pytest.param("*.example", "example", 443, False, id="not the name itself"),
        pytest.param("*.example", "xexample", 443, False, id="not a longer label"),
        pytest.param("api.example:8443", "api.example", 8443, True, id="with its port"),
        pytest.param("api.example:8443", "api.example", 443, False, id="another port"),
        pytest.param("*.example:80", "a.example", 80, True, id="a wildcard and a port"),
        pytest.param("[::1]", "[::1]", 80, True, id="IPv6"),
        pytest.param("[::1]:80", "[::1]", 80, True, id="IPv6 and a port"),
        pytest.param("[::1]:80", "[::1]", 81, False, id="IPv6 and another port"),
    ],
)
def test_a_host_is_meant_or_not(pattern: str, host: str, port: int, expected: bool) -> None:
    assert host_matches(pattern, host, port) is expected


def test_no_host_means_every_host() -> None:
    assert hosts_match((), "any.example", 443)


def test_a_route_exists_on_its_hosts_only() -> None:
    routes = RouteTable(
        [Route(0, "/a", hosts=("a.example",)), Route(1, "/a", hosts=("b.example",))]
    )

    assert found(routes, "/a") is None
    match = routes.find("GET", "/a", "b.example", 443)
    assert match.route is not None
    assert match.route.index == 1


@pytest.mark.parametrize(
    ("routes", "expected"),
    [
        pytest.param([Route(0, "/a"), Route(1, "/a", hosts=("h",))], 1, id="before every host"),
        pytest.param([Route(0, "/a", hosts=("h",)), Route(1, "/a")], 0, id="in whatever order"),
        pytest.param(
            [Route(0, "/a", ("GET",)), Route(1, "/a", hosts=("h",))], 1, id="before the method"
        ),
        pytest.param(
            [Route(0, "/a", hosts=("h",)), Route(1, "/a", ("GET",), hosts=("*.h", "h"))],
            1,
            id="then the method counts",
        ),
        pytest.param(
            [Route(0, "/a"), Route(1, "/{x}", hosts=("h",))], 0, id="but the path comes first"
        ),
    ],
)
def test_naming_the_host_is_more_concrete(routes: list[Route], expected: int) -> None:
    match = RouteTable(routes).find("GET", "/a", "h", 443)

    assert match.route is not None
    assert match.route.index == expected


# What may be written


@pytest.mark.parametrize("path", ["/", "/a", "/a/{id}", "/{a}.{b}", "/a//b", "/a/", "/é", "/:id"])
def test_a_template_is_a_path(path: str) -> None:
    assert check_template(path) == path


@pytest.mark.parametrize(
    ("path", "message"),
    [
        pytest.param(
            "orders", "`orders` is not a path: it does not start with a slash; write `/orders`",
            id="no slash",
        ),
        pytest.param(
            "", "(nothing) is not a path: it does not start with a slash; write `/`", id="nothing"
        ),
        pytest.param(
            "/a?b", "`/a?b` is not a path template: it has a query; write `/a`", id="a query"
        ),
        pytest.param(
            "/a#b", "`/a#b` is not a path template: it has a fragment; write `/a`", id="a fragment"
        ),
        pytest.param(
            "/a/*",
            "`/a/*` is not a path template: it has a wildcard; write `{name}` where a segment "
            "varies",
            id="a wildcard",
        ),
        pytest.param(
            "/{id",
            "`/{id` is not a path template: its braces do not pair, or hold nothing; write "
            "`{name}` for a segment that varies",
            id="one brace",
        ),
        pytest.param(
            "/{}",
            "`/{}` is not a path template: its braces do not pair, or hold nothing; write "
            "`{name}` for a segment that varies",
            id="a name of nothing",
        ),
        pytest.param(
            "/{a/b}",
            "`/{a/b}` is not a path template: its braces do not pair, or hold nothing; write "
            "`{name}` for a segment that varies",
            id="a name over two segments",
        ),
        pytest.param(
            "/{id}/{id}",
            "`/{id}/{id}` is not a path template: `{id}` stands in it twice; give each its own "
            "name",
            id="a name twice",
        ),
    ],
)  # fmt: skip
def test_what_is_no_template_is_a_fault(path: str, message: str) -> None:
    with pytest.raises(Fault) as caught:
        check_template(path)

    assert str(caught.value) == message


def test_names_of_parameters_do_not_tell_templates_apart() -> None:
    assert template_key("/a/{id}/{x}.json") == template_key("/a/{key}/{y}.json") == "/a/{}/{}.json"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param(
            "https://a.example/b",
            "`https://a.example/b` is not a host: it has a scheme; write `a.example`",
            id="a URL",
        ),
        pytest.param(
            "a.example/b",
            "`a.example/b` is not a host: it is no host name; write `api.example.com` or "
            "`*.example.com`",
            id="a path",
        ),
        pytest.param(
            "*",
            "`*` is not a host: it is no host name; write `api.example.com` or `*.example.com`",
            id="a star",
        ),
        pytest.param(
            "",
            "(nothing) is not a host: it is no host name; write `api.example.com` or "
            "`*.example.com`",
            id="nothing",
        ),
    ],
)
def test_what_is_no_host_is_a_fault(text: str, message: str) -> None:
    with pytest.raises(Fault) as caught:
        check_host(text)

    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        pytest.param("/a/b/c/./../../g", "/a/g", id="the standard's first example"),
        pytest.param("/mid/content=5/../6", "/mid/6", id="the standard's second example"),
        pytest.param("/..", "/", id="above the root is the root"),
        pytest.param("/a/..", "/", id="up at the end"),
        pytest.param("/a/.", "/a/", id="here at the end"),
        pytest.param("/a//../b", "/a/b", id="an empty segment is a segment"),
        pytest.param("/a/.../b", "/a/.../b", id="three dots are a name"),
    ],
)
def test_dot_segments_are_removed(path: str, expected: str) -> None:
    assert remove_dot_segments(path) == expected


# Near misses

SHOP = [
    "GET,POST /orders", "GET /orders/{id}", "DELETE /orders/{id}", "GET /health", "GET /v2/users",
]  # fmt: skip


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        pytest.param(
            "/orders/",
            "did you mean `GET /orders`? there is a slash too many at the end",
            id="a slash at the end",
        ),
        pytest.param(
            "//orders",
            "did you mean `GET /orders`? there is a double slash in it",
            id="two slashes",
        ),
        pytest.param(
            "/Orders", "did you mean `GET /orders`? paths compare by case", id="another case"
        ),
        pytest.param(
            "/users", "did you mean `GET /v2/users`? `/v2` is missing in front", id="no version"
        ),
        pytest.param(
            "/v1/users", "did you mean `GET /v2/users`? the version is v2, not v1", id="another one"
        ),
        pytest.param("/order", "did you mean `GET /orders`?", id="a letter missing"),
        pytest.param("/heatlh", "did you mean `GET /health`?", id="letters swapped"),
        pytest.param("/order/7", "did you mean `GET /orders/{id}`?", id="in front of a parameter"),
    ],
)
def test_a_near_miss_says_what_was_probably_meant(path: str, expected: str) -> None:
    assert table(*SHOP).nearest("GET", path, "api.example", 443)[0] == expected


def test_a_missing_slash_is_told() -> None:
    assert table("GET /orders/").nearest("GET", "/orders", "api.example", 443)[0] == (
        "did you mean `GET /orders/`? the slash at the end is missing"
    )


def test_a_missing_base_path_is_told() -> None:
    routes = table("GET /orders", base_paths=["/api"])

    assert routes.nearest("GET", "/orders", "api.example", 443) == (
        "did you mean `GET /api/orders`? the base path `/api` is missing",
    )


def test_another_host_is_told() -> None:
    routes = RouteTable([Route(0, "/a", hosts=("a.example", "b.example"))])

    assert routes.nearest("GET", "/a", "c.example", 443) == (
        "`/a` exists, on a.example and b.example only",
    )


def test_what_is_not_near_is_not_named() -> None:
    assert table(*SHOP).nearest("GET", "/something/else/altogether", "api.example", 443) == ()


def test_near_misses_are_few() -> None:
    routes = table(*(f"GET /orders{n}" for n in range(9)))

    assert len(routes.nearest("GET", "/orders", "api.example", 443)) == 3


# Properties

segments = st.sampled_from(["orders", "7", "new", "x.y", "report-1", "", "a b", "health", "a.json"])
request_paths = st.lists(segments, min_size=1, max_size=3).map(lambda parts: "/" + "/".join(parts))


@settings(max_examples=300)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(PATHS),
            st.lists(st.sampled_from(["GET", "PUT"]), unique=True, max_size=2),
            st.lists(st.sampled_from(["a.example", "*.example"]), unique=True, max_size=1),
        ),
        max_size=6,
        unique_by=str,
    ),
    request_paths,
    st.sampled_from(["a.example", "b.example", "a.other"]),
)
def test_the_trie_finds_what_a_linear_scan_finds(
    written: list[tuple[str, list[str], list[str]]], path: str, host: str
) -> None:
    routes = [
        Route(index, template, tuple(methods), hosts=tuple(hosts))
        for index, (template, methods, hosts) in enumerate(written)
    ]
    parts = path[1:].split("/")
    scanned = []
    for route in routes:
        concreteness = fit(route.path, parts)
        if concreteness is not None and on_host(list(route.hosts), host, 443):
            scanned.append((concreteness, not route.hosts, "GET" not in route.methods, route.index))
    taking = [i for *_, i in sorted(scanned) if not routes[i].methods or "GET" in routes[i].methods]

    match = RouteTable(routes).find("GET", path, host, 443)

    if taking:
        assert match.route is not None
        assert match.route.index == taking[0]
    else:
        assert match.route is None
        assert sorted(route.index for route in match.same_path) == sorted(i for *_, i in scanned)


@given(st.text(st.sampled_from("/.%2eE57aé?\n") | st.characters(codec=None), max_size=40))
def test_no_path_makes_it_raise(text: str) -> None:
    routes = table("GET /{a}.{b}", "/orders/{id}", "PUT /v1/x", base_paths=["/v1", "/"])

    routes.find("GET", f"/{text}", "h", 1)
    routes.nearest("GET", f"/{text}", "h", 1)


@given(st.text(st.sampled_from("/.a"), max_size=20))
def test_removing_dot_segments_leaves_none_and_is_done_once(text: str) -> None:
    path = remove_dot_segments(f"/{text}")

    assert path.startswith("/")
    assert not {".", ".."} & set(path.split("/"))
    assert remove_dot_segments(path) == path
