"""Which parts of a request are credentials?"""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha256

import pytest
from traffic import API

from simulator import Request
from simulator.learning.secrets import credentials_of, in_order, is_named_secret, sent_by
from simulator.principals import Place

BASIC = b64encode(b"web:secret").decode()


@pytest.mark.parametrize(
    ("headers", "query", "found"),
    [
        ({"Authorization": "Bearer abc"}, "", [("bearer", "", "abc")]),
        ({"Authorization": f"Basic {BASIC}"}, "", [("basic", "", "web:secret")]),
        ({"Authorization": "Basic ???"}, "", []),
        ({"Authorization": "Token abc"}, "", [("header", "authorization", "Token abc")]),
        ({"Authorization": "abc"}, "", [("header", "authorization", "abc")]),
        ({"Authorization": "Bearer"}, "", []),
        ({"Authorization": "AWS4-HMAC-SHA256 Credential=a"}, "", []),
        ({"X-Api-Key": "abc"}, "", [("header", "x-api-key", "abc")]),
        (
            {"Ocp-Apim-Subscription-Key": "abc"},
            "",
            [("header", "ocp-apim-subscription-key", "abc")],
        ),
        ({"X-Csrf-Token": "abc", "X-Request-Id": "7", "Accept": "*/*"}, "", []),
        ({}, "?api_key=abc&page=2", [("query", "api_key", "abc")]),
        ({}, "?api_key=", []),
        ({"Cookie": "theme=dark; session=abc"}, "", [("cookie", "session", "abc")]),
        ({"Cookie": "csrftoken=abc; _ga=1"}, "", []),
        ({"Cookie": "JSESSIONID=abc"}, "", [("cookie", "JSESSIONID", "abc")]),
    ],
)
def test_credentials_are_known_by_scheme_or_by_name(
    headers: dict[str, str], query: str, found: list[tuple[str, str, str]]
) -> None:
    sent = list(credentials_of(Request("GET", f"{API}/orders{query}", headers)))

    assert [(s.place.kind, s.place.name, s.value) for s in sent] == found


def test_a_policy_looks_at_the_first_place_that_holds_anything() -> None:
    request = Request("GET", API, {"X-Api-Key": "abc", "Authorization": f"Basic {BASIC}"})

    header = sent_by(request, [Place("header", "x-api-key"), Place("basic")])
    basic = sent_by(request, [Place("basic")])

    assert header is not None
    assert header.value == "abc"
    assert basic is not None
    assert basic.digest == sha256(b"web:secret").hexdigest()
    assert sent_by(request, [Place("bearer")]) is None


def test_places_are_ordered_with_what_browsers_add_last() -> None:
    cookie, bearer, field = Place("cookie", "sid"), Place("bearer"), Place("header", "x-api-key")
    own = Place("header", "authorization")

    assert in_order([cookie, own, bearer, field, bearer]) == (field, bearer, cookie, own)


def test_a_secret_is_shown_nowhere() -> None:
    (sent,) = credentials_of(Request("GET", API, {"X-Api-Key": "abc-secret"}))

    assert "abc-secret" not in repr(sent)
    assert not sent.is_web_token
    assert is_named_secret(Place("query", "access_token"))
