"""A case in JSON: what was asked, what the servers answer, and what the page sees?

The form of `why403 browser`: the steps of a case are one sequence in one browser, so what it keeps
lives on from one to the next.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from simulator.browser.address_space import Space
from simulator.browser.body import body_content_type
from simulator.browser.console import chromium_console
from simulator.browser.csp import read_policies
from simulator.browser.elements import ELEMENTS
from simulator.browser.embedding import embedder_of
from simulator.browser.engine import Engine, Unsupported
from simulator.browser.failure import Failure
from simulator.browser.fetch import PageView, Server, fetch
from simulator.browser.http_cache import HttpCache
from simulator.browser.laboratory import PROFILES, document_headers, is_nowhere, laboratory_space
from simulator.browser.page import Page, PageRequest, Sent
from simulator.browser.preflight_cache import PreflightCache
from simulator.browser.raw import WITHOUT_BODY, CutShort, read_answer
from simulator.browser.url import parse
from simulator.message import Headers, Response
from simulator.problem import Fault, list_words, quote
from simulator.reasons.page import CONTENT_SECURITY_POLICY

type Plain = dict[str, Any]

_TEXTS = (
    "url", "method", "api", "mode", "credentials", "redirect", "cache", "integrity",
    "referrerPolicy", "targetAddressSpace", "crossorigin",
)  # fmt: skip
# What a page and a server see.
_SEEN = (
    "settled", "type", "status", "headers", "sequence", "preflight_method", "preflight_headers",
    "preflight_origin", "actual_method", "actual_origin",
)  # fmt: skip
# What a document keeps of what it loaded, whatever its fields say, and who may use it again.
_REUSED: Mapping[str, frozenset[str]] = {
    "img": frozenset({"img"}),
    "module": frozenset({"module"}),
    "preload-fetch": frozenset({"preload-fetch", "fetch", "xhr"}),
}


def judge_case(case: Mapping[str, Any], *, engine: Engine = "chromium") -> Plain:
    """The answer to one case. Raises Fault for a case that cannot be read.

    A step in which Chromium departs from the standard has the standard's answer too, below
    `standard`.
    """
    steps = _judge(case, engine)
    if engine == "chromium":
        for real, law in zip(steps, _judge(case, "standard"), strict=True):
            known = "settled" in real and "settled" in law
            if known and any(real[name] != law[name] for name in _SEEN):
                real["standard"] = {name: law[name] for name in (*_SEEN, "reason", "spec")}
    return {"id": case.get("id"), "steps": steps}


def _judge(case: Mapping[str, Any], engine: Engine) -> list[Plain]:
    """The answers to its steps, by one engine's rules."""
    profile = str(case.get("profile", "default"))
    if profile not in PROFILES:
        raise Fault(
            f"{quote(profile)} is not a profile",
            f"there are {list_words(PROFILES, last='and')}",
            "write `default`",
        )
    own = _mapping(case, "page")
    cache, stored, at = PreflightCache(), HttpCache(), _number(case, "at")
    loaded: set[tuple[str, str]] = set()  # by the document that is open
    steps: list[Plain] = []
    for step in _mappings(case, "steps"):
        call = _mapping(step, "request")
        api, url = str(call.get("api", "fetch")), str(call.get("url", ""))
        at += _number(call, "delay_before_ms") / 1000
        page = _page(step.get("page"), own, case.get("spaces"), profile)
        if "page" in step:
            loaded.clear()
        try:
            if any(url == kept and api in _REUSED[by] for by, kept in loaded):
                raise Unsupported("what a document keeps of what it loaded is not modelled")
            server = _server(_mappings(step, "server"))
            view = fetch(
                _request(call), page, server, cache=cache, stored=stored, engine=engine, at=at
            )
        except Unsupported as unsupported:
            steps.append({"unsupported": str(unsupported)})
            asked = parse(url, page.parsed)
            if asked is not None:
                stored = stored.in_doubt(
                    asked, "what an earlier step left in the cache is not known"
                )
            continue
        cache, stored = view.cache, view.stored
        if api in _REUSED:
            loaded.add((api, url))
        steps.append(view_record(view, api, page, throws=bool(call.get("sync"))))
    return steps


def view_record(view: PageView, api: str, page: Page, *, throws: bool = False) -> Plain:
    """What the page sees as plain data."""
    preflights = [sent for sent in view.exchange if sent.preflight]
    actual = [sent for sent in view.exchange if not sent.preflight]
    failure = view.failure
    resolved = view.settled == "resolved"
    # XMLHttpRequest shows an answer without a status where there is none, unless it throws; of an
    # element script sees no more than that it loaded.
    shown = api not in ELEMENTS and (resolved or (api == "xhr" and not throws))
    console = None
    # Of the page's own policy Chromium says nothing where a redirect led to what it forbids.
    silent = failure is not None and failure.reason is CONTENT_SECURITY_POLICY and actual
    if failure is not None and view.url is not None and not silent:
        console = chromium_console(
            failure,
            api=api,
            url=view.url.href,
            first_url=view.exchange[0].url.href if view.exchange else view.url.href,
            origin=page.origin,
        )
    return {
        "settled": view.settled,
        "type": view.type if api == "fetch" else None,
        "status": (view.status if resolved else 0) if shown else None,
        "headers": list(view.headers) if shown else None,
        "sequence": "".join("P" if sent.preflight else "A" for sent in view.exchange),
        "preflight_method": [sent.asks_method for sent in preflights],
        "preflight_headers": [sent.asks for sent in preflights],
        "preflight_origin": [sent.origin for sent in preflights],
        "actual_method": [sent.method for sent in actual],
        "actual_origin": [sent.origin for sent in actual],
        "cors_error": None if failure is None else failure.chromium,
        "failed_parameter": (
            None if failure is None or failure.chromium is None else failure.failed_parameter
        ),
        "reason": None if failure is None else failure.reason.code,
        "spec": None if failure is None else failure.step,
        "console": console,
    }


def _page(step: object, own: Mapping[str, Any], spaces: object, profile: str) -> Page:
    """The page of a step: the case's own, or another by its URL."""
    url, origin = str(own.get("url")), own.get("origin")
    fields = own.get("headers")
    if isinstance(step, str) and step != url:
        url, origin, fields = step, None, None
    parsed = parse(url)
    if parsed is None:
        raise Fault(f"{quote(url)} is not a URL", "a page has one", "write `https://host/path`")
    headers = Headers(document_headers(url) if fields is None else _pairs(fields, "page.headers"))
    policies = read_policies(headers)
    if any(policy.makes_opaque for policy in policies):
        origin = "null"
    named = spaces if isinstance(spaces, Mapping) else {}

    def space_of(host: str) -> Space | None:
        return named.get(host) or laboratory_space(host)

    page = Page(
        url,
        "null" if origin == "null" else parsed.origin,
        "unsafe-none",
        space_of(parsed.host),
        PROFILES[profile].permission,
        space_of,
        policies,
    )
    # An insecure page has no embedder policy, whatever it says (HTML section 7.1.4).
    return replace(page, embedder=embedder_of(headers)) if page.secure else page


def _request(call: Mapping[str, Any]) -> PageRequest:
    for name in _TEXTS:
        if not isinstance(call.get(name, ""), (str, type(None))):
            raise Fault(f"`request.{name}` cannot be read", "it must be text", 'write `"…"`')
    body = call.get("body")
    if isinstance(body, Mapping) and not isinstance(body.get("type"), str):
        raise Fault("`request.body` has no type", "it must be text", 'write `{"type": "string"}`')
    xhr = call.get("api") == "xhr"
    credentials = call.get("credentials")
    if xhr or call.get("api") == "eventsource":
        credentials = "include" if call.get("withCredentials") else "same-origin"
    return PageRequest(
        str(call.get("url", "")),
        str(call.get("method", "GET")),
        tuple(_pairs(call.get("headers", ()), "request.headers")),
        str(call.get("api", "fetch")),
        None if xhr else call.get("mode"),
        credentials,
        str(call.get("redirect", "follow")),
        str(call.get("cache", "default")),
        body["type"] if isinstance(body, Mapping) else None,
        body_content_type(body) if isinstance(body, Mapping) else None,
        bool(call.get("upload_listener")),
        str(call.get("integrity", "")),
        str(call.get("referrerPolicy", "")),
        call.get("targetAddressSpace"),
        call.get("crossorigin"),
    )


def _server(hops: list[Mapping[str, Any]]) -> Server:
    """The servers of a step: one answer for each hop, the last for all further ones."""

    def server(sent: Sent) -> Response | CutShort | Failure | None:
        if not hops or is_nowhere(sent.url.host):
            return None
        # A chain that comes back to one of its URLs gets that URL's answer again.
        last = sent.url.path.rpartition("/")[2]
        index = int(last) if last.isdigit() and int(last) < len(hops) else sent.hop
        given = _choose(hops[min(index, len(hops) - 1)], sent)
        if not isinstance(given, Mapping):
            raise Unsupported("the case holds no answer to this request")
        if "action" in given:
            raise Unsupported("a server that closes the connection, or lets wait, is not modelled")
        if "raw" in given:
            raw = str(given["raw"]).encode("latin-1", "replace")
            return read_answer(raw, sent.method, usual_port=sent.url.port is None)
        return _response(given)

    return server


def _choose(hop: Mapping[str, Any], sent: Sent) -> object:
    """The answer that a hop has for a message."""
    if sent.preflight:
        return hop.get("preflight")
    asks = {name.lower() for name, _ in (*sent.headers, *sent.conditions)}
    if "if-none-match" in asks and "actual_if_none_match" in hop:
        return hop["actual_if_none_match"]
    by_origin = hop.get("actual_by_origin")
    if isinstance(by_origin, Mapping):
        return by_origin.get(sent.origin or "<none>", hop.get("actual"))
    return hop.get("actual")


def _response(given: Mapping[str, Any]) -> Response:
    body = str(given.get("body", "")).encode("latin-1", "replace")
    status = given.get("status", 200)
    if not isinstance(status, int) or isinstance(status, bool):
        raise Fault(f"`status` is {quote(str(status))}", "it must be a number", "write `200`")
    headers = Headers(_pairs(given.get("headers", ()), "server.headers"))
    if status in WITHOUT_BODY:
        return Response(status, headers)
    if "content-length" not in headers:
        headers = Headers([*headers, ("content-length", str(len(body)))])
    return Response(status, headers, body)


def _mapping(given: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = given.get(name)
    if not isinstance(value, Mapping):
        raise Fault(f"`{name}` is missing", "it must be an object", f'add `"{name}": {{…}}`')
    return value


def _mappings(given: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    value = given.get(name)
    if not isinstance(value, list) or not all(isinstance(item, Mapping) for item in value):
        raise Fault(f"`{name}` is missing", "it must be a list of objects", f'add `"{name}": […]`')
    return value


def _pairs(value: object, name: str) -> list[tuple[str, str]]:
    """A list of `[name, value]`."""
    if isinstance(value, (list, tuple)):
        pairs = [tuple(item) for item in value if isinstance(item, (list, tuple))]
        if len(pairs) == len(value) and all(
            len(pair) == 2 and all(isinstance(part, str) for part in pair) for pair in pairs
        ):
            return [(pair[0], pair[1]) for pair in pairs]
    raise Fault(
        f"`{name}` cannot be read", "it must be a list of pairs", 'write `[["accept", "*/*"]]`'
    )


def _number(given: Mapping[str, Any], name: str) -> float:
    value = given.get(name, 0)
    if isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) < 1e12:
        return float(value)
    raise Fault(f"`{name}` is not a number", f"{quote(str(value))} stands there", "write `0`")
