"""Does a server take an OPTIONS request for a preflight, and what does it answer?

Fetch section 4.8 says what a browser asks and what it needs to hear. What a server takes for a
preflight, what of it the server judges and what it leaves to the browser, is its family's way.
"""

from __future__ import annotations

from typing import NamedTuple

from simulator.behaviour import SAFELISTED_METHODS
from simulator.grants import ALLOW_HEADERS, ALLOW_METHODS, ALLOW_ORIGIN, Fields, Grants
from simulator.listing import lists, names_of

_BRIEF = 1000  # characters
# The order in which browsers look (Fetch, CORS-preflight fetch, step 7).
_BROWSERS_ORDER = ("origin", "method", "headers", "private-network")


class Ask(NamedTuple):
    """What an OPTIONS request asks for, and what the routes say of its path."""

    origin: str | None
    method: str | None = None
    headers: str | None = None  # Access-Control-Request-Headers, all its lines
    read: str | None = None  # and what of it the server reads
    private_network: bool = False
    own: bool = False  # it is no matter of CORS: the origin is the server's own
    routed: bool = True  # a route has the path
    optioned: bool = True  # one takes OPTIONS itself
    taken: bool = True  # one takes the method that is announced


class Reply(NamedTuple):
    """How the CORS layer of a server takes an OPTIONS request."""

    ask: Ask
    taken: bool  # for a preflight
    # The parts it refuses, in the order in which it judges them. What it misses in a preflight
    # stands alone: `no-origin`, `no-method`.
    failed: tuple[str, ...] = ()
    status: int = 0  # of its answer; 0: the request goes on to the application

    @property
    def brief(self) -> bool:
        """Whether it is worth remembering: browsers ask little, and the same again and again."""
        ask = self.ask
        return len(ask.origin or "") + len(ask.method or "") + len(ask.headers or "") < _BRIEF

    @property
    def first(self) -> str | None:
        """Of the parts that fail, the one that a browser would come upon first."""
        parts = [part.removeprefix("no-") for part in self.failed]
        return next((part for part in _BROWSERS_ORDER if part in parts), None)

    @property
    def incomplete(self) -> bool:
        """Whether the server misses what makes a preflight."""
        return bool(self.failed) and self.failed[0].startswith("no-")


def reply(grants: Grants, ask: Ask) -> Reply:
    """How these grants' server takes the request."""
    behaviour = grants.behaviour
    if not _takes(grants, ask):
        # Some frameworks answer OPTIONS on every path of theirs, whatever CORS says.
        return Reply(ask, False, (), behaviour.options if ask.routed else 0)
    for part, status in behaviour.incomplete.items():
        if _lacks(ask, part):
            return Reply(ask, True, (f"no-{part}",), status)
    failed = tuple([part for part in behaviour.judges if not _granted(grants, part, ask)])
    return Reply(ask, True, failed, behaviour.refused if failed else behaviour.ok)


def _takes(grants: Grants, ask: Ask) -> bool:
    behaviour = grants.behaviour
    if ask.own and behaviour.exempts_own:
        return False
    if behaviour.routed != "no":
        there = ask.routed if behaviour.routed == "path" else ask.optioned
        if not there:
            return False
    return not any([_lacks(ask, part) for part in behaviour.needs])


def _lacks(ask: Ask, part: str) -> bool:
    return (ask.origin if part == "origin" else ask.method) is None


def _granted(grants: Grants, part: str, ask: Ask) -> bool:
    if part == "origin":
        return grants.serves(ask.origin)
    if part == "private-network":
        return grants.private_network or not ask.private_network
    if part == "method":
        if grants.methods.by_route:
            return ask.taken
        return not grants.idle and (ask.method is None or grants.methods.allows(ask.method))
    if grants.headers.all or not ask.read:
        return True
    names = names_of(ask.read)
    granted = [grants.headers.allows(name) for name in names]
    rule = grants.behaviour.header_rule
    if rule == "any":
        return any(granted) or not granted
    # Sorted: as browsers send them, in lower case, and nothing twice.
    tidy = rule == "all" or list(names) == sorted({name.lower() for name in names})
    return tidy and all(granted)


def answer(grants: Grants, given: Reply) -> Fields:
    """The fields on the answer to an OPTIONS request, whoever gives it."""
    behaviour, ask = grants.behaviour, given.ask
    full = behaviour.options_fields == "preflight"
    if given.taken:
        if not given.failed:
            full = True
        elif given.incomplete:
            if not behaviour.keeps:
                return ()
        elif behaviour.keeps:
            full = True
        elif behaviour.refused:
            return grants.vary(behaviour.vary.preflight)
    origin = None if ask.own and behaviour.exempts_own else ask.origin
    if full:
        return grants.preflight(origin, ask.method, ask.read, ask.private_network)
    actual = grants.actual(origin, None if origin is None else grants.find(origin))
    if given.incomplete:
        return actual
    match behaviour.options_fields:
        case "unvaried":
            return tuple([pair for pair in actual if pair[0] != "vary"])
        case "vary":
            return tuple([pair for pair in actual if pair[0] == "vary"])
        case _:
            return actual


def wording(grants: Grants, given: Reply) -> tuple[str, str]:
    """Content type and body of the answer to a request that is taken for a preflight."""
    words, ask = grants.behaviour.wording, given.ask
    if not given.failed:
        return words.content_type, words.ok
    told = given.failed[:1] if words.first_only else given.failed
    refused = [n for n in names_of(ask.read) if not grants.headers.allows(n)]
    values = {
        "origin": ask.origin,
        "method": ask.method,
        "headers": ", ".join(grants.headers.echo(tuple(refused))),
    }
    parts = [words.parts.get(part, "").format_map(values) for part in told]
    return words.content_type, words.refused.format(parts=", ".join(parts))


def withheld(fields: Fields, ask: Ask) -> str | None:
    """The part of a preflight that a browser finds not granted by these fields (Fetch,
    CORS-preflight fetch, step 7). Of another OPTIONS request only the origin is looked at."""
    sent = dict(fields)
    if sent.get(ALLOW_ORIGIN) not in ("*", ask.origin):
        return "origin"
    if ask.method is None:
        return None
    if ask.method not in SAFELISTED_METHODS and not lists(sent.get(ALLOW_METHODS), ask.method):
        return "method"
    if not ask.headers:
        return None
    granted = sent.get(ALLOW_HEADERS, "").lower()
    asked = names_of(ask.headers.lower())
    return None if all([lists(granted, name) for name in asked]) else "headers"
