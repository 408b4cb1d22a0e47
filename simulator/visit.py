"""What would a page see of a server that obeys the policy?

The two halves together: the browser sends what Fetch makes it send, the policy decides and answers
each message, and the browser judges the answers. So a preflight and the request after it are one
story, with the server's rule and the browser's step in it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal, NamedTuple

from simulator.answer import answer
from simulator.browser import (
    Engine,
    Failure,
    Page,
    PageRequest,
    PageView,
    PreflightCache,
    Sent,
    Unsupported,
    fetch,
    judge_exchange,
    sentence,
)
from simulator.browser.embedding import same_site
from simulator.browser.url import WebUrl, parse
from simulator.decision import Decision
from simulator.engine import evaluate
from simulator.message import Request, Response, is_forbidden_field
from simulator.policy import Policy
from simulator.problem import Fault, quote
from simulator.reasons.cors import ERROR_WITHOUT_FIELDS, NO_FIELDS
from simulator.reasons.preflight import (
    AUTHORIZATION_UNDER_STAR,
    PREFLIGHT_UNAUTHENTICATED,
    PREFLIGHT_UNROUTED,
)
from simulator.usage import Usage

# What a preflight cannot satisfy: it carries no credentials, and its method is OPTIONS.
_STRAY = {
    "authenticate": PREFLIGHT_UNAUTHENTICATED.code,
    "authorize": PREFLIGHT_UNAUTHENTICATED.code,
    "route": PREFLIGHT_UNROUTED.code,
}

# The answer has no fields, which a policy may know the reason for.
_WITHOUT = frozenset({NO_FIELDS.code, ERROR_WITHOUT_FIELDS.code})

type SameSite = Literal["strict", "lax", "none"]


class Cookie(NamedTuple):
    """A cookie that the browser holds for the server (RFC 6265bis section 5.5)."""

    name: str
    value: str
    same_site: SameSite = "lax"
    secure: bool = False


@dataclass(frozen=True, slots=True)
class Visit:
    """What the page saw, and how each message of the exchange was decided, in the order sent."""

    page: Page
    request: PageRequest
    view: PageView
    requests: tuple[Request, ...]
    """What the server got."""
    decisions: tuple[Decision, ...]
    remarks: tuple[str, ...] = ()
    """What was left out of a request without a word, such as a cookie that stays behind."""

    @property
    def readable(self) -> bool:
        """Whether the page can read an answer, be it an error's."""
        return self.view.settled == "resolved"

    @property
    def refused(self) -> Decision | None:
        """The first decision in which the server itself refuses."""
        return next((d for d in self.decisions if d.refusal is not None), None)

    @property
    def reason(self) -> str | None:
        """Why the page does not get what it asked for: the server's rule, else the browser's step.

        The server's comes first, since whoever mends CORS alone meets it next. But a check that
        answers a preflight in place of CORS refuses what was never meant for it.
        """
        failure = self.view.failure
        refusal = None if self.refused is None else self.refused.refusal
        if refusal is not None and refusal.reason is not None:
            if failure is not None and failure.preflight and refusal.check in _STRAY:
                return _STRAY[refusal.check]
            return refusal.reason.code
        # What a policy does not admit leaves the answer without fields: it knows why they miss.
        last = self.decisions[-1].failures if self.decisions else ()
        told = next((f.reason.code for f in last if f.check == "cors" and f.reason), None)
        if failure is not None and failure.reason.code in _WITHOUT and told is not None:
            return told
        return None if failure is None else failure.reason.code

    @property
    def warnings(self) -> tuple[Failure, ...]:
        """What works here and may not work everywhere: in another browser, or behind a cache."""
        found: list[Failure] = []
        for request, sent in zip(self.requests, self.view.exchange, strict=True):
            verdict = None
            if sent.response is not None:
                verdict = judge_exchange(request, sent.response)
            if verdict is not None:
                found += verdict.remarks
        return tuple(found)

    @property
    def allowed(self) -> bool | None:
        """Whether the page gets what it asked for; None where a check cannot tell. What the
        policy's CORS check cannot tell the browser's rules do."""
        if not self.readable or self.refused is not None:
            return False
        unknown = [f for d in self.decisions for f in d.unknowns if f.check != "cors"]
        return None if unknown else True


def visit(
    policy: Policy,
    page: Page,
    request: PageRequest,
    *,
    client: str = "127.0.0.1",
    at: float = 0.0,
    cookies: tuple[Cookie, ...] = (),
    usage: Usage | None = None,
    cache: PreflightCache | None = None,
    engine: Engine = "chromium",
) -> Visit:
    """The page's fetch against the policy.

    `usage` is read and not written: the quota that the messages spend is counted for this visit
    alone. Raises Unsupported where what the browser does is not modelled.
    """
    story = _ask(policy, page, request, client, at, cookies, usage, cache, engine)
    differs = None
    if engine == "chromium":
        try:
            law = _ask(policy, page, request, client, at, cookies, usage, cache, "standard").view
        except Unsupported:
            law = story.view
        warned = any(w.reason is AUTHORIZATION_UNDER_STAR for w in story.warnings)
        differs = None if warned else difference(story.view, law)
    return story if differs is None else replace(story, remarks=(*story.remarks, differs))


def difference(real: PageView, law: PageView) -> str | None:
    """Where Chromium departs from the standard in what the page sees, in words; None: nowhere."""
    if (real.settled, real.type, real.status, real.headers) != (
        law.settled, law.type, law.status, law.headers,
    ):  # fmt: skip
        if law.failure is not None:
            why = f"{sentence(law.failure)} ({law.failure.step})"
            return f"this is Chromium; by the standard the browser refuses it: {why}"
        seen = f"the page reads the {law.status}" if law.status else "the page gets an answer"
        return f"this is Chromium; by the standard {seen}"
    kinds = ["".join("P" if s.preflight else "A" for s in view.exchange) for view in (real, law)]
    if kinds[0] != kinds[1]:
        return "this is Chromium; by the standard other preflights are sent"
    return None


def _ask(
    policy: Policy,
    page: Page,
    request: PageRequest,
    client: str,
    at: float,
    cookies: tuple[Cookie, ...],
    usage: Usage | None,
    cache: PreflightCache | None,
    engine: Engine,
) -> Visit:
    """The fetch by one engine's rules."""
    requests: list[Request] = []
    decisions: list[Decision] = []
    remarks: list[str] = []
    spent = Usage() if usage is None else Usage(dict(usage.arrivals))

    def server(sent: Sent) -> Response:
        asked = wire_request(sent, client=client, at=at)
        if not sent.preflight and cookies:
            asked = _with_cookies(asked, sent, page, request, cookies, remarks)
        decision = evaluate(policy, asked, spent)
        spent.record(decision)
        requests.append(asked)
        decisions.append(decision)
        return answer(policy, asked, decision)

    view = fetch(request, page, server, cache=cache, engine=engine, at=at)
    return Visit(
        page, request, view, tuple(requests), tuple(decisions), tuple(dict.fromkeys(remarks))
    )


def page_of(text: str) -> Page:
    """The page at a URL or origin; `null` is a page without one, such as a sandboxed frame.
    Raises Fault."""
    if text == "null":
        return Page("about:blank", "null")
    url = parse(text)
    if url is None or url.scheme not in ("http", "https"):
        raise Fault(
            f"{quote(text)} is not a page's origin",
            "an origin is a scheme and a host, and a port where it is not the usual one",
            "write `https://app.example.com`, or `null` for a sandboxed page",
        )
    return Page(url.href, url.origin)


def as_fetched(request: Request, *, credentials: str | None = None) -> PageRequest:
    """A request, such as one given to curl, as what a page's script passes to `fetch`."""
    fields = tuple(request.headers)
    return PageRequest(
        request.url,
        request.method,
        # What browsers set themselves is theirs; a page's script cannot.
        tuple([pair for pair in fields if not is_forbidden_field(pair[0].lower())]),
        credentials=credentials,
        body=None if request.body is None else "string",
        content_type=None if request.body is None else "text/plain;charset=UTF-8",
    )


def wire_request(sent: Sent, *, client: str, at: float) -> Request:
    """What the server gets."""
    fields: list[tuple[str, str]] = []
    if sent.origin is not None:
        fields.append(("origin", sent.origin))
    if sent.asks_method is not None:
        fields.append(("access-control-request-method", sent.asks_method))
    if sent.asks is not None:
        fields.append(("access-control-request-headers", sent.asks))
    fields += sent.headers
    url = sent.url._replace(fragment=None).href
    return Request(sent.method, url, fields, client=client, at=at)


def _with_cookies(
    asked: Request,
    sent: Sent,
    page: Page,
    request: PageRequest,
    cookies: tuple[Cookie, ...],
    remarks: list[str],
) -> Request:
    found: list[str] = []
    for cookie in cookies:
        why = why_left_behind(cookie, page, sent.url, request.credentials)
        if why is None:
            found.append(f"{cookie.name}={cookie.value}")
        else:
            remarks.append(f"the cookie `{cookie.name}` stays behind: {why}")
    if not found:
        return asked
    fields = [*asked.headers, ("cookie", "; ".join(found))]
    return Request(asked.method, asked.url, fields, client=asked.client, at=asked.at)


def why_left_behind(cookie: Cookie, page: Page, url: WebUrl, credentials: str | None) -> str | None:
    """Why the browser does not send the cookie along, or None where it does."""
    same_origin = url.origin == page.origin
    if credentials == "omit":
        return "the page asks with `credentials: 'omit'`"
    if credentials != "include" and not same_origin:
        return "the page asks without `credentials: 'include'`"
    if cookie.secure and url.scheme != "https":
        return "it is `Secure`, and the URL is not https"
    if _one_site(page, url):
        return None
    if cookie.same_site == "none":
        return None if cookie.secure else "`SameSite=None` needs `Secure`"
    named = {"lax": "Lax", "strict": "Strict"}[cookie.same_site]
    return f"it is `SameSite={named}`, and page and server are two sites"


def _one_site(page: Page, url: WebUrl) -> bool:
    """Schemeful: http and https of one name are two sites to cookies."""
    site = page.parsed
    if site is None or page.origin == "null" or site.scheme != url.scheme:
        return False
    return same_site(site, url)
