"""Do preflights come through to what answers them, and does the answer let pages do their work?

A preflight is an OPTIONS request without credentials that must be answered by 200 to 299 (Fetch,
CORS-preflight fetch, steps 7 and 8). Whatever stands ahead of CORS judges it as any other request.
"""

from __future__ import annotations

from collections.abc import Iterator

from simulator.edit import Remove
from simulator.engine import evaluate
from simulator.hazard import Hazard, Rule, Severity, Witness
from simulator.lint.asking import pages_methods, preflight, some_route
from simulator.lint.subject import Subject
from simulator.principals import Place
from simulator.problem import list_words, sentence
from simulator.routes import Route
from simulator.source import join

_SAFELISTED = ("GET", "HEAD", "POST")

WITHOUT_OPTIONS = Rule(
    "cors/route-without-options",
    "error",
    "a route whose preflights reach no CORS",
    "Gateways such as Kong, APISIX, Traefik and Envoy look for a route before any plugin runs. "
    "The route names its methods and OPTIONS is not among them: the preflight is answered 404 "
    "without a CORS field. Requests that need no preflight work, which makes it look random; "
    "where the route has such requests alone it is a warning.",
    "Add OPTIONS to the route's methods. It is then let through to the route's backend as well, "
    "where it is no preflight.",
    """\
cors:
  behaviour: kong
  origins: [https://shop.example]
routes:
  - {path: "/orders/{id}", methods: [GET, PUT]} # cors/route-without-options
""",
)
ANSWERED_ELSEWHERE = Rule(
    "cors/application-answers-preflights",
    "error",
    "something ahead of CORS answers preflights",
    "A redirect to https, to the path with the slash or to a login page; a gateway's refusal: "
    "whatever it is, browsers follow no redirect of a preflight and take no error for a yes.",
    "Let CORS answer OPTIONS ahead of it.",
    """\
cors:
  origins: [https://shop.example]
  headers: [x-api-key]
routes:
  - path: /orders
    response:
      status: 308
      headers: {location: "https://api.example.com/orders/"}
      preflights: true # cors/application-answers-preflights
""",
    "removes `preflights`; preflights of admitted origins pass then, and nothing else does",
)
NOT_SENDABLE = Rule(
    "cors/key-not-sendable",
    "warning",
    "pages are admitted that cannot send a key",
    "The routes want a key, and nowhere where it is looked for can a page put it: the header is "
    "not among those granted, or cookies are not admitted. The preflight fails, or the request "
    "comes without its key.",
    "Grant the header the key is sent in, in `cors.headers`; for a cookie write `credentials: "
    "true`.",
    """\
cors:
  origins: [https://shop.example]
  headers: [content-type] # cors/key-not-sendable
keys: [{id: web, key: example-key-1}]
""",
)
METHOD_NOT_GRANTED = Rule(
    "cors/method-not-granted",
    "note",
    "routes take methods that pages are not granted",
    "GET, HEAD and POST need no grant; every other method does. Where pages are meant to read "
    "only, this is as it should be.",
    "Add the methods to `cors.methods` if pages are to use them.",
    """\
cors: # cors/method-not-granted
  origins: [https://shop.example]
routes:
  - {path: "/orders/{id}", methods: [GET, DELETE]}
""",
)
RULES = (
    WITHOUT_OPTIONS, ANSWERED_ELSEWHERE,
    NOT_SENDABLE, METHOD_NOT_GRANTED,
)  # fmt: skip


def unrouted(subject: Subject) -> Iterator[Hazard]:
    """Routes that gateways do not find for a preflight."""
    order = subject.head.order
    if order.index("route") < order.index("cors"):
        return  # told of the order
    for granting in subject.grantings:
        origin = granting.some_origin
        if origin is None or granting.behaviour.routed == "no":
            continue
        for route in subject.under(granting):
            methods = pages_methods(route)
            if route is None or not methods:
                continue
            shown = preflight(subject, route, origin, methods[-1])
            if shown is None or not (shown.claim.reason or "").startswith("route."):
                continue
            message = sentence(
                f"preflights for `{route}` are answered {shown.claim.status} without CORS fields",
                f"`{granting.section.behaviour}` wants a route that takes OPTIONS",
                "add OPTIONS to its methods",
            )
            bare = all(m in _SAFELISTED for m in methods) and not _asks_header(subject, route)
            severity: Severity = "warning" if bare else "error"
            path = join(route.rule, "methods")
            yield subject.hazard(WITHOUT_OPTIONS, path, message, severity=severity, shown=shown)


def _asks_header(subject: Subject, route: Route) -> bool:
    """Whether a page's request to the route carries a key in a header, which needs a preflight."""
    places = subject.policy.tables.principals.places
    kinds = {place.kind for place in places}
    return bool(subject.keys) and not route.public and not kinds & {"cookie", "query"}


def answered_elsewhere(subject: Subject) -> Iterator[Hazard]:
    """Preflights that get the application's answer."""
    for route, path, response in subject.responses:
        if not response.preflights or response.status < 300:
            continue
        granting = subject.granting(route)
        origin = granting.some_origin if granting is not None else None
        if origin is None:
            continue
        asked = route or some_route(subject)[0]
        shown = next(
            (s for m in pages_methods(asked) if (s := preflight(subject, asked, origin, m))), None
        )
        if shown is None or shown.claim.allowed or shown.claim.status != response.status:
            continue
        message = sentence(
            f"preflights are answered {response.status} by the application",
            "browsers follow no redirect of a preflight" if response.status < 400
            else "a preflight needs a status from 200 to 299",
            "answer OPTIONS ahead of it",
        )  # fmt: skip
        place = join(path, "preflights")
        yield subject.hazard(
            ANSWERED_ELSEWHERE, place, message, shown=shown, edits=(Remove(place),)
        )


def keys_from_pages(subject: Subject) -> Iterator[Hazard]:
    """Sections that admit pages which cannot send the key that the routes want."""
    places = subject.policy.tables.principals.places
    if not subject.keys or any(place.kind == "query" for place in places):
        return
    for granting in subject.grantings:
        origin = granting.some_origin
        if origin is None:
            continue
        if any(place.kind == "cookie" for place in places) and granting.admits_cookies(origin):
            continue
        routes = [r for r in subject.under(granting) if r is None or not r.public]
        headers = dict.fromkeys(filter(None, map(_header, places)))
        refused = [_without_header(subject, origin, routes, header) for header in headers]
        if not routes or None in refused:
            continue
        key = "headers" if headers else "credentials"
        message = sentence(
            f"pages that `{granting.path}` admits cannot send a key",
            f"the header {list_words(headers)} is not granted" if headers
            else "the key is a cookie, and cookies are not admitted",
            f"add it to `{join(granting.path, 'headers')}`" if headers
            else "write `credentials: true`",
        )  # fmt: skip
        yield subject.hazard(
            NOT_SENDABLE, granting.place(key), message, shown=next(iter(refused), None)
        )


def _header(place: Place) -> str:
    if place.kind == "header":
        return place.name
    return "authorization" if place.kind in ("bearer", "basic") else ""


def _without_header(
    subject: Subject, origin: str, routes: list[Route | None], header: str
) -> Witness | None:
    """A preflight that is refused for this header; None where it is granted, or not known."""
    for route in routes:
        for method in pages_methods(route)[:1]:
            shown = preflight(subject, route, origin, method, header)
            if shown is None:
                continue
            failures = evaluate(subject.policy, shown.request).failures
            told = next((f.reason for f in failures if f.check == "cors"), None)
            if told is None:
                return None
            if told.code == "cors.header-not-allowed":
                return shown
    return None


def methods_from_pages(subject: Subject) -> Iterator[Hazard]:
    """Methods that routes take and pages are not granted."""
    for granting in subject.grantings:
        origin = granting.some_origin
        if origin is None:
            continue
        found: dict[str, Witness] = {}
        routes: set[int] = set()
        for route in subject.under(granting):
            if route is None:
                continue
            for method in pages_methods(route):
                shown = _ungranted(subject, route, origin, method)
                if shown is not None:
                    found.setdefault(method, shown)
                    routes.add(route.index)
        if not found:
            continue
        where = "a route takes" if len(routes) == 1 else f"{len(routes)} routes take"
        message = sentence(
            f"{where} {list_words(found, last='and')}",
            f"`{granting.path}` does not grant it, so no page can use it",
            "add it to `methods` if pages are meant to",
        )
        path = granting.place("methods")
        yield subject.hazard(METHOD_NOT_GRANTED, path, message, shown=next(iter(found.values())))


def _ungranted(subject: Subject, route: Route, origin: str, method: str) -> Witness | None:
    if method in _SAFELISTED:
        return None
    shown = preflight(subject, route, origin, method)
    reason = "" if shown is None else shown.claim.reason
    return shown if reason == "cors.method-not-allowed" else None


CHECKS = (
    unrouted, answered_elsewhere, keys_from_pages, methods_from_pages,
)  # fmt: skip
