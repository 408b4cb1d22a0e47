"""Who is the client really, behind its proxies?

Forwarded (RFC 7239) and X-Forwarded-For, which has no standard: proxies append on the right, so the
walk begins there, and only an entry that a trusted proxy wrote is believed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from simulator.addresses import Intervals, parse_address, peer_address, show_address


class Hop(NamedTuple):
    """One address on the way, nearest to the server first, and what was made of it.

    `verdict` is "peer", "trusted proxy", "client", "not an address" or "not believed".
    """

    text: str
    verdict: str


class Client(NamedTuple):
    """Whom the server takes for the client. `address` is None when that is not known."""

    address: int | None
    text: str
    hops: tuple[Hop, ...]


def client_address(peer: str, trusted: Intervals, lines: Sequence[str], field: str) -> int | None:
    """The address that `derive_client` would find, without the story of how."""
    address = peer_address(peer)
    if address is None or not lines or trusted.find(address) < 0:
        return address
    for entry in reversed(forwarded_entries(lines, field)):
        found = parse_node(entry)
        if found is None:
            break
        address = found
        if trusted.find(found) < 0:
            break
    return address


def derive_client(peer: str, trusted: Intervals | None, entries: Iterable[str]) -> Client:
    """Walk the forwarded entries from the right to the first address that is not trusted.

    The peer must be trusted for any entry to be believed. An entry that is not an address ends
    the walk at the last good hop. `entries` is in the order sent.
    """
    address = peer_address(peer)
    if address is None:
        return Client(None, peer, (Hop(peer, "not an address"),))
    text = show_address(address)
    if trusted is None or trusted.find(address) < 0:
        rest = tuple(Hop(entry, "not believed") for entry in reversed(list(entries)))
        return Client(address, text, (Hop(peer, "client"), *rest))
    hops = [Hop(peer, "peer")]
    waiting = list(entries)
    while waiting:
        entry = waiting.pop()
        found = parse_node(entry)
        if found is None:
            hops.append(Hop(entry, "not an address"))
            break
        address, text = found, show_address(found)
        if trusted.find(found) < 0:
            hops.append(Hop(entry, "client"))
            break
        hops.append(Hop(entry, "trusted proxy"))
    hops.extend(Hop(entry, "not believed") for entry in reversed(waiting))
    return Client(address, text, tuple(hops))


def parse_node(text: str) -> int | None:
    """An address as forwarded fields write it: bare, with a port, or IPv6 in brackets."""
    if text.startswith("["):
        inside, bracket, port = text[1:].partition("]")
        if not bracket or (port and not (port.startswith(":") and port[1:].isdigit())):
            return None
        return parse_address(inside) if ":" in inside else None
    if text.count(":") == 1:
        text, _, port = text.partition(":")
        if not port.isdigit():
            return None
    return parse_address(text)


def forwarded_entries(lines: Iterable[str], field: str) -> list[str]:
    """The entries of X-Forwarded-For (or any list of addresses), or the `for` of Forwarded."""
    if field != "forwarded":
        return [entry for line in lines for part in line.split(",") if (entry := part.strip(" \t"))]
    entries: list[str] = []
    for line in lines:
        for element in _split_quoted(line, ","):
            if not element.strip():
                continue
            node = ""
            for pair in _split_quoted(element, ";"):
                name, _, value = pair.partition("=")
                if name.strip().lower() == "for":
                    node = _unquote(value.strip())
            entries.append(node or "(no for=)")
    return entries


def _split_quoted(text: str, mark: str) -> list[str]:
    """Split outside of quoted-strings (RFC 9110 section 5.6.4)."""
    parts, start, quoted, skip = [], 0, False, False
    for index, char in enumerate(text):
        if skip:
            skip = False
        elif quoted and char == "\\":
            skip = True
        elif char == '"':
            quoted = not quoted
        elif char == mark and not quoted:
            parts.append(text[start:index])
            start = index + 1
    parts.append(text[start:])
    return parts


def _unquote(text: str) -> str:
    if len(text) < 2 or not (text.startswith('"') and text.endswith('"')):
        return text
    return text[1:-1].replace('\\"', '"').replace("\\\\", "\\")
