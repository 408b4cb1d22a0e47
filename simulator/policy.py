"""What does policy text compile to?

One function stands between text and a `Policy`: it raises with every problem, or everything in the
policy is right and ready to judge.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from simulator.addresses import Intervals, Rule
from simulator.application import Application, compile_response
from simulator.behaviour import carries_cors
from simulator.behaviours import BEHAVIOURS
from simulator.check import Check, skip
from simulator.checks import authenticate, authorize, cors, network, rate_limit, route
from simulator.credentials import KeySection, compile_key, compile_place
from simulator.decision import Decision, Finding, Near, Served
from simulator.draft import Draft
from simulator.facts import Facts, Tables
from simulator.grammar import PolicySection
from simulator.message import Request
from simulator.principals import (
    DEFAULT_PLACES,
    Key,
    Principals,
    inherited_roles,
    resolve_roles,
)
from simulator.problem import Problem
from simulator.routes import RouteTable, hosts_match
from simulator.source import Data, Document, Span, join, mask, read_document


class PolicyError(Exception):
    """The policy has mistakes: all of them, in the order of their lines, in `.problems`."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        self.problems = problems
        super().__init__("\n".join(str(problem) for problem in problems))


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Policy:
    """A compiled policy. Judge with `simulator.evaluate`."""

    name: str
    hosts: tuple[str, ...]
    tables: Tables
    checks: tuple[Check, ...]
    judges: tuple[Callable[[Facts], Finding], ...]  # the checks' questions, in order
    until_answered: tuple[Callable[[Facts], Finding], ...]  # those up to `cors`, for preflights
    not_reached: tuple[Finding, ...]  # and what the checks after it say
    style: str
    cors_on_errors: bool | None
    statuses: Mapping[str, int]
    document: Document
    lists: Mapping[str, str] = field(default_factory=dict)  # list entry's path → file name
    # What the application answers, by route; None: on every other.
    applications: Mapping[int | None, Application] = field(
        default_factory=dict[int | None, Application]
    )

    # Every role with those that it has the scopes of: itself, and those it inherits from.
    inherited: Mapping[str, frozenset[str]] = field(default_factory=dict)
    # What it was read with, for reading it again with a change in it.
    read_file: Callable[[str], str] | None = None
    environment: Mapping[str, str] = field(default_factory=dict)

    def covers(self, request: Request) -> bool:
        """Whether `hosts` means the request's host."""
        return hosts_match(self.hosts, request.target.host, request.target.port)

    def span(self, path: str) -> Span:
        """File and line of a rule; for an entry of a list file, that file's."""
        where, mark, line = path.partition("#")
        if mark and where in self.lists:
            return Span(self.lists[where], int(line))
        return self.document.span(where)

    def excerpt(self, path: str) -> str:
        """The policy's own line where `path` stands, secrets taken out; empty for list files."""
        where, mark, _ = path.partition("#")
        line = self.document.span(where).line
        if mark or not 0 < line <= len(self.document.lines):
            return ""
        text = mask(self.document.lines[line - 1])
        if text.strip() == f"{where.rpartition('/')[2]}:":
            return ""  # that `cors:` stands there goes without saying
        for key in self.keys:
            if key.secret:
                text = text.replace(key.secret, "•••")
        return text

    def near(self, check: str, facts: object) -> tuple[Near, ...]:
        """What nearly matched in a check that failed."""
        return next((c.near(_facts(facts)) for c in self.checks if c.name == check), ())

    def carries_cors(self, check: str, facts: object, status: int) -> bool:
        """Whether a refusal by this check, with this status, carries CORS fields.

        What refuses ahead of `cors` never comes to the layer that adds them.
        """
        if self.cors_on_errors is not None:
            return self.cors_on_errors
        names = [c.name for c in self.checks]
        reached = names.index("cors") < names.index(check)
        return reached and carries_cors(self._cors.behaviour(_facts(facts)), status)

    def served(self, facts: object) -> Served:
        """What the application answers, and whether the CORS fields go on it."""
        known = _facts(facts)
        found = self.applications.get(known.route.index) if known.route else None
        found = found or self.applications.get(None)
        if found is None:
            return _NOTHING
        carries = True
        if found.status >= 400:
            carries = (
                self.cors_on_errors
                if self.cors_on_errors is not None
                else carries_cors(
                    self._cors.behaviour(known), found.status, unhandled=found.unhandled
                )
            )
        return Served(found.status, found.fields, found.body, carries)

    def cors_wording(self, decision: Decision) -> tuple[str, str]:
        """Content type and body of what the CORS layer answers itself."""
        return self._cors.wording(_facts(decision.facts))

    @property
    def network_sections(self) -> Mapping[int | None, Intervals]:
        """The rules on addresses, by route; None: the policy's own."""
        return next(c.sections for c in self.checks if isinstance(c, network.NetworkCheck))

    @property
    def quotas(self) -> Mapping[int | None, tuple[rate_limit.Limit, ...]]:
        """The quotas, by route; None: the policy's own."""
        return next(c.sections for c in self.checks if isinstance(c, rate_limit.RateLimitCheck))

    @property
    def _cors(self) -> cors.CorsCheck:
        return next(check for check in self.checks if isinstance(check, cors.CorsCheck))

    @property
    def keys(self) -> tuple[Key, ...]:
        return self.tables.principals.keys

    @property
    def roles(self) -> tuple[str, ...]:
        """The names of its roles."""
        return tuple(self.inherited)

    def roles_of(self, key: Key) -> set[str]:
        """The roles that a key has, those they inherit from included."""
        return {role for name in key.roles for role in self.inherited.get(name, ())}

    def with_keys(self, keys: tuple[Key, ...]) -> Policy:
        """The same policy with other keys in these places: secrets that are not known stood in for.
        Scopes, times and all else of each must be what they were."""
        principals = Principals(keys, self.tables.principals.places)
        checks = tuple(
            check.with_principals(principals)
            if isinstance(check, authenticate.AuthenticateCheck)
            else check
            for check in self.checks
        )
        asked = len(self.until_answered)
        return replace(
            self,
            tables=replace(self.tables, principals=principals),
            checks=checks,
            judges=tuple(check.judge for check in checks),
            until_answered=tuple(check.judge for check in checks[:asked]),
        )

    def __repr__(self) -> str:
        return (
            f"<Policy {self.name}: {len(self.tables.routes.routes)} routes, {len(self.keys)} keys>"
        )


_NOTHING = Served()


def _facts(facts: object) -> Facts:
    assert isinstance(facts, Facts)
    return facts


def load_policy(
    text: str,
    *,
    name: str = "<policy>",
    read_file: Callable[[str], str] | None = None,
    environment: Mapping[str, str] | None = None,
) -> Policy:
    """Compile policy text. `name` is what messages call it.

    `read_file` gives the text of a list file named by `{file: …}` and raises OSError; `environment`
    resolves `env:`. Whoever has files and an environment passes them in.
    Raises PolicyError with every problem.
    """
    return _drafted(Draft(read_document(text, name=name), read_file, environment or {}))


def _drafted(draft: Draft) -> Policy:
    if draft.found or draft.head is None:
        # A value that an alias repeats is wrong once.
        name = draft.document.name
        found = {(p.file != name, p.file, p.line, p.path, p.message): p for p in draft.found}
        raise PolicyError(tuple(found[key] for key in sorted(found)))
    return _compile(draft, draft.head)


def recompile(policy: Policy, data: Data, text: str | None = None) -> Policy:
    """The policy with other data in its place; what it read of files and of the environment stays.

    Without the new `text` rules keep the places that they have in the policy's own.
    Raises PolicyError with every problem.
    """
    old = policy.document
    if text is None:
        document = Document(old.name, data, old.spans, (), old.lines)
    else:
        document = read_document(text, name=old.name)
    return _drafted(Draft(document, policy.read_file, policy.environment))


def _compile(draft: Draft, head: PolicySection) -> Policy:
    """A draft without problems as checks."""
    roles = resolve_roles({n: (r.inherits, r.scopes) for n, r in draft.roles.items()}).scopes
    places = tuple(compile_place(place) for place in head.credentials)
    keys = tuple(_key(draft, index, section, roles) for index, section in draft.keys)
    table = RouteTable(
        [route.compile_route(section, index) for index, section in draft.routes], head.base_paths
    )
    principals = Principals(keys, places or DEFAULT_PLACES)
    applications = _applications(draft, head)
    granting = _cors(draft, head, applications)
    compiled: dict[str, Check] = {
        "network": _network(draft, head),
        "cors": granting,
        "route": route.RouteCheck(table),
        "authenticate": authenticate.AuthenticateCheck(principals),
        "authorize": authorize.AuthorizeCheck(table, roles, keys),
        "rate_limit": _rate_limit(draft, head),
    }
    checks = tuple(compiled[name] for name in head.order)
    answered = head.order.index("cors") + 1
    return Policy(
        name=draft.document.name,
        hosts=head.hosts,
        tables=Tables(
            table, principals, _trusted(draft, head), head.forwarded_field, granting.grants
        ),
        checks=checks,
        judges=tuple(check.judge for check in checks),
        until_answered=tuple(check.judge for check in checks[:answered]),
        not_reached=tuple(skip(c.name, "`cors` answers the preflight") for c in checks[answered:]),
        style=head.errors.style,
        cors_on_errors=head.errors.cors_fields,
        statuses={**_statuses(head), **head.errors.statuses},
        document=draft.document,
        lists=draft.list_names,
        applications=applications,
        inherited=inherited_roles({n: r.inherits for n, r in draft.roles.items()}),
        read_file=draft.read_file,
        environment=draft.environment,
    )


def _statuses(head: PolicySection) -> dict[str, int]:
    """The statuses with which the server's family answers where others answer 404 and 405."""
    behaviour = BEHAVIOURS[head.cors.behaviour if head.cors else "standard"]
    return {
        "route.not-found": behaviour.no_route,
        "route.method-not-allowed": behaviour.wrong_method,
    }


def _key(
    draft: Draft,
    index: int,
    section: KeySection,
    roles: Mapping[str, frozenset[str]],
) -> Key:
    scopes = frozenset(section.scopes).union(*(roles[name] for name in section.roles))
    secret = draft.environment[section.env] if section.env is not None else None
    return compile_key(section, index, scopes, secret)


def _trusted(draft: Draft, head: PolicySection) -> Intervals | None:
    rules: list[Rule] = []
    for index, entry in enumerate(head.trusted_proxies):
        rules += network.compile_entry(entry, False, join("trusted_proxies", index), draft.lists)
    return Intervals(rules, "longest") if rules else None


def _network(draft: Draft, head: PolicySection) -> Check:
    by_route = {
        index: network.compile_section(r.network, join("routes", index, "network"), draft.lists)
        for index, r in draft.routes
        if r.network is not None
    }
    own = head.network
    return network.NetworkCheck(
        None if own is None else network.compile_section(own, "network", draft.lists), by_route
    )


def _applications(draft: Draft, head: PolicySection) -> dict[int | None, Application]:
    found: dict[int | None, Application] = {
        index: compile_response(r.response) for index, r in draft.routes if r.response is not None
    }
    if head.response is not None:
        found[None] = compile_response(head.response)
    return found


def _cors(
    draft: Draft, head: PolicySection, applications: Mapping[int | None, Application]
) -> cors.CorsCheck:
    by_route = {
        index: cors.compile_section(r.cors, join("routes", index, "cors"))
        for index, r in draft.routes
        if r.cors is not None
    }
    own = head.cors
    compiled = None if own is None else cors.compile_section(own, "cors")
    return cors.CorsCheck(compiled, by_route, applications)


def _rate_limit(draft: Draft, head: PolicySection) -> Check:
    by_route = {
        index: rate_limit.compile_section(r.rate_limits, join("routes", index, "rate_limits"))
        for index, r in draft.routes
        if r.rate_limits is not None
    }
    own = rate_limit.compile_section(head.rate_limits, "rate_limits")
    return rate_limit.RateLimitCheck(own, by_route)
