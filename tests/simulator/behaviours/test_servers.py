"""How the families answer that were read and not run, case by case; those that were observed are
held against their answers in `tests/frameworks`."""

from __future__ import annotations

import json

import pytest

from simulator import Request, answer, evaluate, load_policy
from simulator.behaviours import BEHAVIOURS
from simulator.behaviours.servers import SERVERS

SHOP, EVIL = "https://shop.example", "https://evil.example"
LISTED = {
    "origins": [SHOP, "https://admin.example"],
    "methods": ["GET", "PUT"],
    "headers": ["X-Api-Key", "Content-Type"],
    "expose": ["X-Request-Id"],
    "max_age": 60,
}
ROUTES = [{"path": "/a", "methods": ["GET", "PUT", "OPTIONS"]}]
SHORT = {
    "access-control-allow-origin": "origin",
    "access-control-allow-credentials": "credentials",
    "access-control-allow-methods": "methods",
    "access-control-allow-headers": "headers",
    "access-control-expose-headers": "expose",
    "access-control-max-age": "age",
    "vary": "vary",
}
PREFLIGHT = {
    "origin": SHOP,
    "access-control-request-method": "PUT",
    "access-control-request-headers": "content-type,x-api-key",
}


def ask(
    family: str, method: str, headers: dict[str, str], path: str = "/a", **section: object
) -> str:
    """Status and fields, in one line."""
    cors = {"behaviour": family, **LISTED, **section}
    policy = load_policy(json.dumps({"cors": cors, "routes": ROUTES}))
    request = Request(method, f"https://api.example{path}", headers)
    response = answer(policy, request, evaluate(policy, request))
    sent = {SHORT[name]: value for name, value in response.headers if name in SHORT}
    told = [f"{name}={sent[name]}" for name in SHORT.values() if name in sent]
    return " | ".join([str(response.status), *told])


GRANTED = {
    "rs-cors": f"204 | origin={SHOP} | methods=PUT | headers=content-type,x-api-key | age=60 | "
    "vary=Origin, Access-Control-Request-Method, Access-Control-Request-Headers",
    "jub0bs": f"204 | origin={SHOP} | methods=PUT | headers=content-type,x-api-key | age=60",
    "spring": f"200 | origin={SHOP} | methods=GET,PUT | headers=content-type, x-api-key | "
    "expose=X-Request-Id | age=60 | "
    "vary=Origin, Access-Control-Request-Method, Access-Control-Request-Headers",
    "envoy": f"200 | origin={SHOP} | methods=GET, PUT | headers=X-Api-Key,Content-Type | "
    "expose=X-Request-Id | age=60",
    "kong": f"200 | origin={SHOP} | methods=GET,PUT | headers=X-Api-Key,Content-Type | age=60 | "
    "vary=Origin",
    "apisix": f"200 | origin={SHOP} | methods=GET,PUT | headers=X-Api-Key,Content-Type | "
    "expose=X-Request-Id | age=60 | vary=Origin",
    "traefik": f"200 | origin={SHOP} | methods=GET,PUT | headers=X-Api-Key,Content-Type | "
    "expose=X-Request-Id | age=60",
    "ingress-nginx": f"204 | origin={SHOP} | credentials=true | methods=GET, PUT | "
    "headers=X-Api-Key, Content-Type | expose=X-Request-Id | age=60",
    "tower-http": f"200 | origin={SHOP} | methods=GET,PUT | headers=x-api-key,content-type | "
    "age=60 | vary=Origin",
    "s3": f"200 | origin={SHOP} | credentials=true | methods=GET, PUT | "
    "headers=content-type, x-api-key | expose=X-Request-Id | age=60 | "
    "vary=Origin, Access-Control-Request-Method, Access-Control-Request-Headers",
    "apigateway-http": f"204 | origin={SHOP} | methods=GET,PUT | headers=X-Api-Key,Content-Type | "
    "age=60",
    "apigateway-rest": f"200 | origin={SHOP} | methods=GET,PUT | headers=X-Api-Key,Content-Type | "
    "age=60",
    "nginx-add-header": f"204 | origin={SHOP} | methods=GET, PUT | headers=X-Api-Key,Content-Type "
    "| age=60",
}


@pytest.mark.parametrize("family", SERVERS)
def test_a_preflight_is_granted(family: str) -> None:
    assert ask(family, "OPTIONS", PREFLIGHT) == GRANTED[family]


REFUSED = {
    # What reaches the application is answered by it.
    "rs-cors": "204 | vary=Origin, Access-Control-Request-Method, Access-Control-Request-Headers",
    "jub0bs": "403",
    "spring": "403 | vary=Origin, Access-Control-Request-Method, Access-Control-Request-Headers",
    "envoy": "200",
    "kong": "200 | methods=GET,PUT | headers=X-Api-Key,Content-Type | age=60 | vary=Origin",
    "apisix": "200 | vary=Origin",
    "traefik": "200 | methods=GET,PUT | headers=X-Api-Key,Content-Type | expose=X-Request-Id | "
    "age=60",
    "ingress-nginx": "200",
    "tower-http": "200 | methods=GET,PUT | headers=x-api-key,content-type | age=60 | vary=Origin",
    "s3": "403",
    "apigateway-http": "204",
    "apigateway-rest": "200 | methods=GET,PUT | headers=X-Api-Key,Content-Type | age=60",
    "nginx-add-header": "204 | methods=GET, PUT | headers=X-Api-Key,Content-Type | age=60",
}


@pytest.mark.parametrize("family", SERVERS)
def test_a_preflight_of_another_origin(family: str) -> None:
    assert ask(family, "OPTIONS", {**PREFLIGHT, "origin": EVIL}) == REFUSED[family]


ACTUAL = {
    "rs-cors": (f"200 | origin={SHOP} | expose=X-Request-Id | vary=Origin", "200 | vary=Origin"),
    "jub0bs": (f"200 | origin={SHOP} | expose=x-request-id | vary=Origin", "200 | vary=Origin"),
    "spring": (
        f"200 | origin={SHOP} | expose=X-Request-Id | "
        "vary=Origin, Access-Control-Request-Method, Access-Control-Request-Headers",
        "403 | vary=Origin, Access-Control-Request-Method, Access-Control-Request-Headers",
    ),
    "envoy": (f"200 | origin={SHOP} | expose=X-Request-Id", "200"),
    "kong": (
        f"200 | origin={SHOP} | expose=X-Request-Id | vary=Origin",
        "200 | expose=X-Request-Id | vary=Origin",
    ),
    "apisix": (
        f"200 | origin={SHOP} | methods=GET,PUT | headers=X-Api-Key,Content-Type | "
        "expose=X-Request-Id | age=60 | vary=Origin",
        "200 | vary=Origin",
    ),
    "traefik": (f"200 | origin={SHOP} | expose=X-Request-Id", "200 | expose=X-Request-Id"),
    "ingress-nginx": (
        f"200 | origin={SHOP} | credentials=true | methods=GET, PUT | "
        "headers=X-Api-Key, Content-Type | expose=X-Request-Id | age=60",
        "200",
    ),
    "tower-http": (
        f"200 | origin={SHOP} | expose=x-request-id | vary=Origin",
        "200 | expose=x-request-id | vary=Origin",
    ),
    "s3": (
        f"200 | origin={SHOP} | credentials=true | methods=GET, PUT | expose=X-Request-Id | "
        "age=60 | vary=Origin, Access-Control-Request-Method, Access-Control-Request-Headers",
        "200",
    ),
    "apigateway-http": (f"200 | origin={SHOP} | expose=X-Request-Id", "200"),
    "apigateway-rest": (f"200 | origin={SHOP}", "200"),
    "nginx-add-header": (
        f"200 | origin={SHOP} | methods=GET, PUT | headers=X-Api-Key,Content-Type | "
        "expose=X-Request-Id",
        "200 | methods=GET, PUT | headers=X-Api-Key,Content-Type | expose=X-Request-Id",
    ),
}


@pytest.mark.parametrize("family", SERVERS)
def test_an_actual_request_is_answered(family: str) -> None:
    admitted, other = ACTUAL[family]

    assert ask(family, "GET", {"origin": SHOP}) == admitted
    assert ask(family, "GET", {"origin": EVIL}) == other


@pytest.mark.parametrize(
    ("family", "section", "expected"),
    [
        pytest.param("envoy", {}, f"200 | origin={EVIL} | expose=X-Request-Id", id="reflected"),
        pytest.param("kong", {}, "200 | origin=* | expose=X-Request-Id", id="a star"),
        pytest.param(
            "kong", {"credentials": True},
            f"200 | origin={EVIL} | credentials=true | expose=X-Request-Id | vary=Origin",
            id="reflected, for credentials' sake",
        ),
        pytest.param(
            "traefik", {"credentials": True},
            f"200 | origin={EVIL} | credentials=true | expose=X-Request-Id",
            id="reflected, and no cache is told",
        ),
        pytest.param(
            "rs-cors", {"credentials": True},
            "200 | origin=* | credentials=true | expose=X-Request-Id | vary=Origin",
            id="a star and credentials",
        ),
        pytest.param(
            "s3", {},
            "200 | origin=* | methods=GET, PUT | expose=X-Request-Id | age=60 | "
            "vary=Origin, Access-Control-Request-Method, Access-Control-Request-Headers",
            id="a star, without credentials",
        ),
    ],
)  # fmt: skip
def test_any_origin_gets(family: str, section: dict[str, object], expected: str) -> None:
    assert ask(family, "GET", {"origin": EVIL}, origins=["*"], **section) == expected


@pytest.mark.parametrize("family", ["kong", "apisix", "tower-http", "apigateway-rest"])
def test_an_origin_listed_alone_is_sent_to_everybody(family: str) -> None:
    assert f"origin={SHOP}" in ask(family, "GET", {"origin": EVIL}, origins=[SHOP])


@pytest.mark.parametrize(
    ("family", "expected"),
    [
        ("rs-cors", "204"), ("jub0bs", "204"), ("spring", "200"), ("envoy", "404"), ("kong", "404"),
        ("apisix", "404"), ("traefik", "404"), ("ingress-nginx", "404"), ("tower-http", "200"),
        ("s3", "200"), ("apigateway-http", "204"), ("apigateway-rest", "403"),
        ("nginx-add-header", "204"),
    ],
)  # fmt: skip
def test_a_preflight_of_an_unknown_path_is_answered_with(family: str, expected: str) -> None:
    assert ask(family, "OPTIONS", PREFLIGHT, "/nope").partition(" ")[0] == expected


@pytest.mark.parametrize(
    ("family", "method", "header", "expected"),
    [
        ("rs-cors", "DELETE", "x-api-key", "204"),
        ("rs-cors", "PUT", "X-Api-Key", "204"),
        ("jub0bs", "PUT", "x-other", "403"),
        ("jub0bs", "POST", "x-api-key", "204"),
        ("spring", "PUT", "x-other", "403"),
        ("spring", "PUT", "x-api-key,x-other", "200"),
        ("kong", "DELETE", "x-other", "200"),
        ("tower-http", "DELETE", "x-other", "200"),
        ("s3", "DELETE", "x-api-key", "403"),
    ],
)
def test_a_preflight_that_asks_for_more_is_answered_with(
    family: str, method: str, header: str, expected: str
) -> None:
    sent = {
        "origin": SHOP,
        "access-control-request-method": method,
        "access-control-request-headers": header,
    }

    assert ask(family, "OPTIONS", sent).partition(" ")[0] == expected


def test_spring_refuses_a_method_that_is_not_granted_before_it_runs() -> None:
    routes = [{"path": "/a", "methods": ["DELETE"]}]
    cors = {"behaviour": "spring", **LISTED}
    policy = load_policy(json.dumps({"cors": cors, "routes": routes}))
    request = Request("DELETE", "https://api.example/a", {"origin": SHOP})
    response = answer(policy, request, evaluate(policy, request))

    assert (response.status, response.body) == (403, b"Invalid CORS request")


def test_s3_says_no_in_xml() -> None:
    policy = load_policy(json.dumps({"cors": {"behaviour": "s3", **LISTED}}))
    request = Request("OPTIONS", "https://bucket.example/key", {**PREFLIGHT, "origin": EVIL})
    response = answer(policy, request, evaluate(policy, request))

    assert response.headers.get("content-type") == "application/xml"
    assert b"<Code>AccessForbidden</Code>" in response.body
    assert b"<Method>PUT</Method>" in response.body


@pytest.mark.parametrize("family", SERVERS)
def test_a_family_says_what_it_is_said_from(family: str) -> None:
    assert BEHAVIOURS[family].basis in ("observed", "source", "documentation")
