"""What will the page see of this answer?

A real request and its answer, seen from outside the browser. Whether the page asked with
credentials is never on the wire (only a Cookie shows that it did), so both cases are judged, and
told apart where they differ. Fetch sections 4.8 and 4.10.
"""

from __future__ import annotations

from email.utils import parsedate_to_datetime
from typing import NamedTuple

from simulator.browser.cors_check import cors_check as check_answer
from simulator.browser.engine import Engine
from simulator.browser.failure import Failure
from simulator.browser.fetch_metadata import why_not_cors
from simulator.browser.preflight import Asked, Grant, judge_preflight
from simulator.browser.visible import visible_headers
from simulator.browser.words import sentence, without_secrets
from simulator.decision import Finding, Outcome
from simulator.message import REDIRECTS, Headers, Request, Response
from simulator.reasons.cors import VARY_MISSING
from simulator.reasons.page import PROXY_AUTHENTICATION
from simulator.reasons.preflight import AUTHORIZATION_UNDER_STAR

FAILED = "Failed to fetch"
# What a cache may keep without being told for how long (RFC 9110 section 15.1).
_HEURISTICALLY_CACHEABLE = frozenset({200, 203, 204, 206, 300, 301, 308, 404, 405, 410, 414, 501})


class Verdict(NamedTuple):
    """What the browser makes of one answer to a request of another origin.

    What fails without credentials fails with them too, where every rule is stricter.
    """

    origin: str
    preflight: bool
    status: int
    without: Failure | None
    """Why it fails for a page that asks without credentials."""
    included: Failure | None
    """Why it fails for a page that asks with `credentials: 'include'`."""
    certain: bool
    """Whether the request itself shows that it was made with credentials."""
    visible: tuple[str, ...] = ()
    """The names of the fields that the page's script can read: without credentials, if nothing
    shows them."""
    remarks: tuple[Failure, ...] = ()
    """What works today and may not work everywhere."""
    redirect: bool = False
    """Whether the answer sends the browser on to another URL."""
    further: Failure | None = None
    """What of a preflight's lists would fail next, were its status an ok one."""

    @property
    def failure(self) -> Failure | None:
        """What fails, if it fails however the page asked, or as it did ask."""
        return self.included if self.certain else self.without

    @property
    def depends(self) -> bool:
        """Whether it turns on the credentials mode, which nothing shows."""
        return not self.certain and self.without is None and self.included is not None

    @property
    def passed(self) -> str:
        """What comes of it where it passes."""
        if self.preflight:
            return "the browser goes on to send the request"
        if self.redirect:
            return "the browser follows the redirect"
        # A 304 is not shown: the page gets the answer that it confirms.
        return "the page can read the " + ("answer" if self.status == 304 else str(self.status))

    @property
    def page(self) -> str:
        """What the page gets to see, in words."""
        if self.depends:
            asker = "the page" if self.preflight or self.redirect else "it"
            return f"{self.passed}, unless {asker} asked with `credentials: 'include'`"
        if self.failure is None:
            return self.passed
        if self.preflight:
            return f"the browser sends no more than the preflight; the page sees `{FAILED}`"
        return f"the page sees only `{FAILED}`, not the {self.status}"


def judge_exchange(
    request: Request, response: Response, *, engine: Engine = "chromium"
) -> Verdict | None:
    """The verdict on a real answer, or None where there is none: the request is none to which
    browsers apply CORS, or what they stored before decides."""
    if _why_skipped(request) is not None or _confirms(response):
        return None
    headers = request.headers
    origin = headers.get("origin") or ""
    method = headers.get("access-control-request-method")
    preflight = request.method == "OPTIONS" and method is not None
    certain = not preflight and "cookie" in headers
    if response.status == 407:
        values = {"url": without_secrets(request.url)}
        failed = Failure(PROXY_AUTHENTICATION, PROXY_AUTHENTICATION.spec, values=values)
        return Verdict(origin, preflight, 407, failed, failed, certain)
    if preflight:
        return _judge_preflight(request, response, origin, method or "", engine)
    verdict = Verdict(
        origin,
        False,
        response.status,
        check_answer(response, origin, include=False),
        check_answer(response, origin, include=True),
        certain,
        redirect=response.status in REDIRECTS and bool(response.headers.get("location")),
    )
    if verdict.failure is not None or verdict.redirect or response.status == 304:
        return verdict
    varies = _vary(request, response, origin)
    return verdict._replace(
        visible=visible_headers(response.headers, "cors", include=certain),
        remarks=() if varies is None else (varies,),
    )


def _why_skipped(request: Request) -> str | None:
    """Why browsers apply no CORS to the request."""
    origin = request.headers.get("origin")
    if origin is None:
        return "not a CORS request: it has no Origin field"
    if origin == request.target.origin:
        return "not a CORS request: the Origin is the server's own"
    return why_not_cors(request.headers)


def _confirms(response: Response) -> bool:
    """Whether the answer only says that the one before still holds, with the fields that it had."""
    return response.status == 304 and "access-control-allow-origin" not in response.headers


def _judge_preflight(
    request: Request, response: Response, origin: str, method: str, engine: Engine
) -> Verdict:
    names = requested_headers(request.headers)

    def judged(include: bool, by: Engine) -> Failure | Grant:
        return judge_preflight(response, Asked(origin, method, names, include), by)

    without, included = judged(False, engine), judged(True, engine)
    remarks: tuple[Failure, ...] = ()
    if isinstance(without, Grant) and isinstance(judged(False, "standard"), Failure):
        remarks = (Failure(AUTHORIZATION_UNDER_STAR, AUTHORIZATION_UNDER_STAR.spec),)
    failed = without if isinstance(without, Failure) else None
    further = None
    if failed is not None and failed.chromium == "PreflightInvalidStatus":
        ok = Response(204, response.headers)
        following = judge_preflight(ok, Asked(origin, method, names, include=False), engine)
        further = following if isinstance(following, Failure) else None
    return Verdict(
        origin,
        True,
        response.status,
        failed,
        included if isinstance(included, Failure) else None,
        False,
        remarks=remarks,
        further=further,
    )


def requested_headers(headers: Headers) -> tuple[str, ...]:
    """The names that a preflight asks for, in lower case."""
    asked = headers.get("access-control-request-headers") or ""
    names = [name.strip(" \t").lower() for name in asked.split(",")]
    return tuple([name for name in names if name])


def _vary(request: Request, response: Response, origin: str) -> Failure | None:
    """Whether a cache, the browser's own or one on the way, may hand this answer to a page of
    another origin."""
    headers = response.headers
    if headers.get("access-control-allow-origin") != origin or request.method != "GET":
        return None
    varies = {name.strip().lower() for name in (headers.get("vary") or "").split(",")}
    if varies & {"origin", "*"} or not _may_be_reused(response):
        return None
    return Failure(VARY_MISSING, VARY_MISSING.spec, values={"origin": origin})


def _may_be_reused(response: Response) -> bool:
    """Whether a cache may answer with it again unasked (RFC 9111 sections 3, 4.2 and 5.2.2)."""
    headers = response.headers
    directives = {
        name.strip().lower(): value.strip(' "')
        for name, _, value in (
            word.partition("=") for word in (headers.get("cache-control") or "").split(",")
        )
    }
    if "no-store" in directives or "no-cache" in directives:
        return False
    ages = [directives[name] for name in ("max-age", "s-maxage") if name in directives]
    if ages:
        return any(age.strip("0").isdecimal() for age in ages)
    if "expires" in headers:
        return _is_later(headers.get("expires"), headers.get("date"))
    # Whoever says when it was changed lets caches guess for how long it will not be.
    return "last-modified" in headers and response.status in _HEURISTICALLY_CACHEABLE


def _is_later(expires: str | None, date: str | None) -> bool:
    try:
        return parsedate_to_datetime(expires or "") > parsedate_to_datetime(date or "")
    except (TypeError, ValueError):
        return False  # "0", "-1" or no date to compare with


def cors_check(
    request: Request,
    response: Response,
    *,
    credentials: str | None = None,
    engine: Engine = "chromium",
) -> Finding:
    """The browser's verdict on a real answer, as a finding.

    `credentials` is the page's credentials mode (`include`, `omit`, `same-origin`) if it is known;
    where it is not and the verdict turns on it, the finding's outcome is unknown.
    """
    skipped = _why_skipped(request)
    if skipped is not None:
        return Finding("cors", Outcome.SKIP, note=skipped)
    verdict = judge_exchange(request, response, engine=engine)
    if verdict is None:
        note = "a 304 without CORS fields: those of the answer that it confirms decide"
        return Finding("cors", Outcome.UNKNOWN, note=note)
    if credentials is not None:
        failed = verdict.included if credentials == "include" else verdict.without
    elif verdict.depends:
        return Finding("cors", Outcome.UNKNOWN, note=verdict.page)
    else:
        failed = verdict.failure
    if failed is None:
        return Finding("cors", Outcome.PASS, note=verdict.passed)
    reason = failed.reason
    return Finding(
        "cors", Outcome.FAIL, None, failed.values, reason, reason.party, response.status,
        note=sentence(failed),
    )  # fmt: skip
