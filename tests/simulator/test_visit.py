"""Do browser and policy together tell one true story?"""

import pytest

from simulator import Decision, Policy, Usage, load_policy
from simulator.browser import Page, PageRequest
from simulator.browser.url import WebUrl, parse
from simulator.visit import Cookie, Visit, visit, why_left_behind

APP = Page("https://app.example.com/orders", "https://app.example.com")
API = "https://api.example.com/orders"
POLICY = """\
cors:
  origins: [https://app.example.com]
  methods: [PUT]
  headers: [x-api-key]
errors: {cors_fields: true}
keys:
  - {id: web, key: web-demo, scopes: [orders:read]}
routes:
  - {path: /orders, methods: [GET], scopes: [orders:read]}
  - {path: /orders, methods: [PUT], scopes: [orders:write]}
"""
KEY = (("X-Api-Key", "web-demo"),)


@pytest.fixture
def policy() -> Policy:
    return load_policy(POLICY)


def statuses(story: Visit) -> list[int]:
    return [sent.response.status for sent in story.view.exchange if sent.response is not None]


def test_an_allowed_fetch_is_a_preflight_and_the_request(policy: Policy) -> None:
    story = visit(policy, APP, PageRequest(API, headers=KEY))

    assert (story.allowed, story.readable, story.reason) == (True, True, None)
    assert statuses(story) == [204, 200]
    assert [request.method for request in story.requests] == ["OPTIONS", "GET"]
    preflight, actual = story.requests
    assert preflight.headers.get("access-control-request-headers") == "x-api-key"
    assert "x-api-key" not in preflight.headers
    assert actual.headers.get("x-api-key") == "web-demo"
    assert actual.headers.get("origin") == "https://app.example.com"


def test_an_error_that_the_page_can_read_is_refused_all_the_same(policy: Policy) -> None:
    story = visit(policy, APP, PageRequest(API, "PUT", KEY))

    assert (story.allowed, story.readable) == (False, True)
    assert (story.view.status, story.reason) == (403, "authorize.missing-scope")


def test_behind_an_error_without_fields_the_servers_reason_is_told(policy: Policy) -> None:
    silent = load_policy(POLICY.replace("cors_fields: true", "cors_fields: false"))

    story = visit(silent, APP, PageRequest(API, "PUT", KEY))

    assert (story.readable, story.reason) == (False, "authorize.missing-scope")
    assert story.view.failure is not None
    assert story.view.failure.reason.code == "cors.error-without-fields"


@pytest.mark.parametrize(
    ("order", "reason"),
    [
        ("network, authenticate, cors, route, authorize", "cors.preflight-unauthenticated"),
        ("network, route, cors, authenticate, authorize", "cors.preflight-unrouted"),
    ],
)
def test_what_answers_a_preflight_ahead_of_cors_is_told_as_that(order: str, reason: str) -> None:
    story = visit(
        load_policy(f"order: [{order}, rate_limit]\n{POLICY}"), APP, PageRequest(API, "PUT", KEY)
    )

    assert story.reason == reason
    assert [request.method for request in story.requests] == ["OPTIONS"]


def test_an_address_that_is_blocked_is_the_reason_even_for_a_preflight() -> None:
    blocked = load_policy("network: {default: deny}\n" + POLICY)

    assert visit(blocked, APP, PageRequest(API, "PUT", KEY)).reason == "network.not-allowed"


def test_a_page_that_is_not_admitted_meets_the_browser(policy: Policy) -> None:
    evil = Page("https://evil.example/", "https://evil.example")

    story = visit(policy, evil, PageRequest(API))

    assert story.reason == "authenticate.no-credential"
    assert visit(policy, evil, PageRequest(API, headers=KEY)).reason == "cors.origin-not-allowed"


def test_one_visit_spends_quota_for_itself_alone() -> None:
    limited = load_policy(
        "cors: {origins: [https://app.example.com]}\nrate_limits: [{per: client, quota: 1/hour}]\n"
    )
    usage = Usage()

    for _ in range(2):
        assert visit(limited, APP, PageRequest(API), usage=usage).allowed
    assert usage.arrivals == {}


def test_what_the_browser_never_sends_asks_no_server(policy: Policy) -> None:
    story = visit(policy, APP, PageRequest("http://api.example.com/orders"))

    assert (story.requests, story.reason) == ((), "page.mixed-content")


def url(text: str) -> WebUrl:
    found = parse(text)
    assert found is not None
    return found


SESSION = Cookie("session", "s1")


@pytest.mark.parametrize(
    ("cookie", "where", "credentials", "why"),
    [
        (SESSION, "https://api.example.com/", "include", None),
        (SESSION, "https://api.example.com/", None, "without `credentials: 'include'`"),
        (SESSION, "https://app.example.com/", None, None),
        (SESSION, "https://app.example.com/", "omit", "'omit'"),
        (SESSION, "https://api.vendor.net/", "include", "`SameSite=Lax`"),
        (SESSION, "http://api.example.com/", "include", "`SameSite=Lax`"),
        (SESSION._replace(same_site="strict"), "https://api.vendor.net/", "include", "Strict"),
        (SESSION._replace(same_site="none"), "https://api.vendor.net/", "include", "needs"),
        (
            SESSION._replace(same_site="none", secure=True),
            "https://api.vendor.net/",
            "include",
            None,
        ),
        (SESSION._replace(secure=True), "http://app.example.com/", "include", "`Secure`"),
    ],
)
def test_a_cookie_goes_along_or_stays_behind(
    cookie: Cookie, where: str, credentials: str | None, why: str | None
) -> None:
    found = why_left_behind(cookie, APP, url(where), credentials)

    assert (found is None) == (why is None)
    assert why is None or why in str(found)


def test_a_cookie_that_stays_behind_is_remarked_upon_and_no_preflight_has_one() -> None:
    shop = load_policy(
        "cors: {origins: [https://app.example.com], credentials: true, methods: [PUT]}\n"
        "credentials: [{cookie: session}]\n"
        "keys: [{id: web, key: s1}]\n"
    )

    stays = visit(shop, APP, PageRequest(API), cookies=(SESSION,))
    goes = visit(shop, APP, PageRequest(API, "PUT", credentials="include"), cookies=(SESSION,))

    assert stays.reason == "authenticate.no-credential"
    assert stays.remarks == (
        "the cookie `session` stays behind: the page asks without `credentials: 'include'`",
    )
    assert goes.allowed
    assert [request.headers.get("cookie") for request in goes.requests] == [None, "session=s1"]


def test_decisions_belong_to_what_was_sent(policy: Policy) -> None:
    story = visit(policy, APP, PageRequest(API, "PUT", KEY))

    assert len(story.decisions) == len(story.view.exchange) == len(story.requests)
    assert all(isinstance(decision, Decision) for decision in story.decisions)
    assert story.decisions[0].preflight


def test_where_chromium_departs_from_the_standard_both_are_told() -> None:
    # Chromium safelists this header, the standard wants it granted.
    hint = PageRequest(API, headers=(("Save-Data", "on"),))
    shut = load_policy("cors: {origins: ['*']}")

    story = visit(shut, APP, hint)

    assert story.allowed
    (remark,) = story.remarks
    assert remark.startswith("this is Chromium; by the standard the browser refuses it:")
    assert visit(shut, APP, hint, engine="standard").reason == "cors.header-not-allowed"
    assert visit(shut, APP, PageRequest(API)).remarks == ()


def test_what_a_warning_says_already_is_not_said_twice() -> None:
    star = load_policy("cors: {behaviour: traefik, origins: ['*'], headers: ['*']}")

    story = visit(star, APP, PageRequest(API, headers=(("Authorization", "Bearer x"),)))

    assert [warning.reason.code for warning in story.warnings] == ["cors.authorization-under-star"]
    assert story.remarks == ()


def test_other_preflights_are_a_departure_too() -> None:
    hint = PageRequest(API, headers=(("Save-Data", "on"),))

    story = visit(load_policy("cors: {origins: ['*'], headers: [save-data]}"), APP, hint)

    assert story.remarks == ("this is Chromium; by the standard other preflights are sent",)
