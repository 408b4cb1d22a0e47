"""Fixes shut nobody out, and let in only whom they say."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from linting import policy
from strategies import NOON, policies

from simulator import load_policy
from simulator.compare import compare
from simulator.lint import RULES, lint
from simulator.lint.mending import mend, together
from simulator.policy import Policy

RECORD = "# why403: ignore proxies/covered-entry: a record"
# What lets preflights of admitted origins pass, as it says; all others let in nobody.
OPENING = {
    "order/authenticate-before-cors",
    "order/route-before-cors",
    "cors/application-answers-preflights",
}


def mended(text: str) -> str:
    return mend(policy(text), at=NOON).text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            "network:\n  default: deny\n  allow:\n"
            "    - 10.0.0.0/8 # all\n    - 10.1.0.0/16 # one\n",
            "network:\n  default: deny\n  allow:\n    - 10.0.0.0/8 # all\n",
            id="a rule that changes nothing goes, with its comment",
        ),
        pytest.param(
            "order: [network, authenticate, cors, route, authorize, rate_limit]\n"
            "cors: {origins: [https://a.example], headers: [x-api-key], max_age: 9}\n"
            "keys: [{id: a, env: WEB_KEY}]\n",
            "order: [network, cors, authenticate, route, authorize, rate_limit]\n"
            "cors: {origins: [https://a.example], headers: [x-api-key], max_age: 9}\n"
            "keys: [{id: a, env: WEB_KEY}]\n",
            id="`cors` goes ahead",
        ),
        pytest.param(
            "order: [route, authenticate, network, authorize, rate_limit, cors]\n"
            "cors: {origins: [https://a.example], headers: [x-api-key], max_age: 9}\n"
            "keys: [{id: a, env: WEB_KEY}]\nroutes: [{path: /, methods: [GET]}]\n",
            "order: [cors, route, authenticate, network, authorize, rate_limit]\n"
            "cors: {origins: [https://a.example], headers: [x-api-key], max_age: 9}\n"
            "keys: [{id: a, env: WEB_KEY}]\nroutes: [{path: /, methods: [GET]}]\n",
            id="two hazards of one order are mended once",
        ),
        pytest.param(
            "cors: {origins: [https://a.example], expose: [content-type, x-a], max_age: 1728000}\n",
            "cors: {origins: [https://a.example], expose: [x-a], max_age: 86400}\n",
            id="several in one section",
        ),
        pytest.param(
            "roles: {a: [b], c: {inherits: [a]}}\nkeys: [{id: k, env: WEB_KEY}]\n",
            "roles: {}\nkeys: [{id: k, env: WEB_KEY}]\n",
            id="in passes: a role that is inherited goes after the one that inherits it",
        ),
        pytest.param(
            "network: {rules: [{allow: 10.0.0.0/8}, {deny: 10.1.0.0/16}, {deny: all}]}\n",
            "network: {rules: [{allow: 10.0.0.0/8}, {deny: 10.1.0.0/16}, {deny: all}]}\n",
            id="what contradicts what beats it stays",
        ),
        pytest.param(
            f"trusted_proxies: [10.0.0.0/8, 10.0.0.5] {RECORD}\n",
            f"trusted_proxies: [10.0.0.0/8, 10.0.0.5] {RECORD}\n",
            id="what is suppressed stays",
        ),
    ],
)
def test_what_is_mended(text: str, expected: str) -> None:
    assert mended(text) == expected


def test_what_was_mended_is_told() -> None:
    result = mend(policy("cors: {origins: [https://a.example], max_age: 1728000}"), at=NOON)

    assert [hazard.code for hazard in result.done] == ["cors/max-age-capped"]
    assert result.left == ()


def test_what_cannot_be_written_is_told_and_left() -> None:
    text = "network: {default: deny, allow: &a [10.0.0.0/8, 10.1.0.0/16]}\n"
    text += "keys: [{id: k, env: WEB_KEY, networks: *a}]\n"

    result = mend(policy(text), at=NOON)

    assert result.text == text or result.left == ()
    assert {h.code for h, _ in result.left} <= {"network/redundant-rule", "keys/covered-entry"}


def test_of_two_fixes_of_one_place_the_first_is_made() -> None:
    text = (
        "roles: {a: [b]}\nkeys: [{id: k, env: WEB_KEY, scopes: [c]}]\n"
        "trusted_proxies: [10.0.0.0/8, 10.0.0.5, 10.0.0.6]\nroutes: [{path: /, scopes: [c]}]\n"
    )
    found = [h for h in lint(policy(text), at=NOON) if h.edits]

    chosen = [hazard.path for hazard in together([*found, found[0]])]

    assert chosen == ["trusted_proxies/2", "trusted_proxies/1", "roles/a"]


@pytest.mark.parametrize("rule", [r for r in RULES.values() if r.mends], ids=lambda r: r.code)
def test_a_rule_that_says_what_it_mends_does(rule: object) -> None:
    code = getattr(rule, "code", "")
    texts = [getattr(rule, "example", ""), *MENDED.get(code, ())]

    done = {hazard.code for text in texts for hazard in mend(policy(text), at=NOON).done}

    assert code in done


# Where the example is one that is not mended.
MENDED = {
    "network/shadowed-rule": ("network: {deny: [10.0.0.0/8, 10.0.0.0/8]}",),
    "keys/unneeded-scope": (
        "keys: [{id: a, env: WEB_KEY, scopes: [b, elsewhere]}]\nroutes: [{path: /, scopes: [b]}]",
    ),
}


# Properties


@settings(max_examples=12, deadline=None)
@given(policies())
def test_each_fix_leaves_every_decision_as_it_is_but_for_what_it_says(
    written: dict[str, object],
) -> None:
    old = load_policy(json.dumps(written, indent=1))

    result = mend(old, at=NOON)

    codes = {hazard.code for hazard in result.done}
    assert not (codes and result.policy.document.text == old.document.text)
    if codes:
        _holds(old, result.policy, opening=bool(codes & OPENING))


def _holds(old: Policy, new: Policy, *, opening: bool) -> None:
    for difference in compare(old, new):
        assert opening, difference
        assert difference.kind != "newly-denied", difference
        if difference.kind == "newly-allowed":
            assert difference.witness.method == "OPTIONS", difference


@settings(max_examples=25, deadline=None)
@given(policies())
def test_once_everything_is_mended_nothing_is_left_to_mend(written: dict[str, object]) -> None:
    result = mend(load_policy(json.dumps(written)), at=NOON)

    again = mend(result.policy, at=NOON)

    assert {(h.code, h.path) for h in again.done} == set()
