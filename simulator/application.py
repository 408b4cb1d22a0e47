"""What does the application behind the policy answer?

A policy says who is let in; what they then get is the application's. Where that matters (an error
of its own, CORS fields that it adds too, a redirect, headers that a page would like to read), a
route says so, and the answer is simulated with it.
"""

from __future__ import annotations

from typing import Annotated, NamedTuple

from pydantic import AfterValidator, Discriminator, Field, Tag

from simulator.message import REDIRECTS, check_field_name
from simulator.problem import Fault, Problem, quote
from simulator.section import Section
from simulator.source import Document, join


def _check_value(text: str) -> str:
    if any(char in text for char in "\r\n\0"):
        raise Fault(f"{quote(text)} is not a field's value", "it has a line break", "remove it")
    return text


FieldName = Annotated[str, AfterValidator(check_field_name)]
FieldValue = Annotated[str, AfterValidator(_check_value)]
# Told apart by what stands there, so that a mistake is told of the one that was meant.
FieldLines = Annotated[
    Annotated[FieldValue, Tag("(a line)")] | Annotated[tuple[FieldValue, ...], Tag("(lines)")],
    Discriminator(lambda value: "(lines)" if isinstance(value, (tuple, list)) else "(a line)"),
]


class ResponseSection(Section):
    """What the application answers to a request that is let in."""

    status: Annotated[int, Field(ge=200, le=599, description="Its status.")] = 200
    headers: Annotated[
        dict[FieldName, FieldLines],
        Field(
            description="Its fields; a list for several lines of one name.",
            examples=[{"x-total-count": "7"}],
        ),
    ] = {}  # noqa: RUF012 - pydantic copies defaults
    body: Annotated[str, Field(description="Its body.")] = ""
    unhandled: Annotated[
        bool,
        Field(
            description="Whether it is an error that the application did not handle, which some "
            "servers answer without CORS fields."
        ),
    ] = False
    preflights: Annotated[
        bool,
        Field(description="Whether preflights get it too, ahead of what answers them for CORS."),
    ] = False


class Application(NamedTuple):
    """The answer, ready to be sent."""

    status: int = 200
    fields: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    unhandled: bool = False
    preflights: bool = False


def compile_response(section: ResponseSection) -> Application:
    """The section as it is answered."""
    fields = [
        (name, line)
        for name, value in section.headers.items()
        for line in ((value,) if isinstance(value, str) else value)
    ]
    return Application(
        section.status,
        tuple(fields),
        section.body.encode(),
        section.unhandled,
        section.preflights,
    )


def response_problems(section: ResponseSection, path: str, document: Document) -> list[Problem]:
    """Mistakes that show only when several keys are seen together."""
    found: list[Problem] = []
    if section.status in REDIRECTS and "location" not in section.headers:
        found.append(
            document.problem(
                join(path, "status"),
                f"the status {section.status} leads nowhere",
                "there is no `location` among the headers",
                "add `location: /elsewhere`",
            )
        )
    if section.unhandled and section.status < 500:
        found.append(
            document.problem(
                join(path, "unhandled"),
                f"the status {section.status} is no error that nobody handled",
                "a server answers such an error with 500 or more",
                "write `status: 500`, or remove `unhandled`",
            )
        )
    return found
