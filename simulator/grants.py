"""Which response fields grant a page what it asks for, and with which status?

The server's half of the CORS protocol (Fetch section 3.3.3) as fields, and the statuses with which
server families answer preflights.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from simulator.message import check_field_name, check_method, is_forbidden_field
from simulator.problem import Fault, did_you_mean, list_words, quote

type Fields = tuple[tuple[str, str], ...]

SAFELISTED_METHODS = frozenset({"GET", "HEAD", "POST"})


class Behaviour(NamedTuple):
    """The statuses with which a server family answers preflights. Observed, or read in source."""

    ok: int
    origin: int
    method: int
    header: int


BEHAVIOURS: Mapping[str, Behaviour] = {
    "standard": Behaviour(204, 403, 403, 403),
    "starlette": Behaviour(200, 400, 400, 400),
    "litestar": Behaviour(204, 400, 400, 400),
    "flask-cors": Behaviour(200, 200, 200, 200),
    "django-cors-headers": Behaviour(200, 200, 200, 200),
    "aiohttp-cors": Behaviour(200, 403, 403, 403),
    "express": Behaviour(204, 204, 204, 204),
    "fastify": Behaviour(204, 204, 204, 204),
    "hono": Behaviour(204, 204, 204, 204),
    "rs-cors": Behaviour(204, 204, 204, 204),
    "jub0bs": Behaviour(204, 403, 403, 403),
    "spring": Behaviour(200, 403, 403, 403),
    "kong": Behaviour(200, 200, 200, 200),
    "apisix": Behaviour(200, 200, 200, 200),
    "traefik": Behaviour(200, 200, 200, 200),
    "tower-http": Behaviour(200, 200, 200, 200),
    "s3": Behaviour(200, 403, 403, 403),
}


def check_granted_method(text: str) -> str:
    """The method itself, if a page could use it. Raises Fault."""
    if text in ("CONNECT", "TRACE", "TRACK"):
        raise Fault(f"{quote(text)} cannot be granted", "no page may use it", "remove it")
    return check_method(text)


def check_granted_header(text: str) -> str:
    """The request header in lower case, if a page could set it. Raises Fault."""
    name = check_field_name(text)
    if is_forbidden_field(name):
        raise Fault(
            f"{quote(text)} cannot be granted",
            "browsers set it themselves and never ask for it",
            "remove it; for cookies set `credentials: true`" if "cookie" in name else "remove it",
        )
    return name


def check_behaviour(text: str) -> str:
    """The name itself, if it is one of BEHAVIOURS. Raises Fault."""
    if text not in BEHAVIOURS:
        guess = did_you_mean(text, BEHAVIOURS)
        raise Fault(
            f"{quote(text)} is not a behaviour that is simulated",
            f"there are {list_words(BEHAVIOURS, last='and', limit=20)}",
            f"did you mean `{guess}`?" if guess else "leave it out for the standard one",
        )
    return text


def allow_origin(origin: str, anyone: bool, credentials: bool) -> Fields:
    """The fields that let a page of this origin read the answer."""
    if anyone:
        return (("access-control-allow-origin", "*"),)
    fields = (("access-control-allow-origin", origin), ("vary", "Origin"))
    if credentials:
        return (*fields, ("access-control-allow-credentials", "true"))
    return fields


def allow_methods(granted: frozenset[str], asked: str, credentials: bool) -> tuple[str, str]:
    """The field that grants methods in a preflight's answer."""
    name = "access-control-allow-methods"
    # With credentials a literal `*` stands for itself only (Fetch, CORS-preflight fetch 7.5), so
    # a policy that means "all" has to answer with what was asked.
    if "*" in granted:
        return name, asked if credentials else "*"
    return name, ", ".join(sorted(granted | SAFELISTED_METHODS))


def allow_headers(granted: frozenset[str], asked: tuple[str, ...], credentials: bool) -> Fields:
    """The field that grants request headers in a preflight's answer, if any are granted."""
    name = "access-control-allow-headers"
    if "*" in granted:
        # The standard's `*` does not cover Authorization; named, it is covered.
        named = asked and (credentials or "authorization" in asked)
        return ((name, ", ".join(asked) if named else "*"),)
    return ((name, ", ".join(sorted(granted))),) if granted else ()
