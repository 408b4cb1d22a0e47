"""May the page read this answer?

Fetch section 4.10, the CORS check. Field lines are combined with `, ` before anything is compared,
and then byte for byte: no case folding, no default port, no slash at the end. The standard knows
only that the check fails; Chromium says in which way, and so does this.
"""

from __future__ import annotations

from simulator.browser.engine import Unsupported
from simulator.browser.failure import Failure, decoded
from simulator.browser.url import parse
from simulator.decision import Reason
from simulator.message import Headers, Response
from simulator.reasons.cors import (
    CREDENTIALS_NOT_ALLOWED,
    ERROR_WITHOUT_FIELDS,
    INVALID_ORIGIN,
    MULTIPLE_ORIGINS,
    NO_FIELDS,
    ORIGIN_NOT_ALLOWED,
    WILDCARD_WITH_CREDENTIALS,
)

_STEP = "Fetch, CORS check, step"


def cors_check(response: Response, origin: str, *, include: bool) -> Failure | None:
    """The step that fails for a page of the serialised `origin`, or None where the check passes.

    `include`: whether the request's credentials mode is "include".
    """
    failed = check_fields(response.headers, origin, include=include)
    if failed is not None and failed.reason is NO_FIELDS and response.status >= 400:
        failed = failed._replace(reason=ERROR_WITHOUT_FIELDS)
    return None if failed is None else failed.with_values(origin=origin, status=response.status)


def check_fields(headers: Headers, origin: str, *, include: bool) -> Failure | None:
    """The same for the fields alone."""
    allowed = headers.get("access-control-allow-origin")
    if allowed is None:
        return Failure(NO_FIELDS, f"{_STEP} 2", chromium="MissingAllowOriginHeader")
    if allowed == "*" and not include:
        return None
    if allowed != origin:
        return _mismatch(allowed)
    if not include:
        return None
    credentials = headers.get("access-control-allow-credentials") or ""
    if credentials == "true":
        return None
    return Failure(
        CREDENTIALS_NOT_ALLOWED,
        f"{_STEP}s 7 and 8",
        credentials,
        "InvalidAllowCredentials",
        {"value": credentials, "section": f"access-control-allow-credentials: {credentials}"},
    )


def _mismatch(allowed: str) -> Failure:
    """In which way the value is not the page's origin."""
    if allowed == "*":
        return Failure(
            WILDCARD_WITH_CREDENTIALS,
            f"{_STEP}s 3 and 4",
            chromium="WildcardOriginNotAllowed",
            values={"value": allowed, "section": "access-control-allow-origin: *"},
        )
    name: str | None
    if "," in allowed or " " in allowed:
        reason, name = MULTIPLE_ORIGINS, "MultipleAllowOriginValues"
    else:
        reason, name = _single(allowed)
    values = {"value": allowed, "section": f"access-control-allow-origin: {allowed}"}
    return Failure(reason, f"{_STEP} 4", allowed, name, values)


def _single(allowed: str) -> tuple[Reason, str | None]:
    """Whether the value is another origin or none: whether it can be parsed as a URL."""
    text = decoded(allowed)
    try:
        is_url = text is not None and parse(text) is not None
    except Unsupported:
        # Not the page's origin in any case; only what Chromium calls it is not known.
        return ORIGIN_NOT_ALLOWED, None
    if is_url or allowed == "null":
        return ORIGIN_NOT_ALLOWED, "AllowOriginMismatch"
    return INVALID_ORIGIN, "InvalidAllowOriginValue"
