"""How do people write keys, roles and the places where keys are looked for?

The grammar of `keys`, `roles` and `credentials`, and what it compiles to. Secrets stand as text,
as a SHA-256 digest, or in the environment of whoever loads the policy.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, Discriminator, Field, StringConstraints, Tag

from simulator.addresses import Intervals, Rule, check_block, parse_blocks
from simulator.message import check_field_name
from simulator.origin import OriginPattern, Origins, check_origin
from simulator.principals import Key, Place
from simulator.problem import Fault, Problem, list_words, quote
from simulator.section import Section
from simulator.source import Document, join


def parse_instant(text: str) -> float:
    """Unix seconds of an ISO 8601 date (its first instant, UTC) or date and time. Raises Fault."""
    wrong = "it is not of the form year-month-day"
    moment = None
    if _INSTANT.match(text):
        try:
            moment = datetime.fromisoformat(text)
        except ValueError as error:
            wrong = str(error)
    if moment is not None and not 1970 <= moment.year <= 9998:
        wrong = "its year is not one from 1970 to 9998"
    elif moment is not None:
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    raise Fault(
        f"{quote(text)} is not a date", wrong, "write `2027-01-31` or `2027-01-31T12:00:00Z`"
    )


def _instant(text: str) -> str:
    parse_instant(text)
    return text


def _digest(text: str) -> str:
    if len(text) != 64 or not all(c in "0123456789abcdefABCDEF" for c in text):
        raise Fault(
            "`sha256` is not a SHA-256 digest",
            f"it has {len(text)} characters, and a digest has 64 hexadecimal ones",
            "make one with `printf %s KEY | sha256sum`",
        )
    return text.lower()


_INSTANT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}([T ][0-9]{2}:[0-9]{2}.*)?\Z")
Word = Annotated[str, StringConstraints(min_length=1)]
Instant = Annotated[str, AfterValidator(_instant)]


class KeySection(Section):
    """One key: its secret as `key`, `sha256` or `env`, and what it is good for."""

    id: Annotated[Word, Field(description="Its name in every message; never the secret.")]
    key: Annotated[Word | None, Field(description="The secret itself. For examples and tests.")] = (
        None
    )
    sha256: Annotated[
        Annotated[str, AfterValidator(_digest)] | None,
        Field(description="The secret's SHA-256 in hexadecimal."),
    ] = None
    env: Annotated[
        Word | None, Field(description="The environment variable that holds the secret.")
    ] = None
    roles: Annotated[tuple[str, ...], Field(description="Roles it has.")] = ()
    scopes: Annotated[tuple[str, ...], Field(description="Scopes besides those of roles.")] = ()
    expires: Annotated[
        Instant | None,
        Field(description="The instant it stops being valid.", examples=["2027-01-31"]),
    ] = None
    not_before: Annotated[
        Instant | None, Field(description="The instant it starts being valid.")
    ] = None
    revoked: Annotated[bool, Field(description="Whether it was taken out of force.")] = False
    networks: Annotated[
        tuple[Annotated[str, AfterValidator(check_block)], ...],
        Field(description="Blocks it is valid from; left out: everywhere."),
    ] = ()
    origins: Annotated[
        tuple[Annotated[str, AfterValidator(check_origin)], ...],
        Field(description="Origins it is valid from; left out: all, and none at all."),
    ] = ()
    description: Annotated[str, Field(description="Whose it is; for people.")] = ""


class RoleSection(Section):
    """A named set of scopes."""

    inherits: Annotated[tuple[str, ...], Field(description="Roles whose scopes it has too.")] = ()
    scopes: Annotated[tuple[str, ...], Field(description="Its own scopes.")] = ()


class PlaceSection(Section):
    """A place of any name that holds the key: one of the three."""

    header: Annotated[
        Annotated[str, AfterValidator(check_field_name)] | None,
        Field(description="A header field."),
    ] = None
    query: Annotated[Word | None, Field(description="A query parameter.")] = None
    cookie: Annotated[Word | None, Field(description="A cookie.")] = None


PlaceEntry = Annotated[
    Annotated[Literal["bearer", "basic"], Tag("(a scheme)")]
    | Annotated[PlaceSection, Tag("(a place)")],
    Discriminator(lambda v: "(a place)" if isinstance(v, (dict, Section)) else "(a scheme)"),
]


def place_problems(section: PlaceEntry, path: str, document: Document) -> list[Problem]:
    """A place is one place."""
    if isinstance(section, str):
        return []
    named = [name for name in ("header", "query", "cookie") if getattr(section, name) is not None]
    if len(named) == 1:
        return []
    return [
        document.problem(
            path,
            f"`{path}` names {list_words(named, last='and') if named else 'no place'}",
            "an entry is one place",
            "write `header: x-api-key`, `query: api_key` or `cookie: session`",
        )
    ]


def compile_place(section: PlaceEntry) -> Place:
    """The place as it is looked at."""
    if isinstance(section, str):
        return Place(section)
    if section.header is not None:
        return Place("header", section.header)
    if section.query is not None:
        return Place("query", section.query)
    return Place("cookie", section.cookie or "")


def compile_key(section: KeySection, index: int, scopes: frozenset[str], secret: str | None) -> Key:
    """The key as it is compared. `secret` is what `env` resolved to."""
    rules = [
        Rule(block, False, join("keys", index, "networks", n))
        for n, text in enumerate(section.networks)
        for block in parse_blocks(text)
    ]
    return Key(
        index,
        section.id,
        section.roles,
        scopes,
        None if section.expires is None else parse_instant(section.expires),
        None if section.not_before is None else parse_instant(section.not_before),
        section.revoked,
        Intervals(rules, "longest") if rules else None,
        Origins([OriginPattern.parse(o) for o in section.origins]) if section.origins else None,
        section.key if section.key is not None else secret,
        section.sha256,
    )
