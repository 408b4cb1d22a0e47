"""Whose credential it is, and which key was probably meant."""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator import Request
from simulator.principals import (
    DEFAULT_PLACES,
    Credential,
    Key,
    Place,
    Principals,
    one_edit_apart,
    resolve_roles,
)

SECRET = "correct-horse"
WEB = Key(0, "web", secret=SECRET)
BATCH = Key(1, "batch", digest=sha256(b"battery-staple").hexdigest())
PAIR = Key(2, "pair", secret="user:pass")

HEADER, BEARER, BASIC = Place("header", "x-api-key"), Place("bearer"), Place("basic")
QUERY, COOKIE = Place("query", "api_key"), Place("cookie", "session")


def find(
    headers: dict[str, str] | list[tuple[str, str]],
    *places: Place,
    url: str = "https://h/",
) -> Credential:
    return Principals((WEB, BATCH, PAIR), places).find(Request("GET", url, headers))


def basic(text: str) -> dict[str, str]:
    return {"authorization": f"Basic {b64encode(text.encode()).decode()}"}


# Where a key is found


@pytest.mark.parametrize(
    ("headers", "url", "place", "key"),
    [
        pytest.param({"X-API-KEY": SECRET}, "/", HEADER, "web", id="in a field"),
        pytest.param({"x-api-key": f" {SECRET} "}, "/", HEADER, "web", id="with spaces around it"),
        pytest.param({"x-api-key": "battery-staple"}, "/", HEADER, "batch", id="known by digest"),
        pytest.param({"authorization": f"Bearer {SECRET}"}, "/", BEARER, "web", id="as bearer"),
        pytest.param({"authorization": f"bEARER  {SECRET}"}, "/", BEARER, "web", id="in any case"),
        pytest.param(basic(f"web:{SECRET}"), "/", BASIC, "web", id="as the password of its id"),
        pytest.param(basic(f":{SECRET}"), "/", BASIC, "web", id="as the password of nobody"),
        pytest.param(basic(f"{SECRET}:"), "/", BASIC, "web", id="as the user without a password"),
        pytest.param(basic("user:pass"), "/", BASIC, "pair", id="as user and password"),
        pytest.param(basic(f"batch:{SECRET}"), "/", BASIC, None, id="not as another's password"),
        pytest.param(basic(f"nobody:{SECRET}"), "/", BASIC, None, id="not as a stranger's either"),
        pytest.param({}, f"/?a=b&api_key={SECRET}", QUERY, "web", id="in the query"),
        pytest.param({}, "/?api_key=correct%2Dhorse", QUERY, "web", id="in the query, encoded"),
        pytest.param({"cookie": f"a=b; session={SECRET}"}, "/", COOKIE, "web", id="in a cookie"),
        pytest.param({"cookie": f'session="{SECRET}"'}, "/", COOKIE, "web", id="in quotes there"),
        pytest.param({"x-api-key": "wrong"}, "/", HEADER, None, id="somebody else's"),
    ],
)
def test_a_key_is_found_in_its_place(
    headers: dict[str, str], url: str, place: Place, key: str | None
) -> None:
    found = find(headers, HEADER, BEARER, BASIC, QUERY, COOKIE, url=f"https://h{url}")

    assert (found.place, found.key and found.key.id, found.fault) == (place, key, "")


@pytest.mark.parametrize(
    ("headers", "url", "place", "fault"),
    [
        pytest.param(
            {"x-api-key": ""}, "/", HEADER, "it is empty; is a variable not set?", id="empty"
        ),
        pytest.param(
            {"authorization": "Bearer "},
            "/",
            BEARER,
            "nothing follows `Bearer`; is a variable not set?",
            id="a scheme and nothing",
        ),
        pytest.param(
            {"authorization": SECRET},
            "/",
            BEARER,
            "it names no scheme; write `Bearer …`",
            id="a key and no scheme",
        ),
        pytest.param({"authorization": ""}, "/", BEARER, "it is empty", id="an empty field"),
        pytest.param(
            {"authorization": "Basic !"},
            "/",
            BASIC,
            "what follows `Basic` is not base64 of `user:password`",
            id="no base64",
        ),
        pytest.param(
            {"authorization": "Basic é"},
            "/",
            BASIC,
            "what follows `Basic` is not base64 of `user:password`",
            id="not even ASCII",
        ),
        pytest.param(
            {"authorization": "Basic /w=="},
            "/",
            BASIC,
            "what follows `Basic` is not base64 of `user:password`",
            id="not UTF-8",
        ),
        pytest.param(
            basic("nocolon"),
            "/",
            BASIC,
            "what is encoded has no colon between user and password",
            id="no colon",
        ),
        pytest.param(
            {}, "/?api_key=", QUERY, "it is empty; is a variable not set?", id="an empty parameter"
        ),
        pytest.param(
            {"cookie": "session="},
            "/",
            COOKIE,
            "it is empty; is a variable not set?",
            id="an empty cookie",
        ),
    ],
)
def test_what_cannot_be_read_says_why(
    headers: dict[str, str], url: str, place: Place, fault: str
) -> None:
    found = find(headers, HEADER, BEARER, BASIC, QUERY, COOKIE, url=f"https://h{url}")

    assert (found.place, found.key, found.fault) == (place, None, fault)


@pytest.mark.parametrize(
    ("headers", "url"),
    [
        pytest.param({}, "/", id="nothing at all"),
        pytest.param({"authorization": "Token abc"}, "/", id="a scheme that nobody reads"),
        pytest.param({"x-token": SECRET}, "/", id="another field"),
        pytest.param({"cookie": "other=1; session"}, "/", id="a cookie without a value"),
        pytest.param({}, "/?API_KEY=x", id="a parameter in another case"),
    ],
)
def test_what_stands_elsewhere_is_nothing(headers: dict[str, str], url: str) -> None:
    found = find(headers, HEADER, BEARER, BASIC, QUERY, COOKIE, url=f"https://h{url}")

    assert found == Credential()


def test_the_first_place_that_holds_anything_counts() -> None:
    headers = {"x-api-key": "wrong", "authorization": f"Bearer {SECRET}"}

    assert find(headers, HEADER, BEARER).key is None
    assert find(headers, BEARER, HEADER).key == WEB


def test_x_api_key_and_bearer_are_the_places_if_none_are_named() -> None:
    assert Principals((WEB,), ()).places == DEFAULT_PLACES == (HEADER, BEARER)


def test_places_are_named_in_words() -> None:
    assert [str(place) for place in (HEADER, BEARER, BASIC, QUERY, COOKIE)] == [
        "the header `x-api-key`",
        "`Authorization: Bearer`",
        "`Authorization: Basic`",
        "the query parameter `api_key`",
        "the cookie `session`",
    ]


@pytest.mark.parametrize(
    ("value", "hint"),
    [
        pytest.param("", "… (0 characters)", id="nothing"),
        pytest.param("ab", "… (2 characters)", id="two characters: none is shown"),
        pytest.param("abcdef", "ab… (6 characters)", id="a third of six"),
        pytest.param("a" * 40, "aaaa… (40 characters)", id="four at most"),
    ],
)
def test_an_unknown_credential_is_hinted_at(value: str, hint: str) -> None:
    assert Credential(HEADER, None, "", value).hint == hint


def test_no_repr_holds_a_secret() -> None:
    assert SECRET not in repr(WEB) + repr(Credential(HEADER, WEB, "", SECRET))
    assert str(BATCH.digest) not in repr(BATCH)


# Times


@pytest.mark.parametrize(
    ("key", "at", "valid"),
    [
        pytest.param(Key(0, "a"), 0.0, True, id="without times always"),
        pytest.param(Key(0, "a", expires=10.0), 9.999, True, id="just before it expires"),
        pytest.param(Key(0, "a", expires=10.0), 10.0, False, id="the instant it expires"),
        pytest.param(Key(0, "a", not_before=10.0), 9.999, False, id="just before it begins"),
        pytest.param(Key(0, "a", not_before=10.0), 10.0, True, id="the instant it begins"),
        pytest.param(Key(0, "a", revoked=True), 0.0, False, id="revoked never"),
    ],
)
def test_a_key_is_in_force_or_not(key: Key, at: float, valid: bool) -> None:
    assert key.valid(at) is valid


# Near misses


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        pytest.param(f'"{SECRET}"', "it is key `web` with quotes around it", id="quotes"),
        pytest.param(f"<{SECRET}>", "it is key `web` with quotes around it", id="angle brackets"),
        pytest.param(
            f"Bearer {SECRET}", "it is key `web` with `Bearer` in front once too often", id="twice"
        ),
        pytest.param("Correct-Horse", "it is key `web` but for capital letters", id="capitals"),
        pytest.param(
            "correct-hor", "it is the beginning of key `web`; the last 2 are missing", id="cut off"
        ),
        pytest.param("correct-horse99", "it is key `web` with 2 characters after it", id="more"),
        pytest.param("correct-hrose", "it is key `web` but for one character", id="swapped"),
        pytest.param("correct-h0rse", "it is key `web` but for one character", id="mistyped"),
        pytest.param(
            f"{SECRET}, {SECRET}",
            "it is key `web`, sent more than once or with something after a comma",
            id="twice in a line",
        ),
        pytest.param(
            "'battery-staple'", "it is key `batch` with quotes around it", id="known by digest"
        ),
    ],
)
def test_a_near_miss_says_how_it_differs(value: str, expected: str) -> None:
    principals = Principals((WEB, BATCH))
    request = Request("GET", "https://h/", {"x-api-key": value})

    assert principals.nearest(request, principals.find(request), 0.0)[0] == expected


@pytest.mark.parametrize(
    ("headers", "url", "expected"),
    [
        pytest.param({"x-token": SECRET}, "/", "the header `x-token`", id="another field"),
        pytest.param(
            {"authorization": SECRET}, "/", "the header `authorization`", id="without a scheme"
        ),
        pytest.param(basic(f"web:{SECRET}"), "/", "`Authorization: Basic`", id="another scheme"),
        pytest.param({}, f"/?key={SECRET}", "the query parameter `key`", id="the query"),
        pytest.param({"cookie": f"key={SECRET}"}, "/", "the cookie `key`", id="a cookie"),
    ],
)
def test_a_key_where_nobody_looks_is_told(headers: dict[str, str], url: str, expected: str) -> None:
    principals = Principals((WEB,))
    request = Request("GET", f"https://h{url}", headers)

    assert principals.nearest(request, principals.find(request), 0.0) == (
        f"key `web` is in {expected}; it is looked for in the header `x-api-key` or "
        "`Authorization: Bearer`",
    )


def test_what_is_not_near_is_not_named() -> None:
    principals = Principals((WEB, BATCH))
    request = Request("GET", "https://h/", {"x-api-key": "something else"})

    assert principals.nearest(request, principals.find(request), 0.0) == ()


def test_twins_may_do_the_same_and_are_in_force() -> None:
    old = Key(0, "old", scopes=frozenset("ab"), revoked=True)
    keys = (
        old,
        Key(1, "new", scopes=frozenset("abc")),
        Key(2, "less", scopes=frozenset("a")),
        Key(3, "late", scopes=frozenset("ab"), expires=5.0),
    )

    assert [key.id for key in Principals(keys).twins(old, 5.0)] == ["new"]


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        pytest.param("abc", "abd", True, id="one other character"),
        pytest.param("abc", "acb", True, id="two neighbours swapped"),
        pytest.param("abc", "ab", True, id="one missing"),
        pytest.param("abc", "abcd", True, id="one more"),
        pytest.param("", "a", True, id="one and none"),
        pytest.param("abc", "abc", False, id="equal"),
        pytest.param("abc", "bca", False, id="moved"),
        pytest.param("abcd", "badc", False, id="two swaps"),
        pytest.param("abc", "a", False, id="two missing"),
    ],
)
def test_one_edit_apart(left: str, right: str, expected: bool) -> None:
    assert one_edit_apart(left, right) is expected
    assert one_edit_apart(right, left) is expected


# Roles


@pytest.mark.parametrize(
    ("roles", "scopes", "circular"),
    [
        pytest.param({"a": ((), ("x",))}, {"a": {"x"}}, (), id="its own"),
        pytest.param(
            {"a": (("b",), ("x",)), "b": (("c",), ()), "c": ((), ("y",))},
            {"a": {"x", "y"}, "b": {"y"}, "c": {"y"}},
            (),
            id="those of the inherited, and of theirs",
        ),
        pytest.param(
            {"a": (("b", "c"), ()), "b": (("d",), ()), "c": (("d",), ()), "d": ((), ("x",))},
            {"a": {"x"}, "b": {"x"}, "c": {"x"}, "d": {"x"}},
            (),
            id="the same by two ways",
        ),
        pytest.param(
            {"a": (("a",), ("x",))}, {"a": {"x"}}, ("a",), id="a role that inherits from itself"
        ),
        pytest.param(
            {"a": (("b",), ()), "b": (("c",), ()), "c": (("b",), ("x",))},
            {"a": {"x"}, "b": {"x"}, "c": {"x"}},
            ("b", "c"),
            id="a circle, and one who stands outside",
        ),
        pytest.param({"a": (("zz",), ("x",))}, {"a": {"x"}}, (), id="an unknown role adds nothing"),
    ],
)
def test_roles_hold_scopes(
    roles: dict[str, tuple[tuple[str, ...], tuple[str, ...]]],
    scopes: dict[str, set[str]],
    circular: tuple[str, ...],
) -> None:
    found = resolve_roles(roles)

    assert found.scopes == scopes
    assert found.circular == circular


# Properties


@given(
    st.text(st.characters(codec=None), max_size=40),
    st.sampled_from([HEADER, BEARER, BASIC, COOKIE]),
)
def test_no_value_makes_it_raise(text: str, place: Place) -> None:
    principals = Principals((WEB, BATCH, PAIR), (place,))
    for headers in (
        {"x-api-key": text, "cookie": f"session={text}", "authorization": text},
        {"authorization": f"Basic {text}"},
        {"authorization": f"Bearer {text}"},
    ):
        request = Request("GET", f"https://h/?api_key={text}", headers)
        credential = principals.find(request)
        principals.nearest(request, credential, 0.0)
        if credential.key is None and len(text) > 2:
            assert text not in credential.hint


@given(st.text(min_size=1, max_size=6), st.text(min_size=1, max_size=6))
def test_one_edit_is_what_it_says(left: str, right: str) -> None:
    edits = {right[:i] + right[i + 1 :] for i in range(len(right))}
    edits |= {right[:i] + c + right[i:] for i in range(len(right) + 1) for c in left}
    edits |= {right[:i] + c + right[i + 1 :] for i in range(len(right)) for c in left}
    edits |= {right[:i] + right[i + 1] + right[i] + right[i + 2 :] for i in range(len(right) - 1)}

    assert one_edit_apart(left, right) == (left in edits - {right})
