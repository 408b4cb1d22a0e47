"""By which rules is the answer from this URL judged: the page's own, CORS, or none because nobody
may read it?

Fetch, main fetch, step 12: the response tainting, or why the mode does not allow the URL at all.
Once a chain of redirects has left the page's origin it never comes home.
"""

from __future__ import annotations

from typing import Literal

from simulator.browser.api import Normalised
from simulator.browser.elements import ELEMENTS
from simulator.browser.failure import Failure
from simulator.browser.page import Page
from simulator.browser.url import WebUrl
from simulator.reasons.cors import MODE_SAME_ORIGIN, NO_CORS_REDIRECT, SCHEME_NOT_SUPPORTED

type Tainting = Literal["basic", "cors", "opaque"]

_STEP = "Fetch, main fetch, step 12"


def choose_tainting(
    url: WebUrl, call: Normalised, page: Page, before: Tainting, *, first: bool
) -> Failure | Tainting:
    """The tainting, after the one `before`; `first`: nothing was sent yet."""
    if page.is_home(url) and before == "basic":
        return "basic"
    if call.mode == "same-origin":
        # Chromium has a name for it only where script asked and nothing was sent yet.
        name = "DisallowedByMode" if first and call.api not in ELEMENTS else None
        values = {"url": url.href, "origin": page.origin}
        return Failure(MODE_SAME_ORIGIN, _STEP, chromium=name, values=values)
    if call.mode == "no-cors" and call.redirect != "follow":
        return Failure(NO_CORS_REDIRECT, _STEP, chromium="NoCorsRedirectModeNotFollow")
    if url.scheme not in ("http", "https"):
        name = None if _is_silent(url.scheme, call) else "CorsDisabledScheme"
        values = {"scheme": url.scheme}
        return Failure(SCHEME_NOT_SUPPORTED, _STEP, url.scheme if first else "", name, values)
    return "opaque" if call.mode == "no-cors" else "cors"


def _is_silent(scheme: str, call: Normalised) -> bool:
    """Whether Chromium says that the URL is local or unknown, and nothing of CORS."""
    if scheme == "file" or (scheme == "chrome" and call.api != "fetch"):
        return True
    if scheme == "ftp" and call.api == "xhr":
        return True
    return call.mode == "no-cors" and call.api in ELEMENTS
