"""Are roles and scopes granted that are good for nothing?

Roles as named sets of scopes (NIST RBAC). A key should be able to do what its owner needs and no
more.
"""

from __future__ import annotations

from collections.abc import Iterator

from simulator.edit import Edit, Remove
from simulator.hazard import Hazard, Rule, Severity
from simulator.lint.asking import ask, show, some_method
from simulator.lint.subject import Subject
from simulator.problem import did_you_mean, sentence
from simulator.source import join

UNNEEDED = Rule(
    "keys/unneeded-scope",
    "warning",
    "a scope that no route needs",
    "A key or role is broader than anything it can be used for: until some route needs a scope "
    "of this name, which then is granted already. Where the name resembles one that is needed "
    "and nobody has, it is a typing mistake; otherwise this is a note.",
    "Remove the scope, or correct its name.",
    """\
roles:
  reader: ["orders:raed"] # keys/unneeded-scope
keys: [{id: web, env: WEB_KEY, roles: [reader]}]
routes:
  - {path: /orders, methods: [GET], scopes: ["orders:read"]}
""",
    "removes the scope, unless its name is mistyped",
)


NEVER_ASKED = Rule(
    "keys/scopes-never-asked",
    "note",
    "scopes are granted, and no route needs any",
    "Every key may do everything: scopes count only where a route names them.",
    "Give the routes the scopes they need.",
    """\
keys: # keys/scopes-never-asked
  - {id: web, env: WEB_KEY, scopes: ["orders:read"]}
routes:
  - {path: /orders, methods: [GET, DELETE]}
""",
)


REACHES_NOTHING = Rule(
    "keys/reaches-nothing",
    "warning",
    "a key that no route lets in",
    "Every route that asks for a key needs scopes, and this key has all of them for none.",
    "Give it the role that it needs, or remove it.",
    """\
keys:
  - {id: web, env: WEB_KEY, scopes: ["orders:read"]}
  - {id: forgotten, env: OTHER_KEY} # keys/reaches-nothing
routes:
  - {path: /orders, methods: [GET], scopes: ["orders:read"]}
""",
)


UNUSED_ROLE = Rule(
    "roles/unused",
    "note",
    "a role nobody has",
    "No key has the role, and no role that a key has inherits from it. Whoever looks for who may "
    "do what reads it for nothing.",
    "Give it to somebody, or remove it.",
    """\
roles:
  reader: ["orders:read"]
  clerk: ["orders:read"] # roles/unused
keys: [{id: web, env: WEB_KEY, roles: [reader]}]
routes:
  - {path: /orders, methods: [GET], scopes: ["orders:read"]}
""",
    "removes the role, unless another inherits from it or a route needs what it grants",
)


def unneeded_scopes(subject: Subject) -> Iterator[Hazard]:
    """Scopes that no route needs, keys that reach nothing, and roles nobody has."""
    needed = {s for route in subject.routes if not route.public for s in route.scopes}
    used = _used_roles(subject)
    granted = frozenset[str]().union(*(key.scopes for key in subject.keys))
    if granted and not needed:
        message = sentence("keys have scopes, and no route needs any", "each may do everything",
                           "give the routes the scopes they need")  # fmt: skip
        yield subject.hazard(NEVER_ASKED, "keys", message)
    elif needed:
        lacking = needed - granted
        for path, scope, whose in _grants(subject, used):
            if scope not in needed:
                yield _unneeded(subject, path, scope, whose, lacking)
        yield from _reaching_nothing(subject)
    inherited = {name for role in subject.roles.values() for name in role.inherits}
    for name in subject.roles:
        if name in used:
            continue
        path = join("roles", name)
        # Somebody who lacks what it grants may have been meant to have it.
        wanted = subject.scopes_of(name) & (needed - granted)
        edits: tuple[Edit, ...] = () if name in inherited or wanted else (Remove(path),)
        message = sentence(
            f"nobody has the role `{name}`", "no key has it, nor one that inherits it"
        )
        yield subject.hazard(UNUSED_ROLE, path, message, edits=edits)


def _used_roles(subject: Subject) -> set[str]:
    waiting = [name for key in subject.keys for name in key.roles]
    used = set(waiting)
    while waiting:
        inherits = [n for n in subject.roles[waiting.pop()].inherits if n not in used]
        used |= set(inherits)
        waiting += inherits
    return used


def _grants(subject: Subject, used: set[str]) -> Iterator[tuple[str, str, str]]:
    """Where scopes are granted to somebody: the place, the scope, whose it is."""
    for name, role in subject.roles.items():
        if name not in used:
            continue  # told by itself
        path = join("roles", name)
        listed = join(path, "scopes")
        path = listed if listed in subject.policy.document.spans else path
        for index, scope in enumerate(role.scopes):
            yield join(path, index), scope, f"role `{name}`"
    for index, key in subject.key_sections.items():
        for n, scope in enumerate(key.scopes):
            yield join("keys", index, "scopes", n), scope, f"key `{key.id}`"


def _unneeded(subject: Subject, path: str, scope: str, whose: str, lacking: set[str]) -> Hazard:
    guess = did_you_mean(scope, lacking)
    message = sentence(
        f"{whose} grants `{scope}`" if whose.startswith("role") else f"{whose} has `{scope}`",
        "no route needs it",
        f"did you mean `{guess}`?" if guess else "",
    )
    severity: Severity = "warning" if guess else "note"
    edits: tuple[Edit, ...] = () if guess else (Remove(path),)
    return subject.hazard(UNNEEDED, path, message, severity=severity, edits=edits)


def _reaching_nothing(subject: Subject) -> Iterator[Hazard]:
    asking = [route for route in subject.routes if not route.public]
    if not any(set(route.scopes) <= key.scopes for route in asking for key in subject.keys):
        return  # told of the routes
    for key in subject.keys:
        if key.revoked or any(set(route.scopes) <= key.scopes for route in asking):
            continue
        message = sentence(
            f"key `{key.id}` is let in nowhere", "every route that asks for a key needs more",
            "give it the role it needs, or remove it",
        )  # fmt: skip
        asked = (ask(subject, route, some_method(route), key=key) for route in asking)
        shown = next((s for request in asked if (s := show(subject, request, "authorize."))), None)
        yield subject.hazard(REACHES_NOTHING, key.rule, message, shown=shown)


RULES = (
    UNNEEDED,
    NEVER_ASKED,
    REACHES_NOTHING,
    UNUSED_ROLE,
)

CHECKS = (unneeded_scopes,)
