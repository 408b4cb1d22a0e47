"""Is there anything at this URL, and does it take this method?

Paths as OpenAPI 3.1 templates; 404 and 405 as in RFC 9110 sections 15.5.5 and 15.5.6, the latter
with the Allow field that the standard demands.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field

from simulator.check import skip
from simulator.decision import Finding, Near, Outcome, Party, Reason
from simulator.facts import Facts
from simulator.message import check_method
from simulator.problem import list_words
from simulator.routes import Route, RouteTable, check_host, check_template
from simulator.section import Section
from simulator.source import join

NOT_FOUND = Reason(
    code="route.not-found",
    status=404,
    party=Party.SERVER,
    title="no route has this path",
    text="no route has the path `{path}`",
    meaning="The URL's path matches no route. Some gateways answer 403 for this, so as not to say "
    "what exists.",
    causes=(
        "a slash too many or missing, another case, a doubled slash",
        "the base path or version is missing or another one",
        "the request went to the wrong host",
    ),
    remedies=("compare the path with the routes, segment by segment", "add the route"),
    spec="RFC 9110 section 15.5.5",
)
METHOD_NOT_ALLOWED = Reason(
    code="route.method-not-allowed",
    status=405,
    party=Party.SERVER,
    title="the path exists, but not with this method",
    text="`{path}` does not take the method `{method}`",
    meaning="A route has this path and lists other methods.",
    causes=(
        "the client uses another method than the API documents",
        "the method was written in another case: methods are case-sensitive",
        "a preflight (OPTIONS) is judged by the routes before CORS answers it",
    ),
    remedies=(
        "use a method that the route lists",
        "add the method to the route",
        "put `cors` ahead of `route` in `order`",
    ),
    spec="RFC 9110 section 15.5.6",
)
REASONS = (NOT_FOUND, METHOD_NOT_ALLOWED)

HostText = Annotated[
    str,
    AfterValidator(check_host),
    Field(description="A host, with a port or without; `*.name` for all below a name."),
]


class RouteSection(Section):
    """What the route itself is; `simulator.policy` adds the sections it may carry."""

    path: Annotated[
        str,
        AfterValidator(check_template),
        Field(description="Path template as in OpenAPI.", examples=["/orders/{id}"]),
    ]
    methods: Annotated[
        tuple[Annotated[str, AfterValidator(check_method)], ...],
        Field(description="Methods it takes; `*` or left out: every method.", examples=[["GET"]]),
    ] = ()
    scopes: Annotated[
        tuple[str, ...],
        Field(description="Scopes a key must have, all of them.", examples=[["orders:read"]]),
    ] = ()
    public: Annotated[bool, Field(description="Whether it needs no key.")] = False
    hosts: Annotated[tuple[HostText, ...], Field(description="Hosts it exists on.")] = ()
    description: Annotated[str, Field(description="What it is for; for people.")] = ""


def compile_route(section: RouteSection, index: int) -> Route:
    """The route as it is looked up."""
    methods = () if "*" in section.methods else section.methods
    return Route(index, section.path, methods, section.scopes, section.public, section.hosts)


_NO_SECTION = skip("route", "the policy has no `routes`")


class RouteCheck:
    """The compiled question. An absent route table means that any path exists."""

    __slots__ = ("_passes", "_table")

    name = "route"
    reads = frozenset({"match", "method", "request"})

    def __init__(self, table: RouteTable) -> None:
        self._table = table
        self._passes = tuple(
            Finding("route", Outcome.PASS, route.rule, note=f"`{route}`") for route in table.routes
        )

    def judge(self, facts: Facts) -> Finding:
        match = facts.match
        if match.route is not None:
            return self._passes[match.route.index]
        if not self._passes:
            return _NO_SECTION
        path = facts.request.target.path
        if not match.same_path:
            return Finding(
                "route", Outcome.FAIL, "routes", {"path": path}, NOT_FOUND, Party.SERVER, 404
            )
        methods = _methods(match.same_path)
        return Finding(
            "route",
            Outcome.FAIL,
            join(match.same_path[0].rule, "methods"),
            {"path": path, "method": facts.method, "methods": methods},
            METHOD_NOT_ALLOWED,
            Party.SERVER,
            405,
            (("allow", ", ".join(methods)),),
        )

    def near(self, facts: Facts) -> tuple[Near, ...]:
        target = facts.request.target
        same_path = facts.match.same_path
        if not same_path:
            found = self._table.nearest(facts.method, target.path, target.host, target.port)
            return tuple(Near(text) for text in found)
        near = [
            Near(f"`{route.path}` takes {list_words(route.methods, last='and')}", route.rule)
            for route in same_path[:3]
        ]
        if facts.method.upper() in _methods(same_path):
            near.insert(0, Near("methods are case-sensitive: send it in capitals"))
        return tuple(near)


def _methods(routes: tuple[Route, ...]) -> tuple[str, ...]:
    return tuple(sorted({method for route in routes for method in route.methods}))
