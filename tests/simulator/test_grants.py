"""Which response fields are sent to whom, and what can be granted at all."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from simulator.behaviour import Behaviour, Vary
from simulator.behaviours import STANDARD
from simulator.grants import (
    Granted,
    Grants,
    check_exposed_header,
    check_granted_header,
    check_granted_method,
)
from simulator.problem import Fault

SHOP, EVIL = "https://shop.example", "https://evil.example"
NAMES = {
    "access-control-allow-origin": "origin",
    "access-control-allow-credentials": "credentials",
    "access-control-allow-methods": "methods",
    "access-control-allow-headers": "headers",
    "access-control-expose-headers": "expose",
    "access-control-max-age": "age",
    "access-control-allow-private-network": "network",
    "vary": "vary",
}
LISTED = Granted((SHOP,), ("PUT",), ("X-A",), expose=("X-Id",), credentials=True, max_age=60)
ANY = LISTED._replace(origins=("*",))


def family(**words: object) -> Behaviour:
    return Behaviour(basis="observed", vary=Vary(actual=(), preflight=()), **words)  # type: ignore[arg-type]


def actual(
    behaviour: Behaviour, granted: Granted, origin: str | None = SHOP, *, cookie: bool = False
) -> dict[str, str]:
    grants = Grants(behaviour, granted)
    index = None if origin is None else grants.find(origin)
    return {NAMES[name]: value for name, value in grants.actual(origin, index, cookie)}


def preflight(
    behaviour: Behaviour, granted: Granted, origin: str = SHOP, method: str = "PUT", **rest: object
) -> dict[str, str]:
    fields = Grants(behaviour, granted).preflight(origin, method, "x-a", **rest)  # type: ignore[arg-type]
    return {NAMES[name]: value for name, value in fields}


# The origin


@pytest.mark.parametrize(
    ("behaviour", "granted", "origin", "expected"),
    [
        pytest.param(family(), LISTED, SHOP, SHOP, id="one that is listed"),
        pytest.param(family(), LISTED, EVIL, None, id="none to another"),
        pytest.param(family(), LISTED, None, None, id="none where none is sent"),
        pytest.param(family(), ANY, EVIL, "*", id="a star"),
        pytest.param(
            family(star="echo"), ANY._replace(credentials=None), EVIL, EVIL, id="anyone's, by name"
        ),
        pytest.param(family(star_credentials="echo"), ANY, EVIL, EVIL, id="so with credentials"),
        pytest.param(
            family(star_credentials="echo"), ANY._replace(credentials=None), EVIL, "*",
            id="not so without",
        ),
        pytest.param(
            family(fixed=True), LISTED, EVIL, SHOP, id="the only one, to everybody"
        ),
        pytest.param(family(), LISTED._replace(fixed=True), None, SHOP, id="so if configured"),
        pytest.param(
            family(fixed=True), LISTED._replace(origins=(SHOP, "null")), EVIL, None,
            id="not so where there are two",
        ),
        pytest.param(
            family(fixed=True), LISTED._replace(origins=("https://*.shop.example",)),
            "https://a.shop.example", "https://a.shop.example", id="not so where it is a pattern",
        ),
        pytest.param(family(without="star"), ANY, None, "*", id="a star without an Origin"),
        pytest.param(
            family(without="star"), LISTED, None, None, id="nothing without one, if it is listed"
        ),
        pytest.param(
            family(without="empty", star_credentials="echo"), ANY, None, "",
            id="an empty one, where it would be echoed",
        ),
        pytest.param(
            family(without="star", star_credentials="echo"), ANY, None, "*",
            id="a star, where it would be echoed",
        ),
        pytest.param(
            family(without="first"), LISTED._replace(origins=(SHOP, "https://a.example")), None,
            "https://a.example", id="the first in the alphabet",
        ),
        pytest.param(family(without="first"), ANY, None, None, id="none where credentials go"),
        pytest.param(
            family(folds={"case"}), LISTED, "https://SHOP.example", "https://SHOP.example",
            id="one in capitals, as it came",
        ),
        pytest.param(
            family(folds={"slash"}), LISTED, f"{SHOP}/", f"{SHOP}/", id="one with a slash"
        ),
        pytest.param(
            family(folds={"path"}), LISTED, f"{SHOP}/a?b", f"{SHOP}/a?b", id="one with a path"
        ),
        pytest.param(family(folds={"path"}), LISTED, "http://[", None, id="none that is no URL"),
        pytest.param(
            family(folds={"port"}), LISTED, f"{SHOP}:443", SHOP, id="one less its default port"
        ),
        pytest.param(
            family(origins=("*",)), LISTED._replace(origins=None), EVIL, "*",
            id="what the family grants where nothing is said",
        ),
        pytest.param(
            family(exact_first=True), ANY._replace(origins=("*", SHOP)), SHOP, SHOP,
            id="the one listed beside a star",
        ),
        pytest.param(
            family(), ANY._replace(origins=("*", SHOP)), SHOP, "*",
            id="a star, whatever is listed beside it",
        ),
    ],
)  # fmt: skip
def test_the_origin_sent_is(
    behaviour: Behaviour, granted: Granted, origin: str | None, expected: str | None
) -> None:
    assert actual(behaviour, granted, origin).get("origin") == expected


def test_some_name_the_origin_only_to_a_cookie() -> None:
    behaviour = family(star_credentials="cookie")

    assert actual(behaviour, ANY)["origin"] == "*"
    assert actual(behaviour, ANY, cookie=True)["origin"] == SHOP


# The other fields


@pytest.mark.parametrize(
    ("behaviour", "granted", "origin", "expected"),
    [
        pytest.param(family(), LISTED, EVIL, set(), id="nothing"),
        pytest.param(family(to="sent"), LISTED, EVIL, {"credentials", "expose"}, id="all but it"),
        pytest.param(family(to="sent"), LISTED, None, set(), id="nothing without an Origin"),
        pytest.param(
            family(to="always"), LISTED, None, {"credentials", "expose"}, id="all without an Origin"
        ),
    ],
)
def test_who_is_not_granted_gets(
    behaviour: Behaviour, granted: Granted, origin: str | None, expected: set[str]
) -> None:
    assert set(actual(behaviour, granted, origin)) == expected


@pytest.mark.parametrize(
    ("behaviour", "granted", "expected"),
    [
        pytest.param(family(), LISTED, True, id="where they are configured"),
        pytest.param(family(), LISTED._replace(credentials=None), False, id="not by default"),
        pytest.param(
            family(credentials="yes"), LISTED._replace(credentials=None), True, id="by default"
        ),
        pytest.param(
            family(credentials="yes"), LISTED._replace(credentials=False), False, id="unless denied"
        ),
        pytest.param(
            family(credentials="always"), LISTED._replace(credentials=False), True, id="always"
        ),
        pytest.param(family(), ANY, True, id="beside a star"),
        pytest.param(family(star_credentials="alone"), ANY, False, id="not beside a star"),
    ],
)
def test_credentials_are_allowed(behaviour: Behaviour, granted: Granted, expected: bool) -> None:
    assert ("credentials" in actual(behaviour, granted)) is expected


def test_a_preflight_is_told_what_is_granted() -> None:
    assert preflight(family(), LISTED) == {
        "origin": SHOP, "credentials": "true", "methods": "PUT", "headers": "X-A", "age": "60",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("behaviour", "granted", "expected"),
    [
        pytest.param(family(), LISTED._replace(max_age=0), "0", id="none, by number"),
        pytest.param(
            family(zero_max_age=False), LISTED._replace(max_age=0), None, id="none, by silence"
        ),
        pytest.param(family(max_age=5), LISTED._replace(max_age=None), "5", id="by default"),
        pytest.param(family(), LISTED._replace(max_age=None), None, id="where nothing is said"),
    ],
)
def test_a_preflight_may_be_kept(
    behaviour: Behaviour, granted: Granted, expected: str | None
) -> None:
    assert preflight(behaviour, granted).get("age") == expected


def test_some_send_the_lists_only_to_a_method_that_is_granted() -> None:
    behaviour = family(gates=True, on_preflight={"methods", "headers", "max-age", "expose"})

    assert set(preflight(behaviour, LISTED, method="DELETE")) == {"origin", "credentials", "expose"}
    assert {"methods", "headers", "age"} < set(preflight(behaviour, LISTED))


@pytest.mark.parametrize(
    ("word", "granted", "expected"),
    [
        pytest.param("unknown", True, None, id="which is not heard"),
        pytest.param("ignored", True, "true", id="which is granted"),
        pytest.param("ignored", False, None, id="which is not granted"),
        pytest.param("denied", False, "false", id="which is denied aloud"),
    ],
)
def test_a_preflight_may_ask_for_a_private_network(
    word: str, granted: bool, expected: str | None
) -> None:
    behaviour = family(private_network=word)
    fields = preflight(behaviour, LISTED._replace(private_network=granted), private_network=True)

    assert fields.get("network") == expected


# Vary


@pytest.mark.parametrize(
    ("vary", "granted", "origin", "expected"),
    [
        pytest.param(Vary(), ANY, None, "Origin", id="ever"),
        pytest.param(Vary(to="granted"), LISTED, EVIL, None, id="only to who is granted"),
        pytest.param(Vary(origin="named"), ANY, SHOP, None, id="not beside a star"),
        pytest.param(
            Vary(origin="named"), LISTED._replace(fixed=True), SHOP, "Origin",
            id="even where it is always the same",
        ),
        pytest.param(
            Vary(origin="echo"), LISTED._replace(fixed=True), SHOP, None,
            id="not where it is always the same",
        ),
        pytest.param(Vary(origin="echo"), LISTED, EVIL, "Origin", id="where one is looked up"),
        pytest.param(Vary(origin="several"), LISTED, SHOP, None, id="not where there is one"),
        pytest.param(
            Vary(origin="several"), LISTED._replace(origins=(SHOP, "null")), SHOP, "Origin",
            id="where there are two",
        ),
        pytest.param(
            Vary(actual=("Origin", "Accept"), origin="named"), ANY, SHOP, "Accept",
            id="and what else it varies with",
        ),
    ],
)  # fmt: skip
def test_an_answer_varies_with(
    vary: Vary, granted: Granted, origin: str | None, expected: str | None
) -> None:
    behaviour = Behaviour(basis="observed", vary=vary)

    assert actual(behaviour, granted, origin).get("vary") == expected


# What can be granted


def test_the_standard_behaviour_names_the_origin_and_says_that_it_varies() -> None:
    granted = LISTED._replace(credentials=None, expose=None)

    assert actual(STANDARD, granted) == {"origin": SHOP, "vary": "Origin"}
    assert actual(STANDARD, granted, EVIL) == {}


@pytest.mark.parametrize(
    ("check", "text", "message"),
    [
        (
            check_granted_method,
            "TRACE",
            "`TRACE` cannot be granted: no page may use it; remove it",
        ),
        (
            check_granted_header,
            "Cookie",
            "`Cookie` cannot be granted: browsers set it themselves and never ask for it; "
            "remove it; for cookies set `credentials: true`",
        ),
        (
            check_granted_header,
            "Sec-Fetch-Mode",
            "`Sec-Fetch-Mode` cannot be granted: browsers set it themselves and never ask for it; "
            "remove it",
        ),
        (
            check_exposed_header,
            "x id",
            "`x id` is not a field name: it is not one word; write `x-api-key`",
        ),
    ],
)
def test_what_cannot_be_granted_is_said(
    check: Callable[[str], str], text: str, message: str
) -> None:
    with pytest.raises(Fault) as caught:
        check(text)

    assert str(caught.value) == message


def test_names_stay_as_they_are_written() -> None:
    assert check_granted_header("X-Api-Key") == "X-Api-Key"
    assert check_exposed_header("ETag") == "ETag"
