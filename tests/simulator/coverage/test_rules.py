"""Every rule is listed with the sides on which a request can be."""

from __future__ import annotations

import pytest

from simulator import load_policy
from simulator.coverage.rules import rules_of


def listed(text: str) -> dict[str, tuple[str, ...]]:
    policy = load_policy(text, read_file=lambda name: "192.0.2.0/24")
    return {rule.path: rule.sides for rule in rules_of(policy)}


LET_IN, REFUSED = "a client in it is let in", "a client in it is refused"
ONE_IN, ONE_OUT = "one outside is let in", "one outside is refused"


@pytest.mark.parametrize(
    ("section", "rules"),
    [
        pytest.param(
            "deny: [10.0.0.0/8, {file: drop.txt}]",
            {
                "network/deny/0": (REFUSED, ONE_IN),
                "network/deny/1": (REFUSED, ONE_IN),
                "network/default": ("a client in no block is let in",),
            },
            id="who is denied",
        ),
        pytest.param(
            "{default: deny, allow: [10.0.0.0/8]}",
            {
                "network/allow/0": (LET_IN, ONE_OUT),
                "network/default": ("a client in no block is refused",),
            },
            id="who is allowed, and nobody else",
        ),
        pytest.param(
            "allow: [10.0.0.0/8]",
            {
                "network/allow/0": (LET_IN,),
                "network/default": ("a client in no block is let in",),
            },
            id="who is allowed, and all others: nobody can be refused",
        ),
        pytest.param(
            "rules: [{deny: 10.0.0.1}, {allow: 10.0.0.0/8}, {deny: all}]",
            {
                "network/rules/0": (REFUSED, ONE_IN),
                "network/rules/1": (LET_IN, ONE_OUT),
                "network/rules/2": (REFUSED,),
                "network/default": ("a client in no block is let in",),
            },
            id="rules in order: nobody is outside of all",
        ),
        pytest.param("default: deny", {}, id="a default alone is not parted from anything"),
    ],
)
def test_network(section: str, rules: dict[str, tuple[str, ...]]) -> None:
    assert listed(f"network:\n  {section}") == rules


def test_cors() -> None:
    section = "{origins: [https://a.example], methods: [PUT], headers: ['*'], credentials: true}"

    assert listed(f"cors: {section}") == {
        "cors/origins/0": ("a page of it is admitted", "a page of another is refused"),
        "cors/methods/0": ("a preflight for it passes", "one for another is refused"),
        "cors/headers/0": ("a preflight for it passes",),
        "cors/credentials": ("one with a cookie is admitted",),
    }


def test_keys_roles_and_routes() -> None:
    found = listed("""\
credentials: [bearer, {query: key}]
roles: {reader: [read], writer: {inherits: [reader], scopes: [write]}}
keys:
  - {id: web, key: a, roles: [reader], expires: 2027-01-01, networks: [10.0.0.0/8]}
  - {id: desk, key: b, roles: [writer], not_before: 2026-01-01, origins: [https://a.example]}
  - {id: old, key: c, revoked: true}
routes:
  - {path: /a, methods: [GET], scopes: [read, write]}
  - {path: /b, public: true}
""")

    bound = ("it is let in from there", "it is refused from elsewhere")
    assert found == {
        "roles/reader": ("a key passes by a scope of it", "a key without it lacks the scope"),
        "roles/writer": ("a key passes by a scope of it", "a key without it lacks the scope"),
        "keys/0": ("it is let in", "it is refused what it has no scope for"),
        "keys/0/expires": ("it is let in before", "it is refused then"),
        "keys/0/networks/0": bound,
        "keys/1": ("it is let in",),
        "keys/1/not_before": ("it is let in then", "it is refused before"),
        "keys/1/origins/0": bound,
        "keys/2/revoked": ("it is refused",),
        "credentials/0": ("one is found there",),
        "credentials/1": ("one is found there",),
        "routes/0": ("a request to it is taken", "another method is refused"),
        "routes/0/public": ("it is let in with one", "it is refused without"),
        "routes/0/scopes/0": ("a key with it is let in",),
        "routes/0/scopes/1": ("a key with it is let in", "a key without it is refused"),
        "routes/1": ("a request to it is taken", "another path is refused"),
        "routes/1/public": ("it is let in without a key",),
    }


def test_trust_quotas_and_statuses() -> None:
    assert listed("""\
trusted_proxies: [10.0.0.0/8]
routes: [{path: /a, rate_limits: [{per: client, quota: 1/minute}], cors: {origins: ['*']}}]
rate_limits: [{per: route, quota: 5/minute}]
errors: {statuses: {network.denied: 404}}
""") == {
        "trusted_proxies/0": ("what it forwards is believed", "what another forwards is not"),
        "routes/0/cors/origins/0": ("a page of it is admitted",),
        "routes/0": ("a request to it is taken", "another path is refused"),
        "rate_limits/0": ("a request passes", "one is too many"),
        "routes/0/rate_limits/0": ("a request passes", "one is too many"),
        "errors/statuses/network.denied": ("it is answered",),
    }


def test_nobody_forwards_for_nothing_where_everybody_is_believed() -> None:
    assert listed("trusted_proxies: [all]") == {
        "trusted_proxies/0": ("what it forwards is believed",)
    }
