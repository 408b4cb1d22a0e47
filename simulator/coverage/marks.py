"""On which side of which rules is one decision?

Read from its trace: the rule that decided is held; those that could have and did not, while the
section decided the other way, have the request outside of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise

from simulator.addresses import peer_address
from simulator.decision import Decision, Finding, Outcome, Party
from simulator.facts import Facts
from simulator.forwarded import parse_node
from simulator.policy import Policy
from simulator.principals import resolve_roles
from simulator.source import Data, join

# A rule's path, and the side: 0 for what it holds, 1 for what is outside.
type Mark = tuple[str, int]

HELD, OUTSIDE = 0, 1

_WITH_COOKIES = ("cors.credentials-not-allowed", "cors.wildcard-with-credentials")


def marks_of(policy: Policy, decision: Decision) -> Iterator[Mark]:
    """The sides that the decision is on, also of what the policy leaves to its defaults."""
    facts = decision.facts
    assert isinstance(facts, Facts)
    yield from _proxies(facts)
    for finding in decision.trace:
        match finding.check:
            case "network":
                yield from _network(policy, facts, finding)
            case "cors":
                yield from _cors(policy, facts, finding)
            case "route":
                yield from _route(policy, facts, finding)
            case "authenticate":
                yield from _authenticate(policy, facts, finding)
            case "authorize":
                yield from _authorize(policy, decision, finding)
            case _:
                yield from _rate_limit(decision, finding)
        if finding.outcome is Outcome.FAIL and finding.party is Party.SERVER:
            break  # what comes after it shows in nothing
    refusal = decision.refusal
    if refusal is not None and refusal.reason is not None:
        yield join("errors/statuses", refusal.reason.code), HELD


def _data(policy: Policy, path: str) -> Data:
    value = policy.document.data
    for step in path.split("/"):
        if isinstance(value, list):
            value = value[int(step)]
        else:
            value = value.get(step) if isinstance(value, dict) else None
    return value


def _section(policy: Policy, facts: Facts, name: str) -> str:
    """The path of the section that applies: the route's own where it has one."""
    if facts.route is not None:
        own = join(facts.route.rule, name)
        if _data(policy, own) is not None:
            return own
    return name


def _proxies(facts: Facts) -> Iterator[Mark]:
    trusted = facts.tables.trusted
    hops = facts.way.hops
    if trusted is None or len(hops) < 2:
        return
    for hop, following in pairwise(hops):
        if hop.verdict in ("peer", "trusted proxy") and following.verdict != "not believed":
            address = peer_address(hop.text) if hop.verdict == "peer" else parse_node(hop.text)
            if address is not None:
                yield _entry(trusted.rules[trusted.find(address)].path), HELD
        elif hop.verdict == "client" and following.verdict == "not believed":
            for place in {_entry(rule.path) for rule in trusted.rules}:
                yield place, OUTSIDE


def _network(policy: Policy, facts: Facts, finding: Finding) -> Iterator[Mark]:
    if finding.rule is None or facts.client is None:
        return
    path = _section(policy, facts, "network")
    decided = _entry(finding.rule)
    yield decided if decided != path else join(path, "default"), HELD
    route = facts.route
    index = None if route is None or path == "network" else route.index
    intervals = policy.network_sections[index]
    holding = {_entry(intervals.rules[n].path) for n in intervals.covering(facts.client)}
    passed = finding.outcome is Outcome.PASS
    for place in {_entry(rule.path) for rule in intervals.rules if rule.deny == passed}:
        if place not in holding:
            yield place, OUTSIDE


def _entry(path: str) -> str:
    """The policy's entry, of whose list file this may be a line."""
    return path.partition("#")[0]


def _cors(policy: Policy, facts: Facts, finding: Finding) -> Iterator[Mark]:
    path = _section(policy, facts, "cors")
    section = _data(policy, path)
    if not isinstance(section, dict) or facts.origin is None:
        return
    code = "" if finding.reason is None else finding.reason.code
    if finding.outcome is Outcome.PASS:
        if finding.rule is not None:
            yield finding.rule, HELD
        if facts.credentialed:
            yield join(path, "credentials"), HELD
        if facts.asks:
            yield from _asked(facts, section, path)
    elif code == "cors.origin-not-allowed":
        yield from _each(section, path, "origins")
    elif code == "cors.method-not-allowed":
        yield from _each(section, path, "methods")
    elif code == "cors.header-not-allowed":
        yield from _each(section, path, "headers")
    elif code in _WITH_COOKIES and section.get("credentials") is False:
        yield join(path, "credentials"), HELD


def _each(section: dict[str, Data], path: str, kind: str) -> Iterator[Mark]:
    """All of a list are passed by."""
    listed = section.get(kind)
    for index in range(len(listed) if isinstance(listed, list) else 0):
        yield join(path, kind, index), OUTSIDE


def _asked(facts: Facts, section: dict[str, Data], path: str) -> Iterator[Mark]:
    """The names that a preflight which passes asks for."""
    headers = facts.request.headers
    method = headers.get("access-control-request-method") or ""
    asked = headers.get("access-control-request-headers") or ""
    names = {name.strip().lower() for name in asked.split(",")} - {""}
    for kind, wanted in (("methods", {method.lower()}), ("headers", names)):
        listed = section.get(kind)
        for index, name in enumerate(listed if isinstance(listed, list) else ()):
            if str(name).lower() in wanted or (name == "*" and wanted):
                yield join(path, kind, index), HELD


def _route(policy: Policy, facts: Facts, finding: Finding) -> Iterator[Mark]:
    if finding.outcome is Outcome.PASS and finding.rule is not None:
        yield finding.rule, HELD
    elif finding.outcome is Outcome.FAIL:
        yield from ((route.rule, OUTSIDE) for route in facts.match.same_path)
        for route in policy.tables.routes.routes:
            if not facts.match.same_path and not route.methods:
                yield route.rule, OUTSIDE


def _authenticate(policy: Policy, facts: Facts, finding: Finding) -> Iterator[Mark]:
    key, route = facts.credential.key, facts.route
    public = "" if route is None else join(route.rule, "public")
    if facts.credential.place is not None and key is not None:
        places = policy.tables.principals.places
        yield join("credentials", places.index(facts.credential.place)), HELD
    if finding.outcome is Outcome.SKIP:
        if route is not None and route.public and key is None and not facts.preflight:
            yield public, HELD
    elif finding.outcome is Outcome.PASS and key is not None:
        yield from ((path, HELD) for path in _held(facts))
        if route is not None:
            yield public, HELD
    elif finding.outcome is Outcome.FAIL and key is None:
        if route is not None:
            yield public, OUTSIDE
    elif finding.outcome is Outcome.FAIL and finding.rule is not None:
        if finding.rule.endswith("/revoked"):
            yield finding.rule, HELD
        elif finding.rule.endswith(("/networks", "/origins")):
            listed = _data(policy, finding.rule)
            for index in range(len(listed) if isinstance(listed, list) else 0):
                yield join(finding.rule, index), OUTSIDE
        else:
            yield finding.rule, OUTSIDE


def _held(facts: Facts) -> Iterator[str]:
    """The rules of a key by which it is let in."""
    key = facts.credential.key
    assert key is not None
    yield key.rule
    if key.expires is not None:
        yield join(key.rule, "expires")
    if key.not_before is not None:
        yield join(key.rule, "not_before")
    if key.networks is not None and facts.client is not None:
        yield key.networks.rules[key.networks.find(facts.client)].path
    if key.origins is not None and facts.sent_origin is not None:
        index = key.origins.find(facts.sent_origin)
        if index is not None:
            yield join(key.rule, "origins", index)


def role_scopes(policy: Policy) -> Mapping[str, frozenset[str]]:
    """The scopes of each role, inherited ones too."""
    shape: dict[str, tuple[list[str], list[str]]] = {}
    found = _data(policy, "roles")
    for name, role in found.items() if isinstance(found, dict) else ():
        # A role is written as its scopes, or as a mapping.
        written = role if isinstance(role, dict) else {"scopes": role}
        shape[name] = (_texts(written.get("inherits")), _texts(written.get("scopes")))
    return resolve_roles(shape).scopes


def _texts(data: Data) -> list[str]:
    return [item for item in data if isinstance(item, str)] if isinstance(data, list) else []


def _authorize(policy: Policy, decision: Decision, finding: Finding) -> Iterator[Mark]:
    facts = decision.facts
    assert isinstance(facts, Facts)
    key, route = facts.credential.key, facts.route
    if key is None or route is None or finding.rule is None:
        return
    roles = role_scopes(policy)
    if finding.outcome is Outcome.PASS:
        for index in range(len(route.scopes)):
            yield join(finding.rule, index), HELD
        if decision.allowed:
            own = _texts(_data(policy, join(key.rule, "scopes")))
            for name in key.roles:
                # A role lets in where some scope comes from no other role, nor from the key.
                others = frozenset(own).union(*[roles[n] for n in key.roles if n != name])
                if not others.issuperset(route.scopes):
                    yield join("roles", name), HELD
        return
    yield key.rule, OUTSIDE
    missing = [scope for scope in route.scopes if scope not in key.scopes]
    for scope in missing:
        yield join(finding.rule, route.scopes.index(scope)), OUTSIDE
    for name, scopes in roles.items():
        if not scopes.isdisjoint(missing):
            yield join("roles", name), OUTSIDE


def _rate_limit(decision: Decision, finding: Finding) -> Iterator[Mark]:
    if finding.outcome is Outcome.FAIL and finding.rule is not None:
        yield finding.rule, OUTSIDE
    elif finding.outcome is Outcome.PASS and decision.allowed:
        yield from ((bucket[0], HELD) for bucket, _ in finding.spends)
