"""How would one configure each framework to do what a policy's `cors` says?

One function a framework, from the section as YAML gives it to the framework's own options as JSON.
What the policy leaves out is left out. In JSON `{"$origins": […]}` stands for a function that looks
an origin up, and `{"$pattern": …}` for a regular expression.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

type Section = Mapping[str, Any]
type Options = dict[str, Any]


def pattern_of(origin: str) -> str:
    """A regular expression for `https://*.example.net`."""
    scheme, _, host = origin.partition("://*.")
    return rf"{scheme}://([a-z0-9_-]+\.)+{host.replace('.', '[.]')}"


def split(cors: Section) -> tuple[list[str], list[str]]:
    """The origins that are texts, and regular expressions for the others."""
    origins = cors.get("origins", [])
    return (
        [origin for origin in origins if "*." not in origin],
        [pattern_of(origin) for origin in origins if "*." in origin],
    )


def renamed(cors: Section, names: Mapping[str, str]) -> Options:
    return {name: cors[key] for key, name in names.items() if key in cors}


def starlette(cors: Section) -> Options:
    options = renamed(
        cors,
        {
            "methods": "allow_methods",
            "headers": "allow_headers",
            "expose": "expose_headers",
            "credentials": "allow_credentials",
            "max_age": "max_age",
            "private_network": "allow_private_network",
        },
    )
    exact, patterns = split(cors)
    if patterns:
        options["allow_origin_regex"] = "|".join(patterns)
    return options | ({"allow_origins": exact} if "origins" in cors else {})


def litestar(cors: Section) -> Options:
    options = starlette(cors)
    options.pop("allow_private_network", None)
    return options


def flask(cors: Section) -> Options:
    options = renamed(
        cors,
        {
            "methods": "methods",
            "headers": "allow_headers",
            "expose": "expose_headers",
            "credentials": "supports_credentials",
            "max_age": "max_age",
            "private_network": "allow_private_network",
        },
    )
    exact, patterns = split(cors)
    # Whatever has a `$` in it is a regular expression.
    return options | (
        {"origins": [*exact, *(f"{p}$" for p in patterns)]} if "origins" in cors else {}
    )


def django(cors: Section) -> Options:
    options = renamed(
        cors,
        {
            "methods": "CORS_ALLOW_METHODS",
            "headers": "CORS_ALLOW_HEADERS",
            "expose": "CORS_EXPOSE_HEADERS",
            "credentials": "CORS_ALLOW_CREDENTIALS",
            "max_age": "CORS_PREFLIGHT_MAX_AGE",
            "private_network": "CORS_ALLOW_PRIVATE_NETWORK",
        },
    )
    exact, patterns = split(cors)
    if exact == ["*"]:
        return options | {"CORS_ALLOW_ALL_ORIGINS": True}
    return options | {
        "CORS_ALLOWED_ORIGINS": exact,
        "CORS_ALLOWED_ORIGIN_REGEXES": [f"^{pattern}$" for pattern in patterns],
    }


def aiohttp(cors: Section) -> Options:
    """Per origin, and the routes for which CORS is set up: all of them, or those of `methods`."""
    per_origin = renamed(cors, {"credentials": "allow_credentials", "max_age": "max_age"})
    for key in ("headers", "expose"):
        if key in cors:
            name = {"headers": "allow_headers", "expose": "expose_headers"}[key]
            per_origin[name] = "*" if cors[key] == ["*"] else cors[key]
    return {
        "origins": {origin: per_origin for origin in cors["origins"]},
        "methods": cors.get("methods"),
    }


def express(cors: Section) -> Options:
    options = renamed(
        cors,
        {
            "methods": "methods",
            "headers": "allowedHeaders",
            "expose": "exposedHeaders",
            "credentials": "credentials",
            "max_age": "maxAge",
        },
    )
    exact, patterns = split(cors)
    if "origins" not in cors:
        return options
    if exact == ["*"] or cors.get("fixed"):
        return options | {"origin": exact[0]}
    return options | {"origin": [*exact, *({"$pattern": f"^{p}$"} for p in patterns)]}


def koa(cors: Section) -> Options:
    options = renamed(
        cors,
        {
            "methods": "allowMethods",
            "headers": "allowHeaders",
            "expose": "exposeHeaders",
            "credentials": "credentials",
            "max_age": "maxAge",
            "private_network": "privateNetworkAccess",
        },
    )
    if "origins" not in cors:
        return options
    exact, patterns = split(cors)
    if exact == ["*"] or cors.get("fixed"):
        return options | {"origin": exact[0]}
    return options | {"origin": {"$origins": exact, "$patterns": [f"^{p}$" for p in patterns]}}


def hono(cors: Section) -> Options:
    options = renamed(
        cors,
        {
            "methods": "allowMethods",
            "headers": "allowHeaders",
            "expose": "exposeHeaders",
            "credentials": "credentials",
            "max_age": "maxAge",
        },
    )
    if "origins" not in cors:
        return options
    exact, patterns = split(cors)
    if exact == ["*"]:
        return options | {"origin": "*"}
    if patterns:
        return options | {"origin": {"$origins": exact, "$patterns": [f"^{p}$" for p in patterns]}}
    return options | {"origin": exact}


CONFIGURE: Mapping[str, Callable[[Section], Options]] = {
    "starlette": starlette,
    "litestar": litestar,
    "flask-cors": flask,
    "django-cors-headers": django,
    "aiohttp-cors": aiohttp,
    "express": express,
    "koa": koa,
    "fastify": express,
    "hono": hono,
}
