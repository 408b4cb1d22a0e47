"""Does a policy do what its cases say?

A cases file stands beside a policy (`shop.cases.yaml` beside `shop.yaml`): requests, and what must
come of them. A request may be a page's, and then both halves are asked. A file may hold the change
that mends its policy, and what is expected after it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from simulator.browser import Page, PageRequest
from simulator.browser.preflight_cache import PreflightCache
from simulator.cases_section import (
    CaseSection,
    CasesSection,
    CookieSection,
    ExpectSection,
    FixSection,
    PageSection,
    RequestSection,
    read_cases,
)
from simulator.credentials import parse_instant
from simulator.decision import Decision
from simulator.engine import evaluate
from simulator.message import Request
from simulator.policy import Policy
from simulator.problem import Fault, did_you_mean, list_words, quote
from simulator.standin import Sent, send, stand_in, with_credential
from simulator.statements import Holds, check_statements
from simulator.usage import Usage
from simulator.visit import Cookie, SameSite, Visit, visit

__all__ = [
    "CaseSection",
    "CasesSection",
    "CookieSection",
    "ExpectSection",
    "FixSection",
    "PageSection",
    "RequestSection",
    "Result",
    "apply_fix",
    "ask_statements",
    "read_cases",
    "run_case",
]

# A page of no origin has a URL all the same; where the case names none, this stands for it.
_SANDBOX = "https://sandbox.invalid/"


@dataclass(frozen=True, slots=True)
class Result:
    """What came of a case; `wrong` is what was expected otherwise."""

    case: CaseSection
    wrong: tuple[str, ...]
    story: Visit | Decision


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
    Raises Unsupported where what the browser does is not modelled, and Fault for a key that the
    policy does not have.
    """
    if any(asked.key is not None for asked in (*case.after, case.request)):
        policy = stand_in(policy)
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


def ask_statements(policy: Policy, cases: CasesSection, *, at: float = 0.0) -> tuple[Holds, ...]:
    """What comes of `never` and `always`. Raises Fault for what does not fit the policy, TooMany
    where there are more kinds of request than can be told in reasonable time."""
    return check_statements(policy, cases.never, cases.always, cases.clients, at=at)


def _sent(policy: Policy, asked: RequestSection) -> Sent:
    """What carries the key that a request names. Raises Fault."""
    if asked.key is None:
        return Sent()
    key = next((key for key in policy.keys if key.id == asked.key), None)
    if key is None:
        ids = [key.id for key in policy.keys]
        guess = did_you_mean(asked.key, ids)
        raise Fault(
            f"there is no key {quote(asked.key)}",
            f"the policy has {list_words(ids, last='and')}" if ids else "the policy has no `keys`",
            f"did you mean `{guess}`?" if guess else "correct `key`",
        )
    return send(policy.tables.principals.places[0], key.secret or "", user=key.id)


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
    request = with_credential(request, _sent(policy, asked))
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
        sent = _sent(policy, asked)
        # A script cannot send a cookie: the browser has it.
        for _, cookie in (pair for pair in sent.headers if pair[0] == "cookie"):
            name, _, value = cookie.partition("=")
            jar[name] = Cookie(name, value, "none", secure=True)
        story = visit(
            policy,
            page,
            _page_request(asked, given, sent),
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


def _page_request(asked: RequestSection, page: PageSection, sent: Sent) -> PageRequest:
    fields = [pair for pair in sent.headers if pair[0] != "cookie"]
    query = ("&" if "?" in asked.url else "?") + sent.query if sent.query else ""
    return PageRequest(
        asked.url + query,
        asked.method,
        (*asked.headers.items(), *fields),
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
