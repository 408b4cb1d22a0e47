"""What would make a route take this request?

A method more for the route that has the path; a route for exactly this path where none has it,
guarded as the route that is most like it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import quote as percent

from simulator.checks.route import METHOD_NOT_ALLOWED
from simulator.decision import Decision, Finding
from simulator.edit import Insert
from simulator.message import check_method
from simulator.policy import Policy
from simulator.problem import Fault, list_words
from simulator.remedies.remedy import Breadth, Remedy, facts_of
from simulator.routes import Route, RouteTable, check_template, remove_dot_segments
from simulator.source import Data, join

# What a segment may hold as it is (RFC 3986 section 3.3), less what means something in templates.
_PLAIN = "!$&'()+,;=:@-._~"
_DIGITS = frozenset("0123456789abcdefABCDEF-")


def remedies(policy: Policy, decision: Decision, finding: Finding) -> Iterator[Remedy]:
    """What might make a route take the request."""
    methods = _methods(decision)
    if not methods:
        return
    if finding.reason is METHOD_NOT_ALLOWED:
        yield from _another_method(policy, decision, methods)
        return
    yield from _another_host(policy, decision, methods)
    yield from _another_route(policy, decision, methods)


def _methods(decision: Decision) -> tuple[str, ...]:
    """The methods that are asked for; of a preflight also the one that it announces."""
    facts = facts_of(decision)
    announced = facts.request.headers.get("access-control-request-method")
    wanted = (announced, facts.method) if facts.asks and announced else (facts.method,)
    return wanted if all(map(_is_method, wanted)) else ()


def _is_method(text: str) -> bool:
    try:
        return check_method(text) != "*"
    except Fault:
        return False


def _another_method(
    policy: Policy, decision: Decision, methods: tuple[str, ...]
) -> Iterator[Remedy]:
    """The path exists: its most concrete route takes the method too."""
    facts = facts_of(decision)
    own = facts.route
    routes = (own,) if own is not None else facts.match.same_path
    for breadth, route in zip((Breadth.FEW, Breadth.MANY), routes, strict=False):
        missing = tuple(m for m in methods if m not in route.methods)
        if not route.methods or not missing:
            continue
        here = join(route.rule, "methods")
        for added in dict.fromkeys((missing[:1], missing)):
            yield Remedy(
                f"let the route `{route}` take {list_words(added, last='and')} too",
                breadth,
                tuple([Insert(here, method) for method in added]),
                opens=(f"{_who(policy, route)}: `{','.join(added)} {route.path}`",),
                spare=len(added) > 1,
            )


def _another_host(policy: Policy, decision: Decision, methods: tuple[str, ...]) -> Iterator[Remedy]:
    """The path exists on other hosts."""
    target = facts_of(decision).request.target
    table = policy.tables.routes
    for route in table.routes:
        if not route.hosts:
            continue
        alone = RouteTable([replace(route, hosts=())], table.base_paths)
        if alone.find(methods[0], target.path, target.host, target.port).route is not None:
            yield Remedy(
                f"let the route `{route}` exist on `{target.authority}` too",
                Breadth.FEW,
                (Insert(join(route.rule, "hosts"), target.authority),),
                opens=(f"{_who(policy, route)}: `{route}` on {target.authority}",),
            )
            return


def _another_route(
    policy: Policy, decision: Decision, methods: tuple[str, ...]
) -> Iterator[Remedy]:
    """A route for exactly this path; then for its like, where a segment looks like a number."""
    facts = facts_of(decision)
    path = _template(policy.tables.routes, facts.request.target.path)
    if path is None:
        return
    like = _neighbour(policy, path, methods[0])
    general = _general(path)
    for template in dict.fromkeys((path, general)):
        for added in dict.fromkeys((methods[:1], methods)):
            route: dict[str, Data] = {"path": template, "methods": list(added)}
            if like.public:
                route["public"] = True
            elif like.scopes:
                route["scopes"] = list(like.scopes)
            named = Route(0, template, added, like.scopes, like.public)
            yield Remedy(
                f"add the route `{named}`{_guarded(policy, like)}",
                Breadth.FEW if template == path else Breadth.MANY,
                (Insert("routes", route),),
                opens=(f"{_who(policy, named)}: `{named}`",),
                spare=len(added) > 1,
            )


def _template(table: RouteTable, path: str) -> str | None:
    """The path as a template below the base paths; None where it is outside of them."""
    path = remove_dot_segments(path.replace("%2e", ".").replace("%2E", "."))
    if table.base_paths:
        base = next((b for b in table.base_paths if path == b or path.startswith(f"{b}/")), None)
        if base is None:
            return None
        path = path.removeprefix(base) or "/"
    found = "/".join(percent(segment, safe=f"{_PLAIN}%") for segment in path.split("/"))
    try:
        return check_template(found)
    except Fault:
        return None


def _general(path: str) -> str:
    """The template with a parameter in place of what looks like somebody's number."""
    segments = path.split("/")
    numbers = [n for n, s in enumerate(segments) if s and _DIGITS.issuperset(s) and _counts(s)]
    names = ["id"] if len(numbers) == 1 else [f"id{n}" for n in range(1, len(numbers) + 1)]
    for index, name in zip(numbers, names, strict=True):
        segments[index] = f"{{{name}}}"
    return "/".join(segments)


def _counts(segment: str) -> bool:
    return any(char.isdigit() for char in segment)


def _neighbour(policy: Policy, path: str, method: str) -> Route:
    """The route whose path begins most like this one, of those with the method if there are any."""
    wanted = path.split("/")

    def likeness(route: Route) -> tuple[int, bool, bool, bool, int, int]:
        common = 0
        for left, right in zip(wanted, route.path.split("/"), strict=False):
            if left != right and "{" not in right:
                break
            common += 1
        takes = not route.methods or method in route.methods
        guarded = not route.public
        # What has nothing in common with any route is not open just because one of them is.
        alone = common <= 1 and guarded
        return (common, alone, takes, guarded, len(route.scopes), -route.index)

    return max(policy.tables.routes.routes, key=likeness)


def _guarded(policy: Policy, like: Route) -> str:
    """How the new route is guarded, in words; none where nobody is asked for a key."""
    if not policy.keys:
        return ""
    if like.public:
        return f", open to all as `{like}` is"
    scopes = " and ".join(f"`{scope}`" for scope in like.scopes)
    return f", which needs {scopes or 'a key'} as `{like}` does"


def _who(policy: Policy, route: Route) -> str:
    """Who may ask for what a route guards so."""
    if route.public or not policy.keys:
        return "anybody"
    needed = set(route.scopes)
    names = [key.id for key in policy.keys if needed <= key.scopes]
    if not names:
        return "no key"
    return f"key{'s' if len(names) > 1 else ''} {list_words(names, last='and', limit=4)}"
