"""Which host a text names, written as browsers write it."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from simulator.browser.engine import Unsupported
from simulator.browser.host import is_loopback, parse_host

# Names in ASCII


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Example.COM", "example.com"),
        ("a.b.", "a.b."),
        ("a..b", "a..b"),
        ("a_b", "a_b"),
        ("%41%2eb", "a.b"),
        ("xn--bcher-kva.test", "xn--bcher-kva.test"),
        ("XN--A", "xn--a"),
        ("a!$&'()*+,-;=b", "a!$&'()*+,-;=b"),
        ("", None),
        ("a b", None),
        ("a%20b", None),
        ("a%00", None),
        ("a%25b", None),
        ("a%zz", None),
        ("a^b", None),
        ("a|b", None),
        ("a<b", None),
        ("a:b", None),
        ("a]", None),
        ("a\x7f", None),
        ("%ff", None),
    ],
)
def test_a_name_in_ascii_is_written_in_small_letters(text: str, expected: str | None) -> None:
    found = parse_host(text)

    assert found == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Example.COM", "Example.COM"),
        ("", ""),
        ("1.2.3", "1.2.3"),
        ("%41\x7fé", "%41%7F%C3%A9"),
        ("a b", None),
        ("a^b", None),
        ("[::1]", "[::1]"),
    ],
)
def test_where_the_scheme_is_not_special_a_name_is_left_alone(
    text: str, expected: str | None
) -> None:
    found = parse_host(text, opaque=True)

    assert found == expected


# Addresses


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("127.0.0.1", "127.0.0.1", id="four numbers"),
        pytest.param("127.0.0.1.", "127.0.0.1", id="a dot at the end"),
        pytest.param("127.1", "127.0.0.1", id="two numbers"),
        pytest.param("1.2.772", "1.2.3.4", id="three numbers"),
        pytest.param("2130706433", "127.0.0.1", id="one number"),
        pytest.param("0x7F.1", "127.0.0.1", id="hexadecimal"),
        pytest.param("0177.0.0.01", "127.0.0.1", id="octal"),
        pytest.param("0x", "0.0.0.0", id="a hexadecimal nothing"),
        pytest.param("0000000000000000001", "0.0.0.1", id="many zeros"),
        pytest.param("4294967295", "255.255.255.255", id="the greatest"),
        pytest.param("%31%32", "0.0.0.12", id="percent-encoded digits"),
        pytest.param("\uff11\uff12\uff17\uff0e\uff11", "127.0.0.1", id="full-width digits"),
        pytest.param("4294967296", None, id="one more than the greatest"),
        pytest.param("9" * 5000, None, id="a very long number"),
        pytest.param("256.1.1.1", None, id="a part too great"),
        pytest.param("1.2.65536", None, id="a last part too great"),
        pytest.param("1.2.3.4.5", None, id="five numbers"),
        pytest.param("1..2", None, id="an empty part"),
        pytest.param("08.1", None, id="an eight in octal"),
        pytest.param("a.09", None, id="a name that ends in digits"),
        pytest.param("a.0x1f", None, id="a name that ends in a hexadecimal number"),
        pytest.param("a.0xg", "a.0xg", id="a name that does not"),
        pytest.param("1.2.3.4.a", "1.2.3.4.a", id="nor does this"),
        pytest.param("1e3", "1e3", id="nor this"),
    ],
)
def test_what_ends_in_a_number_is_an_ipv4_address(text: str, expected: str | None) -> None:
    found = parse_host(text)

    assert found == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("[::1]", "[::1]", id="loopback"),
        pytest.param("[0:0:0:0:0:0:0:0]", "[::]", id="nothing but zeros"),
        pytest.param("[2001:DB8:0:0:1:0:0:1]", "[2001:db8::1:0:0:1]", id="the first of two runs"),
        pytest.param("[1:0:2:0:0:3:4:5]", "[1:0:2::3:4:5]", id="the longer of two runs"),
        pytest.param("[1:0:2:3:4:5:6:7]", "[1:0:2:3:4:5:6:7]", id="a single zero"),
        pytest.param("[1:2:3:4:5:6:0:0]", "[1:2:3:4:5:6::]", id="zeros at the end"),
        pytest.param("[::ffff:1.2.3.4]", "[::ffff:102:304]", id="an IPv4 address in it"),
        pytest.param("[::1", None, id="an open bracket"),
        pytest.param("[]", None, id="nothing"),
        pytest.param("[::1%25eth0]", None, id="a zone identifier"),
        pytest.param("[::1%eth0]", None, id="a zone identifier that is not encoded"),
        pytest.param("[1:2:3:4:5:6:7:8:9]", None, id="nine pieces"),
        pytest.param("[1::2::3]", None, id="two gaps"),
        pytest.param("[12345::]", None, id="five digits"),
        pytest.param("[::01.2.3.4]", None, id="a leading zero in an IPv4 address"),
        pytest.param("[::1]x", None, id="something behind it"),
        pytest.param("::1", None, id="no brackets"),
    ],
)
def test_what_stands_in_brackets_is_an_ipv6_address(text: str, expected: str | None) -> None:
    found = parse_host(text)

    assert found == expected


# Names beyond ASCII


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("Bücher.test", "xn--bcher-kva.test", id="an umlaut"),
        pytest.param("b%C3%BCcher.test", "xn--bcher-kva.test", id="percent-encoded"),
        pytest.param("bu\u0308cher.test", "xn--bcher-kva.test", id="decomposed"),
        pytest.param("straße.test", "xn--strae-oqa.test", id="a sharp s stays"),
        pytest.param("STRASSE.test", "strasse.test", id="two of them are two letters"),
        pytest.param("STRAẞE.test", "xn--strae-oqa.test", id="a sharp s in capitals"),
        pytest.param("日本。test", "xn--wgv71a.test", id="an ideographic dot"),
        pytest.param("☃.test", "xn--n3h.test", id="a symbol"),
        pytest.param("\uff21\uff22\uff23.test", "abc.test", id="full-width letters"),
        pytest.param("a\xadb\u200b.é", "ab.xn--9ca", id="what nobody sees is dropped"),
        pytest.param("xn--bcher-kva.é", "xn--bcher-kva.xn--9ca", id="punycode beside a letter"),
        pytest.param("שלום.test", "xn--9dbne9b.test", id="from right to left"),
        pytest.param("क्\u200dष.test", "xn--11b2ezcw70k.test", id="a joiner after a virama"),
        pytest.param("\xad", None, id="nothing that is seen"),
        pytest.param("é b", None, id="a space"),
        pytest.param("é\u3000b", None, id="a wide space"),
        pytest.param("\uff05.test", None, id="a wide percent sign"),
        pytest.param("\u0301a", None, id="an accent on nothing"),
        pytest.param("a\u200db", None, id="a joiner that joins nothing"),
        pytest.param("שa.test", None, id="two directions in one label"),
        pytest.param("0a.ש", None, id="a digit first where one label runs from right to left"),
        pytest.param("\ue000", None, id="for private use"),
        pytest.param("\ufdd0", None, id="no character"),
        pytest.param("\ufffd", None, id="a replacement"),
        pytest.param("\x80é", None, id="a control"),
        pytest.param("xn--a.é", None, id="punycode that decodes to nothing"),
        pytest.param("xn--a-.é", None, id="punycode that needs none"),
    ],
)
def test_a_name_beyond_ascii_is_written_in_punycode(text: str, expected: str | None) -> None:
    found = parse_host(text)

    assert found == expected


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        pytest.param(
            "\u0646\u0627\u0645\u0647\u200c\u0627\u06cc",
            r"U\+200C may stand",
            id="a non-joiner between letters",
        ),
        pytest.param("a\u202eb", r"U\+202E may stand", id="a change of direction"),
        pytest.param("a\u3164", r"U\+3164 may stand", id="a filler"),
        pytest.param("a\U0003fffd", r"U\+3FFFD may stand", id="no character yet"),
        pytest.param("a\u2024b", "stands for a dot", id="a dot leader"),
    ],
)
def test_what_only_the_full_tables_would_tell_is_not_guessed(text: str, reason: str) -> None:
    with pytest.raises(Unsupported, match=reason):
        parse_host(text)


# Loopback


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("localhost", True),
        ("localhost.", True),
        ("a.localhost", True),
        ("127.0.0.1", True),
        ("127.255.0.9", True),
        ("[::1]", True),
        ("localhost..", False),
        ("xlocalhost", False),
        ("localhost.test", False),
        ("127.example", False),
        ("128.0.0.1", False),
        ("0.0.0.0", False),
        ("[::]", False),
        ("[::ffff:7f00:1]", False),
        ("", False),
    ],
)
def test_which_hosts_are_this_machine(host: str, expected: bool) -> None:
    found = is_loopback(host)

    assert found is expected


# Properties


@st.composite
def ipv4_texts(draw: st.DrawFn) -> tuple[str, IPv4Address]:
    """An address as one to four numbers, each in some base."""
    number = draw(st.integers(0, 2**32 - 1))
    count = draw(st.integers(1, 4))
    parts = []
    for place in range(count - 1):
        parts.append(number >> 8 * (3 - place) & 0xFF)
    parts.append(number & (1 << 8 * (5 - count)) - 1)
    written = [draw(st.sampled_from([f"{part}", f"0{part:o}", f"0x{part:X}"])) for part in parts]
    return ".".join(written) + draw(st.sampled_from(["", "."])), IPv4Address(number)


@given(ipv4_texts())
def test_an_ipv4_address_is_the_same_however_it_is_written(
    written: tuple[str, IPv4Address],
) -> None:
    text, address = written

    found = parse_host(text)

    assert found == str(address)


@given(st.ip_addresses(v=6), st.booleans())
@example(IPv6Address("::ffff:1.2.3.4"), False)
def test_an_ipv6_address_means_the_same_when_it_is_shortened(
    address: IPv6Address, exploded: bool
) -> None:
    found = parse_host(f"[{address.exploded if exploded else address.compressed}]")

    assert found is not None
    assert IPv6Address(found[1:-1]) == address
    assert len(found) - 2 <= len(address.compressed)


@given(st.one_of(st.text(), st.text("aé.%0xX12345[]:-ßxn", max_size=12)))
def test_a_host_that_is_written_means_itself(text: str) -> None:
    text = text.encode("utf-8", "replace").decode()
    try:
        found = parse_host(text)
    except Unsupported:
        return

    if found is not None:
        assert found.isascii()
        assert parse_host(found) == found
