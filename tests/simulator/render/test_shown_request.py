"""How may a real request be shown to whoever looks on?"""

from __future__ import annotations

import shlex
from base64 import b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator import Request, load_policy
from simulator.curl import read_curl
from simulator.render.shown_request import curl_command, show_request

POLICY = load_policy("""
credentials: [{header: x-key}, bearer, basic, {query: k}, {cookie: sid}]
keys: [{id: web, key: web-secret-0123456789}]
""")
SECRET = "web-secret-0123456789"
URL = "https://api.test/orders"


def basic(pair: str) -> str:
    return f"Basic {b64encode(pair.encode()).decode()}"


@pytest.mark.parametrize(
    ("headers", "shown"),
    [
        ({"X-Key": SECRET}, ("x-key", "(key web)")),
        ({"X-Key": "another-secret-one"}, ("x-key", "anot… (18 characters)")),
        ({"Authorization": f"Bearer {SECRET}"}, ("authorization", "Bearer (key web)")),
        ({"Authorization": basic(f"web:{SECRET}")}, ("authorization", "Basic (key web)")),
        ({"Authorization": basic("u:secret")}, ("authorization", "Basic … (12 characters)")),
        ({"Authorization": "Digest username=x"}, ("authorization", "Digest use… (10 characters)")),
        ({"Authorization": "lonely-token"}, ("authorization", "lone… (12 characters)")),
        ({"Proxy-Authorization": "Bearer abcdefghijkl"},
         ("proxy-authorization", "Bearer abcd… (12 characters)")),
        ({"Cookie": f"a=1; sid={SECRET}"}, ("cookie", "a=… (1 characters); sid=(key web)")),
        ({"Accept": "text/html"}, ("accept", "text/html")),
        ({"X-Note": "a\nb"}, ("x-note", r"a\x0ab")),
    ],
)  # fmt: skip
def test_fields_are_shown_without_secrets(headers: dict[str, str], shown: tuple[str, str]) -> None:
    assert show_request(Request("GET", URL, headers), POLICY).headers == (shown,)


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        (f"k={SECRET}&a=1", "k=(key web)&a=1"),
        ("token=abcdefghijkl&page=2", "token=abcd… (12 characters)&page=2"),
        ("q=eyJhbGci.eyJzdWIi.c2ln", "q=eyJh… (22 characters)"),
        ("a", "a"),
        ("", ""),
    ],
)
def test_parameters_are_shown_without_secrets(query: str, shown: str) -> None:
    assert show_request(Request("GET", f"{URL}?{query}"), POLICY).url == f"{URL}?{shown}"


def test_without_a_policy_names_tell_what_is_a_secret() -> None:
    request = Request("GET", f"{URL}?api_key=abcdefghijkl", {"X-Api-Key": "abcdefghijkl"})

    shown = show_request(request)

    assert "abcdefg" not in str(shown)
    assert shown.headers == (("x-api-key", "abcd… (12 characters)"),)


SECRETS = st.text(st.characters(codec="ascii", categories=["L", "N"]), min_size=12, max_size=40)


@given(secret=SECRETS, place=st.sampled_from(["x-key", "authorization", "cookie", "query"]))
def test_no_secret_is_shown_whole_or_by_a_half(secret: str, place: str) -> None:
    fields = {
        "x-key": {"X-Key": secret},
        "authorization": {"Authorization": f"Bearer {secret}"},
        "cookie": {"Cookie": f"sid={secret}"},
        "query": {},
    }[place]
    url = f"{URL}?k={secret}" if place == "query" else URL
    request = Request("GET", url, fields)

    told = f"{show_request(request, POLICY)} {curl_command(request, POLICY)}"

    assert secret[: len(secret) // 2] not in told.replace(URL, "")


def test_a_curl_command_asks_the_same_and_leaves_secrets_to_the_shell() -> None:
    request = Request(
        "DELETE",
        f"{URL}/7?k=v",
        {
            "Host": "api.test",
            "X-Key": SECRET,
            "Authorization": "Bearer xyz-0123456789",
            "Origin": "https://it's.test",
            "Sec-Fetch-Mode": "cors",
            "Accept-Encoding": "gzip",
        },
    )

    command = curl_command(request, POLICY)

    assert command == (
        "curl -i -X DELETE 'https://api.test/orders/7?k='\"$KEY\""
        " -H 'X-Key: '\"$KEY2\" -H 'Authorization: Bearer '\"$KEY3\""
        " -H 'Origin: https://it'\"'\"'s.test'"
    )


TEXT = st.text(st.characters(codec="ascii", min_codepoint=0x20, max_codepoint=0x7E), max_size=20)


@given(value=TEXT)
def test_a_curl_command_is_read_back_as_it_was(value: str) -> None:
    request = Request("PUT", URL, {"X-Note": value.strip() or "x"})

    read = read_curl(curl_command(request))

    assert (read.method, read.url) == ("PUT", URL)
    assert read.headers.get("x-note") == request.headers.get("x-note")
    assert shlex.split(curl_command(request))[0] == "curl"
