"""Every kind of method and of header list that policies tell apart has an example."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pairs import Data, Pair, compiled, grantors, preflight_fields

from simulator import Request, evaluate, load_policy
from simulator.policy import Policy
from simulator.space.announcements import (
    announced_methods,
    header_kinds,
    header_lists,
    methods_of,
)


def load(*texts: str) -> list[Policy]:
    return [load_policy(text) for text in texts]


# Methods


def test_without_routes_there_are_the_methods_of_simple_requests_and_a_strange_one() -> None:
    assert methods_of(load("{}")) == ["GET", "HEAD", "POST", "BREW"]


def test_the_methods_of_routes_and_of_sections_are_named_once() -> None:
    policies = load(
        "routes: [{path: /a, methods: [PUT, GET]}, {path: /b, cors: {methods: [PATCH]}}]",
        "cors: {methods: [DELETE, PUT]}",
    )

    assert methods_of(policies, ["PURGE", "GET"]) == [
        "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "PURGE", "BREW",
    ]  # fmt: skip


def test_options_is_no_method_besides_preflights() -> None:
    assert "OPTIONS" not in methods_of(load("routes: [{path: /a, methods: [OPTIONS]}]"))


def test_the_strange_method_is_one_that_nobody_names() -> None:
    policies = load("routes: [{path: /a, methods: [BREW, PROPFIND]}]")

    assert methods_of(policies)[-1] == "REPORT"


def test_where_a_family_compares_methods_without_case_they_come_in_both() -> None:
    found = methods_of(load("cors: {behaviour: flask-cors, methods: [PUT]}"))

    assert {"PUT", "put", "GET", "get"} <= set(found)


def test_a_preflight_announces_nothing_or_a_method_in_capitals_or_not_or_an_empty_field() -> None:
    assert announced_methods(load("{}"), ["GET", "BREW"]) == [
        None, "GET", "BREW", "OPTIONS", "get", "brew", "",
    ]  # fmt: skip


# Headers


def kinds_of(*texts: str) -> list[tuple[str, ...]]:
    return header_kinds(
        [grants for policy in load(*texts) for grants in policy.tables.grants.values()]
    )


def test_names_that_are_granted_alike_are_one_kind() -> None:
    assert kinds_of("cors: {headers: [x-api-key, x-trace]}") == [
        ("x-api-key", "x-trace"),
        ("content-type", "x-other"),
        ("authorization",),
    ]


def test_two_policies_tell_apart_what_one_of_them_does() -> None:
    assert kinds_of("cors: {headers: [x-api-key, x-trace]}", "cors: {headers: [X-Trace]}") == [
        ("x-api-key",),
        ("content-type", "x-other"),
        ("authorization",),
        ("x-trace",),
    ]


def test_the_name_that_no_section_lists_is_one_that_none_does() -> None:
    assert ("x-another",) in [kind[-1:] for kind in kinds_of("cors: {headers: [x-other]}")]


def test_a_preflight_lists_nothing_or_one_kind_or_two() -> None:
    found = header_lists(load("cors: {headers: [x-api-key]}"))

    assert found == [
        (), ("",), ("x-api-key",), ("content-type",), ("authorization",),
        ("content-type,x-api-key",), ("authorization,x-api-key",), ("authorization,content-type",),
    ]  # fmt: skip


def test_lists_that_are_not_written_as_browsers_do_matter_to_some_families() -> None:
    plain = header_lists(load("cors: {headers: [x-api-key]}"))
    sorting = header_lists(load("cors: {behaviour: rs-cors, headers: [x-api-key]}"))

    assert ("X-API-KEY",) in sorting
    assert ("X-API-KEY",) not in plain


def test_that_a_family_reads_the_first_line_only_matters_too() -> None:
    found = header_lists(load("cors: {behaviour: litestar, headers: [x-api-key]}"))

    assert ("", "x-api-key") in found
    assert any(len(lines) == 2 and lines[0] for lines in found)


# Properties

URL = "https://api.example/"


def decided(policies: Sequence[Policy], origin: str, fields: list[tuple[str, str]]) -> object:
    """What becomes of the preflight."""
    request = Request("OPTIONS", URL, [("origin", origin), *fields])
    found = [evaluate(policy, request) for policy in policies]
    return [(d.allowed, d.status, d.reason, d.hidden) for d in found]


def examples(policies: Sequence[Policy]) -> list[list[tuple[str, str]]]:
    """The fields of every preflight that may be told from others."""
    return [
        [
            *([] if method is None else [("access-control-request-method", method)]),
            *(("access-control-request-headers", line) for line in lines),
            *([("access-control-request-private-network", "true")] if private else []),
        ]
        for method in announced_methods(policies, methods_of(policies))
        for lines in header_lists(policies)
        for private in (False, True)
    ]


@pytest.mark.parametrize("alike", [False, True], ids=["any two", "two of one family"])
@settings(max_examples=10)
@given(st.data())
def test_whatever_becomes_of_a_preflight_becomes_of_some_example(
    alike: bool, data: st.DataObject
) -> None:
    one: Data = data.draw(grantors())
    other: Data = data.draw(grantors())
    if alike:
        family = one["cors"].get("behaviour", "standard")
        other = {"cors": {**one["cors"], "methods": other["cors"].get("methods", [])}}
        other["cors"]["behaviour"] = family
    pair = Pair((compiled(one), compiled(other)), (one, other))
    origin = data.draw(st.sampled_from([*one["cors"].get("origins", ()), "https://shop.example"]))
    of_examples = [decided(pair.policies, origin, fields) for fields in examples(pair.policies)]

    for _ in range(8):
        fields = data.draw(preflight_fields(pair))
        assert decided(pair.policies, origin, fields) in of_examples


@settings(max_examples=30)
@given(grantors(), grantors())
def test_names_of_a_kind_are_alike_to_every_section(one: Data, other: Data) -> None:
    every = [g for data in (one, other) for g in compiled(data).tables.grants.values()]

    for kind in header_kinds(every):
        assert len({tuple(g.headers.allows(name) for g in every) for name in kind}) == 1
