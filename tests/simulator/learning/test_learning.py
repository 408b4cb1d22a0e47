"""Does the draft admit what was let in, and nothing that need not be?"""

from __future__ import annotations

import json

import pytest
import strategies
from hypothesis import given, settings
from hypothesis import strategies as st
from traffic import API, NOON, READ, SHOP, exchange, keyed, preflight

from simulator import Fault, Request, answer, evaluate, load_policy
from simulator.learning import Exchange, Learned, admits, learn, read_openapi

PAGE = {"Origin": SHOP}
TRAFFIC = (
    exchange("GET /health"),
    preflight("/orders/7", "DELETE", "x-api-key"),
    keyed("GET /orders/7", "a"),
    keyed("GET /orders/8", "b"),
    keyed("DELETE /orders/8", "b", 204),
    exchange("GET /orders/7", 200, {"X-Api-Key": "a", "Origin": SHOP}, READ),
    keyed("DELETE /orders/7", "a", 403),
    keyed("GET /order/7", "a", 404),
    keyed("GET /orders", "a", 500),
)


def reason(learned: Learned, asked: str, **fields: str) -> str | None:
    method, _, path = asked.partition(" ")
    headers = {name.replace("_", "-"): value for name, value in fields.items()}
    return evaluate(learned.policy, Request(method, API + path, headers, at=NOON)).reason


def test_what_was_let_in_is_admitted() -> None:
    learned = learn(TRAFFIC)

    assert len(learned.admitted) == 6
    assert all(admits(learned.policy, e) for e in learned.admitted)
    assert learned.refused == ()


@pytest.mark.parametrize(
    ("asked", "fields", "refused"),
    [
        ("DELETE /orders/7", {"X_Api_Key": "a"}, "authorize.missing-scope"),
        ("GET /orders/7", {}, "authenticate.no-credential"),
        ("GET /orders/7", {"X_Api_Key": "c"}, "authenticate.unknown-key"),
        ("GET /orders/7", {"Authorization": "Bearer a"}, "authenticate.no-credential"),
        ("PUT /orders/7", {"X_Api_Key": "b"}, "route.method-not-allowed"),
        ("GET /orders", {"X_Api_Key": "b"}, "route.not-found"),
        ("GET /orders/7/items", {"X_Api_Key": "b"}, "route.not-found"),
        ("GET /orders/", {"X_Api_Key": "b"}, "route.not-found"),
        (
            "GET /orders/7",
            {"X_Api_Key": "a", "Origin": "https://other.example"},
            "cors.origin-not-allowed",
        ),
        ("GET /health", {"Origin": SHOP, "Cookie": "a=b"}, "cors.credentials-not-allowed"),
        (
            "OPTIONS /orders/7",
            {"Origin": SHOP, "Access_Control_Request_Method": "PUT"},
            "cors.method-not-allowed",
        ),
        (
            "OPTIONS /orders/7",
            {
                "Origin": SHOP,
                "Access_Control_Request_Method": "GET",
                "Access_Control_Request_Headers": "content-type",
            },
            "cors.header-not-allowed",
        ),
    ],
)
def test_what_need_not_be_admitted_is_not(asked: str, fields: dict[str, str], refused: str) -> None:
    assert reason(learn(TRAFFIC), asked, **fields) == refused


def test_a_host_that_nobody_asked_is_not_judged() -> None:
    policy = learn(TRAFFIC).policy

    assert not policy.covers(Request("GET", "https://other.example/health"))


def test_guesses_and_what_is_left_out_are_told() -> None:
    learned = learn(TRAFFIC)

    said = "\n".join(learned.guesses)
    for words in (
        "a recording does not tell",
        "looks like an identifier is a parameter: `/orders/{id}`",
        "the header `x-api-key`: taken for a credential by its name",
        "2 keys: one for each credential",
        "public, since somebody was let in without a credential: `GET /health`",
        "GET and HEAD read",
        "1 origin may read every route",
    ):
        assert words in said
    assert [(left.why[:7], left.requests) for left in learned.left_out] == [
        ("refused", ("DELETE /orders/7 (403)", "GET /order/7 (404)")),
        ("failed ", ("GET /orders (500)",)),
    ]


@pytest.mark.parametrize(
    ("traffic", "said"),
    [
        ([exchange("GET /a")], "Browsers leave `Authorization` and cookies out of a HAR"),
        (
            [preflight("/a", "GET", "authorization"), exchange("GET /a", 200, PAGE, READ)],
            "preflights ask leave for `authorization`, and the requests after them carry none",
        ),
        (
            [exchange("GET /a", 200, {"Authorization": "AWS4-HMAC-SHA256 Credential=x"})],
            "`aws4-hmac-sha256` makes a credential for each request",
        ),
        ([keyed("GET /a", "k", Authorization="Bearer t")], "1 request with several credentials"),
        (
            [exchange(f"GET /users/{name}") for name in ("ann", "bob", "eve")],
            "`{id}` in `/users/{id}` is a parameter, not a name: it stood for 3 words",
        ),
        (
            [exchange("GET /a", 302, {}, {"Location": "/b"}), keyed("GET /a", "k")],
            "where others were let in with one",
        ),
        ([exchange("GET /a"), exchange("get /b")], "that no policy can name"),
    ],
    ids=lambda value: value[:40] if isinstance(value, str) else "",
)  # fmt: skip
def test_what_the_traffic_did_not_say_is_told(traffic: list[Exchange], said: str) -> None:
    learned = learn(traffic)

    told = [*learned.guesses, *(left.why for left in learned.left_out)]

    assert any(said in line for line in told)


def test_the_secrets_are_not_in_the_draft() -> None:
    learned = learn([keyed("GET /orders", "the-very-secret"), exchange("GET /x?api_key=hidden-1")])

    assert "the-very-secret" not in learned.text
    assert "hidden-1" not in learned.text
    assert [key.id for key in learned.policy.keys] == ["key-1", "key-2"]


def test_a_key_that_opens_nothing_is_no_key() -> None:
    learned = learn([keyed("GET /health", "a"), exchange("GET /health")])

    assert learned.policy.keys == ()


def test_nothing_let_in_makes_no_policy() -> None:
    with pytest.raises(Fault, match="of 2 requests none, preflights aside, was answered below 400"):
        learn([preflight("/a", "PUT"), exchange("GET /a", 403)])


def test_scopes_of_a_description_may_admit_more_and_that_is_told() -> None:
    operation = {"get": {"security": [{"o": ["read"]}]}}
    api = read_openapi(
        json.dumps(
            {
                "servers": [{"url": "https://else.example"}],
                "paths": {"/a": operation, "/b": operation},
                "components": {"securitySchemes": {"o": {"type": "oauth2"}}},
            }
        ),
        name="api",
    )
    traffic = [
        exchange(f"GET /{path}", 200, {"Authorization": f"Bearer {key}"})
        for path, key in (("a", "x"), ("b", "y"))
    ]

    learned = learn([*traffic, exchange("GET /c")], api)

    said = "\n".join(learned.guesses)
    assert "key `key-1` may also do `GET /b`" in said
    assert "not in the API description, and admitted all the same: `GET /c`" in said
    assert "`api.shop.example`: no server of the API description" in said


def test_what_is_documented_as_guarded_and_was_open_is_told() -> None:
    api = read_openapi(
        '{"paths": {"/a": {"get": {"security": [{"o": []}]}}},'
        ' "components": {"securitySchemes": {"o": {"type": "oauth2"}}}}',
        name="api",
    )

    learned = learn([exchange("GET /a")], api)

    assert any("documented otherwise: `GET /a`" in guess for guess in learned.guesses)


@st.composite
def recordings(draw: strategies.Draw) -> list[Exchange]:
    """What a server that obeys some policy answers to requests that nearly fit it."""
    written = draw(strategies.policies())
    written.pop("network", None)  # most traffic would be refused
    policy = load_policy(json.dumps(written))
    found = []
    for _ in range(draw(st.integers(1, 12))):
        request = draw(strategies.requests(written))
        found.append(Exchange(request, answer(policy, request, evaluate(policy, request))))
    return found


@settings(max_examples=25)
@given(recordings())
def test_the_draft_of_any_traffic_admits_all_that_was_let_in(traffic: list[Exchange]) -> None:
    try:
        learned = learn(traffic)
    except Fault:
        assert not any(e.response and e.response.status < 400 for e in traffic if _is_plain(e))
        return

    assert learned.refused == ()
    left = sum(left.number for left in learned.left_out)
    assert len(learned.admitted) + left == len(traffic)
    for secret in strategies.SECRETS:
        assert secret not in learned.text


def _is_plain(given: Exchange) -> bool:
    """Neither a preflight nor in small letters, nor of an Origin that no policy can list."""
    request = given.request
    return request.method == request.method.upper() != "OPTIONS" and "origin" not in request.headers


SIMPLE = st.tuples(
    st.sampled_from(["GET", "PUT", "DELETE"]),
    st.sampled_from(["/orders", "/orders/7", "/orders/7/items", "/carts/7", "/health"]),
    st.sampled_from(["", "a", "b", "c"]),
    st.sampled_from([200, 200, 200, 403]),
)


@settings(max_examples=40)
@given(st.lists(SIMPLE, min_size=1, max_size=15))
def test_the_draft_of_any_traffic_admits_no_key_to_what_it_never_did(
    asked: list[tuple[str, str, str, int]],
) -> None:
    traffic = [
        keyed(f"{method} {path}", key, status) if key else exchange(f"{method} {path}", status)
        for method, path, key, status in asked
    ]
    let_in = {(method, path, key) for method, path, key, status in asked if status == 200}
    if not let_in:
        return

    learned = learn(traffic)

    for method, path, _ in {(m, p, "") for m, p, _ in let_in}:
        public = (method, path, "") in let_in
        for key in ("a", "b", "c", "d", ""):
            request = keyed(f"{method} {path}", key).request
            request = request if key else exchange(f"{method} {path}").request
            decision = evaluate(learned.policy, request)
            assert decision.allowed == (public or (method, path, key) in let_in)
