"""Every kind of host that lists of patterns tell apart has an example."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.routes import hosts_match
from simulator.space.hosts import HostKind, host_kinds


def shown(*lists: list[str]) -> list[tuple[str, tuple[bool, ...]]]:
    return [(kind.origin("https"), kind.means) for kind in host_kinds(lists)]


def test_where_no_host_is_named_one_stands_for_all() -> None:
    assert shown() == [("https://api.example", ())]


def test_an_empty_list_means_every_host() -> None:
    assert shown([]) == [("https://api.example", (True,))]


def test_a_name_is_told_from_all_others() -> None:
    assert shown(["shop.example"]) == [
        ("https://shop.example", (True,)),
        ("https://api.example", (False,)),
    ]


def test_a_name_below_another_is_told_from_the_name_itself() -> None:
    assert shown(["*.shop.example"], ["shop.example"]) == [
        ("https://shop.example", (False, True)),
        ("https://api.shop.example", (True, False)),
        ("https://api.example", (False, False)),
    ]


def test_a_port_is_told_from_all_others() -> None:
    assert shown(["shop.example:8443"]) == [
        ("https://shop.example", (False,)),
        ("https://shop.example:8443", (True,)),
    ]


def test_the_stranger_is_not_below_a_name_that_is_listed() -> None:
    assert shown(["*.example"]) == [("https://api.example", (True,)), ("https://api", (False,))]


def test_an_ipv6_address_keeps_its_brackets() -> None:
    assert shown(["[::1]:8443"]) == [
        ("https://[::1]", (False,)),
        ("https://[::1]:8443", (True,)),
    ]


@pytest.mark.parametrize(
    ("scheme", "port", "expected"),
    [
        ("https", 443, "https://a.example"),
        ("http", 443, "http://a.example:443"),
        ("http", 80, "http://a.example"),
        ("https", 8443, "https://a.example:8443"),
    ],
)
def test_an_origin_leaves_out_the_usual_port(scheme: str, port: int, expected: str) -> None:
    assert HostKind("a.example", port, ()).origin(scheme) == expected


# Properties

NAMES = (
    "shop.example",
    "api.shop.example",
    "example",
    "api",
    "api.example",
    "[::1]",
    "Shop.Example",
)
PORTS = ("", ":443", ":80", ":8443", ":65535")
patterns = st.builds(
    "{}{}{}".format,
    st.sampled_from(["", "", "*."]),
    st.sampled_from(NAMES),
    st.sampled_from(PORTS),
).filter(lambda text: not text.startswith("*.["))
lists = st.lists(st.lists(patterns, max_size=3), max_size=4)
hosts = st.builds(
    "{}{}{}".format,
    st.sampled_from(["", "a.", "a.b.", "x"]),
    st.sampled_from([*NAMES, "other", ""]),
    st.sampled_from(["", "."]),
)


@settings(max_examples=40)
@given(lists, hosts, st.sampled_from([80, 443, 8443, 1, 65535]))
def test_every_host_is_meant_as_some_example_is(
    asked: list[list[str]], host: str, port: int
) -> None:
    means = tuple(hosts_match(each, host, port) for each in asked)

    assert means in {kind.means for kind in host_kinds(asked)}


@settings(max_examples=40)
@given(lists)
def test_an_example_is_meant_as_it_says_and_no_two_are_meant_alike(asked: list[list[str]]) -> None:
    kinds = host_kinds(asked)

    for kind in kinds:
        assert kind.means == tuple(hosts_match(each, kind.host, kind.port) for each in asked)
    assert len({kind.means for kind in kinds}) == len(kinds)
