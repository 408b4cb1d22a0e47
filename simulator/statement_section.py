"""How do people write a statement on all requests?

`{route: "/admin/*", client: not office}`: requests that are all of what is named, whatever they are
otherwise. `simulator.statements` says whether it holds.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Annotated

from pydantic import AfterValidator, Field

from simulator.addresses import Intervals, Rule, parse_blocks
from simulator.message import check_method
from simulator.origin import OriginPattern
from simulator.problem import Fault, did_you_mean, list_words, quote
from simulator.routes import check_host
from simulator.section import Section
from simulator.space.globs import Glob

type Words = tuple[str, ...]

_NOT = "not "


def _each(check: Callable[[str], object]) -> Callable[[str | Words | None], str | Words | None]:
    """A check of every word, and of what follows `not`. It raises Fault."""

    def checked(value: str | Words | None) -> str | Words | None:
        for word in sum(split(value), ()):
            check(word)
        return value

    return checked


def split(value: str | Words | None) -> tuple[Words, Words]:
    """What is named, and what is excepted."""
    words = (value,) if isinstance(value, str) else value or ()
    others = tuple(word.removeprefix(_NOT).strip() for word in words if word.startswith(_NOT))
    return tuple(word for word in words if not word.startswith(_NOT)), others


def _origin(word: str) -> object:
    return word if word == "none" else OriginPattern.parse(word)


Choice = str | tuple[str, ...] | None


class StatementSection(Section):
    """Requests: those that are all of what is named here. Each name is one word, or a list of
    which one will do; `not X` means all others."""

    route: Annotated[
        Choice,
        AfterValidator(_each(Glob.parse)),
        Field(
            description="Paths as the policy's routes are written; `*` for one segment, and at the "
            "end for all below.",
            examples=["/admin/*", "/orders/{id}", "not /public/*"],
        ),
    ] = None
    method: Annotated[
        Choice, AfterValidator(_each(check_method)), Field(description="Methods.")
    ] = None
    host: Annotated[Choice, AfterValidator(_each(check_host)), Field(description="Hosts.")] = None
    client: Annotated[
        Choice,
        Field(
            description="Blocks, or names from `clients`.", examples=["not office", "10.0.0.0/8"]
        ),
    ] = None
    key: Annotated[
        Choice,
        Field(description="Ids of keys; `any`, `none`, or `unknown` for what is no key."),
    ] = None
    role: Annotated[Choice, Field(description="Roles of the key, inherited ones too.")] = None
    scope: Annotated[Choice, Field(description="Scopes of the key.")] = None
    origin: Annotated[
        Choice,
        AfterValidator(_each(_origin)),
        Field(description="Origins of pages; `none` for requests that are no other page's."),
    ] = None
    cookies: Annotated[bool | None, Field(description="Whether a page sends cookies.")] = None
    preflights: Annotated[
        bool | None,
        Field(
            description="Whether preflights are meant too; left out: unless `key`, `role` or "
            "`scope` is named, since no preflight carries a key."
        ),
    ] = None
    because: Annotated[str, Field(description="Why; for people.")] = ""


def blocks_of(
    statement: StatementSection, clients: Mapping[str, tuple[str, ...]]
) -> tuple[Intervals, Intervals]:
    """The blocks that a statement means, and those that it excepts. Raises Fault for a name that
    `clients` does not have."""
    words, others = split(statement.client)
    return _blocks(words, clients), _blocks(others, clients)


def _blocks(words: Words, clients: Mapping[str, tuple[str, ...]]) -> Intervals:
    rules = []
    for word in words:
        texts = clients.get(word)
        if texts is None and not any(mark in word for mark in ".:") and word != "all":
            guess = did_you_mean(word, clients)
            raise Fault(
                f"{quote(word)} is no name of clients",
                f"`clients` names {list_words(clients, last='and')}",
                f"did you mean `{guess}`?" if guess else f"add `clients: {{{word}: [BLOCK]}}`",
            )
        for text in texts if texts is not None else (word,):
            rules += [Rule(block, False, word) for block in parse_blocks(text)]
    return Intervals(rules, "longest")
