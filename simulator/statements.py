"""Does what must never happen, or always, hold of every request there is?

`never: {route: "/admin/*", client: not office}` says that no request of these gets what it asks
for, `always: …` that every one does. All requests are looked at (simulator.space), not samples:
what holds is proved, what does not has a witness. Quotas are left out: each request is the first.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from simulator.addresses import Intervals
from simulator.facts import gather
from simulator.message import Request
from simulator.origin import OriginPattern
from simulator.policy import Policy
from simulator.principals import Credential, Key
from simulator.problem import Fault, did_you_mean, list_words, quote
from simulator.routes import hosts_match
from simulator.space import Condition, Glob, Space, Verdict, describe, witness_of
from simulator.space.boxes import Box, fold
from simulator.statement_section import StatementSection, Words, blocks_of, split

type Kind = Literal["never", "always"]

_KEYS = ("any", "none", "unknown")


@dataclass(frozen=True, slots=True)
class Holds:
    """What came of a statement. Broken: `witness` is a request that is decided as `verdict` says,
    `words` are all such requests. `remark`: why it may hold for no good reason."""

    kind: Kind
    index: int
    statement: StatementSection
    witness: Request | None = None
    verdict: Verdict | None = None
    words: Words = ()
    policy: Policy | None = None  # knows the witness' secrets
    remark: str = ""

    @property
    def broken(self) -> bool:
        return self.witness is not None

    @property
    def path(self) -> str:
        """Where it stands in the cases file."""
        return f"{self.kind}/{self.index}"


def check_statements(
    policy: Policy,
    never: Sequence[StatementSection],
    always: Sequence[StatementSection],
    clients: Mapping[str, tuple[str, ...]],
    *,
    at: float | None = None,
) -> tuple[Holds, ...]:
    """What comes of each statement. `clients` are names for blocks; `at`: when witnesses are sent,
    where it makes no difference.

    Raises Fault for a statement that does not fit the policy, TooMany where there are more kinds of
    request than can be told in reasonable time.
    """
    given: list[tuple[Kind, int, StatementSection]] = [
        *(("never", n, s) for n, s in enumerate(never)),
        *(("always", n, s) for n, s in enumerate(always)),
    ]
    if not given:
        return ()
    conditions: list[Condition] = []
    for _, _, statement in given:
        globs = sum(len(condition.globs) for condition in conditions)
        conditions.append(condition_of(statement, policy, clients, globs))
    space = Space((policy,), conditions)
    found: list[dict[Verdict, list[Box]]] = [{} for _ in given]
    met: list[bool] = [False] * len(given)
    for cell in space.cells():
        verdict = cell.verdicts[0]
        for n, (kind, _, _) in enumerate(given):
            if not cell.meets[n]:
                continue
            met[n] = True
            if (verdict.allowed is True) == (kind == "never"):
                box = (frozenset((cell.operation,)), cell.visitors, cell.credentials, cell.clients)
                found[n].setdefault(verdict, []).append(box)
    return tuple(
        _told(space, kind, index, statement, boxes, meant, at)
        for (kind, index, statement), boxes, meant in zip(given, found, met, strict=True)
    )


def _told(
    space: Space,
    kind: Kind,
    index: int,
    statement: StatementSection,
    boxes: dict[Verdict, list[Box]],
    meant: bool,
    at: float | None,
) -> Holds:
    policy = space.policies[0]
    if not boxes:
        remark = "" if meant else "no request is meant by it"
        return Holds(kind, index, statement, remark=remark or _unrouted(policy, statement))
    verdict, each = min(
        boxes.items(),
        key=lambda item: (
            item[0].allowed is None,
            min(_preflight(space, box) for box in item[1]),
            item[0].status,
        ),
    )
    every = fold([box for group in boxes.values() for box in group])
    hull = tuple(frozenset[int]().union(*sides) for sides in zip(*every, strict=True))
    # What reads or changes something says more than a preflight.
    operations, visitors, credentials, clients = min(
        each, key=lambda box: (_preflight(space, box), min(box[0]))
    )
    visitor, credential = next(
        (v, c)
        for c in (space.credentials[n] for n in sorted(credentials))
        for v in (space.visitors[n] for n in sorted(visitors))
        if not (v.cross and c.cookie and not v.cookie)
    )
    operation = space.operations[min(operations)].operations[0]
    witness = witness_of(operation, visitor, credential, space.clients[min(clients)], at=at)
    words = describe(space, hull).phrases
    only = kind == "never" and all(_preflight(space, box) for box in every)
    remark = _ONLY_PREFLIGHTS if only else ""
    return Holds(kind, index, statement, witness, verdict, words, policy, remark)


_ONLY_PREFLIGHTS = (
    "only preflights are let in, which read and change nothing; `preflights: false` leaves them out"
)


def _preflight(space: Space, box: Box) -> bool:
    """Whether the first operation of the box is a preflight."""
    return space.operations[min(box[0])].operations[0].announced is not None


def _unrouted(policy: Policy, statement: StatementSection) -> str:
    """A path that no route has is asked for in vain, whatever is stated of it: is it misspelled?"""
    texts, others = split(statement.route)
    table = policy.tables.routes
    if not table.routes or not texts or others:
        return ""
    globs = [Glob.parse(text) for text in texts]
    for route in table.routes:
        # A parameter may be anything, so the text of the template will do for it.
        if any(glob.may_match(route.path) for glob in globs):
            return ""
    return f"no route has such a path as {list_words(texts)}"


def means(
    statement: StatementSection,
    policy: Policy,
    request: Request,
    clients: Mapping[str, tuple[str, ...]],
) -> bool:
    """Whether a statement speaks of a request that the policy judges. Raises Fault."""
    condition = condition_of(statement, policy, clients)
    facts = gather(request, policy.tables)
    target = request.target
    segments = policy.tables.routes.segments(target.path)
    meant = frozenset(n for n, glob in enumerate(condition.globs) if glob.matches(segments))
    announced = "access-control-request-method" in request.headers
    return (
        condition.operation(meant, target.host, target.port, request.method)
        and condition.visitor(facts.sent_origin, facts.origin is not None, facts.credentialed)
        and condition.credential(facts.credential)
        and condition.client(facts.client)
        and (condition.preflights or request.method != "OPTIONS" or not announced)
    )


# A statement as a condition.


def condition_of(
    statement: StatementSection,
    policy: Policy,
    clients: Mapping[str, tuple[str, ...]],
    first: int = 0,
) -> Condition:
    """The statement as questions; `first` is the number of its first glob. Raises Fault."""
    named = [statement.key, statement.role, statement.scope]
    preflights = statement.preflights
    if preflights is None:
        preflights = all(value is None for value in named)
    routes, other_routes = split(statement.route)
    globs = [Glob.parse(text) for text in (*routes, *other_routes)]
    numbers = [frozenset(range(first, first + len(routes))),
               frozenset(range(first + len(routes), first + len(globs)))]  # fmt: skip
    methods, other_methods = split(statement.method)
    hosts, other_hosts = split(statement.host)

    def operation(meant: frozenset[int], host: str, port: int, method: str) -> bool:
        if routes and not meant & numbers[0]:
            return False
        if meant & numbers[1] or method in other_methods or (methods and method not in methods):
            return False
        if other_hosts and hosts_match(other_hosts, host, port):
            return False
        return not hosts or hosts_match(hosts, host, port)

    patterns, visitor = _visitor(statement)
    blocks, client = _client(statement, clients)
    return Condition(
        operation,
        visitor,
        _credential(statement, policy),
        client,
        preflights,
        globs,
        (*methods, *other_methods),
        [each for each in (hosts, other_hosts) if each],
        patterns,
        blocks,
    )


def _visitor(
    statement: StatementSection,
) -> tuple[list[OriginPattern], Callable[[str | None, bool, bool], bool]]:
    """A page's request is one that a page of another origin makes; `not X` speaks of these."""
    words, others = split(statement.origin)
    nobody = "none" in words
    wanted = [OriginPattern.parse(word) for word in words if word != "none"]
    unwanted = [OriginPattern.parse(word) for word in others if word != "none"]
    cookies = statement.cookies

    def visitor(origin: str | None, cross: bool, cookie: bool) -> bool:
        if cookies is not None and (cross and cookie) != cookies:
            return False
        if not words and not others:
            return True
        if origin is None or not cross:
            return nobody
        if any(pattern.matches(origin) for pattern in unwanted):
            return False
        return any(p.matches(origin) for p in wanted) if words else True

    return [*wanted, *unwanted], visitor


def _client(
    statement: StatementSection, clients: Mapping[str, tuple[str, ...]]
) -> tuple[list[Intervals], Callable[[int | None], bool]]:
    words, others = split(statement.client)
    wanted, unwanted = blocks_of(statement, clients)

    def client(address: int | None) -> bool:
        if not words and not others:
            return True
        if address is None:
            return False  # whose it is cannot be told
        if unwanted.find(address) >= 0:
            return False
        return not words or wanted.find(address) >= 0

    return [each for each in (wanted, unwanted) if each.rules], client


def _credential(statement: StatementSection, policy: Policy) -> Callable[[Credential], bool]:
    keys, other_keys = _known(statement.key, [k.id for k in policy.keys], "key", _KEYS)
    roles, other_roles = _known(statement.role, policy.roles, "role")
    granted = sorted({scope for key in policy.keys for scope in key.scopes})
    scopes, other_scopes = _known(statement.scope, granted, "scope")

    def credential(sent: Credential) -> bool:
        key = sent.key
        names = _names(sent, key)
        if (keys and not names & set(keys)) or names & set(other_keys):
            return False
        has = set() if key is None else policy.roles_of(key)
        if (roles and not has & set(roles)) or has & set(other_roles):
            return False
        may = frozenset[str]() if key is None else key.scopes
        return not ((scopes and not may & set(scopes)) or may & set(other_scopes))

    return credential


def _names(sent: Credential, key: Key | None) -> set[str]:
    if key is not None:
        return {key.id, "any"}
    return {"none"} if sent.place is None else {"unknown"}


def _known(
    value: str | Words | None, names: Sequence[str], what: str, more: Words = ()
) -> tuple[Words, Words]:
    """The names, if the policy has them. Raises Fault."""
    words, others = split(value)
    for word in (*words, *others):
        if word not in names and word not in more:
            guess = did_you_mean(word, [*names, *more])
            raise Fault(
                f"no key has the {what} {quote(word)}"
                if what != "key"
                else f"there is no key {quote(word)}",
                f"the policy knows {list_words(names, last='and')}" if names else "it has none",
                f"did you mean `{guess}`?" if guess else "correct it",
            )
    return words, others
