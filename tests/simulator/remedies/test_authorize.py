"""Is a scope granted to as few as will do, and said who gains it besides?"""

from __future__ import annotations

import pytest
from fixing import ask, fixes, proposed, turns

from simulator.edit import Insert, Put, Remove
from simulator.remedies.authorize import remedies
from simulator.remedies.remedy import Breadth

POLICY = """
roles:
  reader: [orders:read]
  clerk: {inherits: [reader], scopes: [orders:write]}
  boss: {inherits: [clerk], scopes: [admin]}
  page: {inherits: [reader]}
keys:
  - {id: web, key: web-demo, roles: [reader]}
  - {id: batch, key: batch-demo, roles: [page]}
  - {id: desk, key: desk-demo, roles: [clerk]}
  - {id: own, key: own-demo, scopes: [orders:read]}
routes:
  - {path: "/orders/{id}", methods: [GET], scopes: [orders:read]}
  - {path: "/orders/{id}", methods: [DELETE], scopes: [orders:write]}
  - {path: /orders, methods: [POST], scopes: [orders:write]}
  - {path: /report, scopes: [orders:read, admin]}
"""


def deleting(secret: str) -> list[tuple[str, Breadth, tuple[object, ...]]]:
    request = ask("https://api.example/orders/7", {"X-Api-Key": secret}, method="DELETE")
    found = proposed(remedies, "authorize", POLICY, request)
    return [(remedy.say, remedy.breadth, remedy.edits) for remedy in found]


def test_the_key_alone_then_a_role_more_then_its_role_then_the_route() -> None:
    assert deleting("web-demo") == [
        (
            "grant `orders:write` to key `web`",
            Breadth.ITSELF,
            (Insert("keys/0/scopes", "orders:write"),),
        ),
        ("give key `web` the role `clerk`", Breadth.ITSELF, (Insert("keys/0/roles", "clerk"),)),
        ("give key `web` the role `boss`", Breadth.FEW, (Insert("keys/0/roles", "boss"),)),
        (
            "grant `orders:write` to role `reader`",
            Breadth.MANY,
            (Insert("roles/reader", "orders:write"),),
        ),
        (
            "need no `orders:write` for `DELETE /orders/{id}`",
            Breadth.ALL,
            (Put("routes/1/scopes", []),),
        ),
    ]


def test_a_role_that_is_a_mapping_gets_the_scope_among_its_own() -> None:
    edits = [edits for say, _, edits in deleting("batch-demo") if "role `page`" in say]

    assert edits == [(Insert("roles/page/scopes", "orders:write"),)]


def test_a_key_without_roles_gets_no_wider_role() -> None:
    says = [say for say, _, _ in deleting("own-demo")]

    assert "grant `orders:write` to key `own`" in says
    assert not any(say.startswith("grant `orders:write` to role") for say in says)


@pytest.mark.parametrize(
    ("say", "opens"),
    [
        (
            "grant `orders:write` to key `web`",
            ("every `DELETE /orders/{id}` of key `web`", "and its `POST /orders`"),
        ),
        (
            "give key `web` the role `boss`",
            (
                "every `DELETE /orders/{id}` of key `web`",
                "and its `POST /orders` and `any method /report`",
                "key `web` gains `admin` too",
            ),
        ),
        (
            "grant `orders:write` to role `reader`",
            ("role `reader` gains `orders:write`: keys `batch` too",),
        ),
        (
            "need no `orders:write` for `DELETE /orders/{id}`",
            ("keys `web`, `batch` and `own`: `DELETE /orders/{id}`",),
        ),
    ],
)
def test_it_is_said_who_gains_what(say: str, opens: tuple[str, ...]) -> None:
    request = ask("https://api.example/orders/7", {"X-Api-Key": "web-demo"}, method="DELETE")

    found = {r.say: r.opens for r in proposed(remedies, "authorize", POLICY, request)}

    assert found[say] == tuple(words.replace("keys `batch`", "key `batch`") for words in opens)


def test_of_several_scopes_the_route_goes_on_needing_those_that_are_there() -> None:
    request = ask("https://api.example/report", {"X-Api-Key": "web-demo"})

    found = proposed(remedies, "authorize", POLICY, request)

    assert found[-1].edits == (Remove("routes/3/scopes/1"),)


def test_every_fix_of_a_scope_turns_its_request() -> None:
    request = ask("https://api.example/orders/7", {"X-Api-Key": "web-demo"}, method="DELETE")

    found = fixes(POLICY, request, limit=8)

    assert [fix.side for fix in found] == ["client"] + ["server"] * 5
    assert all(map(turns, found))
