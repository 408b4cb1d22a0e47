"""What does the browser's network stack make of an answer, before Fetch looks at it?

RFC 9110 sections 8.6 and 15, RFC 9112 section 6.3; the retries and refusals are Chromium's.
"""

from __future__ import annotations

from simulator.browser.engine import Engine, Unsupported
from simulator.browser.failure import Failure
from simulator.browser.page import Sent
from simulator.browser.raw import check_fields
from simulator.message import Response
from simulator.reasons.page import NETWORK_ERROR, PROXY_AUTHENTICATION

# Schemes of challenges (RFC 9110 section 11.1) for which a dialog asks the user.
_ASKED = frozenset({"basic", "digest", "ntlm"})


def resent(response: Response, sent: Sent, engine: Engine) -> bool:
    """Whether the browser asks once more (RFC 9110 sections 15.5.9 and 15.5.20)."""
    return engine == "chromium" and response.status in (408, 421) and sent.preflight


def check_response(response: Response, sent: Sent, *, logs_in: bool) -> Failure | None:
    """Why the answer never reaches the page's checks. `logs_in`: the request may carry a login."""
    failed = check_fields(response.headers)
    if failed is not None:
        return failed
    if response.status == 407:
        return Failure(PROXY_AUTHENTICATION, "Fetch, HTTP-network-or-cache fetch, step 16")
    if sent.preflight:
        return None
    if response.status == 401 and logs_in and _asks_user(response):
        raise Unsupported("the browser asks the user for a password, and the fetch waits for it")
    return None


def _asks_user(response: Response) -> bool:
    """Whether a challenge is of a scheme that browsers ask their user a name and password for."""
    challenges = (response.headers.get("www-authenticate") or "").lower().split(",")
    return any(challenge.split()[:1] and challenge.split()[0] in _ASKED for challenge in challenges)


def no_answer(step: str = "Fetch, HTTP-network fetch") -> Failure:
    """Nothing came, or it broke off."""
    return Failure(NETWORK_ERROR, step)
