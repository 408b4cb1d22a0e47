"""May this page read the answer, and would a browser go on after the preflight?"""

from __future__ import annotations

import pytest
from telling import decide, finding, nearly

from simulator.behaviours import BEHAVIOURS

SHOP = """
cors:
  origins: [https://shop.example, "https://*.preview.shop.example", "http://localhost:*"]
  methods: [DELETE]
  headers: [X-Api-Key, content-type]
  expose: [x-request-id]
  max_age: 600
"""
CREDENTIALS = f"{SHOP}  credentials: true\n"
ANY = "cors: {origins: ['*'], methods: ['*'], headers: ['*']}"


def actual(
    policy: str, origin: str, *, cookie: bool = False
) -> tuple[str, str | None, int, str | None]:
    """Code or outcome, rule, status, and who blocks."""
    headers = {"origin": origin} | ({"cookie": "a=b"} if cookie else {})
    decision = decide(policy, headers=headers)
    found = finding(decision, "cors")
    code = found.reason.code if found.reason else str(found.outcome)
    return code, found.rule, decision.status, decision.blocked_by


def preflight(
    policy: str, origin: str = "https://shop.example", method: str = "GET", headers: str = ""
) -> tuple[str, str | None, int, str | None]:
    sent = {"origin": origin, "access-control-request-method": method}
    if headers:
        sent["access-control-request-headers"] = headers
    decision = decide(policy, "OPTIONS", headers=sent)
    found = finding(decision, "cors")
    code = found.reason.code if found.reason else str(found.outcome)
    return code, found.rule, decision.status, decision.blocked_by


# Actual requests


@pytest.mark.parametrize(
    ("origin", "rule"),
    [
        pytest.param("https://shop.example", "cors/origins/0", id="exactly"),
        pytest.param("https://a.preview.shop.example", "cors/origins/1", id="below a name"),
        pytest.param("https://b.a.preview.shop.example", "cors/origins/1", id="far below"),
        pytest.param("http://localhost:5173", "cors/origins/2", id="on any port"),
    ],
)
def test_a_listed_origin_may_read(origin: str, rule: str) -> None:
    assert actual(SHOP, origin) == ("pass", rule, 200, None)


@pytest.mark.parametrize(
    "origin",
    [
        pytest.param("http://shop.example", id="another scheme"),
        pytest.param("https://shop.example:8443", id="another port"),
        pytest.param("https://shop.example/", id="a slash"),
        pytest.param("https://SHOP.example", id="capitals"),
        pytest.param("https://preview.shop.example", id="the name above the wildcard"),
        pytest.param("https://xpreview.shop.example", id="a longer label"),
        pytest.param("null", id="the opaque origin"),
        pytest.param("", id="an empty field"),
        pytest.param("https://shop.example, https://shop.example", id="the field twice"),
    ],
)
def test_any_other_origin_is_served_and_hidden(origin: str) -> None:
    assert actual(SHOP, origin) == ("cors.origin-not-allowed", "cors", 200, "browser")


@pytest.mark.parametrize(
    ("policy", "cookie", "expected"),
    [
        pytest.param(
            CREDENTIALS, True, ("pass", "cors/origins/0", 200, None), id="admitted where it says so"
        ),
        pytest.param(
            SHOP, True, ("cors.credentials-not-allowed", "cors", 200, "browser"), id="hidden if not"
        ),
        pytest.param(
            ANY,
            True,
            ("cors.wildcard-with-credentials", "cors/origins/0", 200, "browser"),
            id="hidden where any origin is meant",
        ),
        pytest.param(
            ANY.replace("{", "{credentials: true, "),
            True,
            ("cors.wildcard-with-credentials", "cors/origins/0", 200, "browser"),
            id="hidden there whatever it says",
        ),
        pytest.param(ANY, False, ("pass", "cors/origins/0", 200, None), id="not asked without any"),
    ],
)
def test_a_request_with_cookies_is(
    policy: str, cookie: bool, expected: tuple[str, str | None, int, str | None]
) -> None:
    assert actual(policy, "https://shop.example", cookie=cookie) == expected


def test_an_exact_entry_beside_any_admits_cookies() -> None:
    policy = "cors: {origins: ['*', 'https://shop.example'], credentials: true}"

    assert actual(policy, "https://shop.example", cookie=True)[0] == "pass"


@pytest.mark.parametrize(
    ("origin", "cookie", "code"),
    [
        pytest.param("https://evil.example", False, "cors.origin-not-allowed", id="other origins"),
        pytest.param("https://shop.example", True, "cors.credentials-not-allowed", id="cookies"),
    ],
)
def test_a_server_that_enforces_refuses(origin: str, cookie: bool, code: str) -> None:
    found = actual(f"{SHOP}  enforce: true\n", origin, cookie=cookie)

    assert (found[0], found[2], found[3]) == (code, 403, "server")


def test_methods_and_headers_are_no_matter_of_actual_requests() -> None:
    decision = decide(SHOP, "PUT", headers={"origin": "https://shop.example", "x-other": "1"})

    assert decision.allowed


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        pytest.param("https://api.example/", None, id="no Origin"),
        pytest.param("https://api.example/", "https://api.example", id="the server's own"),
        pytest.param("wss://api.example/", "https://shop.example", id="a WebSocket"),
    ],
)
def test_what_is_no_cors_request_is_no_matter(url: str, origin: str | None) -> None:
    decision = decide("{}", url=url, headers={} if origin is None else {"origin": origin})

    assert finding(decision, "cors").outcome == "skip"
    assert decision.allowed


def test_without_a_section_no_page_can_read() -> None:
    assert actual("{}", "https://shop.example") == ("cors.no-fields", None, 200, "browser")
    assert preflight("{}") == ("cors.no-fields", None, 403, "server")


def test_a_routes_own_section_replaces_the_policys() -> None:
    policy = SHOP + 'routes: [{path: /, cors: {origins: ["https://other.example"]}}]\n'

    assert actual(policy, "https://other.example")[1] == "routes/0/cors/origins/0"
    assert actual(policy, "https://shop.example")[:2] == (
        "cors.origin-not-allowed",
        "routes/0/cors",
    )
    assert preflight(policy, "https://other.example")[0] == "pass"


# Response fields


@pytest.mark.parametrize(
    ("policy", "origin", "fields"),
    [
        pytest.param(
            SHOP,
            "https://shop.example",
            [
                ("access-control-allow-origin", "https://shop.example"),
                ("vary", "Origin"),
                ("access-control-expose-headers", "x-request-id"),
            ],
            id="the origin itself",
        ),
        pytest.param(
            CREDENTIALS,
            "http://localhost:5173",
            [
                ("access-control-allow-origin", "http://localhost:5173"),
                ("vary", "Origin"),
                ("access-control-allow-credentials", "true"),
                ("access-control-expose-headers", "x-request-id"),
            ],
            id="the origin that a pattern admits, and credentials",
        ),
        pytest.param(
            ANY, "https://shop.example", [("access-control-allow-origin", "*")], id="any origin"
        ),
        pytest.param(SHOP, "https://evil.example", [], id="nothing to who may not read"),
    ],
)
def test_an_actual_request_is_answered_with(
    policy: str, origin: str, fields: list[tuple[str, str]]
) -> None:
    assert list(decide(policy, headers={"origin": origin}).headers) == fields


@pytest.mark.parametrize(
    ("policy", "method", "headers", "granted"),
    [
        pytest.param(SHOP, "DELETE", "x-api-key",
            ("DELETE, GET, HEAD, POST", "content-type, x-api-key", "600"), id="what is listed"),
        pytest.param(ANY, "PATCH", "x-a", ("*", "*", None), id="any"),
        pytest.param(ANY, "PATCH", "authorization", ("*", "authorization", None),
            id="any does not cover Authorization, which is named"),
        pytest.param(ANY.replace("['*'], m", "['https://shop.example'], credentials: true, m", 1),
            "PATCH", "x-a, x-b", ("PATCH", "x-a, x-b", None),
            id="any does not work with credentials, so all is named"),
        pytest.param("cors: {origins: ['*']}", "GET", "", ("GET, HEAD, POST", None, None),
            id="nothing beyond what needs no granting"),
    ],
)  # fmt: skip
def test_a_preflight_grants(
    policy: str, method: str, headers: str, granted: tuple[str, str | None, str | None]
) -> None:
    sent = {"origin": "https://shop.example", "access-control-request-method": method}
    if headers:
        sent["access-control-request-headers"] = headers
    fields = dict(decide(policy, "OPTIONS", headers=sent).headers)

    assert (
        fields["access-control-allow-methods"],
        fields.get("access-control-allow-headers"),
        fields.get("access-control-max-age"),
    ) == granted


# Preflights


@pytest.mark.parametrize(
    ("method", "headers"),
    [
        pytest.param("GET", "", id="a method that needs no granting"),
        pytest.param("DELETE", "", id="a method that is listed"),
        pytest.param("GET", "x-api-key", id="a header that is listed"),
        pytest.param("GET", "X-API-KEY,Content-Type", id="headers in any case"),
        pytest.param("GET", " , x-api-key\t,", id="spaces and empty entries"),
    ],
)
def test_a_preflight_passes(method: str, headers: str) -> None:
    assert preflight(SHOP, method=method, headers=headers) == ("pass", "cors/origins/0", 204, None)


@pytest.mark.parametrize(
    ("origin", "method", "headers", "code"),
    [
        pytest.param("https://evil.example", "PUT", "x-a", "cors.origin-not-allowed", id="origin"),
        pytest.param("https://shop.example", "PUT", "x-a", "cors.method-not-allowed", id="method"),
        pytest.param(
            "https://shop.example", "delete", "", "cors.method-not-allowed", id="a method's case"
        ),
        pytest.param(
            "https://shop.example", "", "", "cors.method-not-allowed", id="an empty method"
        ),
        pytest.param("https://shop.example", "GET", "x-a", "cors.header-not-allowed", id="header"),
        pytest.param(
            "https://shop.example", "GET", "x-api-key, x-a", "cors.header-not-allowed", id="one of"
        ),
    ],
)
def test_a_preflight_is_refused_with_403(origin: str, method: str, headers: str, code: str) -> None:
    assert preflight(SHOP, origin, method, headers) == (code, "cors", 403, "server")


@pytest.mark.parametrize(
    ("policy", "method", "headers", "expected"),
    [
        pytest.param(SHOP, "GET", "x-b, x-a, x-api-key",
            "the request header `x-b`, `x-a` is not among the headers of `cors`", id="headers"),
        pytest.param(SHOP, "PUT", "", "the method `PUT` is not among the methods of `cors`",
            id="a method"),
    ],
)  # fmt: skip
def test_a_refused_preflight_says_what_was_not_granted(
    policy: str, method: str, headers: str, expected: str
) -> None:
    sent = {
        "origin": "https://shop.example",
        "access-control-request-method": method,
        "access-control-request-headers": headers,
    }

    assert finding(decide(policy, "OPTIONS", headers=sent), "cors").text == expected


# Families of servers


@pytest.mark.parametrize("name", BEHAVIOURS)
def test_whatever_the_family_a_listed_origin_may_read_and_another_not(name: str) -> None:
    policy = f"""
    cors: {{behaviour: {name}, origins: [https://shop.example, https://b.example], methods: [GET]}}
    """

    assert actual(policy, "https://shop.example")[0] == "pass"
    assert actual(policy, "https://evil.example")[0] == "cors.origin-not-allowed"
    assert preflight(policy, "https://evil.example")[0] == "cors.origin-not-allowed"


@pytest.mark.parametrize(
    ("family", "method", "headers", "expected"),
    [
        pytest.param("starlette", "PUT", "", ("cors.method-not-allowed", 400, "server"),
            id="a method, by the server"),
        pytest.param("starlette", "POST", "", ("cors.method-not-allowed", 400, "server"),
            id="even POST, where it is not listed"),
        pytest.param("express", "PUT", "", ("cors.method-not-allowed", 204, "browser"),
            id="a method, by the browser"),
        pytest.param("express", "POST", "", ("pass", 204, None), id="not POST, by the browser"),
        pytest.param("django-cors-headers", "GET", "x-b", ("cors.header-not-allowed", 200,
            "browser"), id="a header, by the browser"),
        pytest.param("spring", "GET", "x-a,x-b", ("cors.header-not-allowed", 200, "browser"),
            id="a header that the server let pass beside another"),
        pytest.param("spring", "GET", "x-b", ("cors.header-not-allowed", 403, "server"),
            id="the same alone, by the server"),
        pytest.param("flask-cors", "delete", "", ("cors.method-not-allowed", 200, "browser"),
            id="a method in another case, though the server takes it"),
        pytest.param("rs-cors", "PUT", "", ("cors.method-not-allowed", 204, "browser"),
            id="a method, by the server's silence"),
        pytest.param("koa", "DELETE", "x-a", ("pass", 204, None), id="nothing that is listed"),
    ],
)  # fmt: skip
def test_a_preflight_is_refused(
    family: str, method: str, headers: str, expected: tuple[str, int, str | None]
) -> None:
    policy = f"""
    cors:
      behaviour: {family}
      origins: [https://shop.example, https://b.example]
      methods: [GET, DELETE]
      headers: [X-A]
    """
    code, _, status, party = preflight(policy, method=method, headers=headers)

    assert (code, status, party) == expected


def test_what_a_server_passes_on_is_answered_by_its_routes() -> None:
    policy = "cors: {behaviour: koa, origins: [https://shop.example]}"
    routed = f"{policy}\nroutes: [{{path: /, methods: [GET]}}]"

    assert preflight(policy, "https://evil.example")[2:] == (200, "browser")
    assert preflight(routed, "https://evil.example")[2:] == (405, "browser")
    assert preflight(routed)[2:] == (204, None)


def test_a_preflight_that_only_the_routes_could_answer_fails_there() -> None:
    policy = "{cors: {behaviour: flask-cors}, routes: [{path: /other}]}"
    decision = decide(
        policy,
        "OPTIONS",
        headers={"origin": "https://shop.example", "access-control-request-method": "PUT"},
    )

    assert (decision.reason, decision.status) == ("route.not-found", 404)
    assert dict(decision.headers)["access-control-allow-origin"] == "https://shop.example"


@pytest.mark.parametrize(
    ("family", "headers", "expected"),
    [
        pytest.param("express", {}, ("skip", 204), id="without an Origin, by those who answer any"),
        pytest.param("standard", {}, ("skip", 200), id="by the application, for others"),
        pytest.param(
            "express", {"origin": "https://shop.example"}, ("pass", 204),
            id="that announces no method",
        ),
        pytest.param(
            "fastify", {"origin": "https://shop.example"}, ("cors.method-not-allowed", 400),
            id="the same with an error",
        ),
        pytest.param("aiohttp-cors", {}, ("cors.origin-not-allowed", 403),
            id="without an Origin, with an error"),
        pytest.param("spring", {"origin": "https://shop.example"}, ("cors.method-not-allowed", 403),
            id="that is no preflight, by a server that enforces"),
        pytest.param(
            "starlette",
            {"origin": "https://api.example", "access-control-request-method": "GET"},
            ("cors.origin-not-allowed", 400),
            id="from the server's own origin, which it does not know",
        ),
        pytest.param(
            "spring", {"origin": "https://api.example", "access-control-request-method": "GET"},
            ("skip", 200), id="from the server's own origin, which it knows",
        ),
    ],
)  # fmt: skip
def test_another_options_request_is_answered(
    family: str, headers: dict[str, str], expected: tuple[str, int]
) -> None:
    policy = f"cors: {{behaviour: {family}, origins: [https://shop.example, https://b.example]}}"
    decision = decide(policy, "OPTIONS", headers=headers)
    found = finding(decision, "cors")

    assert (found.reason.code if found.reason else found.outcome, decision.status) == expected


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        pytest.param({}, [("vary", "Origin")], id="without an Origin"),
        pytest.param(
            {"origin": "https://evil.example"},
            [("vary", "Origin"), ("access-control-allow-credentials", "true")],
            id="of another origin",
        ),
        pytest.param(
            {"origin": "https://api.example"},
            [("vary", "Origin"), ("access-control-allow-credentials", "true")],
            id="of its own origin",
        ),
    ],
)
def test_a_server_adds_fields_also_to_a_request(
    headers: dict[str, str], expected: list[tuple[str, str]]
) -> None:
    policy = "cors: {behaviour: starlette, origins: [https://shop.example], credentials: true}"

    assert list(decide(policy, headers=headers).headers) == expected


@pytest.mark.parametrize(
    ("family", "credentials", "code"),
    [
        pytest.param("starlette", True, "pass", id="named, with credentials"),
        pytest.param(
            "express", True, "cors.wildcard-with-credentials", id="a star, and credentials in vain"
        ),
        pytest.param(
            "flask-cors", False, "cors.credentials-not-allowed", id="named, without credentials"
        ),
        pytest.param("litestar", True, "pass", id="named because of the cookie, with credentials"),
    ],
)
def test_where_any_origin_is_meant_a_request_with_cookies_finds_its_origin(
    family: str, credentials: bool, code: str
) -> None:
    policy = f"cors: {{behaviour: {family}, origins: ['*'], credentials: {credentials}}}".lower()

    assert actual(policy, "https://shop.example", cookie=True)[0] == code


@pytest.mark.parametrize(
    ("family", "origin"),
    [
        pytest.param("django-cors-headers", None, id="nothing, where it is taken for none"),
        pytest.param("starlette", "*", id="what any origin gets, where it is taken for one"),
    ],
)
def test_an_empty_origin_is_sent(family: str, origin: str | None) -> None:
    policy = f"cors: {{behaviour: {family}, origins: ['*']}}"
    fields = dict(decide(policy, headers={"origin": ""}).headers)

    assert fields.get("access-control-allow-origin") == origin


def test_an_origin_that_is_sent_to_everybody_admits_nobody_else() -> None:
    policy = "cors: {behaviour: express, origins: [https://shop.example], fixed: true}"
    decision = decide(policy, headers={"origin": "https://evil.example"})

    assert decision.reason == "cors.origin-not-allowed"
    assert dict(decision.headers)["access-control-allow-origin"] == "https://shop.example"


def test_a_server_that_enforces_may_be_told_not_to() -> None:
    policy = "cors: {behaviour: spring, origins: [https://shop.example], enforce: false}"

    assert actual(policy, "https://evil.example")[2:] == (200, "browser")


def test_a_method_that_is_not_granted_hides_an_answer_where_that_is_asked_again() -> None:
    policy = "cors: {behaviour: rs-cors, origins: [https://shop.example], methods: [PUT]}"

    assert actual(policy, "https://shop.example")[0] == "cors.method-not-allowed"


def test_a_private_network_is_refused_like_a_header() -> None:
    policy = "cors: {behaviour: starlette, origins: [https://shop.example]}"
    sent = {
        "origin": "https://shop.example",
        "access-control-request-method": "GET",
        "access-control-request-private-network": "true",
    }
    found = finding(decide(policy, "OPTIONS", headers=sent), "cors")

    assert found.text == (
        "the request header `access-control-request-private-network` is not among the headers of "
        "`cors`"
    )


# Near misses


@pytest.mark.parametrize(
    ("origin", "method", "headers", "expected"),
    [
        pytest.param(
            "http://shop.example", "GET", "",
            "`https://shop.example` is listed: the scheme differs: http was sent, https is listed",
            id="an origin",
        ),
        pytest.param(
            "https://preview.shop.example", "GET", "",
            "`https://*.preview.shop.example` is listed: `*.` stands for names below "
            "preview.shop.example, not for preview.shop.example itself",
            id="the name above a wildcard",
        ),
        pytest.param(
            "null", "GET", "", "`null` is only admitted by `null` or `*`", id="the opaque origin"
        ),
        pytest.param(
            "https://shop.example", "delete", "",
            "`DELETE` is granted, and methods compare by case", id="a method's case",
        ),
        pytest.param(
            "https://shop.example", "PUT", "", "granted are `DELETE`, `GET`, `HEAD` and `POST`",
            id="a method",
        ),
        pytest.param(
            "https://shop.example", "GET", "x-a", "granted are `content-type` and `x-api-key`",
            id="a header",
        ),
    ],
)  # fmt: skip
def test_a_refusal_says_what_nearly_matched(
    origin: str, method: str, headers: str, expected: str
) -> None:
    sent = {
        "origin": origin,
        "access-control-request-method": method,
        "access-control-request-headers": headers,
    }

    assert nearly(decide(SHOP, "OPTIONS", headers=sent), "cors")[0] == expected


@pytest.mark.parametrize(
    ("family", "expected"),
    [
        pytest.param("starlette", ["granted are `GET`"], id="what the server grants"),
        pytest.param(
            "django-cors-headers",
            ["granted are `DELETE`, `GET`, `HEAD`, `OPTIONS`, `PATCH`, `POST` and `PUT`"],
            id="what the browser needs no granting for too",
        ),
    ],
)
def test_what_is_granted_by_default_is_near(family: str, expected: list[str]) -> None:
    policy = f"cors: {{behaviour: {family}, origins: [https://shop.example]}}"
    sent = {"origin": "https://shop.example", "access-control-request-method": "PURGE"}

    assert nearly(decide(policy, "OPTIONS", headers=sent), "cors") == expected


def test_without_a_section_nothing_is_near() -> None:
    assert nearly(decide("{}", headers={"origin": "https://a.example"}), "cors") == []
