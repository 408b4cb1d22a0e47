"""What would a policy say that does what a server's own configuration says?

One function a server, from its options as JSON to a section `cors`. What a policy cannot say raises
`NotExpressible`: regular expressions above all, and options that change the server's way itself.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

type Options = Mapping[str, Any]
type Section = dict[str, Any]


class NotExpressible(Exception):
    """The policy has no words for this option."""


def texts(value: Any) -> list[str]:
    """A list that may be written as one text."""
    return re.split(r", ?", value) if isinstance(value, str) else list(value)


def origins(value: Any) -> list[str]:
    found = [value] if isinstance(value, str) else value
    for origin in found:
        if not isinstance(origin, str) or (origin != "*" and re.search(r"[*\\\]?$^[()]", origin)):
            raise NotExpressible("a regular expression")
        if origin != origin.lower():
            raise NotExpressible("an origin that no browser sends")
    return list(found)


def only(options: Options, **usual: Any) -> None:
    """Options that a policy has no words for must have their usual values."""
    for name, value in usual.items():
        if options.get(name, value) != value:
            raise NotExpressible(name)


def renamed(options: Options, **names: str) -> Section:
    found: Section = {}
    for name, key in names.items():
        if options.get(name) is not None:
            listed = key in ("methods", "headers", "expose")
            found[key] = texts(options[name]) if listed else options[name]
    return found


def starlette(options: Options) -> Section:
    starred = "*" in options.get("allow_origins", [])
    only(options if not starred else {}, allow_origin_regex=None)
    section = renamed(
        options, allow_methods="methods", allow_headers="headers", expose_headers="expose",
        max_age="max_age", allow_credentials="credentials",
        allow_private_network="private_network",
    )  # fmt: skip
    return section | {"origins": origins(options.get("allow_origins", []))}


def flask(options: Options) -> Section:
    only(options, send_wildcard=False, vary_header=True, always_send=True)
    if any("." in header for header in texts(options.get("allow_headers", []))):
        raise NotExpressible("a regular expression")
    section = renamed(
        options, methods="methods", allow_headers="headers", expose_headers="expose",
        max_age="max_age", supports_credentials="credentials",
        allow_private_network="private_network",
    )  # fmt: skip
    return section | ({"origins": origins(options["origins"])} if "origins" in options else {})


def django(options: Options) -> Section:
    only(options, CORS_URLS_REGEX="^.*$")
    section = renamed(
        options, CORS_ALLOW_METHODS="methods", CORS_ALLOW_HEADERS="headers",
        CORS_EXPOSE_HEADERS="expose", CORS_PREFLIGHT_MAX_AGE="max_age",
        CORS_ALLOW_CREDENTIALS="credentials", CORS_ALLOW_PRIVATE_NETWORK="private_network",
    )  # fmt: skip
    if options.get("CORS_ALLOW_ALL_ORIGINS"):
        return section | {"origins": ["*"]}
    only(options, CORS_ALLOWED_ORIGIN_REGEXES=[])
    return section | {"origins": origins(options.get("CORS_ALLOWED_ORIGINS", []))}


def express(options: Options) -> Section:
    """Also Fastify, whose options have the same names."""
    only(options, preflightContinue=False, optionsSuccessStatus=204, strictPreflight=True)
    section = renamed(
        options, methods="methods", allowedHeaders="headers", exposedHeaders="expose",
        maxAge="max_age", credentials="credentials",
    )  # fmt: skip
    return section | _origin(options.get("origin"), looked_up=False)


def fastify(options: Options) -> Section:
    if any("," in str(options.get(name, "")) for name in ("methods", "allowedHeaders")):
        texts_given = [options.get("methods"), options.get("allowedHeaders")]
        if any(isinstance(value, str) and "," in value for value in texts_given):
            raise NotExpressible("a list as one text, which is sent as it is written")
    return express(options)


def koa(options: Options) -> Section:
    section = renamed(
        options, allowMethods="methods", allowHeaders="headers", exposeHeaders="expose",
        maxAge="max_age", credentials="credentials", privateNetworkAccess="private_network",
    )  # fmt: skip
    return section | _origin(options.get("origin"), looked_up=True)


def _origin(origin: Any, *, looked_up: bool) -> Section:
    """`looked_up`: a function that looks origins up is how the framework lists them."""
    if origin is None:
        return {}
    if isinstance(origin, bool):
        raise NotExpressible("every origin by its name" if origin else "no CORS")
    if isinstance(origin, dict):
        if not looked_up or "$fn" not in origin:
            raise NotExpressible("a function" if "$fn" in origin else "a regular expression")
        return {"origins": origins(origin["$fn"])}
    fixed = isinstance(origin, str) and origin != "*"
    return {"origins": origins(origin)} | ({"fixed": True} if fixed else {})


def kong(options: Options) -> Section:
    only(options, preflight_continue=False)
    section = renamed(
        options, methods="methods", headers="headers", exposed_headers="expose",
        max_age="max_age", credentials="credentials", private_network="private_network",
    )  # fmt: skip
    if "TRACE" in section.get("methods", ()):
        del section["methods"]  # all that there are, which is its default
    if options.get("origins"):
        found = origins(options["origins"])
        if any(o != "*" and ("://" not in o or o.endswith(":443")) for o in found):
            raise NotExpressible("an origin that no browser sends")
        section["origins"] = found
    return section


def s3(rules: list[Options]) -> Section:
    if len(rules) != 1:
        raise NotExpressible("several rules, or none")
    (rule,) = rules
    pattern = r"\*|https?://(\*\.)?[a-z0-9.-]+(:[0-9]+)?"
    if not all(re.fullmatch(pattern, origin) for origin in rule["AllowedOrigins"]):
        raise NotExpressible("`*` within an origin")
    return {"origins": rule["AllowedOrigins"]} | renamed(
        rule, AllowedMethods="methods", AllowedHeaders="headers", ExposeHeaders="expose",
        MaxAgeSeconds="max_age",
    )  # fmt: skip


def envoy(options: Options) -> Section:
    only(options, filter_enabled=None, forward_not_matching_preflights=True)
    matchers = options.get("allow_origin_string_match", [])
    if any(set(matcher) != {"exact"} for matcher in matchers):
        raise NotExpressible("another matcher than `exact`")
    section = renamed(
        options, allow_methods="methods", allow_headers="headers", expose_headers="expose",
        allow_credentials="credentials",
    )  # fmt: skip
    if "max_age" in options:
        section["max_age"] = int(options["max_age"])
    found = origins([matcher["exact"] for matcher in matchers])
    if any(origin != "*" and "://" not in origin for origin in found):
        raise NotExpressible("an origin that no browser sends")
    return section | {"origins": found}


TRANSLATE: Mapping[str, Callable[[Any], Section]] = {
    "starlette": starlette,
    "flask-cors": flask,
    "django-cors-headers": django,
    "express": express,
    "koa": koa,
    "fastify": fastify,
    "kong": kong,
    "s3": s3,
    "envoy": envoy,
}
