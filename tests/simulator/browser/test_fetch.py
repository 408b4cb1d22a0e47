"""What a page sees of what it fetches: the steps of Fetch, put together."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.browser.csp import read_policies
from simulator.browser.engine import ENGINES, Engine, Unsupported
from simulator.browser.fetch import MOST_REDIRECTS, PageView, fetch
from simulator.browser.http_cache import HttpCache
from simulator.browser.page import Page, PageRequest, Sent
from simulator.browser.raw import CutShort
from simulator.message import Headers, Response

ORIGIN = "http://app.test"
PAGE = Page(f"{ORIGIN}/", ORIGIN)
SECURE = Page("https://app.test/", "https://app.test")
SANDBOX = Page(f"{ORIGIN}/", "null")
API, OTHER = "http://api.test/", "http://other.test/"
STAR = {"Access-Control-Allow-Origin": "*"}
ALL = {**STAR, "Access-Control-Allow-Methods": "*", "Access-Control-Allow-Headers": "*"}
BOTH = pytest.mark.parametrize("engine", ENGINES)

type Server = Callable[[Sent], Response | CutShort | None]


def server(answers: dict[str, Response] | None = None) -> Server:
    """Preflights are granted; an answer by URL, and one for everybody where there is none."""

    def answer(sent: Sent) -> Response:
        if sent.preflight:
            return Response(204, ALL)
        return (answers or {}).get(sent.url.href, Response(200, STAR, b"hello"))

    return answer


def redirects(*urls: str, status: int = 302, **more: str) -> Server:
    """Each URL leads to the next, and the last one answers."""
    fields = {**STAR, **{name.replace("_", "-"): value for name, value in more.items()}}
    return server(
        {
            here: Response(status, {**fields, "Location": there})
            for here, there in itertools.pairwise(urls)
        }
    )


def see(
    url: str = API,
    answers: Server | None = None,
    *,
    page: Page = PAGE,
    engine: Engine = "chromium",
    stored: HttpCache | None = None,
    view: PageView | None = None,
    **call: Any,
) -> PageView:
    """What the page sees; `view` is an earlier one, whose caches live on."""
    return fetch(
        PageRequest(url, **call),
        page,
        answers or server(),
        cache=None if view is None else view.cache,
        stored=stored if view is None else view.stored,
        engine=engine,
    )


def sequence(view: PageView) -> str:
    return "".join("P" if sent.preflight else "A" for sent in view.exchange)


def origins(view: PageView) -> list[str | None]:
    return [sent.origin for sent in view.exchange]


def code(view: PageView) -> str | None:
    """Why it failed; None where it did not."""
    assert (view.settled == "rejected") == (view.failure is not None)
    return None if view.failure is None else view.failure.reason.code


# Who may read


@BOTH
def test_the_pages_own_server_needs_no_leave(engine: Engine) -> None:
    view = see("/x", lambda sent: Response(200, {"A": "b", "Set-Cookie": "c"}), engine=engine)

    assert (view.settled, view.type, view.status) == ("resolved", "basic", 200)
    assert view.headers == ("a",)
    assert origins(view) == [None]


@BOTH
def test_another_server_has_to_let_the_page(engine: Engine) -> None:
    view = see(API, lambda sent: Response(200), engine=engine)

    assert code(view) == "cors.no-fields"
    assert (view.type, view.status, view.headers) == (None, None, ())
    assert origins(view) == [ORIGIN]


@pytest.mark.parametrize("status", [200, 204, 403, 404, 500, 302])
@BOTH
def test_an_error_is_an_answer_too(status: int, engine: Engine) -> None:
    view = see(API, lambda sent: Response(status, {**STAR, "A": "b"}), engine=engine)

    assert (view.settled, view.type, view.status) == ("resolved", "cors", status)
    assert view.headers == ()


@BOTH
def test_without_cors_nobody_reads(engine: Engine) -> None:
    view = see(API, lambda sent: Response(403), mode="no-cors", engine=engine)

    assert (view.settled, view.type, view.status, view.headers) == ("resolved", "opaque", 0, ())
    assert origins(view) == [None]


@BOTH
def test_a_sandboxed_page_is_a_stranger_to_its_own_server(engine: Engine) -> None:
    view = see(f"{ORIGIN}/x", lambda sent: Response(200), page=SANDBOX, engine=engine)

    assert code(view) == "cors.no-fields"
    assert origins(view) == ["null"]


@pytest.mark.parametrize(
    ("credentials", "why"), [("omit", None), ("same-origin", None), ("include", "*")]
)
@BOTH
def test_a_star_is_for_those_without_credentials(
    credentials: str, why: str | None, engine: Engine
) -> None:
    view = see(API, credentials=credentials, engine=engine)

    assert (code(view) == "cors.wildcard-with-credentials") == (why is not None)


# Preflights


@pytest.mark.parametrize(
    ("call", "order"),
    [
        pytest.param({}, "A", id="GET"),
        pytest.param({"method": "POST", "body": "string"}, "A", id="POST"),
        pytest.param({"method": "PUT"}, "PA", id="PUT"),
        pytest.param({"headers": (("X-A", "1"),)}, "PA", id="a header"),
        pytest.param({"headers": (("Accept", "a/b"),)}, "A", id="a safelisted header"),
        pytest.param(
            {"method": "POST", "body": "string", "upload_listener": True, "api": "xhr"}, "PA",
            id="a listener to the upload",
        ),
        pytest.param({"mode": "no-cors", "headers": (("X-A", "1"),)}, "A", id="without CORS"),
    ],
)  # fmt: skip
@BOTH
def test_some_requests_are_asked_for_before(
    call: dict[str, Any], order: str, engine: Engine
) -> None:
    assert sequence(see(API, engine=engine, **call)) == order


@BOTH
def test_a_preflight_tells_what_is_to_come(engine: Engine) -> None:
    view = see(API, method="PUT", headers=(("X-B", "1"), ("X-A", "2")), engine=engine)
    preflight, actual = view.exchange

    assert (preflight.method, preflight.asks_method) == ("OPTIONS", "PUT")
    assert preflight.asks == "x-a,x-b"
    assert preflight.headers == ()
    assert (actual.method, actual.asks_method, actual.asks) == ("PUT", None, None)
    assert origins(view) == [ORIGIN, ORIGIN]


@BOTH
def test_without_leave_nothing_follows(engine: Engine) -> None:
    view = see(API, lambda sent: Response(204, STAR), method="PUT", engine=engine)

    assert (code(view), sequence(view)) == ("cors.method-not-allowed", "P")
    assert view.failure is not None
    assert view.failure.preflight


@BOTH
def test_the_leave_holds_for_a_while(engine: Engine) -> None:
    first = see(API, method="PUT", engine=engine)

    assert sequence(see(API, method="PUT", view=first, engine=engine)) == "A"


@pytest.mark.parametrize("cache", ["no-store", "reload", "no-cache"])
def test_chromium_asks_anew_where_fresh_answers_are_wanted(cache: str) -> None:
    first = see(API, method="PUT")

    assert sequence(see(API, method="PUT", cache=cache, view=first)) == "PA"


def named(sent: Sent) -> Response:
    granted = {**STAR, "Access-Control-Allow-Methods": "PUT", "Access-Control-Max-Age": "600"}
    return Response(204 if sent.preflight else 200, granted if sent.preflight else {})


def test_only_the_standard_takes_leave_back_from_one_who_fails() -> None:
    for engine, order in (("chromium", "A"), ("standard", "PA")):
        first = see(API, named, method="PUT", engine=engine)
        assert code(first) == "cors.no-fields"

        again = see(API, named, method="PUT", view=first, engine=engine)

        assert sequence(again) == order


# Redirects


@pytest.mark.parametrize(
    ("urls", "told"),
    [
        pytest.param((API, f"{API}x"), [ORIGIN, ORIGIN], id="within a server"),
        pytest.param((API, OTHER), [ORIGIN, "null"], id="from one stranger to another"),
        pytest.param((API, f"{ORIGIN}/"), [ORIGIN, "null"], id="home again"),
        pytest.param((f"{ORIGIN}/", API), [None, ORIGIN], id="out of the house"),
        pytest.param((f"{ORIGIN}/", f"{ORIGIN}/x"), [None, None], id="within the house"),
        pytest.param(
            (API, OTHER, f"{API}x"), [ORIGIN, "null", "null"], id="once lost, always lost"
        ),
    ],
)
@BOTH
def test_a_chain_may_lose_its_origin(
    urls: tuple[str, ...], told: list[str | None], engine: Engine
) -> None:
    view = see(urls[0], redirects(*urls), engine=engine)

    assert origins(view)[: len(told)] == told
    assert view.url is not None
    assert view.url.href == urls[-1]


@BOTH
def test_every_hop_has_to_let_the_page(engine: Engine) -> None:
    closed = server({API: Response(302, {"Location": OTHER})})

    view = see(API, closed, engine=engine)

    assert (code(view), sequence(view)) == ("cors.no-fields", "A")


@BOTH
def test_every_hop_may_be_asked_before(engine: Engine) -> None:
    view = see(f"{ORIGIN}/", redirects(f"{ORIGIN}/", API, status=307), method="PUT", engine=engine)

    assert sequence(view) == "APA"


@BOTH
def test_a_post_may_become_a_get(engine: Engine) -> None:
    view = see(API, redirects(API, f"{API}x"), method="POST", body="string", engine=engine)

    assert [sent.method for sent in view.exchange] == ["POST", "GET"]


@BOTH
def test_a_chain_ends_somewhere(engine: Engine) -> None:
    view = see(API, lambda sent: Response(302, {**STAR, "Location": f"?{sent.hop}"}), engine=engine)

    assert code(view) == "page.too-many-redirects"
    assert len(view.exchange) == MOST_REDIRECTS + 1


@pytest.mark.parametrize(
    ("redirect", "settled", "kind"),
    [("manual", "resolved", "opaqueredirect"), ("error", "rejected", None)],
)
@BOTH
def test_a_page_may_want_no_redirect(
    redirect: str, settled: str, kind: str | None, engine: Engine
) -> None:
    view = see(API, redirects(API, OTHER), redirect=redirect, engine=engine)

    assert (view.settled, view.type, sequence(view)) == (settled, kind, "A")


# Where Chromium and the standard part


@pytest.mark.parametrize(
    ("call", "chromium", "standard"),
    [
        pytest.param({"headers": (("DPR", "2"),)}, "A", "PA", id="a hint about the screen"),
        pytest.param({"headers": (("Save-Data", "on"),)}, "A", "PA", id="another hint"),
        pytest.param({"headers": (("User-Agent", "x"),)}, "A", "PA", id="a name of its own"),
        pytest.param(
            {"headers": (("Range", "bytes=0-9223372036854775807"),)}, "PA", "A", id="a huge range"
        ),
    ],
)
def test_they_differ_about_what_is_asked_before(
    call: dict[str, Any], chromium: str, standard: str
) -> None:
    assert sequence(see(API, engine="chromium", **call)) == chromium
    assert sequence(see(API, engine="standard", **call)) == standard


def test_a_star_covers_authorization_in_chromium_alone() -> None:
    call: dict[str, Any] = {"headers": (("Authorization", "Bearer x"),)}

    assert code(see(API, engine="chromium", **call)) is None
    assert code(see(API, engine="standard", **call)) == "cors.header-not-allowed"


def test_an_empty_location_is_none_to_chromium() -> None:
    answers = server({API: Response(302, {**STAR, "Location": ""})})

    assert see(API, answers, engine="chromium").status == 302
    assert code(see(API, answers, engine="standard")) == "page.too-many-redirects"


def test_a_user_in_a_redirect_at_home_disturbs_chromium_alone() -> None:
    answers = redirects(f"{ORIGIN}/", f"{ORIGIN}/x".replace("//", "//u:p@"))

    view = see(f"{ORIGIN}/", answers, engine="chromium")

    assert code(view) == "cors.redirect-with-credentials"
    assert view.failure is not None
    assert view.failure.chromium is None
    assert code(see(f"{ORIGIN}/", answers, engine="standard")) is None


def test_a_stream_needs_http_2_in_chromium() -> None:
    call: dict[str, Any] = {"method": "POST", "body": "stream"}

    view = see(API, engine="chromium", **call)

    assert (code(view), sequence(view)) == ("page.stream-upload", "P")
    assert sequence(see(API, engine="standard", **call)) == "PA"
    with pytest.raises(Unsupported):
        see("https://api.test/", engine="chromium", **call)


def test_the_standard_hides_the_origin_where_no_check_reads_it() -> None:
    call: dict[str, Any] = {"mode": "no-cors", "method": "POST", "referrer_policy": "no-referrer"}

    assert origins(see(API, engine="chromium", **call)) == [ORIGIN]
    assert origins(see(API, engine="standard", **call)) == ["null"]


def test_a_preflight_that_comes_too_early_is_sent_again_by_chromium() -> None:
    for engine, order in (("chromium", "PP"), ("standard", "P")):
        view = see(API, lambda sent: Response(421, ALL), method="PUT", engine=engine)

        assert (code(view), sequence(view)) == ("cors.preflight-not-ok", order)


# The page's own policy


def with_policy(value: str) -> Page:
    policies = read_policies(Headers({"Content-Security-Policy": value}))
    return Page(f"{ORIGIN}/", ORIGIN, content_security_policy=policies)


@pytest.mark.parametrize(
    ("call", "order"),
    [
        pytest.param({}, "", id="a fetch"),
        pytest.param({"method": "PUT"}, "", id="its preflight"),
        pytest.param({"mode": "no-cors"}, "", id="without CORS"),
        pytest.param({"mode": "same-origin"}, "", id="before the mode is looked at"),
        pytest.param({"api": "eventsource"}, "", id="an EventSource"),
        pytest.param({"api": "xhr"}, "", id="an XMLHttpRequest"),
    ],
)
@BOTH
def test_a_page_may_forbid_itself_to_connect(
    call: dict[str, Any], order: str, engine: Engine
) -> None:
    view = see(API, page=with_policy("connect-src 'self'"), engine=engine, **call)

    assert (code(view), sequence(view)) == ("page.content-security-policy", order)
    assert view.failure is not None
    assert view.failure.chromium is None
    assert view.failure.values["url"] == API


@pytest.mark.parametrize(("target", "order"), [(OTHER, "A"), (f"{API}x", "AA")])
@BOTH
def test_also_at_the_next_hop(target: str, order: str, engine: Engine) -> None:
    page = with_policy(f"connect-src {API}")

    view = see(API, redirects(API, target), page=page, engine=engine)

    assert sequence(view) == order


def test_other_schemes_are_nothing_of_cors_then() -> None:
    view = see("ftp://api.test/", page=with_policy("connect-src *"))

    assert code(view) == "page.content-security-policy"


# No answer, or none that is whole


@BOTH
def test_where_nobody_is_nothing_was_sent(engine: Engine) -> None:
    for call in ({}, {"method": "PUT"}):
        view = see(API, lambda sent: None, engine=engine, **call)

        assert (code(view), sequence(view)) == ("page.network-error", "")


@pytest.mark.parametrize(
    ("api", "settled"),
    [("fetch", "resolved"), ("xhr", "rejected"), ("img", "rejected"), ("eventsource", "resolved")],
)
def test_some_wait_for_the_whole(api: str, settled: str) -> None:
    fields = {**STAR, "Content-Type": "text/event-stream"}

    view = see(API, lambda sent: CutShort(Response(200, fields)), api=api, crossorigin="")

    assert view.settled == settled
    assert code(view) == (None if settled == "resolved" else "page.network-error")


@BOTH
def test_data_is_its_own_answer(engine: Engine) -> None:
    for mode in (None, "no-cors", "same-origin"):
        view = see("data:text/html,hi", lambda sent: None, mode=mode, engine=engine)

        assert (view.type, view.status, view.headers) == ("basic", 200, ("content-type",))
    assert code(see("data:x", engine=engine)) == "page.network-error"


# Answers that are kept


def by_origin(**fields: str) -> Server:
    """A server that lets whoever asks, if anybody says who."""

    def answer(sent: Sent) -> Response:
        allowed = {} if sent.origin is None else {"Access-Control-Allow-Origin": sent.origin}
        return Response(200, {"Cache-Control": "max-age=600", **fields, **allowed})

    return answer


SHOP = Page("http://app.shop.test/", "http://app.shop.test")
SISTER = Page("http://app2.shop.test/", "http://app2.shop.test")


@BOTH
def test_what_is_kept_is_judged_for_the_page_that_asks(engine: Engine) -> None:
    first = see(API, by_origin(), page=SHOP, engine=engine)
    again = see(API, by_origin(), page=SHOP, engine=engine, view=first)
    other = see(API, by_origin(), page=SISTER, engine=engine, view=first)
    last = see(API, by_origin(), page=SHOP, engine=engine, view=other)

    assert [sequence(view) for view in (first, again, other, last)] == ["A", "", "", ""]
    assert code(other) == "cors.origin-not-allowed"
    assert [code(view) for view in (first, again, last)] == [None, None, None]


@BOTH
def test_unless_it_says_that_it_varies(engine: Engine) -> None:
    first = see(API, by_origin(Vary="Origin"), engine=engine, page=SHOP)
    other = see(API, by_origin(Vary="Origin"), engine=engine, page=SISTER, view=first)

    assert (sequence(other), code(other)) == ("A", None)


@BOTH
def test_what_was_loaded_without_cors_may_stand_in_the_way(engine: Engine) -> None:
    first = see(API, by_origin(), mode="no-cors", engine=engine)

    view = see(API, by_origin(), engine=engine, view=first)

    assert (sequence(view), code(view)) == ("", "cors.no-fields")


@pytest.mark.parametrize(
    ("fields", "why"),
    [({}, None), (STAR, None), ({"Access-Control-Allow-Origin": OTHER}, "cors.origin-not-allowed")],
)
@BOTH
def test_a_confirmation_may_change_who_may_read(
    fields: dict[str, str], why: str | None, engine: Engine
) -> None:
    kept = {**STAR, "ETag": '"1"', "Cache-Control": "no-cache"}

    def answer(sent: Sent) -> Response:
        return Response(304, fields) if sent.conditions else Response(200, kept, b"x")

    view = see(API, answer, view=see(API, answer, engine=engine), engine=engine)

    assert (sequence(view), code(view)) == ("A", why)
    assert view.status == (200 if why is None else None)


@BOTH
def test_what_a_page_was_refused_is_not_kept(engine: Engine) -> None:
    first = see(API, lambda sent: Response(200, {"Cache-Control": "max-age=600"}), engine=engine)

    assert sequence(see(API, view=first, engine=engine)) == "A"


@BOTH
def test_a_redirect_is_kept_like_any_answer(engine: Engine) -> None:
    answers = redirects(API, f"{API}x", Cache_Control="max-age=600")

    first = see(API, answers, engine=engine)
    again = see(API, answers, view=first, engine=engine)

    assert [sequence(first), sequence(again)] == ["AA", "A"]
    assert again.exchange[0].url.href == f"{API}x"


@BOTH
def test_a_sandboxed_page_keeps_nothing(engine: Engine) -> None:
    first = see(API, by_origin(), page=SANDBOX, engine=engine)

    assert first.stored == HttpCache()


# Elements


def image(**fields: str) -> Server:
    svg = b"<svg xmlns='http://www.w3.org/2000/svg'/>"
    kind = {"Content-Type": "image/svg+xml"}
    return lambda sent: Response(200, {**kind, **fields}, svg)


@BOTH
def test_of_an_element_script_sees_that_it_loaded(engine: Engine) -> None:
    view = see(API, image(), api="img", engine=engine)

    assert (view.settled, view.type, view.status, view.headers) == ("resolved", None, None, ())
    assert code(view) is None


@BOTH
def test_an_element_may_ask_for_cors(engine: Engine) -> None:
    view = see(API, image(), api="img", crossorigin="anonymous", engine=engine)

    assert (code(view), origins(view)) == ("cors.no-fields", [ORIGIN])


@BOTH
def test_what_it_cannot_use_fails_without_a_reason(engine: Engine) -> None:
    view = see(API, lambda sent: Response(200, {}, b"1"), api="img", engine=engine)

    assert (view.settled, view.failure) == ("rejected", None)


@pytest.mark.parametrize(
    ("api", "why"),
    [("img", True), ("script", True), ("fetch", False), ("preload-fetch", False)],
)
@BOTH
def test_data_does_not_come_into_the_page(api: str, why: bool, engine: Engine) -> None:
    json = {"Content-Type": "application/json", "Cache-Control": "max-age=600"}
    mode = "no-cors" if api == "fetch" else None

    view = see(API, lambda sent: Response(200, json, b'{"a":1}'), api=api, mode=mode, engine=engine)

    assert code(view) == ("page.opaque-response-blocked" if why else None)
    assert view.stored == HttpCache()


def test_it_does_from_the_pages_own_server() -> None:
    json = {"Content-Type": "application/json"}

    view = see("/x", lambda sent: Response(200, json, b'{"a":1}'), api="script")

    assert view.settled == "resolved"


@BOTH
def test_a_track_stays_at_home(engine: Engine) -> None:
    view = see(API, api="track", engine=engine)

    assert (code(view), sequence(view)) == ("cors.mode-same-origin", "")


# Properties

HOSTS = st.sampled_from([ORIGIN, "http://api.test", "http://other.test", "https://api.test"])
ALLOWED = st.sampled_from(["*", ORIGIN, "null", OTHER, None])


@given(
    HOSTS,
    ALLOWED,
    st.sampled_from(["omit", "same-origin", "include"]),
    st.sampled_from(["GET", "POST", "PUT", "patch"]),
    st.booleans(),
    st.sampled_from(ENGINES),
)
def test_nothing_of_another_origin_is_read_without_leave(
    host: str, allowed: str | None, credentials: str, method: str, trusts: bool, engine: Engine
) -> None:
    fields = {} if allowed is None else {"Access-Control-Allow-Origin": allowed}
    fields |= {"Access-Control-Allow-Credentials": "true"} if trusts else {}
    grants = {**fields, "Access-Control-Allow-Methods": "PUT, patch"}

    view = see(
        f"{host}/",
        lambda sent: Response(200, grants if sent.preflight else fields),
        credentials=credentials,
        method=method,
        engine=engine,
    )

    let = allowed == ORIGIN or (allowed == "*" and credentials != "include")
    let = let and (trusts or credentials != "include")
    assert (view.settled == "resolved") == (host == ORIGIN or let)
    if view.failure is not None:
        assert view.failure.preflight == (method in ("PUT", "patch"))


@given(st.lists(HOSTS, min_size=1, max_size=5), st.sampled_from(ENGINES))
def test_the_origin_is_told_until_a_stranger_sends_on(hosts: list[str], engine: Engine) -> None:
    urls = [f"{host}/{number}" for number, host in enumerate(hosts)]

    view = see(urls[0], redirects(*urls), engine=engine)

    told = [origin for origin in origins(view) if origin is not None]
    assert len(view.exchange) == len(urls)
    assert told == sorted(told, key=lambda origin: origin == "null")
    abroad = [host for host in hosts if host != ORIGIN]
    assert bool(told) == bool(abroad)


@given(st.sampled_from(["no-cors", "cors", "same-origin"]), HOSTS, st.sampled_from(ENGINES))
def test_only_the_mode_of_cors_opens_anything(mode: str, host: str, engine: Engine) -> None:
    view = see(f"{host}/", mode=mode, engine=engine)

    if host == ORIGIN:
        assert view.type == "basic"
    else:
        assert view.type == {"cors": "cors", "no-cors": "opaque", "same-origin": None}[mode]
