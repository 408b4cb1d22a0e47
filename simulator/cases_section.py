"""What may people write in a cases file?

Requests and what must come of them; statements on all requests there are; and the change that mends
the policy, where the file is about one that needs it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from simulator.addresses import check_block
from simulator.browser.address_space import Permission, Space
from simulator.credentials import Instant, Word
from simulator.grammar import REASONS
from simulator.message import parse_url
from simulator.origin import OriginPattern
from simulator.policy import PolicyError
from simulator.problem import Fault, Problem, did_you_mean, quote
from simulator.section import Section, read_section
from simulator.source import Document, join, read_document
from simulator.statement_section import StatementSection, blocks_of
from simulator.visit import SameSite

# What only a browser can tell.
_BROWSERS = ("sent", "visible", "invisible", "warns")


def _check_origin(text: str) -> str:
    if OriginPattern.parse(text).kind not in ("exact", "null") or "*" in text:
        raise Fault(
            f"{quote(text)} is not an origin",
            "a page has one, and this stands for many",
            "write `https://app.example.com`",
        )
    return text


def _check_code(text: str) -> str:
    if text not in REASONS:
        guess = did_you_mean(text, REASONS)
        raise Fault(
            f"{quote(text)} is not the code of a reason",
            "codes have the form `check.what-happened`",
            f"did you mean `{guess}`?" if guess else "see `why403 reasons`",
        )
    return text


Code = Annotated[str, AfterValidator(_check_code)]


class CookieSection(Section):
    """A cookie that the browser holds for the server."""

    name: Annotated[Word, Field(description="Its name.")]
    value: Annotated[str, Field(description="Its value.")]
    same_site: Annotated[SameSite, Field(description="`lax` where the cookie says nothing.")] = (
        "lax"
    )
    secure: Annotated[bool, Field(description="Whether it is sent over https alone.")] = False


class PageSection(Section):
    """The page that asks."""

    origin: Annotated[
        str,
        AfterValidator(_check_origin),
        Field(description="Its origin, or `null`.", examples=["https://app.example.com"]),
    ]
    url: Annotated[str, Field(description="Its URL; left out: the origin's first page.")] = ""
    credentials: Annotated[
        Literal["include", "omit", "same-origin"] | None,
        Field(description="What its script passes to `fetch` as `credentials`."),
    ] = None
    mode: Annotated[
        Literal["cors", "no-cors", "same-origin"] | None,
        Field(description="What its script passes to `fetch` as `mode`."),
    ] = None
    space: Annotated[Space | None, Field(description="The address space it came from.")] = None
    permission: Annotated[
        Permission, Field(description="What the user says to pages that reach inwards.")
    ] = "disabled"
    cookies: Annotated[
        tuple[CookieSection, ...], Field(description="What the browser holds for the server.")
    ] = ()


class RequestSection(Section):
    """What is asked for."""

    method: Annotated[Word, Field(description="Its method.", examples=["DELETE"])] = "GET"
    url: Annotated[Word, Field(description="The whole URL.", examples=["https://a.example/b"])]
    headers: Annotated[
        dict[str, str], Field(description="Its fields.", examples=[{"accept": "text/html"}])
    ] = {}  # noqa: RUF012 - pydantic copies defaults
    key: Annotated[
        Word | None,
        Field(description="The id of a key of the policy, which is sent where it is looked for."),
    ] = None
    body: Annotated[str | None, Field(description="Its body; a policy does not judge it.")] = None


class ExpectSection(Section):
    """What must come of it. `reason` left out: none."""

    status: Annotated[int | None, Field(description="The server's last answer.")] = None
    reason: Annotated[
        Code | None,
        Field(description="The code of the reason that decides; left out: none does."),
    ] = None
    allowed: Annotated[
        bool | None, Field(description="Whether the client gets what it asks for.")
    ] = None
    page: Annotated[
        Literal["reads", "fails"] | None, Field(description="Whether the page gets to see it.")
    ] = None
    sent: Annotated[
        str | None,
        Field(
            description="What is sent: P a preflight, A an actual request.",
            pattern="^[PA]*$",
            examples=["PA"],
        ),
    ] = None
    visible: Annotated[tuple[str, ...], Field(description="Headers script can see.")] = ()
    invisible: Annotated[tuple[str, ...], Field(description="Headers it cannot.")] = ()
    warns: Annotated[tuple[Code, ...], Field(description="Reasons to be careful.")] = ()


class CaseSection(Section):
    """One request and what must come of it."""

    name: Annotated[Word, Field(description="What it shows, in words; once in a file.")]
    request: Annotated[RequestSection, Field(description="The request that is judged.")]
    expect: Annotated[ExpectSection, Field(description="What must come of it.")]
    fixed: Annotated[
        ExpectSection | None,
        Field(description="What must come of it after the fix; left out: the same."),
    ] = None
    page: Annotated[
        PageSection | None, Field(description="The page that asks; left out: no page does.")
    ] = None
    after: Annotated[
        tuple[RequestSection, ...],
        Field(description="What the page asked for before; its answers' cookies are kept."),
    ] = ()
    client: Annotated[str, Field(description="The address that connects.")] = "127.0.0.1"
    at: Annotated[Instant | None, Field(description="When, as ISO 8601; left out: now.")] = None
    repeat: Annotated[int, Field(ge=1, le=10_000, description="How often; the last counts.")] = 1


class FixSection(Section):
    """A change of the policy's text."""

    say: Annotated[Word, Field(description="What it does, in words.")]
    replace: Annotated[Word, Field(description="Text that stands once in the policy.")]
    by: Annotated[str, Field(description="What stands there instead.")]


def _as_list(value: Any) -> Any:
    return (value,) if isinstance(value, dict) else value


Statements = Annotated[tuple[StatementSection, ...], BeforeValidator(_as_list)]


class CasesSection(Section):
    """A cases file."""

    description: Annotated[str, Field(description="What it is about; for people.")] = ""
    fix: Annotated[
        FixSection | None, Field(description="The change that mends the policy, if it needs one.")
    ] = None
    cases: Annotated[tuple[CaseSection, ...], Field(description="Requests to ask.")] = ()
    clients: Annotated[
        dict[str, tuple[Annotated[str, AfterValidator(check_block)], ...]],
        Field(
            description="Names for blocks, for `never` and `always`.",
            examples=[{"office": ["203.0.113.0/24"]}],
        ),
    ] = {}  # noqa: RUF012 - pydantic copies defaults
    never: Annotated[
        Statements,
        Field(
            description="Requests of which none may get what it asks for.",
            examples=[{"route": "/admin/*", "client": "not office"}],
        ),
    ] = ()
    always: Annotated[
        Statements, Field(description="Requests that all must get what they ask for.")
    ] = ()


def cases_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of cases files, for editors."""
    schema = CasesSection.model_json_schema()
    # One statement may stand without a list around it.
    for name in ("never", "always"):
        several = schema["properties"][name]
        one = several["items"]
        told = {key: several.pop(key) for key in ("description", "examples") if key in several}
        several.pop("default", None)
        schema["properties"][name] = {**told, "anyOf": [one, several]}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "why403 cases",
        **{name: value for name, value in schema.items() if name != "title"},
    }


def read_cases(text: str, *, name: str = "<cases>") -> CasesSection:
    """The cases of a file. Raises PolicyError with every problem."""
    document = read_document(text, name=name)
    found = list(document.problems)
    cases = read_section(CasesSection, document, "", document.data, found)
    if cases is not None:
        wrong = [problem.path for problem in found]
        for problem in _problems(cases, document):
            # What is wrong by itself is told already.
            if not any(path.startswith(f"{problem.path}/") for path in wrong):
                found.append(problem)
        if not found and not (cases.cases or cases.never or cases.always):
            found.append(_nothing(cases, document))
    if found or cases is None:
        raise PolicyError(tuple(sorted(found, key=lambda problem: problem.line)))
    return cases


def _problems(section: CasesSection, document: Document) -> Iterator[Problem]:
    """Mistakes that show only when several keys are seen together."""
    seen: dict[str, int] = {}
    for index, case in enumerate(section.cases):
        path = join("cases", index)
        first = seen.setdefault(case.name, index)
        if first != index:
            yield document.problem(
                join(path, "name"),
                f"two cases are called {quote(case.name)}",
                f"case {first + 1} is too",
                "give one another name",
            )
        if case.fixed is not None and section.fix is None:
            yield document.problem(
                join(path, "fixed"),
                f"`{path}/fixed` cannot come about",
                "the file has no `fix`",
                "add `fix:`, or remove `fixed`",
            )
        if case.page is None:
            yield from _without_page(case, path, document)
    yield from _statements(section, document)


def _nothing(section: CasesSection, document: Document) -> Problem:
    """A file that asks nothing proves nothing."""
    if "cases" in section.model_fields_set:
        problem = "`cases` holds no case"
        return document.problem("cases", problem, "there is nothing to ask", "add one")
    cause = "it has neither `cases` nor `never` nor `always`"
    return document.problem("", "the file asks nothing", cause, "add `cases:`")


def _statements(section: CasesSection, document: Document) -> Iterator[Problem]:
    for kind, statements in (("never", section.never), ("always", section.always)):
        # A single statement may stand without a list around it.
        data = document.data.get(kind) if isinstance(document.data, dict) else None
        for index, statement in enumerate(statements):
            path = kind if isinstance(data, dict) else join(kind, index)
            if not statement.model_fields_set - {"because", "preflights"}:
                yield document.problem(
                    path, f"`{path}` names no requests", "it would speak of all", "name some"
                )
            try:
                blocks_of(statement, section.clients)
            except Fault as fault:
                where = join(path, "client")
                yield document.problem(where, fault.problem, fault.cause, fault.remedy)


def _without_page(case: CaseSection, path: str, document: Document) -> Iterator[Problem]:
    browsers = [join(path, "after")] if case.after else []
    for side, expect in (("expect", case.expect), ("fixed", case.fixed)):
        given = set() if expect is None else expect.model_fields_set
        browsers += [join(path, side, name) for name in _BROWSERS if name in given]
    for place in browsers:
        yield document.problem(
            place, f"`{place}` cannot be told", "it takes a browser to tell", "add `page:`"
        )
    try:
        parse_url(case.request.url)
    except Fault as fault:
        yield document.problem(
            join(path, "request", "url"), fault.problem, fault.cause, fault.remedy
        )
