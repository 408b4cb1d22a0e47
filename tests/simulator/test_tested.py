"""What came of cases and statements: asked, and what failed told with all that helps."""

from __future__ import annotations

from pathlib import Path

import pytest

from simulator import Policy, Request, Span, load_policy
from simulator.suite import open_suite
from simulator.tested import (
    Tested,
    Watching,
    ask_all_statements,
    ask_case,
    requests_of,
    results_of,
)

NOW = 1_790_000_000.0
POLICY = """\
keys: [{id: support, key: support-1, scopes: [read, write]}]
routes:
  - {path: /orders, methods: [GET], scopes: [read]}
  - {path: /orders, methods: [DELETE], scopes: [write]}
"""
CASES = """\
fix: {say: take it away, replace: "[read, write]}]", by: "[read]}]"}
cases:
  - name: support reads
    request: {url: "https://api.example/orders", headers: {X-Api-Key: support-1}}
    expect: {status: 200}

  - name: support deletes nothing
    request: {method: DELETE, url: "https://api.example/orders", headers: {X-Api-Key: support-1}}
    expect: {status: 403, reason: authorize.missing-scope}
"""


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    (tmp_path / "shop.cases.yaml").write_text(CASES)
    path = tmp_path / "shop.yaml"
    path.write_text(POLICY)
    return path


def test_a_case_that_holds(shop: Path) -> None:
    suite = open_suite(str(shop))

    tested = ask_case(suite, 0, at=NOW)

    assert (tested.name, tested.wrong, tested.repair) == ("support reads", (), None)
    assert tested.span == Span(str(shop.with_name("shop.cases.yaml")), 3)
    assert tested.after(0.5).seconds == 0.5


def test_a_case_that_does_not_is_told_with_its_story_and_a_fix_that_the_others_bear(
    shop: Path,
) -> None:
    tested = ask_case(open_suite(str(shop)), 1, at=NOW)

    assert (
        tested.text
        == f"""\
reason is none, `authorize.missing-scope` was expected; status is `200`, `403` was expected
{shop.with_name("shop.cases.yaml")}:7

DELETE https://api.example/orders
✓ 200 OK

  ·  network       the policy has no `network`
  ·  cors          not a CORS request: it has no Origin field
  ✓  route         `DELETE /orders`
  ✓  authenticate  key `support`
  ✓  authorize     the key has `write`
  ·  rate_limit    the policy has no `rate_limits`

smallest fix: change `keys/0/scopes/1` so that key `support` lacks the scope `write`
--- {shop}
+++ {shop} (fixed)
@@ -1,4 +1,4 @@
-keys: [{{id: support, key: •••, scopes: [read, write]}}]
+keys: [{{id: support, key: •••, scopes: [read]}}]
 routes:
   - {{path: /orders, methods: [GET], scopes: [read]}}
   - {{path: /orders, methods: [DELETE], scopes: [write]}}"""
    )


def test_with_the_files_own_fix_it_holds(shop: Path) -> None:
    assert ask_case(open_suite(str(shop), fixed=True), 1, at=NOW).wrong == ()


def test_a_rule_that_refused_is_told_with_its_place(shop: Path) -> None:
    shop.write_text(POLICY.replace("scopes: [read, write]", "scopes: [write]"))

    tested = ask_case(open_suite(str(shop)), 0, at=NOW)

    assert (tested.reason, tested.rule) == ("authorize.missing-scope", Span(str(shop), 3))
    assert tested.summary.startswith("key `support` lacks the scope `read`")


def test_what_a_browser_does_not_model_is_not_known(shop: Path) -> None:
    page = "{origin: https://app.example, mode: same-origin}"
    request = "{url: 'https://api.example/orders', headers: {X-Api-Key: support-1}}"
    shop.with_name("shop.cases.yaml").write_text(
        f"cases: [{{name: a, page: {page}, request: {request}, expect: {{status: 200}}}}]"
    )

    tested = ask_case(open_suite(str(shop)), 0, at=NOW)

    assert tested.wrong
    assert (tested.decision, tested.rule, tested.summary) == (None, None, "")


def test_what_was_asked(shop: Path) -> None:
    suite = open_suite(str(shop))
    tested = [ask_case(suite, index, at=NOW) for index in range(2)]

    assert [request.method for request in requests_of(tested)] == ["GET", "DELETE"]
    assert [result.case.name for result in results_of(tested)] == [t.name for t in tested]


# Statements.

OPEN = """\
network: {deny: [203.0.113.0/24]}
routes: [{path: /admin}, {path: "/orders/{id}"}]
"""
STATEMENTS = """\
clients: {office: [198.51.100.0/24]}
never:
  - {route: /admin, client: not office}
  - {route: /nothing}
always: {route: "/orders/{id}", client: office, origin: none}
"""


def stated(folder: Path, policy: str = OPEN, statements: str = STATEMENTS) -> list[Tested]:
    (folder / "p.yaml").write_text(policy)
    (folder / "p.cases.yaml").write_text(statements)
    return ask_all_statements(open_suite(str(folder / "p.yaml")), at=NOW)


def test_statements_that_hold_and_one_that_does_not(tmp_path: Path) -> None:
    found = stated(tmp_path)

    assert [(t.name, bool(t.wrong), t.remark) for t in found] == [
        ("never route /admin, client not office", True, ""),
        ("never route /nothing", False, "no route has such a path as `/nothing`"),
        ("always route /orders/{id}, client office, origin none", False, ""),
    ]


def test_a_statement_that_does_not_hold_is_told_with_the_request_that_shows_it(
    tmp_path: Path,
) -> None:
    tested = stated(tmp_path)[0]

    (wrong,) = tested.wrong
    assert wrong.startswith("these are let in: any method on `/admin`, from about 2^128 addresses")
    lines = tested.text.splitlines()
    assert lines[1] == f"{tmp_path / 'p.cases.yaml'}:3"
    assert "✓ 200 OK" in lines
    assert (tested.reason, tested.case) == ("", None)


def test_its_fix_is_one_with_which_it_holds_for_every_request(tmp_path: Path) -> None:
    closed = OPEN.replace("deny: [203.0.113.0/24]", "default: allow, allow: [198.51.100.0/24]")

    tested = stated(tmp_path, closed.replace(', {path: "/orders/{id}"}', ""))[0]

    assert tested.repair is not None
    assert tested.repair.say == (
        "change `network/default` so that the default of `network` is deny, not allow"
    )


def test_what_should_always_be_let_in_gets_a_fix(tmp_path: Path) -> None:
    closed = OPEN.replace("203.0.113.0/24", "198.51.100.0/24")

    tested = stated(tmp_path, closed)[2]

    (wrong,) = tested.wrong
    assert wrong.startswith("these are refused: any method on `/orders/{id}`")
    assert tested.reason == "network.denied"


# Watching.


def watched(folder: Path) -> tuple[Watching, Policy]:
    (folder / "p.yaml").write_text(OPEN.replace("deny: [203", "default: deny, allow: [203"))
    (folder / "p.cases.yaml").write_text(
        "never: {route: /admin, client: not 203.0.113.0/24}\n"
        "cases:\n"
        "  - {name: a, request: {url: /admin}, expect: {reason: network.not-allowed}}\n"
        "  - {name: b, request: {url: /order}, expect: {reason: network.not-allowed}}\n"
    )
    suite = open_suite(str(folder / "p.yaml"))
    return Watching(suite, at=NOW), suite.policy


def test_nothing_is_noticed_of_the_policy_itself(tmp_path: Path) -> None:
    watching, policy = watched(tmp_path)
    stranger = Request("GET", "https://api.example/admin", client="192.0.2.1")

    assert watching.cases(policy) is None
    assert watching.one(policy, stranger) is None
    assert watching.statements(policy) is None


def test_what_is_noticed_of_another(tmp_path: Path) -> None:
    watching, _ = watched(tmp_path)
    admin = (
        "network: {default: deny, allow: [203.0.113.0/24, 192.0.2.0/24]}\nroutes: [{path: /admin}]"
    )
    opened = load_policy(admin)
    stranger = Request("GET", "https://api.example/admin", client="192.0.2.1")

    assert watching.cases(opened) is None
    assert watching.one(opened, stranger) == "never route /admin, client not 203.0.113.0/24"
    assert watching.statements(opened) == "never"
    assert watching.cases(load_policy("{}")) == "a"


def test_a_key_is_sent_where_the_suites_own_policy_looks_for_it(shop: Path) -> None:
    shop.with_name("shop.cases.yaml").write_text(
        "cases: [{name: a, request: {url: /orders, key: support}, expect: {status: 200}}]"
    )
    watching = Watching(open_suite(str(shop)), at=NOW)

    moved = load_policy(f"credentials: [bearer]\n{POLICY}")
    gone = load_policy(POLICY.replace("id: support", "id: other").replace("support-1", "x"))

    assert watching.cases(load_policy(POLICY)) is None
    assert [watching.cases(policy) for policy in (moved, gone)] == ["a", "a"]
