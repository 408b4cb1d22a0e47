"""What does the developer read in the browser's console?

Chromium's line for a failure, word for word, so that a line in a console and one of ours can be
told to be the same; and Firefox's words for it.
"""

from __future__ import annotations

from simulator.browser.failure import Failure
from simulator.reasons.console import (
    CONSOLE,
    PREFLIGHT,
    UNSUPPORTED_SCHEME,
    VALID_VALUE,
    WITH_CREDENTIALS,
)

# What each API calls what it asks for.
_WHAT = {
    "fetch": "fetch", "xhr": "XMLHttpRequest", "img": "image", "script": "script",
    "module": "script", "stylesheet": "CSS stylesheet", "audio": "audio", "track": "text track",
    "preload-fetch": "link element resource",
}  # fmt: skip
_WHOLE = "Fetch API"  # how a line begins that has nothing before it
_VALUES = ("MultipleAllowOriginValues", "InvalidAllowOriginValue", "AllowOriginMismatch")
_CREDENTIALS = ("WildcardOriginNotAllowed", "InvalidAllowCredentials")


def chromium_console(
    failure: Failure, *, api: str, url: str, first_url: str, origin: str
) -> str | None:
    """Chromium's line, or None where it writes none of its own about the failure.

    `url` is what was being fetched, `first_url` what the page asked for, `origin` the page's.
    """
    name = failure.chromium
    if name is None or name not in CONSOLE:
        # A reason that has names in Chromium, and none here, is one it is silent about here.
        own = name is None and api == "fetch" and not failure.reason.chromium
        words = failure.reason.console if own else ""
        return words.format(url=first_url) if words.startswith(_WHOLE) else None
    parameter = _shown(failure.parameter)
    if name == "CorsDisabledScheme" and api == "fetch" and url == first_url:
        return UNSUPPORTED_SCHEME.format(url=url, p=parameter)
    words = CONSOLE[name].format(
        p=failure.values.get("parameter", parameter),
        url=url,
        origin=origin,
        space=failure.values.get("value", ""),
    )
    if words.startswith(_WHOLE):
        return words
    bare = name.removeprefix("Preflight")
    if api == "fetch" and bare in _VALUES:
        words += VALID_VALUE
    if api == "xhr" and bare in _CREDENTIALS:
        words += WITH_CREDENTIALS
    redirected = f"(redirected from '{first_url}') " if url != first_url else ""
    lead = PREFLIGHT if name.startswith("Preflight") else ""
    return (
        f"Access to {_WHAT.get(api, 'resource')} at '{url}' {redirected}from origin '{origin}' "
        f"has been blocked by CORS policy: {lead}{words}"
    )


def firefox_console(failure: Failure, url: str) -> str | None:
    """Firefox's line, or None where it writes none."""
    words = failure.reason.firefox_console
    if not words:
        return None
    return (
        "Cross-Origin Request Blocked: The Same Origin Policy disallows reading the remote "
        f"resource at {url}. (Reason: {words.format(p=_shown(failure.parameter))})."
    )


def _shown(parameter: str) -> str:
    """What the server said, as Chromium's console shows it: a byte that is no printable ASCII by
    its number."""
    return "".join([char if " " <= char <= "~" else f"\\u{ord(char):04X}" for char in parameter])
