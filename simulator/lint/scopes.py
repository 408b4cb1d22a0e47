"""Do the scopes that routes need guard them, and can anybody meet them?

Scopes as in RFC 6749 section 3.3; a route needs all of its own.
"""

from __future__ import annotations

from collections.abc import Iterator

from simulator.hazard import Hazard, Rule, Severity, Witness
from simulator.lint.asking import ask, show, some_method
from simulator.lint.subject import Subject
from simulator.problem import did_you_mean, list_words, sentence
from simulator.routes import Route
from simulator.source import join

UNGRANTED = Rule(
    "routes/ungranted-scope",
    "error",
    "a route needs a scope that no key has",
    "Every key is refused there with 403. Either the scope is spelled differently in the two "
    "places, or the role that has it was given to nobody.",
    "Give a key the role that grants the scope, or correct its name.",
    """\
roles: {reader: ["orders:read"], clerk: ["orders:write"]}
keys: [{id: web, env: WEB_KEY, roles: [reader]}]
routes:
  - {path: /orders, methods: [GET], scopes: ["orders:read"]}
  - {path: /orders, methods: [POST], scopes: ["orders:write"]} # routes/ungranted-scope
""",
)
NO_KEY = Rule(
    "routes/no-key",
    "error",
    "a route that no key can reach",
    "A route needs all of its scopes, and no key has all of them: each is granted to another "
    "one. Where keys have them that are revoked or have expired, it is a warning.",
    "Give one key all of them, or let the route need less.",
    """\
keys:
  - {id: reader, env: READER_KEY, scopes: ["orders:read"]}
  - {id: writer, env: WRITER_KEY, scopes: ["orders:write"]}
routes:
  - {path: /orders, methods: [PUT], scopes: ["orders:read", "orders:write"]} # routes/no-key
""",
)
WITHOUT_KEYS = Rule(
    "routes/scopes-without-keys",
    "error",
    "scopes are needed, and nobody is asked for a key",
    "A policy without `keys` asks nobody who they are, so that there is nobody whose scopes "
    "could be looked at: everybody is let in to routes that look guarded.",
    "Add the keys, or remove the scopes.",
    """\
routes:
  - {path: /orders, methods: [DELETE], scopes: ["orders:write"]} # routes/scopes-without-keys
""",
)
PUBLIC = Rule(
    "routes/public-with-scopes",
    "error",
    "a public route with scopes",
    "`public: true` means that no key is looked at, and its scopes neither. One of the two is a "
    "mistake, and the one that counts is the one that lets everybody in.",
    "Remove `public`, or the scopes.",
    """\
keys: [{id: web, env: WEB_KEY, scopes: ["orders:read"]}]
routes:
  - {path: /items, methods: [GET], scopes: ["orders:read"]}
  - path: /orders
    methods: [GET]
    scopes: ["orders:read"]
    public: true # routes/public-with-scopes
""",
)
UNGUARDED = Rule(
    "routes/unguarded-method",
    "warning",
    "a method that changes things needs less than its neighbours",
    "Another method of the same path needs a scope, and this one needs any key at all. Usually "
    "it was added later, and the scope was forgotten.",
    "Add the scope it needs.",
    """\
keys: [{id: web, env: WEB_KEY}, {id: desk, env: DESK_KEY, scopes: ["orders:read"]}]
routes:
  - {path: "/orders/{id}", methods: [GET], scopes: ["orders:read"]}
  - {path: "/orders/{id}", methods: [DELETE]} # routes/unguarded-method
""",
)
RULES = (UNGRANTED, NO_KEY, WITHOUT_KEYS, PUBLIC, UNGUARDED)
_WRITING = frozenset({"POST", "PUT", "PATCH", "DELETE"})


def guarded_routes(subject: Subject) -> Iterator[Hazard]:
    """Routes that scopes guard too well, or not at all."""
    guarded = [route for route in subject.routes if route.scopes]
    for route in guarded:
        if route.public:
            message = sentence(
                f"`{route}` needs {list_words(route.scopes, last='and')} and is public",
                "nobody is asked for a key there",
                "remove `public`",
            )
            path = join(route.rule, "public")
            yield subject.hazard(PUBLIC, path, message, shown=_let_in(subject, route))
    asking = [route for route in guarded if not route.public]
    if not subject.keys:
        if asking:
            first = asking[0]
            more = f" and {len(asking) - 1} more" if len(asking) > 1 else ""
            message = sentence(
                f"`{first}`{more} needs scopes, and there are no `keys`",
                "nobody is asked who they are, so everybody is let in",
                "add the keys",
            )
            path = join(first.rule, "scopes")
            yield subject.hazard(WITHOUT_KEYS, path, message, shown=_let_in(subject, first))
        return
    held = frozenset[str]().union(*(key.scopes for key in subject.keys))
    for route in asking:
        missing = [scope for scope in route.scopes if scope not in held]
        for scope in missing:
            yield _ungranted(subject, route, scope, held)
        if not missing:
            yield from _no_key(subject, route)


def _let_in(subject: Subject, route: Route) -> Witness | None:
    shown = show(subject, ask(subject, route, some_method(route)))
    return shown if shown is not None and shown.claim.allowed else None


def _refused(subject: Subject, route: Route) -> Witness | None:
    """A request with the key that has most of the scopes, which lacks one all the same."""
    needs = set(route.scopes)
    for key in sorted(subject.keys, key=lambda key: len(needs - key.scopes)):
        request = ask(subject, route, some_method(route), key=key)
        shown = show(subject, request, "authorize.missing-scope")
        if shown is not None:
            return shown
    return None


def _ungranted(subject: Subject, route: Route, scope: str, held: frozenset[str]) -> Hazard:
    roles = [name for name in subject.roles if scope in subject.scopes_of(name)]
    guess = did_you_mean(scope, held - {s for r in subject.routes for s in r.scopes})
    cause = "neither a role nor a key grants it"
    if roles:
        cause = f"role {list_words(roles)} grants it, and no key has the role"
    message = sentence(
        f"`{route}` needs `{scope}`, which no key has",
        cause,
        f"did you mean `{guess}`?" if guess else "grant it to somebody",
    )
    path = join(route.rule, "scopes", route.scopes.index(scope))
    return subject.hazard(UNGRANTED, path, message, shown=_refused(subject, route))


def _no_key(subject: Subject, route: Route) -> Iterator[Hazard]:
    needs = set(route.scopes)
    having = [key for key in subject.keys if needs <= key.scopes]
    if any(not key.revoked if subject.at is None else key.valid(subject.at) for key in having):
        return
    if having:
        what = f"key {list_words((key.id for key in having), limit=3)} has them and is not in force"
    else:
        what = "no key has all of them"
    message = sentence(
        f"no key can reach `{route}`",
        f"it needs {list_words(route.scopes, last='and')}, and {what}",
    )
    severity: Severity = "warning" if having else "error"
    yield subject.hazard(
        NO_KEY,
        join(route.rule, "scopes"),
        message,
        severity=severity,
        shown=_refused(subject, route),
    )


def unguarded_methods(subject: Subject) -> Iterator[Hazard]:
    """Methods whose neighbours need a scope and which need none."""
    if not subject.keys:
        return
    guarding: dict[str, Route] = {}
    for route in subject.routes:
        if route.scopes and not route.public:
            guarding.setdefault(route.path, route)
    for route in subject.routes:
        writes = not route.methods or _WRITING & set(route.methods)
        if route.scopes or route.public or not writes:
            continue
        guarded = guarding.get(route.path)
        if guarded is None:
            continue
        method = next((m for m in route.methods if m in _WRITING), "DELETE")
        weak = sorted(subject.keys, key=lambda key: len(key.scopes))
        shown = None
        for key in weak:
            found = show(subject, ask(subject, route, method, key=key))
            if found is not None and found.claim.allowed:
                shown = found
                break
        message = sentence(
            f"`{route}` needs no scope",
            f"`{guarded}` of the same path needs {list_words(guarded.scopes, last='and')}",
            "add the scope it needs",
        )
        yield subject.hazard(UNGUARDED, route.rule, message, shown=shown)


CHECKS = (
    guarded_routes,
    unguarded_methods,
)
