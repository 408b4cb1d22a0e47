"""Which small mistakes are made with addresses?

Blocks one bit too wide or too narrow (RFC 4632), on the wrong list, in the wrong order or left out;
the wrong default; a proxy believed that should not be (RFC 7239 section 8.1).
"""

from __future__ import annotations

from collections.abc import Iterator

from simulator.addresses import ALL, V6, Block, parse_blocks, show_address
from simulator.edit import Insert, Put, Remove
from simulator.mutants.change import Change, exchange, items, neighbours, text
from simulator.problem import quote
from simulator.source import Data, join

_OTHER = {"allow": "deny", "deny": "allow"}
_DONE = {"allow": "allowed", "deny": "denied"}


def network_changes(section: Data, path: str) -> Iterator[Change]:
    """Those of a section `network`."""
    for kind in _OTHER:
        listed = join(path, kind)
        for index, entry in enumerate(items(section, kind)):
            here = join(listed, index)
            named = entry_name(entry)
            yield Change(here, f"{named} is not {_DONE[kind]}", (Remove(here),))
            other = _OTHER[kind]
            yield Change(
                here,
                f"{named} is {_DONE[other]}, not {_DONE[kind]}",
                (Remove(here), Insert(join(path, other), entry)),
            )
            yield from resized(entry, here, _DONE[kind])
    yield from _ordered(section, path)
    yield from _settings(section, path)


def _ordered(section: Data, path: str) -> Iterator[Change]:
    rules = items(section, "rules")
    listed = join(path, "rules")
    for index, rule in enumerate(rules):
        if not isinstance(rule, dict):
            continue
        kind = "allow" if "allow" in rule else "deny"
        here, entry = join(listed, index), rule[kind]
        named = entry_name(entry)
        yield Change(here, f"{named} is not {_DONE[kind]}", (Remove(here),))
        other = _OTHER[kind]
        yield Change(
            here, f"{named} is {_DONE[other]}, not {_DONE[kind]}", (Put(here, {other: entry}),)
        )
        yield from resized(entry, join(here, kind), _DONE[kind])
    for index, rule, following in neighbours(rules):
        # Two in a row that do the same do it in either order.
        if isinstance(rule, dict) and isinstance(following, dict) and set(rule) != set(following):
            first, second = (entry_name(next(iter(r.values()))) for r in (rule, following))
            yield Change(
                join(listed, index),
                f"{second} is asked ahead of {first}",
                exchange(listed, rules, index),
            )


def _settings(section: Data, path: str) -> Iterator[Change]:
    default = text(section, "default", "allow")
    yield Change(
        join(path, "default"),
        f"the default of `{path}` is {_OTHER[default]}, not {default}",
        (Put(join(path, "default"), _OTHER[default]),),
    )
    if items(section, "allow") and items(section, "deny"):
        overrides = text(section, "match") == "deny-overrides"
        said = "the longest prefix wins, not any deny" if overrides else "any deny wins"
        match = "longest" if overrides else "deny-overrides"
        place = join(path, "match")
        yield Change(place, f"in `{path}` {said}", (Put(place, match),))


def trust_changes(policy: Data) -> Iterator[Change]:
    """Those of `trusted_proxies` and of the field that they are believed in."""
    entries = items(policy, "trusted_proxies")
    for index, entry in enumerate(entries):
        here = join("trusted_proxies", index)
        yield Change(here, f"{entry_name(entry)} is no trusted proxy", (Remove(here),))
        yield from resized(entry, here, "trusted")
    if entries and "all" not in entries:
        yield Change(
            "trusted_proxies",
            "every address is a trusted proxy",
            (Insert("trusted_proxies", "all"),),
        )
    if entries:
        field = text(policy, "forwarded_field", "x-forwarded-for").lower()
        other = "x-forwarded-for" if field == "forwarded" else "forwarded"
        yield Change(
            "forwarded_field",
            f"proxies are believed in `{other}`, not in `{field}`",
            (Put("forwarded_field", other),),
        )


def resized(entry: Data, path: str, does: str) -> Iterator[Change]:
    """A block twice as wide, and half as wide."""
    if not isinstance(entry, str):
        return
    if entry == "all":
        # IPv6 is what is forgotten of it.
        yield Change(path, f"IPv4 alone is {does}, not all", (Put(path, "0.0.0.0/0"),))
        return
    (block,) = parse_blocks(entry)
    for other, how in ((_wider(block), "twice as wide"), (_narrower(block), "half as wide")):
        if other:
            yield Change(path, f"`{other}` is {does}, {how} as `{entry}`", (Put(path, other),))


def _width(block: Block) -> int:
    return 128 if block.first >= V6 else 32


def _wider(block: Block) -> str:
    """The block that is one bit shorter."""
    if block.prefix == 0:
        return ""
    size = 1 << (_width(block) - block.prefix + 1)
    return f"{show_address(block.first - block.first % size)}/{block.prefix - 1}"


def _narrower(block: Block) -> str:
    """Its lower half."""
    if block.prefix == _width(block):
        return ""
    return f"{show_address(block.first)}/{block.prefix + 1}"


def entry_name(entry: Data) -> str:
    """An entry as a sentence names it."""
    if isinstance(entry, dict):
        return f"what {quote(entry.get('file'))} lists"
    if entry == ALL[0].text:
        return "every address"
    return quote(entry)
