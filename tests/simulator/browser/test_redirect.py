"""Where a redirect leads, what forbids it, and what goes along."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.browser.engine import ENGINES, Engine, Unsupported
from simulator.browser.failure import Failure
from simulator.browser.redirect import Hop, check_location, is_redirect, next_hop
from simulator.browser.url import WebUrl, parse
from simulator.message import Response

PAGE = "https://app.test"
BOTH = pytest.mark.parametrize("engine", ENGINES)


def url(text: str) -> WebUrl:
    found = parse(text)
    assert found is not None
    return found


def hop(at: str = "https://api.test/a/b#top", **more: str) -> Hop:
    return Hop(url(at), more.get("method", "GET"), (), more.get("body"))


def leads(
    location: str,
    *,
    engine: Engine = "chromium",
    mode: str = "cors",
    tainting: str = "cors",
    at: str = "https://api.test/a/b#top",
) -> Failure | WebUrl:
    response = Response(302, {"Location": location})
    return check_location(response, hop(at), PAGE, mode, tainting, engine)


# Whether it is one


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@BOTH
def test_a_redirect_has_a_status_and_a_location(status: int, engine: Engine) -> None:
    assert is_redirect(Response(status, {"Location": "/"}), engine)
    assert not is_redirect(Response(status), engine)


@pytest.mark.parametrize("status", [200, 201, 300, 304, 305, 306, 309])
@BOTH
def test_other_statuses_lead_nowhere(status: int, engine: Engine) -> None:
    assert not is_redirect(Response(status, {"Location": "/"}), engine)


def test_an_empty_location_is_none_to_chromium() -> None:
    response = Response(302, {"Location": " "})

    assert is_redirect(response, "standard")
    assert not is_redirect(response, "chromium")


# Where to


@pytest.mark.parametrize(
    ("location", "target"),
    [
        pytest.param("https://other.test/x?y#z", "https://other.test/x?y#z", id="a whole URL"),
        pytest.param("/x", "https://api.test/x#top", id="a path takes over the fragment"),
        pytest.param("c", "https://api.test/a/c#top", id="a relative path"),
        pytest.param("//other.test", "https://other.test/#top", id="another host"),
        pytest.param("?q=1", "https://api.test/a/b?q=1#top", id="a query"),
        pytest.param("/caf\xc3\xa9", "https://api.test/caf%C3%A9#top", id="bytes of UTF-8"),
        pytest.param("/caf\xe9", "https://api.test/caf%E9#top", id="bytes that are none"),
    ],
)
@BOTH
def test_a_location_is_read_from_where_the_request_went(
    location: str, target: str, engine: Engine
) -> None:
    found = leads(location, engine=engine)

    assert isinstance(found, WebUrl)
    assert found.href == target


def test_of_two_equal_lines_one_is_followed() -> None:
    response = Response(302, [("Location", "/x"), ("Location", "/x")])

    found = check_location(response, hop(), PAGE, "cors", "cors", "chromium")

    assert isinstance(found, WebUrl)
    assert found.path == "/x"


@BOTH
def test_what_is_no_url_leads_nowhere(engine: Engine) -> None:
    found = leads("https://user:secret@[/?token=1", engine=engine)

    assert isinstance(found, Failure)
    assert found.reason.code == "page.redirect-invalid"
    assert found.step == "Fetch, HTTP-redirect fetch, step 5"
    assert found.values["location"] == "https://[/?…"


@pytest.mark.parametrize("location", ["data:,x", "blob:https://a/x", "file:///x", "about:blank"])
@BOTH
def test_a_redirect_out_of_http_is_refused(location: str, engine: Engine) -> None:
    found = leads(location, engine=engine)

    assert isinstance(found, Failure)
    assert found.reason.code == "page.unsafe-redirect"
    assert found.step == "Fetch, HTTP-redirect fetch, step 6"


@pytest.mark.parametrize("location", ["ftp://a/", "ws://a/", "app:open", "mailto:a@b.test"])
def test_other_schemes_are_refused_here_by_the_standard_and_later_by_chromium(
    location: str,
) -> None:
    by_standard = leads(location, engine="standard")

    assert isinstance(by_standard, Failure)
    assert by_standard.reason.code == "page.unsafe-redirect"
    assert isinstance(leads(location, engine="chromium"), WebUrl)


# Users and passwords


@pytest.mark.parametrize(
    ("location", "tainting", "step"),
    [
        pytest.param("https://u:p@other.test/", "cors", 9, id="from another origin to another"),
        pytest.param("https://u@other.test/", "basic", 9, id="from home, a user alone"),
        pytest.param("https://:p@other.test/", "basic", 9, id="from home, a password alone"),
        pytest.param("https://u:p@app.test/", "cors", 10, id="back home"),
    ],
)
@BOTH
def test_a_user_in_a_redirect_that_leaves_home_is_refused(
    location: str, tainting: str, step: int, engine: Engine
) -> None:
    found = leads(location, engine=engine, tainting=tainting)

    assert isinstance(found, Failure)
    assert found.reason.code == "cors.redirect-with-credentials"
    assert found.step == f"Fetch, HTTP-redirect fetch, step {step}"
    assert found.chromium == "RedirectContainsCredentials"
    assert found.parameter == ""
    assert "@" not in str(found.values["location"])


def test_a_user_in_a_redirect_that_stays_at_home_is_minded_by_chromium_alone() -> None:
    location, home = "https://u:p@app.test/x", "https://app.test/"

    found = leads(location, engine="chromium", tainting="basic", at=home)

    assert isinstance(found, Failure)
    assert found.chromium is None
    assert found.step == "no step of Fetch: Chromium alone"
    assert isinstance(leads(location, engine="standard", tainting="basic", at=home), WebUrl)


@BOTH
def test_marks_of_a_user_without_a_user_are_none(engine: Engine) -> None:
    assert isinstance(leads("https://:@other.test/", engine=engine), WebUrl)


# Streams


def test_a_stream_is_not_followed_to_where_it_cannot_be_sent_again() -> None:
    stream = hop(method="POST", body="stream")
    kept, dropped = (Response(status, {"Location": "/x"}) for status in (307, 303))

    with pytest.raises(Unsupported, match="a stream cannot be sent again"):
        check_location(kept, stream, PAGE, "cors", "cors", "standard")

    assert isinstance(check_location(dropped, stream, PAGE, "cors", "cors", "standard"), WebUrl)


# What goes along

BODY_HEADERS = (
    ("Content-Type", "application/json"),
    ("content-language", "en"),
    ("Content-Encoding", "gzip"),
    ("Content-Location", "/x"),
)


@pytest.mark.parametrize(
    ("status", "method", "becomes"),
    [
        (301, "POST", "GET"), (302, "POST", "GET"), (303, "POST", "GET"), (307, "POST", "POST"),
        (308, "POST", "POST"), (301, "PUT", "PUT"), (302, "DELETE", "DELETE"), (303, "PUT", "GET"),
        (303, "HEAD", "HEAD"), (301, "HEAD", "HEAD"), (303, "post", "GET"), (301, "post", "post"),
    ],
)  # fmt: skip
def test_the_method_may_become_get_and_then_the_body_stays_behind(
    status: int, method: str, becomes: str
) -> None:
    here = url("https://api.test/")
    headers = (*BODY_HEADERS, ("X-A", "1"))
    before = Hop(here, method, headers, "string")

    after = next_hop(status, before, url("https://api.test/x"), PAGE)

    kept = becomes == method
    assert after.method == becomes
    assert after.body == ("string" if kept else None)
    assert after.headers == (headers if kept else (("X-A", "1"),))
    assert after.redirects == 1


def test_authorization_stays_behind_at_the_first_other_origin() -> None:
    headers = (("AUTHORIZATION", "Bearer t"), ("X-A", "1"))
    before = Hop(url("https://api.test/"), "GET", headers, None)

    same = next_hop(302, before, url("https://api.test/x"), PAGE)
    other = next_hop(302, before, url("https://api.test:8443/"), PAGE)

    assert same.headers == headers
    assert other.headers == (("X-A", "1"),)


@pytest.mark.parametrize(
    ("chain", "tainted"),
    [
        pytest.param(("https://api.test/", "https://api.test/x"), False, id="A, A"),
        pytest.param(("https://api.test/", "https://other.test/"), True, id="A, B"),
        pytest.param(("https://api.test/", "https://app.test/"), True, id="A, home"),
        pytest.param(("https://app.test/", "https://api.test/"), False, id="home, A"),
        pytest.param(
            ("https://app.test/", "https://api.test/", "https://app.test/"), True,
            id="home, A, home",
        ),
        pytest.param(("http://api.test/", "https://api.test/"), True, id="http to https"),
        pytest.param(
            ("https://api.test/", "https://other.test/", "https://other.test/x"), True,
            id="once and for all",
        ),
    ],
)  # fmt: skip
def test_the_origin_is_told_no_more_once_the_chain_went_from_one_other_to_another(
    chain: tuple[str, ...], tainted: bool
) -> None:
    first, *rest = map(url, chain)
    at = Hop(first, "GET", (), None)

    for target in rest:
        at = next_hop(307, at, target, PAGE)

    assert at.tainted == tainted


# Properties

LOCATIONS = st.builds(
    "".join,
    st.tuples(
        st.sampled_from(["https://", "http://", "//", "https:", "\\\\", " https:/", "ht\ttps://"]),
        st.sampled_from(["", "user:hunter2@", "hunter2@", ":hunter2@", "a@hunter2@"]),
        st.sampled_from(["app.test", "api.test:8443", "[::1]", "[", "a b"]),
        st.sampled_from(["", "/x", "?k=hunter2", "/x#hunter2", "\\x"]),
    ),
)


@given(LOCATIONS, st.sampled_from(["cors", "basic"]), st.sampled_from(ENGINES))
def test_no_failure_tells_a_password(location: str, tainting: str, engine: Engine) -> None:
    found = leads(location, engine=engine, tainting=tainting)

    if isinstance(found, Failure):
        assert "hunter2" not in str(found.values["location"])
