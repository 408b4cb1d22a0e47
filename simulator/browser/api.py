"""Does the API take the call at all?

Fetch section 5.4, the Request constructor, and XMLHttpRequest section 3.5: what is wrong with the
arguments throws before anything is sent. What is right is put into the standard's form. An element
asks in its own way (HTML section 2.5.5).
"""

from __future__ import annotations

from typing import NamedTuple

from simulator.behaviour import SAFELISTED_METHODS
from simulator.browser.address_space import NAMES
from simulator.browser.elements import ELEMENTS, settings
from simulator.browser.engine import Engine, Unsupported
from simulator.browser.failure import Failure
from simulator.browser.page import Page, PageRequest
from simulator.browser.safelist import header_error, settable_headers
from simulator.browser.url import WebUrl, parse
from simulator.message import FORBIDDEN_METHODS, TOKEN
from simulator.problem import quote
from simulator.reasons.page import INVALID_REQUEST

_NORMALISED = frozenset({"DELETE", "GET", "HEAD", "OPTIONS", "POST", "PUT"})
_CONDITIONAL = frozenset(
    {"if-match", "if-modified-since", "if-none-match", "if-range", "if-unmodified-since"}
)
# Links that do nothing without a URL, and elements whose content is checked.
_SILENT = ("stylesheet", "preload-fetch")
_WITH_INTEGRITY = ("script", "stylesheet")
_WORDS = {
    "mode": ("cors", "no-cors", "same-origin"),
    "credentials": ("include", "omit", "same-origin"),
    "redirect": ("error", "follow", "manual"),
    "cache": ("default", "force-cache", "no-cache", "no-store", "only-if-cached", "reload"),
}


class Normalised(NamedTuple):
    """A call as the standard's request."""

    url: WebUrl
    method: str
    headers: tuple[tuple[str, str], ...]
    mode: str
    credentials: str
    redirect: str
    cache: str
    body: str | None
    upload_listener: bool
    referrer_policy: str
    target_address_space: str | None
    page_origin: str
    integrity: str
    api: str

    @property
    def conditional(self) -> bool:
        """Whether script validates a copy of its own, so that no cache may answer instead. Asked
        for by another cache mode, one may."""
        if self.cache != "default":
            return False
        return any(name.lower() in _CONDITIONAL for name, _ in self.headers)

    @property
    def include(self) -> bool:
        """Whether the credentials mode is "include"."""
        return self.credentials == "include"

    def sends_credentials(self, url: WebUrl) -> bool:
        """Whether cookies and logins go along to this URL."""
        if self.credentials == "same-origin":
            return url.origin == self.page_origin
        return self.include


def check_call(request: PageRequest, page: Page, engine: Engine) -> Failure | Normalised:
    """The call in the standard's form, or why the API throws."""
    if request.api in ELEMENTS:
        return _check_element(request, page)
    if request.api not in ("fetch", "xhr"):
        raise Unsupported(f"the API {quote(request.api)} is not modelled")
    mode = request.mode or "cors"
    credentials = request.credentials or "same-origin"
    given = {
        "mode": mode,
        "credentials": credentials,
        "redirect": request.redirect,
        "cache": request.cache,
    }
    for name, value in given.items():
        if value not in _WORDS[name]:
            return _error(f"{quote(value)} is not a value of `{name}` that script may pass")
    space = request.target_address_space
    if space is not None and space not in NAMES:
        return _error(f"{quote(space)} is not a value of `targetAddressSpace`")
    url = parse(request.url, page.parsed)
    if url is None:
        return _error(f"{quote(request.url)} is not a URL")
    if (url.username or url.password) and request.api == "fetch":
        return _error("the URL includes a user")
    method = request.method
    if not TOKEN.match(method):
        return _error(f"{quote(method)} is not a method")
    if method.upper() in FORBIDDEN_METHODS:
        return _error(f"no page may use the method {quote(method)}")
    if method.upper() in _NORMALISED:
        method = method.upper()
    if mode == "no-cors" and method not in SAFELISTED_METHODS:
        return _error(f"{quote(method)} cannot be used in the mode `no-cors`")
    for name, value in request.headers:
        wrong = header_error(name, value)
        if wrong is not None:
            return _error(wrong)
    if request.cache == "only-if-cached" and mode != "same-origin":
        return _error("`only-if-cached` needs the mode `same-origin`")
    body = request.body
    if body is not None and method in ("GET", "HEAD"):
        if request.api == "fetch":
            return _error(f"a request with the method {quote(method)} cannot have a body")
        body = None  # XMLHttpRequest drops it in silence
    if body == "stream" and mode == "no-cors":
        return _error("a stream cannot be sent in the mode `no-cors`")
    if url.scheme == "blob":
        raise Unsupported("what a `blob:` URL holds only the page knows")
    headers = settable_headers(request.headers, engine=engine, mode_no_cors=mode == "no-cors")
    if body is not None and request.content_type is not None:
        named = any(name.lower() == "content-type" for name, _ in headers)
        if not named:
            headers = (*headers, ("Content-Type", request.content_type))
    return Normalised(
        url, method, headers, mode, credentials, request.redirect, request.cache, body,
        request.upload_listener, request.referrer_policy, space, page.origin,
        request.integrity, request.api,
    )  # fmt: skip


def _check_element(request: PageRequest, page: Page) -> Failure | Normalised:
    """What an element asks for: always by GET, and whither it is redirected."""
    api = request.api
    url = parse(request.url, page.parsed)
    if url is None or not request.url:
        if api in _SILENT:
            raise Unsupported(f"without a URL nothing becomes of {quote(api)}")
        return _error(f"{quote(request.url)} is not a URL")
    if url.scheme in ("blob", "data") or (api == "eventsource" and (url.username or url.password)):
        raise Unsupported(f"{quote(api)} with such a URL is not modelled")
    mode, credentials = settings(api, request.crossorigin, request.credentials)
    return Normalised(
        url, "GET", (), mode, credentials, "follow",
        "no-store" if api == "eventsource" else "default",
        None, False, request.referrer_policy, None, page.origin,
        request.integrity if api in _WITH_INTEGRITY else "", api,
    )  # fmt: skip


def _error(text: str) -> Failure:
    return Failure(INVALID_REQUEST, "Fetch, the Request constructor", values={"value": text})
