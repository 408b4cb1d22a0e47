"""Which checks ahead of `cors` does no preflight pass?

A preflight is an OPTIONS request without credentials (Fetch, CORS-preflight fetch). Whatever stands
ahead of CORS judges it as any other request.
"""

from __future__ import annotations

from collections.abc import Iterator

from simulator.edit import Edit, Insert, Remove
from simulator.engine import evaluate
from simulator.hazard import Hazard, Rule, Witness
from simulator.lint.asking import pages_methods, preflight
from simulator.lint.subject import Subject
from simulator.problem import sentence
from simulator.source import join

AUTHENTICATE_FIRST = Rule(
    "order/authenticate-before-cors",
    "error",
    "authentication stands ahead of CORS",
    "Browsers send preflights without cookies, keys or `Authorization`. Whoever asks them for a "
    "credential refuses every one of them, and the request itself is never sent. It works in "
    "curl. This is the commonest way to break CORS.",
    "Let `cors` answer before `authenticate` asks. The request that follows is asked for its key "
    "as before.",
    """\
order: [network, authenticate, cors, route, authorize, rate_limit] # order/authenticate-before-cors
cors:
  origins: [https://shop.example]
  headers: [x-api-key]
keys: [{id: web, key: example-key-1}]
""",
    "puts `cors` ahead; preflights of admitted origins pass then, and nothing else does",
)


ROUTE_FIRST = Rule(
    "order/route-before-cors",
    "error",
    "routes are asked ahead of CORS",
    "A preflight has the method OPTIONS. Where routes name their methods and are asked first, it "
    "is answered 404 or 405, and no code that knows of CORS ever sees it.",
    "Let `cors` answer before routes are looked up, or give the routes OPTIONS.",
    """\
order: [network, route, cors, authenticate, authorize, rate_limit] # order/route-before-cors
cors:
  origins: [https://shop.example]
  methods: [DELETE]
routes:
  - {path: "/orders/{id}", methods: [GET, DELETE]}
""",
    "puts `cors` ahead; preflights of admitted origins pass then, and nothing else does",
)


LIMIT_FIRST = Rule(
    "order/limit-before-cors",
    "note",
    "quotas are counted ahead of CORS",
    "Each preflight spends quota, so that a page has half of it. And a refusal ahead of CORS "
    "does not come to the layer that adds its fields: the page sees `Failed to fetch`, not the "
    "429.",
    "Put `rate_limit` behind `cors`, unless preflights are to be counted.",
    """\
order: [network, rate_limit, cors, route, authenticate, authorize] # order/limit-before-cors
cors:
  origins: [https://shop.example]
rate_limits: [{per: client, quota: 100/minute}]
""",
)


def asked_first(subject: Subject) -> Iterator[Hazard]:
    """Checks ahead of `cors` that no preflight passes."""
    order: list[str] = list(subject.head.order)
    ahead = order[: order.index("cors")]
    for check, rule in (("authenticate", AUTHENTICATE_FIRST), ("route", ROUTE_FIRST)):
        if check not in ahead:
            continue
        shown = _stopped(subject, check)
        if shown is None:
            continue
        path = join("order", order.index(check))
        if check == "authenticate":
            message = sentence(
                "`authenticate` stands ahead of `cors`",
                "a preflight carries no key, so each of them is refused",
                "put `cors` ahead of it",
            )
        else:
            message = sentence(
                "`route` stands ahead of `cors`",
                "a preflight's method is OPTIONS, which the routes do not take",
                "put `cors` ahead of it",
            )
        yield subject.hazard(rule, path, message, shown=shown, edits=_cors_first(order))
    limits = subject.head.rate_limits or [s for s in subject.sections.values() if s.rate_limits]
    if "rate_limit" in ahead and limits and any(g.some_origin for g in subject.grantings):
        message = sentence(
            "`rate_limit` stands ahead of `cors`",
            "preflights spend quota, and its 429 carries no CORS fields",
            "put `cors` ahead of it",
        )
        yield subject.hazard(LIMIT_FIRST, join("order", order.index("rate_limit")), message)


def _stopped(subject: Subject, check: str) -> Witness | None:
    """A preflight of an admitted origin that this check refuses, though `cors` would grant it."""
    for granting in subject.grantings:
        origin = granting.some_origin
        if origin is None:
            continue
        for route in subject.under(granting):
            for method in pages_methods(route):
                shown = preflight(subject, route, origin, method)
                if shown is None:
                    continue
                checks = {f.check for f in evaluate(subject.policy, shown.request).failures}
                if check in checks and not checks & {"cors", "network"}:
                    return shown
    return None


def _cors_first(order: list[str]) -> tuple[Edit, ...]:
    """`cors` moved to where no check ahead of it refuses a preflight."""
    place = order.index("cors")
    stop = min(order.index(name) for name in ("authenticate", "route"))
    return (Remove(join("order", place)), Insert("order", "cors", stop))


RULES = (
    AUTHENTICATE_FIRST,
    ROUTE_FIRST,
    LIMIT_FIRST,
)

CHECKS = (asked_first,)
