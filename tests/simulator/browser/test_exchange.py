"""The verdict on a real request and its answer, seen from outside the browser."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator import Outcome
from simulator.browser.engine import ENGINES, Engine
from simulator.browser.exchange import (
    Verdict,
    cors_check,
    judge_exchange,
    requested_headers,
)
from simulator.message import Headers, Request, Response

PAGE, URL = "https://app.test", "https://api.test/orders"
ORIGIN = "access-control-allow-origin"
CREDENTIALS = "access-control-allow-credentials"


def request(method: str = "GET", url: str = URL, **fields: str) -> Request:
    named = {name.replace("_", "-"): value for name, value in fields.items()}
    return Request(method, url, {"Origin": PAGE, **named})


def preflight(method: str = "PUT", headers: str | None = None) -> Request:
    fields = {"access_control_request_method": method}
    if headers is not None:
        fields["access_control_request_headers"] = headers
    return request("OPTIONS", **fields)


def verdict(asked: Request, status: int = 200, /, **fields: str) -> Verdict:
    named = {name.replace("_", "-"): value for name, value in fields.items()}
    found = judge_exchange(asked, Response(status, named))
    assert found is not None
    return found


GRANTED = {"access_control_allow_origin": PAGE, "access_control_allow_credentials": "true"}
NAMED = {"access_control_allow_origin": PAGE}
ANYONE = {"access_control_allow_origin": "*"}


# What is judged at all


@pytest.mark.parametrize(
    ("asked", "why"),
    [
        pytest.param(
            Request("GET", URL), "not a CORS request: it has no Origin field", id="no Origin"
        ),
        pytest.param(
            Request("POST", URL, {"Origin": "https://api.test"}),
            "not a CORS request: the Origin is the server's own",
            id="the server's own",
        ),
        pytest.param(
            Request("POST", "https://api.test:443/", {"Origin": "https://api.test"}),
            "not a CORS request: the Origin is the server's own",
            id="the server's own, with the port that is usual",
        ),
        pytest.param(
            request("POST", sec_fetch_mode="navigate"),
            "a navigation: browsers apply no CORS to it",
            id="a form",
        ),
        pytest.param(
            request(upgrade="websocket"),
            "a WebSocket handshake: browsers apply no CORS to it",
            id="a WebSocket",
        ),
    ],
)
def test_other_requests_are_not_judged(asked: Request, why: str) -> None:
    answer = Response(200)

    assert judge_exchange(asked, answer) is None
    assert cors_check(asked, answer).outcome is Outcome.SKIP
    assert cors_check(asked, answer).note == why


@pytest.mark.parametrize("origin", ["http://api.test", "https://api.test:8443", "null"])
def test_another_scheme_port_or_none_is_another_origin(origin: str) -> None:
    found = judge_exchange(Request("GET", URL, {"Origin": origin}), Response(200))

    assert found is not None
    assert found.origin == origin


# The verdicts, and what the page sees


@pytest.mark.parametrize(
    ("asked", "status", "fields", "without", "included", "page"),
    [
        pytest.param(
            request(), 200, {}, "cors.no-fields", "cors.no-fields",
            "the page sees only `Failed to fetch`, not the 200", id="it fails in any case",
        ),
        pytest.param(
            request(), 403, {}, "cors.error-without-fields", "cors.error-without-fields",
            "the page sees only `Failed to fetch`, not the 403", id="a hidden error",
        ),
        pytest.param(
            request(), 403, GRANTED, None, None, "the page can read the 403",
            id="an error that is shown",
        ),
        pytest.param(
            request(), 200, ANYONE, None, "cors.wildcard-with-credentials",
            "the page can read the 200, unless it asked with `credentials: 'include'`",
            id="it depends",
        ),
        pytest.param(
            request(), 200, NAMED, None, "cors.credentials-not-allowed",
            "the page can read the 200, unless it asked with `credentials: 'include'`",
            id="it depends on what is said of credentials",
        ),
        pytest.param(
            request(cookie="a=1"), 200, ANYONE, None, "cors.wildcard-with-credentials",
            "the page sees only `Failed to fetch`, not the 200", id="a cookie decides it",
        ),
        pytest.param(
            request(cookie="a=1"), 200, GRANTED, None, None, "the page can read the 200",
            id="a cookie, and credentials are allowed",
        ),
        pytest.param(
            request(), 302, {**GRANTED, "location": "/x"}, None, None,
            "the browser follows the redirect", id="a redirect",
        ),
        pytest.param(
            request(), 302, {**ANYONE, "location": "/x"}, None, "cors.wildcard-with-credentials",
            "the browser follows the redirect, unless the page asked with "
            "`credentials: 'include'`", id="a redirect that depends",
        ),
        pytest.param(
            request(), 302, {"location": "/x"}, "cors.no-fields", "cors.no-fields",
            "the page sees only `Failed to fetch`, not the 302", id="a redirect without fields",
        ),
        pytest.param(
            request(), 302, GRANTED, None, None, "the page can read the 302",
            id="a redirect that leads nowhere",
        ),
        pytest.param(
            request(), 304, GRANTED, None, None, "the page can read the answer",
            id="a stored answer is confirmed",
        ),
        pytest.param(
            preflight(), 204, {**GRANTED, "access_control_allow_methods": "PUT"}, None, None,
            "the browser goes on to send the request", id="a preflight",
        ),
        pytest.param(
            preflight(), 204, {**ANYONE, "access_control_allow_methods": "PUT"}, None,
            "cors.wildcard-with-credentials",
            "the browser goes on to send the request, unless the page asked with "
            "`credentials: 'include'`", id="a preflight that depends",
        ),
        pytest.param(
            preflight(), 405, {}, "cors.preflight-unrouted", "cors.preflight-unrouted",
            "the browser sends no more than the preflight; the page sees `Failed to fetch`",
            id="a preflight that fails",
        ),
        pytest.param(
            request(), 407, GRANTED, "page.proxy-authentication", "page.proxy-authentication",
            "the page sees only `Failed to fetch`, not the 407", id="407, whatever its fields",
        ),
        pytest.param(
            preflight(), 407, {}, "page.proxy-authentication", "page.proxy-authentication",
            "the browser sends no more than the preflight; the page sees `Failed to fetch`",
            id="407 to a preflight",
        ),
    ],
)  # fmt: skip
def test_both_cases_are_judged_and_told_apart_where_they_differ(
    asked: Request,
    status: int,
    fields: dict[str, str],
    without: str | None,
    included: str | None,
    page: str,
) -> None:
    found = verdict(asked, status, **fields)

    assert (found.without and found.without.reason.code) == without
    assert (found.included and found.included.reason.code) == included
    assert found.page == page
    assert found.status == status


def test_what_fails_whatever_the_credentials_is_what_is_told() -> None:
    found = verdict(preflight(), 204, **ANYONE)

    assert found.included is not None
    assert found.included.reason.code == "cors.wildcard-with-credentials"
    assert found.failure is found.without
    assert found.failure is not None
    assert found.failure.reason.code == "cors.method-not-allowed"


def test_a_cookie_on_a_preflight_proves_nothing() -> None:
    asked = request("OPTIONS", access_control_request_method="GET", cookie="a=1")

    assert not verdict(asked, 204, **ANYONE).certain


def test_an_options_request_that_asks_no_leave_is_an_actual_one() -> None:
    assert not verdict(request("OPTIONS"), **ANYONE).preflight


def test_a_304_without_fields_leaves_it_to_what_was_stored() -> None:
    asked, answer = request(if_none_match='"1"'), Response(304)

    assert judge_exchange(asked, answer) is None
    assert cors_check(asked, answer).outcome is Outcome.UNKNOWN


def test_a_304_with_the_wrong_origin_fails() -> None:
    found = verdict(request(), 304, access_control_allow_origin="https://other.test")

    assert found.failure is not None


# What script can read


def test_fields_are_visible_as_they_are_exposed() -> None:
    found = verdict(
        request(), **ANYONE, access_control_expose_headers="etag", etag="1", x_a="1", expires="0"
    )

    assert found.visible == ("etag", "expires")


def test_a_cookie_makes_a_star_that_exposes_a_mere_name() -> None:
    asked = request(cookie="a=1")

    found = verdict(asked, **GRANTED, access_control_expose_headers="*", etag="1", pragma="x")

    assert found.visible == ("pragma",)


@pytest.mark.parametrize(
    ("status", "fields"),
    [
        pytest.param(200, {}, id="it fails"),
        pytest.param(302, {**GRANTED, "location": "/"}, id="it is followed"),
        pytest.param(304, GRANTED, id="another is shown in its stead"),
    ],
)
def test_of_what_is_not_shown_nothing_is_visible(status: int, fields: dict[str, str]) -> None:
    assert verdict(request(), status, **fields, pragma="x").visible == ()


# Remarks


def test_authorization_under_a_star_is_remarked_on() -> None:
    found = verdict(preflight("GET", "authorization"), **ANYONE, access_control_allow_headers="*")

    assert found.failure is None
    assert [remark.reason.code for remark in found.remarks] == ["cors.authorization-under-star"]


@pytest.mark.parametrize(
    ("headers", "asked"),
    [("*", "x-a"), ("*, authorization", "authorization"), ("authorization", "authorization")],
)
def test_where_the_engines_agree_nothing_is_remarked(headers: str, asked: str) -> None:
    found = verdict(preflight("GET", asked), **ANYONE, access_control_allow_headers=headers)

    assert found.failure is None
    assert found.remarks == ()


def test_by_the_standard_authorization_under_a_star_fails() -> None:
    answer = Response(200, {ORIGIN: "*", "access-control-allow-headers": "*"})

    found = judge_exchange(preflight("GET", "authorization"), answer, engine="standard")

    assert found is not None
    assert found.failure is not None
    assert found.failure.reason.code == "cors.header-not-allowed"
    assert found.remarks == ()


DAY, NEXT = "Tue, 24 Nov 2026 12:00:00 GMT", "Wed, 25 Nov 2026 12:00:00 GMT"


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        pytest.param({"cache_control": "max-age=60"}, 200, id="an age"),
        pytest.param({"cache_control": 'public, Max-Age="60"'}, 404, id="an age of an error"),
        pytest.param({"cache_control": "max-age=0, s-maxage=60"}, 200, id="an age for others"),
        pytest.param(
            {"cache_control": "private, max-age=60"}, 200,
            id="the browser's own cache has pages of two origins too",
        ),
        pytest.param({"expires": NEXT, "date": DAY}, 200, id="a day"),
        pytest.param({"last_modified": DAY}, 200, id="a guess is allowed"),
        pytest.param({"cache_control": "max-age=60", "vary": "Accept"}, 200, id="another Vary"),
    ],
)  # fmt: skip
def test_an_answer_that_may_be_reused_must_say_that_it_depends_on_the_origin(
    fields: dict[str, str], status: int
) -> None:
    found = verdict(request(), status, **NAMED, **fields)

    assert [remark.reason.code for remark in found.remarks] == ["cors.vary-missing"]
    assert found.remarks[0].values["origin"] == PAGE


CHANGED = {"last_modified": DAY}


@pytest.mark.parametrize(
    ("asked", "status", "fields"),
    [
        pytest.param(request(), 200, NAMED, id="nothing said of caches"),
        pytest.param(
            request(), 200, {**NAMED, **CHANGED, "vary": "accept, ORIGIN"}, id="it says so"
        ),
        pytest.param(request(), 200, {**NAMED, **CHANGED, "vary": "*"}, id="it says more"),
        pytest.param(request(), 200, {**ANYONE, **CHANGED}, id="* is for everybody"),
        pytest.param(request("POST"), 200, {**NAMED, **CHANGED}, id="another method"),
        pytest.param(
            request(), 200, {**NAMED, "cache_control": "no-store, max-age=60"}, id="not stored"
        ),
        pytest.param(request(), 200, {**NAMED, "cache_control": "No-Cache"}, id="asked again"),
        pytest.param(request(), 200, {**NAMED, "cache_control": "max-age=0"}, id="no age"),
        pytest.param(request(), 200, {**NAMED, "cache_control": "max-age=soon"}, id="no number"),
        pytest.param(request(), 200, {**NAMED, **CHANGED, "expires": "0"}, id="expired"),
        pytest.param(request(), 200, {**NAMED, "expires": DAY, "date": NEXT}, id="expired before"),
        pytest.param(request(), 403, {**NAMED, **CHANGED}, id="no guess at a 403"),
        pytest.param(request(cookie="a=1"), 200, {**NAMED, **CHANGED}, id="it fails"),
    ],
)
def test_where_no_cache_can_do_harm_nothing_is_remarked(
    asked: Request, status: int, fields: dict[str, str]
) -> None:
    assert verdict(asked, status, **fields).remarks == ()


# As a finding


def test_a_known_mode_settles_what_depends() -> None:
    asked, answer = request(), Response(200, {ORIGIN: "*"})

    unknown = cors_check(asked, answer)
    passes = cors_check(asked, answer, credentials="omit")
    fails = cors_check(asked, answer, credentials="include")

    assert unknown.outcome is Outcome.UNKNOWN
    assert unknown.note == (
        "the page can read the 200, unless it asked with `credentials: 'include'`"
    )
    assert passes.outcome is Outcome.PASS
    assert passes.note == "the page can read the 200"
    assert fails.outcome is Outcome.FAIL
    assert fails.reason is not None
    assert fails.reason.code == "cors.wildcard-with-credentials"


def test_a_finding_tells_the_failure() -> None:
    found = cors_check(request(), Response(502))

    assert found.outcome is Outcome.FAIL
    assert found.status == 502
    assert found.note == found.text
    assert found.text == (
        "the server answered 502 without `Access-Control-Allow-Origin`; the page at "
        "`https://app.test` sees only `Failed to fetch`"
    )


@pytest.mark.parametrize(
    ("value", "names"),
    [
        (None, ()),
        ("", ()),
        ("X-B,x-a", ("x-b", "x-a")),
        (" x-a ,,\tx-b", ("x-a", "x-b")),
    ],
)
def test_the_names_a_preflight_asks_for(value: str | None, names: tuple[str, ...]) -> None:
    headers = Headers() if value is None else Headers({"Access-Control-Request-Headers": value})

    assert requested_headers(headers) == names


# Properties

ASKED = st.sampled_from(
    [
        request(),
        request(cookie="a=1"),
        request("POST"),
        preflight(),
        preflight("GET", "authorization,x-a"),
        preflight("*", "*"),
    ]
)
FIELDS = st.lists(
    st.tuples(
        st.sampled_from(
            [
                ORIGIN, CREDENTIALS, "access-control-allow-methods", "access-control-allow-headers",
                "access-control-expose-headers", "location", "cache-control", "expires", "date",
                "vary", "last-modified",
            ]
        ),
        st.sampled_from(
            [PAGE, "*", "true", "PUT", "x-a, authorization", "max-age=1", DAY, "origin", "null"]
        )
        | st.text(st.characters(max_codepoint=0xFF), max_size=5),
    ),
    max_size=6,
)  # fmt: skip
STATUSES = st.sampled_from([200, 204, 302, 304, 401, 403, 407, 500])


@given(ASKED, STATUSES, FIELDS, st.sampled_from(ENGINES))
def test_a_verdict_is_never_lost_and_never_contradicts_itself(
    asked: Request, status: int, fields: list[tuple[str, str]], engine: Engine
) -> None:
    answer = Response(status, fields)

    found = judge_exchange(asked, answer, engine=engine)

    if found is None:
        assert status == 304
        assert ORIGIN not in answer.headers
        return
    # With credentials nothing is granted that is not granted without.
    assert found.without is None or found.included is not None
    assert not (found.depends and found.failure)
    assert ("Failed to fetch" in found.page) == (found.failure is not None)
    assert ("unless" in found.page) == found.depends
    if found.failure is not None:
        assert (found.visible, found.remarks) == ((), ())


@given(ASKED, STATUSES, FIELDS)
def test_a_mode_that_is_known_never_leaves_it_open(
    asked: Request, status: int, fields: list[tuple[str, str]]
) -> None:
    answer = Response(status, fields)
    if judge_exchange(asked, answer) is None:
        return

    for mode in ("include", "omit", "same-origin"):
        found = cors_check(asked, answer, credentials=mode)
        assert found.outcome in (Outcome.PASS, Outcome.FAIL)


def test_what_of_a_preflights_lists_would_fail_next_is_told() -> None:
    fields = {
        "origin": "https://app.example",
        "access-control-request-method": "PUT",
        "access-control-request-headers": "x-a",
    }
    request = Request("OPTIONS", "https://api.example/", fields)
    granted = {
        "access-control-allow-origin": "https://app.example",
        "access-control-allow-methods": "GET",
    }

    refused = judge_exchange(request, Response(400, granted))
    passing = judge_exchange(
        request,
        Response(
            400,
            {
                **granted,
                "access-control-allow-methods": "PUT",
                "access-control-allow-headers": "x-a",
            },
        ),
    )

    assert refused is not None
    assert passing is not None
    assert refused.failure is not None
    assert refused.failure.reason.code == "cors.preflight-not-ok"
    assert refused.further is not None
    assert refused.further.reason.code == "cors.method-not-allowed"
    assert passing.further is None
