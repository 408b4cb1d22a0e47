"""Every kind of page that policies tell apart has an example."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pairs import Data, Pair, compiled, grantors, origin_texts, pairs

from simulator import load_policy
from simulator.behaviours import BEHAVIOURS
from simulator.grants import ALLOW_CREDENTIALS, ALLOW_ORIGIN, Grants
from simulator.origin import OriginPattern
from simulator.policy import Policy
from simulator.space.conditions import Condition
from simulator.space.visitors import VisitorKind, visitor_kinds


def pages(*texts: str) -> list[tuple[str, ...]]:
    """The kinds of pages of other origins, by the origins that are examples of each."""
    kinds = visitor_kinds([load_policy(text) for text in texts])
    return [kind.origins for kind in kinds if kind.cross and not kind.cookie]


def of(origin: str, kinds: list[tuple[str, ...]]) -> tuple[str, ...]:
    """The kind that an origin is an example of."""
    (found,) = [kind for kind in kinds if origin in kind]
    return found


# Examples


def test_a_policy_without_cors_tells_whether_there_is_an_origin_and_whether_it_is_empty() -> None:
    kinds = visitor_kinds([load_policy("{}")])

    assert kinds[0] == VisitorKind(None, False, False, ())
    assert [kind.origin for kind in kinds[1:]] == ["https://other.example"] * 3 + [""] * 3


def test_a_page_asks_with_cookies_or_without_or_is_the_servers_own() -> None:
    kinds = visitor_kinds([load_policy("cors: {origins: [https://shop.example]}")])

    assert [(k.cross, k.cookie) for k in kinds if k.origin == "https://shop.example"] == [
        (True, False),
        (True, True),
        (False, False),
    ]


def test_an_origin_that_is_listed_is_told_from_all_others() -> None:
    listed, others, empty = pages("cors: {origins: [https://shop.example]}")

    assert listed == ("https://shop.example",)
    assert {"null", "http://shop.example", "https://other.example"} <= set(others)
    assert empty == ("",)


def test_origins_that_are_admitted_alike_are_one_kind_of_which_each_is_an_example() -> None:
    found = pages("cors: {origins: [https://a.example, https://b.example, 'null']}")

    assert found[0] == ("https://a.example", "https://b.example", "null")


def test_two_policies_tell_apart_what_one_of_them_does() -> None:
    found = pages(
        "cors: {origins: [https://a.example, https://b.example]}",
        "cors: {origins: [https://b.example]}",
    )

    assert found[:2] == [("https://a.example",), ("https://b.example",)]


def test_a_section_of_a_route_counts_too() -> None:
    found = pages("routes: [{path: /a, cors: {origins: ['null']}}]")

    assert of("null", found) == ("null",)


def test_a_route_that_grants_one_origin_less_than_the_policy_tells_it_apart() -> None:
    found = pages(
        "cors: {origins: [https://a.example, https://b.example]}\n"
        "routes: [{path: /b, cors: {origins: [https://b.example]}}, {path: /a}]"
    )

    assert {("https://a.example",), ("https://b.example",)} <= set(found)


def test_the_origins_that_a_key_is_bound_to_are_told_apart() -> None:
    found = pages("keys: [{id: web, key: s1, origins: [https://shop.example]}]")

    assert of("https://shop.example", found) == ("https://shop.example",)


def test_spellings_are_told_apart_where_a_family_takes_them_for_the_same() -> None:
    origins = "origins: [https://shop.example]"

    standard = pages(f"cors: {{{origins}}}")
    spring = pages(f"cors: {{behaviour: spring, {origins}}}")

    assert not any("https://shop.example/" in kind for kind in standard)
    assert "HTTPS://SHOP.EXAMPLE" in of("https://shop.example/", spring)


def test_what_a_condition_asks_of_a_page_is_told_apart() -> None:
    def is_shop(origin: str | None, cross: bool, cookie: bool) -> bool:
        return origin == "https://shop.example" and cookie

    condition = Condition(visitor=is_shop, origins=(OriginPattern.parse("https://shop.example"),))

    kinds = visitor_kinds([load_policy("{}")], [condition])

    assert kinds[1].origins == ("https://shop.example",)


# Properties


def told(origin: str, policies: Sequence[Policy]) -> list[object]:
    """What every section and every bound key says of an origin."""
    found: list[object] = []
    for policy in policies:
        for grants in policy.tables.grants.values():
            found += _granted(origin, grants)
        found += [
            key.origins.find(origin) is None for key in policy.keys if key.origins is not None
        ]
    return found


def _granted(origin: str, grants: Grants) -> list[object]:
    found: list[object] = [grants.find(origin) is None, grants.serves(origin)]
    for cookie in (False, True):
        sent = dict(grants.actual(origin, grants.find(origin), cookie))
        allowed = sent.get(ALLOW_ORIGIN)
        # A browser compares what is sent with its own.
        found.append("its own" if allowed == origin else "another" if allowed else allowed)
        found.append((allowed == "*", ALLOW_CREDENTIALS[0] in sent))
    return found


@settings(max_examples=25)
@given(grantors(), grantors(), st.lists(origin_texts(), min_size=5, max_size=10))
def test_whatever_two_sections_say_of_an_origin_they_say_of_some_example(
    one: Data, other: Data, origins: list[str]
) -> None:
    both = [compiled(one), compiled(other)]
    of_examples = [told(k.origin, both) for k in visitor_kinds(both) if k.origin is not None]

    for origin in origins:
        assert told(origin, both) in of_examples


@pytest.mark.parametrize("behaviour", sorted(BEHAVIOURS))
@settings(max_examples=3)
@given(grantors(), st.lists(origin_texts(), min_size=5, max_size=10))
def test_whatever_a_family_says_of_an_origin_it_says_of_some_example(
    behaviour: str, data: Data, origins: list[str]
) -> None:
    # Each family serves one origin with credentials.
    section = {**data["cors"], "behaviour": behaviour, "origins": ["https://shop.example"]}
    section.pop("fixed", None)
    one = [compiled({"cors": section})]
    of_examples = [told(k.origin, one) for k in visitor_kinds(one) if k.origin is not None]

    for origin in origins:
        assert told(origin, one) in of_examples


@settings(max_examples=12)
@given(pairs(), st.lists(origin_texts(), min_size=5, max_size=10))
def test_whatever_two_policies_say_of_an_origin_they_say_of_some_example(
    pair: Pair, origins: list[str]
) -> None:
    kinds = visitor_kinds(pair.policies)

    for origin in origins:
        alike = [
            kind
            for kind in kinds
            if kind.origin is not None
            and told(kind.origin, pair.policies) == told(origin, pair.policies)
        ]
        assert {(kind.cross, kind.cookie) for kind in alike} == {
            (True, False), (True, True), (False, False),
        }  # fmt: skip


@settings(max_examples=12)
@given(pairs())
def test_all_examples_of_a_kind_are_alike(pair: Pair) -> None:
    for kind in visitor_kinds(pair.policies):
        assert len({str(told(origin, pair.policies)) for origin in kind.origins}) <= 1
        assert kind.origin is None or kind.origin in kind.origins
