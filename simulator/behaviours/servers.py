"""How do Go's, Rust's and Java's CORS middlewares answer, and gateways, proxies and stores?

Source: the code was read. Documentation: what its vendor says, or what recipes say. Observed: the
answers of the running server were recorded, and are tested against.
"""

from __future__ import annotations

from collections.abc import Mapping

from simulator.behaviour import (
    ASKED,
    EVERYTHING,
    SAFELISTED_METHODS,
    Behaviour,
    Errors,
    Names,
    Vary,
    Wording,
)

_COMMA = Names(separator=",")
_FIELDS = ("Origin", "Access-Control-Request-Method", "Access-Control-Request-Headers")
_UNVARIED = Vary(actual=(), preflight=())
_NOT_404 = Errors(never=frozenset({404}))

SERVERS: Mapping[str, Behaviour] = {
    # github.com/rs/cors, of January 2026.
    "rs-cors": Behaviour(
        basis="source",
        blank=frozenset({"origin", "method"}),
        needs=frozenset({"method"}),
        judges=("origin", "method", "headers"),
        refused=204,
        header_rule="sorted",
        private_network="ignored",
        judges_method=True,
        origins=("*",),
        folds=frozenset({"case"}),
        methods=Names(default="GET, POST, HEAD", always=("OPTIONS",), star="", listed=False),
        headers=Names(default="accept, content-type, x-requested-with", star=ASKED, listed=False),
        expose=Names(case="canonical"),
        zero_max_age=False,
        vary=Vary(preflight=_FIELDS),
    ),
    # github.com/jub0bs/cors 1.0.2.
    "jub0bs": Behaviour(
        basis="source",
        options_fields="unvaried",
        judges=("origin", "method", "headers"),
        refused=403,
        header_rule="sorted",
        needs_grant=True,
        star_credentials="error",
        without="star",
        methods=Names(always=SAFELISTED_METHODS, unsaid=True, star_credentials=ASKED, listed=False),
        headers=Names(star_credentials=ASKED, listed=False, separator=",", sort=True, case="lower"),
        expose=Names(separator=",", sort=True, case="lower"),
        zero_max_age=False,
        vary=Vary(preflight=(), origin="echo"),
    ),
    # Spring Framework 6, with its permitted defaults (`addCorsMappings`, `@CrossOrigin`).
    "spring": Behaviour(
        basis="source",
        exempts_own=True,
        options=200,
        judges=("origin", "method", "headers"),
        ok=200,
        refused=403,
        header_rule="any",
        private_network="ignored",
        wording=Wording(refused="Invalid CORS request", content_type=""),
        enforces=True,
        judges_method=True,
        origins=("*",),
        folds=frozenset({"case", "slash"}),
        star_credentials="error",
        methods=Names(separator=",", default="GET,HEAD,POST", star=ASKED),
        headers=Names(default="*", star=ASKED, listed=False, echo="names"),
        max_age=1800,
        on_preflight=EVERYTHING,
        vary=Vary(actual=_FIELDS, preflight=_FIELDS),
    ),
    # Envoy 1.40.
    "envoy": Behaviour(
        basis="observed",
        blank=frozenset({"origin", "method"}),
        routed="method",
        judges=("origin",),
        ok=200,
        private_network="ignored",
        star="echo",
        star_credentials="echo",
        methods=Names(star=ASKED),
        headers=Names(star=ASKED, separator=","),
        on_preflight=EVERYTHING,
        vary=_UNVARIED,
        errors=_NOT_404,
        wrong_method=404,
    ),
    # Kong 3, of July 2026.
    "kong": Behaviour(
        basis="observed",
        blank=frozenset({"origin"}),
        routed="method",
        ok=200,
        private_network="ignored",
        origins=("*",),
        folds=frozenset({"port"}),
        fixed=True,
        star_credentials="echo",
        without="star",
        methods=Names(
            separator=",", default="GET,HEAD,PUT,PATCH,POST,DELETE,OPTIONS,TRACE,CONNECT"
        ),
        headers=Names(separator=",", default=ASKED),
        expose=_COMMA,
        to="always",
        vary=Vary(origin="named"),
        errors=_NOT_404,
        wrong_method=404,
    ),
    # Apache APISIX 3, of August 2026.
    "apisix": Behaviour(
        basis="source",
        needs=frozenset(),
        routed="method",
        ok=200,
        origins=("*",),
        fixed=True,
        star_credentials="error",
        without="star",
        methods=Names(separator=",", default="*"),
        headers=Names(separator=",", default="*"),
        expose=_COMMA,
        max_age=5,
        on_actual=EVERYTHING,
        on_preflight=EVERYTHING,
        vary=Vary(origin="named"),
        errors=_NOT_404,
        wrong_method=404,
    ),
    # Traefik 3.7, its `headers` middleware.
    "traefik": Behaviour(
        basis="source",
        blank=frozenset({"origin", "method"}),
        routed="method",
        ok=200,
        star_credentials="echo",
        without="empty",
        methods=Names(separator=",", star_credentials=ASKED),
        headers=Names(separator=",", star_credentials=ASKED),
        expose=_COMMA,
        on_preflight=EVERYTHING,
        to="always",
        vary=_UNVARIED,
        errors=_NOT_404,
        wrong_method=404,
    ),
    # ingress-nginx, of March 2026.
    "ingress-nginx": Behaviour(
        basis="source",
        needs=frozenset(),
        routed="path",
        judges=("origin",),
        wording=Wording(content_type="text/plain charset=UTF-8"),
        origins=("*",),
        folds=frozenset({"case"}),
        without="star",
        credentials="yes",
        methods=Names(default="GET, PUT, POST, DELETE, PATCH, OPTIONS"),
        headers=Names(
            default="DNT,Keep-Alive,User-Agent,X-Requested-With,If-Modified-Since,Cache-Control,"
            "Content-Type,Range,Authorization"
        ),
        max_age=1728000,
        on_actual=EVERYTHING,
        on_preflight=EVERYTHING,
        vary=_UNVARIED,
    ),
    # tower-http 0.7 (axum).
    "tower-http": Behaviour(
        basis="source",
        needs=frozenset(),
        ok=200,
        private_network="ignored",
        fixed=True,
        star_credentials="error",
        without="star",
        methods=_COMMA,
        headers=Names(separator=",", case="lower"),
        expose=Names(separator=",", case="lower"),
        to="always",
        vary=Vary(origin="echo"),
    ),
    # Amazon S3, as LocalStack models it and its documentation says; a bucket with one CORS rule.
    "s3": Behaviour(
        basis="observed",
        needs=frozenset(),
        judges=("origin", "method", "headers"),
        ok=200,
        refused=403,
        incomplete={"origin": 400, "method": 403},
        wording=Wording(
            refused='<?xml version="1.0" encoding="UTF-8"?>\n<Error>{parts}</Error>',
            parts={
                "no-origin": "<Code>BadRequest</Code><Message>Insufficient information. Origin "
                "request header needed.</Message>",
                **dict.fromkeys(
                    ("no-method", "origin", "method", "headers"),
                    "<Code>AccessForbidden</Code><Message>CORSResponse: This CORS request is not "
                    "allowed. This is usually because the evalution of Origin, request method / "
                    "Access-Control-Request-Method or Access-Control-Request-Headers are not "
                    "whitelisted by the resource's CORS spec.</Message>"
                    "<Method>{method}</Method><ResourceType>OBJECT</ResourceType>",
                ),
            },
            first_only=True,
            content_type="application/xml",
        ),
        judges_method=True,
        star_credentials="alone",
        credentials="always",
        methods=Names(star=""),
        headers=Names(star=ASKED, listed=False, echo="lower"),
        zero_max_age=False,
        on_actual=EVERYTHING,
        on_preflight=EVERYTHING,
        vary=Vary(
            actual=_FIELDS,
            preflight=_FIELDS,
            to="granted",
        ),
    ),
    # Amazon API Gateway, HTTP APIs with a CORS configuration.
    "apigateway-http": Behaviour(
        basis="documentation",
        judges=("origin", "method", "headers"),
        refused=204,
        methods=_COMMA,
        headers=_COMMA,
        expose=_COMMA,
        vary=_UNVARIED,
    ),
    # Amazon API Gateway, REST APIs with a mock OPTIONS method ("Enable CORS") on each resource.
    "apigateway-rest": Behaviour(
        basis="documentation",
        needs=frozenset(),
        routed="path",
        ok=200,
        fixed=True,
        without="star",
        methods=_COMMA,
        headers=_COMMA,
        on_actual=frozenset(),
        to="always",
        vary=_UNVARIED,
        errors=Errors(carried=False, unhandled=False),
        no_route=403,
        wrong_method=403,
    ),
    # nginx with `add_header` (no `always`) and `if ($request_method = OPTIONS) { return 204; }`.
    "nginx-add-header": Behaviour(
        basis="documentation",
        needs=frozenset(),
        without="star",
        methods=Names(default="GET, POST, OPTIONS"),
        headers=Names(
            separator=",",
            default="DNT,User-Agent,X-Requested-With,If-Modified-Since,Cache-Control,Content-Type,"
            "Range",
        ),
        expose=Names(separator=",", default="Content-Length,Content-Range"),
        max_age=1728000,
        on_actual=frozenset({"expose", "methods", "headers"}),
        to="always",
        vary=_UNVARIED,
        # ngx_http_headers_module: the statuses on which a field is added.
        errors=Errors(
            only=frozenset({200, 201, 204, 206, 301, 302, 303, 304, 307, 308}), unhandled=False
        ),
    ),
}
