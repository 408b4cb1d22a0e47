"""What would let this address in?

The narrowest first: the one address, then blocks around it. An address that a proxy stands in for
is let in by believing the proxy, not by admitting everybody behind it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from ipaddress import ip_address
from itertools import pairwise

from simulator.addresses import V6, Block, parse_blocks, peer_address, show_address
from simulator.checks.network import DENIED
from simulator.decision import Decision, Finding
from simulator.edit import Edit, Insert, Put, Remove
from simulator.forwarded import parse_node
from simulator.policy import Policy
from simulator.remedies.remedy import (
    Breadth,
    Remedy,
    facts_of,
    list_at,
    mapping_at,
    section_path,
    where,
)
from simulator.source import join

# What people are given: an office has a /24 or less, a subscriber of IPv6 a /64 at least.
_USUAL = {"IPv4": 24, "IPv6": 64}
# A block that is widened to more than these has nothing to do with what it was.
_WIDEST = {"IPv4": 20, "IPv6": 48}
# A block without one address is as many blocks as its prefix is short of the whole.
_PIECES = 16

type Entry = tuple[int, str, Block]  # its place in the list, as written, and what it means


def remedies(policy: Policy, decision: Decision, finding: Finding) -> Iterator[Remedy]:
    """What might let the client's address in."""
    yield from trusting(decision)
    client = facts_of(decision).client
    if client is None:
        return
    path = section_path(policy, decision, "network")
    section = mapping_at(policy, path)
    if "rules" in section:
        yield from _ordered(policy, decision, finding, path)
    elif section.get("match") == "deny-overrides":
        yield from _overridden(policy, decision, finding, path)
    else:
        yield from _longest(policy, decision, finding, path)
    yield from _undenied(policy, finding, path)


def _undenied(policy: Policy, finding: Finding, path: str) -> Iterator[Remedy]:
    """Without the rule that denies, for everybody in the block."""
    if finding.reason is not DENIED or finding.rule is None or "#" in finding.rule:
        return
    block = str((finding.values or {}).get("block"))
    if "/" in block or block == "all":
        say = f"no longer deny the block `{block}`{where(policy, path)}"
        yield Remedy(say, Breadth.MANY, (Remove(finding.rule),))


def trusting(decision: Decision) -> Iterator[Remedy]:
    """Believing the proxy that the request came through, where it forwarded for somebody."""
    facts = facts_of(decision)
    hops = facts.way.hops
    for hop, following in pairwise(hops):
        if hop.verdict != "client" or following.verdict != "not believed":
            continue
        address = parse_node(hop.text)
        if address is None:
            address = peer_address(hop.text)
        if address is None or parse_node(following.text) is None:
            return
        text = show_address(address)
        field = facts.tables.forwarded_field
        yield Remedy(
            f"trust the proxy `{text}`: `{field}` of its requests says who the client is",
            # A stranger's address that forwards is likelier a stranger who lies.
            Breadth.FEW if ip_address(text).is_private else Breadth.MANY,
            (Insert("trusted_proxies", text),),
            opens=(f"whoever connects from {text} is taken for whom its `{field}` names",),
            care=f"is {text} a proxy of yours?",
        )


def _longest(policy: Policy, decision: Decision, finding: Finding, path: str) -> Iterator[Remedy]:
    """The longest prefix wins: an address of its own outdoes every block around it."""
    address = show_address(facts_of(decision).client or 0)
    allow = join(path, "allow")
    one = Insert(allow, address)
    same = [
        Remove(join(path, "deny", index))
        for index, _, block in _entries(list_at(policy, join(path, "deny")))
        if block.first == block.last == facts_of(decision).client
    ]
    if same:
        say = f"no longer deny the address `{address}`{where(policy, path)}"
        yield Remedy(say, Breadth.ITSELF, tuple(same), opens=_itself(decision))
        say = f"allow the address `{address}`{where(policy, path)} instead of denying it"
        yield Remedy(say, Breadth.ITSELF, (*same, one), opens=_itself(decision), spare=True)
        return
    yield _admitting(policy, decision, address, path, one)
    for block in _around(decision):
        yield _admitting(policy, decision, block, path, Insert(allow, block))
    if finding.reason is not DENIED:
        yield from _widened(policy, decision, path)


def _ordered(policy: Policy, decision: Decision, finding: Finding, path: str) -> Iterator[Remedy]:
    """The first rule that matches wins: one more, ahead of the one that does."""
    rules = join(path, "rules")
    index = None
    if finding.reason is DENIED and finding.rule is not None:
        index = int(finding.rule.partition("#")[0].rpartition("/")[2])
    for block in (show_address(facts_of(decision).client or 0), *_around(decision)):
        yield _admitting(policy, decision, block, path, Insert(rules, {"allow": block}, index))


def _overridden(
    policy: Policy, decision: Decision, finding: Finding, path: str
) -> Iterator[Remedy]:
    """Any deny wins: what denies the address must go, or leave it out."""
    client = facts_of(decision).client or 0
    address = show_address(client)
    deny = join(path, "deny")
    covering = [
        entry
        for entry in _entries(list_at(policy, deny))
        if entry[2].first <= client <= entry[2].last
    ]
    one = Insert(join(path, "allow"), address)
    if finding.reason is not DENIED:
        yield _admitting(policy, decision, address, path, one)
        for block in _around(decision):
            yield _admitting(policy, decision, block, path, Insert(join(path, "allow"), block))
        yield from _widened(policy, decision, path)
        return
    split = _split(covering, deny, client)
    if split:
        named = " and ".join(f"`{text}`" for _, text, _ in covering)
        say = f"deny {named} without `{address}`{where(policy, path)}"
        if all(block.first == block.last for _, _, block in covering):
            say = f"no longer deny the address `{address}`{where(policy, path)}"
        yield Remedy(say, Breadth.ITSELF, split, opens=_itself(decision))
        yield Remedy(
            f"{say}, and allow it",
            Breadth.ITSELF,
            (*split, one),
            opens=_itself(decision),
            spare=True,
        )
    yield Remedy(
        f"let the longest prefix win{where(policy, path)}, and allow `{address}`",
        Breadth.MANY,
        (Put(join(path, "match"), "longest"), one),
        opens=_itself(decision),
    )


def _admitting(policy: Policy, decision: Decision, block: str, path: str, edit: Edit) -> Remedy:
    """Letting a block in, or one address."""
    what = "block" if "/" in block else "address"
    say = f"allow the {what} `{block}`{where(policy, path)}"
    facts = facts_of(decision)
    if "/" in block:
        return Remedy(say, Breadth.MANY, (edit,))
    hops = facts.way.hops
    proxied = [hop.text for hop in hops if hop.verdict == "not believed"]
    if proxied:
        return Remedy(
            say,
            Breadth.MANY,
            (edit,),
            opens=(f"whoever comes by way of {block}",),
            care=f"{block} forwards for {proxied[0]}: is it a proxy?",
        )
    return Remedy(say, Breadth.ITSELF, (edit,), opens=_itself(decision))


def _itself(decision: Decision) -> tuple[str, ...]:
    return (f"whatever else {show_address(facts_of(decision).client or 0)} asks for",)


def _around(decision: Decision) -> Iterator[str]:
    """The block that whoever has this address is usually given."""
    client = facts_of(decision).client or 0
    yield _block(client, _USUAL["IPv6" if client >= V6 else "IPv4"])


def _widened(policy: Policy, decision: Decision, path: str) -> Iterator[Remedy]:
    """The nearest allowed block, as much wider as it takes."""
    client = facts_of(decision).client or 0
    family = "IPv6" if client >= V6 else "IPv4"
    best: tuple[int, int, str] | None = None
    for index, text, block in _entries(list_at(policy, join(path, "allow"))):
        if block.family != family or text == "all":
            continue
        prefix = _width(client) - (block.first ^ client).bit_length()
        if _WIDEST[family] <= prefix < block.prefix and (best is None or prefix > best[0]):
            best = (prefix, index, text)
    if best is not None:
        prefix, index, text = best
        wider = _block(client, prefix)
        edit = Put(join(path, "allow", index), wider)
        yield Remedy(f"widen `{text}` to `{wider}`{where(policy, path)}", Breadth.MANY, (edit,))


def _width(address: int) -> int:
    return 128 if address >= V6 else 32


def _block(address: int, prefix: int) -> str:
    """The block of this prefix length that holds the address (RFC 4632 section 3.1)."""
    rest = _width(address) - prefix
    return f"{show_address(address >> rest << rest)}/{prefix}"


def _entries(items: Sequence[object]) -> Iterator[Entry]:
    """The blocks that stand in the policy itself; what list files hold is not edited."""
    for index, item in enumerate(items):
        if isinstance(item, str):
            yield from ((index, item, block) for block in parse_blocks(item))


def _split(covering: Sequence[Entry], path: str, client: int) -> tuple[Edit, ...]:
    """Each of the blocks in as few as make it up without the address; none: it takes too many."""
    edits: list[Edit] = []
    for index, text, block in sorted(covering, reverse=True):
        pieces = [_beside(client, prefix) for prefix in range(block.prefix + 1, _width(client) + 1)]
        if text == "all" or len(pieces) > _PIECES:
            return ()
        if not pieces:
            edits.append(Remove(join(path, index)))
            continue
        edits.append(Put(join(path, index), pieces[0]))
        edits += [Insert(path, piece, index + n) for n, piece in enumerate(pieces[1:], 1)]
    return tuple(edits)


def _beside(address: int, prefix: int) -> str:
    """The other half of the block that is one bit wider than the address' of this prefix length."""
    return _block(address ^ (1 << (_width(address) - prefix)), prefix).removesuffix(
        f"/{_width(address)}"
    )
