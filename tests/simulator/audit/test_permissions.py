"""What does a policy permit, entry by entry?"""

from __future__ import annotations

from simulator import load_policy
from simulator.audit.permissions import at, permissions_of, roles_with, scopes_of_role

POLICY = load_policy(
    """
network: {default: deny, allow: [10.0.0.0/8, {file: office.txt}], deny: [10.9.0.0/16]}
trusted_proxies: [192.0.2.1]
cors: {origins: [https://a.example], methods: [PUT], headers: [x-a], private_network: true}
roles:
  reader: [a:read]
  clerk: {inherits: [reader], scopes: [a:write]}
  boss: [a:all]
keys:
  - {id: web, key: k1, roles: [clerk], scopes: [b]}
  - {id: old, key: k2, revoked: true, networks: [10.0.0.0/8], origins: [https://a.example]}
routes:
  - {path: /a, methods: [GET, PUT], scopes: [a:read]}
  - path: /b
    network: {default: deny, rules: [{deny: 10.0.0.1}, {allow: 10.0.0.0/8}]}
    cors: {origins: [https://b.example]}
""",
    read_file=lambda _: "198.51.100.0/24\n",
)


def test_every_entry_that_lets_something_in_is_a_permission() -> None:
    found = [(p.kind, p.path, p.text) for p in permissions_of(POLICY)]

    assert found == [
        ("network", "network/allow/0", "`10.0.0.0/8`"),
        ("network", "network/allow/1", "the list `office.txt`"),
        ("network", "routes/1/network/rules/1", "`10.0.0.0/8` on `any method /b`"),
        ("trusted proxy", "trusted_proxies/0", "`192.0.2.1`"),
        ("origin", "cors/origins/0", "`https://a.example`"),
        ("origin", "routes/1/cors/origins/0", "`https://b.example` on `any method /b`"),
        ("method granted", "cors/methods/0", "`PUT`"),
        ("header granted", "cors/headers/0", "`x-a`"),
        ("private network", "cors/private_network", "requests from the internet"),
        ("key", "keys/0", "`web`"),
        ("network of a key", "keys/1/networks/0", "`10.0.0.0/8` of key `old`"),
        ("origin of a key", "keys/1/origins/0", "`https://a.example` of key `old`"),
        ("scope", "keys/0/scopes/0", "`b` of key `web`"),
        ("scope", "keys/0/roles/0", "`a:read` of key `web`, by its role `clerk`"),
        ("scope", "keys/0/roles/0", "`a:write` of key `web`, by its role `clerk`"),
        ("role", "roles/boss", "`boss`"),
        ("route", "routes/0", "`GET,PUT /a`"),
        ("route", "routes/1", "`any method /b`"),
        ("method", "routes/0/methods/0", "GET of `/a`"),
        ("method", "routes/0/methods/1", "PUT of `/a`"),
    ]


def test_roles_are_seen_with_what_inherits() -> None:
    assert roles_with(POLICY, "reader") == {"reader", "clerk"}
    assert scopes_of_role(POLICY, "clerk") == {"a:read", "a:write"}
    assert scopes_of_role(POLICY, "nobody") == set()


def test_what_stands_at_a_path_is_found() -> None:
    assert at(POLICY, "routes/0/methods/1") == "PUT"
    assert at(POLICY, "routes/9") is None
    assert at(POLICY, "hosts/0") is None
