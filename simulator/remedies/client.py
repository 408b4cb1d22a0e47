"""What could the client ask instead, that is let in already?

The same thing spelled right: the URL, the method in capitals, the credential where it is looked
for; another key that may do it; a page's request without the header or the cookies that are not
granted. Never another request: a DELETE stays one, and nobody says to be at another address.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from urllib.parse import parse_qsl, urljoin

from simulator.behaviour import SAFELISTED_METHODS
from simulator.checks.authenticate import NOT_YET_VALID
from simulator.checks.rate_limit import EXCEEDED
from simulator.decision import Decision, Finding, Outcome
from simulator.engine import evaluate
from simulator.listing import names_of
from simulator.message import Request
from simulator.policy import Policy
from simulator.principals import Key, Place
from simulator.problem import Fault, list_words, quote
from simulator.reasons.cors import (
    CREDENTIALS_NOT_ALLOWED,
    HEADER_NOT_ALLOWED,
    METHOD_NOT_ALLOWED,
    ORIGIN_NOT_ALLOWED,
    WILDCARD_WITH_CREDENTIALS,
)
from simulator.reasons.preflight import PREFLIGHT_REDIRECTED
from simulator.remedies.paths import near_paths
from simulator.remedies.remedy import Remedy, facts_of
from simulator.standin import with_key

_ASKED_METHOD = "access-control-request-method"
_ASKED_HEADERS = "access-control-request-headers"
# Of several keys that would do, the ones that may do least.
_KEYS = 2
# More quotas than these count no request, to go by what people write.
_QUOTAS = 20


def remedies(
    policy: Policy, decision: Decision, finding: Finding, asked: Request
) -> Iterator[Remedy]:
    """What might be asked instead of `asked`, which led to this decision: it was judged itself, or
    a browser sent what was judged on its behalf. `policy` knows the secrets of its keys."""
    facts = facts_of(decision)
    if finding.check == "route":
        yield from _another_path(policy, asked, decision)
        yield from _capitals(asked)
        yield from _get(policy, asked)
    elif finding.check in ("authenticate", "authorize") and not decision.asks:
        yield from _respelled(policy, asked, decision, finding)
        yield from _another_key(policy, asked, facts.credential.key)
    elif finding.check == "cors":
        yield from _as_a_page(decision, finding, asked)
    if finding.reason is EXCEEDED:
        yield from _later(policy, decision, asked)
    if decision.asks:
        yield from _without_preflight(policy, decision, asked)


def changed(
    request: Request,
    *,
    method: str | None = None,
    url: str | None = None,
    headers: Iterable[tuple[str, str]] | None = None,
    at: float | None = None,
) -> Request:
    """The request with something else in it."""
    return Request(
        request.method if method is None else method,
        request.url if url is None else url,
        request.headers if headers is None else tuple(headers),
        client=request.client,
        at=request.at if at is None else at,
        body=request.body,
    )


def _later(policy: Policy, decision: Decision, asked: Request) -> Iterator[Remedy]:
    """The same when every quota that counts it has room again."""
    facts = facts_of(decision)
    waited, left = 0, decision.failures
    for _ in range(_QUOTAS):
        waits = [(f.values or {}).get("retry_after") for f in left if f.reason is EXCEEDED]
        if not waits:
            yield Remedy(f"wait {waited} s", request=changed(asked, at=asked.at + waited))
            return
        waited += max(wait for wait in waits if isinstance(wait, int))
        later = changed(facts.request, at=facts.at + waited)
        left = evaluate(policy, later, facts.usage).failures


def _another_path(policy: Policy, asked: Request, decision: Decision) -> Iterator[Remedy]:
    """The path as a route has it."""
    target = asked.target
    announced = asked.headers.get(_ASKED_METHOD)
    method = announced if decision.asks and announced else asked.method
    query = "" if target.query is None else f"?{target.query}"
    base = "" if asked.url.startswith("/") else target.origin
    for path, difference in near_paths(policy.tables.routes, method, target):
        yield Remedy(
            f"ask for {quote(path)}: {difference}",
            request=changed(asked, url=f"{base}{path}{query}"),
        )


def _capitals(asked: Request) -> Iterator[Remedy]:
    """Methods compare by case, and browsers put only the best known in capitals by themselves."""
    upper = asked.method.upper()
    if upper != asked.method:
        yield Remedy(
            f"send the method in capitals: `{upper}`", request=changed(asked, method=upper)
        )
    announced = asked.headers.get(_ASKED_METHOD)
    if announced is not None and announced != announced.upper():
        yield Remedy(
            f"send the method in capitals: `{announced.upper()}`",
            request=_with(asked, _ASKED_METHOD, announced.upper()),
        )


def _get(policy: Policy, asked: Request) -> Iterator[Remedy]:
    """A GET is answered as the HEAD would be, and more (RFC 9110 section 9.3.2)."""
    target = asked.target
    if (
        asked.method == "HEAD"
        and policy.tables.routes.find("GET", target.path, target.host, target.port).route
    ):
        yield Remedy("send `GET`: no route takes `HEAD` here", request=changed(asked, method="GET"))


def _respelled(
    policy: Policy, asked: Request, decision: Decision, finding: Finding
) -> Iterator[Remedy]:
    """The key that was meant, sent as it should be."""
    facts = facts_of(decision)
    key = facts.credential.key
    if key is not None and finding.reason is NOT_YET_VALID and key.not_before is not None:
        yield Remedy(
            f"wait until key `{key.id}` is valid", request=changed(asked, at=key.not_before)
        )
    if key is not None:
        return
    principals = policy.tables.principals
    for text in principals.nearest(asked, facts.credential, facts.at):
        meant = next((key for key in policy.keys if f"key `{key.id}`" in text), None)
        if meant is not None:
            sent = with_key(policy, without_credential(asked, principals.places), meant)
            place = principals.places[0]
            yield Remedy(f"send key `{meant.id}` in {place}, as it is: {text}", request=sent)


def _another_key(policy: Policy, asked: Request, current: Key | None) -> Iterator[Remedy]:
    """A key that would be admitted; the one that may do least first."""
    bare = without_credential(asked, policy.tables.principals.places)
    found = 0
    # A key that is only known by its digest is stood in for, which nobody can do for real.
    for key in sorted(policy.keys, key=lambda key: (len(key.scopes), key.index)):
        if found == _KEYS or key is current:
            continue
        request = with_key(policy, bare, key)
        trace = evaluate(policy, request).trace
        judged = [f for f in trace if f.check in ("authenticate", "authorize")]
        if all(f.outcome is not Outcome.FAIL for f in judged):
            found += 1
            yield Remedy(f"use key `{key.id}`", request=request)


def without_credential(request: Request, places: Iterable[Place]) -> Request:
    """The request without anything in the places where keys are looked for."""
    fields = list(request.headers)
    url = request.url
    for place in places:
        match place.kind:
            case "header":
                fields = [pair for pair in fields if pair[0].lower() != place.name]
            case "bearer" | "basic":
                fields = [pair for pair in fields if pair[0].lower() != "authorization"]
            case "cookie":
                fields = [
                    (name, left) if name.lower() == "cookie" else (name, value)
                    for name, value in fields
                    if (left := _without_cookie(value, place.name)) or name.lower() != "cookie"
                ]
            case _:
                url = _without_parameter(url, place.name)
    return changed(request, url=url, headers=fields)


def _without_cookie(value: str, name: str) -> str:
    parts = [part.strip() for part in value.split(";")]
    return "; ".join(part for part in parts if part.partition("=")[0].strip() != name)


def _without_parameter(url: str, name: str) -> str:
    head, mark, query = url.partition("?")
    parts = [part for part in query.split("&") if name not in dict(parse_qsl(part, True))]
    return head + mark + "&".join(parts) if parts and mark else head


def _as_a_page(decision: Decision, finding: Finding, asked: Request) -> Iterator[Remedy]:
    """What a page could ask that is granted to it."""
    if finding.reason is METHOD_NOT_ALLOWED:
        yield from _capitals(asked)
    elif finding.reason is HEADER_NOT_ALLOWED:
        missing = (finding.values or {}).get("headers")
        names = tuple(map(str, missing)) if isinstance(missing, tuple) else ()
        yield Remedy(
            f"leave out {_headers(names)}", request=without_headers(asked, names, decision.asks)
        )
    elif finding.reason in (CREDENTIALS_NOT_ALLOWED, WILDCARD_WITH_CREDENTIALS):
        fields = [pair for pair in asked.headers if pair[0].lower() != "cookie"]
        yield Remedy(
            "send no cookies: `credentials: 'omit'`",
            request=changed(asked, headers=fields),
            omits=True,
        )
    elif finding.reason is ORIGIN_NOT_ALLOWED:
        yield from _another_origin(decision, asked)
    elif finding.reason is PREFLIGHT_REDIRECTED:
        yield from _where_it_leads(finding, asked)


def _where_it_leads(finding: Finding, asked: Request) -> Iterator[Remedy]:
    """The URL that a redirect names (RFC 9110 section 10.2.2)."""
    url = urljoin(asked.url, str((finding.values or {}).get("location", "")))
    try:
        request = changed(asked, url=url)
    except Fault:
        return
    shown = quote(url.partition("?")[0])  # a query may hold a token
    yield Remedy(f"ask for {shown}, where it redirects to", request=request)


def _headers(names: Iterable[str]) -> str:
    names = tuple(names)
    what = "the headers" if len(names) > 1 else "the header"
    return f"{what} {list_words(names, last='and')}"


def _another_origin(decision: Decision, asked: Request) -> Iterator[Remedy]:
    """The page at the address that is listed, where it was nearly that."""
    facts = facts_of(decision)
    route = None if facts.route is None else facts.route.index
    grants = facts.tables.grants.get(route) or facts.tables.grants.get(None)
    if grants is None or not facts.sent_origin:
        return
    for index, difference in grants.origins.nearest(facts.sent_origin):
        pattern = grants.origins.patterns[index]
        if pattern.kind == "exact" and "*" not in pattern.text:
            yield Remedy(
                f"ask from a page of `{pattern.text}`: {difference}",
                request=_with(asked, "origin", pattern.text),
            )


def _without_preflight(policy: Policy, decision: Decision, asked: Request) -> Iterator[Remedy]:
    """The request itself, where only its headers make a browser ask first (Fetch section 4.1)."""
    facts = facts_of(decision)
    method = facts.request.headers.get(_ASKED_METHOD)
    names = names_of(facts.request.headers.get(_ASKED_HEADERS))
    secret = {place.name for place in policy.tables.principals.places if policy.keys}
    if method not in SAFELISTED_METHODS or not names:
        return
    if any(name.lower() in secret | {"authorization"} for name in names):
        return  # without its key it would be another request
    request = without_headers(asked, names, preflight=False)
    if _is_preflight(asked):
        fields = [p for p in asked.headers if not p[0].lower().startswith("access-control-request")]
        request = changed(asked, method=method, headers=fields)
    yield Remedy(f"leave out {_headers(names)}: then no preflight is needed", request=request)


def without_headers(asked: Request, names: Iterable[str], preflight: bool) -> Request:
    """The request without these headers; a preflight without announcing them."""
    left_out = {name.lower() for name in names}
    if not (preflight and _is_preflight(asked)):
        return changed(asked, headers=[p for p in asked.headers if p[0].lower() not in left_out])
    announced = names_of(asked.headers.get(_ASKED_HEADERS))
    kept = ",".join(name for name in announced if name.lower() not in left_out)
    return _with(asked, _ASKED_HEADERS, kept)


def _is_preflight(request: Request) -> bool:
    return request.method == "OPTIONS" and _ASKED_METHOD in request.headers


def _with(request: Request, name: str, value: str) -> Request:
    """The request with another value of a field; without the field where there is none."""
    fields = [pair for pair in request.headers if pair[0].lower() != name]
    return changed(request, headers=[*fields, (name, value)] if value else fields)
