"""Which Origin goes along with a request?

Fetch section 3.2.5, "append a request Origin header". A CORS request always has one, others only
where the method may change something, and there the referrer policy may shorten it.
"""

from __future__ import annotations

from simulator.browser.api import Normalised
from simulator.browser.elements import ELEMENTS
from simulator.browser.engine import Engine
from simulator.browser.page import Page
from simulator.browser.redirect import Hop


def serialised_origin(hop: Hop, page: Page) -> str:
    """The request's origin, which a chain through several origins does not tell any more."""
    return "null" if hop.tainted else page.origin


def origin_field(
    hop: Hop, call: Normalised, page: Page, engine: Engine, *, cors: bool
) -> str | None:
    """The field's value, or None where it is not sent. `cors`: the answer is judged by CORS."""
    origin = serialised_origin(hop, page)
    if cors:
        return origin
    if hop.method in ("GET", "HEAD"):
        return origin if engine == "chromium" and _is_told(call) else None
    if engine == "standard" and call.mode != "cors":
        return _shortened(origin, hop, call, page)
    return origin


def _is_told(call: Normalised) -> bool:
    """Whether Chromium sends it to the page's own origin too, as it does for most elements."""
    element = ELEMENTS.get(call.api)
    return element is not None and element.always_tells_origin and call.mode == "cors"


def _shortened(origin: str, hop: Hop, call: Normalised, page: Page) -> str:
    """What the referrer policy leaves of the origin where no CORS check will read it."""
    policy = call.referrer_policy
    if policy == "no-referrer":
        return "null"
    if policy == "same-origin":
        return origin if page.is_home(hop.url) else "null"
    if policy in ("unsafe-url", "origin", "origin-when-cross-origin"):
        return origin
    downgrade = page.origin.startswith("https:") and hop.url.scheme != "https"
    return "null" if downgrade else origin
