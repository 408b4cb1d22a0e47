"""Which rule of a CIDR list decides on an address?

Blocks and longest prefix: RFC 4632.
IPv4-mapped IPv6 addresses (RFC 4291 section 2.5.5.2) are read as the IPv4 address inside, in
rules and in requests alike: a dual-stack listener reports IPv4 clients that way.

An address is one integer: an IPv4 address its value, an IPv6 address its value plus 2^128, so
that both families live in one table and never meet.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from functools import lru_cache
from ipaddress import IPv6Address
from typing import NamedTuple

from netaddr import AddrFormatError, IPNetwork

from simulator.problem import Fault, quote

V6 = 1 << 128
_HEX = frozenset("0123456789abcdefABCDEF:.")
_BLOCK = re.compile(r"[0-9a-fA-F:.]+(/(0|[1-9][0-9]{0,2}))?\Z")
_OCTETS = {str(n): n for n in range(256)}


def parse_address(text: str) -> int | None:
    """The address, or None where the text is none: no leading zeros, zones, ports or `1.2`."""
    if ":" in text:
        return _parse_v6(text)
    try:
        a, b, c, d = text.split(".")
        return (_OCTETS[a] << 24) | (_OCTETS[b] << 16) | (_OCTETS[c] << 8) | _OCTETS[d]
    except (ValueError, KeyError):
        return None


def _parse_v6(text: str) -> int | None:
    """RFC 4291 section 2.2, all three forms. The standard library's parser takes up to twice as
    long, which shows in whole decisions where many clients use IPv6; tests hold the two equal."""
    if len(text) > 45 or not _HEX.issuperset(text):
        return None
    head, gap, tail = text.partition("::")
    groups = head.split(":") if head else []
    after = tail.split(":") if tail else []
    if "." in text:
        last = after if gap else groups
        inner = parse_address(last[-1]) if last else None  # no colon in it: it goes no deeper
        if inner is None:
            return None
        last[-1:] = [f"{inner >> 16:x}", f"{inner & 0xFFFF:x}"]
    missing = 8 - len(groups) - len(after)
    if missing < 1 if gap else missing:
        return None
    if gap:
        groups += ["0"] * missing + after
    if "" in groups or max(map(len, groups)) > 4:
        return None
    try:
        value = int("".join([group.rjust(4, "0") for group in groups]), 16)
    except ValueError:  # a dot that is not in the last group
        return None
    return value & 0xFFFFFFFF if value >> 32 == 0xFFFF else value | V6


def show_address(address: int) -> str:
    """The usual text of an address (RFC 5952 for IPv6)."""
    if address >= V6:
        return str(IPv6Address(address - V6))
    return f"{address >> 24}.{address >> 16 & 255}.{address >> 8 & 255}.{address & 255}"


class Block(NamedTuple):
    """A CIDR block as the addresses from `first` to `last`."""

    first: int
    last: int
    prefix: int
    text: str

    @property
    def family(self) -> str:
        return "IPv6" if self.first >= V6 else "IPv4"


ALL = (Block(0, (1 << 32) - 1, 0, "all"), Block(V6, (V6 << 1) - 1, 0, "all"))


# A policy is often read again with a change in it; a memo of a pure function is no state.
@lru_cache(maxsize=8192)
def parse_blocks(text: str) -> tuple[Block, ...]:
    """A block, an address, or `all` (both families). Raises Fault; host bits are a mistake."""
    if text == "all":
        return ALL
    try:
        if not _BLOCK.match(text):  # netaddr lets spaces, signs, names and masks by
            raise ValueError
        network = IPNetwork(text)
    except (AddrFormatError, ValueError):
        raise Fault(
            f"{quote(text)} is not an address or a block", _why_no_block(text), _instead(text)
        ) from None
    if network.ip != network.network:
        raise Fault(
            f"{quote(text)} is not a block",
            f"it has bits set to the right of its prefix /{network.prefixlen}",
            f"write `{network.cidr}` for the block, or `{network.ip}` for the one address",
        )
    value, width, prefix = int(network.network), 32, int(network.prefixlen)
    if network.version == 6:
        width = 128
        if value >> 32 == 0xFFFF and prefix >= 96:
            value, width, prefix = value & 0xFFFFFFFF, 32, prefix - 96
        else:
            value |= V6
    return (Block(value, value | ((1 << (width - prefix)) - 1), prefix, text),)


def check_block(text: str) -> str:
    """The text itself, if it is a block, an address or `all`. Raises Fault."""
    parse_blocks(text)
    return text


def read_list(text: str) -> Iterator[tuple[int, str, Fault | None]]:
    """The entries of a list file: line number, block, and what is wrong with it if anything.

    One block a line; what follows `#`, `;` or `//` is a comment (FireHOL, Spamhaus DROP). Lines of
    JSON with a `cidr` (Spamhaus' newer form) count too, those without one do not.
    """
    for number, line in enumerate(text.removeprefix("\ufeff").splitlines(), 1):
        if line.lstrip().startswith("{"):
            block = _cidr_of_json(line)
        else:
            block = re.split(r"[#;]|//", line, maxsplit=1)[0].strip()
        if not block:
            continue
        try:
            parse_blocks(block)
        except Fault as fault:
            yield number, block, fault
        else:
            yield number, block, None


def _cidr_of_json(line: str) -> str:
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        return line.strip()
    block = value.get("cidr", "") if isinstance(value, dict) else ""
    return block if isinstance(block, str) else ""


def _why_no_block(text: str) -> str:
    head, slash, prefix = text.strip().partition("/")
    if not head:
        return "it is empty"
    if text != text.strip():
        return "it has spaces around it"
    if len(text.split()) > 1:
        return "it is more than one word, and an entry is one block"
    if "%" in head:
        return "it has a zone, which only means something on one machine"
    if slash and ("." in prefix or ":" in prefix):
        return "a mask is not a prefix length"
    if slash and (not prefix.isdigit() or prefix != str(int(prefix[:9]))):
        return f"{quote(prefix)} is no prefix length"
    if slash and parse_address(head) is not None:
        return f"the prefix length {prefix} is too large"
    if head.count(".") == 3 and all(p.isdigit() for p in head.split(".")):
        if any(len(p) > 1 and p.startswith("0") for p in head.split(".")):
            return "an octet has a leading zero, which some servers read as octal"
        return "an octet is larger than 255"
    if head.replace(".", "").isdigit() and head.count(".") < 3:
        return "it has fewer than four octets"
    if ":" in head or all(c in "0123456789." for c in head):
        return "it is malformed"
    return "names are not looked up here"


def _instead(text: str) -> str:
    head = text.strip().partition("/")[0]
    parts = head.split(".")
    if parts and all(p.isdigit() and int(p) < 256 for p in parts):
        if len(parts) < 4:
            return f"write `{'.'.join(parts + ['0'] * (4 - len(parts)))}/{8 * len(parts)}`"
        return f"write `{'.'.join(str(int(p)) for p in parts)}`"
    return "write it as `203.0.113.7`, `203.0.113.0/24`, `2001:db8::/32` or `all`"


class Rule(NamedTuple):
    """A block with what it does and where it stands."""

    block: Block
    deny: bool
    path: str


class Stretch(NamedTuple):
    """Addresses that the same rules hold; `rules` are their indices, the one that decides first."""

    first: int
    last: int
    rules: tuple[int, ...]


class Intervals:
    """Rules compiled to sorted, disjoint intervals, each with the rule that wins there.

    Blocks are nested or disjoint, never overlapping otherwise, so one sort and a stack suffice;
    each precedence is the least of a key over the blocks that cover an address.
    """

    __slots__ = ("_match", "_order", "_parents", "_starts", "_winners", "families", "rules")

    def __init__(self, rules: Sequence[Rule], match: str) -> None:
        self.rules = tuple(rules)
        self.families = frozenset(rule.block.family for rule in rules if not rule.deny)
        keys = [_precedence(rule, index, match) for index, rule in enumerate(self.rules)]
        order = sorted(
            range(len(self.rules)),
            key=lambda i: (self.rules[i].block.first, -self.rules[i].block.last),
        )
        starts: list[int] = [0]
        winners: list[int] = [-1]
        parents = [-1] * len(self.rules)
        # Of each open block, outermost first: last address, the best rule so far, its own rule.
        stack: list[tuple[int, int, int]] = []

        def put(start: int, winner: int) -> None:
            if starts[-1] == start:
                winners[-1] = winner
            elif winners[-1] != winner:
                starts.append(start)
                winners.append(winner)

        def close(before: int) -> None:
            while stack and stack[-1][0] < before:
                last, _, _ = stack.pop()
                put(last + 1, stack[-1][1] if stack else -1)

        for index in order:
            block = self.rules[index].block
            close(block.first)
            best = index
            if stack:
                parents[index] = stack[-1][2]
                if keys[stack[-1][1]] < keys[index]:
                    best = stack[-1][1]
            stack.append((block.last, best, index))
            put(block.first, best)
        close(V6 << 2)
        self._match = match
        self._order = order
        self._parents = parents
        self._starts = starts
        self._winners = winners

    def find(self, address: int) -> int:
        """The index of the rule that decides on the address, or -1."""
        return self._winners[bisect_right(self._starts, address) - 1]

    @property
    def starts(self) -> tuple[int, ...]:
        """Where another rule begins to decide, in order."""
        return tuple(self._starts)

    def covering(self, address: int) -> tuple[int, ...]:
        """Every rule that holds the address, the widest first."""
        found: list[int] = []
        place = bisect_right(self._order, address, key=lambda i: self.rules[i].block.first)
        # Whatever holds the address holds the last block that begins at or before it, or is it.
        index = self._order[place - 1] if place else -1
        while index >= 0:
            if self.rules[index].block.last >= address:
                found.append(index)
            index = self._parents[index]
        return tuple(reversed(found))

    def stretches(self) -> Iterator[Stretch]:
        """All addresses, in stretches that the same rules hold."""
        keys = [_precedence(rule, index, self._match) for index, rule in enumerate(self.rules)]
        held: list[int] = []  # the blocks that are open, outermost first
        at = 0

        def stretch(last: int) -> Iterator[Stretch]:
            ranked = tuple(sorted(held, key=keys.__getitem__))
            for family in ALL:  # between the two families there is no address
                first, end = max(at, family.first), min(last, family.last)
                if first <= end:
                    yield Stretch(first, end, ranked)

        for index in (*self._order, None):
            begins = V6 << 1 if index is None else self.rules[index].block.first
            while held and (last := self.rules[held[-1]].block.last) < begins:
                yield from stretch(last)
                at = max(at, last + 1)
                held.pop()
            yield from stretch(begins - 1)
            at = max(at, begins)
            if index is not None:
                held.append(index)

    def nearest(self, address: int, *, deny: bool, limit: int = 3) -> tuple[tuple[int, int], ...]:
        """The blocks closest to an address outside them, as (rule, leading bits in common).

        Bits in common only get fewer away from the address, so its neighbours in order suffice.
        """
        width = 128 if address >= V6 else 32
        place = bisect_right(self._order, address, key=lambda i: self.rules[i].block.first)
        found: list[tuple[int, int]] = []
        for side in (reversed(self._order[:place]), self._order[place:]):
            taken = 0
            for index in side:
                block = self.rules[index].block
                if (block.first >= V6) != (address >= V6) or taken == limit:
                    break
                common = width - (block.first ^ address).bit_length()
                if self.rules[index].deny == deny and common < block.prefix:
                    found.append((index, common))
                    taken += 1
        found.sort(key=lambda item: (-item[1], item[0]))
        return tuple(found[:limit])


def _precedence(rule: Rule, index: int, match: str) -> tuple[int, ...]:
    if match == "first":
        return (index,)
    if match == "deny-overrides":
        return (not rule.deny, -rule.block.prefix, index)
    return (-rule.block.prefix, not rule.deny, index)  # longest prefix; deny wins a tie


def peer_address(text: str) -> int | None:
    """The address that connected; a zone (`%eth0`) says which link, not who, and is dropped."""
    return parse_address(text if "%" not in text else text.partition("%")[0])
