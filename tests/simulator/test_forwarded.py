"""Who the client is, behind its proxies."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address

import pytest
from hypothesis import given
from hypothesis import strategies as st
from oracle import address_of, node_of
from strategies import ADDRESSES

from simulator.addresses import V6, Intervals, Rule, parse_blocks, show_address
from simulator.forwarded import (
    Client,
    Hop,
    client_address,
    derive_client,
    forwarded_entries,
    parse_node,
)


def number(address: IPv4Address | IPv6Address) -> int:
    return int(address) + (V6 if address.version == 6 else 0)


def rules(*entries: str) -> list[Rule]:
    """`+10.0.0.0/8` allows, `-10.0.0.1` denies."""
    return [
        Rule(block, entry[0] == "-", str(index))
        for index, entry in enumerate(entries)
        for block in parse_blocks(entry[1:])
    ]


PROXIES = Intervals(rules("+10.0.0.0/8", "+2001:db8::/32"), "longest")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("203.0.113.9", "203.0.113.9", id="an address"),
        pytest.param("203.0.113.9:4711", "203.0.113.9", id="with a port"),
        pytest.param("2001:db8::1", "2001:db8::1", id="IPv6"),
        pytest.param("[2001:db8::1]", "2001:db8::1", id="in brackets"),
        pytest.param("[2001:db8::1]:8", "2001:db8::1", id="with a port of one digit"),
        pytest.param("[2001:db8::1]:x8", None, id="in brackets, with a port that is no number"),
        pytest.param("[2001:db8::1]:4711", "2001:db8::1", id="in brackets with a port"),
        pytest.param("::ffff:10.0.0.1", "10.0.0.1", id="mapped IPv4"),
        pytest.param("[::ffff:10.0.0.1]:80", "10.0.0.1", id="mapped IPv4 in brackets"),
        pytest.param("2001:db8::1:4711", "2001:db8::1:4711", id="no port without brackets"),
        pytest.param("203.0.113.9:", None, id="an empty port"),
        pytest.param("203.0.113.9:http", None, id="a port that is no number"),
        pytest.param("[2001:db8::1", None, id="one bracket"),
        pytest.param("[2001:db8::1]4711", None, id="no colon after brackets"),
        pytest.param("[10.0.0.1]", None, id="IPv4 in brackets"),
        pytest.param("fe80::1%eth0", None, id="a zone"),
        pytest.param("unknown", None, id="unknown"),
        pytest.param("_hidden", None, id="a name for nobody to know"),
        pytest.param('"203.0.113.9"', None, id="quotes"),
        pytest.param("010.0.0.1", None, id="a leading zero"),
        pytest.param("", None, id="nothing"),
    ],
)
def test_a_forwarded_entry_is_an_address_or_not(text: str, expected: str | None) -> None:
    address = parse_node(text)

    assert (None if address is None else show_address(address)) == expected


@pytest.mark.parametrize(
    ("lines", "entries"),
    [
        pytest.param(["a, b", "c"], ["a", "b", "c"], id="lines are one list"),
        pytest.param(["a,\tb\t, ,, c "], ["a", "b", "c"], id="TABs and empty entries"),
        pytest.param(['"a, b"'], ['"a', 'b"'], id="quotes mean nothing there"),
        pytest.param(["", " "], [], id="empty lines"),
        pytest.param([], [], id="no lines"),
    ],
)
def test_x_forwarded_for_is_a_list(lines: list[str], entries: list[str]) -> None:
    assert forwarded_entries(lines, "x-forwarded-for") == entries


@pytest.mark.parametrize(
    ("lines", "entries"),
    [
        pytest.param(
            ['for=192.0.2.43, for="[2001:db8::1]:4711"'],
            ["192.0.2.43", "[2001:db8::1]:4711"],
            id="an element is a hop",
        ),
        pytest.param(["for=a;proto=https;by=b"], ["a"], id="only `for` names the client"),
        pytest.param(["For = a ; Proto = https"], ["a"], id="case and spaces do not matter"),
        pytest.param(['for="a,b;c", for=d'], ["a,b;c", "d"], id="quotes hold commas together"),
        pytest.param(['for="a\\"b"'], ['a"b'], id="an escaped quote"),
        pytest.param(["for=a", "for=b"], ["a", "b"], id="lines are one list"),
        pytest.param(["proto=https, for=a"], ["(no for=)", "a"], id="a hop that does not say"),
        pytest.param(["for=, for=a"], ["(no for=)", "a"], id="a hop that says nothing"),
        pytest.param([" , ,for=a"], ["a"], id="empty elements"),
        pytest.param(['for="a'], ['"a'], id="a quote that does not end"),
    ],
)
def test_forwarded_is_a_list_of_elements(lines: list[str], entries: list[str]) -> None:
    assert forwarded_entries(lines, "forwarded") == entries


WALKS = [
    pytest.param(
        "203.0.113.9",
        "198.51.100.1",
        Client(
            0xCB007109,
            "203.0.113.9",
            (Hop("203.0.113.9", "client"), Hop("198.51.100.1", "not believed")),
        ),
        id="a peer that is not trusted is the client, whatever it forwards",
    ),
    pytest.param(
        "10.0.0.1",
        "",
        Client(0x0A000001, "10.0.0.1", (Hop("10.0.0.1", "peer"),)),
        id="a trusted peer that forwards nothing is the client",
    ),
    pytest.param(
        "10.0.0.1",
        "203.0.113.9",
        Client(
            0xCB007109, "203.0.113.9", (Hop("10.0.0.1", "peer"), Hop("203.0.113.9", "client"))
        ),
        id="the address a trusted peer names",
    ),
    pytest.param(
        "10.0.0.1",
        "198.51.100.1, 203.0.113.9, 10.0.0.2",
        Client(
            0xCB007109,
            "203.0.113.9",
            (
                Hop("10.0.0.1", "peer"),
                Hop("10.0.0.2", "trusted proxy"),
                Hop("203.0.113.9", "client"),
                Hop("198.51.100.1", "not believed"),
            ),
        ),
        id="from the right to the first that is not trusted; what the client wrote is not believed",
    ),
    pytest.param(
        "10.0.0.1",
        "10.0.0.3, 10.0.0.2",
        Client(
            0x0A000003,
            "10.0.0.3",
            (
                Hop("10.0.0.1", "peer"),
                Hop("10.0.0.2", "trusted proxy"),
                Hop("10.0.0.3", "trusted proxy"),
            ),
        ),
        id="all trusted: the farthest",
    ),
    pytest.param(
        "10.0.0.1",
        "203.0.113.9, unknown, 10.0.0.2",
        Client(
            0x0A000002,
            "10.0.0.2",
            (
                Hop("10.0.0.1", "peer"),
                Hop("10.0.0.2", "trusted proxy"),
                Hop("unknown", "not an address"),
                Hop("203.0.113.9", "not believed"),
            ),
        ),
        id="an entry that is no address stops the walk at the last good hop",
    ),
    pytest.param(
        "::ffff:10.0.0.1",
        "[2001:db8::7]:4711",
        Client(
            number(IPv6Address("2001:db8::7")),
            "2001:db8::7",
            (Hop("::ffff:10.0.0.1", "peer"), Hop("[2001:db8::7]:4711", "trusted proxy")),
        ),
        id="mapped peers, brackets and ports",
    ),
    pytest.param(
        "unix:",
        "203.0.113.9",
        Client(None, "unix:", (Hop("unix:", "not an address"),)),
        id="a peer that is no address is nobody",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("peer", "line", "expected"), WALKS)
def test_the_client_is_found_hop_by_hop(peer: str, line: str, expected: Client) -> None:
    entries = forwarded_entries([line], "x-forwarded-for")

    assert derive_client(peer, PROXIES, entries) == expected
    assert client_address(peer, PROXIES, [line], "x-forwarded-for") == expected.address


def test_without_trusted_proxies_nothing_forwarded_is_believed() -> None:
    client = derive_client("10.0.0.1", None, ["203.0.113.9"])

    assert client.text == "10.0.0.1"
    assert client.hops == (Hop("10.0.0.1", "client"), Hop("203.0.113.9", "not believed"))


entries_strategy = st.lists(
    st.sampled_from([*ADDRESSES, "unknown", "10.0.0.9:80", "[2001:db8::9]:1", "x", "1.2.3"]),
    max_size=5,
)


@given(st.sampled_from([*ADDRESSES, "unix:"]), entries_strategy)
def test_the_walk_tells_of_every_entry_and_ends_at_an_address(
    peer: str, entries: list[str]
) -> None:
    found = derive_client(peer, PROXIES, entries)

    assert found.address == client_address(peer, PROXIES, [",".join(entries)], "x-forwarded-for")
    if found.address is not None:
        assert [hop.text for hop in found.hops] == [peer, *reversed(entries)]
        assert found.text == show_address(found.address)
        believed = [hop for hop in found.hops[1:] if hop.verdict in ("trusted proxy", "client")]
        last = believed[-1].text if believed else peer
        assert address_of(found.text) == (node_of(last) if believed else address_of(last))


@given(st.text(max_size=30) | st.text(st.sampled_from('for=;," \\[]:.1af'), max_size=40))
def test_no_forwarded_line_makes_it_raise(line: str) -> None:
    for field in ("forwarded", "x-forwarded-for"):
        entries = forwarded_entries([line], field)
        derive_client("10.0.0.1", PROXIES, entries)
