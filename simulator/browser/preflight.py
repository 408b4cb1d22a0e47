"""Does the answer to a preflight let the request follow?

Fetch section 4.8, CORS-preflight fetch, steps 7 and 8. The order of what is looked at is that of
the standard, which Chromium keeps: redirect, CORS check, status, the two lists, the method, the
headers.
"""

from __future__ import annotations

from typing import NamedTuple

from simulator.behaviour import SAFELISTED_METHODS
from simulator.browser.cors_check import check_fields
from simulator.browser.engine import Engine
from simulator.browser.failure import Failure
from simulator.browser.words import without_secrets
from simulator.message import REDIRECTS, TOKEN, Headers, Response
from simulator.reasons.cors import (
    HEADER_NOT_ALLOWED,
    METHOD_NOT_ALLOWED,
    NO_FIELDS,
)
from simulator.reasons.preflight import (
    PREFLIGHT_REDIRECTED,
    UNREADABLE_HEADERS,
    UNREADABLE_METHODS,
    reason_of_answer,
)

_STEP = "Fetch, CORS-preflight fetch, step"
_METHODS = "access-control-allow-methods"
_HEADERS = "access-control-allow-headers"


class Asked(NamedTuple):
    """What the preflight asks leave for."""

    origin: str
    method: str
    headers: tuple[str, ...]  # the CORS-unsafe request-header names: lower case, sorted
    include: bool
    forced: bool = False  # the use-CORS-preflight flag: it is asked whatever is sent


class Grant(NamedTuple):
    """What a preflight's answer permits."""

    methods: frozenset[str]
    headers: frozenset[str]  # lower case
    include: bool  # whether it was asked for with credentials

    def refuses(self, asked: Asked, engine: Engine) -> Failure | None:
        """The method or headers that are not granted (steps 7.5 to 7.7)."""
        star = not self.include
        if not (
            asked.method in SAFELISTED_METHODS
            or asked.method in self.methods
            or (star and "*" in self.methods)
        ):
            return Failure(
                METHOD_NOT_ALLOWED,
                f"{_STEP} 7.5",
                asked.method,
                "MethodDisallowedByPreflightResponse",
                {"method": asked.method},
                preflight=True,
            )
        missing = [name for name in asked.headers if name not in self.headers]
        if star and "*" in self.headers:
            # The standard's `*` does not cover Authorization; Chromium's still does.
            missing = [n for n in missing if n == "authorization" and engine == "standard"]
        if not missing:
            return None
        return Failure(
            HEADER_NOT_ALLOWED,
            f"{_STEP} {'7.6' if 'authorization' in missing else '7.7'}",
            missing[0],
            "HeaderDisallowedByPreflightResponse",
            {"headers": tuple(missing), "star": star},
            preflight=True,
        )


def judge_preflight(response: Response, asked: Asked, engine: Engine) -> Failure | Grant:
    """The step that fails, or what is granted."""
    failed = _refusal(response, asked)
    if failed is None:
        found = read_grant(response.headers, asked, engine)
        if isinstance(found, Failure):
            failed = found
        else:
            failed = found.refuses(asked, engine)
            if failed is None:
                return found
            field = _METHODS if failed.reason is METHOD_NOT_ALLOWED else _HEADERS
            granted = response.headers.get(field) or ""
            failed = failed.with_values(granted=granted, section=f"{field}: {granted}")
    return failed.with_values(origin=asked.origin, status=response.status)


def _refusal(response: Response, asked: Asked) -> Failure | None:
    """What stands in the way before the lists are read."""
    status = response.status
    location = next(iter(response.headers.lines("location")), "")
    if status in REDIRECTS and location:
        return Failure(
            PREFLIGHT_REDIRECTED,
            f"{_STEP} 7",
            chromium="PreflightDisallowedRedirect",
            values={"location": without_secrets(location)},
            preflight=True,
        )
    ok = 200 <= status <= 299
    failed = check_fields(response.headers, asked.origin, include=asked.include)
    if failed is not None:
        reason = failed.reason
        if reason is NO_FIELDS and not ok:
            reason = reason_of_answer(response)
        name = None if failed.chromium is None else f"Preflight{failed.chromium}"
        return failed._replace(reason=reason, chromium=name, preflight=True)
    if not ok:
        return Failure(
            reason_of_answer(response),
            f"{_STEP} 7",
            chromium="PreflightInvalidStatus",
            preflight=True,
        )
    return None


def read_grant(headers: Headers, asked: Asked, engine: Engine) -> Failure | Grant:
    """The two lists (steps 7.1 to 7.4); a word in them that is no token spoils the whole."""
    methods = tokens(headers.get(_METHODS))
    if methods is None:
        return _unreadable(headers, _METHODS)
    names = tokens(headers.get(_HEADERS))
    if names is None:
        return _unreadable(headers, _HEADERS)
    # By the letter of step 7.4 this grants any method; Chromium has no such step.
    if asked.forced and _METHODS not in headers and engine == "standard":
        methods = (asked.method,)
    return Grant(frozenset(methods), frozenset(map(str.lower, names)), asked.include)


def _unreadable(headers: Headers, field: str) -> Failure:
    of_methods = field == _METHODS
    return Failure(
        UNREADABLE_METHODS if of_methods else UNREADABLE_HEADERS,
        f"{_STEP} 7.3",
        chromium=f"InvalidAllow{'Methods' if of_methods else 'Headers'}PreflightResponse",
        values={"value": headers.get(field) or ""},
        preflight=True,
    )


def tokens(value: str | None) -> tuple[str, ...] | None:
    """The words of a list (`#token`, RFC 9110 section 5.6.1; empty ones do not count), or None
    where one of them is no token."""
    if value is None:
        return ()
    words = [word.strip(" \t") for word in value.split(",")]
    found = tuple([word for word in words if word])
    return found if all(map(TOKEN.match, found)) else None
