"""What the network stack makes of an answer."""

from __future__ import annotations

import pytest

from simulator.browser.engine import Unsupported
from simulator.browser.page import Sent
from simulator.browser.url import parse
from simulator.browser.wire import check_response, no_answer, resent
from simulator.message import Response


def sent(*, preflight: bool = False) -> Sent:
    url = parse("http://api.test/")
    assert url is not None
    return Sent(preflight, "OPTIONS" if preflight else "GET", url, "http://app.test")


@pytest.mark.parametrize("status", [408, 421])
def test_chromium_sends_a_preflight_once_more(status: int) -> None:
    assert resent(Response(status), sent(preflight=True), "chromium")
    assert not resent(Response(status), sent(preflight=True), "standard")
    assert not resent(Response(status), sent(), "chromium")
    assert not resent(Response(503), sent(preflight=True), "chromium")


@pytest.mark.parametrize("preflight", [True, False])
@pytest.mark.parametrize(
    ("response", "code"),
    [
        (Response(407), "page.proxy-authentication"),
        (Response(200, {"A": "\0"}), "page.malformed-response"),
        (Response(200, [("Location", "/a"), ("Location", "/b")]), "page.malformed-response"),
    ],
)
def test_some_answers_never_reach_the_page(response: Response, code: str, preflight: bool) -> None:
    failed = check_response(response, sent(preflight=preflight), logs_in=False)

    assert failed is not None
    assert failed.reason.code == code
    assert failed.chromium is None


def test_a_login_is_waited_for() -> None:
    asks = Response(401, {"WWW-Authenticate": 'Basic realm="x"'})

    with pytest.raises(Unsupported):
        check_response(asks, sent(), logs_in=True)
    assert check_response(asks, sent(), logs_in=False) is None
    assert check_response(asks, sent(preflight=True), logs_in=True) is None


@pytest.mark.parametrize("value", [None, "Bearer", 'Bearer realm="basic", error="x"', ""])
def test_but_not_where_nobody_could_log_in(value: str | None) -> None:
    response = Response(401, {} if value is None else {"WWW-Authenticate": value})

    assert check_response(response, sent(), logs_in=True) is None


def test_an_ordinary_answer_is_let_through() -> None:
    assert check_response(Response(500, {"A": "b"}), sent(), logs_in=True) is None


def test_no_answer_is_nothing_of_cors() -> None:
    assert no_answer().reason.code == "page.network-error"
    assert no_answer().chromium is None
