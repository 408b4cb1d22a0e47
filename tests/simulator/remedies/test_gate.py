"""Does the gate refuse whatever shuts somebody out, and let the rest pass?"""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from strategies import ADDRESSES, METHODS, PATHS, PATTERNS, SCOPES, blocks, distinct, policies

from simulator import Fault, Policy, PolicyError, load_policy
from simulator.edit import Edit, Insert, Put, Remove, edit_data
from simulator.policy import recompile
from simulator.remedies.gate import plainly_widens, shuts_out
from simulator.space import Space, TooMany

POLICY = load_policy(
    """
network: {default: deny, allow: [10.0.0.0/8]}
cors: {origins: [https://shop.example], methods: [PUT]}
roles: {reader: [read]}
keys: [{id: web, key: web-demo, roles: [reader]}]
routes: [{path: /orders, methods: [GET], scopes: [read]}]
rate_limits: [{per: client, quota: 3/minute}]
""",
    name="p.yaml",
)


def after(policy: Policy, *edits: Edit) -> Policy:
    return recompile(policy, edit_data(policy.document.data, edits))


@pytest.mark.parametrize(
    "edit",
    [
        Insert("network/allow", "192.0.2.7"),
        Insert("cors/origins", "https://app.example"),
        Insert("routes/0/methods", "PUT"),
        Insert("keys/0/scopes", "write"),
        Insert("roles/reader", "write"),
        Put("rate_limits/0/burst", 4),
        Put("order", ["cors", "network", "route", "authenticate", "authorize", "rate_limit"]),
        Insert("trusted_proxies", "192.0.2.7"),
        Put("network/default", "deny"),
    ],
    ids=lambda edit: edit.path,
)
def test_what_lets_in_more_in_one_section_is_plain(edit: Edit) -> None:
    assert plainly_widens(POLICY, after(POLICY, edit))


@pytest.mark.parametrize(
    "edits",
    [
        [Put("description", "another")],
        [Insert("network/allow", "192.0.2.7"), Insert("keys/0/scopes", "write")],
        [Insert("routes", {"path": "/x", "network": {"default": "allow"}})],
    ],
    ids=["no section", "two sections", "a route with a section of its own"],
)
def test_what_is_not_plain_is_looked_into(edits: list[Edit]) -> None:
    new = after(POLICY, *edits)

    assert not plainly_widens(POLICY, new)
    assert not shuts_out([POLICY, new])


def test_the_way_there_may_be_plain_step_by_step() -> None:
    first = after(POLICY, Insert("network/allow", "192.0.2.7"))
    second = after(first, Insert("keys/0/scopes", "write"))

    assert plainly_widens(POLICY, first)
    assert plainly_widens(first, second)
    assert not shuts_out([POLICY, first, second])


@pytest.mark.parametrize(
    "edit",
    [
        Insert("network/deny", "10.0.0.7"),
        Put("cors/origins/0", "https://app.example"),
        Remove("roles/reader/0"),
        Put("routes/0/path", "/orders/{id}"),
        Put("cors/behaviour", "kong"),
    ],
    ids=lambda edit: edit.path,
)
def test_what_shuts_somebody_out_is_refused(edit: Edit) -> None:
    assert shuts_out([POLICY, after(POLICY, edit)])


def test_an_error_that_a_page_loses_sight_of_is_a_loss() -> None:
    seen = after(POLICY, Put("errors/cors_fields", True))

    assert not shuts_out([POLICY, seen])
    assert shuts_out([seen, POLICY])


# Whatever is plain is true.


@st.composite
def edits(draw: Any, policy: dict[str, Any]) -> Edit:
    """A change of the kind that the gate judges, for better or worse."""
    routes = len(policy.get("routes", ()))
    n = draw(st.integers(0, max(routes - 1, 0)))
    methods = st.sampled_from(METHODS)
    route = st.fixed_dictionaries(
        {"path": st.sampled_from(PATHS), "methods": st.lists(methods, min_size=1, max_size=1)},
        optional={"public": st.just(True), "scopes": distinct(SCOPES, 1)},
    )
    cors = draw(st.sampled_from(["cors", f"routes/{n}/cors"]))
    return draw(
        st.one_of(
            st.builds(Insert, st.just(f"{cors}/origins"), st.sampled_from(PATTERNS)),
            st.builds(Insert, st.just(f"{cors}/methods"), methods),
            st.builds(Insert, st.just(f"{cors}/headers"), st.just("x-trace")),
            st.builds(Put, st.just(f"{cors}/credentials"), st.booleans()),
            st.builds(Insert, st.just("routes"), route),
            st.builds(Insert, st.just(f"routes/{n}/methods"), methods),
            st.builds(Put, st.just(f"routes/{n}/scopes"), distinct(SCOPES, 1)),
            st.builds(Put, st.just(f"routes/{n}/public"), st.booleans()),
            st.builds(Insert, st.sampled_from(["network/allow", "network/deny"]), blocks()),
            st.builds(Insert, st.just("trusted_proxies"), st.sampled_from(ADDRESSES)),
            st.builds(Insert, st.just("keys/0/scopes"), st.sampled_from(SCOPES)),
            st.builds(Insert, st.just("keys/0/networks"), blocks()),
            st.builds(Insert, st.just("keys/0/origins"), st.sampled_from(PATTERNS)),
            st.builds(
                Put, st.just("keys/0/expires"), st.sampled_from(["2026-06-01", "2030-01-01"])
            ),
        )
    )


@given(st.data())
@settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))
def test_what_is_plain_shuts_out_no_kind_of_request(data: st.DataObject) -> None:
    written = data.draw(policies())
    old = load_policy(json.dumps(written), name="p.yaml")
    plain: list[Policy] = []
    for _ in range(8):
        try:
            new = after(old, data.draw(edits(written)))
        except (PolicyError, Fault):
            continue
        if new.document.data != old.document.data and plainly_widens(old, new):
            plain.append(new)

    for new in plain[:1]:
        try:
            cells = list(Space((old, new)).cells(differing=True))
        except TooMany:
            continue
        lost = [c for c in cells if c.verdicts[0].allowed is True and not c.verdicts[1].allowed]
        assert lost == []
