"""Which permissions were never used, and does nobody miss them?"""

from __future__ import annotations

import json

import pytest
import strategies
from hypothesis import given, settings
from hypothesis import strategies as st
from traffic import API, NOON, SHOP

from simulator import Fault, Request, evaluate, load_policy
from simulator.audit import Audit, Report, lost_by
from simulator.edit import edit_text
from simulator.render.record import decision_record

TEXT = f"""\
hosts: [api.shop.example]
cors: {{origins: [{SHOP}, https://old.example], methods: [PUT]}}
keys:
  - {{id: web, key: web, scopes: [a, b]}}
  - {{id: batch, key: batch, scopes: [a]}}
routes:
  - {{path: /a, methods: [GET, PUT], scopes: [a]}}
  - {{path: /b, scopes: [b]}}
rate_limits: [{{per: principal, quota: 5/minute}}]
"""
GET = Request("GET", f"{API}/a", {"X-Api-Key": "web", "Origin": SHOP}, at=NOON)


def audited(*requests: Request) -> Report:
    counting = Audit(load_policy(TEXT, name="shop.yaml"))
    for request in requests:
        counting.request(request)
    return counting.report()


def test_the_unused_can_be_taken_away() -> None:
    report = audited(GET)

    assert [(t.permission.kind, t.permission.text) for t in report.unused] == [
        ("origin", "`https://old.example`"),
        ("method granted", "`PUT`"),
        ("key", "`batch`"),
        ("scope", "`b` of key `web`"),
        ("route", "`any method /b`"),
        ("method", "PUT of `/a`"),
    ]
    assert edit_text(TEXT, report.edits) == (
        "hosts: [api.shop.example]\n"
        "cors: {origins: [https://shop.example], methods: []}\n"
        "keys:\n"
        "  - {id: web, key: web, scopes: [a]}\n"
        "routes:\n"
        "  - {path: /a, methods: [GET], scopes: [a]}\n"
        "rate_limits: [{per: principal, quota: 5/minute}]\n"
    )


def test_the_used_is_counted() -> None:
    report = audited(GET, GET)

    assert {permission.text: number for permission, number in report.used} == {
        "`https://shop.example`": 2,
        "`web`": 2,
        "`a` of key `web`": 2,
        "`GET,PUT /a`": 2,
        "GET of `/a`": 2,
    }
    assert [(q.text, q.spent, q.burst) for q in report.quotas] == [("5/minute per principal", 2, 5)]


def test_decisions_leave_open_what_they_do_not_tell() -> None:
    policy = load_policy(TEXT, name="dir/shop.yaml")
    counting = Audit(load_policy(TEXT, name="shop.yaml"))
    record = decision_record(policy, GET, evaluate(policy, GET))

    counting.record(record)
    counting.record({**record, "policy": "other.yaml"})
    counting.skip("that no policy judged")
    report = counting.report()

    assert [p.text for p in report.untold] == ["`PUT`", "GET of `/a`", "PUT of `/a`"]
    assert report.skipped == (("by another policy", 1), ("that no policy judged", 1))


def test_a_log_that_holds_nothing_of_the_policy_is_refused() -> None:
    with pytest.raises(Fault, match="holds no decision of the policy: 1 for hosts that the policy"):
        audited(Request("GET", "https://other.example/"))


@st.composite
def logs(draw: strategies.Draw) -> tuple[str, list[Request], list[Request]]:
    """A policy, requests of a log, and others."""
    written = draw(strategies.policies())
    log, others = (
        [draw(strategies.requests(written)) for _ in range(draw(st.integers(1, most)))]
        for most in (6, 12)
    )
    return json.dumps(written), log, others


# Each of them is proved by comparison, which takes its time.
@settings(max_examples=8)
@given(logs())
def test_what_is_taken_away_lets_nothing_in_and_keeps_out_nobody_of_the_log(
    drawn: tuple[str, list[Request], list[Request]],
) -> None:
    text, log, others = drawn
    policy = load_policy(text)
    counting = Audit(policy)
    for request in log:
        counting.request(request)

    report = counting.report()

    new = load_policy(edit_text(text, report.edits))
    assert lost_by(policy, new, log) == ()
    assert lost_by(new, policy, [*log, *others]) == ()
    assert not any(taking.edits and taking.why_not for taking in report.unused)
