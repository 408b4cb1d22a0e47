"""What is found on an operation, for every kind of page that asks."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pairs import Pair, pairs

from simulator import Request, load_policy
from simulator.facts import gather
from simulator.space.conditions import Condition
from simulator.space.findings import Findings
from simulator.space.hosts import HostKind
from simulator.space.operations import Operation, OperationKind, Operations
from simulator.space.sites import Place, Site
from simulator.space.visitors import visitor_kinds


def operations(*texts: str, conditions: Sequence[Condition] = ()) -> Operations:
    policies = [load_policy(text) for text in texts]
    return Operations(policies, visitor_kinds(policies), Findings(), conditions)


def actual(found: Operations) -> list[list[str]]:
    """The operations of each kind that are no preflights, as method and path."""
    kinds = [
        {f"{o.method} {o.site.place.path}": None for o in kind.operations if o.announced is None}
        for kind in found.kinds
    ]
    return [list(each) for each in kinds if each]


SITE = Site([Place("/a", HostKind("api.example", 443, ()))], (True,), frozenset(), {})

# Examples


@pytest.mark.parametrize(
    ("operation", "fields"),
    [
        pytest.param(Operation(SITE, "GET"), [], id="no preflight says nothing"),
        pytest.param(
            Operation(SITE, "OPTIONS", "PUT"),
            [("access-control-request-method", "PUT")],
            id="a preflight announces a method",
        ),
        pytest.param(
            Operation(SITE, "OPTIONS", "", ("a", "b,c"), True),
            [
                ("access-control-request-method", ""),
                ("access-control-request-headers", "a"),
                ("access-control-request-headers", "b,c"),
                ("access-control-request-private-network", "true"),
            ],
            id="and lists headers, line by line, and asks for a private network",
        ),
    ],
)
def test_the_fields_say_what_is_asked_for(
    operation: Operation, fields: list[tuple[str, str]]
) -> None:
    assert operation.fields == fields


def test_methods_that_fare_the_same_everywhere_are_one_kind() -> None:
    assert actual(operations("{}")) == [["GET /", "HEAD /", "POST /", "BREW /", "OPTIONS /"]]


def test_methods_that_a_route_takes_are_told_from_those_that_it_does_not() -> None:
    found = actual(operations("routes: [{path: /a, methods: [GET]}]"))

    assert found[:2] == [["GET /a"], ["HEAD /a", "POST /a", "BREW /a", "OPTIONS /a"]]
    assert found[2] == ["GET /", "HEAD /", "POST /", "BREW /", "OPTIONS /"]


def test_a_family_that_judges_methods_tells_them_apart_where_a_page_asks() -> None:
    grants = "origins: [https://shop.example], methods: [GET]"

    serving = operations(f"cors: {{{grants}}}")
    judging = operations(f"cors: {{behaviour: spring, {grants}}}")

    assert len(actual(serving)) == 1
    assert ["GET /"] in actual(judging)


def test_what_a_condition_means_is_told_from_what_it_does_not() -> None:
    def is_get(globs: frozenset[int], host: str, port: int, method: str) -> bool:
        return method == "GET"

    found = operations("{}", conditions=[Condition(operation=is_get, methods=["GET"])])

    assert [
        kind.meets
        for kind in found.kinds
        for o in kind.operations
        if o.announced is None and o.method in ("GET", "POST")
    ] == [(True,), (False,)]


def test_a_condition_that_leaves_out_preflights_is_met_by_none() -> None:
    found = operations("{}", conditions=[Condition(preflights=False)])

    assert all(
        kind.meets == (all(o.announced is None for o in kind.operations),) for kind in found.kinds
    )


def test_a_preflights_route_is_the_one_that_the_announced_method_reaches() -> None:
    found = operations(
        "cors: {origins: [https://shop.example], methods: [PUT]}\n"
        "routes: [{path: /a, methods: [PUT], scopes: [write]}]"
    )
    kind = next(k for k in found.kinds for o in k.operations if o.announced == "PUT")
    page = next(n for n, visitor in enumerate(found.visitors) if visitor.cross)

    (spot,) = (found.spots[number] for number in kind.spots[page])

    assert spot.preflight
    assert spot.kind is not None
    assert spot.kind.scopes == {"write"}


def test_without_an_origin_it_is_no_preflight() -> None:
    found = operations("cors: {origins: [https://shop.example]}")
    kind = next(k for k in found.kinds for o in k.operations if o.announced == "GET")

    (spot,) = (found.spots[number] for number in kind.spots[0])

    assert (found.visitors[0].origin, spot.preflight, spot.asks) == (None, False, False)


@pytest.mark.parametrize(
    ("section", "expected"),
    [
        ("{origins: [https://shop.example]}", True),
        ("{behaviour: starlette, origins: [https://shop.example]}", True),
        ("{behaviour: express, origins: [https://shop.example]}", False),
    ],
)
def test_that_a_private_network_is_asked_for_is_told_apart_where_it_matters(
    section: str, expected: bool
) -> None:
    found = operations(f"cors: {section}")

    assert any(o.private for kind in found.kinds for o in kind.operations) is expected


# Properties


def each_operation(found: Operations) -> list[tuple[OperationKind, Operation]]:
    return [(kind, operation) for kind in found.kinds for operation in kind.operations]


@settings(max_examples=10)
@given(st.data())
def test_what_is_said_of_an_operation_is_true_of_its_requests(data: st.DataObject) -> None:
    pair: Pair = data.draw(pairs())
    visitors = visitor_kinds(pair.policies)
    findings = Findings()
    found = Operations(pair.policies, visitors, findings)
    every = each_operation(found)

    for _ in range(10):
        kind, operation = data.draw(st.sampled_from(every))
        number = data.draw(st.integers(0, len(visitors) - 1))
        visitor = visitors[number]
        place = data.draw(st.sampled_from(operation.site.places))
        fields = [] if visitor.origin is None else [("origin", visitor.origin)]
        if visitor.origin is not None and not visitor.cross:
            fields.append(("upgrade", "websocket"))
        if visitor.cookie:
            fields.append(("cookie", "theme=x"))
        site = place.host.origin("https")
        if visitor.cross and visitor.origin == site:
            site = place.host.origin("http")
        request = Request(operation.method, site + place.path, [*fields, *operation.fields])
        for policy, spot in zip(
            pair.policies, (found.spots[n] for n in kind.spots[number]), strict=True
        ):
            facts = gather(request, policy.tables)
            judges = {check.name: check.judge for check in policy.checks}

            assert spot.covered == policy.covers(request)
            assert (spot.preflight, spot.asks) == (facts.preflight, facts.asks)
            assert spot.cross == (facts.origin is not None)
            assert spot.cors == findings.keep(judges["cors"](facts))
            assert spot.route == findings.keep(judges["route"](facts))
            if spot.kind is None:
                assert facts.route is None
            else:
                assert facts.route is not None
                assert spot.kind.scopes == frozenset(facts.route.scopes)
                assert spot.kind.public == facts.route.public


@settings(max_examples=10)
@given(pairs())
def test_no_operation_is_of_two_kinds_and_no_two_kinds_are_alike(pair: Pair) -> None:
    found = Operations(pair.policies, visitor_kinds(pair.policies), Findings())
    keys = [
        (id(o.site), o.method, o.announced, o.lists, o.private) for _, o in each_operation(found)
    ]

    assert len(keys) == len(set(keys))
    assert len({kind.spots for kind in found.kinds}) == len(found.kinds)
