"""Rules on addresses that do nothing, or let in and shut out others than they seem to."""

from __future__ import annotations

import pytest
from linting import look, told, witness

SHADOWED = "network/shadowed-rule"
REDUNDANT = "network/redundant-rule"
NO_DENY = "network/allow-without-deny"


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        pytest.param(
            "[{allow: 10.0.0.0/8}, {deny: 10.1.0.0/16}]",
            [("network/rules/1", "warning")],
            id="a wider rule that says otherwise stands first",
        ),
        pytest.param(
            "[{deny: 10.1.0.0/16}, {allow: 10.0.0.0/8}]",
            [],
            id="the more specific one stands first",
        ),
        pytest.param(
            "[{allow: 10.0.0.0/8}, {deny: 10.0.0.0/7}]", [], id="a part of it is left to decide"
        ),
        pytest.param(
            "[{allow: 10.0.0.0/9}, {allow: 10.128.0.0/9}, {deny: 10.0.0.0/8}, {deny: all}]",
            [("network/rules/2", "warning")],
            id="two rules together shadow a third",
        ),
        pytest.param(
            "[{allow: 10.0.0.0/8}, {allow: 10.1.0.0/16}, {deny: all}]",
            [("network/rules/1", "note")],
            id="the one that stands first says the same",
        ),
    ],
)
def test_an_ordered_rule_is_shadowed_where_those_before_it_take_all_of_it(
    rules: str, expected: list[tuple[str, str]]
) -> None:
    assert told(f"network: {{rules: {rules}}}", SHADOWED) == expected


@pytest.mark.parametrize(
    ("lists", "expected"),
    [
        pytest.param(
            "allow: [10.0.0.0/8], deny: [10.0.0.0/8]",
            [("network/allow/0", "warning")],
            id="deny wins a tie",
        ),
        pytest.param(
            "match: deny-overrides, allow: [10.1.0.0/16], deny: [10.0.0.0/8]",
            [("network/allow/0", "warning")],
            id="any deny wins",
        ),
        pytest.param(
            "match: longest, allow: [10.1.0.0/16], deny: [10.0.0.0/8]", [], id="the longest wins"
        ),
        pytest.param(
            "deny: [10.0.0.0/8, 203.0.113.0/24, 10.0.0.0/8]",
            [("network/deny/2", "note")],
            id="the second of two that are equal",
        ),
        pytest.param(
            "deny: [10.0.0.0/8, 10.0.0.0/8], allow: [10.7.0.0/16]",
            [("network/deny/1", "note")],
            id="a duplicate is one whatever else is more specific",
        ),
    ],
)
def test_a_rule_of_a_list_is_shadowed_by_the_precedence_that_is_written(
    lists: str, expected: list[tuple[str, str]]
) -> None:
    assert told(f"network: {{{lists}}}", SHADOWED) == expected


def test_a_shadowed_rule_names_what_shadows_it_and_its_line() -> None:
    (found,) = look("network:\n  rules:\n  - allow: 10.0.0.0/8\n  - deny: 10.1.0.0/16\n", SHADOWED)

    assert found.span.line == 4
    assert found.message == (
        "the rule that denies `10.1.0.0/16` never decides: `10.0.0.0/8` (line 3) stands before it; "
        "move it up, or remove it"
    )


def test_a_denied_address_that_comes_in_shows_a_shadowed_rule() -> None:
    request, allowed, _ = witness(
        "network: {rules: [{allow: 10.0.0.0/8}, {deny: 10.1.0.0/16}]}", SHADOWED
    )

    assert (request.client, allowed) == ("10.1.0.1", True)


def test_what_is_mended_is_a_duplicate_and_never_a_contradiction() -> None:
    (contrary,) = look("network: {allow: [10.0.0.0/8], deny: [10.0.0.0/8]}", SHADOWED)
    (twice,) = look("network: {deny: [10.0.0.0/8, 10.0.0.0/8]}", SHADOWED)

    assert contrary.edits == ()
    assert [edit.path for edit in twice.edits] == ["network/deny/1"]


@pytest.mark.parametrize(
    ("section", "expected"),
    [
        pytest.param(
            "default: deny, allow: [10.0.0.0/8, 10.1.0.0/16]",
            [("network/allow/1", "note")],
            id="a wider one says the same",
        ),
        pytest.param(
            "default: deny, allow: [10.0.0.0/8, 10.1.2.0/24], deny: [10.1.0.0/16]",
            [],
            id="one between them says otherwise",
        ),
        pytest.param(
            "default: deny, allow: [10.0.0.0/8], deny: [203.0.113.0/24]",
            [("network/deny/0", "note")],
            id="the default denies anyway",
        ),
        pytest.param(
            "default: deny, rules: [{allow: 10.0.0.0/8}, {deny: all}]",
            [],
            id="a catch-all that repeats the default is good manners",
        ),
        pytest.param(
            "default: deny, allow: [10.0.0.0/9, 10.128.0.0/9]", [], id="two halves of one block"
        ),
    ],
)
def test_a_rule_changes_nothing_where_what_is_behind_it_says_the_same(
    section: str, expected: list[tuple[str, str]]
) -> None:
    assert told(f"network: {{{section}}}", REDUNDANT) == expected


def test_a_denial_that_only_the_default_would_replace_is_not_removed() -> None:
    (found,) = look(
        "network: {default: deny, allow: [10.0.0.0/8], deny: [203.0.113.0/24]}", REDUNDANT
    )

    assert found.edits == ()


def test_of_a_list_file_those_lines_are_counted_that_do_nothing() -> None:
    text = "network: {default: deny, allow: [10.0.0.0/8, {file: office.txt}]}"

    (found,) = look(text, REDUNDANT, office="198.51.100.0/24\n10.1.0.0/16\n10.2.0.0/16\n")

    assert (found.path, found.span.line, found.edits) == ("network/allow/1", 1, ())
    assert found.message == (
        "2 of the 3 blocks of `office.txt` change nothing: others decide for them; the first is "
        "`10.1.0.0/16` in its line 2"
    )


@pytest.mark.parametrize(
    ("section", "expected"),
    [
        pytest.param("allow: [10.0.0.0/8]", [("network/allow", "error")], id="no word on others"),
        pytest.param(
            "default: allow, allow: [10.0.0.0/8]",
            [("network/allow", "warning")],
            id="the default is written out",
        ),
        pytest.param(
            "allow: [10.0.0.0/8], deny: [203.0.113.0/24]",
            [("network/allow", "warning")],
            id="somebody else is denied",
        ),
        pytest.param(
            "rules: [{allow: 10.0.0.0/8}]", [("network/rules", "error")], id="ordered rules"
        ),
        pytest.param("default: deny, allow: [10.0.0.0/8]", [], id="the default is deny"),
        pytest.param("allow: [10.1.0.0/16], deny: [10.0.0.0/8]", [], id="an exception of a denial"),
        pytest.param("rules: [{allow: 10.0.0.0/8}, {deny: all}]", [], id="the rest is denied"),
        pytest.param("deny: [203.0.113.0/24]", [], id="nobody is allowed by name"),
        pytest.param("rules: [{deny: 203.0.113.0/24}, {allow: all}]", [], id="all are allowed"),
    ],
)
def test_an_allow_list_without_a_denial_keeps_nobody_out(
    section: str, expected: list[tuple[str, str]]
) -> None:
    assert told(f"network: {{{section}}}", NO_DENY) == expected


def test_somebody_who_is_not_listed_shows_that_the_list_keeps_nobody_out() -> None:
    request, allowed, _ = witness("network: {allow: [10.0.0.0/8]}", NO_DENY)

    assert (request.client, allowed) == ("203.0.113.9", True)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("network: {default: deny}", [("network", "error")], id="nothing is allowed"),
        pytest.param(
            "network: {rules: [{deny: all}, {allow: all}]}",
            [("network", "error")],
            id="the catch-all stands first",
        ),
        pytest.param("network: {default: deny, allow: [10.0.0.1]}", [], id="one address"),
        pytest.param("network: {deny: [0.0.0.0/0]}", [], id="one family"),
        pytest.param(
            "routes: [{path: /old, network: {default: deny}}]",
            [("routes/0/network", "warning")],
            id="one route, which may be closed on purpose",
        ),
    ],
)
def test_a_section_refuses_everybody(text: str, expected: list[tuple[str, str]]) -> None:
    assert told(text, "network/refuses-everybody") == expected


@pytest.mark.parametrize(
    ("own", "expected"),
    [
        pytest.param(
            "{deny: [198.51.100.0/24]}", [("routes/0/network", "warning")], id="it has other rules"
        ),
        pytest.param("{deny: [203.0.113.0/24, 198.51.100.0/24]}", [], id="it repeats them"),
        pytest.param("{default: deny, allow: [10.0.0.0/8]}", [], id="it denies by default"),
        pytest.param("{}", [], id="it is open on purpose"),
        pytest.param("{deny: [203.0.0.0/16]}", [], id="it denies a wider block"),
    ],
)
def test_a_routes_own_rules_replace_those_that_deny(
    own: str, expected: list[tuple[str, str]]
) -> None:
    text = f"network: {{deny: [203.0.113.0/24]}}\nroutes: [{{path: /status, network: {own}}}]"

    assert told(text, "network/route-drops-denials") == expected


def test_the_denied_address_shows_what_a_route_drops() -> None:
    request, allowed, _ = witness(
        "network: {deny: [203.0.113.0/24]}\n"
        "routes: [{path: /status, network: {deny: [198.51.100.0/24]}}, {path: /}]",
        "network/route-drops-denials",
    )

    assert (request.target.path, request.client, allowed) == ("/status", "203.0.113.1", True)
