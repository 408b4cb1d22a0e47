"""Is there a request for every route, and does each route take what it seems to?

Routes as `simulator.routes` looks them up: the most concrete path first, of one path those that
name the host, then those that name the method.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from urllib.parse import unquote

from simulator.edit import Edit, Remove
from simulator.hazard import Hazard, Rule
from simulator.lint.subject import Subject
from simulator.problem import list_words, sentence
from simulator.routes import Route, template_key
from simulator.source import join

NEVER_REACHED = Rule(
    "routes/never-reached",
    "warning",
    "a route that another one always takes",
    "Of the routes with one path those that name the host are asked first, then those that name "
    "the method, then the first that was written. Whatever this route would take, another takes "
    "before it: its scopes, networks and quotas never count.",
    "Move it up, name other hosts, or remove it.",
    """\
routes:
  - {path: /orders, methods: [GET], hosts: ["*.shop.example"]}
  - {path: /orders, methods: [GET], hosts: [api.shop.example]} # routes/never-reached
""",
    "removes the route, where those that take it ask the same of a request",
)
DOT_SEGMENT = Rule(
    "routes/dot-segment",
    "error",
    "a path with a dot segment",
    "`.` and `..` are removed from the path of every request before it is compared (RFC 3986 "
    "section 5.2.4), so that no request ever has this path.",
    "Write the path without them.",
    """\
routes:
  - {path: /files/../orders, methods: [GET]} # routes/dot-segment
""",
)
HOST_OUTSIDE = Rule(
    "routes/host-outside",
    "warning",
    "a route on a host that the policy does not judge",
    "`hosts` says which hosts the policy judges, and the route's are none of them. It is never "
    "asked about a request that could reach the route.",
    "Add the route's host to `hosts`, or correct it.",
    """\
hosts: [api.shop.example]
routes:
  - {path: /orders, methods: [GET], hosts: [shop.example]} # routes/host-outside
""",
)
ANY_METHOD = Rule(
    "routes/public-any-method",
    "note",
    "a public route that takes every method",
    "A route without `methods` takes them all, DELETE as well, and being public it asks nobody "
    "for a key.",
    "Name the methods it is meant for.",
    """\
keys: [{id: web, env: WEB_KEY}]
routes:
  - {path: /orders}
  - {path: /health, public: true} # routes/public-any-method
""",
)
RULES = (NEVER_REACHED, DOT_SEGMENT, HOST_OUTSIDE, ANY_METHOD)


def unreachable(subject: Subject) -> Iterator[Hazard]:
    """Routes that no request reaches."""
    judged = subject.head.hosts
    same_path: dict[tuple[str, ...], list[Route]] = defaultdict(list)
    for route in subject.routes:
        segments = tuple(unquote(part) for part in template_key(route.path).split("/"))
        same_path[segments].append(route)
        if any(part in (".", "..") for part in segments):
            message = sentence(
                f"`{route.path}` is no request's path",
                "dot segments are removed before paths are compared",
                "write it without them",
            )
            yield subject.hazard(DOT_SEGMENT, join(route.rule, "path"), message)
        if judged and route.hosts and not _overlap(route.hosts, judged):
            message = sentence(
                f"`{route}` is on {list_words(route.hosts, last='and')}",
                f"the policy judges {list_words(judged, last='and')} alone",
                "add its host to `hosts`",
            )
            yield subject.hazard(HOST_OUTSIDE, join(route.rule, "hosts"), message)
    for routes in same_path.values():
        # As they are asked.
        routes.sort(key=lambda route: (not route.hosts, not route.methods, route.index))
        for place, route in enumerate(routes):
            takers = _takers(route, routes[:place], judged)
            if not takers:
                continue
            named = ", ".join(
                f"`{other}` (line {subject.policy.span(other.rule).line})" for other in takers[:3]
            )
            message = sentence(
                f"no request reaches `{route}`",
                f"{named} {'takes' if len(takers) == 1 else 'take'} all of it before",
                "name other hosts, or remove it",
            )
            same = all(_alike(subject, route, other) for other in takers)
            edits: tuple[Edit, ...] = (Remove(route.rule),) if same else ()
            yield subject.hazard(NEVER_REACHED, route.rule, message, edits=edits)


def _alike(subject: Subject, route: Route, other: Route) -> bool:
    """Whether the two ask the same of a request: whoever wrote both may have meant one."""
    names = ("scopes", "public", "network", "cors", "rate_limits", "response")
    sections = subject.sections[route.index], subject.sections[other.index]
    return all(getattr(sections[0], name) == getattr(sections[1], name) for name in names)


def _takers(route: Route, before: Sequence[Route], judged: Sequence[str]) -> list[Route]:
    """The routes that together take all that this one would; none, if something is left to it.

    Of each part the first that takes it is named: nothing takes it before, so none of them is such
    a route itself.
    """
    found: dict[int, Route] = {}
    for host in route.hosts or judged or ("",):
        for method in route.methods or ("",):
            taker = next((t for t in before if _takes(t, host, method)), None)
            if taker is None:
                return []
            found[taker.index] = taker
    return list(found.values())


def _takes(route: Route, host: str, method: str) -> bool:
    """Whether the route takes all requests with this host and method (empty: every one)."""
    if route.methods and method not in route.methods:
        return False
    return not route.hosts or any(host and _within(host, wide) for wide in route.hosts)


def _within(host: str, wide: str) -> bool:
    """Whether every host that the one pattern means is meant by the other."""
    name, port = _split(host)
    other, other_port = _split(wide)
    if other_port and port != other_port:
        return False
    return name == other or (other.startswith("*.") and name.removeprefix("*").endswith(other[1:]))


def _overlap(hosts: Sequence[str], others: Sequence[str]) -> bool:
    """Whether any host is meant by both lists."""
    for one in hosts:
        for other in others:
            (name, port), (wide, wide_port) = _split(one), _split(other)
            if port and wide_port and port != wide_port:
                continue
            if _within(name, wide) or _within(wide, name):
                return True
    return False


def _split(host: str) -> tuple[str, str]:
    name, colon, port = host.lower().rpartition(":")
    return (name, port) if colon and not host.endswith("]") else (host.lower(), "")


def open_routes(subject: Subject) -> Iterator[Hazard]:
    """Public routes that take every method."""
    for route in subject.routes:
        if subject.keys and route.public and not route.methods:
            message = sentence(
                f"`{route.path}` is public and takes every method", "DELETE as well",
                "name its methods",
            )  # fmt: skip
            yield subject.hazard(ANY_METHOD, route.rule, message)


CHECKS = (unreachable, open_routes)
