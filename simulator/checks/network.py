"""May this address come in at all?

Allow and deny lists of CIDR blocks (RFC 4632) with the three precedences that servers have:
first match (nginx), longest prefix (routing, and the default here), deny overrides (AWS, Kong).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import AfterValidator, Discriminator, Field, Tag

from simulator.addresses import V6, Intervals, Rule, check_block, parse_blocks, show_address
from simulator.check import section_of, skip
from simulator.decision import Finding, Near, Outcome, Party, Reason
from simulator.facts import Facts
from simulator.problem import Problem
from simulator.section import Section
from simulator.source import Document, join

DENIED = Reason(
    code="network.denied",
    status=403,
    party=Party.SERVER,
    title="the client's address is denied",
    text="the address {client} is denied by `{block}`",
    meaning="A rule names a block that holds the client's address, and the rule says deny.",
    causes=(
        "the client really comes from a blocked network",
        "the server sees the address of a proxy or load balancer instead of the client's, "
        "because that proxy is not among `trusted_proxies`",
        "the blocked range is wider than was meant, or is out of date",
    ),
    remedies=(
        "read the hops: is the address that was judged the one you expect?",
        "add the proxies in front of the server to `trusted_proxies`",
        "allow the address by a longer prefix than the block that denies it (`match: longest`)",
    ),
    spec="RFC 9110 section 15.5.4",
)
NOT_ALLOWED = Reason(
    code="network.not-allowed",
    status=403,
    party=Party.SERVER,
    title="the client's address is not allowed",
    text="no rule of `{section}` allows the address {client}, and the default is deny",
    meaning="No block of the list holds the client's address, and what no rule names is refused.",
    causes=(
        "the client's address changed, or was never added",
        "the server sees the address of a proxy or load balancer instead of the client's",
        "the list holds IPv4 blocks only and the client came over IPv6, or the other way round",
    ),
    remedies=(
        "read the hops: is the address that was judged the one you expect?",
        "add the client's block to `allow`",
        "add the proxies in front of the server to `trusted_proxies`",
    ),
    spec="RFC 9110 section 15.5.4",
)
REASONS = (DENIED, NOT_ALLOWED)


class BlockList(Section):
    """A list in a file of its own: one block a line, comments after `#` or `;`."""

    file: Annotated[
        str,
        Field(
            description="Path of a list of blocks, one a line, relative to the policy.",
            examples=["drop.txt"],
        ),
    ]


BlockText = Annotated[
    str,
    AfterValidator(check_block),
    Field(
        description="A CIDR block, an address, or `all`.",
        examples=["203.0.113.0/24", "2001:db8::1", "all"],
    ),
]
Entry = Annotated[
    Annotated[BlockText, Tag("(a block)")] | Annotated[BlockList, Tag("(a file)")],
    Discriminator(lambda value: "(a file)" if isinstance(value, (dict, Section)) else "(a block)"),
]


class OrderedRule(Section):
    """One rule of an ordered list: either `allow` or `deny`."""

    allow: Annotated[Entry | None, Field(description="What this rule admits.")] = None
    deny: Annotated[Entry | None, Field(description="What this rule refuses.")] = None


class NetworkSection(Section):
    """Which addresses may come in: either the lists `allow` and `deny`, or ordered `rules`."""

    default: Annotated[
        Literal["allow", "deny"], Field(description="What decides when nothing matches.")
    ] = "allow"
    match: Annotated[
        Literal["first", "longest", "deny-overrides"] | None,
        Field(
            description="Which of several matching rules wins: the longest prefix (the default "
            "for lists; deny wins a tie), any deny, or the first of `rules`."
        ),
    ] = None
    allow: Annotated[tuple[Entry, ...], Field(description="Blocks to admit.")] = ()
    deny: Annotated[tuple[Entry, ...], Field(description="Blocks to refuse.")] = ()
    rules: Annotated[
        tuple[OrderedRule, ...], Field(description="Ordered rules; the first that matches wins.")
    ] = ()


def problems(section: NetworkSection, path: str, document: Document) -> list[Problem]:
    """Mistakes that show only when several keys are seen together."""
    found: list[Problem] = []
    lists = [name for name in ("allow", "deny") if getattr(section, name)]
    if section.rules and lists:
        found.append(
            document.problem(
                join(path, lists[0]),
                f"`{path}` has `rules` and `{lists[0]}`",
                "in which order they would be asked is not said",
                "move everything into `rules`, or everything into `allow` and `deny`",
            )
        )
    if section.match == "first" and lists and not section.rules:
        found.append(
            document.problem(
                join(path, "match"),
                "`match: first` does not go with `allow` and `deny`",
                "which of two lists comes first is not said",
                "write ordered `rules: [{deny: …}, {allow: …}]`",
            )
        )
    if section.match not in (None, "first") and section.rules:
        found.append(
            document.problem(
                join(path, "match"),
                f"`match: {section.match}` does not go with `rules`",
                "ordered rules are asked in order",
                "write `match: first`, or the lists `allow` and `deny`",
            )
        )
    for index, rule in enumerate(section.rules):
        if (rule.allow is None) == (rule.deny is None):
            found.append(
                document.problem(
                    join(path, "rules", index),
                    f"rule {index + 1} of `{path}` says "
                    + ("neither allow nor deny" if rule.allow is None else "both allow and deny"),
                    "a rule does one thing",
                    "write `allow: BLOCK` or `deny: BLOCK`",
                )
            )
    return found


type Lists = Mapping[str, Sequence[tuple[int, str]]]  # file → (line, block), as read by the shell


def compile_rules(section: NetworkSection, path: str, lists: Lists) -> tuple[Rule, ...]:
    """Every block of the section with what it does and where it stands."""
    entries: list[tuple[Entry, bool, str]] = []
    for index, rule in enumerate(section.rules):
        entry, deny = (rule.allow, False) if rule.allow is not None else (rule.deny, True)
        if entry is not None:
            entries.append((entry, deny, join(path, "rules", index)))
    for name in ("deny", "allow"):
        for index, entry in enumerate(getattr(section, name)):
            entries.append((entry, name == "deny", join(path, name, index)))
    return tuple(
        rule for entry, deny, where in entries for rule in compile_entry(entry, deny, where, lists)
    )


def compile_entry(entry: Entry, deny: bool, where: str, lists: Lists) -> list[Rule]:
    """The blocks of one entry; those of a list file have the file's line in their path."""
    if isinstance(entry, BlockList):
        return [
            Rule(block, deny, f"{where}#{line}")
            for line, text in lists.get(entry.file, ())
            for block in parse_blocks(text)
        ]
    return [Rule(block, deny, where) for block in parse_blocks(entry)]


@dataclass(frozen=True, slots=True)
class _Compiled:
    path: str
    intervals: Intervals
    allows: bool  # the default
    passes: tuple[Finding, ...]  # for each rule what it says when it admits
    otherwise: Finding


def compile_section(section: NetworkSection, path: str, lists: Lists) -> _Compiled:
    """The section as it judges."""
    rules = compile_rules(section, path, lists)
    match = "first" if section.rules else section.match or "longest"
    passes = tuple(
        Finding("network", Outcome.PASS, rule.path, note=f"`{rule.block.text}` is allowed")
        for rule in rules
    )
    otherwise = Finding("network", Outcome.PASS, path, note="no rule matches; the default is allow")
    return _Compiled(path, Intervals(rules, match), section.default == "allow", passes, otherwise)


_NO_SECTION = skip("network", "the policy has no `network`")


class NetworkCheck:
    """The compiled question."""

    __slots__ = ("_by_route", "_own")

    name = "network"
    reads = frozenset({"client", "route"})

    def __init__(self, own: _Compiled | None, by_route: Mapping[int, _Compiled]) -> None:
        self._own = own
        self._by_route = by_route

    @property
    def sections(self) -> Mapping[int | None, Intervals]:
        """The rules of each section, by route; None: the policy's own."""
        found: dict[int | None, Intervals] = {n: s.intervals for n, s in self._by_route.items()}
        return found if self._own is None else {**found, None: self._own.intervals}

    def judge(self, facts: Facts) -> Finding:
        section = section_of(facts, self._own, self._by_route)
        if section is None:
            return _NO_SECTION
        address = facts.client
        if address is None and section.intervals.rules:
            return Finding(
                "network",
                Outcome.UNKNOWN,
                section.path,
                note="the client's address is not known, and the rules are about addresses",
            )
        index = -1 if address is None else section.intervals.find(address)
        if index < 0 or address is None:
            if section.allows:
                return section.otherwise
            shown = "(not known)" if address is None else show_address(address)
            values = {"client": shown, "section": section.path}
            return Finding(
                "network", Outcome.FAIL, section.path, values, NOT_ALLOWED, Party.SERVER, 403
            )
        rule = section.intervals.rules[index]
        if not rule.deny:
            return section.passes[index]
        values = {"client": show_address(address), "block": rule.block.text}
        return Finding("network", Outcome.FAIL, rule.path, values, DENIED, Party.SERVER, 403)

    def near(self, facts: Facts) -> tuple[Near, ...]:
        section = section_of(facts, self._own, self._by_route)
        if section is None or facts.client is None:
            return ()
        return (*_unbelieved(facts), *_neighbours(section.intervals, facts.client))[:4]


def _unbelieved(facts: Facts) -> list[Near]:
    """Forwarded addresses that were sent but not believed: the commonest wrong address."""
    way = facts.way
    for hop, following in zip(way.hops, way.hops[1:], strict=False):
        if following.verdict == "not believed" and hop.verdict == "client":
            return [
                Near(
                    f"{following.text} was forwarded but not believed: {hop.text} is not among "
                    "`trusted_proxies`",
                    "trusted_proxies",
                )
            ]
        if following.verdict == "not an address":
            return [Near(f"the forwarded entry `{following.text}` is not an address")]
    return []


def _neighbours(intervals: Intervals, address: int) -> list[Near]:
    winner = intervals.find(address)
    found = [
        Near(
            f"`{rule.block.text}` allows it too, but `{intervals.rules[winner].block.text}` wins",
            rule.path,
        )
        for rule in (intervals.rules[i] for i in intervals.covering(address))
        if winner >= 0 and not rule.deny
    ]
    for index, _ in intervals.nearest(address, deny=False, limit=2):
        rule = intervals.rules[index]
        found.append(Near(f"the nearest allowed block is `{rule.block.text}`", rule.path))
    family = "IPv6" if address >= V6 else "IPv4"
    families = intervals.families
    if winner < 0 and families and family not in families:
        found.append(Near(f"the client came over {family}; every allowed block is {min(families)}"))
    return found
