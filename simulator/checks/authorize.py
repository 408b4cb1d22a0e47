"""May whoever asks do this?

Scopes (RFC 6749 section 3.3) that a route needs, all of them, against those that the key's roles
grant (NIST RBAC: a role is a named set of permissions).
"""

from __future__ import annotations

from collections.abc import Mapping

from simulator.check import skip
from simulator.decision import Finding, Near, Outcome, Party, Reason
from simulator.facts import Facts
from simulator.principals import Key
from simulator.problem import list_words
from simulator.routes import RouteTable
from simulator.source import join

MISSING_SCOPE = Reason(
    code="authorize.missing-scope",
    status=403,
    party=Party.SERVER,
    title="the key lacks a scope",
    text="key `{key}` lacks the scope {missing}, which `{route}` needs",
    meaning="The key is known and valid. The route needs scopes that none of its roles grants.",
    causes=(
        "the key was made for reading and is used for writing",
        "the scope was never granted to the role",
        "the wrong key is used: another one has the scope",
    ),
    remedies=(
        "use a key whose role grants the scope",
        "grant the scope to one of the key's roles, or give the key another role",
    ),
    spec="RFC 9110 section 15.5.4; RFC 6750 section 3.1 (insufficient_scope)",
)
REASONS = (MISSING_SCOPE,)

_NO_SCOPES = skip("authorize", "the route needs no scope")
_NO_ROUTE = skip("authorize", "no route, so no scope is needed")
_NOBODY = skip("authorize", "nobody to judge: no known key was sent")
_PUBLIC = skip("authorize", "the route is public")


class AuthorizeCheck:
    """The compiled question."""

    __slots__ = ("_keys", "_needs", "_passes", "_roles", "_shown")

    name = "authorize"
    reads = frozenset({"credential", "route"})

    def __init__(
        self,
        table: RouteTable,
        roles: Mapping[str, frozenset[str]],
        keys: tuple[Key, ...],
    ) -> None:
        self._needs = tuple(frozenset(route.scopes) for route in table.routes)
        self._passes = tuple(
            Finding(
                "authorize",
                Outcome.PASS,
                join(route.rule, "scopes"),
                note=f"the key has {list_words(route.scopes, last='and')}",
            )
            for route in table.routes
        )
        self._shown = tuple(str(route) for route in table.routes)
        self._roles = roles
        self._keys = keys

    def judge(self, facts: Facts) -> Finding:
        route = facts.route
        if route is None:
            return _NO_ROUTE
        if route.public:
            return _PUBLIC
        if not route.scopes:
            return _NO_SCOPES
        key = facts.credential.key
        if key is None:
            return _NOBODY
        if self._needs[route.index] <= key.scopes:
            return self._passes[route.index]
        missing = tuple([scope for scope in route.scopes if scope not in key.scopes])
        return Finding(
            "authorize",
            Outcome.FAIL,
            self._passes[route.index].rule,
            {"key": key.id, "missing": missing, "route": self._shown[route.index]},
            MISSING_SCOPE,
            Party.SERVER,
            403,
        )

    def near(self, facts: Facts) -> tuple[Near, ...]:
        route, key = facts.route, facts.credential.key
        if route is None or key is None:
            return ()
        missing = self._needs[route.index] - key.scopes
        found = [
            Near(f"role `{name}` grants it", join("roles", name))
            for name, scopes in self._roles.items()
            if missing <= scopes
        ]
        needs = self._needs[route.index]
        others = [k.id for k in self._keys if needs <= k.scopes and k.id != key.id]
        if others:
            found.append(Near(f"{_keys(others)} would be admitted", "keys"))
        if not found:
            found.append(Near("no role grants it", "roles"))
        return tuple(found[:3])


def _keys(ids: list[str]) -> str:
    return f"key {list_words(ids, limit=3)}"
