"""Every kind of place that policies tell apart has an example."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pairs import Pair, asked, pairs

from simulator import load_policy
from simulator.message import Request
from simulator.policy import Policy
from simulator.routes import Match, Route
from simulator.space.conditions import Condition
from simulator.space.globs import Glob
from simulator.space.sites import RouteKind, Site, Sites

METHODS = ("GET", "POST", "OPTIONS", "BREW")


def sites(*texts: str, conditions: Sequence[Condition] = ()) -> Sites:
    return Sites([load_policy(text) for text in texts], METHODS, conditions)


def shown(found: Sites) -> list[list[str]]:
    return [
        [place.host.origin("https") + place.path for place in site.places] for site in found.found
    ]


# Examples


def test_without_routes_all_places_are_one() -> None:
    assert shown(sites("{}")) == [["https://api.example/"]]


def test_places_whose_routes_are_alike_are_one() -> None:
    assert shown(sites("routes: [{path: /a}, {path: /b}, {path: /c, public: true}]")) == [
        ["https://api.example/a", "https://api.example/b"],
        ["https://api.example/c"],
        ["https://api.example/"],
    ]


@pytest.mark.parametrize(
    "other",
    [
        pytest.param("public: true", id="whether it is public"),
        pytest.param("scopes: [write]", id="its scopes"),
        pytest.param("methods: [POST]", id="its methods"),
        pytest.param("network: {default: deny}", id="its own addresses"),
        pytest.param("cors: {origins: ['null']}", id="its own grants"),
        pytest.param("response: {status: 404}", id="what its application answers"),
        pytest.param("rate_limits: [{per: client, quota: 1/second}]", id="its own quotas"),
    ],
)
def test_what_comes_into_a_verdict_makes_routes_different(other: str) -> None:
    found = sites(f"routes: [{{path: /a}}, {{path: /b, {other}}}]")

    assert len(found.found) == 3


def test_what_does_not_come_into_a_verdict_makes_no_difference() -> None:
    found = sites("routes: [{path: /a, scopes: [x, y]}, {path: /b, scopes: [y, x]}]")

    assert len(found.found) == 2


def test_routes_of_a_host_are_told_apart_by_host() -> None:
    assert shown(sites("routes: [{path: /a, hosts: [a.example]}]")) == [
        ["https://a.example/a"],
        ["https://a.example/", "https://api.example/a", "https://api.example/"],
    ]


def test_a_host_that_no_policy_judges_has_no_place_and_one_that_one_does_has() -> None:
    one = sites("hosts: [a.example]")
    two = sites("hosts: [a.example]", "hosts: [b.example]")

    assert shown(one) == [["https://a.example/"]]
    assert [(site.place.host.host, site.covered) for site in two.found] == [
        ("a.example", (True, False)),
        ("b.example", (False, True)),
    ]


def test_paths_that_a_pattern_means_are_told_apart() -> None:
    def is_meant(globs: frozenset[int], host: str, port: int, method: str) -> bool:
        return 0 in globs

    condition = Condition(operation=is_meant, globs=(Glob.parse("/admin/*"),))
    found = sites("{}", conditions=[condition])

    assert [(site.globs, site.place.path) for site in found.found] == [
        (frozenset(), "/admin"),
        (frozenset({0}), "/admin/"),
    ]


def test_the_kind_of_a_route_is_what_comes_into_a_verdict() -> None:
    found = sites(
        "routes: [{path: /a, scopes: [b, a], public: true}, {path: /b, network: {}, cors: {},"
        " response: {status: 404}, rate_limits: [{per: client, quota: 1/second}]}]"
    )
    first, second = found.policies[0].tables.routes.routes

    assert found.route_kind(0, first) == RouteKind(
        True, frozenset({"a", "b"}), None, None, None, None
    )
    assert found.route_kind(0, second) == RouteKind(False, frozenset(), 1, 1, 1, 1)


def test_a_site_says_what_each_policy_finds_there_whatever_the_method() -> None:
    found = sites("routes: [{path: /a, methods: [GET]}]", "routes: [{path: /a, methods: [PUT]}]")
    site = found.found[0]

    assert isinstance(found.match(site, "GET", 0).route, Route)
    assert found.match(site, "GET", 1).route is None
    assert found.match(site, "GET", 1).same_path != ()
    # A method that was not asked for is looked up.
    assert isinstance(found.match(site, "PUT", 1).route, Route)


# Properties


def told(found: Sites, n: int, match: Match) -> object:
    """What of a match comes into a verdict."""
    return bool(match.same_path) if match.route is None else found.route_kind(n, match.route)


def at(policies: Sequence[Policy], request: Request, method: str) -> list[Match]:
    target = request.target
    return [
        policy.tables.routes.find(method, target.path, target.host, target.port)
        for policy in policies
    ]


@settings(max_examples=15)
@given(st.data())
def test_whatever_is_found_at_a_place_is_found_on_some_site(data: st.DataObject) -> None:
    pair = data.draw(pairs())
    found = Sites(pair.policies, METHODS)

    def of_site(site: Site) -> object:
        return site.covered, [
            [told(found, n, found.match(site, method, n)) for n in (0, 1)] for method in METHODS
        ]

    of_sites = list(map(of_site, found.found))
    for _ in range(6):
        request = data.draw(asked(pair))
        covered = tuple(policy.covers(request) for policy in pair.policies)
        if any(covered):
            matches = [at(pair.policies, request, method) for method in METHODS]
            assert (
                covered,
                [[told(found, n, each[n]) for n in (0, 1)] for each in matches],
            ) in of_sites


@settings(max_examples=10)
@given(pairs())
def test_all_places_of_a_site_are_alike(pair: Pair) -> None:
    found = Sites(pair.policies, METHODS)

    for site in found.found:
        seen = set()
        for place in site.places:
            request = Request("GET", place.host.origin("https") + place.path)
            matches = [at(pair.policies, request, method) for method in METHODS]
            seen.add(tuple(told(found, n, each[n]) for each in matches for n in (0, 1)))
            assert site.covered == tuple(policy.covers(request) for policy in pair.policies)
        assert len(seen) == 1
