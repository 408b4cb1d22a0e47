"""How is a permission taken away, so that nothing else is given by it?"""

from __future__ import annotations

import pytest

from simulator import load_policy
from simulator.audit.permissions import permissions_of
from simulator.audit.taking import Taking, in_order, propose, taken_away
from simulator.audit.uses import Uses
from simulator.edit import Edit, Insert, Put, Remove, edit_text

ROLES = """
roles: {reader: [a], idle: [c, d], writer: [a, b], boss: {inherits: [writer], scopes: [c]}}
keys: [{id: web, key: k, roles: [boss]}]
routes: [{path: /a, scopes: [a]}]
"""


def takings(text: str, *used: str, scopes: tuple[str, ...] = ()) -> list[Taking]:
    """What becomes of all permissions that are not among the used paths."""
    policy = load_policy(text)
    uses = Uses()
    uses.counts.update([(path, "") for path in used])
    uses.counts.update([("scope", scope) for scope in scopes])
    unused = [p for p in permissions_of(policy) if not uses.counts[p.use]]
    return taken_away(policy, propose(policy, unused, uses))[1]


def edits(text: str, *used: str, scopes: tuple[str, ...] = ()) -> list[Edit]:
    return in_order(takings(text, *used, scopes=scopes))


@pytest.mark.parametrize(
    ("text", "used", "found"),
    [
        pytest.param(
            "network: {default: deny, allow: [10.0.0.1, 10.0.0.2]}",
            ["network/allow/0"],
            [Remove("network/allow/1")],
            id="an entry",
        ),
        pytest.param(
            "cors: {origins: [https://a.example], private_network: true}",
            [],
            [Put("cors/private_network", False), Remove("cors/origins/0")],
            id="a flag",
        ),
        pytest.param(
            "keys: [{id: a, key: a}, {id: b, key: b}]",
            ["keys/1"],
            [Remove("keys/0")],
            id="a key",
        ),
        pytest.param(
            "keys: [{id: a, key: a, scopes: [x]}, {id: b, key: b}]",
            [],
            [Remove("keys/1"), Put("keys/0/revoked", True)],
            id="the last key is revoked",
        ),
        pytest.param(
            "routes: [{path: /a, methods: [GET, PUT]}, {path: /b, methods: [GET, PUT]}]",
            ["routes/0", "routes/0/methods/1"],
            [Remove("routes/1"), Remove("routes/0/methods/0")],
            id="a route with its methods, and a method",
        ),
        pytest.param(
            "roles: {a: [x], b: {inherits: [a]}}\nkeys: [{id: k, key: k}]",
            ["keys/0"],
            [Remove("roles/b"), Remove("roles/a"), Remove("roles/b/inherits/0")],
            id="roles that nobody has",
        ),
    ],
)
def test_what_is_not_used_goes(text: str, used: list[str], found: list[Edit]) -> None:
    made = edits(text, *used)

    assert sorted(map(str, made)) == sorted(map(str, found))
    load_policy(edit_text(text, made))


@pytest.mark.parametrize(
    ("needed", "found"),
    [
        pytest.param(["a"], [Put("keys/0/roles/0", "reader")], id="the narrowest role that fits"),
        pytest.param(["b"], [Put("keys/0/roles/0", "writer")], id="though it has more"),
        pytest.param(
            ["c"],
            [Insert("keys/0/scopes", "c"), Remove("keys/0/roles")],
            id="no role fits: scopes of its own",
        ),
        pytest.param([], [Remove("keys/0/roles")], id="nothing is needed"),
        pytest.param(["a", "b", "c"], [], id="all is needed"),
    ],
)
def test_a_role_that_is_too_wide_gives_way(needed: list[str], found: list[Edit]) -> None:
    scopes = tuple(f"keys/0 {scope}" for scope in needed)

    made = edits(ROLES, "keys/0", "routes/0", scopes=scopes)

    idle = ("roles/reader", "roles/idle")
    assert [edit for edit in made if edit.path not in idle] == found
    assert Remove("roles/idle") in made
    # A role that nobody had has its use, if it takes the place of a wider one.
    assert (Remove("roles/reader") in made) == (Put("keys/0/roles/0", "reader") not in found)


@pytest.mark.parametrize(
    ("text", "used", "why"),
    [
        pytest.param(
            "routes: [{path: /a}, {path: /b}]",
            [],
            "without `routes` every path would exist",
            id="all routes",
        ),
        pytest.param(
            "keys: [{id: k, key: k, scopes: [all]}]\n"
            'routes: [{path: "/{page}", public: true}, {path: /admin, scopes: [all]}]',
            ["routes/0", "keys/0"],
            "such as `GET /admin`: ",
            id="a route in front of a wider one",
        ),
        pytest.param(
            "trusted_proxies: [10.0.0.1]\nnetwork: {deny: [192.0.2.0/24]}",
            [],
            "more would be let in",
            id="a proxy whose word keeps somebody out",
        ),
        pytest.param(
            "cors: {origins: [https://a.example], fixed: true}",
            [],
            "`fixed` needs one origin",
            id="what the grammar needs",
        ),
    ],
)
def test_what_would_give_something_stays(text: str, used: list[str], why: str) -> None:
    stay = [taking for taking in takings(text, *used) if not taking.edits]

    assert stay
    assert all(why in taking.why_not for taking in stay)


def test_what_stays_keeps_nothing_else_from_going() -> None:
    found = takings(
        "trusted_proxies: [10.0.0.1]\nnetwork: {deny: [192.0.2.0/24], allow: [192.0.2.7]}"
    )

    assert [bool(taking.edits) for taking in found] == [True, False]


def test_edits_come_in_an_order_in_which_none_moves_another() -> None:
    takings_ = [
        Taking(p, (edit,))
        for p, edit in zip(
            permissions_of(load_policy(ROLES)),
            (Remove("keys/2"), Remove("keys/10"), Put("keys/2/revoked", True)),
            strict=False,
        )
    ]

    assert in_order(takings_) == [
        Remove("keys/10"), Put("keys/2/revoked", True), Remove("keys/2"),
    ]  # fmt: skip
