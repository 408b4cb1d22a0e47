"""May a request be sent there at all?

Fetch, main fetch, steps 5 to 7: what keeps it from the wire before CORS is thought of, at the first
URL and at each that a redirect leads to. The page's own policy, ports, mixed content, and with
Chromium the local network.
"""

from __future__ import annotations

from simulator.browser.address_space import check_local_network
from simulator.browser.api import Normalised
from simulator.browser.csp import CONNECT, check_policies
from simulator.browser.elements import ELEMENTS
from simulator.browser.engine import Engine, Unsupported
from simulator.browser.failure import Failure
from simulator.browser.page import Page
from simulator.browser.url import WebUrl, is_bad_port, is_potentially_trustworthy
from simulator.reasons.page import BAD_PORT, MIXED_CONTENT

_STEP = "Fetch, main fetch, step 7"
# Chromium asks for these by `https:` instead (Mixed Content Level 2, section 4.1).
_UPGRADED = ("img", "audio")


def check_policy(
    url: WebUrl, call: Normalised, page: Page, engine: Engine, *, redirected: bool
) -> Failure | None:
    """What the page's Content-Security-Policy has against it."""
    element = ELEMENTS.get(call.api)
    names = CONNECT if element is None else element.directives
    policies = page.content_security_policy
    return check_policies(policies, url, page.parsed, names, engine, redirected=redirected)


def check_reach(url: WebUrl, call: Normalised, page: Page, engine: Engine) -> Failure | None:
    """What else keeps the request from being sent."""
    if url.port is not None and url.scheme in ("http", "https") and is_bad_port(url.port, engine):
        return Failure(BAD_PORT, _STEP, values={"port": url.port})
    if url.scheme == "http" and _is_mixed(url, call, page):
        if call.api in _UPGRADED:
            raise Unsupported("an insecure image or sound in a secure page is not modelled")
        return Failure(MIXED_CONTENT, _STEP)
    if page.permission == "disabled" or page.space != "public" or page.is_home(url):
        return None
    space = page.space_of(url.host)
    if space is None:
        raise Unsupported(
            f"the address of `{url.host}` is not known, and a page of a public address may "
            "not reach every one"
        )
    return check_local_network(
        page.space,
        space,
        secure=page.secure,
        wanted=call.target_address_space,
        permission=page.permission,
    )


def _is_mixed(url: WebUrl, call: Normalised, page: Page) -> bool:
    """Mixed Content section 4.4; a declared address space lifts it for the local network."""
    own = page.parsed
    if own is None or own.scheme != "https" or is_potentially_trustworthy(url):
        return False
    declared = call.target_address_space in ("local", "private", "loopback")
    return not (declared and page.permission != "disabled")
