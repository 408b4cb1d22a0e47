"""Does a policy do what its cases say?

A cases file stands beside a policy (`shop.cases.yaml` beside `shop.yaml`): requests, and what must
come of them. A request may be a page's, and then both halves are asked. A file may hold the change
that mends its policy, and what is expected after it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from simulator.browser import Page, PageRequest
from simulator.browser.address_space import Permission, Space
from simulator.browser.preflight_cache import PreflightCache
from simulator.credentials import Instant, Word, parse_instant
from simulator.decision import Decision
from simulator.engine import evaluate
from simulator.grammar import REASONS
from simulator.message import Request, parse_url
from simulator.origin import OriginPattern
from simulator.policy import Policy, PolicyError
from simulator.problem import Fault, Problem, did_you_mean, list_words, quote
from simulator.section import Section, read_section
from simulator.source import Document, join, read_document
from simulator.usage import Usage
from simulator.visit import Cookie, SameSite, Visit, visit

# A page of no origin has a URL all the same; where the case names none, this stands for it.
_SANDBOX = "https://sandbox.invalid/"
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

    name: Word
    value: str
    same_site: Annotated[SameSite, Field(description="`lax` where the cookie says nothing.")] = (
        "lax"
    )
    secure: bool = False


class PageSection(Section):
    """The page that asks."""

    origin: Annotated[
        str,
        AfterValidator(_check_origin),
        Field(description="Its origin, or `null`.", examples=["https://app.example.com"]),
    ]
    url: Annotated[str, Field(description="Its URL; left out: the origin's first page.")] = ""
    credentials: Literal["include", "omit", "same-origin"] | None = None
    mode: Literal["cors", "no-cors", "same-origin"] | None = None
    space: Annotated[Space | None, Field(description="The address space it came from.")] = None
    permission: Annotated[
        Permission, Field(description="What the user says to pages that reach inwards.")
    ] = "disabled"
    cookies: Annotated[
        tuple[CookieSection, ...], Field(description="What the browser holds for the server.")
    ] = ()


class RequestSection(Section):
    """What is asked for."""

    method: Word = "GET"
    url: Word
    headers: dict[str, str] = {}  # noqa: RUF012 - pydantic copies defaults
    body: str | None = None


class ExpectSection(Section):
    """What must come of it. `reason` left out: none."""

    status: Annotated[int | None, Field(description="The server's last answer.")] = None
    reason: Code | None = None
    allowed: bool | None = None
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

    name: Word
    request: RequestSection
    expect: ExpectSection
    fixed: Annotated[
        ExpectSection | None,
        Field(description="What must come of it after the fix; left out: the same."),
    ] = None
    page: PageSection | None = None
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


class CasesSection(Section):
    """A cases file."""

    description: Annotated[str, Field(description="What it is about; for people.")] = ""
    fix: FixSection | None = None
    cases: tuple[CaseSection, ...]


@dataclass(frozen=True, slots=True)
class Result:
    """What came of a case; `wrong` is what was expected otherwise."""

    case: CaseSection
    wrong: tuple[str, ...]
    story: Visit | Decision


def read_cases(text: str, *, name: str = "<cases>") -> CasesSection:
    """The cases of a file. Raises PolicyError with every problem."""
    document = read_document(text, name=name)
    found = list(document.problems)
    cases = read_section(CasesSection, document, "", document.data, found)
    if cases is not None:
        found += _problems(cases, document)
        if not cases.cases and not found:
            found.append(
                document.problem(
                    "cases", "`cases` holds no case", "there is nothing to ask", "add one"
                )
            )
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


def apply_fix(text: str, fix: FixSection) -> str:
    """The policy's text with the fix in it. Raises Fault where it does not fit."""
    times = text.count(fix.replace)
    if times != 1:
        stands = f"stands {times} times in the policy" if times else "is not in the policy"
        raise Fault(
            f"the fix does not fit: {quote(fix.replace)} {stands}",
            "it must stand there once",
            "write it as it stands in the policy, with more of what is around it",
        )
    return text.replace(fix.replace, fix.by)


def run_case(policy: Policy, case: CaseSection, *, fixed: bool = False, at: float = 0.0) -> Result:
    """Ask the policy, and the browser where a page asks.

    `fixed`: the policy has the fix in it. `at`: when, in Unix seconds, where the case does not say.
    Raises Unsupported where what the browser does is not modelled.
    """
    expect = case.fixed if fixed and case.fixed is not None else case.expect
    at = at if case.at is None else parse_instant(case.at)
    if case.page is None:
        story: Visit | Decision = _ask(policy, case, at)
    else:
        story = _ask_by_page(policy, case, case.page, at)
    seen = _seen(story)
    wanted: list[tuple[str, object]] = [("reason", expect.reason)]
    for name in ("status", "allowed", "page", "sent"):
        value = getattr(expect, name)
        if value is not None:
            wanted.append((name, value))
    wrong = [
        f"{name} is {_shown(seen[name])}, {_shown(value)} was expected"
        for name, value in wanted
        if seen[name] != value
    ]
    if isinstance(story, Visit):
        wrong += _wrong_lists(expect, story)
    return Result(case, tuple(wrong), story)


def _shown(value: object) -> str:
    if value is None:
        return "none"
    return quote(str(value).lower() if isinstance(value, bool) else str(value))


def _ask(policy: Policy, case: CaseSection, at: float) -> Decision:
    asked = case.request
    request = Request(
        asked.method,
        asked.url,
        asked.headers,
        client=case.client,
        at=at,
        body=asked.body,
    )
    usage = Usage()
    for _ in range(case.repeat):
        decision = evaluate(policy, request, usage)
        usage.record(decision)
    return decision


def _ask_by_page(policy: Policy, case: CaseSection, given: PageSection, at: float) -> Visit:
    url = given.url or (_SANDBOX if given.origin == "null" else given.origin)
    page = Page(url, given.origin, space=given.space, permission=given.permission)
    jar = {c.name: Cookie(c.name, c.value, c.same_site, c.secure) for c in given.cookies}
    usage, cache = Usage(), PreflightCache()
    for asked in (*case.after, *([case.request] * case.repeat)):
        story = visit(
            policy,
            page,
            _page_request(asked, given),
            client=case.client,
            at=at,
            cookies=tuple(jar.values()),
            usage=usage,
            cache=cache,
        )
        for decision in story.decisions:
            usage.record(decision)
        jar.update((cookie.name, cookie) for cookie in _set_cookies(story))
        cache = story.view.cache
    return story


def _page_request(asked: RequestSection, page: PageSection) -> PageRequest:
    return PageRequest(
        asked.url,
        asked.method,
        tuple(asked.headers.items()),
        mode=page.mode,
        credentials=page.credentials,
        body=None if asked.body is None else "string",
        content_type=None if asked.body is None else "text/plain;charset=UTF-8",
    )


def _set_cookies(story: Visit) -> Iterator[Cookie]:
    """The cookies that the answers set (RFC 6265bis section 5.6), as far as it depends on them
    whether a fetch takes them along. A preflight's answer sets none."""
    for sent in story.view.exchange:
        if sent.preflight or sent.response is None:
            continue
        for line in sent.response.headers.lines("set-cookie"):
            pair, *attributes = (part.strip() for part in line.split(";"))
            name, _, value = pair.partition("=")
            said = {a.partition("=")[0].lower(): a.partition("=")[2].lower() for a in attributes}
            same_site: SameSite = "lax"
            if said.get("samesite") == "none":
                same_site = "none"
            elif said.get("samesite") == "strict":
                same_site = "strict"
            yield Cookie(name, value, same_site, "secure" in said)


def _seen(story: Visit | Decision) -> dict[str, object]:
    if isinstance(story, Decision):
        return {
            "reason": story.reason,
            "status": story.status,
            "allowed": story.allowed,
            "page": "fails" if story.hidden else "reads",
        }
    exchange = story.view.exchange
    last = exchange[-1].response if exchange else None
    return {
        "reason": story.reason,
        "status": None if last is None else last.status,
        "allowed": story.allowed,
        "page": "reads" if story.readable else "fails",
        "sent": "".join("P" if sent.preflight else "A" for sent in exchange),
    }


def _wrong_lists(expect: ExpectSection, story: Visit) -> Iterator[str]:
    seen = story.view.headers
    for name in expect.visible:
        if name not in seen:
            yield f"script cannot see `{name}`; it sees {list_words(seen, last='and')}"
    yield from (f"script can see `{name}`" for name in expect.invisible if name in seen)
    codes = tuple(remark.reason.code for remark in story.warnings)
    if codes != expect.warns:
        yield (
            f"the warnings are {list_words(codes, last='and')}, "
            f"{list_words(expect.warns, last='and')} was expected"
        )
