"""Addresses, lists of blocks, and who the client is behind its proxies."""

from __future__ import annotations

from ipaddress import (
    AddressValueError,
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
)

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from oracle import address_of, holds, networks_of
from strategies import ADDRESSES, blocks

from simulator.addresses import (
    V6,
    Intervals,
    Rule,
    check_block,
    parse_address,
    parse_blocks,
    peer_address,
    read_list,
    show_address,
)
from simulator.problem import Fault


def number(address: IPv4Address | IPv6Address) -> int:
    return int(address) + (V6 if address.version == 6 else 0)


# One address


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        pytest.param("0.0.0.0", "0.0.0.0", id="the first IPv4 address"),
        pytest.param("255.255.255.255", "255.255.255.255", id="the last"),
        pytest.param("::", "::", id="the first IPv6 address"),
        pytest.param("::1", "::1", id="loopback"),
        pytest.param("2001:DB8:0:0::1", "2001:db8::1", id="IPv6 is shown as RFC 5952 says"),
        pytest.param("::ffff:10.0.0.1", "10.0.0.1", id="mapped IPv4 is IPv4"),
        pytest.param("::FFFF:a00:1", "10.0.0.1", id="mapped IPv4 in hexadecimal"),
        pytest.param("::10.0.0.1", "::a00:1", id="the obsolete compatible form is not mapped"),
        pytest.param("64:ff9b::1.2.3.4", "64:ff9b::102:304", id="nor is translated IPv4"),
        pytest.param("1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0", id="`::` for one group"),
    ],
)
def test_an_address_is_read(text: str, shown: str) -> None:
    address = parse_address(text)

    assert address is not None
    assert show_address(address) == shown


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="nothing"),
        pytest.param("01.2.3.4", id="a leading zero, which some read as octal"),
        pytest.param("1.2.3", id="three octets"),
        pytest.param("1.2.3.4.5", id="five octets"),
        pytest.param("256.1.1.1", id="an octet too large"),
        pytest.param("0x7f.0.0.1", id="hexadecimal octets"),
        pytest.param("2130706433", id="one number"),
        pytest.param("1.2.3.4 ", id="a space"),
        pytest.param("1.2.3.4:80", id="a port"),
        pytest.param("1.2.3.4/32", id="a prefix"),
        pytest.param("٣.2.3.4", id="digits of another script"),
        pytest.param("fe80::1%eth0", id="a zone"),
        pytest.param("[::1]", id="brackets"),
        pytest.param("1::2::3", id="two gaps"),
        pytest.param(":::", id="three colons"),
        pytest.param("1:2:3:4:5:6:7:8:9", id="nine groups"),
        pytest.param("1:2:3:4:5:6:7:8::", id="eight groups and a gap"),
        pytest.param("12345::", id="a group too long"),
        pytest.param("::ffff:01.2.3.4", id="a leading zero within IPv6"),
        pytest.param("::1.2.3.4:1", id="IPv4 in the middle"),
        pytest.param(":1", id="one colon in front"),
        pytest.param("1:", id="one colon behind"),
        pytest.param("localhost", id="a name"),
    ],
)
def test_what_is_no_address_is_none(text: str) -> None:
    assert parse_address(text) is None


def test_a_peer_may_have_a_zone() -> None:
    assert peer_address("fe80::1%eth0") == parse_address("fe80::1")
    assert peer_address("unix:") is None


@given(st.integers(0, 2**32 - 1))
def test_every_ipv4_address_is_read_and_shown(value: int) -> None:
    text = str(IPv4Address(value))

    assert parse_address(text) == value
    assert show_address(value) == text


@given(st.integers(0, 2**128 - 1) | st.integers(0, 2**50), st.booleans())
def test_every_ipv6_address_is_read_and_shown(value: int, exploded: bool) -> None:
    address = IPv6Address(value)
    plain = address.ipv4_mapped or address
    text = address.exploded if exploded else str(address)

    assert parse_address(text) == number(plain)
    assert show_address(number(plain)) == str(plain)


near_addresses = st.text(st.sampled_from("0123456789abcfF:.%/ x"), max_size=24) | st.builds(
    lambda text, at, char: text[:at] + char + text[at:],
    st.sampled_from(ADDRESSES),
    st.integers(0, 12),
    st.sampled_from(["", ":", ".", "0", "f", " ", "%", "1"]),
)


@settings(max_examples=400)
@given(near_addresses)
def test_addresses_are_those_of_the_standard_library(text: str) -> None:
    found = address_of(text)

    assert parse_address(text) == (None if found is None else number(found))


# One block


@pytest.mark.parametrize(
    ("text", "first", "last", "prefix"),
    [
        pytest.param("10.0.0.0/8", "10.0.0.0", "10.255.255.255", 8, id="a block"),
        pytest.param("10.0.0.1", "10.0.0.1", "10.0.0.1", 32, id="an address"),
        pytest.param("10.0.0.0/31", "10.0.0.0", "10.0.0.1", 31, id="two addresses"),
        pytest.param("0.0.0.0/0", "0.0.0.0", "255.255.255.255", 0, id="all of IPv4"),
        pytest.param("2001:db8::/127", "2001:db8::", "2001:db8::1", 127, id="two of IPv6"),
        pytest.param("::1", "::1", "::1", 128, id="an address of IPv6"),
        pytest.param("2001:DB8::/127", "2001:db8::", "2001:db8::1", 127, id="capitals"),
        pytest.param("::ffff:10.0.0.0/104", "10.0.0.0", "10.255.255.255", 8, id="a mapped block"),
        pytest.param("::ffff:0:0/96", "0.0.0.0", "255.255.255.255", 0, id="all mapped addresses"),
    ],
)  # fmt: skip
def test_a_block_is_its_first_and_last_address(
    text: str, first: str, last: str, prefix: int
) -> None:
    (block,) = parse_blocks(text)

    assert (show_address(block.first), show_address(block.last)) == (first, last)
    assert (block.prefix, block.text) == (prefix, text)
    assert check_block(text) == text


def test_all_is_both_families() -> None:
    assert [(block.family, block.text) for block in parse_blocks("all")] == [
        ("IPv4", "all"),
        ("IPv6", "all"),
    ]


USUAL = "write it as `203.0.113.7`, `203.0.113.0/24`, `2001:db8::/32` or `all`"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param(
            "10.0.0.1/8",
            "`10.0.0.1/8` is not a block: it has bits set to the right of its prefix /8; write "
            "`10.0.0.0/8` for the block, or `10.0.0.1` for the one address",
            id="host bits",
        ),
        pytest.param(
            "2001:db8::1/64",
            "`2001:db8::1/64` is not a block: it has bits set to the right of its prefix /64; "
            "write `2001:db8::/64` for the block, or `2001:db8::1` for the one address",
            id="host bits of IPv6",
        ),
        pytest.param(
            "10/8",
            "`10/8` is not an address or a block: it has fewer than four octets; write "
            "`10.0.0.0/8`",
            id="octets left out",
        ),
        pytest.param(
            "192.168",
            "`192.168` is not an address or a block: it has fewer than four octets; write "
            "`192.168.0.0/16`",
            id="two octets",
        ),
        pytest.param(
            "010.0.0.1",
            "`010.0.0.1` is not an address or a block: an octet has a leading zero, which some "
            "servers read as octal; write `10.0.0.1`",
            id="a leading zero",
        ),
        pytest.param(
            "10.0.0.256",
            f"`10.0.0.256` is not an address or a block: an octet is larger than 255; {USUAL}",
            id="an octet too large",
        ),
        pytest.param(
            "10.0.0.0/33",
            "`10.0.0.0/33` is not an address or a block: the prefix length 33 is too large; write "
            "`10.0.0.0`",
            id="a prefix too long",
        ),
        pytest.param(
            "10.0.0.0/x",
            "`10.0.0.0/x` is not an address or a block: `x` is no prefix length; write `10.0.0.0`",
            id="a prefix that is no number",
        ),
        pytest.param(
            " 10.0.0.1",
            "` 10.0.0.1` is not an address or a block: it has spaces around it; write `10.0.0.1`",
            id="spaces",
        ),
        pytest.param(
            "fe80::1%eth0",
            "`fe80::1%eth0` is not an address or a block: it has a zone, which only means "
            f"something on one machine; {USUAL}",
            id="a zone",
        ),
        pytest.param(
            "10.0.0.1:80",
            f"`10.0.0.1:80` is not an address or a block: it is malformed; {USUAL}",
            id="a port",
        ),
        pytest.param(
            "proxy.internal",
            "`proxy.internal` is not an address or a block: names are not looked up here; "
            f"{USUAL}",
            id="a name",
        ),
        pytest.param(
            "", f"(nothing) is not an address or a block: it is empty; {USUAL}", id="nothing"
        ),
        pytest.param(
            "ALL",
            f"`ALL` is not an address or a block: names are not looked up here; {USUAL}",
            id="all in capitals",
        ),
    ],
)  # fmt: skip
def test_what_is_no_block_says_why_and_what_was_meant(text: str, message: str) -> None:
    with pytest.raises(Fault) as caught:
        parse_blocks(text)

    assert str(caught.value) == message


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("10.0.0.0/255.0.0.0", id="a netmask"),
        pytest.param("10.0.0.0/0.0.0.255", id="a host mask, which would be another block"),
        pytest.param("10.0.0.0/08", id="a prefix with a leading zero"),
        pytest.param("10.0.0.0/", id="no prefix"),
        pytest.param("10.0.0.0/-1", id="a negative prefix"),
        pytest.param("10.0.0.0/ 8", id="a space in front of the prefix"),
        pytest.param("10.0.0.0//8", id="two slashes"),
        pytest.param("::/129", id="a prefix too long for IPv6"),
        pytest.param("[::1]", id="brackets"),
        pytest.param("2130706433", id="one number"),
        pytest.param("0x7f000001", id="a hexadecimal number"),
        pytest.param("*", id="a star"),
        pytest.param("10.0.0.*", id="a star for an octet"),
        pytest.param("10.0.0.1-10.0.0.9", id="a range"),
        pytest.param("٣.0.0.0/8", id="digits of another script"),
    ],
)
def test_only_cidr_notation_is_a_block(text: str) -> None:
    with pytest.raises(Fault):
        parse_blocks(text)


@given(blocks())
def test_a_block_holds_what_the_standard_library_says_it_holds(text: str) -> None:
    expected = [(number(n[0]), number(n[-1]), n.prefixlen) for n in networks_of(text)]

    assert [(b.first, b.last, b.prefix) for b in parse_blocks(text)] == expected


@settings(max_examples=200)
@given(st.text(st.sampled_from("0123456789abf:./ "), max_size=22))
def test_a_block_is_what_the_standard_library_takes_for_one(text: str) -> None:
    expected: IPv4Network | IPv6Network | None
    try:
        expected = IPv6Network(text) if ":" in text else IPv4Network(text)
    except ValueError:
        expected = None
    mask = text.partition("/")[2]
    if mask and (not mask.isdigit() or (len(mask) > 1 and mask.startswith("0"))):
        expected = None  # the library takes netmasks and leading zeros
    try:
        (block,) = parse_blocks(text)
    except Fault as fault:
        found: str | None = None
        assert fault.remedy  # noqa: PT017 - there must be one whatever is wrong
    else:
        found = text if block.first <= block.last else "backwards"

    assert (found is None) == (expected is None)


# List files


@pytest.mark.parametrize(
    ("text", "entries"),
    [
        pytest.param(
            "# FireHOL level 1\n#\n0.0.0.0/8\n1.10.16.0/20\n",
            [(3, "0.0.0.0/8"), (4, "1.10.16.0/20")],
            id="FireHOL: comments after a hash",
        ),
        pytest.param(
            "; Spamhaus DROP List\n; Last-Modified: …\n1.10.16.0/20 ; SBL256894\n",
            [(3, "1.10.16.0/20")],
            id="Spamhaus DROP: comments after a semicolon",
        ),
        pytest.param(
            '{"cidr":"1.10.16.0/20","sblid":"SBL256894","rir":"apnic"}\n'
            '{"type":"metadata","timestamp":1764000000,"records":1}\n',
            [(1, "1.10.16.0/20")],
            id="Spamhaus DROP: lines of JSON, the last without a block",
        ),
        pytest.param("10.0.0.0/8 // office\n", [(1, "10.0.0.0/8")], id="comments after slashes"),
        pytest.param(
            "10.0.0.1\r\n10.0.0.2\r\n", [(1, "10.0.0.1"), (2, "10.0.0.2")], id="carriage returns"
        ),
        pytest.param("\ufeff10.0.0.1\n", [(1, "10.0.0.1")], id="a byte order mark"),
        pytest.param("10.0.0.1\t\n \t10.0.0.2", [(1, "10.0.0.1"), (2, "10.0.0.2")], id="TABs"),
        pytest.param("10.0.0.1", [(1, "10.0.0.1")], id="no newline at the end"),
        pytest.param("\n\n  \n10.0.0.1\n\n", [(4, "10.0.0.1")], id="empty lines"),
        pytest.param("2001:db8::/32\nall\n", [(1, "2001:db8::/32"), (2, "all")], id="IPv6 and all"),
        pytest.param("", [], id="nothing"),
        pytest.param("# only\n; comments\n", [], id="only comments"),
    ],
)
def test_a_list_file_has_a_block_a_line(text: str, entries: list[tuple[int, str]]) -> None:
    assert list(read_list(text)) == [(line, block, None) for line, block in entries]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        pytest.param(
            "10.0.0.1/8",
            "`10.0.0.1/8` is not a block: it has bits set to the right of its prefix /8; write "
            "`10.0.0.0/8` for the block, or `10.0.0.1` for the one address",
            id="host bits",
        ),
        pytest.param(
            "10.0.0.0/33",
            "`10.0.0.0/33` is not an address or a block: the prefix length 33 is too large; write "
            "`10.0.0.0`",
            id="a prefix too long",
        ),
        pytest.param(
            '{"cidr": "10.0.0.0/8"',
            '`{"cidr": "10.0.0.0/8"` is not an address or a block: it is more than one word, and '
            "an entry is one block; " + USUAL,
            id="broken JSON",
        ),
    ],
)
def test_a_bad_line_is_named_with_its_number_and_the_others_count(line: str, message: str) -> None:
    entries = list(read_list(f"10.0.0.0/8\n\n{line}\n192.0.2.0/24\n"))

    assert [(number, fault and str(fault)) for number, _, fault in entries] == [
        (1, None),
        (3, message),
        (4, None),
    ]


def test_deeply_nested_json_is_a_bad_line_and_no_more() -> None:
    ((line, _, fault),) = read_list('{"a":' * 100_000)

    assert line == 1
    assert fault is not None


# Which rule decides


def rules(*entries: str) -> list[Rule]:
    """`+10.0.0.0/8` allows, `-10.0.0.1` denies."""
    return [
        Rule(block, entry[0] == "-", str(index))
        for index, entry in enumerate(entries)
        for block in parse_blocks(entry[1:])
    ]


@pytest.mark.parametrize(
    ("match", "entries", "winner"),
    [
        pytest.param("longest", ["+10.0.0.0/8", "-10.0.0.0/16"], "1", id="longest: a longer deny"),
        pytest.param("longest", ["-10.0.0.0/8", "+10.0.0.7"], "1", id="longest: a longer allow"),
        pytest.param("longest", ["+10.0.0.0/8", "-10.0.0.0/8"], "1", id="longest: deny wins a tie"),
        pytest.param("longest", ["+all", "-0.0.0.0/0"], "1", id="longest: all is a block of /0"),
        pytest.param(
            "longest", ["+10.0.0.0/8", "+10.0.0.0/8"], "0", id="longest: the first of two equals"
        ),
        pytest.param(
            "deny-overrides", ["-10.0.0.0/8", "+10.0.0.7"], "0", id="deny-overrides: any deny"
        ),
        pytest.param(
            "deny-overrides",
            ["-10.0.0.0/8", "-10.0.0.0/24"],
            "1",
            id="deny-overrides: of denies the longest is named",
        ),
        pytest.param("first", ["+all", "-10.0.0.7"], "0", id="first: nothing after the first"),
        pytest.param("first", ["-10.0.0.7", "+all"], "0", id="first: in the order listed"),
        pytest.param("first", ["-192.0.2.1", "+10.0.0.0/8"], "1", id="first: the first that fits"),
        pytest.param("longest", ["+192.0.2.0/24"], None, id="no rule holds it"),
        pytest.param("longest", ["+::/0"], None, id="IPv6 rules say nothing of IPv4"),
        pytest.param("longest", ["+::ffff:10.0.0.0/104"], "0", id="mapped rules are IPv4 rules"),
        pytest.param("longest", [], None, id="no rules at all"),
    ],
)
def test_a_rule_decides_on_an_address(match: str, entries: list[str], winner: str | None) -> None:
    listed = rules(*entries)
    index = Intervals(listed, match).find(0x0A000007)

    assert (listed[index].path if index >= 0 else None) == winner


def test_covering_rules_are_told_the_widest_first() -> None:
    listed = Intervals(rules("+10.0.0.7", "-192.0.2.0/24", "+all", "-10.0.0.0/8"), "longest")

    assert [listed.rules[i].path for i in listed.covering(0x0A000007)] == ["2", "3", "0"]


@pytest.mark.parametrize(
    ("entries", "deny", "expected"),
    [
        pytest.param(
            ["+10.0.0.8", "+10.0.0.6/31"], False, [("0", 28)], id="what holds it is not near"
        ),
        pytest.param(
            ["+10.0.1.0/24", "+10.0.2.0/24"], False, [("0", 23), ("1", 22)], id="the closest first"
        ),
        pytest.param(["-10.0.0.6"], False, [], id="only what allows"),
        pytest.param(["-10.0.0.6"], True, [("0", 31)], id="or only what denies"),
        pytest.param(["+2001:db8::/32"], False, [], id="never of the other family"),
        pytest.param(
            ["+10.0.0.0", "+10.0.0.1", "+10.0.0.2", "+10.0.0.3"],
            False,
            [("1", 29), ("2", 29), ("3", 29)],
            id="three at most",
        ),
    ],
)
def test_the_nearest_blocks_are_few(
    entries: list[str], deny: bool, expected: list[tuple[str, int]]
) -> None:
    listed = Intervals(rules(*entries), "longest")
    found = listed.nearest(0x0A000007, deny=deny)

    assert [(listed.rules[index].path, common) for index, common in found] == expected


def brute_force(listed: list[Rule], match: str, address: IPv4Address | IPv6Address) -> int:
    """The rule that decides, by looking at each."""
    best, winner = None, -1
    for index, rule in enumerate(listed):
        (network,) = [
            n for n in networks_of(rule.block.text) if (n.version == 6) == (rule.block.first >= V6)
        ]
        if not holds(network, address):
            continue
        key: tuple[int, ...]
        if match == "first":
            key = (index,)
        elif match == "longest":
            key = (-network.prefixlen, not rule.deny, index)
        else:
            key = (not rule.deny, -network.prefixlen, index)
        if best is None or key < best:
            best, winner = key, index
    return winner


@settings(max_examples=200)
@given(
    st.lists(
        st.builds(lambda sign, block: sign + block, st.sampled_from("+-"), blocks()), max_size=8
    ),
    st.sampled_from(["first", "longest", "deny-overrides"]),
)
def test_compiled_rules_decide_as_a_linear_scan_does(entries: list[str], match: str) -> None:
    listed = rules(*entries)
    intervals = Intervals(listed, match)
    addresses = [address_of(text) for text in ADDRESSES]
    for rule in listed:
        for value in (rule.block.first - 1, rule.block.first, rule.block.last, rule.block.last + 1):
            if 0 <= value < V6 << 1 and (value < 1 << 32 or value >= V6):
                addresses.append(address_of(show_address(value)))

    for address in addresses:
        assert address is not None
        assert intervals.find(number(address)) == brute_force(listed, match, address), address


@settings(max_examples=150)
@given(
    st.lists(
        st.builds(lambda sign, block: sign + block, st.sampled_from("+-"), blocks()), max_size=9
    ),
    st.sampled_from([text for text in ADDRESSES if ":" not in text])
    | st.sampled_from([text for text in ADDRESSES if ":" in text]),
    st.booleans(),
)
def test_covering_and_nearest_rules_are_those_of_a_linear_scan(
    entries: list[str], text: str, deny: bool
) -> None:
    listed = Intervals(rules(*entries), "longest")
    address = parse_address(text)
    assert address is not None
    blocks_of = [rule.block for rule in listed.rules]
    width = 128 if address >= V6 else 32
    holding = [i for i, block in enumerate(blocks_of) if block.first <= address <= block.last]
    outside = [
        width - (rule.block.first ^ address).bit_length()
        for i, rule in enumerate(listed.rules)
        if i not in holding and rule.deny == deny and (rule.block.first >= V6) == (address >= V6)
    ]

    assert sorted(listed.covering(address)) == holding
    prefixes = [blocks_of[i].prefix for i in listed.covering(address)]
    assert prefixes == sorted(prefixes)
    nearest = listed.nearest(address, deny=deny)
    assert [bits for _, bits in nearest] == sorted(outside, reverse=True)[:3]
    assert not {i for i, _ in nearest} & set(holding)


def test_stretches_say_for_every_address_which_rules_hold_it_the_deciding_one_first() -> None:
    listed = Intervals(rules("+10.0.0.0/8", "-10.1.0.0/16", "+10.1.0.0/16"), "longest")

    found = [(show_address(s.first), s.rules) for s in listed.stretches()]

    assert found == [
        ("0.0.0.0", ()),
        ("10.0.0.0", (0,)),
        ("10.1.0.0", (1, 2, 0)),
        ("10.2.0.0", (0,)),
        ("11.0.0.0", ()),
        ("::", ()),
    ]


@settings(max_examples=150)
@given(
    st.lists(
        st.builds(lambda sign, block: sign + block, st.sampled_from("+-"), blocks()), max_size=9
    ),
    st.sampled_from(["longest", "first", "deny-overrides"]),
)
def test_stretches_follow_one_another_and_are_what_is_found_at_both_ends(
    entries: list[str], match: str
) -> None:
    listed = Intervals(rules(*entries), match)
    found = list(listed.stretches())

    assert [s.first for s in found if s.first not in (0, V6)] == [
        s.last + 1 for s in found if s.last not in ((1 << 32) - 1, (V6 << 1) - 1)
    ]
    for stretch in found:
        for address in (stretch.first, stretch.last):
            assert sorted(stretch.rules) == sorted(listed.covering(address))
            assert (stretch.rules or (-1,))[0] == listed.find(address)


def test_the_standard_library_refuses_what_the_tests_think_it_does() -> None:
    with pytest.raises(AddressValueError):
        IPv4Address("010.0.0.1")
