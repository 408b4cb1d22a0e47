"""Scopes and roles are given and taken, keys outlive what binds them."""

from __future__ import annotations

from simulator.mutants.people import every_scope, people_changes
from simulator.source import Data, read_document

POLICY = """\
roles:
  reader: [orders:read]
  clerk: {inherits: [reader], scopes: [orders:write]}
keys:
  - {id: web, key: a, roles: [reader]}
routes:
  - {path: /orders, scopes: [orders:read]}
  - {path: /users, scopes: [users:read, orders:read]}
"""


def data_of(text: str) -> Data:
    return read_document(text, name="p.yaml").data


def of_key(key: str) -> list[str]:
    changes = people_changes(data_of(f"keys: [{{id: web, key: a, {key}}}]"))
    return [change.words.removeprefix("key `web` ") for change in changes]


def test_scopes_are_those_of_routes_roles_and_keys() -> None:
    more = data_of(f"{POLICY}x: 1".replace("roles: [reader]}", "scopes: [own]}"))

    assert every_scope(more) == ("orders:read", "users:read", "orders:write", "own")


def test_roles_and_keys() -> None:
    assert [change.words for change in people_changes(data_of(POLICY))] == [
        "role `reader` lacks the scope `orders:read`",
        "role `reader` has the scope `users:read`",
        "role `reader` has the scope `orders:write`",
        "role `clerk` lacks the scope `orders:write`",
        "role `clerk` does not inherit `reader`",
        "role `clerk` has the scope `users:read`",
        "there is no key `web`",
        "key `web` lacks the role `reader`",
        "key `web` has the role `clerk`, not `reader`",
        "key `web` has the scope `users:read`",
        "key `web` has the scope `orders:write`",
        "key `web` is revoked",
    ]


def test_times() -> None:
    assert of_key("expires: 2027-01-31, not_before: 2026-01-01") == [
        "there is no key `web`",
        "never expires",
        "is valid from the beginning",
        "is revoked",
    ]


def test_a_key_that_is_revoked() -> None:
    assert of_key("revoked: true") == ["there is no key `web`", "is not revoked"]


def test_networks() -> None:
    assert of_key("networks: [10.0.0.0/8, 192.0.2.7]")[2:] == [
        "is valid from everywhere",
        "is not valid from the network `10.0.0.0/8`",
        "is not valid from the network `192.0.2.7`",
        "`10.0.0.0/7` is a network of key `web`, twice as wide as `10.0.0.0/8`",
        "`10.0.0.0/9` is a network of key `web`, half as wide as `10.0.0.0/8`",
        "`192.0.2.6/31` is a network of key `web`, twice as wide as `192.0.2.7`",
    ]


def test_origins() -> None:
    assert of_key("origins: [https://shop.example]")[2:] == ["is valid from every origin"]


def test_places() -> None:
    two = data_of("credentials: [{header: x-api-key}, bearer]")
    one = data_of("credentials: [bearer]")

    assert [change.words for change in people_changes(two)] == [
        "keys are not looked for in header `x-api-key`",
        "keys are not looked for in bearer",
    ]
    assert list(people_changes(one)) == []
