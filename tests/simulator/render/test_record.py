"""The decision as plain data."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import policies, requests

from simulator import Request, evaluate, load_policy
from simulator.render.record import decision_record, no_policy_record

SHOP = """\
network: {deny: [192.0.2.0/24]}
keys: [{id: web, key: secret-1}]
routes:
  - {path: /a, methods: [GET], scopes: [read]}
  - {path: /open, public: true}
"""


def record(
    path: str = "/a", headers: dict[str, str] | None = None, *, client: str = "10.0.0.1"
) -> dict[str, Any]:
    policy = load_policy(SHOP, name="shop.yaml")
    request = Request("GET", f"https://api.example{path}", headers or {}, client=client)
    return decision_record(policy, request, evaluate(policy, request))


def test_an_allowed_request_has_no_reason_and_no_rule() -> None:
    found = record("/open")

    assert {name: found[name] for name in list(found)[:11]} == {
        "policy": "shop.yaml",
        "allowed": True,
        "status": 200,
        "reason": None,
        "blocked_by": None,
        "failures": [],
        "rule": None,
        "summary": "allowed",
        "retryable": False,
        "hidden": False,
        "page": None,
    }
    assert found["response"] == {"status": 200, "headers": [], "body": ""}


def test_a_refusal_is_told_with_its_place() -> None:
    found = record("/a", {"x-api-key": "secret-1"}, client="192.0.2.1")

    assert found["rule"] == {"path": "network/deny/0", "file": "shop.yaml", "line": 1}
    assert found["failures"] == ["network.denied", "authorize.missing-scope"]
    assert found["summary"] == (
        "the address 192.0.2.1 is denied by `192.0.2.0/24` (and 1 more would refuse)"
    )
    assert found["client"] == {
        "address": "192.0.2.1",
        "hops": [{"entry": "192.0.2.1", "verdict": "client"}],
    }


def test_every_check_is_in_the_trace_with_its_values() -> None:
    trace = record("/a", {"x-api-key": "secret-1"})["trace"]

    assert [(entry["check"], entry["outcome"]) for entry in trace] == [
        ("network", "pass"), ("cors", "skip"), ("route", "pass"), ("authenticate", "pass"),
        ("authorize", "fail"), ("rate_limit", "skip"),
    ]  # fmt: skip
    assert {name: trace[4][name] for name in ("reason", "rule", "values", "text", "near")} == {
        "reason": "authorize.missing-scope",
        "rule": {"path": "routes/0/scopes", "file": "shop.yaml", "line": 4},
        "values": {"key": "web", "missing": ["read"], "route": "GET /a"},
        "text": "key `web` lacks the scope `read`, which `GET /a` needs",
        "near": [
            {"text": "no role grants it", "rule": {"path": "roles", "file": "shop.yaml", "line": 1}}
        ],
    }


def test_the_rule_of_a_list_file_is_the_entry_with_the_files_line() -> None:
    policy = load_policy(
        "network: {deny: [{file: drop.txt}]}",
        name="shop.yaml",
        read_file=lambda name: "\n203.0.113.0/24\n",
    )
    request = Request("GET", "https://h/", client="203.0.113.9")

    assert decision_record(policy, request, evaluate(policy, request))["rule"] == {
        "path": "network/deny/0",
        "file": "drop.txt",
        "line": 2,
    }


@pytest.mark.parametrize(
    ("client", "allowed"),
    [
        pytest.param("", None, id="not known is null"),
        pytest.param("10.0.0.1", True, id="allowed is true"),
        pytest.param("192.0.2.1", False, id="refused is false"),
    ],
)
def test_allowed_has_three_values(client: str, allowed: bool | None) -> None:
    assert record("/open", client=client)["allowed"] is allowed


def test_a_request_that_no_policy_judges_is_let_through() -> None:
    found = no_policy_record(Request("GET", "https://h:8443/"), ("a.example", "b.example"))

    assert (found["policy"], found["allowed"], found["trace"]) == (None, True, [])
    assert (
        found["summary"]
        == "no policy judges the host `h:8443`; they judge `a.example`, `b.example`"
    )


# The form that programs rely on
PROMISED = {
    "policy", "allowed", "status", "reason", "blocked_by", "failures", "rule", "summary", "trace",
    "response",
}  # fmt: skip


@st.composite
def questions(draw: Any) -> tuple[dict[str, Any], Request]:
    policy = draw(policies())
    return policy, draw(requests(policy))


@settings(max_examples=60)
@given(questions())
def test_every_record_is_plain_and_has_what_is_promised(
    asked: tuple[dict[str, Any], Request],
) -> None:
    policy = load_policy(json.dumps(asked[0]))
    decision = evaluate(policy, asked[1])
    found = decision_record(policy, asked[1], decision)

    assert json.loads(json.dumps(found)) == found
    assert set(found) >= PROMISED
    assert found["failures"] == list(decision.codes)
    assert found["blocked_by"] in (None, "server", "browser")
    assert [entry["check"] for entry in found["trace"]] == [f.check for f in decision.trace]  # type: ignore[index,union-attr]
    for entry in found["trace"]:  # type: ignore[union-attr]
        assert set(entry) >= {"check", "outcome", "reason", "rule", "values"}  # type: ignore[arg-type]
