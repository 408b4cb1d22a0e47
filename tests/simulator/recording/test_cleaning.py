"""What of a request does a case hold?"""

from __future__ import annotations

from base64 import b64encode

import pytest
from traffic import API, NOON, SHOP

from simulator import Request, evaluate, load_policy
from simulator.recording.cleaning import Cleaned, Cleaner
from simulator.source import Data

POLICY = """
trusted_proxies: [10.0.0.0/8]
cors: {origins: [https://shop.example], credentials: true}
credentials: [{header: x-api-key}, bearer, basic, {query: api_key}, {cookie: session}]
keys: [{id: web, key: web-secret}]
routes: [{path: "/{page}"}, {path: /open, public: true}, {path: /limited, public: true,
  rate_limits: [{per: principal, quota: 5/minute}]}]
"""
NOISE = {"User-Agent": "x", "Accept": "*/*", "X-Request-Id": "7", "Referer": SHOP}


def clean(headers: dict[str, str], path: str = "/a", method: str = "GET") -> Cleaned:
    request = Request(method, API + path, {**NOISE, **headers}, client="10.0.0.1", at=NOON)
    return Cleaner(load_policy(POLICY)).clean(request)


def fields(cleaned: Cleaned) -> dict[str, Data]:
    return dict(cleaned.request.headers)


@pytest.mark.parametrize(
    ("headers", "kept"),
    [
        ({}, {}),
        ({"Origin": SHOP}, {"Origin": SHOP}),
        ({"X-Forwarded-For": "192.0.2.7"}, {"X-Forwarded-For": "192.0.2.7"}),
        ({"Cookie": "theme=dark; _ga=1"}, {}),
        ({"Origin": SHOP, "Cookie": "theme=dark; _ga=1"}, {"Origin": SHOP, "Cookie": "theme=x"}),
        ({"Access-Control-Request-Method": "PUT"}, {}),
        ({"Authorization": "AWS4-HMAC-SHA256 Credential=x"}, {}),
        ({"Origin": SHOP, "Sec-Fetch-Mode": "navigate"}, {}),
        (
            {"Origin": SHOP, "Upgrade": "websocket"},
            {"Origin": SHOP, "Upgrade": "websocket"},
        ),
    ],
)
def test_what_no_check_reads_is_left_out(headers: dict[str, str], kept: dict[str, str]) -> None:
    assert fields(clean(headers)) == kept


def test_a_preflight_keeps_what_it_asks_for() -> None:
    asked = {
        "Origin": SHOP,
        "Access-Control-Request-Method": "PUT",
        "Access-Control-Request-Headers": "x-a",
    }

    assert fields(clean(asked, method="OPTIONS")) == asked


def basic(text: str) -> dict[str, str]:
    return {"Authorization": f"Basic {b64encode(text.encode()).decode()}"}


@pytest.mark.parametrize(
    ("headers", "path"),
    [
        ({"X-Api-Key": "web-secret"}, "/a"),
        ({"Authorization": "Bearer web-secret"}, "/a"),
        (basic("web:web-secret"), "/a"),
        ({}, "/a?page=2&api_key=web-secret"),
        ({"Cookie": "session=web-secret; a=b"}, "/a"),
    ],
)
def test_a_key_of_the_policy_is_its_id(headers: dict[str, str], path: str) -> None:
    cleaned = clean(headers, path)

    assert cleaned.key == "web"
    assert (cleaned.request.url, fields(cleaned)) == (f"{API}/a", {})


@pytest.mark.parametrize(
    ("headers", "path"),
    [
        ({"X-Api-Key": "their-secret"}, "/a"),
        ({"X-Api-Key": ""}, "/a"),
        ({"Authorization": "Bearer their-secret"}, "/a"),
        ({"Authorization": "Bearer"}, "/a"),
        ({"Authorization": "their-secret"}, "/a"),
        ({"Authorization": ""}, "/a"),
        (basic("me:their-secret"), "/a"),
        (basic("their-secret"), "/a"),
        ({"Authorization": "Basic"}, "/a"),
        ({"Authorization": "Basic their-secret"}, "/a"),
        ({}, "/a?api_key=their-secret"),
        ({}, "/a?api_key="),
        ({"Cookie": "session=their-secret"}, "/a"),
        ({"Cookie": "session="}, "/a"),
    ],
)
def test_another_credential_is_a_made_up_one_that_is_judged_the_same(
    headers: dict[str, str], path: str
) -> None:
    policy = load_policy(POLICY)

    cleaned = clean(headers, path)

    before = evaluate(policy, Request("GET", API + path, headers, at=NOON))
    after = evaluate(policy, cleaned.request)
    assert before.reason in ("authenticate.unknown-key", "authenticate.malformed")
    assert after.reason == before.reason
    assert after.deciding is not None
    assert before.deciding is not None
    wanted = dict(before.deciding.values or {})
    hint = "no-k… (20 characters)"
    assert dict(after.deciding.values or {}) == wanted | (
        {"hint": hint} if "hint" in wanted else {}
    )
    assert "their-secret" not in str((cleaned.request.url, fields(cleaned)))


def test_nobody_looks_at_a_credential_on_a_public_route_but_a_quota() -> None:
    assert clean({"X-Api-Key": "web-secret"}, "/open").key is None
    assert fields(clean({"X-Api-Key": "their-secret"}, "/open")) == {}
    assert clean({"X-Api-Key": "web-secret"}, "/limited").key == "web"


def test_a_policy_without_keys_reads_no_credential() -> None:
    request = Request("GET", API, {"X-Api-Key": "a", "Authorization": "Bearer b"})

    assert fields(Cleaner(load_policy("{}")).clean(request)) == {}


def test_the_origin_of_a_navigation_stays_where_the_server_refuses_it() -> None:
    policy = load_policy("cors: {behaviour: spring, origins: [https://a.example]}")
    request = Request("POST", API, {"Origin": SHOP, "Sec-Fetch-Mode": "navigate"})

    assert fields(Cleaner(policy).clean(request)) == {"Origin": SHOP}


def test_without_a_policy_each_secret_has_one_substitute() -> None:
    cleaner = Cleaner()

    first = cleaner.clean(Request("GET", f"{API}/a?api_key=s1&x=1", {"Authorization": "Bearer s2"}))
    second = cleaner.clean(Request("GET", API, {"Authorization": "Bearer s2", **NOISE}))

    assert first.request.url == f"{API}/a?api_key=made-up-2"
    assert fields(first) == {"authorization": "Bearer made-up-1"}
    assert first.unknown == "credential made-up-1 and credential made-up-2"
    assert fields(second) == {"authorization": "Bearer made-up-1"}


@pytest.mark.parametrize(
    ("headers", "kept"),
    [
        ({"Authorization": "Digest username=me"}, {"authorization": "digest x"}),
        ({"X-Forwarded-For": "192.0.2.7"}, {"X-Forwarded-For": "192.0.2.7"}),
        ({"Origin": SHOP, "Cookie": "a=b"}, {"Origin": SHOP, "Cookie": "a=x"}),
        (
            {"Origin": SHOP, "Cookie": "sid=s; a=b"},
            {"Origin": SHOP, "Cookie": "a=x; sid=made-up-1"},
        ),
    ],
)
def test_without_a_policy_what_any_might_read_is_kept(
    headers: dict[str, str], kept: dict[str, str]
) -> None:
    assert fields(Cleaner().clean(Request("GET", API, {**NOISE, **headers}))) == kept
