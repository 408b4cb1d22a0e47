"""What may people write in a policy?

The whole grammar at a glance. Each check's own section stands with the check; this says how they
make up a policy. Everything left out is empty and means nothing more; defaults are words.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field

from simulator.application import ResponseSection
from simulator.checks import authenticate as authenticate_
from simulator.checks import authorize as authorize_
from simulator.checks import network as network_
from simulator.checks import rate_limit as rate_limit_
from simulator.checks import route as route_
from simulator.checks.network import Entry, NetworkSection
from simulator.checks.rate_limit import RateLimitSection
from simulator.checks.route import HostText
from simulator.checks.route import RouteSection as RouteFields
from simulator.cors_section import CorsSection
from simulator.credentials import KeySection, PlaceEntry, RoleSection
from simulator.decision import Reason
from simulator.message import check_field_name
from simulator.problem import Fault, quote
from simulator.reasons import cors as cors_reasons
from simulator.reasons import local_network as local_network_reasons
from simulator.reasons import page as page_reasons
from simulator.reasons import preflight as preflight_reasons
from simulator.section import Section

ORDER = ("network", "cors", "route", "authenticate", "authorize", "rate_limit")

REASONS: Mapping[str, Reason] = {
    reason.code: reason
    for module in (
        network_,
        cors_reasons,
        preflight_reasons,
        route_,
        authenticate_,
        authorize_,
        rate_limit_,
        page_reasons,
        local_network_reasons,
    )
    for reason in module.REASONS
}

CheckName = Literal["network", "cors", "route", "authenticate", "authorize", "rate_limit"]


class ErrorsSection(Section):
    """How the server words its refusals."""

    style: Annotated[
        Literal["problem+json", "json", "text", "html", "empty"],
        Field(description="Form of an error's body; problem+json is RFC 9457."),
    ] = "problem+json"
    cors_fields: Annotated[
        bool | None,
        Field(
            description="Whether errors carry CORS fields; without, a page never sees them. Left "
            "out: as the behaviour of `cors` says, for each status."
        ),
    ] = None
    statuses: Annotated[
        dict[str, int],
        Field(
            description="Other statuses than the usual, by reason code.",
            examples=[{"authenticate.unknown-key": 403}],
        ),
    ] = {}  # noqa: RUF012 - pydantic copies defaults


class RouteSection(RouteFields):
    """One route; `network`, `cors` or `rate_limits` of its own replace the policy's section."""

    network: Annotated[
        NetworkSection | None, Field(description="Replaces the policy's `network` here.")
    ] = None
    cors: Annotated[CorsSection | None, Field(description="Replaces the policy's `cors` here.")] = (
        None
    )
    rate_limits: Annotated[
        tuple[RateLimitSection, ...] | None,
        Field(description="Replaces the policy's `rate_limits` here."),
    ] = None
    response: Annotated[
        ResponseSection | None, Field(description="What the application answers here.")
    ] = None


def _base_path(text: str) -> str:
    if not text.startswith("/") or "{" in text or "?" in text:
        raise Fault(f"{quote(text)} is not a base path", "it is no plain path", "write `/v1`")
    return text


class PolicySection(Section):
    """A policy: what a server admits, and how it says no."""

    description: Annotated[str, Field(description="What the policy is for; for people.")] = ""
    hosts: Annotated[
        tuple[HostText, ...],
        Field(description="Hosts it judges; left out: every host.", examples=[["api.example.com"]]),
    ] = ()
    base_paths: Annotated[
        tuple[Annotated[str, AfterValidator(_base_path)], ...],
        Field(description="Paths that every route's path is below.", examples=[["/v1"]]),
    ] = ()
    trusted_proxies: Annotated[
        tuple[Entry, ...],
        Field(description="Blocks whose forwarded fields are believed.", examples=[["10.0.0.0/8"]]),
    ] = ()
    forwarded_field: Annotated[
        Annotated[str, AfterValidator(check_field_name)],
        Field(description="The field proxies name the client in: x-forwarded-for or forwarded."),
    ] = "x-forwarded-for"
    network: Annotated[NetworkSection | None, Field(description="Which addresses may come in.")] = (
        None
    )
    cors: Annotated[
        CorsSection | None, Field(description="What pages of other origins are granted.")
    ] = None
    errors: Annotated[ErrorsSection, Field(description="How refusals are worded.")] = (
        ErrorsSection()
    )
    credentials: Annotated[
        tuple[PlaceEntry, ...],
        Field(
            description="Where keys are looked for, the first first; left out: the header "
            "x-api-key, then bearer.",
            examples=[[{"header": "x-api-key"}, "bearer", {"query": "api_key"}]],
        ),
    ] = ()
    roles: Annotated[
        dict[str, tuple[str, ...] | RoleSection],
        Field(description="Named sets of scopes.", examples=[{"reader": ["orders:read"]}]),
    ] = {}  # noqa: RUF012 - pydantic copies defaults
    keys: Annotated[
        tuple[KeySection, ...],
        Field(description="Keys; with any, every route that is not public needs one."),
    ] = ()
    routes: Annotated[
        tuple[RouteSection, ...], Field(description="Routes; without any, every path exists.")
    ] = ()
    rate_limits: Annotated[tuple[RateLimitSection, ...], Field(description="Quotas.")] = ()
    response: Annotated[
        ResponseSection | None,
        Field(description="What the application answers; left out: 200 and nothing else."),
    ] = None
    order: Annotated[
        tuple[CheckName, ...],
        Field(description="The order in which the checks are asked.", examples=[list(ORDER)]),
    ] = ORDER  # type: ignore[assignment]


def policy_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of policies, for editors."""
    schema = PolicySection.model_json_schema()
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "why403 policy",
        **{name: value for name, value in schema.items() if name != "title"},
    }
