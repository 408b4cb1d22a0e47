"""What may people write of CORS?

What is left out is what the behaviour's family of servers does by default.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field

from simulator.behaviours import BEHAVIOURS, check_behaviour
from simulator.grants import (
    check_exposed_header,
    check_granted_header,
    check_granted_method,
    is_exact,
)
from simulator.origin import OriginPattern, check_origin
from simulator.problem import Problem, quote
from simulator.section import Section
from simulator.source import Document, join

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
            description="The family of servers that answers so.",
            json_schema_extra={"enum": list(BEHAVIOURS)},
        ),
    ] = "standard"
    origins: Annotated[
        tuple[OriginText, ...] | None, Field(description="Origins that may read.")
    ] = None
    methods: Annotated[
        tuple[Annotated[str, AfterValidator(check_granted_method)], ...] | None,
        Field(
            description="Methods granted; `*` for all. The standard behaviour grants GET, HEAD "
            "and POST besides.",
            examples=[["DELETE", "PUT"]],
        ),
    ] = None
    headers: Annotated[
        tuple[Annotated[str, AfterValidator(check_granted_header)], ...] | None,
        Field(description="Request headers granted; `*` for all.", examples=[["x-api-key"]]),
    ] = None
    expose: Annotated[
        tuple[Annotated[str, AfterValidator(check_exposed_header)], ...] | None,
        Field(description="Response headers that the page may read.", examples=[["x-request-id"]]),
    ] = None
    credentials: Annotated[
        bool | None, Field(description="Whether requests with cookies are admitted.")
    ] = None
    max_age: Annotated[
        int | None,
        Field(ge=0, description="Seconds for which browsers may keep a preflight's answer."),
    ] = None
    enforce: Annotated[
        bool | None,
        Field(description="Whether the server itself refuses actual requests of other origins."),
    ] = None
    fixed: Annotated[
        bool | None,
        Field(
            description="Whether the one origin listed is sent to everybody, whoever asks: what "
            "Express, Koa and Fastify do with an `origin` that is text."
        ),
    ] = None
    private_network: Annotated[
        bool,
        Field(description="Whether preflights from public to private networks are granted."),
    ] = False


def cors_problems(section: CorsSection, path: str, document: Document) -> list[Problem]:
    """Mistakes that show only when several keys are seen together."""
    found: list[Problem] = []
    for name in ("origins", "methods", "headers", "expose"):
        seen: dict[str, int] = {}
        for index, value in enumerate(getattr(section, name) or ()):
            same = value.lower() if name in ("headers", "expose") else value
            if same in seen:
                found.append(
                    document.problem(
                        join(path, name, index),
                        f"{quote(value)} stands twice in `{join(path, name)}`",
                        f"it is entry {seen[same] + 1} already",
                        "remove one",
                    )
                )
            seen.setdefault(same, index)
    behaviour = BEHAVIOURS[section.behaviour]
    origins = behaviour.origins if section.origins is None else section.origins
    if section.fixed and not (len(origins) == 1 and is_exact(OriginPattern.parse(origins[0]))):
        found.append(
            document.problem(
                join(path, "fixed"),
                "`fixed` needs one origin",
                f"`{join(path, 'origins')}` does not list exactly one without `*`",
                "list one, or remove `fixed`",
            )
        )
    if behaviour.star_credentials == "error" and section.credentials and "*" in origins:
        found.append(
            document.problem(
                join(path, "credentials"),
                f"`{section.behaviour}` does not serve `*` with credentials",
                "it fails where both are configured",
                "list the origins one by one",
            )
        )
    return found
