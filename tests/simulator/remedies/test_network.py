"""Is an address let in by as little as will do, and the proxy ahead of whom it stands in for?"""

from __future__ import annotations

import pytest
from fixing import ask, fixes, proposed, told, turns

from simulator.edit import Insert, Put, Remove
from simulator.remedies.network import remedies
from simulator.remedies.remedy import Breadth

CLIENT = "203.0.113.9"


@pytest.mark.parametrize(
    ("section", "client", "expected"),
    [
        pytest.param(
            "{default: deny, allow: [198.51.100.0/28]}",
            "198.51.100.20",
            [
                "allow the address `198.51.100.20`",
                "allow the block `198.51.100.0/24`",
                "widen `198.51.100.0/28` to `198.51.100.0/27`",
            ],
            id="nobody allows it: the address, the usual block, the nearest block wider",
        ),
        pytest.param(
            "{deny: [203.0.113.0/24]}",
            CLIENT,
            [
                "allow the address `203.0.113.9`",
                "allow the block `203.0.113.0/24`",
                "no longer deny the block `203.0.113.0/24`",
            ],
            id="a block denies it",
        ),
        pytest.param(
            "{deny: [203.0.113.9]}",
            CLIENT,
            [
                "no longer deny the address `203.0.113.9`",
                "allow the address `203.0.113.9` instead of denying it",
            ],
            id="it is denied by name",
        ),
        pytest.param(
            "{default: deny, allow: ['2001:db8::/48']}",
            "2001:db9::7",
            ["allow the address `2001:db9::7`", "allow the block `2001:db9::/64`"],
            id="an IPv6 subscriber has a /64, and the listed block is another's",
        ),
        pytest.param(
            "{default: deny, allow: ['2001:db8::/48']}",
            "::ffff:203.0.113.9",
            ["allow the address `203.0.113.9`", "allow the block `203.0.113.0/24`"],
            id="a mapped address is the IPv4 address inside",
        ),
        pytest.param(
            "{default: deny, match: deny-overrides, allow: [10.0.0.0/8]}",
            CLIENT,
            ["allow the address `203.0.113.9`", "allow the block `203.0.113.0/24`"],
            id="where any deny wins, and none denies it",
        ),
    ],
)
def test_the_narrowest_is_proposed_first(section: str, client: str, expected: list[str]) -> None:
    found = proposed(remedies, "network", f"network: {section}", ask(client=client))

    assert told(found) == expected


def test_one_rule_more_stands_ahead_of_the_one_that_denies() -> None:
    text = "network: {rules: [{allow: 10.0.0.0/8}, {deny: 203.0.113.0/24}, {allow: all}]}"

    found = proposed(remedies, "network", text, ask(client=CLIENT))

    assert found[0].edits == (Insert("network/rules", {"allow": CLIENT}, 1),)


def test_where_no_rule_matches_one_more_stands_at_the_end() -> None:
    text = "network: {default: deny, rules: [{allow: 10.0.0.0/8}]}"

    found = proposed(remedies, "network", text, ask(client=CLIENT))

    assert found[0].edits == (Insert("network/rules", {"allow": CLIENT}, None),)


def test_where_any_deny_wins_the_block_is_denied_without_the_address() -> None:
    text = "network: {match: deny-overrides, deny: [203.0.113.8/30]}"

    found = proposed(remedies, "network", text, ask(client=CLIENT))

    assert told(found)[0] == "deny `203.0.113.8/30` without `203.0.113.9`"
    assert found[0].edits == (
        Put("network/deny/0", "203.0.113.10/31"),
        Insert("network/deny", "203.0.113.8", 1),
    )


def test_a_block_that_would_fall_into_too_many_is_left_whole() -> None:
    text = "network: {match: deny-overrides, deny: ['2001:db8::/32']}"

    found = proposed(remedies, "network", text, ask(client="2001:db8::7"))

    assert told(found) == [
        "let the longest prefix win, and allow `2001:db8::7`",
        "no longer deny the block `2001:db8::/32`",
    ]


def test_a_route_with_a_list_of_its_own_is_mended_there() -> None:
    text = "routes: [{path: /, network: {default: deny, allow: [10.1.0.0/16]}}]"

    found = proposed(remedies, "network", text, ask(client=CLIENT))

    assert found[0].say == "allow the address `203.0.113.9` on the route `/`"
    assert found[0].edits == (Insert("routes/0/network/allow", CLIENT),)


def test_a_proxy_is_believed_ahead_of_letting_in_everybody_behind_it() -> None:
    text = "network: {default: deny, allow: [198.51.100.0/24]}"
    request = ask(headers={"X-Forwarded-For": "198.51.100.7"}, client="10.0.0.5")

    found = proposed(remedies, "network", text, request)
    trusting, letting_in = found[:2]

    assert trusting.edits == (Insert("trusted_proxies", "10.0.0.5"),)
    assert trusting.opens == ("whoever connects from 10.0.0.5 is taken for whom its "
                              "`x-forwarded-for` names",)  # fmt: skip
    assert letting_in.edits == (Insert("network/allow", "10.0.0.5"),)
    assert letting_in.care == "10.0.0.5 forwards for 198.51.100.7: is it a proxy?"
    assert trusting.breadth < letting_in.breadth


def test_a_stranger_who_forwards_is_not_taken_for_a_proxy_lightly() -> None:
    text = "network: {default: deny, allow: [198.51.100.0/24]}"
    request = ask(headers={"X-Forwarded-For": "198.51.100.7"}, client="93.184.216.34")

    trusting = proposed(remedies, "network", text, request)[0]

    assert (trusting.breadth, trusting.care) == (
        Breadth.MANY,
        "is 93.184.216.34 a proxy of yours?",
    )


def test_nothing_is_proposed_for_an_address_that_is_not_known() -> None:
    text = "network: {default: deny}"

    assert proposed(remedies, "network", text, ask(client="")) == []


def test_a_list_file_is_not_edited() -> None:
    from simulator import evaluate, load_policy

    text = "network: {deny: [{file: drop.txt}]}"
    policy = load_policy(text, name="p.yaml", read_file=lambda name: "203.0.113.0/24\n")
    decision = evaluate(policy, ask(client=CLIENT))

    found = list(remedies(policy, decision, decision.failures[0]))

    assert all(edit.path == "network/allow" for remedy in found for edit in remedy.edits)


def test_allowing_one_address_keeps_everybody_in_whom_the_default_lets_in() -> None:
    found = fixes("network: {deny: [203.0.113.0/24]}\n", ask(client=CLIENT))

    assert found[0].text == "network: {deny: [203.0.113.0/24], allow: [203.0.113.9]}\n"
    assert all(map(turns, found))


def test_a_wider_block_that_a_deny_would_tie_with_is_refused() -> None:
    text = "network: {default: deny, allow: [198.51.100.0/28], deny: [198.51.100.0/27]}"

    found = fixes(text, ask(client="198.51.100.20"), limit=9)

    assert [fix.say for fix in found if fix.say.startswith("widen")] == []
    assert all(map(turns, found))


def test_removing_a_rule_by_its_path() -> None:
    found = proposed(remedies, "network", "network: {deny: [203.0.113.0/24]}", ask(client=CLIENT))

    assert found[-1].edits == (Remove("network/deny/0"),)
