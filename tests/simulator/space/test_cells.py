"""What is decided of every kind of request is what `evaluate` decides of each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest
from hypothesis import given, reject, settings
from hypothesis import strategies as st
from pairs import (
    CREDENTIAL_FIELDS,
    FORWARDED_FIELDS,
    OPERATION_FIELDS,
    Pair,
    asked,
    pairs,
)
from strategies import HOSTS, METHODS, PATTERNS, blocks

from simulator import Request, load_policy
from simulator.compare import verdict_of
from simulator.facts import gather
from simulator.policy import Policy
from simulator.space import NOT_JUDGED, Cell, Condition, Space, Verdict, witness_of
from simulator.statement_section import StatementSection
from simulator.statements import condition_of, means

LIMIT = 5_000  # cells: what has more is left to others


def space(*texts: str, conditions: Sequence[Condition] = ()) -> Space:
    return Space([load_policy(text) for text in texts], conditions)


def verdicts(each: Space) -> set[tuple[Verdict, ...]]:
    return {cell.verdicts for cell in each.cells()}


def reasons(each: Space) -> set[tuple[str | None, ...]]:
    return {tuple(verdict.reason for verdict in cell.verdicts) for cell in each.cells()}


# Examples

ALLOWED = Verdict(True, 200, None)


def test_a_policy_that_refuses_nothing_hides_its_answers_from_other_pages() -> None:
    assert verdicts(space("{}")) == {
        (ALLOWED,),
        (Verdict(False, 200, "cors.no-fields", hidden=True),),
        (Verdict(False, 403, "cors.no-fields", hidden=True),),  # preflights
    }


def test_everything_that_can_be_refused_is() -> None:
    policy = """
    network: {deny: [10.0.0.0/8]}
    roles: {reader: [read]}
    keys:
      - {id: web, key: s1, roles: [reader], expires: 2027-01-01, networks: [192.0.2.0/24]}
      - {id: batch, key: s2, origins: [https://shop.example], not_before: 2026-01-01}
      - {id: old, key: s3, revoked: true}
    routes: [{path: /a, methods: [GET], scopes: [read]}, {path: /b, public: true}]
    """

    assert reasons(space(policy)) == {
        (reason,)
        for reason in (
            None, "network.denied", "cors.no-fields", "route.not-found", "route.method-not-allowed",
            "authenticate.no-credential", "authenticate.unknown-key", "authenticate.malformed",
            "authenticate.revoked", "authenticate.expired", "authenticate.not-yet-valid",
            "authenticate.key-network", "authenticate.key-origin", "authorize.missing-scope",
        )
    }  # fmt: skip


def test_what_is_not_known_is_a_verdict_too() -> None:
    found = verdicts(space("network: {deny: [10.0.0.0/8]}"))

    assert (Verdict(None, 200, None),) in found


def test_a_host_that_a_policy_does_not_judge_is_let_in_by_it() -> None:
    found = verdicts(
        space("hosts: [a.example]\nnetwork: {default: deny}", "network: {default: deny}")
    )

    assert (NOT_JUDGED, Verdict(False, 403, "network.not-allowed")) in found


def test_a_host_that_no_policy_judges_is_left_out() -> None:
    only = space("hosts: [a.example]")

    assert [kind.operations[0].site.place.host.host for kind in only.operations] == [
        "a.example" for _ in only.operations
    ]


@pytest.mark.parametrize(
    ("old", "new", "causes"),
    [
        pytest.param("network: {default: deny}", "{}", ("network",), id="addresses"),
        pytest.param("{}", "routes: [{path: /a}]", ("route",), id="routes"),
        pytest.param("keys: [{id: web, key: s1}]", "{}", ("authenticate",), id="keys"),
        pytest.param("cors: {origins: [https://a.test]}", "{}", ("cors",), id="origins"),
        pytest.param(
            "keys: [{id: web, key: s1}]\nroutes: [{path: /a, scopes: [read]}]",
            "keys: [{id: web, key: s1, scopes: [read]}]\nroutes: [{path: /a, scopes: [read]}]",
            ("authorize",),
            id="scopes",
        ),
        pytest.param("hosts: [a.example]\nnetwork: {default: deny}",
                     "hosts: [b.example]\nnetwork: {default: deny}", ("hosts",), id="hosts"),
        pytest.param("errors: {statuses: {route.not-found: 403}}\nroutes: [{path: /a}]",
                     "routes: [{path: /a}]", (), id="what is made of the same findings"),
    ],
)  # fmt: skip
def test_the_checks_that_find_something_else_are_the_causes(
    old: str, new: str, causes: tuple[str, ...]
) -> None:
    found = {cell.causes for cell in space(old, new).cells(differing=True)}

    assert found == {causes}


def test_a_policy_does_not_differ_from_itself() -> None:
    policy = "cors: {origins: [https://a.test]}\nkeys: [{id: web, key: s1}]\nroutes: [{path: /a}]"

    assert list(space(policy, policy).cells(differing=True)) == []


def test_a_key_in_the_first_place_or_in_another_is_let_in_alike() -> None:
    policy = (
        "credentials: [{cookie: session}, {header: x-api-key}]\nkeys: [{id: web, key: s1}]\n"
        "cors: {origins: [https://shop.example], credentials: false}"
    )
    request = Request(
        "GET", "https://api.example/", {"Origin": "https://shop.example", "X-Api-Key": "s1"}
    )

    # A page may send the field without cookies, and with the cookie it may not read the answer.
    assert verdict_of(load_policy(policy), request) == ALLOWED
    both = space(policy)
    assert (ALLOWED,) in {
        cell.verdicts
        for cell in both.cells()
        if any(both.visitors[v].cross for v in cell.visitors)
        and any(both.credentials[k].found[0].key for k in cell.credentials)
    }


def test_a_method_that_only_a_section_of_cors_names_is_announced() -> None:
    old, new = (
        f"cors: {{behaviour: flask-cors, origins: [https://a.test], methods: [{methods}]}}"
        for methods in ("GET", "GET, PUT")
    )

    assert list(space(old, new).cells(differing=True)) != []


# Properties


def decided(policies: Sequence[Policy], request: Request) -> tuple[Verdict, ...]:
    return tuple(verdict_of(policy, request) for policy in policies)


def cells_of(each: Space) -> list[Cell]:
    """All of them, if they are not too many for a test."""
    found = []
    for cell in each.cells():
        found.append(cell)
        if len(found) > LIMIT:
            reject()
    return found


def judged_by_some(policies: Sequence[Policy], request: Request) -> bool:
    return any(policy.covers(request) for policy in policies)


@settings(max_examples=8)
@given(st.data())
def test_what_is_decided_of_a_request_is_what_is_decided_of_some_cell(data: st.DataObject) -> None:
    pair = data.draw(pairs())
    found = {cell.verdicts for cell in cells_of(Space(pair.policies))}

    for _ in range(6):
        request = data.draw(asked(pair))
        if judged_by_some(pair.policies, request):
            assert decided(pair.policies, request) in found


@st.composite
def chosen(draw: st.DrawFn, each: Space, cells: Sequence[Cell]) -> tuple[Cell, Example]:
    """A cell, and one of its requests."""
    cell = draw(st.sampled_from(cells))
    operations = each.operations[cell.operation].operations
    visitor, credential = draw(
        st.sampled_from(
            [
                (v, k)
                for v in sorted(cell.visitors)
                for k in sorted(cell.credentials)
                if not (_cookieless(each, v) and each.credentials[k].cookie)
            ]
        )
    )
    client = draw(st.sampled_from(sorted(cell.clients)))
    operation = draw(st.integers(0, len(operations) - 1))
    return cell, Example(each, cell.operation, operation, visitor, credential, client)


def _cookieless(each: Space, number: int) -> bool:
    visitor = each.visitors[number]
    return visitor.cross and not visitor.cookie


class Example:
    """One kind of each side, and a request of them."""

    def __init__(
        self, each: Space, kind: int, operation: int, visitor: int, credential: int, client: int
    ) -> None:
        self.numbers = (kind, visitor, credential, client)
        self.visitor = each.visitors[visitor]
        self.request = witness_of(
            each.operations[kind].operations[operation],
            self.visitor,
            each.credentials[credential],
            each.clients[client],
        )

    def __repr__(self) -> str:
        return f"{self.numbers} {self.request!r} {self.request.headers.fields}"


@settings(max_examples=8)
@given(st.data())
def test_a_request_of_a_cell_is_decided_as_the_cell_says(data: st.DataObject) -> None:
    pair = data.draw(pairs())
    both = Space(pair.policies)
    cells = cells_of(both)

    for _ in range(6):
        cell, example = data.draw(chosen(both, cells))
        assert decided(both.policies, example.request) == cell.verdicts


# A request with one side of another: the other sides are those of the cell still.

SIDES = ("operation", "visitor", "credential", "client")


def exchanged(example: Request, other: Request, side: str, places: set[str]) -> Request:
    """The example with one side of another request."""
    whose = {name: other if name == side else example for name in SIDES}
    names = {
        "operation": OPERATION_FIELDS,
        "credential": CREDENTIAL_FIELDS,
        "client": FORWARDED_FIELDS,
        "visitor": frozenset({"origin", "upgrade"}),
    }
    fields = [
        (name, value)
        for part in SIDES
        for name, value in whose[part].headers
        if name.lower() in names[part]
    ]
    cookies = [
        part.strip()
        for source, mine in ((whose["credential"], True), (whose["visitor"], False))
        for part in (source.headers.get("cookie") or "").split(";")
        if part.strip() and (part.strip().partition("=")[0] in places) is mine
    ]
    if cookies:
        fields.append(("cookie", "; ".join(cookies)))
    url, query = whose["operation"].url.partition("?")[0], whose["credential"].target.query
    return Request(
        whose["operation"].method,
        url if query is None else f"{url}?{query}",
        fields,
        client=whose["client"].client,
        at=whose["credential"].at,
    )


def cookies_of(policies: Sequence[Policy]) -> set[str]:
    """The cookies that keys are looked for in."""
    places = [p for policy in policies for p in policy.tables.principals.places]
    return {place.name for place in places if place.kind == "cookie"}


def agreeing(
    both: Space, cells: Sequence[Cell], example: Example, request: Request, side: str
) -> Iterator[Cell]:
    """The cells that a request may be of which has all sides but one of the example."""
    facts = gather(request, both.policies[0].tables)
    pages = {
        number
        for number, kind in enumerate(both.visitors)
        if (kind.origin is None) == (facts.sent_origin is None)
        and kind.cross == (facts.origin is not None)
        and kind.cookie == facts.credentialed
        and (side == "visitor" or kind.origin == example.visitor.origin)
    }
    kind, _, credential, client = example.numbers
    for cell in cells:
        if (
            (side == "operation" or cell.operation == kind)
            and (side == "credential" or credential in cell.credentials)
            and (side == "client" or client in cell.clients)
            and cell.visitors & pages
        ):
            yield cell


@settings(max_examples=8)
@given(st.data())
def test_a_request_with_one_side_of_another_is_decided_as_some_cell_with_the_other_sides(
    data: st.DataObject,
) -> None:
    pair = data.draw(pairs())
    both = Space(pair.policies)
    cells = cells_of(both)
    places = cookies_of(both.policies)

    for side in (*SIDES, *SIDES):
        _, example = data.draw(chosen(both, cells))
        request = exchanged(example.request, data.draw(asked(pair)), side, places)
        if judged_by_some(pair.policies, request):
            found = {c.verdicts for c in agreeing(both, cells, example, request, side)}
            assert decided(both.policies, request) in found


@settings(max_examples=8)
@given(pairs())
def test_where_policies_differ_is_what_differs_of_everything(pair: Pair) -> None:
    both = Space(pair.policies)
    every = {cell for cell in cells_of(both) if cell.verdicts[0] != cell.verdicts[1]}

    assert set(Space(pair.policies).cells(differing=True)) == every


@settings(max_examples=8)
@given(pairs())
def test_every_combination_of_kinds_is_of_one_cell(pair: Pair) -> None:
    both = Space(pair.policies)
    cells = cells_of(both)
    cookies = sum(kind.cookie for kind in both.credentials)
    pages = sum(_cookieless(both, number) for number in range(len(both.visitors)))

    # A page without cookies has no credential in one.
    points = len(both.visitors) * len(both.credentials) - cookies * pages
    for number in range(len(both.operations)):
        boxes = [cell for cell in cells if cell.operation == number]
        each = [
            (v, k)
            for cell in boxes
            for v in cell.visitors
            for k in cell.credentials
            if min(cell.clients) == 0 and not (_cookieless(both, v) and both.credentials[k].cookie)
        ]
        assert len(each) == len(set(each)) == points
        assert sum(
            len(cell.clients)
            * sum(
                not (_cookieless(both, v) and both.credentials[k].cookie)
                for v in cell.visitors
                for k in cell.credentials
            )
            for cell in boxes
        ) == points * len(both.clients)


# With statements


def choices(words: Sequence[str]) -> st.SearchStrategy[str | tuple[str, ...] | None]:
    """One word or several, `not` in front of some; or nothing is said."""
    word = st.sampled_from(words) | st.sampled_from(words).map("not {}".format)
    lists = st.lists(word, min_size=1, max_size=2, unique=True).map(tuple)
    return st.none() | word | lists if words else st.none()


CLIENTS = {"office": ("10.0.0.0/24", "2001:db8::/64")}
GLOBS = ("/orders/*", "/orders", "/*", "/{a}", "/orders/{id}", "/*/items", "/orders/new")


@st.composite
def statements(draw: st.DrawFn, policy: Policy) -> StatementSection:
    """What may be said of all requests, in words that the policy knows."""
    ids = [key.id for key in policy.keys]
    scopes = sorted({scope for key in policy.keys for scope in key.scopes})
    said = {
        "route": choices(GLOBS),
        "method": choices(METHODS),
        "host": choices([*HOSTS, "*.shop.example", "shop.example:8443"]),
        "client": choices(["office", draw(blocks())]),
        "key": choices([*ids, "any", "none", "unknown"]),
        "role": choices(policy.roles),
        "scope": choices(scopes),
        "origin": choices([p for p in PATTERNS if p != "*"] + ["none"]),
        "cookies": st.none() | st.booleans(),
        "preflights": st.none() | st.booleans(),
    }
    named = draw(st.lists(st.sampled_from(sorted(said)), max_size=3, unique=True))
    return StatementSection.model_validate({name: draw(said[name]) for name in named})


def conditions_of(policy: Policy, said: Sequence[StatementSection]) -> list[Condition]:
    found: list[Condition] = []
    for statement in said:
        globs = sum(len(condition.globs) for condition in found)
        found.append(condition_of(statement, policy, CLIENTS, globs))
    return found


def met(policy: Policy, said: Sequence[StatementSection], request: Request) -> tuple[bool, ...]:
    return tuple(means(statement, policy, request, CLIENTS) for statement in said)


@settings(max_examples=8)
@given(st.data())
def test_what_statements_mean_is_met_by_a_cell_and_its_requests_alike(data: st.DataObject) -> None:
    pair = data.draw(pairs())
    policy = pair.policies[0]
    said = [data.draw(statements(policy)) for _ in range(data.draw(st.integers(1, 3)))]
    each = Space([policy], conditions_of(policy, said))
    cells = cells_of(each)

    for _ in range(6):
        cell, example = data.draw(chosen(each, cells))
        assert met(each.policies[0], said, example.request) == cell.meets
        assert decided(each.policies, example.request) == cell.verdicts


@settings(max_examples=8)
@given(st.data())
def test_what_is_decided_of_what_statements_mean_is_decided_of_some_cell_that_they_mean(
    data: st.DataObject,
) -> None:
    pair = data.draw(pairs())
    policy = pair.policies[0]
    said = [data.draw(statements(policy)) for _ in range(data.draw(st.integers(1, 3)))]
    found = {(c.verdicts, c.meets) for c in cells_of(Space([policy], conditions_of(policy, said)))}

    for _ in range(6):
        request = data.draw(asked(pair))
        if policy.covers(request):
            assert (decided([policy], request), met(policy, said, request)) in found
