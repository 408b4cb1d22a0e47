"""Whom the policy believes about where a client comes from."""

from __future__ import annotations

import pytest
from linting import look, told, witness

EVERYBODY = "proxies/trusts-everybody"
OFFICE = 'network: {default: deny, allow: [198.51.100.0/24, "2001:db8:f00d::/48"]}'


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            f"trusted_proxies: [all]\n{OFFICE}", "error", id="all, and rules on addresses"
        ),
        pytest.param("trusted_proxies: [all]", "warning", id="all, and nothing hangs on it"),
        pytest.param(
            "trusted_proxies: [0.0.0.0/0]\nrate_limits: [{per: client, quota: 9/minute}]",
            "error",
            id="all of IPv4, and quotas per client",
        ),
        pytest.param(f'trusted_proxies: ["2000::/3"]\n{OFFICE}', "error", id="all of IPv6"),
        pytest.param(
            f"trusted_proxies: [0.0.0.0/1, 128.0.0.0/1]\n{OFFICE}", "error", id="in two halves"
        ),
        pytest.param(f"trusted_proxies: [0.0.0.0/1]\n{OFFICE}", None, id="a half of it"),
        pytest.param(f"trusted_proxies: [10.0.0.0/8]\n{OFFICE}", None, id="a network"),
    ],
)
def test_everybody_is_trusted(text: str, expected: str | None) -> None:
    found = [severity for _, severity in told(text, EVERYBODY)]

    assert found == ([expected] if expected else [])


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("x-forwarded-for", "198.51.100.9"),
        ("forwarded", "for=198.51.100.9"),
        ("x-real-ip", "198.51.100.9"),
    ],
)
def test_a_header_shows_that_everybody_is_trusted(field: str, value: str) -> None:
    text = f"trusted_proxies: [all]\nforwarded_field: {field}\n{OFFICE}"

    request, allowed, _ = witness(text, EVERYBODY)

    assert (request.client, request.headers.get(field), allowed) == ("203.0.113.66", value, True)


@pytest.mark.parametrize(
    ("block", "found"),
    [
        ("52.0.0.0/8", True),
        ("104.16.0.0/12", False),
        ("10.0.0.0/8", False),
        ("2a00::/12", True),
        ("2606:4700::/32", False),
        ("fc00::/7", False),
    ],
)
def test_a_block_of_strangers_is_wider_than_networks_that_are_published(
    block: str, found: bool
) -> None:
    expected = [("trusted_proxies/0", "warning")] if found else []

    assert told(f'trusted_proxies: ["{block}"]', "proxies/trusts-strangers") == expected


@pytest.mark.parametrize(
    ("trusted", "allowed", "expected"),
    [
        pytest.param(
            "10.0.0.0/8", "10.20.0.0/16", [("network/allow/0", "warning")], id="a part of a network"
        ),
        pytest.param("10.0.0.0/8", "10.0.0.0/8", [], id="all of it, which may call directly"),
        pytest.param(
            "198.51.100.0/24",
            "198.51.100.0/24",
            [("network/allow/0", "warning")],
            id="public proxies, which do not",
        ),
        pytest.param("10.0.0.5", "10.0.0.0/8", [], id="a network that has the proxy in it"),
        pytest.param("10.0.0.5", "198.51.100.0/24", [], id="somebody else"),
    ],
)
def test_an_allowed_block_lies_inside_a_trusted_one(
    trusted: str, allowed: str, expected: list[tuple[str, str]]
) -> None:
    text = f"trusted_proxies: [{trusted}]\nnetwork: {{default: deny, allow: [{allowed}]}}"

    assert told(text, "proxies/allowed-inside-trusted") == expected


def test_a_neighbour_shows_that_an_allowed_address_can_be_taken_on() -> None:
    request, allowed, _ = witness(
        "trusted_proxies: [10.0.0.0/8]\nnetwork: {default: deny, allow: [10.20.0.0/16]}",
        "proxies/allowed-inside-trusted",
    )

    assert request.client == "10.0.0.1"
    assert request.headers.get("x-forwarded-for") == "10.20.0.1"
    assert allowed


@pytest.mark.parametrize(
    ("text", "read", "trusted"),
    [
        pytest.param("forwarded_field: x-real-ip", True, False, id="a field and no proxy"),
        pytest.param(
            "forwarded_field: x-real-ip\ntrusted_proxies: [10.0.0.5]", False, False, id="a proxy"
        ),
        pytest.param(OFFICE, False, True, id="public addresses are let in"),
        pytest.param(
            f"trusted_proxies: [10.0.0.5]\n{OFFICE}", False, False, id="by a proxy's word"
        ),
        pytest.param(
            "network: {default: deny, allow: [10.0.0.0/8]}", False, False, id="private ones are"
        ),
        pytest.param("network: {deny: [203.0.113.0/24]}", False, False, id="one block is denied"),
        pytest.param(
            "keys: [{id: a, key: k, networks: [198.51.100.0/28]}]",
            False,
            True,
            id="a key's network",
        ),
    ],
)
def test_nobody_is_believed(text: str, read: bool, trusted: bool) -> None:
    assert bool(told(text, "proxies/field-never-read")) == read
    assert bool(told(text, "proxies/none-trusted")) == trusted


def test_a_trusted_block_is_inside_another() -> None:
    (found,) = look("trusted_proxies: [10.0.0.0/8, 10.0.0.5, 192.168.0.1]", "proxies/covered-entry")

    assert found.message == "`10.0.0.5` is trusted twice: also by `10.0.0.0/8` (line 1)"
    assert [edit.path for edit in found.edits] == ["trusted_proxies/1"]
