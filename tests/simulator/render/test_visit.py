"""What people and machines read of a page's fetch, at a fixed width and without colour."""

from __future__ import annotations

import json

import pytest

from simulator import Policy, load_policy
from simulator.browser import Page, PageRequest
from simulator.render.terminal import as_text
from simulator.render.visit import visit_page, visit_record
from simulator.visit import Cookie, Visit, visit

APP = Page("https://app.example.com/", "https://app.example.com")
API = "https://api.example.com/orders"
POLICY = """\
cors:
  origins: [https://app.example.com]
  methods: [PUT]
  headers: [x-api-key]
keys:
  - {id: web, key: s3cret, scopes: [read]}
routes:
  - {path: /orders, methods: [GET], scopes: [read]}
  - {path: /orders, methods: [PUT], scopes: [write]}
  - {path: /open, public: true}
"""
KEY = (("X-Api-Key", "s3cret"),)
SILENT = "http://api.example.com/orders"


def loaded(text: str = POLICY) -> Policy:
    return load_policy(text, name="shop.yaml")


def page(policy: Policy, story: Visit) -> str:
    return as_text(visit_page(policy, story), width=100)


def told(
    request: PageRequest, text: str = POLICY, *, asks: Page = APP, cookies: tuple[Cookie, ...] = ()
) -> str:
    policy = loaded(text)
    return page(policy, visit(policy, asks, request, cookies=cookies))


def test_a_fetch_that_works_is_what_was_sent_and_what_script_sees() -> None:
    assert told(PageRequest(API, headers=KEY)) == (
        "GET https://api.example.com/orders  from a page at https://app.example.com\n"
        "✓ the page reads the 200\n"
        "\n"
        "  1  OPTIONS asks leave for GET with x-api-key  → 204 No Content\n"
        "\n"
        "  2  GET with x-api-key  → 200 OK\n"
        "\n"
        "  script sees the status 200 and the body\n"
    )


def test_a_preflight_that_is_refused_is_told_with_both_halves_and_the_consoles() -> None:
    order = "order: [network, authenticate, cors, route, authorize, rate_limit]\n"

    assert told(PageRequest(API, headers=KEY), order + POLICY) == (
        "GET https://api.example.com/orders  from a page at https://app.example.com\n"
        "✗ the page sees only `Failed to fetch`  cors.preflight-unauthenticated\n"
        "\n"
        "  1  OPTIONS asks leave for GET with x-api-key  → 401 Unauthorized\n"
        "     the request has no credential in the header `x-api-key` or `Authorization: Bearer`\n"
        "     shop.yaml:6\n"
        "     → this is a preflight: browsers send no credentials with it\n"
        "     → `authenticate` stands ahead of `cors` in `order`  shop.yaml:1\n"
        "     the GET itself is not sent\n"
        "\n"
        "  the browser: the preflight was refused with 401: it never carries cookies, keys or "
        "`Authorization`\n"
        "  Fetch, CORS check, step 2\n"
        "\n"
        "  what to do\n"
        "  - answer preflights ahead of authentication\n"
        "  - let OPTIONS through without credentials\n"
        "\n"
        "  Chromium  Access to fetch at 'https://api.example.com/orders' from origin\n"
        "            'https://app.example.com' has been blocked by CORS policy: Response to "
        "preflight request\n"
        "            doesn't pass access control check: No 'Access-Control-Allow-Origin' header is "
        "present on\n"
        "            the requested resource.\n"
        "  Firefox   Cross-Origin Request Blocked: The Same Origin Policy disallows reading the "
        "remote\n"
        "            resource at https://api.example.com/orders. (Reason: CORS header\n"
        "            ‘Access-Control-Allow-Origin’ missing).\n"  # noqa: RUF001
        "\n"
        "  more: why403 reasons cors.preflight-unauthenticated\n"
    )


def test_an_order_that_nobody_wrote_has_no_line() -> None:
    text = told(
        PageRequest(API, headers=KEY), POLICY.replace("cors:", "network: {default: deny}\ncors:")
    )

    assert "  → `network` stands ahead of `cors` in `order`\n" in text


def test_an_error_that_the_page_can_read_is_told_as_that() -> None:
    text = told(PageRequest(API, "PUT", KEY), POLICY + "errors: {cors_fields: true}\n")

    assert text.splitlines()[1] == "✗ the page reads the 403  authorize.missing-scope"
    assert "  script sees the status 403 and the body, and the headers cache-control, " in text
    assert "the browser:" not in text
    assert "Chromium" not in text


def test_a_hidden_error_is_to_be_mended_and_to_be_shown() -> None:
    text = told(PageRequest(API, "PUT", KEY))

    remedies = text.partition("what to do\n")[2].partition("\n\n")[0]
    assert remedies.splitlines()[-1] == (
        "  - let every answer carry the fields, errors too (`errors: {cors_fields: true}`)"
    )


def test_where_the_browser_alone_complains_the_policys_line_and_the_fields_are_shown() -> None:
    text = told(PageRequest(API, credentials="include"), "cors:\n  origins: ['*']\n")

    assert (
        "  1  GET  → 200 OK\n"
        "     the origin is admitted by `*`\n"
        "     shop.yaml:2  origins: ['*']\n"
        "     ← access-control-allow-origin: *\n"
    ) in text
    assert text.startswith(
        "GET https://api.example.com/orders  from a page at https://app.example.com, "
        "credentials: include\n"
    )


def test_what_never_leaves_the_browser_is_told_with_its_url() -> None:
    text = told(PageRequest(SILENT))

    assert "\n  nothing is sent\n" in text
    assert f"`{SILENT}`" in text
    assert "?" not in text


def test_a_header_that_script_cannot_see_is_named() -> None:
    text = told(
        PageRequest(API), "cors: {origins: ['*']}\nrate_limits: [{per: client, quota: 9/day}]"
    )

    assert (
        "  it does not see `ratelimit` or `ratelimit-policy`, "
        "which `Access-Control-Expose-Headers` does not\n"
        "  name\n"
    ) in text


def test_an_answer_that_nobody_can_read_is_no_failure() -> None:
    text = told(PageRequest("https://api.example.com/open", mode="no-cors"))

    assert text.splitlines()[:2] == [
        "GET https://api.example.com/open  from a page at https://app.example.com, mode: no-cors",
        "✓ the page gets the answer without seeing it",
    ]
    assert "script sees neither status nor body: the mode is `no-cors`" in text


def test_cookies_are_told_by_name_whether_they_go_or_stay() -> None:
    shop = "cors: {origins: [https://app.example.com], credentials: true}\n"
    cookies = (Cookie("session", "s3cret"), Cookie("wide", "s3cret", "strict", secure=True))

    goes = told(PageRequest(API, credentials="include"), shop, cookies=cookies)
    stays = told(PageRequest(API), shop, cookies=cookies)

    assert "1  GET with the cookie session, the cookie wide  → 200 OK\n" in goes
    assert "the cookie `wide` stays behind: the page asks without `credentials: 'include'`" in stays


def test_what_a_check_cannot_tell_is_not_told_as_passed() -> None:
    policy = loaded("cors: {origins: ['*']}\nnetwork: {deny: [192.0.2.0/24]}\n")

    text = page(policy, visit(policy, APP, PageRequest(API), client=""))

    assert text.splitlines()[1] == "? not known"
    assert "  1  GET  → not known\n" in text


STAR = """\
cors: {behaviour: traefik, origins: [https://app.example.com], headers: ["*"]}
credentials: [bearer]
keys: [{id: web, key: s3cret}]
"""


def test_what_works_and_may_not_last_is_warned_of_with_the_fields_that_show_it() -> None:
    bearer = (("Authorization", "Bearer s3cret"),)

    assert told(PageRequest(API, headers=bearer), STAR) == (
        "GET https://api.example.com/orders  from a page at https://app.example.com\n"
        "✓ the page reads the 200  take care: cors.authorization-under-star\n"
        "\n"
        "  1  OPTIONS asks leave for GET with authorization  → 200 OK\n"
        "     ← access-control-allow-origin: https://app.example.com\n"
        "     ← access-control-allow-headers: *\n"
        "\n"
        "  2  GET with authorization  → 200 OK\n"
        "     ← access-control-allow-origin: https://app.example.com\n"
        "\n"
        "  take care: `*` in `Access-Control-Allow-Headers` does not cover `authorization`, which "
        "must be\n"
        "  named; Chromium and Firefox still let it pass  Fetch, CORS-preflight fetch, step 7.6\n"
        "\n"
        "  script sees the status 200 and the body\n"
        "\n"
        "  what to do\n"
        "  - answer with `*, authorization`, or name every header\n"
        "\n"
        "  more: why403 reasons cors.authorization-under-star\n"
    )


def test_a_router_that_says_403_is_not_taken_for_authentication() -> None:
    text = told(
        PageRequest(API + "/lost", headers=KEY),
        POLICY.replace("cors:", "cors:\n  behaviour: apigateway-rest"),
    )

    assert "✗ the page sees only `Failed to fetch`  cors.preflight-unrouted\n" in text
    assert "  the browser: the preflight was answered 403: nothing takes OPTIONS at this" in text


def test_what_the_policy_refuses_in_a_preflight_the_browser_need_not_guess() -> None:
    text = told(PageRequest(API, "DELETE", KEY))

    assert "     the method `DELETE` is not among the methods of `cors`\n" in text
    assert "  the browser: the preflight: the answer has no `Access-Control-Allow-Origin`" in text


def test_where_cors_itself_refuses_showing_the_error_is_no_remedy() -> None:
    enforced = "cors: {behaviour: spring, origins: [https://www.example.com]}"

    assert "errors: {cors_fields: true}" not in told(PageRequest(API), enforced)


OWN = """\
response:
  headers: {access-control-allow-origin: "%s"}
"""


def test_where_the_application_sends_the_fields_the_browser_has_the_last_word() -> None:
    right = told(PageRequest(API), OWN % "https://app.example.com")
    wrong = told(PageRequest(API), OWN % "https://app.example.com/")

    assert right.splitlines()[1:4] == ["✓ the page reads the 200", "", "  1  GET  → 200 OK"]
    assert (
        "  1  GET  → 200 OK\n"
        "     ← access-control-allow-origin: https://app.example.com/\n"
        "\n"
        "  the browser: `Access-Control-Allow-Origin: https://app.example.com/` is not the page's "
        "origin\n"
        "  `https://app.example.com`: it ends in a slash  Fetch, CORS check, step 4\n"
    ) in wrong


def test_what_policy_and_browser_say_alike_is_said_once() -> None:
    text = told(
        PageRequest(API, headers=KEY),
        "response: {status: 308, headers: {location: /orders/}, preflights: true}\n" + POLICY,
    )

    assert text.count("browsers follow none") == 1
    assert "  the browser says so too  Fetch, CORS-preflight fetch, step 7\n" in text


def test_an_error_of_the_applications_own_is_read_and_no_refusal() -> None:
    text = told(
        PageRequest(API),
        "cors: {origins: ['*']}\nresponse: {status: 500}\nerrors: {cors_fields: true}\n",
    )

    assert text.splitlines()[1] == "✓ the page reads the 500"


def test_a_page_without_an_origin_is_told_by_null() -> None:
    text = told(PageRequest(API, headers=KEY), asks=Page("https://app.example.com/", "null"))

    assert text.startswith("GET https://api.example.com/orders  from a page at null\n")


SECRET = "https://user:s3cret@api.example.com/orders?key=s3cret#s3cret"


@pytest.mark.parametrize("url", [SECRET.replace("user:s3cret@", ""), SECRET])
@pytest.mark.parametrize("method", ["GET", "PUT"])
def test_neither_text_nor_record_holds_a_secret(url: str, method: str) -> None:
    policy = loaded()
    story = visit(policy, APP, PageRequest(url, method, KEY))

    assert "s3cret" not in page(policy, story)
    assert "s3cret" not in json.dumps(visit_record(policy, story))


def test_what_a_terminal_would_act_on_is_not_shown_to_it() -> None:
    text = told(PageRequest(API + "/\x1b]0;gotcha\x07", "G\x1b[2J"))

    assert "\x1b" not in text
    assert "\x07" not in text


@pytest.mark.parametrize("width", [40, 80, 120])
def test_no_line_is_longer_than_the_terminal(width: int) -> None:
    policy = loaded()
    story = visit(policy, APP, PageRequest(API, "PUT", KEY))

    lines = as_text(visit_page(policy, story), width=width).splitlines()

    assert max(map(len, lines)) <= width


def test_the_record_has_both_halves() -> None:
    policy = loaded()

    record = visit_record(policy, visit(policy, APP, PageRequest(API, "PUT", KEY)))

    exchange = record.pop("exchange")
    assert record == {
        "policy": "shop.yaml",
        "page": {"url": "https://app.example.com/", "origin": "https://app.example.com"},
        "allowed": False,
        "settled": "rejected",
        "type": None,
        "status": None,
        "reason": "authorize.missing-scope",
        "headers": [],
        "browser": {
            "reason": "cors.error-without-fields",
            "spec": "Fetch, CORS check, step 2",
            "text": "the server answered 403 without `Access-Control-Allow-Origin`; the page at "
            "`https://app.example.com` sees only `Failed to fetch`",
            "chromium": "MissingAllowOriginHeader",
        },
        "remarks": [],
        "warnings": [],
    }
    assert isinstance(exchange, list)
    assert [
        {name: sent[name] for name in ("preflight", "method", "asks_method", "asks", "status")}
        for sent in exchange
        if isinstance(sent, dict)
    ] == [
        {
            "preflight": True,
            "method": "OPTIONS",
            "asks_method": "PUT",
            "asks": "x-api-key",
            "status": 204,
        },
        {"preflight": False, "method": "PUT", "asks_method": None, "asks": None, "status": 403},
    ]
