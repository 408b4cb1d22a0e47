"""Cases: read with every mistake told, asked of both halves, compared with what is expected."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator import Fault, PolicyError, load_policy
from simulator.cases import (
    CaseSection,
    CookieSection,
    ExpectSection,
    FixSection,
    PageSection,
    RequestSection,
    apply_fix,
    ask_statements,
    read_cases,
    run_case,
)
from simulator.visit import Visit

POLICY = """\
cors:
  origins: [https://app.example.com]
  headers: [x-api-key]
  max_age: 60
keys:
  - {id: web, key: web-demo}
routes:
  - {path: /orders, methods: [GET]}
  - {path: /open, methods: [GET], public: true}
rate_limits:
  - {per: client, quota: 2/minute}
"""
API = "https://api.example.com"
APP = PageSection(origin="https://app.example.com")
KEY = {"x-api-key": "web-demo"}


def case(
    expect: ExpectSection,
    *,
    url: str = f"{API}/orders",
    headers: Mapping[str, str] = KEY,
    page: PageSection | None = None,
    fixed: ExpectSection | None = None,
    repeat: int = 1,
) -> CaseSection:
    return CaseSection(
        name="it",
        request=RequestSection(url=url, headers=dict(headers)),
        expect=expect,
        fixed=fixed,
        page=page,
        repeat=repeat,
    )


def wrong(asked: CaseSection, policy: str = POLICY, *, fixed: bool = False) -> tuple[str, ...]:
    return run_case(load_policy(policy), asked, fixed=fixed).wrong


def mistakes(text: str) -> list[str]:
    with pytest.raises(PolicyError) as raised:
        read_cases(text, name="c.yaml")
    return [str(problem) for problem in raised.value.problems]


ONE = "cases: [{name: a, request: {url: https://a.example/}, expect: {}%s}]"
PAGED = ONE % ", page: {origin: %s}"


def test_a_file_is_read_with_its_defaults() -> None:
    cases = read_cases(ONE % "").cases

    assert cases == (
        CaseSection(
            name="a",
            request=RequestSection(method="GET", url="https://a.example/"),
            expect=ExpectSection(),
            client="127.0.0.1",
            repeat=1,
        ),
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param(
            ONE.replace("expect", "expcet") % "",
            "c.yaml:1: `expcet` is not known in `cases/0`: it takes `name`, `request`, `expect`, "
            "`fixed`, `page`, `after`, `client`, `at` and `repeat`; did you mean `expect`?",
            id="an unknown key",
        ),
        pytest.param(
            ONE.replace("{}", "{reason: cors.origin-not-alowed}") % "",
            "c.yaml:1: `cors.origin-not-alowed` is not the code of a reason: codes have the form "
            "`check.what-happened`; did you mean `cors.origin-not-allowed`?",
            id="a code that does not exist",
        ),
        pytest.param(
            ONE.replace("{}", "{reason: teapot}") % "",
            "c.yaml:1: `teapot` is not the code of a reason: codes have the form "
            "`check.what-happened`; see `why403 reasons`",
            id="a code that is like no other",
        ),
        pytest.param(
            ONE.replace("https://a.example/", "a.example/x") % "",
            "c.yaml:1: `a.example/x` is not an absolute URL: it has no scheme; write it as "
            "`https://host/path`",
            id="a URL that no server gets",
        ),
        pytest.param(
            ONE.replace("{}", "{sent: PA}") % "",
            "c.yaml:1: `cases/0/expect/sent` cannot be told: it takes a browser to tell; "
            "add `page:`",
            id="what only a browser can tell, and no page",
        ),
        pytest.param(
            ONE % ", after: [{url: /login}]",
            "c.yaml:1: `cases/0/after` cannot be told: it takes a browser to tell; add `page:`",
            id="what a page did before, and no page",
        ),
        pytest.param(
            ONE % ", fixed: {}",
            "c.yaml:1: `cases/0/fixed` cannot come about: the file has no `fix`; "
            "add `fix:`, or remove `fixed`",
            id="expected of a fix that there is not",
        ),
        pytest.param(
            PAGED % "https://app.example.com/",
            "c.yaml:1: `https://app.example.com/` is not an origin: it ends in a slash; "
            "write `https://app.example.com`",
            id="a page's origin with a slash",
        ),
        pytest.param(
            PAGED % "'https://*.example.com'",
            "c.yaml:1: `https://*.example.com` is not an origin: a page has one, and this stands "
            "for many; write `https://app.example.com`",
            id="a page's origin that is a pattern",
        ),
        pytest.param(
            ONE % ", at: yesterday",
            "c.yaml:1: `yesterday` is not a date: it is not of the form year-month-day; "
            "write `2027-01-31` or `2027-01-31T12:00:00Z`",
            id="a time that is none",
        ),
        pytest.param(
            "cases: []",
            "c.yaml:1: `cases` holds no case: there is nothing to ask; add one",
            id="no case at all",
        ),
        pytest.param(
            "cases:\n"
            "- {name: a, request: {url: 'https://a.example/'}, expect: {}}\n"
            "- {name: a, request: {url: 'https://b.example/'}, expect: {}}\n",
            "c.yaml:3: two cases are called `a`: case 1 is too; give one another name",
            id="two of one name",
        ),
    ],
)
def test_a_mistake_is_told_with_its_place(text: str, message: str) -> None:
    assert mistakes(text) == [message]


def test_every_mistake_is_told_at_once_in_the_order_of_the_lines() -> None:
    told = mistakes(
        "cases:\n"
        "- {name: a, request: {url: nowhere}, expect: {warns: []}}\n"
        "- {name: b, request: {url: 'https://b.example/'}, expect: {reason: x}}\n"
    )

    assert [line.split(": ")[0] for line in told] == ["c.yaml:2", "c.yaml:2", "c.yaml:3"]


def test_a_page_may_ask_for_a_url_that_no_server_gets() -> None:
    asked = read_cases(PAGED.replace("https://a.example/", "localhost:3000/x") % "'null'").cases[0]

    assert wrong(asked.model_copy(update={"expect": ExpectSection(page="fails", sent="")})) == (
        "reason is `cors.scheme-not-supported`, none was expected",
    )


def test_a_fix_replaces_what_stands_once() -> None:
    fix = FixSection(say="admit the other", replace="app.", by="www.")

    assert apply_fix("origins: [https://app.example.com]", fix) == (
        "origins: [https://www.example.com]"
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("b: 1\n", "the fix does not fit: `a: 1` is not in the policy: "),
        ("a: 1\na: 1\n", "the fix does not fit: `a: 1` stands 2 times in the policy: "),
    ],
)
def test_a_fix_that_does_not_fit_is_refused(text: str, message: str) -> None:
    with pytest.raises(Fault) as raised:
        apply_fix(text, FixSection(say="x", replace="a: 1", by="a: 2"))

    assert str(raised.value) == (
        f"{message}it must stand there once; write it as it stands in the policy, with more of "
        "what is around it"
    )


@pytest.mark.parametrize(
    ("expect", "told"),
    [
        pytest.param(ExpectSection(status=200, allowed=True, page="reads"), (), id="as expected"),
        pytest.param(ExpectSection(), (), id="what is not named is not compared"),
        pytest.param(
            ExpectSection(reason="route.not-found", status=404, allowed=False),
            (
                "reason is none, `route.not-found` was expected",
                "status is `200`, `404` was expected",
                "allowed is `true`, `false` was expected",
            ),
            id="all that differs is told",
        ),
    ],
)
def test_a_request_is_compared(expect: ExpectSection, told: tuple[str, ...]) -> None:
    assert wrong(case(expect)) == told


def test_a_reason_that_was_not_expected_is_wrong() -> None:
    assert wrong(case(ExpectSection(), headers={})) == (
        "reason is `authenticate.no-credential`, none was expected",
    )


def test_a_request_with_an_origin_says_what_its_page_would_see() -> None:
    stranger = {**KEY, "origin": "https://evil.example"}

    asked = case(
        ExpectSection(reason="cors.origin-not-allowed", status=200, page="fails"), headers=stranger
    )

    assert wrong(asked) == ()


@pytest.mark.parametrize(
    ("expect", "told"),
    [
        pytest.param(ExpectSection(status=200, sent="PA", page="reads"), (), id="as expected"),
        pytest.param(
            ExpectSection(sent="A", page="fails"),
            ("page is `reads`, `fails` was expected", "sent is `PA`, `A` was expected"),
            id="what is sent, and whether the page sees it",
        ),
        pytest.param(
            ExpectSection(visible=("ratelimit",)),
            ("script cannot see `ratelimit`; it sees nothing",),
            id="a header that is not exposed",
        ),
        pytest.param(ExpectSection(invisible=("ratelimit",)), (), id="and is said not to be"),
        pytest.param(
            ExpectSection(warns=("cors.vary-missing",)),
            ("the warnings are nothing, `cors.vary-missing` was expected",),
            id="a warning that does not come",
        ),
    ],
)
def test_a_page_is_compared(expect: ExpectSection, told: tuple[str, ...]) -> None:
    assert wrong(case(expect, page=APP)) == told


def test_a_header_that_is_exposed_is_seen() -> None:
    exposed = POLICY.replace("max_age: 60", "expose: [ratelimit]")

    assert wrong(case(ExpectSection(visible=("ratelimit",)), page=APP), exposed) == ()
    assert wrong(case(ExpectSection(invisible=("ratelimit",)), page=APP), exposed) == (
        "script can see `ratelimit`",
    )


@pytest.mark.parametrize("page", [None, APP], ids=["without a page", "from a page"])
def test_only_the_last_of_many_is_compared_and_quotas_are_spent(page: PageSection | None) -> None:
    third = ExpectSection(reason="rate-limit.exceeded", status=429)

    assert wrong(case(ExpectSection(status=200), page=page, repeat=2)) == ()
    assert wrong(case(third, page=page, repeat=3)) == ()


def test_a_page_that_asks_twice_uses_the_preflights_answer_again() -> None:
    assert wrong(case(ExpectSection(sent="A"), page=APP, repeat=2)) == ()


def test_after_the_fix_what_is_expected_then_counts() -> None:
    asked = case(
        ExpectSection(reason="authenticate.no-credential"), headers={}, fixed=ExpectSection()
    )
    without_keys = POLICY.replace("keys:\n  - {id: web, key: web-demo}\n", "")

    assert wrong(asked) == ()
    assert wrong(asked, without_keys, fixed=True) == ()
    assert wrong(asked, without_keys) == (
        "reason is none, `authenticate.no-credential` was expected",
    )


def test_without_an_expectation_of_its_own_the_fix_changes_nothing() -> None:
    asked = case(ExpectSection(reason="authenticate.no-credential"), headers={})

    assert wrong(asked, fixed=True) == ()


def test_the_time_of_the_request_is_the_cases_or_else_given() -> None:
    policy = "keys: [{id: old, key: web-demo, expires: 2026-01-01}]"
    asked = case(ExpectSection()).model_copy(update={"at": "2026-01-01"})

    assert wrong(asked, policy) == ("reason is `authenticate.expired`, none was expected",)
    assert wrong(asked.model_copy(update={"at": "2025-12-31T23:59:59Z"}), policy) == ()
    now = run_case(load_policy(policy), asked.model_copy(update={"at": None}), at=1.8e9)
    assert now.wrong == ("reason is `authenticate.expired`, none was expected",)


SESSION = """\
cors: {origins: [https://app.example.com, https://app.example.net], credentials: true}
credentials: [{cookie: session}]
keys: [{id: alice, key: s1}]
errors: {statuses: {authenticate.no-credential: 403}}
"""


@pytest.mark.parametrize(
    ("origin", "cookie", "reason"),
    [
        ("https://app.example.com", CookieSection(name="session", value="s1"), None),
        (
            "https://app.example.net",
            CookieSection(name="session", value="s1"),
            "authenticate.no-credential",
        ),
        (
            "https://app.example.net",
            CookieSection(name="session", value="s1", same_site="none", secure=True),
            None,
        ),
    ],
)
def test_a_page_has_the_cookies_that_its_browser_holds(
    origin: str, cookie: CookieSection, reason: str | None
) -> None:
    page = PageSection(origin=origin, credentials="include", cookies=(cookie,))

    assert wrong(case(ExpectSection(reason=reason), headers={}, page=page), SESSION) == ()


def test_a_sandboxed_page_may_leave_out_its_url() -> None:
    page = PageSection(origin="null")

    story = run_case(load_policy(POLICY), case(ExpectSection(), page=page)).story

    assert isinstance(story, Visit)
    assert [request.headers.get("origin") for request in story.requests] == ["null"]


def test_a_body_is_a_string_that_brings_its_type_along() -> None:
    asked = case(ExpectSection(sent="A"), headers={}, page=APP, url=f"{API}/open")
    posted = asked.model_copy(
        update={"request": RequestSection(method="POST", url=f"{API}/open", body="a=1")}
    )
    typed = asked.model_copy(
        update={
            "request": RequestSection(
                method="POST",
                url=f"{API}/open",
                body="{}",
                headers={"content-type": "application/json"},
            )
        }
    )

    stories = [run_case(load_policy("{}"), one).story for one in (posted, typed)]

    assert [s.requests[0].method for s in stories if isinstance(s, Visit)] == ["POST", "OPTIONS"]


@given(st.text(max_size=200))
def test_any_text_is_cases_or_problems(text: str) -> None:
    try:
        found = len(read_cases(text).cases)
    except PolicyError as error:
        found = len(error.problems)

    assert found > 0


KEYED = """\
credentials: [%s]
keys: [{id: web, key: web-secret}, {id: batch, sha256: %s}]
routes: [{path: /a, methods: [GET]}]
cors: {origins: [https://page.test], headers: [x-api-key, authorization], credentials: true}
"""
DIGEST = "0f" * 32


@pytest.mark.parametrize("key", ["web", "batch"])
@pytest.mark.parametrize(
    "place", ["{header: x-api-key}", "bearer", "basic", "{query: key}", "{cookie: session}"]
)
@pytest.mark.parametrize("page", ["", ", page: {origin: https://page.test, credentials: include}"])
def test_a_key_is_named_by_its_id_and_sent_where_it_is_looked_for(
    place: str, key: str, page: str
) -> None:
    policy = load_policy(KEYED % (place, DIGEST))
    (case,) = read_cases(
        f"cases: [{{name: n, request: {{url: 'https://a.test/a?b=c', key: {key}}}{page}, "
        "expect: {allowed: true}}]"
    ).cases

    assert run_case(policy, case).wrong == ()


def test_a_key_that_the_policy_does_not_have_is_told() -> None:
    (case,) = read_cases(
        "cases: [{name: n, request: {url: 'https://a.test/a', key: wbe}, expect: {}}]"
    ).cases

    with pytest.raises(Fault) as caught:
        run_case(load_policy(KEYED % ("bearer", DIGEST)), case)

    assert str(caught.value) == (
        "there is no key `wbe`: the policy has `web` and `batch`; did you mean `web`?"
    )


def test_what_never_happens_is_asked_of_the_policy() -> None:
    cases = read_cases("never: [{key: none, method: GET}, {key: web}]")

    found = ask_statements(load_policy(KEYED % ("bearer", DIGEST)), cases)

    assert [holds.broken for holds in found] == [False, True]
