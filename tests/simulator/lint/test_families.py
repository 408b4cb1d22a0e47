"""Rules on addresses that mean one address family."""

from __future__ import annotations

import pytest
from linting import told, witness

AROUND = "network/other-family-walks-around"
ONE = "network/one-family"


@pytest.mark.parametrize(
    ("section", "expected"),
    [
        pytest.param(
            "allow: [198.51.100.0/24], deny: [0.0.0.0/0]",
            [("network", "error")],
            id="all of IPv4 is denied, and nothing said of IPv6",
        ),
        pytest.param(
            'default: deny, allow: [198.51.100.0/24, "::/0"]',
            [("network", "error")],
            id="all of IPv6 is allowed, and little of IPv4",
        ),
        pytest.param(
            'default: deny, allow: [0.0.0.0/0, "2001:db8::/32"]',
            [("network", "error")],
            id="all of IPv4 is allowed, and little of IPv6",
        ),
        pytest.param(
            "deny: [203.0.113.0/24]", [("network/deny", "note")], id="one IPv4 block is denied"
        ),
        pytest.param(
            "rules: [{deny: 203.0.113.0/24}]", [("network/rules", "note")], id="in ordered rules"
        ),
        pytest.param('deny: [203.0.113.0/24, "2001:db8:bad::/48"]', [], id="blocks of both"),
        pytest.param('deny: ["2001:db8:bad::1"]', [], id="one IPv6 address is denied"),
        pytest.param("allow: [198.51.100.0/24], deny: [all]", [], id="everybody else is denied"),
        pytest.param("default: deny, allow: [198.51.100.0/24]", [], id="the default is deny"),
        pytest.param("{}", [], id="no rules"),
    ],
)
def test_the_other_family_walks_around_rules_for_one(
    section: str, expected: list[tuple[str, str]]
) -> None:
    assert told(f"network: {{{section.strip('{}')}}}", AROUND) == expected


def test_a_client_of_the_other_family_shows_it() -> None:
    request, allowed, _ = witness("network: {allow: [10.0.0.0/8], deny: [0.0.0.0/0]}", AROUND)

    assert (request.client, allowed) == ("2001:db8:ffff::9", True)


@pytest.mark.parametrize(
    ("section", "expected"),
    [
        pytest.param('allow: ["2001:db8::/32"]', [("network", "warning")], id="IPv6 alone"),
        pytest.param("allow: [198.51.100.0/24]", [("network", "note")], id="IPv4 alone"),
        pytest.param('allow: [198.51.100.0/24, "2001:db8::/32"]', [], id="both"),
        pytest.param("allow: [10.0.0.0/8, 192.168.0.0/16]", [], id="inside a private network"),
        pytest.param('allow: [198.51.100.0/24], deny: ["::/0"]', [], id="there is a word on it"),
    ],
)
def test_an_allow_list_has_blocks_of_one_family(
    section: str, expected: list[tuple[str, str]]
) -> None:
    assert told(f"network: {{default: deny, {section}}}", ONE) == expected


def test_a_mapped_address_is_of_the_family_that_is_refused() -> None:
    request, allowed, reason = witness('network: {default: deny, allow: ["2001:db8::/32"]}', ONE)

    assert (request.client, allowed, reason) == ("203.0.113.9", False, "network.not-allowed")
