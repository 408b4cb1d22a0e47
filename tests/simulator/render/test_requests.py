"""A request in a line says what matters of it, and no secret."""

from __future__ import annotations

import hashlib
from base64 import b64encode

from simulator import Request, load_policy
from simulator.render.requests import request_line, request_record
from simulator.standin import stand_in, with_key

DIGEST = hashlib.sha256(b"nobody-knows").hexdigest()
POLICY = stand_in(
    load_policy(
        f"credentials: [bearer, {{query: key}}]\n"
        f"keys: [{{id: web, key: web-secret}}, {{id: batch, sha256: {DIGEST}}}]"
    )
)


def test_a_request_is_told_by_what_it_asks_from_where_and_with_what() -> None:
    request = Request(
        "DELETE", "https://a.test/orders/7", {"Origin": "https://b.test"}, client="192.0.2.1"
    )

    assert request_line(request, ()) == (
        "DELETE https://a.test/orders/7 from 192.0.2.1 with Origin: https://b.test"
    )


def test_its_time_is_told_where_it_has_one() -> None:
    request = Request("GET", "https://a.test/", client="", at=1.8e9)

    assert request_line(request, ()) == "GET https://a.test/ at 2027-01-15T08:00:00Z"
    assert request_line(request, (), at=False) == "GET https://a.test/"


def test_a_key_is_told_by_its_id() -> None:
    lines = [
        request_line(with_key(POLICY, Request("GET", "https://a.test/", client=""), key), [POLICY])
        for key in POLICY.keys
    ]

    assert lines == [
        "GET https://a.test/ with authorization: Bearer (key web)",
        "GET https://a.test/ with authorization: Bearer (key batch)",
    ]


def test_a_secret_in_the_query_or_encoded_is_not_told_either() -> None:
    pair = b64encode(b"web:web-secret").decode()
    request = Request(
        "GET", "https://a.test/?key=web-secret", {"Authorization": f"Basic {pair}"}, client=""
    )

    assert request_line(request, [POLICY]) == (
        "GET https://a.test/?key=(key web) with Authorization: Basic (a key)"
    )


def test_as_data_it_has_the_form_that_decide_reads() -> None:
    request = with_key(POLICY, Request("GET", "https://a.test/", client="::1"), POLICY.keys[0])

    assert request_record(request, [POLICY]) == {
        "method": "GET",
        "url": "https://a.test/",
        "headers": [["authorization", "Bearer (key web)"]],
        "client": "::1",
        "at": 0.0,
    }
