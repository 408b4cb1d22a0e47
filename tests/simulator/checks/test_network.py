"""May this address come in at all?"""

from __future__ import annotations

import pytest
from telling import decide, finding, nearly

LISTS = "network: {allow: [10.0.0.0/8, 192.0.2.7], deny: [10.66.0.0/16, 192.0.2.0/24]}"


def verdict(
    policy: str, client: str, headers: dict[str, str] | None = None
) -> tuple[str, str | None]:
    """Outcome or code, and the rule."""
    found = finding(decide(policy, client=client, headers=headers), "network")
    return found.reason.code if found.reason else str(found.outcome), found.rule


@pytest.mark.parametrize(
    ("policy", "client", "expected"),
    [
        pytest.param("{}", "10.0.0.1", ("skip", None), id="no section: no opinion"),
        pytest.param("network: {}", "10.0.0.1", ("pass", "network"), id="the default is allow"),
        pytest.param(
            "network: {allow: [192.0.2.0/24]}", "10.0.0.1", ("pass", "network"),
            id="an allow list alone refuses nobody",
        ),
        pytest.param(
            "network: {default: deny, allow: [192.0.2.0/24]}", "10.0.0.1",
            ("network.not-allowed", "network"), id="with default deny it does",
        ),
        pytest.param(
            "network: {default: deny}", "10.0.0.1", ("network.not-allowed", "network"),
            id="default deny alone refuses everybody",
        ),
        pytest.param(LISTS, "10.66.0.1", ("network.denied", "network/deny/0"), id="longer deny"),
        pytest.param(LISTS, "192.0.2.7", ("pass", "network/allow/1"), id="longer allow"),
        pytest.param(LISTS, "10.65.255.255", ("pass", "network/allow/0"), id="the last before it"),
        pytest.param(LISTS, "10.67.0.0", ("pass", "network/allow/0"), id="the first after it"),
        pytest.param(
            LISTS.replace("{allow", "{match: deny-overrides, allow"), "192.0.2.7",
            ("network.denied", "network/deny/1"), id="deny-overrides: any deny",
        ),
        pytest.param(
            "network: {rules: [{deny: 10.0.0.1}, {allow: all}]}", "10.0.0.1",
            ("network.denied", "network/rules/0"), id="ordered rules: the first that matches",
        ),
        pytest.param(
            "network: {rules: [{allow: all}, {deny: 10.0.0.1}]}", "10.0.0.1",
            ("pass", "network/rules/0"), id="ordered rules: nothing after it",
        ),
        pytest.param(
            "network: {deny: ['0.0.0.0/0']}", "2001:db8::1", ("pass", "network"),
            id="IPv4 rules say nothing of IPv6",
        ),
        pytest.param(
            "network: {deny: [all]}", "2001:db8::1", ("network.denied", "network/deny/0"),
            id="all is both",
        ),
        pytest.param(
            "network: {deny: [10.0.0.0/8]}", "::ffff:10.0.0.1",
            ("network.denied", "network/deny/0"), id="a mapped address is IPv4",
        ),
        pytest.param(
            "network: {deny: ['::ffff:10.0.0.0/104']}", "10.0.0.1",
            ("network.denied", "network/deny/0"), id="a mapped rule too",
        ),
        pytest.param(LISTS, "", ("unknown", "network"), id="an unknown address is not guessed"),
        pytest.param(LISTS, "unix:", ("unknown", "network"), id="nor is a socket"),
        pytest.param("network: {}", "", ("pass", "network"), id="where no rule asks it is all one"),
    ],
)  # fmt: skip
def test_an_address_is_judged(policy: str, client: str, expected: tuple[str, str | None]) -> None:
    assert verdict(policy, client) == expected


@pytest.mark.parametrize(
    ("policy", "client", "expected"),
    [
        pytest.param(
            LISTS, "10.66.0.1", "the address 10.66.0.1 is denied by `10.66.0.0/16`", id="denied"
        ),
        pytest.param(
            "network: {default: deny}",
            "2001:DB8::1",
            "no rule of `network` allows the address 2001:db8::1, and the default is deny",
            id="not allowed",
        ),
        pytest.param(LISTS, "10.0.0.1", "`10.0.0.0/8` is allowed", id="allowed"),
        pytest.param(
            "network: {}", "10.0.0.1", "no rule matches; the default is allow", id="default"
        ),
    ],
)
def test_a_verdict_is_a_sentence(policy: str, client: str, expected: str) -> None:
    assert finding(decide(policy, client=client), "network").text == expected


def test_a_routes_own_section_replaces_the_policys() -> None:
    policy = """
network: {deny: [10.0.0.1]}
routes: [{path: /a, network: {deny: [10.0.0.2]}}, {path: /b}]
"""

    def code(path: str, client: str) -> str | None:
        return decide(policy, url=f"https://h{path}", client=client).reason

    assert code("/a", "10.0.0.1") is None
    assert code("/a", "10.0.0.2") == "network.denied"
    assert code("/b", "10.0.0.1") == "network.denied"


@pytest.mark.parametrize(
    ("forwarded", "client", "expected"),
    [
        pytest.param("203.0.113.9", "10.0.0.1", "network.denied", id="whom the proxy names"),
        pytest.param("198.51.100.1", "10.0.0.1", "pass", id="another one whom it names"),
        pytest.param(
            "198.51.100.1", "203.0.113.9", "network.denied", id="who lies is not believed"
        ),
        pytest.param(
            "198.51.100.1, 203.0.113.9", "10.0.0.1", "network.denied", id="the last not trusted"
        ),
        pytest.param("203.0.113.9, junk", "10.0.0.1", "pass", id="not past what is no address"),
    ],
)
def test_behind_a_trusted_proxy_the_client_is_judged(
    forwarded: str, client: str, expected: str
) -> None:
    policy = "trusted_proxies: [10.0.0.0/8]\nnetwork: {deny: [203.0.113.0/24]}\n"

    assert verdict(policy, client, {"x-forwarded-for": forwarded})[0] == expected


@pytest.mark.parametrize(
    ("policy", "client", "headers", "expected"),
    [
        pytest.param(
            "network: {default: deny, allow: [10.0.1.0/24]}",
            "10.0.0.255",
            {},
            ["the nearest allowed block is `10.0.1.0/24`"],
            id="the neighbouring block",
        ),
        pytest.param(
            "network: {allow: [10.0.0.0/8], deny: [10.0.0.0/24]}",
            "10.0.0.1",
            {},
            ["`10.0.0.0/8` allows it too, but `10.0.0.0/24` wins"],
            id="the rule that lost",
        ),
        pytest.param(
            "network: {default: deny, allow: [10.0.0.0/8]}",
            "2001:db8::1",
            {},
            ["the client came over IPv6; every allowed block is IPv4"],
            id="the other family",
        ),
        pytest.param(
            "network: {deny: [203.0.113.0/24]}",
            "203.0.113.9",
            {"x-forwarded-for": "198.51.100.1"},
            ["198.51.100.1 was forwarded but not believed: 203.0.113.9 is not among "
             "`trusted_proxies`"],
            id="the address that was not believed",
        ),
        pytest.param(
            "trusted_proxies: [203.0.113.9]\nnetwork: {deny: [203.0.113.0/24]}",
            "203.0.113.9",
            {"x-forwarded-for": "unknown"},
            ["the forwarded entry `unknown` is not an address"],
            id="the entry that is no address",
        ),
        pytest.param("network: {deny: [all]}", "10.0.0.1", {}, [], id="nothing"),
    ],
)  # fmt: skip
def test_a_refusal_says_what_nearly_matched(
    policy: str, client: str, headers: dict[str, str], expected: list[str]
) -> None:
    assert nearly(decide(policy, client=client, headers=headers), "network") == expected
