"""Which rules on addresses do nothing, and which let in or shut out more than they seem to?

Allow and deny lists as `simulator.checks.network` judges them.
"""

from __future__ import annotations

from collections.abc import Iterator

from simulator.addresses import show_address
from simulator.edit import Remove
from simulator.hazard import Hazard, Rule, Severity
from simulator.lint.asking import NOBODY, admitted, clients, from_address, some_route
from simulator.lint.subject import Addressing, Subject
from simulator.lint.weighing import DEFAULT, Idle, called, idle_entries
from simulator.problem import sentence
from simulator.source import join

SHADOWED = Rule(
    "network/shadowed-rule",
    "warning",
    "a rule that never decides",
    "Wherever the rule would apply another one wins: it stands before it, has the longer prefix, "
    "or denies at the same prefix. Whoever added it believes that it does something. The "
    "commonest case is a catch-all at the top of an ordered list.",
    "Move the rule ahead of the one that shadows it, make it more specific, or remove it. Where "
    "the two say the same it is a duplicate, which is a note.",
    """\
network:
  rules:
    - allow: 10.0.0.0/8
    - deny: 10.1.0.0/16 # network/shadowed-rule
    - deny: all
""",
    "removes the rule where it says the same as what shadows it",
)
REDUNDANT = Rule(
    "network/redundant-rule",
    "note",
    "a rule that changes nothing",
    "Without the rule the same addresses would come in: a wider one, or the default, says the "
    "same. Long lists of such entries hide those that matter, and whoever removes the wider rule "
    "later does not know that they were there for a reason, or were not.",
    "Remove it. If it stands there as a record, say so in a comment and suppress this.",
    """\
network:
  default: deny
  allow:
    - 10.0.0.0/8
    - 10.1.0.0/16 # network/redundant-rule
""",
    "removes the entry",
)
ALLOW_WITHOUT_DENY = Rule(
    "network/allow-without-deny",
    "error",
    "an allow list that admits everybody",
    "What no rule names is decided by the default, and the default is allow. A list of those who "
    "may come in therefore shuts nobody out: the same trap as `allow` without `deny all` in "
    "nginx.",
    "Write `default: deny`, or remove the list. Where `default: allow` is written out, or others "
    "are denied, this is a warning.",
    """\
network:
  allow: [198.51.100.0/24] # network/allow-without-deny
""",
)
REFUSES_EVERYBODY = Rule(
    "network/refuses-everybody",
    "error",
    "a section that lets no address in",
    "No address is admitted, so every request is refused with 403: the default is deny and "
    "nothing is allowed, or a rule that denies everybody wins everywhere. On one route, which "
    "may be closed on purpose, it is a warning.",
    "Allow somebody, or put the rule that denies everybody last.",
    """\
network: # network/refuses-everybody
  rules: [{deny: all}, {allow: 10.0.0.0/8}]
""",
)
DROPS_DENIALS = Rule(
    "network/route-drops-denials",
    "warning",
    "a route's own rules let in whom the policy denies",
    "A route's section replaces the policy's, the two never merge: the same as in nginx, where a "
    "`location` with any `allow` or `deny` of its own inherits none. Who is denied by name in "
    "the policy comes in at the route, by its default.",
    "Repeat the denied blocks at the route, or let it deny by default.",
    """\
network:
  deny: [203.0.113.0/24]
routes:
  - path: /status
    network: # network/route-drops-denials
      deny: [198.51.100.0/24]
""",
)
RULES = (
    SHADOWED, REDUNDANT, ALLOW_WITHOUT_DENY, REFUSES_EVERYBODY, DROPS_DENIALS,
)  # fmt: skip


def idle_rules(subject: Subject) -> Iterator[Hazard]:
    """Rules that are dead, or change nothing."""
    for network in subject.networks:
        if _everybody(network) is False:
            continue  # told by itself; each rule of it would be told again
        useless = _keeps_nobody_out(network)  # so is this, of all that is allowed
        for idle in idle_entries(network.intervals, allows=network.allows):
            rule = network.intervals.rules[idle.blocks[0]]
            # A catch-all that says what the default says is good manners.
            manners = rule.block.prefix == 0 and idle.instead == (DEFAULT,)
            if idle.dead or not (manners or (useless and not rule.deny)):
                yield _idle(subject, network, idle)


def _idle(subject: Subject, network: Addressing, idle: Idle) -> Hazard:
    intervals = network.intervals
    rule = intervals.rules[idle.blocks[0]]
    does = "denies" if rule.deny else "allows"
    beaters = [n for n in idle.instead if n != DEFAULT]
    names = ", ".join(called(subject.policy, intervals, n) for n in beaters[:3])
    more = f" and {len(beaters) - 3} more" if len(beaters) > 3 else ""
    one = len(beaters) == 1
    file = subject.policy.lists.get(idle.path)
    if file is not None:
        first = subject.policy.span(rule.path).line
        of = f"{len(idle.blocks):,} of the {idle.of:,} blocks of `{file}`"
        what = f"{of} {'never decide' if idle.dead else 'change nothing'}"
        cause = f"others decide for them; the first is `{rule.block.text}` in its line {first}"
        # Providers publish such lists; nobody mends them by hand.
        severity: Severity = "warning" if idle.contrary else "note"
        found = SHADOWED if idle.dead else REDUNDANT
        return subject.hazard(found, idle.path, f"{what}: {cause}", severity=severity)
    # What only the default would refuse is refused for another reason then.
    silent = rule.deny and DEFAULT in idle.instead
    edits = (Remove(idle.path),) if idle.removable and not silent else ()
    if not idle.dead:
        cause = f"{names}{more} {'says' if one else 'say'} the same"
        if not beaters:
            cause = f"the default is {'allow' if network.allows else 'deny'}"
        message = sentence(f"the rule that {does} `{rule.block.text}` changes nothing", cause)
        return subject.hazard(REDUNDANT, idle.path, message, edits=edits)
    how = "before it" if network.section.rules else "over it"
    verb = ("stands" if one else "stand") if network.section.rules else "wins" if one else "win"
    remedy = "move it up, or remove it" if network.section.rules else "remove one of them"
    message = sentence(
        f"the rule that {does} `{rule.block.text}` never decides",
        f"{names}{more} {verb} {how}",
        remedy,
    )
    shown = None
    if idle.contrary:
        address = rule.block.first + (rule.block.first < rule.block.last)
        shown = from_address(subject, network, address, let_in=rule.deny)
    severity = "warning" if idle.contrary else "note"
    return subject.hazard(SHADOWED, idle.path, message, severity=severity, shown=shown, edits=edits)


def lists_without_default(subject: Subject) -> Iterator[Hazard]:
    """Allow lists where the default admits everybody anyway."""
    for network in subject.networks:
        if not _keeps_nobody_out(network):
            continue
        denies = any(rule.deny for rule in network.intervals.rules)
        written = "default" in network.section.model_fields_set
        path = join(network.path, "allow" if network.section.allow else "rules")
        message = sentence(
            f"`{path}` keeps nobody out",
            "whoever is not listed is let in too, since the default is allow",
            f"write `default: deny` in `{network.path}`",
        )
        stranger = next((s.first for s in network.stretches if not s.rules), None)
        shown = None
        if stranger is not None:
            route, method = some_route(subject, network)
            client = next(clients(subject, route), show_address(stranger))
            shown = admitted(subject, route, method, client=client)
        severity: Severity = "warning" if denies or written else "error"
        yield subject.hazard(ALLOW_WITHOUT_DENY, path, message, severity=severity, shown=shown)


def _keeps_nobody_out(network: Addressing) -> bool:
    """Whether blocks are allowed that nobody would refuse."""
    rules = network.intervals.rules
    if not network.allows or not any(not rule.deny and rule.block.prefix for rule in rules):
        return False
    verdicts = [
        (network.verdict(stretch.rules), network.verdict(stretch.rules[1:]), bool(stretch.rules))
        for stretch in network.stretches
    ]
    admits = any(verdict for verdict, _, _ in verdicts)
    return admits and not any(verdict and there and not next_ for verdict, next_, there in verdicts)


def _everybody(network: Addressing) -> bool | None:
    """Whether all addresses are admitted, or all refused; None where it depends."""
    verdicts = {network.verdict(stretch.rules) for stretch in network.stretches}
    return verdicts.pop() if len(verdicts) == 1 else None


def closed_sections(subject: Subject) -> Iterator[Hazard]:
    """Sections that let nobody in."""
    for network in subject.networks:
        if _everybody(network) is not False:
            continue
        rules = network.intervals.rules
        winner = network.intervals.find(0)
        cause = "the default is deny, and nothing is allowed"
        if winner >= 0 and any(not rule.deny for rule in rules):
            cause = f"{called(subject.policy, network.intervals, winner)} denies ahead of the rest"
        message = sentence(f"`{network.path}` refuses every address", cause, "allow somebody")
        severity: Severity = "error" if network.route is None else "warning"
        shown = from_address(subject, network, NOBODY[False], let_in=False)
        yield subject.hazard(
            REFUSES_EVERYBODY, network.path, message, severity=severity, shown=shown
        )


def dropped_denials(subject: Subject) -> Iterator[Hazard]:
    """Routes whose own rules forget whom the policy denies."""
    own = next((n for n in subject.networks if n.route is None), None)
    if own is None:
        return
    denied = [s for s in own.stretches if s.rules and own.intervals.rules[s.rules[0]].deny]
    for network in subject.networks:
        if network.route is None or not network.allows or not network.intervals.rules:
            continue
        lost = next((s for s in denied if network.intervals.find(s.first) < 0), None)
        if lost is None:
            continue
        block = called(subject.policy, own.intervals, lost.rules[0])
        message = sentence(
            f"{block} is denied in `network` and let in here",
            f"`{network.path}` replaces `network`, and its default is allow",
            "deny it here too",
        )
        address = lost.first + (lost.first < lost.last)
        shown = from_address(subject, network, address, let_in=True)
        yield subject.hazard(DROPS_DENIALS, network.path, message, shown=shown)


CHECKS = (idle_rules, lists_without_default, closed_sections, dropped_denials)
