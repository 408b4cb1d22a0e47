"""Which permissions does a request use?"""

from __future__ import annotations

import pytest
from traffic import API, NOON, SHOP

from simulator import Request, Usage, evaluate, load_policy
from simulator.audit.uses import Uses, count_decision

POLICY = load_policy(f"""
network: {{default: deny, allow: [10.0.0.0/8, 10.1.0.0/16, 192.0.2.0/24]}}
trusted_proxies: [10.1.0.0/16, 10.1.2.0/24]
cors:
  origins: ["https://*.shop.example", {SHOP}]
  methods: [PUT, DELETE]
  headers: [X-Api-Key, x-trace, "*"]
  private_network: true
keys:
  - {{id: web, key: web, scopes: [a, b], networks: [10.0.0.0/8, 192.0.2.0/24], origins: [{SHOP}]}}
  - {{id: batch, key: batch, scopes: [a]}}
routes:
  - {{path: /a, methods: [GET, PUT], scopes: [a]}}
  - {{path: /public, public: true}}
  - path: /own
    public: true
    cors: {{origins: [{SHOP}], methods: [PUT]}}
""")


def used(
    asked: str, client: str = "10.0.0.1", policy_fields: dict[str, str] | None = None
) -> set[str]:
    method, _, path = asked.partition(" ")
    request = Request(method, API + path, policy_fields or {}, client=client, at=NOON)
    uses = Uses()
    count_decision(uses, POLICY, evaluate(POLICY, request))
    return {" ".join(filter(None, use)) for use in uses.counts}


WEB = {"X-Api-Key": "web", "Origin": SHOP}


def test_a_request_uses_what_let_it_in() -> None:
    assert used("PUT /a", "10.0.0.1", WEB) == {
        "network/allow/0",
        "cors/origins/1",
        "cors/methods/0",
        "cors/headers/0",
        "cors/headers/2",
        "keys/0",
        "keys/0/networks/0",
        "keys/0/origins/0",
        "scope keys/0 a",
        "routes/0",
        "routes/0/methods/1",
    }


def test_of_several_blocks_the_one_that_wins_is_used() -> None:
    assert "network/allow/1" in used("GET /public", "10.1.0.7")
    assert "network/allow/0" not in used("GET /public", "10.1.0.7")


def test_a_refused_request_uses_nothing_but_the_proxies_on_its_way() -> None:
    forwarded = {"X-Forwarded-For": "203.0.113.9, 10.1.2.7"}

    assert used("GET /a", "10.0.0.1", {}) == set()
    assert used("GET /a", "10.1.0.1", forwarded) == {"trusted_proxies/0", "trusted_proxies/1"}


def test_a_preflight_uses_what_it_asks_leave_for() -> None:
    asked = {
        "Origin": "https://x.shop.example",
        "Access-Control-Request-Method": "PUT",
        "Access-Control-Request-Headers": "x-trace",
        "Access-Control-Request-Private-Network": "true",
    }

    assert used("OPTIONS /a", "192.0.2.7", asked) == {
        "network/allow/2",
        "cors/origins/0",
        "cors/methods/0",
        "cors/headers/1",
        "cors/headers/2",
        "cors/private_network",
        "routes/0",
        "routes/0/methods/1",
    }


def test_what_a_browser_hides_was_served_and_granted_nothing() -> None:
    found = used("GET /public", "10.0.0.1", {"Origin": "https://evil.example"})

    assert found == {"network/allow/0", "routes/1"}


def test_the_section_of_the_route_is_the_one_that_is_used() -> None:
    found = used("PUT /own", "10.0.0.1", {"Origin": SHOP})

    assert found == {
        "network/allow/0", "routes/2", "routes/2/cors/origins/0", "routes/2/cors/methods/0",
    }  # fmt: skip


def test_a_key_on_a_public_route_is_not_used() -> None:
    assert "keys/1" not in used("GET /public", "10.0.0.1", {"X-Api-Key": "batch"})


def test_a_log_says_how_much_of_what_time_it_covers() -> None:
    uses = Uses()
    request = Request("GET", f"{API}/public", client="10.0.0.1", at=NOON)

    for at, timed in ((NOON, True), (NOON + 60, True), (0.0, False)):
        later = Request("GET", request.url, client="10.0.0.1", at=at)
        count_decision(uses, POLICY, evaluate(POLICY, later), timed=timed)

    assert (uses.decisions, uses.let_in, uses.first, uses.last) == (3, 3, NOON, NOON + 60)


def test_a_request_that_only_its_quota_keeps_out_had_its_permissions() -> None:
    policy = load_policy("routes: [{path: /a}]\nrate_limits: [{per: client, quota: 1/minute}]")
    uses, usage = Uses(), Usage()

    for _ in range(2):
        decision = evaluate(policy, Request("GET", f"{API}/a", at=NOON), usage)
        usage.record(decision)
        count_decision(uses, policy, decision)

    assert (uses.let_in, uses.counts["routes/0", ""]) == (1, 2)


@pytest.mark.parametrize("requests", [1, 3, 5])
def test_of_a_quota_the_most_that_was_used_at_once_counts(requests: int) -> None:
    policy = load_policy("rate_limits: [{per: client, quota: 60/minute, burst: 5}]")
    uses, usage = Uses(), Usage()

    for _ in range(requests):
        decision = evaluate(policy, Request("GET", API, at=NOON), usage)
        usage.record(decision)
        count_decision(uses, policy, decision)

    assert uses.spent == {"rate_limits/0": requests}
