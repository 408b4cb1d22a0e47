"""Where does a redirect lead, and what goes along?

Fetch section 4.5, HTTP-redirect fetch. At each hop the method may become GET, Authorization stays
behind at the first hop to another origin, and once the chain has crossed from one foreign origin to
another the page's own origin is no longer told (`Origin: null`).
"""

from __future__ import annotations

from typing import NamedTuple

from simulator.browser.engine import Engine, Unsupported
from simulator.browser.failure import Failure
from simulator.browser.url import WebUrl, location_url
from simulator.browser.words import without_secrets
from simulator.message import REDIRECTS, Response
from simulator.reasons.cors import REDIRECT_WITH_CREDENTIALS
from simulator.reasons.page import REDIRECT_INVALID, UNSAFE_REDIRECT

# Request-body-header names: they go where the body goes (Fetch section 2.2.2).
_OF_THE_BODY = frozenset(
    {"content-encoding", "content-language", "content-location", "content-type"}
)
# The network stack refuses these before anybody thinks of CORS.
_UNSAFE = frozenset({"about", "blob", "data", "file", "filesystem"})
_STEP = "Fetch, HTTP-redirect fetch, step {}"
_CHROMIUM_ALONE = "no step of Fetch: Chromium alone"


class Hop(NamedTuple):
    """The request as it is at one point of the chain."""

    url: WebUrl
    method: str
    headers: tuple[tuple[str, str], ...]
    body: str | None
    """The kind of body; None: none."""
    tainted: bool = False
    """Whether the request's origin is told as `null` from here on."""
    redirects: int = 0


def is_redirect(response: Response, engine: Engine) -> bool:
    """Whether the answer sends the browser elsewhere. To Chromium an empty Location is none."""
    lines = response.headers.lines("location")
    if response.status not in REDIRECTS or not lines:
        return False
    return engine == "standard" or lines[0] != ""


def check_location(
    response: Response,
    hop: Hop,
    page_origin: str,
    mode: str,
    tainting: str,
    engine: Engine,
    *,
    api: str = "fetch",
) -> Failure | WebUrl:
    """Where the redirect leads, or why it is not followed."""
    location = response.headers.lines("location")[0]
    values = {"location": without_secrets(location)}
    target = location_url(location, hop.url)
    if target is None:
        return Failure(REDIRECT_INVALID, _STEP.format(5), values=values)
    if engine == "chromium" and target.scheme in _UNSAFE:
        return Failure(UNSAFE_REDIRECT, _STEP.format(6), values=values)
    if (engine == "standard" or mode != "cors") and target.scheme not in ("http", "https"):
        return Failure(UNSAFE_REDIRECT, _STEP.format(6), values=values)
    if target.username or target.password:
        # The login may come from the URL before, so that `Location` alone does not show it.
        failed = Failure(
            REDIRECT_WITH_CREDENTIALS,
            _CHROMIUM_ALONE,
            values={"location": without_secrets(target.href)},
        )
        if mode == "cors" and target.origin != page_origin:
            return failed._replace(step=_STEP.format(9), chromium="RedirectContainsCredentials")
        if tainting == "cors":
            return failed._replace(step=_STEP.format(10), chromium="RedirectContainsCredentials")
        # Chromium's `fetch` minds a user even in a redirect that stays at home.
        if engine == "chromium" and api == "fetch":
            return failed
    if hop.body == "stream" and response.status != 303 and engine == "standard":
        raise Unsupported("a stream cannot be sent again where a redirect leads")
    return target


def next_hop(status: int, hop: Hop, target: WebUrl, page_origin: str) -> Hop:
    """The request that follows."""
    method, body, headers = hop.method, hop.body, hop.headers
    becomes_get = (status in (301, 302) and method == "POST") or (
        status == 303 and method not in ("GET", "HEAD")
    )
    if becomes_get:
        method, body = "GET", None
        headers = tuple([pair for pair in headers if pair[0].lower() not in _OF_THE_BODY])
    crosses = target.origin != hop.url.origin
    if crosses:
        headers = tuple([pair for pair in headers if pair[0].lower() != "authorization"])
    tainted = hop.tainted or (crosses and hop.url.origin != page_origin)
    return Hop(target, method, headers, body, tainted, hop.redirects + 1)
