"""Which rules on addresses mean one address family and leave the other open, or shut?

IPv4 and IPv6 are two address spaces (`simulator.addresses`): a rule for one says nothing of the
other.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from simulator.addresses import ALL, V6, parse_blocks
from simulator.hazard import Hazard, Rule, Severity
from simulator.lint.asking import NOBODY, from_address
from simulator.lint.subject import Addressing, Subject
from simulator.problem import sentence
from simulator.source import join

_PRIVATE = tuple(
    block
    for text in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "127.0.0.0/8", "169.254.0.0/16")
    for block in parse_blocks(text)
)


WALKS_AROUND = Rule(
    "network/other-family-walks-around",
    "error",
    "rules for one address family that the other walks around",
    "IPv4 and IPv6 are two address spaces, and a rule for one says nothing of the other. Where "
    "most of IPv4 is refused and no rule speaks of IPv6, whoever comes over IPv6 is in. Where "
    "single IPv4 blocks are denied, their owner may have IPv6 too; that is a note.",
    "Write `default: deny`, deny `all` instead of `0.0.0.0/0`, or list the IPv6 blocks as well.",
    """\
network: # network/other-family-walks-around
  allow: [198.51.100.0/24]
  deny: [0.0.0.0/0]
""",
)


ONE_FAMILY = Rule(
    "network/one-family",
    "warning",
    "an allow list without a block of the other address family",
    "Everybody who comes over the family that is not listed is refused, and which family a "
    "client uses is decided anew with every connection. An address such as `::ffff:198.51.100.7` "
    "is an IPv4 address: a list of IPv6 blocks alone shuts it out. A list of IPv4 blocks alone "
    "is a note.",
    "List the blocks of both families, or make sure that the server is reached over one alone.",
    """\
network: # network/one-family
  default: deny
  allow: ["2001:db8:f00d::/48"]
""",
)


def families(subject: Subject) -> Iterator[Hazard]:
    """Rules that mean one address family and leave the other open, or shut."""
    for network in subject.networks:
        ours, theirs = _family(network, v6=False), _family(network, v6=True)
        for v6, here, there in ((False, ours, theirs), (True, theirs, ours)):
            found = _walks_around(subject, network, v6, here, there)
            if found is None:
                found = _one_family(subject, network, v6, here, there)
            if found is not None:
                yield found


def _family(network: Addressing, *, v6: bool) -> Fraction:
    """The part of a family's addresses that is admitted."""
    first, last, _, _ = ALL[v6]
    admitted = sum(
        stretch.last - stretch.first + 1
        for stretch in network.stretches
        if (stretch.first >= V6) == v6 and network.verdict(stretch.rules)
    )
    return Fraction(admitted, last - first + 1)


def _walks_around(
    subject: Subject, network: Addressing, v6: bool, here: Fraction, there: Fraction
) -> Hazard | None:
    """`here`: what is admitted of the family that rules speak of; `there`: of the other."""
    rules = network.intervals.rules
    speaks = any(rule.deny and (rule.block.first >= V6) == v6 for rule in rules)
    other = [rule for rule in rules if (rule.block.first >= V6) != v6]
    if there < 1 or here == 1 or (not speaks and here > 0.5):
        return None
    mine, theirs = ("IPv6", "IPv4") if v6 else ("IPv4", "IPv6")
    if here <= 0.5:
        message = sentence(
            f"whoever comes over {theirs} walks around the rules of `{network.path}`",
            f"most of {mine} is refused, and all of {theirs} is let in",
            "write `default: deny`, and allow blocks of both",
        )
        shown = from_address(subject, network, NOBODY[not v6], let_in=True)
        return subject.hazard(WALKS_AROUND, network.path, message, shown=shown)
    if v6 or any(rule.deny for rule in other):
        return None
    count = sum(rule.deny for rule in rules)
    what = "the block that is denied is" if count == 1 else f"the {count:,} denied blocks are"
    message = sentence(
        f"{what} IPv4 alone", "a client of theirs that has IPv6 too comes in by that",
        "deny its IPv6 block as well",
    )  # fmt: skip
    path = join(network.path, "deny" if network.section.deny else "rules")
    return subject.hazard(WALKS_AROUND, path, message, severity="note")


def _one_family(
    subject: Subject, network: Addressing, v6: bool, here: Fraction, there: Fraction
) -> Hazard | None:
    """`here`: what is admitted of the family that is allowed; `there`: of the other."""
    rules = network.intervals.rules
    if not here or there or network.allows:
        return None
    if any((rule.block.first >= V6) != v6 for rule in rules):
        return None  # there is a word on it
    allowed = [rule.block for rule in rules if not rule.deny]
    if all(any(p.first <= b.first and b.last <= p.last for p in _PRIVATE) for b in allowed):
        return None  # inside a network of one family
    mine, theirs = ("IPv6", "IPv4") if v6 else ("IPv4", "IPv6")
    message = sentence(
        f"`{network.path}` allows {mine} alone",
        f"whoever comes over {theirs} is refused"
        + (", also as `::ffff:198.51.100.7`" if v6 else ""),
        f"list their {theirs} blocks too",
    )
    shown = from_address(subject, network, NOBODY[not v6], let_in=False)
    severity: Severity = "warning" if v6 else "note"
    return subject.hazard(ONE_FAMILY, network.path, message, severity=severity, shown=shown)


RULES = (
    WALKS_AROUND,
    ONE_FAMILY,
)

CHECKS = (families,)
