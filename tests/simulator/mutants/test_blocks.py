"""Every entry of an address list is dropped, turned round and resized; the settings are flipped."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.addresses import parse_blocks
from simulator.edit import Put
from simulator.mutants.blocks import network_changes, resized, trust_changes
from simulator.source import read_document

DENY = "`203.0.113.0/24`"


def said(section: str, path: str = "network") -> list[str]:
    data = read_document(section, name="p.yaml").data
    return [change.words for change in network_changes(data, path)]


def test_an_entry_of_a_list() -> None:
    assert said("deny: [203.0.113.0/24]") == [
        f"{DENY} is not denied",
        f"{DENY} is allowed, not denied",
        f"`203.0.112.0/23` is denied, twice as wide as {DENY}",
        f"`203.0.113.0/25` is denied, half as wide as {DENY}",
        "the default of `network` is deny, not allow",
    ]


def test_both_lists_may_be_weighed_otherwise() -> None:
    section = "{allow: [10.0.0.0/8], deny: [10.0.0.1], match: %s, default: deny}"

    assert said(section % "longest")[-2:] == [
        "the default of `network` is allow, not deny",
        "in `network` any deny wins",
    ]
    assert said(section % "deny-overrides")[-1] == (
        "in `network` the longest prefix wins, not any deny"
    )


def test_ordered_rules() -> None:
    section = "rules: [{allow: 10.0.0.1}, {deny: 10.0.0.0/8}, {deny: 2001:db8::/32}]"

    assert [change for change in said(section) if "wide" not in change] == [
        "`10.0.0.1` is not allowed",
        "`10.0.0.1` is denied, not allowed",
        "`10.0.0.0/8` is not denied",
        "`10.0.0.0/8` is allowed, not denied",
        "`2001:db8::/32` is not denied",
        "`2001:db8::/32` is allowed, not denied",
        # The two that deny change nothing in each other's place.
        "`10.0.0.0/8` is asked ahead of `10.0.0.1`",
        "the default of `network` is deny, not allow",
    ]


def test_a_list_file_is_one_entry() -> None:
    assert said("deny: [{file: drop.txt}]", "routes/0/network") == [
        "what `drop.txt` lists is not denied",
        "what `drop.txt` lists is allowed, not denied",
        "the default of `routes/0/network` is deny, not allow",
    ]


@pytest.mark.parametrize(
    ("entry", "others"),
    [
        ("10.0.0.1", ["10.0.0.0/31"]),
        ("10.0.0.0/8", ["10.0.0.0/7", "10.0.0.0/9"]),
        ("0.0.0.0/0", ["0.0.0.0/1"]),
        ("2001:db8:1::/48", ["2001:db8::/47", "2001:db8:1::/49"]),
        ("::ffff:10.0.0.0/104", ["10.0.0.0/7", "10.0.0.0/9"]),
        ("all", ["0.0.0.0/0"]),
    ],
)
def test_a_block_one_bit_wider_and_narrower(entry: str, others: list[str]) -> None:
    changes = list(resized(entry, "x/0", "denied"))

    assert [change.edits for change in changes] == [(Put("x/0", other),) for other in others]


def test_trust() -> None:
    data = read_document("trusted_proxies: [10.0.0.0/8]", name="p.yaml").data

    assert [change.words for change in trust_changes(data)] == [
        "`10.0.0.0/8` is no trusted proxy",
        "`10.0.0.0/7` is trusted, twice as wide as `10.0.0.0/8`",
        "`10.0.0.0/9` is trusted, half as wide as `10.0.0.0/8`",
        "every address is a trusted proxy",
        "proxies are believed in `forwarded`, not in `x-forwarded-for`",
    ]
    assert list(trust_changes({})) == []
    assert next(trust_changes({"trusted_proxies": ["all"]})).words == (
        "every address is no trusted proxy"
    )


# Properties.


@given(st.ip_addresses(v=4), st.integers(1, 31))
def test_the_wider_block_holds_twice_as_many_and_the_narrower_half(address: object, n: int) -> None:
    size = 1 << (32 - n)
    first = int(address) // size * size  # type: ignore[call-overload]
    entry = ".".join(str(first >> shift & 255) for shift in (24, 16, 8, 0)) + f"/{n}"

    wide, narrow = (change.edits[0] for change in resized(entry, "x/0", "denied"))

    blocks = [parse_blocks(str(edit.value))[0] for edit in (wide, narrow)]  # type: ignore[union-attr]
    assert [block.last - block.first + 1 for block in blocks] == [2 * size, size // 2]
    assert blocks[0].first <= first < first + size - 1 <= blocks[0].last
    assert first <= blocks[1].first <= blocks[1].last < first + size
