"""Whom does the policy believe about where a client comes from, and does it matter?

`trusted_proxies` as `simulator.forwarded` walks them: from the right to the first address that is
not trusted (RFC 7239 section 8.1: what is forwarded is only as good as who says it).
"""

from __future__ import annotations

from collections.abc import Iterator

from simulator.addresses import ALL, V6, Block, Intervals, parse_blocks, show_address
from simulator.edit import Remove
from simulator.hazard import Hazard, Rule, Severity, Witness
from simulator.lint.asking import admitted, ask, clients, show, some_route
from simulator.lint.subject import Addressing, Subject
from simulator.lint.weighing import called, idle_entries
from simulator.problem import sentence
from simulator.source import join

# Networks of one owner: special-purpose addresses that are not global (RFC 6890).
_OWN = tuple(
    block
    for text in (
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16",
        "172.16.0.0/12", "192.0.0.0/24", "192.168.0.0/16", "198.18.0.0/15", "::1", "fc00::/7",
        "fe80::/10",
    )
    for block in parse_blocks(text)
)  # fmt: skip
_GLOBAL_V6 = parse_blocks("2000::/3")[0]
# The widest blocks that the large content networks publish are /12, and /29 of IPv6.
_WIDEST = {False: 12, True: 29}

TRUSTS_EVERYBODY = Rule(
    "proxies/trusts-everybody",
    "error",
    "every address is a trusted proxy",
    "A proxy appends the address that it saw at the right of the forwarded field. Where every "
    "address is trusted the walk never stops there: it goes on to the left, to whatever the "
    "client wrote itself. One header then passes every rule on addresses. Without such a rule it "
    "is a warning, for what is logged and counted.",
    "Trust the blocks of your load balancers alone.",
    """\
trusted_proxies: [all] # proxies/trusts-everybody
network:
  default: deny
  allow: [198.51.100.0/24, "2001:db8:f00d::/48"]
""",
)
TRUSTS_STRANGERS = Rule(
    "proxies/trusts-strangers",
    "warning",
    "a trusted block that is too wide to have one owner",
    "Whoever connects from the block may say that they are anybody. A block of public addresses "
    "wider than those that content networks publish holds other people's machines, such as every "
    "virtual server of a cloud.",
    "List the blocks that your proxies really have; providers publish them.",
    """\
trusted_proxies:
  - 52.0.0.0/8 # proxies/trusts-strangers
""",
)
SPOOFABLE = Rule(
    "proxies/allowed-inside-trusted",
    "warning",
    "allowed addresses that trusted machines can take on",
    "A trusted proxy is believed about whom it speaks for. Where an allowed block lies inside a "
    "trusted one, every machine of the trusted block may say in a header that it is in the "
    "allowed block. And whoever comes through the proxies is judged by an address of their own: "
    "an entry for the proxies themselves admits none of them.",
    "Trust the addresses of the proxies alone, not the network that they are in.",
    """\
trusted_proxies: [10.0.0.0/8]
network:
  default: deny
  allow:
    - 10.20.0.0/16 # proxies/allowed-inside-trusted
    - 198.51.100.0/24
    - 2001:db8:f00d::/48
""",
)
NEVER_READ = Rule(
    "proxies/field-never-read",
    "warning",
    "a forwarded field that nobody is believed about",
    "The field is read only from trusted proxies, and there are none: every client is judged by "
    "the address that connects, which behind a load balancer is the load balancer's.",
    "List the proxies in `trusted_proxies`, or remove `forwarded_field`.",
    """\
forwarded_field: x-real-ip # proxies/field-never-read
network:
  deny: [203.0.113.0/24, "2001:db8:bad::/48"]
""",
)
NONE_TRUSTED = Rule(
    "proxies/none-trusted",
    "note",
    "rules on public addresses, and no trusted proxy",
    "Clients are judged by the address that connects. Behind a load balancer, a CDN, a "
    "container's network or a Kubernetes service that is the same for all of them: then "
    "everybody is refused, or, once somebody has allowed it, everybody is let in.",
    "If anything stands in front of the server, list it in `trusted_proxies`; if nothing does, "
    "this is as it should be.",
    """\
network: # proxies/none-trusted
  default: deny
  allow: [198.51.100.0/24, "2001:db8:f00d::/48"]
""",
)
COVERED = Rule(
    "proxies/covered-entry",
    "note",
    "a trusted block inside another",
    "The entry changes nothing, since a wider one trusts all of it. Often the wider one was "
    "meant to be temporary.",
    "Remove one of the two: rather the wider.",
    """\
trusted_proxies:
  - 10.0.0.0/8
  - 10.0.0.5 # proxies/covered-entry
""",
    "removes the entry",
)
RULES = (TRUSTS_EVERYBODY, TRUSTS_STRANGERS, SPOOFABLE, NEVER_READ, NONE_TRUSTED, COVERED)


def trusted(subject: Subject) -> Iterator[Hazard]:
    """Too many that are believed."""
    intervals = subject.policy.tables.trusted
    if intervals is None:
        return
    families = [mine for mine, block in (("IPv4", ALL[0]), ("IPv6", _GLOBAL_V6))
                if _holds(intervals, block)]  # fmt: skip
    if families:
        widest = min(intervals.rules, key=lambda rule: rule.block.prefix)
        message = sentence(
            "everybody is a trusted proxy" if len(families) == 2
            else f"everybody who comes over {families[0]} is a trusted proxy",
            "a client's own word on its address is believed",
            "list your load balancers alone",
        )  # fmt: skip
        severity: Severity = "error" if _by_address(subject) else "warning"
        shown = _spoofed(subject, families[0] == "IPv6")
        yield subject.hazard(
            TRUSTS_EVERYBODY, widest.path.partition("#")[0], message, severity=severity, shown=shown
        )
        return
    for rule in intervals.rules:
        block = rule.block
        if block.prefix < _WIDEST[block.first >= V6] and not _owned(block):
            message = sentence(
                f"`{block.text}` is trusted",
                f"it holds {block.last - block.first + 1:,} public addresses, and each of them may "
                "say that it is any client",
                "list the blocks of your proxies alone",
            )
            yield subject.hazard(TRUSTS_STRANGERS, rule.path.partition("#")[0], message)


def _holds(intervals: Intervals, block: Block) -> bool:
    """Whether the rules hold every address of the block."""
    return all(
        stretch.rules
        for stretch in intervals.stretches()
        if stretch.first <= block.last and block.first <= stretch.last
    )


def _owned(block: Block) -> bool:
    return any(own.first <= block.first and block.last <= own.last for own in _OWN)


def _by_address(subject: Subject) -> bool:
    """Whether anything depends on the client's address."""
    limits = [*subject.head.rate_limits]
    for section in subject.sections.values():
        limits += section.rate_limits or ()
    return (
        any(network.intervals.rules for network in subject.networks)
        or any(key.networks is not None for key in subject.keys)
        or any(limit.per == "client" for limit in limits)
    )


def _spoofed(subject: Subject, v6: bool) -> Witness | None:
    """A stranger who is refused, and is let in by saying that they are somebody else."""
    peer = "2001:db8:ffff::66" if v6 else "203.0.113.66"
    for network in subject.networks:
        route, method = some_route(subject, network)
        if show(subject, ask(subject, route, method, client=peer), "network.") is None:
            continue
        for client in clients(subject, route):
            field = (subject.head.forwarded_field, _forwarded(subject, client))
            shown = admitted(subject, route, method, [field], client=peer)
            if shown is not None:
                return shown
    return None


def _forwarded(subject: Subject, client: str) -> str:
    """The client as the forwarded field names it."""
    if subject.head.forwarded_field != "forwarded":
        return client
    return f'for="[{client}]"' if ":" in client else f"for={client}"


def spoofable(subject: Subject) -> Iterator[Hazard]:
    """Allowed blocks inside trusted ones."""
    intervals = subject.policy.tables.trusted
    if intervals is None or any(_holds(intervals, block) for block in ALL):
        return
    for network in subject.networks:
        if network.allows:
            continue
        told: set[str] = set()
        for index, rule in enumerate(network.intervals.rules):
            path = rule.path.partition("#")[0]
            if rule.deny or path in told or network.intervals.find(rule.block.first) != index:
                continue
            holder = next(
                (n for n in intervals.covering(rule.block.first)
                 if intervals.rules[n].block.last >= rule.block.last), None,
            )  # fmt: skip
            if holder is None:
                continue
            found = _inside(subject, network, intervals, index, holder)
            if found is not None:
                told.add(path)
                yield found


def _inside(
    subject: Subject, network: Addressing, intervals: Intervals, index: int, holder: int
) -> Hazard | None:
    """The rule allows what the `holder` trusts."""
    block, wide = network.intervals.rules[index].block, intervals.rules[holder].block
    path = network.intervals.rules[index].path.partition("#")[0]
    name = called(subject.policy, intervals, holder)
    outside = next(
        (a for a in (wide.first + 1, wide.first, wide.last, wide.last - 1, block.last + 1)
         if wide.first <= a <= wide.last and not network.admits(a)), None,
    )  # fmt: skip
    if outside is None:
        # All of it is allowed: what is inside calls directly. Public proxies do not call.
        if _owned(block):
            return None
        message = sentence(
            f"`{block.text}` is allowed, and trusted as proxies by {name}",
            "clients behind them are judged by their own addresses, so it admits none of them",
            "allow the clients instead",
        )
        return subject.hazard(SPOOFABLE, path, message)
    client = block.first + (block.first < block.last)
    field = (subject.head.forwarded_field, _forwarded(subject, show_address(client)))
    route, method = some_route(subject, network)
    shown = admitted(subject, route, method, [field], client=show_address(outside))
    message = sentence(
        f"`{block.text}` is allowed, and lies in {name}, which is trusted",
        "every machine there may say that it has one of these addresses",
        "trust the proxies alone",
    )
    return subject.hazard(SPOOFABLE, path, message, shown=shown)


def untrusted(subject: Subject) -> Iterator[Hazard]:
    """Nobody who is believed."""
    if subject.policy.tables.trusted is not None:
        return
    if "forwarded_field" in subject.head.model_fields_set:
        field = subject.head.forwarded_field
        message = sentence(
            f"`{field}` is never read", "no proxy is trusted", "list them in `trusted_proxies`"
        )
        yield subject.hazard(NEVER_READ, "forwarded_field", message)
        return
    path = _first_public_rule(subject)
    if path is not None:
        message = sentence(
            f"`{path}` judges the address that connects",
            "no proxy is trusted, and behind one every client has the proxy's address",
            "list what stands in front in `trusted_proxies`, if anything does",
        )
        yield subject.hazard(NONE_TRUSTED, path, message)


def _first_public_rule(subject: Subject) -> str | None:
    """The first place where public addresses alone are let in."""
    for network in subject.networks:
        rules = network.intervals.rules
        blocks = [rule.block for rule in rules if not rule.deny and rule.block.prefix]
        if not network.allows and any(not _owned(block) for block in blocks):
            return network.path
    for key in subject.keys:
        if key.networks is not None and any(not _owned(r.block) for r in key.networks.rules):
            return join(key.rule, "networks")
    return None


def covered(subject: Subject) -> Iterator[Hazard]:
    """Trusted blocks inside others."""
    intervals = subject.policy.tables.trusted
    if intervals is None:
        return
    for idle in idle_entries(intervals, allows=False):
        names = ", ".join(called(subject.policy, intervals, n) for n in idle.instead[:2])
        text = intervals.rules[idle.blocks[0]].block.text
        file = subject.policy.lists.get(idle.path)
        what = f"`{text}` is" if file is None else f"{len(idle.blocks):,} blocks of `{file}` are"
        message = sentence(f"{what} trusted twice", f"also by {names}" if names else "by itself")
        edits = (Remove(idle.path),) if idle.removable else ()
        yield subject.hazard(COVERED, idle.path, message, edits=edits)


CHECKS = (trusted, spoofable, untrusted, covered)
