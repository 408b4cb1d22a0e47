"""The smallest change with which a test holds, verified, and with no secret in it."""

from __future__ import annotations

import pytest

from simulator import Policy, Request, evaluate, load_policy
from simulator.browser import PageRequest
from simulator.mutants.repair import Repair, decision_of, find_repair, request_of
from simulator.visit import page_of, visit

API = "https://api.example"
SHOP = """\
network:
  deny: [203.0.113.0/25]  # scrapers
roles:
  reader: [orders:read]
  clerk: [orders:read, orders:write]
keys:
  - {id: web, key: web-1, roles: [reader]}
  - {id: support, key: support-2, roles: [clerk, reader]}  # why?
routes:
  - {path: /orders, methods: [GET], scopes: [orders:read]}
  - {path: /orders, methods: [DELETE], scopes: [orders:write]}
  - {path: /admin, methods: [GET], public: true}
"""


def repaired(request: Request, reason: str, *, keeps: Request | None = None) -> Repair | None:
    """What makes the policy refuse a request for this reason, and still let the other one in."""
    policy = load_policy(SHOP, name="shop.yaml")

    def let_in(changed: Policy) -> bool:
        return keeps is None or evaluate(changed, keeps).allowed is True

    return find_repair(
        policy,
        evaluate(policy, request),
        lambda changed: evaluate(changed, request).reason == reason,
        refusal=True,
        keeps=let_in,
    )


def as_(key: str, method: str = "GET", path: str = "/orders") -> Request:
    return Request(method, f"{API}{path}", {"X-Api-Key": key})


def test_a_key_that_may_too_much() -> None:
    repair = repaired(as_("support-2", "DELETE"), "authorize.missing-scope")

    assert repair == Repair(
        "change `keys/1/roles/0` so that key `support` lacks the role `clerk`",
        """\
--- shop.yaml
+++ shop.yaml (fixed)
@@ -5,7 +5,7 @@
   clerk: [orders:read, orders:write]
 keys:
   - {id: web, key: •••, roles: [reader]}
-  - {id: support, key: •••, roles: [clerk, reader]}  # why?
+  - {id: support, key: •••, roles: [reader]}  # why?
 routes:
   - {path: /orders, methods: [GET], scopes: [orders:read]}
   - {path: /orders, methods: [DELETE], scopes: [orders:write]}""",
    )


@pytest.mark.parametrize(
    ("request_", "reason", "say"),
    [
        pytest.param(
            Request("GET", f"{API}/admin", client="203.0.113.200"),
            "network.denied",
            "change `network/deny` so that `203.0.113.200` is denied",
            id="the address is denied itself, and not a block around it",
        ),
        pytest.param(
            Request("GET", f"{API}/admin"),
            "authenticate.no-credential",
            "change `routes/2/public` so that `GET /admin` needs a key",
            id="what should not be public",
        ),
        pytest.param(
            Request("GET", f"{API}/admin"),
            "route.not-found",
            "change `routes/2` so that there is no route `GET /admin`",
            id="what should not be there",
        ),
        pytest.param(
            as_("web-1"),
            "authenticate.revoked",
            "change `keys/0/revoked` so that key `web` is revoked",
            id="a key that should be revoked",
        ),
    ],
)
def test_the_change_is_of_the_rule_that_let_it_in(request_: Request, reason: str, say: str) -> None:
    repair = repaired(request_, reason)

    assert repair is not None
    assert (repair.say, repair.breaks) == (say, False)


def test_a_change_that_another_test_bears_comes_first() -> None:
    deleting, reading = as_("support-2", "DELETE"), as_("support-2")
    twice = SHOP.replace("[clerk, reader]", "[clerk]")
    policy = load_policy(twice)

    repair = find_repair(
        policy,
        evaluate(policy, deleting),
        lambda changed: evaluate(changed, deleting).reason == "authorize.missing-scope",
        refusal=True,
        keeps=lambda changed: evaluate(changed, reading).allowed is True,
    )

    # Without the role at all it could not read.
    assert repair is not None
    assert (repair.say, repair.breaks) == (
        "change `keys/1/roles/0` so that key `support` has the role `reader`, not `clerk`",
        False,
    )


def test_a_change_that_another_test_does_not_bear_says_so() -> None:
    same = Request("GET", f"{API}/admin")

    repair = repaired(same, "route.not-found", keeps=same)

    assert repair is not None
    assert repair.breaks


def test_a_reason_that_no_small_change_gives() -> None:
    assert repaired(as_("web-1"), "authenticate.expired") is None


def test_ordered_rules_deny_the_address_first() -> None:
    policy = load_policy("network: {rules: [{allow: all}]}")
    asked = Request("GET", API, client="203.0.113.9")

    repair = find_repair(
        policy,
        evaluate(policy, asked),
        lambda changed: evaluate(changed, asked).reason == "network.denied",
        refusal=True,
        keeps=lambda changed: evaluate(changed, Request("GET", API)).allowed is True,
    )

    assert repair is not None
    assert repair.say == "change `network/rules` so that `203.0.113.9` is denied"
    assert "+network: {rules: [{deny: 203.0.113.9}, {allow: all}]}" in repair.diff


def test_who_should_be_let_in_gets_a_fix() -> None:
    policy = load_policy(SHOP, name="shop.yaml")
    asked = as_("web-1", "DELETE")

    repair = find_repair(
        policy,
        evaluate(policy, asked),
        lambda changed: evaluate(changed, asked).allowed is True,
        refusal=False,
    )

    assert repair is not None
    assert "web-1" not in repair.diff
    assert "orders:write" in repair.say + repair.diff


def test_a_repair_as_text() -> None:
    assert Repair("do it", "--- a\n+++ b").text == "smallest fix: do it\n--- a\n+++ b"
    assert Repair("do it", "- a", breaks=True).line == (
        "smallest fix: do it (another test fails then)"
    )
    assert Repair("use key `b`").text == "the policy as it is: use key `b`"


def test_a_story_is_about_its_first_failure() -> None:
    policy = load_policy("cors: {origins: [https://app.example]}")
    page = page_of("https://app.example")
    put = visit(policy, page, PageRequest(f"{API}/a", "PUT"))
    get = visit(policy, page, PageRequest(f"{API}/a", "GET"))

    assert [d and request_of(d).method for d in map(decision_of, (put, get))] == ["OPTIONS", "GET"]
    nothing = visit(policy, page, PageRequest("http://api.example:25/", "GET"))
    assert decision_of(nothing) is None
