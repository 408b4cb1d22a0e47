"""How do the CORS layers of Python's and JavaScript's web frameworks answer?

Observed: the answers of the running frameworks were recorded, and are tested against.
"""

from __future__ import annotations

from collections.abc import Mapping

from simulator.behaviour import (
    ASKED,
    EVERYTHING,
    ROUTES,
    SAFELISTED_HEADERS,
    Behaviour,
    Errors,
    Names,
    Vary,
    Wording,
)

_COMMA = Names(separator=",")
_LIST_OR_ECHO = Names(separator=",", default=ASKED)
_PARTS = {"origin": "origin", "method": "method", "headers": "headers"}

FRAMEWORKS: Mapping[str, Behaviour] = {
    # Starlette 1.10 (FastAPI is the same).
    "starlette": Behaviour(
        basis="observed",
        lines="first",
        judges=("origin", "method", "headers", "private-network"),
        ok=200,
        refused=400,
        keeps=True,
        private_network="refused",
        wording=Wording(
            ok="OK",
            refused="Disallowed CORS {parts}",
            parts={**_PARTS, "private-network": "private-network"},
        ),
        star_credentials="echo",
        methods=Names(
            default="GET",
            star="DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT, QUERY",
            star_is_all=False,
        ),
        headers=Names(always=SAFELISTED_HEADERS, sort=True, star=ASKED),
        max_age=600,
        to="sent",
        vary=Vary(
            preflight=(
                "Origin",
                "Access-Control-Request-Method",
                "Access-Control-Request-Headers",
                "Access-Control-Request-Private-Network",
            )
        ),
        errors=Errors(unhandled=False),
    ),
    # Litestar 2.25.
    "litestar": Behaviour(
        basis="observed",
        blank=frozenset({"origin", "method"}),
        needs=frozenset({"origin"}),
        lines="first",
        options=204,
        judges=("method", "origin", "headers"),
        refused=400,
        wording=Wording(refused="Disallowed CORS {parts}", parts={**_PARTS, "origin": "Origin"}),
        origins=("*",),
        star="cookie",
        star_credentials="cookie",
        methods=Names(default="*", sort=True, star="DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT"),
        headers=Names(
            default="*",
            always=SAFELISTED_HEADERS,
            sort=True,
            case="lower",
            star=ASKED,
            echo="names",
        ),
        expose=Names(sort=True),
        max_age=600,
        on_actual=frozenset({"expose", "methods", "headers"}),
        to="sent",
        vary=Vary(to="granted", origin="echo"),
    ),
    # flask-cors 6.0 on Flask 3.1.
    "flask-cors": Behaviour(
        basis="observed",
        blank=frozenset({"origin"}),
        needs=frozenset(),
        routed="path",
        options_fields="preflight",
        ok=200,
        gates=True,
        private_network="denied",
        origins=("*",),
        folds=frozenset({"case", "method"}),
        star="echo",
        star_credentials="echo",
        without="first",
        methods=Names(default="DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT", sort=True, star=""),
        headers=Names(default="*", star=ASKED, listed=False, echo="names", sort=True),
        expose=Names(sort=True),
        zero_max_age=False,
        on_preflight=EVERYTHING,
        vary=Vary(to="granted", origin="several"),
    ),
    # django-cors-headers 4.9 on Django 6.1.
    "django-cors-headers": Behaviour(
        basis="observed",
        blank=frozenset({"origin"}),
        needs=frozenset({"method"}),
        options_fields="preflight",
        ok=200,
        private_network="ignored",
        folds=frozenset({"path"}),
        star_credentials="echo",
        methods=Names(default="DELETE, GET, OPTIONS, PATCH, POST, PUT"),
        headers=Names(
            default="accept, authorization, content-type, user-agent, x-csrftoken, x-requested-with"
        ),
        max_age=86400,
        zero_max_age=False,
        on_preflight=EVERYTHING,
        vary=Vary(actual=("origin",), preflight=("origin",)),
    ),
    # aiohttp-cors 0.8 on aiohttp 3.14.
    "aiohttp-cors": Behaviour(
        basis="observed",
        needs=frozenset(),
        routed="path",
        lines="first",
        judges=("method", "origin", "headers"),
        ok=200,
        refused=403,
        incomplete={"origin": 403, "method": 403},
        wording=Wording(
            refused="CORS preflight request failed: {parts}",
            parts={
                "no-origin": "origin header is not specified in the request",
                "no-method": "'Access-Control-Request-Method' header is not specified",
                "method": "request method {method!r} is not allowed for {origin!r} origin",
                "origin": "origin '{origin}' is not allowed",
                "headers": "headers are not allowed: {headers}",
            },
            first_only=True,
        ),
        star="echo",
        star_credentials="echo",
        methods=Names(default=ROUTES, star=ASKED, listed=False),
        headers=Names(star=ASKED, listed=False, echo="upper", separator=","),
        expose=_COMMA,
        vary=Vary(actual=(), preflight=()),
        errors=Errors(never=frozenset({404, 405})),
    ),
    # cors 2.8 on Express 5.
    "express": Behaviour(
        basis="observed",
        needs=frozenset(),
        origins=("*",),
        without="star",
        methods=Names(separator=",", default="GET,HEAD,PUT,PATCH,POST,DELETE"),
        headers=_LIST_OR_ECHO,
        expose=_COMMA,
        on_preflight=EVERYTHING,
        to="always",
        vary=Vary(origin="named", headers="echo"),
        wrong_method=404,
    ),
    # @koa/cors 5.0 on Koa 3.
    "koa": Behaviour(
        basis="observed",
        blank=frozenset({"origin", "method"}),
        needs=frozenset({"method"}),
        options_fields="vary",
        judges=("origin",),
        private_network="ignored",
        origins=("*",),
        star_credentials="echo",
        without="empty",
        methods=Names(separator=",", default="GET,HEAD,PUT,POST,DELETE,PATCH"),
        headers=_LIST_OR_ECHO,
        expose=_COMMA,
        zero_max_age=False,
    ),
    # @fastify/cors 11.4 on Fastify 5.
    "fastify": Behaviour(
        basis="observed",
        blank=frozenset({"origin", "method"}),
        needs=frozenset(),
        incomplete={"origin": 400, "method": 400},
        keeps=True,
        wording=Wording(
            refused="{parts}",
            parts={
                "no-origin": "Invalid Preflight Request",
                "no-method": "Invalid Preflight Request",
            },
            first_only=True,
            content_type="text/plain",
        ),
        origins=("*",),
        without="star",
        methods=Names(default="GET,HEAD,POST"),
        headers=Names(default=ASKED),
        on_preflight=EVERYTHING,
        to="always",
        vary=Vary(origin="echo", headers="echo"),
        wrong_method=404,
    ),
    # Hono 4.13.
    "hono": Behaviour(
        basis="observed",
        needs=frozenset(),
        origins=("*",),
        without="star",
        methods=Names(separator=",", default="GET,HEAD,PUT,POST,DELETE,PATCH,QUERY"),
        headers=Names(separator=",", default=ASKED, echo="names"),
        expose=_COMMA,
        on_preflight=EVERYTHING,
        to="always",
        vary=Vary(origin="named", headers="sent"),
        wrong_method=404,
    ),
}
