"""May this page read the answer, and would a browser go on after the preflight?

The server's half of CORS: Fetch sections 3.3 (HTTP extensions) and 4.8 (preflight). A preflight is
answered here. An actual request is served whatever its origin, and the browser hides the answer
unless the fields are there; only `enforce: true` makes the server refuse it (as Spring does).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

from pydantic import AfterValidator, Field

from simulator.check import section_of, skip
from simulator.decision import Finding, Near, Outcome, Party, Reason
from simulator.facts import Facts
from simulator.grants import (
    BEHAVIOURS,
    SAFELISTED_METHODS,
    Behaviour,
    allow_headers,
    allow_methods,
    allow_origin,
    check_behaviour,
    check_granted_header,
    check_granted_method,
)
from simulator.message import check_field_name
from simulator.origin import OriginPattern, Origins, check_origin
from simulator.problem import Problem, list_words, quote
from simulator.section import Section
from simulator.source import Document, join

ORIGIN_NOT_ALLOWED = Reason(
    code="cors.origin-not-allowed",
    status=403,
    party=Party.BROWSER,
    title="the origin is not allowed",
    text="the origin `{origin}` is not among the origins of `{section}`",
    meaning="The page's origin is not one the server grants. The server answers without "
    "`Access-Control-Allow-Origin`, and the browser keeps the answer from the page.",
    causes=(
        "the origin differs in scheme, port, `www.` or a letter from the one listed",
        "the page runs on another host than was planned (a preview, localhost)",
        "the Origin is `null`: a sandboxed frame, a file, or a redirect to another origin",
    ),
    remedies=(
        "list the origin exactly as the browser sends it",
        "list `https://*.example.com` for every host below a name",
    ),
    spec="Fetch, CORS check, step 4",
)
METHOD_NOT_ALLOWED = Reason(
    code="cors.method-not-allowed",
    status=403,
    party=Party.SERVER,
    title="the preflight does not grant the method",
    text="the method `{method}` is not among the methods of `{section}`",
    meaning="The browser asked beforehand whether the page may use this method, and the answer "
    "does not name it. GET, HEAD and POST need no naming; names compare by case.",
    causes=(
        "the method is missing in the CORS configuration, though the route exists",
        "the method was written in another case: `patch` is not `PATCH`",
    ),
    remedies=("add the method to `cors.methods`", "send the method in capitals"),
    spec="Fetch, CORS-preflight fetch, step 7.5",
)
HEADER_NOT_ALLOWED = Reason(
    code="cors.header-not-allowed",
    status=403,
    party=Party.SERVER,
    title="the preflight does not grant a request header",
    text="the request header {headers} is not among the headers of `{section}`",
    meaning="The browser asked beforehand whether the page may send these headers, and the answer "
    "does not name all of them.",
    causes=(
        "a client library adds a header (tracing, `authorization`, `content-type` for JSON)",
        "the header was added to the client and not to the CORS configuration",
    ),
    remedies=("add the header to `cors.headers`", "do not send the header"),
    spec="Fetch, CORS-preflight fetch, steps 7.6 and 7.7",
)
WILDCARD_WITH_CREDENTIALS = Reason(
    code="cors.wildcard-with-credentials",
    status=403,
    party=Party.BROWSER,
    title="`*` does not admit a request with credentials",
    text="the request has cookies, and `*` in `{section}` admits no request with credentials",
    meaning="`Access-Control-Allow-Origin: *` grants access only to requests made without "
    "credentials. The browser refuses the answer to any other.",
    causes=("the page uses `credentials: 'include'` or `withCredentials`",),
    remedies=(
        "list the origins one by one and set `credentials: true`",
        "fetch without credentials, if the API does not need its cookies",
    ),
    spec="Fetch, CORS check, steps 3 and 4",
)
CREDENTIALS_NOT_ALLOWED = Reason(
    code="cors.credentials-not-allowed",
    status=403,
    party=Party.BROWSER,
    title="the server does not allow credentials",
    text="the request has cookies, and `{section}` does not say `credentials: true`",
    meaning="The request was made with credentials and the answer has no "
    "`Access-Control-Allow-Credentials: true`; the browser keeps it from the page.",
    causes=("the page uses `credentials: 'include'` or `withCredentials`",),
    remedies=("set `cors.credentials: true`", "fetch without credentials"),
    spec="Fetch, CORS check, steps 5 to 8",
)
NO_FIELDS = Reason(
    code="cors.no-fields",
    status=403,
    party=Party.BROWSER,
    title="the server sends no CORS fields at all",
    text="the server has no CORS configuration, and the page at `{origin}` is another origin",
    meaning="The answer carries no `Access-Control-Allow-Origin`; a page of another origin cannot "
    "read it, whatever its status.",
    causes=(
        "CORS was never configured, or not for this route",
        "an error is answered by a layer in front of the one that adds the fields",
    ),
    remedies=("add a `cors` section with the page's origin", "serve page and API from one origin"),
    spec="Fetch, CORS check, step 2",
)
REASONS = (
    ORIGIN_NOT_ALLOWED,
    METHOD_NOT_ALLOWED,
    HEADER_NOT_ALLOWED,
    WILDCARD_WITH_CREDENTIALS,
    CREDENTIALS_NOT_ALLOWED,
    NO_FIELDS,
)


OriginText = Annotated[
    str,
    AfterValidator(check_origin),
    Field(
        description="An origin as browsers send it; `https://*.example.com` for all hosts below; "
        "`*` for any; `null` for sandboxed pages.",
        examples=["https://shop.example", "https://*.preview.shop.example", "http://localhost:*"],
    ),
]


class CorsSection(Section):
    """What the server grants to pages of other origins."""

    behaviour: Annotated[
        str,
        AfterValidator(check_behaviour),
        Field(
            description="The server family whose statuses answer preflights.",
            json_schema_extra={"enum": list(BEHAVIOURS)},
        ),
    ] = "standard"
    origins: Annotated[tuple[OriginText, ...], Field(description="Origins that may read.")] = ()
    methods: Annotated[
        tuple[Annotated[str, AfterValidator(check_granted_method)], ...],
        Field(
            description="Methods granted besides GET, HEAD and POST; `*` for all.",
            examples=[["DELETE", "PUT"]],
        ),
    ] = ()
    headers: Annotated[
        tuple[Annotated[str, AfterValidator(check_granted_header)], ...],
        Field(description="Request headers granted; `*` for all.", examples=[["x-api-key"]]),
    ] = ()
    expose: Annotated[
        tuple[Annotated[str, AfterValidator(check_field_name)], ...],
        Field(description="Response headers that the page may read.", examples=[["x-request-id"]]),
    ] = ()
    credentials: Annotated[
        bool, Field(description="Whether requests with cookies are admitted.")
    ] = False
    max_age: Annotated[
        int | None,
        Field(ge=0, description="Seconds for which browsers may keep a preflight's answer."),
    ] = None
    enforce: Annotated[
        bool,
        Field(description="Whether the server itself refuses actual requests of other origins."),
    ] = False


def problems(section: CorsSection, path: str, document: Document) -> list[Problem]:
    """Mistakes that show only when several keys are seen together."""
    found: list[Problem] = []
    for name in ("origins", "methods", "headers", "expose"):
        seen: dict[str, int] = {}
        for index, value in enumerate(getattr(section, name)):
            if value in seen:
                found.append(
                    document.problem(
                        join(path, name, index),
                        f"{quote(value)} stands twice in `{join(path, name)}`",
                        f"it is entry {seen[value] + 1} already",
                        "remove one",
                    )
                )
            seen.setdefault(value, index)
    return found


@dataclass(frozen=True, slots=True)
class _Compiled:
    path: str
    origins: Origins
    methods: frozenset[str]
    headers: frozenset[str]
    credentials: bool
    enforce: bool
    behaviour: Behaviour
    passes: tuple[Finding, ...]  # for each exact origin, what an actual request is answered
    expose: tuple[tuple[str, str], ...]
    preflight: tuple[tuple[str, str], ...]


def compile_section(section: CorsSection, path: str) -> _Compiled:
    """The section as it judges."""
    patterns = [OriginPattern.parse(text) for text in section.origins]
    expose = (
        (("access-control-expose-headers", ", ".join(section.expose)),) if section.expose else ()
    )
    preflight = (
        (("access-control-max-age", str(section.max_age)),) if section.max_age is not None else ()
    )
    passes = tuple(
        Finding(
            "cors",
            Outcome.PASS,
            join(path, "origins", index),
            fields=(
                *allow_origin(pattern.text, pattern.kind == "any", section.credentials),
                *expose,
            ),
            note=f"the origin is admitted by `{pattern.text}`",
        )
        for index, pattern in enumerate(patterns)
    )
    return _Compiled(
        path,
        Origins(patterns),
        frozenset(section.methods),
        frozenset(section.headers),
        section.credentials,
        section.enforce,
        BEHAVIOURS[section.behaviour],
        passes,
        expose,
        preflight,
    )


_NO_ORIGIN = skip("cors", "not a CORS request: it has no Origin field")
_SAME_ORIGIN = skip(
    "cors", "not a CORS request: the Origin is the server's own, or a WebSocket is opened"
)


class CorsCheck:
    """The compiled question."""

    __slots__ = ("_by_route", "_own")

    name = "cors"
    reads = frozenset(
        {
            "origin", "sent_origin", "credentialed", "preflight", "requested_method",
            "requested_headers", "route",
        }
    )  # fmt: skip

    def __init__(self, own: _Compiled | None, by_route: Mapping[int, _Compiled]) -> None:
        self._own = own
        self._by_route = by_route

    def judge(self, facts: Facts) -> Finding:
        origin = facts.origin
        if origin is None:
            return _NO_ORIGIN if facts.sent_origin is None else _SAME_ORIGIN
        section = section_of(facts, self._own, self._by_route)
        if section is None:
            party = Party.SERVER if facts.preflight else Party.BROWSER
            return Finding("cors", Outcome.FAIL, None, {"origin": origin}, NO_FIELDS, party, 403)
        index = section.origins.find(origin)
        if facts.preflight:
            return self._preflight(facts, section, origin, index)
        if index is None:
            return _hidden(section, ORIGIN_NOT_ALLOWED, section.path, {"origin": origin})
        pattern = section.origins.patterns[index]
        kind = pattern.kind
        passed = section.passes[index]
        if facts.credentialed:
            rule = passed.rule
            if kind == "any":
                return _hidden(section, WILDCARD_WITH_CREDENTIALS, rule, {"origin": origin})
            if not section.credentials:
                return _hidden(section, CREDENTIALS_NOT_ALLOWED, section.path, {"origin": origin})
        if kind == "any" or pattern.text == origin:
            return passed
        fields = (*allow_origin(origin, False, section.credentials), *section.expose)
        return Finding("cors", Outcome.PASS, passed.rule, fields=fields, note=passed.note)

    def _preflight(
        self, facts: Facts, section: _Compiled, origin: str, index: int | None
    ) -> Finding:
        behaviour = section.behaviour
        values: dict[str, object] = {"origin": origin, "section": section.path}
        if index is None:
            return _refused(ORIGIN_NOT_ALLOWED, section.path, values, behaviour.origin)
        method = facts.requested_method
        if not (
            method in SAFELISTED_METHODS or method in section.methods or "*" in section.methods
        ):
            values["method"] = method
            return _refused(METHOD_NOT_ALLOWED, section.path, values, behaviour.method)
        if "*" not in section.headers:
            missing = tuple(n for n in facts.requested_headers if n not in section.headers)
            if missing:
                values["headers"] = missing
                return _refused(HEADER_NOT_ALLOWED, section.path, values, behaviour.header)
        anyone = section.origins.patterns[index].kind == "any"
        return Finding(
            "cors",
            Outcome.PASS,
            join(section.path, "origins", index),
            status=behaviour.ok,
            fields=(
                *allow_origin(origin, anyone, section.credentials),
                allow_methods(section.methods, method, section.credentials),
                *allow_headers(section.headers, facts.requested_headers, section.credentials),
                *section.preflight,
                ("vary", "Access-Control-Request-Method, Access-Control-Request-Headers"),
            ),
            note="the preflight grants origin, method and headers",
        )

    def near(self, facts: Facts) -> tuple[Near, ...]:
        section = section_of(facts, self._own, self._by_route)
        origin = facts.origin
        if section is None or origin is None:
            return ()
        if section.origins.find(origin) is None:
            if origin == "null":
                return (Near("`null` is only admitted where it is listed"),)
            return tuple(
                Near(
                    f"`{section.origins.patterns[index].text}` is listed: {difference}",
                    join(section.path, "origins", index),
                )
                for index, difference in section.origins.nearest(origin)
            )
        if not facts.preflight:
            return ()
        method = facts.requested_method
        if method.upper() != method and method.upper() in section.methods | SAFELISTED_METHODS:
            return (Near(f"`{method.upper()}` is granted, and methods compare by case"),)
        granted = sorted(section.methods | SAFELISTED_METHODS)
        if method not in granted and "*" not in section.methods:
            return (
                Near(
                    f"granted are {list_words(granted, last='and')}", join(section.path, "methods")
                ),
            )
        return (
            Near(
                f"granted are {list_words(sorted(section.headers), last='and')}",
                join(section.path, "headers"),
            ),
        )


def _refused(reason: Reason, rule: str, values: Mapping[str, object], status: int) -> Finding:
    """A preflight that is not granted. An ok status without the fields is a browser's no."""
    party = Party.SERVER if status >= 300 else Party.BROWSER
    return Finding("cors", Outcome.FAIL, rule, values, reason, party, status)


def _hidden(
    section: _Compiled, reason: Reason, rule: str | None, values: dict[str, object]
) -> Finding:
    """An actual request that is not admitted: served and hidden, unless the server enforces."""
    party = Party.SERVER if section.enforce else Party.BROWSER
    values["section"] = section.path
    return Finding("cors", Outcome.FAIL, rule, values, reason, party, 403)
