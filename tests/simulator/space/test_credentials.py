"""Every kind of credential that policies tell apart has an example, in every time of a key."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pairs import Pair, asked, pairs
from strategies import IDS, SECRETS

from simulator import Request, load_policy
from simulator.credentials import compile_place
from simulator.grammar import PolicySection
from simulator.policy import Policy
from simulator.principals import NOTHING_SENT, Credential, Place
from simulator.space.credentials import CredentialKind, credential_kinds
from simulator.standin import Sent, send, stand_in, with_credential

DAY = datetime(2026, 6, 1, tzinfo=UTC).timestamp()


def named(credential: Credential) -> str:
    """What is found, in a word: a key's id, or why there is none."""
    if credential.key is not None:
        return credential.key.id
    if credential.place is None:
        return "none"
    return "unreadable" if credential.fault else "unknown"


def found(*texts: str) -> list[tuple[str, ...]]:
    """What each policy finds, for every kind that they tell apart."""
    kinds = credential_kinds([load_policy(text) for text in texts])
    return [tuple(map(named, kind.found)) for kind in kinds]


WEB = "keys: [{id: web, key: s1}]"

# Examples


def test_a_policy_without_keys_looks_for_none() -> None:
    assert credential_kinds([load_policy("{}")]) == [
        CredentialKind(Sent(), 0.0, (NOTHING_SENT,), None, None)
    ]


def test_nothing_comes_first_then_each_key_then_what_is_none() -> None:
    assert found("keys: [{id: web, key: s1}, {id: batch, key: s2}]") == [
        ("none",), ("web",), ("batch",), ("unknown",), ("unreadable",),
    ]  # fmt: skip


def test_a_key_is_sent_in_the_first_place_where_keys_are_looked_for() -> None:
    kinds = credential_kinds([load_policy(f"credentials: [bearer, {{query: k}}]\n{WEB}")])

    assert kinds[1].sent == Sent((("authorization", "Bearer s1"),))


@pytest.mark.parametrize(
    ("place", "cookie"),
    [("{cookie: session}", True), ("{header: x-api-key}", False), ("{query: k}", False)],
)
def test_a_key_in_a_cookie_says_so(place: str, cookie: bool) -> None:
    kinds = credential_kinds([load_policy(f"credentials: [{place}]\n{WEB}")])

    assert [kind.cookie for kind in kinds if kind.found[0].key] == [cookie]


@pytest.mark.parametrize("other", ["{header: x-api-key}", "bearer", "{query: k}"])
def test_a_key_that_may_be_sent_without_a_cookie_has_a_kind_without_one(other: str) -> None:
    kinds = credential_kinds([load_policy(f"credentials: [{{cookie: session}}, {other}]\n{WEB}")])

    # A page of another origin that sends no cookies may send it so.
    assert False in [kind.cookie for kind in kinds if kind.found[0].key]


def test_a_key_has_a_kind_for_each_of_its_times() -> None:
    kinds = credential_kinds(
        [load_policy("keys: [{id: web, key: s1, not_before: 2026-06-01, expires: 2026-06-02}]")]
    )

    assert [(k.since, k.at, k.until) for k in kinds if k.found[0].key] == [
        (None, DAY - 1, DAY),
        (DAY, DAY, DAY + 86_400),
        (DAY + 86_400, DAY + 86_400, None),
    ]


def test_two_policies_that_end_a_key_at_different_times_have_both() -> None:
    kinds = credential_kinds(
        [load_policy(f"keys: [{{id: web, key: s1, expires: 2026-06-0{day}}}]") for day in (1, 2)]
    )

    assert [
        tuple(c.key.valid(kind.at) for c in kind.found if c.key) for kind in kinds if kind.until
    ] == [(True, True), (False, True)]


def test_a_key_of_one_policy_only_is_unknown_to_the_other() -> None:
    assert ("web", "unknown") in found(WEB, "keys: [{id: other, key: s2}]")


def test_a_policy_without_keys_finds_nothing_in_what_is_a_key_to_the_other() -> None:
    assert found(WEB, "{}") == [
        ("none", "none"), ("web", "none"), ("unknown", "none"), ("unreadable", "none"),
    ]  # fmt: skip


def test_policies_that_look_in_different_places_find_different_credentials() -> None:
    both = found(f"credentials: [bearer]\n{WEB}", f"credentials: [{{query: k}}]\n{WEB}")

    assert {("web", "none"), ("none", "web"), ("web", "web"), ("web", "unknown")} <= set(both)


def test_policies_that_look_in_the_same_places_in_another_order_do_too() -> None:
    both = found(
        f"credentials: [bearer, {{query: k}}]\n{WEB}", f"credentials: [{{query: k}}, bearer]\n{WEB}"
    )

    assert {("web", "unknown"), ("unknown", "web"), ("web", "unreadable")} <= set(both)


@pytest.mark.parametrize("secret", ["s1", "battery:staple"])
def test_the_user_in_front_of_a_basic_secret_may_be_the_keys_id_in_one_policy_only(
    secret: str,
) -> None:
    both = found(
        f"credentials: [basic]\nkeys: [{{id: web, key: '{secret}'}}]",
        f"credentials: [basic]\nkeys: [{{id: ci, key: '{secret}'}}]",
    )

    assert {("web", "ci"), ("web", "unknown"), ("unknown", "ci")} <= set(both)


def test_a_scheme_that_one_policy_reads_as_a_field_is_nothing_to_another() -> None:
    both = found(
        f"credentials: [{{header: authorization}}]\n{WEB}", f"credentials: [bearer]\n{WEB}"
    )

    # `Authorization: Token x` is no key to the first, and no credential to the second.
    assert ("unknown", "none") in both


# Properties


def places_of(pair: Pair) -> list[Place]:
    """Where either policy looks."""
    lists = [policy.tables.principals.places for policy in pair.policies if policy.keys]
    return list(dict.fromkeys(place for each in lists for place in each))


def told(policies: Sequence[Policy], each: Sequence[Credential], at: float) -> list[object]:
    """What is found, and how the times of keys stand."""
    return [(named(c), None if c.key is None else (c.key.index, c.key.valid(at))) for c in each]


def sought(policies: Sequence[Policy], request: Request) -> list[Credential]:
    return [
        policy.tables.principals.find(request) if policy.keys else NOTHING_SENT
        for policy in policies
    ]


def is_an_example_of(pair: Pair, request: Request) -> bool:
    """Whether some kind is what the request carries: one without a cookie if that has none."""
    kinds = credential_kinds([stand_in(policy, SECRETS) for policy in pair.policies])
    wanted = told(pair.policies, sought(pair.policies, request), request.at)
    return any(
        told(pair.policies, kind.found, kind.at) == wanted
        and (kind.since is None or kind.since <= request.at)
        and (kind.until is None or request.at < kind.until)
        and ("cookie" in request.headers or not kind.cookie)
        for kind in kinds
    )


@settings(max_examples=20)
@given(st.data())
def test_what_two_policies_find_in_a_request_they_find_in_some_example(data: st.DataObject) -> None:
    pair = data.draw(pairs())

    for _ in range(4):
        request = data.draw(asked(pair))
        assert is_an_example_of(pair, request)


TEXTS = (*SECRETS, "nobody's", "", f"{IDS[2]}:{SECRETS[2]}", f"{IDS[0]}:{SECRETS[2]}")


@st.composite
def carrying(draw: st.DrawFn, pair: Pair) -> Request:
    """A request with credentials in several of the places where either policy looks."""
    request = Request("GET", "https://api.example/", at=draw(st.sampled_from([0.0, DAY + 43_200])))
    places = places_of(pair) or [compile_place(p) for p in PolicySection().credentials]
    for place in draw(st.permutations(places))[: draw(st.integers(0, 3))]:
        user = draw(st.sampled_from(["", *IDS]))
        request = with_credential(request, send(place, draw(st.sampled_from(TEXTS)), user=user))
    if "authorization" not in request.headers and draw(st.integers(0, 3)) == 0:
        odd = st.sampled_from(["Bearer", "Basic ?", "Basic", "Token x", "x", ""])
        request = with_credential(request, Sent((("authorization", draw(odd)),)))
    return request


@settings(max_examples=30)
@given(st.data())
def test_what_two_policies_find_in_several_places_they_find_in_some_example(
    data: st.DataObject,
) -> None:
    pair = data.draw(pairs())

    for _ in range(4):
        assert is_an_example_of(pair, data.draw(carrying(pair)))


@settings(max_examples=20)
@given(pairs())
def test_an_example_carries_what_it_says(pair: Pair) -> None:
    policies = [stand_in(policy, SECRETS) for policy in pair.policies]

    for kind in credential_kinds(policies):
        request = with_credential(Request("GET", "https://api.example/"), kind.sent)
        assert tuple(sought(policies, request)) == kind.found
        assert kind.since is None or kind.since <= kind.at
        assert kind.until is None or kind.at < kind.until
