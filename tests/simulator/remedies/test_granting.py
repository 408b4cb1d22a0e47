"""Is it told from sections `cors` whether they grant whatever they did?"""

from __future__ import annotations

import pytest

from simulator.remedies.granting import grants_widen
from simulator.source import Data

SHOP, APP = "https://shop.example", "https://app.example"
LISTED: dict[str, Data] = {"origins": [SHOP], "methods": ["PUT"], "headers": ["x-a"]}


@pytest.mark.parametrize(
    ("changes", "widens"),
    [
        ({"origins": [SHOP, APP]}, True),
        ({"origins": [SHOP, "https://*.shop.example"]}, True),
        ({"methods": ["PUT", "DELETE"]}, True),
        ({"headers": ["x-a", "x-b"]}, True),
        ({"credentials": True}, True),
        ({"private_network": True}, True),
        ({"origins": [APP, SHOP]}, False),
        ({"origins": [SHOP, "*"]}, False),
        ({"methods": ["*"]}, False),
        ({"headers": ["x-b"]}, False),
        ({"behaviour": "kong"}, False),
        ({"enforce": True}, False),
        ({"max_age": 7}, False),
        ({"fixed": True}, False),
    ],
)
def test_what_is_added_and_what_is_changed(changes: dict[str, Data], widens: bool) -> None:
    assert grants_widen({"": LISTED}, {"": {**LISTED, **changes}}) is widens


@pytest.mark.parametrize(
    ("old", "new", "widens"),
    [
        ({**LISTED, "credentials": True}, LISTED, False),
        ({**LISTED, "private_network": True}, LISTED, False),
        ({**LISTED, "fixed": True}, {**LISTED, "fixed": False, "origins": [SHOP, APP]}, True),
        ({"origins": ["*"]}, {"origins": ["*"], "credentials": True}, False),
        ({"origins": [SHOP], "headers": ["*"]}, {"origins": [SHOP], "headers": ["*"],
         "credentials": True}, False),
        ({}, {"origins": [SHOP]}, True),
    ],
)  # fmt: skip
def test_two_sections(old: dict[str, Data], new: dict[str, Data], widens: bool) -> None:
    assert grants_widen({"": old}, {"": new}) is widens


@pytest.mark.parametrize(
    ("behaviour", "name", "value", "widens"),
    [
        ("fastify", "methods", ["GET", "HEAD", "POST", "PUT"], True),
        ("fastify", "methods", ["PUT"], False),
        ("litestar", "methods", ["PUT"], False),  # every method is granted
        ("aiohttp-cors", "methods", ["PUT"], False),  # the routes' methods are
        ("express", "headers", ["x-a"], False),  # what is asked for is
        ("express", "origins", [SHOP], False),  # everybody is
        ("starlette", "origins", [SHOP], True),  # nobody is
    ],
)
def test_a_list_that_is_left_out_means_what_the_family_does(
    behaviour: str, name: str, value: Data, widens: bool
) -> None:
    old: dict[str, Data] = {"behaviour": behaviour}

    assert grants_widen({"": old}, {"": {**old, name: value}}) is widens


@pytest.mark.parametrize(
    ("old", "new", "widens"),
    [
        ({}, {"": LISTED}, True),
        ({}, {"0": LISTED}, True),
        ({}, {"": {**LISTED, "behaviour": "express"}}, False),  # it answers all OPTIONS
        ({"": LISTED}, {"": LISTED, "0": LISTED}, False),  # another applied there
        ({"": LISTED}, {}, False),
        ({"0": LISTED}, {"": LISTED, "0": LISTED}, True),
        ({"0": LISTED}, {"0": {**LISTED, "origins": [SHOP, APP]}}, True),
    ],
)
def test_a_section_where_there_was_none(
    old: dict[str, Data], new: dict[str, Data], widens: bool
) -> None:
    assert grants_widen(old, new) is widens
