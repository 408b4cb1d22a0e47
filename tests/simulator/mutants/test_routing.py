"""Routes take more than they should, quotas are of the wrong size, checks change places."""

from __future__ import annotations

import pytest

from simulator.mutants.change import Change
from simulator.mutants.routing import error_changes, order_changes, quota_changes, route_changes
from simulator.source import Data, read_document


def data_of(text: str) -> Data:
    return read_document(text, name="p.yaml").data


def said(changes: object) -> list[str]:
    return [change.words for change in changes]  # type: ignore[attr-defined]


def test_a_route() -> None:
    data = data_of("""\
keys: [{id: web, key: a}]
routes:
  - {path: /orders/mine, methods: [GET, PUT], scopes: [orders:read], hosts: [a.example, b.example]}
  - {path: /health, methods: [HEAD], public: true}
""")

    assert said(route_changes(data)) == [
        "there is no route `GET,PUT /orders/mine`",
        "`GET,PUT /orders/mine` does not need the scope `orders:read`",
        "`GET,PUT /orders/mine` needs no key",
        "`GET,PUT /orders/mine` does not take GET",
        "`GET,PUT /orders/mine` does not take PUT",
        "`GET,PUT /orders/mine` takes HEAD too",
        "`GET,PUT /orders/mine` takes every method",
        "`GET,PUT /orders/mine` takes `/orders/{any}`",
        "`GET,PUT /orders/mine` does not exist on `a.example`",
        "`GET,PUT /orders/mine` does not exist on `b.example`",
        "there is no route `HEAD /health`",
        "`HEAD /health` needs a key",
        "`HEAD /health` takes GET too",
        "`HEAD /health` takes PUT too",
        "`HEAD /health` takes every method",
    ]


def test_a_route_without_methods_and_a_policy_without_keys() -> None:
    data = data_of("{base_paths: [/v1], routes: [{path: '/{id}', hosts: [a.example]}]}")

    assert said(route_changes(data)) == [
        "there is no route `/{id}`",
        "`/{id}` exists on every host",
        "there is no base path `/v1`",
    ]


def test_sections_of_a_routes_own() -> None:
    data = data_of("routes: [{path: /a, network: {default: deny}, rate_limits: []}]")

    found = [(change.words, change.shows) for change in route_changes(data)][1:]

    assert found == [
        ("`/a` has no `network` of its own", "decision"),
        ("`/a` has no `rate_limits` of its own", "quota"),
    ]


@pytest.mark.parametrize(
    ("limit", "words"),
    [
        ("quota: 3/minute", ["is gone", "is `6/minute`", "is `1/minute`"]),
        ("quota: 1/5 seconds", ["is gone", "is `2/5 seconds`"]),
        (
            "quota: 100/minute, burst: 20",
            ["is gone", "is `200/minute`", "is `50/minute`", "has no burst of its own"],
        ),
    ],
)
def test_a_quota(limit: str, words: list[str]) -> None:
    changes = list(quota_changes(data_of(f"rate_limits: [{{per: client, {limit}}}]"), "routes/0"))

    assert [change.words.partition("each client ")[2] for change in changes] == words
    assert {change.path.rpartition("rate_limits")[0] for change in changes} == {"routes/0/"}


def test_the_burst_grows_with_its_quota() -> None:
    limit = data_of("rate_limits: [{per: client, quota: 100/minute, burst: 20}]")

    bursts = [
        [edit.value for edit in change.edits if edit.path.endswith("burst")]  # type: ignore[union-attr]
        for change in list(quota_changes(limit, ""))[1:3]
    ]

    assert bursts == [[40], [10]]


def test_checks_that_have_something_to_say_change_places() -> None:
    nothing = data_of("{}")
    everything = data_of("""\
network: {}
cors: {}
keys: [{id: a, key: b}]
routes: [{path: /a}]
rate_limits: [{per: client, quota: 1/minute}]
""")

    assert list(order_changes(nothing)) == []
    assert [(c.words, c.shows) for c in order_changes(everything)] == [
        ("`cors` is asked ahead of `network`", "decision"),
        ("`route` is asked ahead of `cors`", "decision"),
        ("`authenticate` is asked ahead of `route`", "decision"),
        ("`authorize` is asked ahead of `authenticate`", "decision"),
        ("`rate_limit` is asked ahead of `authorize`", "quota"),
    ]


def test_an_order_that_is_written_is_the_one_that_is_changed() -> None:
    order = "[route, cors, network, authenticate, authorize, rate_limit]"
    changes: list[Change] = list(
        order_changes(data_of(f"{{order: {order}, cors: {{}}, routes: [{{path: /}}]}}"))
    )

    assert said(changes) == ["`cors` is asked ahead of `route`"]


def test_errors() -> None:
    data = data_of("{cors: {}, errors: {cors_fields: true, statuses: {network.denied: 404}}}")

    assert [(change.words, change.shows) for change in error_changes(data)] == [
        ("errors carry no CORS fields", "decision"),
        ("`network.denied` is not answered 404", "decision"),
    ]
    assert said(error_changes(data_of("{cors: {}}"))) == [
        "errors carry CORS fields",
        "errors carry no CORS fields",
    ]
    assert list(error_changes(data_of("{}"))) == []
