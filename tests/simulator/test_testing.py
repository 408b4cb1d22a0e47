"""Assertions on policies: quiet where they hold, and telling all that helps where they do not."""

from __future__ import annotations

import traceback
import unittest
from collections.abc import Callable
from pathlib import Path

import pytest

from simulator import Decision, Fault, PolicyError, Request, Usage, load_policy
from simulator.testing import assert_allowed, assert_denied, assert_same
from simulator.visit import Visit

POLICY = """\
hosts: [api.shop.example, "*.shop.example"]
network: {deny: [203.0.113.0/24]}
cors: {origins: [https://shop.example], headers: [x-api-key], methods: [DELETE]}
keys:
  - {id: support, key: support-1, scopes: [read, write]}
  - {id: web, key: web-1, scopes: [read]}
  - {id: old, key: old-1, scopes: [read], expires: 2026-01-01}
routes:
  - {path: "/orders/{id}", methods: [GET], scopes: [read]}
  - {path: "/orders/{id}", methods: [DELETE], scopes: [write]}
  - {path: /health, methods: [GET], public: true, rate_limits: [{per: client, quota: 1/minute}]}
"""
SHOP = load_policy(POLICY, name="shop.yaml")


def failure(check: Callable[[], object]) -> str:
    with pytest.raises(AssertionError) as caught:
        check()
    return str(caught.value)


def test_a_request_in_a_line() -> None:
    decision = assert_allowed(SHOP, "GET https://api.shop.example/orders/7", key="support")

    assert isinstance(decision, Decision)
    assert decision.status == 200


def test_the_method_is_get_and_the_host_the_policys_first() -> None:
    decision = assert_allowed(SHOP, "/orders/7", key="web")

    assert "GET https://api.shop.example/orders/7" in failure(
        lambda: assert_denied(SHOP, "/orders/7", key="web")
    )
    assert decision.allowed


def test_a_request_of_its_own() -> None:
    request = Request("GET", "https://b.shop.example/health", client="203.0.113.9")

    assert_denied(SHOP, request, reason="network.denied")


def test_a_page_asks_with_its_preflight() -> None:
    visit = assert_allowed(SHOP, "DELETE /orders/7", key="support", page="https://shop.example")

    assert isinstance(visit, Visit)
    assert [sent.preflight for sent in visit.view.exchange] == [True, False]
    assert_denied(
        SHOP,
        "DELETE /orders/7",
        key="support",
        page="https://else.example",
        reason="cors.origin-not-allowed",
    )


def test_a_key_in_a_cookie_goes_with_a_page() -> None:
    policy = load_policy("""\
cors: {origins: [https://app.example], credentials: true}
credentials: [{cookie: session}]
keys: [{id: alice, key: session-1}]
""")

    assert_allowed(policy, "https://api.example/", key="alice", page="https://app.example")


def test_a_key_that_is_known_by_its_digest() -> None:
    digest = "0" * 63 + "1"
    policy = load_policy(f'keys: [{{id: web, sha256: "{digest}"}}]')

    assert_allowed(policy, "/", key="web")


@pytest.mark.parametrize(
    ("at", "reason"),
    [
        (None, "authenticate.expired"),
        ("2026-01-01", "authenticate.expired"),
        (1_800_000_000.0, "authenticate.expired"),
    ],
)
def test_a_time_or_now(at: float | str | None, reason: str) -> None:
    assert_denied(SHOP, "/orders/7", key="old", at=at, reason=reason)
    assert_allowed(SHOP, "/orders/7", key="old", at="2025-12-31T23:59:59Z")


def test_headers_client_and_usage() -> None:
    usage = Usage()

    decision = assert_allowed(SHOP, "/health", headers={"Accept": "*/*"}, usage=usage, at=0.0)
    assert isinstance(decision, Decision)
    usage.record(decision)

    assert_denied(SHOP, "/health", usage=usage, at=0.0, reason="rate-limit.exceeded")
    assert_denied(SHOP, "/health", client="203.0.113.9", reason="network.denied")


def test_a_policy_is_read_from_its_path_and_again_when_it_was_written(tmp_path: Path) -> None:
    path = tmp_path / "shop.yaml"
    path.write_text("routes: [{path: /a}]")
    assert_allowed(path, "/a")

    path.write_text("routes: [{path: /longer}]")
    before = path.stat().st_mtime_ns
    import os

    os.utime(path, ns=(before + 1, before + 1))

    assert_denied(str(path), "/a", reason="route.not-found")


def test_a_policy_that_is_not_there_says_so(tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match="cannot be read"):
        assert_allowed(tmp_path / "none.yaml", "/a")


def test_what_is_let_in_and_should_not_be_is_told_with_a_fix() -> None:
    text = failure(
        lambda: assert_denied(
            SHOP, "DELETE /orders/7", key="support", reason="authorize.missing-scope"
        )
    )

    assert (
        text
        == """\
DELETE https://api.shop.example/orders/7 with key `support` should be refused with \
`authorize.missing-scope`: it is allowed

DELETE https://api.shop.example/orders/7
✓ 200 OK

  ✓  network       no rule matches; the default is allow
  ·  cors          not a CORS request: it has no Origin field
  ✓  route         `DELETE /orders/{id}`
  ✓  authenticate  key `support`
  ✓  authorize     the key has `write`
  ·  rate_limit    the policy has no `rate_limits`

smallest fix: change `keys/0/scopes/1` so that key `support` lacks the scope `write`
--- shop.yaml
+++ shop.yaml (fixed)
@@ -2,7 +2,7 @@
 network: {deny: [203.0.113.0/24]}
 cors: {origins: [https://shop.example], headers: [x-api-key], methods: [DELETE]}
 keys:
-  - {id: support, key: •••, scopes: [read, write]}
+  - {id: support, key: •••, scopes: [read]}
   - {id: web, key: •••, scopes: [read]}
   - {id: old, key: •••, scopes: [read], expires: 2026-01-01}
 routes:"""
    )


def test_what_is_refused_and_should_not_be_is_told_with_its_rule() -> None:
    text = failure(lambda: assert_allowed(SHOP, "DELETE /orders/7", key="web"))

    assert text.startswith(
        "DELETE https://api.shop.example/orders/7 with key `web` should be allowed: it is refused\n"
    )
    assert "key `web` lacks the scope `write`, which `DELETE /orders/{id}` needs" in text
    assert "shop.yaml:10  - {path:" in text
    assert "✗  authorize     the key lacks a scope" in text


def test_another_reason_than_the_one_that_was_meant() -> None:
    text = failure(lambda: assert_denied(SHOP, "/orders/7", reason="network.denied"))

    assert (
        "should be refused with `network.denied`: it is, with `authenticate.no-credential`" in text
    )


def test_what_is_not_known_is_neither() -> None:
    request = Request("GET", "https://api.shop.example/health", client="")

    assert "whether it is allowed is not known" in failure(lambda: assert_allowed(SHOP, request))
    assert "whether it is, is not known" in failure(lambda: assert_denied(SHOP, request))


@pytest.mark.parametrize(
    ("check", "said"),
    [
        (lambda: assert_allowed(SHOP, "/orders/7", key="suport"), "did you mean `support`?"),
        (lambda: assert_denied(SHOP, "/", reason="network.deny"), "did you mean `network.denied`?"),
        (lambda: assert_allowed(SHOP, "https://else.example/"), "does not judge `else.example`"),
        (lambda: assert_allowed(SHOP, "orders/7"), "is not an absolute URL"),
        (lambda: assert_allowed(SHOP, "/health", at="tomorrow"), "`tomorrow` is not a date"),
    ],
)
def test_a_mistake_in_the_test_is_no_failure_of_the_policy(
    check: Callable[[], object], said: str
) -> None:
    with pytest.raises(Fault) as caught:
        check()

    assert said in str(caught.value)


def test_policies_that_are_the_same_and_not() -> None:
    other = load_policy(POLICY.replace("203.0.113.0/24", "203.0.112.0/23"), name="new.yaml")

    assert_same(SHOP, load_policy(POLICY.replace("support-1, scopes", "support-1,  scopes")))
    text = failure(lambda: assert_same(SHOP, other))

    assert text.startswith("shop.yaml and new.yaml decide differently:\n")
    assert "256 addresses: 203.0.112.0/24" in text
    assert " → 403 network.denied" in text


def test_the_traceback_ends_where_the_test_asks() -> None:
    class Tests(unittest.TestCase):
        def test(self) -> None:
            assert_allowed(SHOP, "DELETE /orders/7", key="web")

    result = unittest.TestResult()
    Tests("test").run(result)

    ((_, told),) = result.failures
    assert "simulator/testing.py" not in told
    assert 'key="web"' in told


def test_pytest_hides_these_frames_too() -> None:
    try:
        assert_allowed(SHOP, "DELETE /orders/7", key="web")
    except AssertionError as error:
        frames = [f for f, _ in traceback.walk_tb(error.__traceback__)]

    own = [frame for frame in frames if frame.f_code.co_filename.endswith("testing.py")]
    names = {frame.f_code.co_name: frame.f_locals.get("__tracebackhide__") for frame in own}
    assert {name: hidden for name, hidden in names.items() if not name.startswith("test_")} == {
        "assert_allowed": True,
        "_fail": True,
    }
