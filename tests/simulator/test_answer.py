"""What such a server would send."""

from __future__ import annotations

import json

import pytest

from simulator import Request, Response, Usage, answer, evaluate, load_policy
from simulator.answer import phrase, problem_type

POLICY = """
network: {deny: [192.0.2.0/24], allow: [192.0.2.7]}
cors: {origins: ["https://shop.example"], methods: [DELETE], headers: [x-api-key], max_age: 600}
keys: [{id: web, key: secret-1, scopes: [read]}]
routes:
  - {path: "/a", methods: [GET, HEAD], scopes: [read]}
  - {path: "/b", methods: [GET], scopes: [write]}
"""
KEY = {"x-api-key": "secret-1"}


def ask(
    method: str = "GET",
    path: str = "/a",
    headers: dict[str, str] | None = None,
    *,
    style: str = "problem+json",
    client: str = "10.0.0.1",
) -> Response:
    policy = load_policy(f"{POLICY}errors: {{style: {style}}}\n", name="p.yaml")
    request = Request(method, f"https://api.example{path}", headers or {}, client=client)
    return answer(policy, request, evaluate(policy, request))


def test_an_allowed_request_gets_200_and_the_fields() -> None:
    response = ask(headers={**KEY, "origin": "https://shop.example"})

    assert (response.status, response.body) == (200, b"")
    assert response.headers.fields == (
        ("access-control-allow-origin", "https://shop.example"),
        ("vary", "Origin"),
    )


def test_a_refusal_is_a_problem_document() -> None:
    response = ask(client="192.0.2.1")

    assert response.status == 403
    assert response.headers.fields == (
        ("content-type", "application/problem+json"),
        ("cache-control", "no-store"),
    )
    assert json.loads(response.body) == {
        "type": "urn:why403:network.denied",
        "title": "the client's address is denied",
        "status": 403,
        "detail": "the address 192.0.2.1 is denied by `192.0.2.0/24`",
        "reason": "network.denied",
        "rule": {"path": "network/deny/0", "file": "p.yaml", "line": 2},
        "failures": ["network.denied", "authenticate.no-credential"],
        "retryable": False,
    }


def test_near_misses_stay_out_of_the_answer() -> None:
    response = ask(path="/aa", client="192.0.2.6")

    assert b"192.0.2.7" not in response.body
    assert b"did you mean" not in response.body


@pytest.mark.parametrize(
    ("style", "content_type", "body"),
    [
        pytest.param("json", "application/json", b'{"message": "Forbidden"}', id="json"),
        pytest.param("text", "text/plain; charset=utf-8", b"Forbidden\n", id="text"),
        pytest.param(
            "html",
            "text/html; charset=utf-8",
            b"<!doctype html><title>403 Forbidden</title><h1>403 Forbidden</h1>\n",
            id="html",
        ),
        pytest.param("empty", None, b"", id="empty"),
    ],
)
def test_a_refusal_is_worded_in_the_policys_style(
    style: str, content_type: str | None, body: bytes
) -> None:
    response = ask(style=style, client="192.0.2.1")

    assert (response.headers.get("content-type"), response.body) == (content_type, body)


@pytest.mark.parametrize(
    ("method", "path", "headers", "status", "field"),
    [
        pytest.param(
            "PUT", "/a", KEY, 405, ("allow", "GET, HEAD"), id="405 names the allowed methods"
        ),
        pytest.param(
            "GET", "/a", {}, 401, ("www-authenticate", 'Bearer realm="api"'), id="401 challenges"
        ),
        pytest.param(
            "GET",
            "/a",
            {"x-api-key": "wrong"},
            401,
            ("www-authenticate", 'Bearer realm="api", error="invalid_token"'),
            id="401 for a wrong key says so",
        ),
    ],
)
def test_a_refusal_has_the_field_that_the_standard_demands(
    method: str, path: str, headers: dict[str, str], status: int, field: tuple[str, str]
) -> None:
    response = ask(method, path, headers)

    assert response.status == status
    assert response.headers.fields[0] == field


def test_429_says_when_to_come_again() -> None:
    policy = load_policy("rate_limits: [{per: client, quota: 1/minute}]")
    request = Request("GET", "https://h/", client="10.0.0.1", at=1764000000.0)
    usage = Usage()
    usage.record(evaluate(policy, request, usage))
    response = answer(policy, request, evaluate(policy, request, usage))

    assert response.status == 429
    assert response.headers.fields[:3] == (
        ("retry-after", "60"),
        ("ratelimit-policy", '"client";q=1;w=60'),
        ("ratelimit", '"client";r=0;t=60'),
    )


def test_head_gets_no_body() -> None:
    response = ask("HEAD", "/b", client="192.0.2.1")

    assert (response.status, response.body) == (403, b"")
    assert response.headers.get("content-type") == "application/problem+json"


def test_a_granted_preflight_is_answered_with_fields_and_no_body() -> None:
    response = ask(
        "OPTIONS",
        "/a",
        {
            "origin": "https://shop.example",
            "access-control-request-method": "DELETE",
            "access-control-request-headers": "x-api-key",
        },
    )

    assert (response.status, response.body) == (204, b"")
    assert response.headers.fields == (
        ("access-control-allow-origin", "https://shop.example"),
        ("vary", "Origin, Access-Control-Request-Method, Access-Control-Request-Headers"),
        ("access-control-allow-methods", "DELETE, GET, HEAD, POST"),
        ("access-control-allow-headers", "x-api-key"),
        ("access-control-max-age", "600"),
    )


def test_a_refused_preflight_is_answered_without_cors_fields() -> None:
    response = ask(
        "OPTIONS", "/a", {"origin": "https://evil.example", "access-control-request-method": "PUT"}
    )

    assert (response.status, response.headers.fields, response.body) == (403, (), b"")


@pytest.mark.parametrize(
    ("family", "origin", "expected"),
    [
        pytest.param(
            "starlette",
            "https://shop.example",
            (200, "text/plain; charset=utf-8", b"OK"),
            id="a yes",
        ),
        pytest.param(
            "starlette",
            "https://evil.example",
            (400, "text/plain; charset=utf-8", b"Disallowed CORS origin"),
            id="a no",
        ),
        pytest.param(
            "spring", "https://evil.example", (403, None, b"Invalid CORS request"), id="a bare no"
        ),
        pytest.param("jub0bs", "https://evil.example", (403, None, b""), id="a silent no"),
    ],
)
def test_a_server_words_its_answer_to_a_preflight(
    family: str, origin: str, expected: tuple[int, str | None, bytes]
) -> None:
    policy = load_policy(f"cors: {{behaviour: {family}, origins: [https://shop.example]}}")
    request = Request(
        "OPTIONS", "https://h/", {"origin": origin, "access-control-request-method": "GET"}
    )
    response = answer(policy, request, evaluate(policy, request))

    assert (response.status, response.headers.get("content-type"), response.body) == expected


def test_a_refused_request_is_worded_by_the_server_that_refuses_it() -> None:
    origin = {"origin": "https://evil.example"}
    spring = load_policy("cors: {behaviour: spring, origins: [https://shop.example]}")
    express = load_policy("cors: {behaviour: express, origins: [], enforce: true}")
    request = Request("GET", "https://h/", origin)

    assert answer(spring, request, evaluate(spring, request)).body == b"Invalid CORS request"
    assert b"cors.origin-not-allowed" in answer(express, request, evaluate(express, request)).body


def test_what_a_browser_hides_is_answered_as_usual_without_cors_fields() -> None:
    response = ask(headers={**KEY, "origin": "https://evil.example"})

    assert (response.status, response.headers.fields) == (200, ())


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        pytest.param(403, "Forbidden", id="a known status"),
        pytest.param(599, "Error", id="an unknown one"),
    ],
)
def test_a_status_has_a_name(status: int, expected: str) -> None:
    assert phrase(status) == expected


def test_a_reason_has_a_uri() -> None:
    assert problem_type("network.denied") == "urn:why403:network.denied"


APPLICATION = """\
cors: {origins: [https://app.example], behaviour: starlette}
response: {headers: {x-app: "1"}, body: hello}
routes:
  - {path: /, methods: [GET, HEAD]}
  - {path: /broken, response: {status: 500, unhandled: true}}
  - {path: /gone, response: {status: 410, headers: {vary: [Accept, Cookie]}}}
"""
FROM_APP = {"origin": "https://app.example"}


def served(path: str, method: str = "GET", text: str = APPLICATION) -> Response:
    policy = load_policy(text)
    request = Request(method, f"https://api.example{path}", FROM_APP)
    return answer(policy, request, evaluate(policy, request))


def test_what_the_application_answers_is_told_where_the_policy_says_it() -> None:
    response = served("/")

    assert (response.status, response.body) == (200, b"hello")
    assert response.headers.get("x-app") == "1"
    assert response.headers.get("access-control-allow-origin") == "https://app.example"
    assert served("/", "HEAD").body == b""


def test_a_routes_own_response_replaces_the_policys() -> None:
    response = served("/gone")

    assert (response.status, response.body) == (410, b"")
    assert "x-app" not in response.headers
    assert response.headers.lines("vary") == ("Accept", "Cookie", "Origin")


def test_an_unhandled_error_goes_without_cors_fields_where_the_family_loses_them() -> None:
    policy = load_policy(APPLICATION)
    request = Request("GET", "https://api.example/broken", FROM_APP)
    decision = evaluate(policy, request)

    response = answer(policy, request, decision)

    assert (response.status, decision.status, decision.hidden) == (500, 500, True)
    assert "access-control-allow-origin" not in response.headers
    assert "access-control-allow-origin" in served("/gone").headers


def test_an_explicit_word_on_errors_wins_over_the_family() -> None:
    text = f"errors: {{cors_fields: true}}\n{APPLICATION}"

    assert "access-control-allow-origin" in served("/broken", text=text).headers


@pytest.mark.parametrize(
    ("response", "code"),
    [
        ("{status: 308, headers: {location: /b}, preflights: true}", "cors.preflight-redirected"),
        ("{status: 401, preflights: true}", "cors.preflight-unauthenticated"),
        ("{status: 403, preflights: true}", "cors.preflight-refused"),
        ("{status: 404, preflights: true}", "cors.preflight-unrouted"),
        ("{status: 503, preflights: true}", "cors.preflight-not-ok"),
    ],
)
def test_what_stands_ahead_of_cors_answers_preflights_in_its_place(
    response: str, code: str
) -> None:
    policy = load_policy(
        "cors: {origins: [https://app.example], methods: [PUT]}\n"
        f"routes: [{{path: /, methods: [GET, PUT], response: {response}}}]\n"
    )
    fields = {**FROM_APP, "access-control-request-method": "PUT"}
    request = Request("OPTIONS", "https://api.example/", fields)

    decision = evaluate(policy, request)

    assert decision.reason == code
    assert decision.deciding is not None
    assert decision.deciding.rule == "routes/0/response"
    assert answer(policy, request, decision).status == decision.status != 204
