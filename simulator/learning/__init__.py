"""What is the narrowest policy that admits this traffic?

What was let in stays let in, with whatever is like it; what was refused, and what nobody asked for,
is not. Where the traffic does not say something, the draft has a guess, and every guess is told.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from simulator.browser.exchange import requested_headers
from simulator.engine import evaluate
from simulator.learning.exchanges import (
    Exchange,
    exchanges_of,
    is_cors,
    is_read,
    outcome_of,
)
from simulator.learning.openapi import Api, read_openapi
from simulator.learning.pages import can_list, learn_pages
from simulator.learning.routing import Routing, Way, find_ways, host_of
from simulator.learning.scopes import find_scopes
from simulator.learning.secrets import (
    FLEETING,
    credentials_of,
    in_order,
    is_named_secret,
    scheme_of,
    sent_by,
)
from simulator.learning.text import Parts, count_of, write_policy
from simulator.message import Request
from simulator.policy import Policy, load_policy
from simulator.principals import Place
from simulator.problem import Fault, list_words

__all__ = [
    "Api",
    "Exchange",
    "Learned",
    "LeftOut",
    "admits",
    "exchanges_of",
    "learn",
    "read_openapi",
]


class LeftOut(NamedTuple):
    """Requests that the draft does not mean to admit, and why not."""

    why: str
    requests: tuple[str, ...]  # `GET /orders/7`, each once
    number: int


class Learned(NamedTuple):
    """A draft, compiled, with what was guessed in it and what was left out."""

    text: str
    policy: Policy
    admitted: tuple[Exchange, ...]
    guesses: tuple[str, ...]
    left_out: tuple[LeftOut, ...]
    refused: tuple[Exchange, ...] = ()
    """What was let in and the draft refuses all the same: what no policy can say."""


def learn(
    exchanges: Sequence[Exchange], api: Api | None = None, *, sources: Sequence[str] = ("traffic",)
) -> Learned:
    """The narrowest policy for these exchanges. Raises Fault where none of them was let in."""
    sorted_ = {outcome: list[Exchange]() for outcome in _WHY}
    for exchange in exchanges:
        sorted_.setdefault(outcome_of(exchange), []).append(exchange)
    let_in, granted = sorted_.pop("let in", []), sorted_.pop("granted", [])
    granted, unlisted = _split(granted)
    let_in, unread = _split(let_in)
    places = _places(let_in, api)
    routing = find_ways(let_in, places, api)
    if not routing.ways:
        # A policy without routes would admit everything.
        more = ", preflights aside," if granted else ""
        raise Fault(
            f"{list_words(sources, last='and')} shows nothing that a policy could admit",
            f"of {count_of(len(exchanges), 'request')} none{more} was answered below 400",
            "record traffic that works",
        )
    holdings = find_scopes(routing.ways)
    read = [e for e in routing.admitted if is_cors(e.request) and is_read(e)]
    errors = [*sorted_.get("refused", ()), *sorted_.get("failed", ())]
    pages = learn_pages(granted, read, [e for e in errors if is_cors(e.request)])
    every = [*granted, *routing.admitted]
    guarded = dict.fromkeys(d for way in routing.ways if not way.public for d in way.users)
    keys = {f"key-{n}": digest for n, digest in enumerate(guarded, 1)}
    times = [e.request.at for e in exchanges]
    parts = Parts(
        tuple(sources),
        (min(times), max(times)),
        len(exchanges),
        len(every),
        dict(Counter(host_of(e.request) for e in every)),
        pages,
        _used(places, routing),
        keys,
        routing.sent,
        routing.ways,
        holdings,
        api,
    )
    text = write_policy(parts)
    policy = load_policy(text, name="the draft")
    refused = tuple(e for e in every if not admits(policy, e))
    guesses = (
        *_guesses(parts, let_in),
        *_left_away(granted, let_in),
        *(pages.guesses if pages else ()),
    )
    left_out = [
        LeftOut(_WHY[o], _asked(found), len(found)) for o, found in sorted_.items() if found
    ]
    for why, found in (
        ("redirected without a credential, where others were let in with one", routing.to_login),
        (
            "of a method, host or origin that no policy can name",
            (*routing.unwritable, *unlisted, *unread),
        ),
    ):
        if found:
            left_out.append(LeftOut(why, _asked(found), len(found)))
    return Learned(text, policy, tuple(every), guesses, tuple(left_out), refused)


def _split(exchanges: Iterable[Exchange]) -> tuple[list[Exchange], list[Exchange]]:
    """Those that a policy can admit, and those of pages whose origin, or what they ask for, none
    can list."""
    found: tuple[list[Exchange], list[Exchange]] = ([], [])
    for exchange in exchanges:
        request = exchange.request
        of_page = is_cors(request) and is_read(exchange)
        found[of_page and not can_list(request)].append(exchange)
    return found


_WHY = {
    "refused": "refused",
    "not granted": "preflights that the browser did not take for a yes",
    "failed": "failed in a way that says nothing of permissions",
    "unanswered": "not answered, or the answer was not recorded",
}


def admits(policy: Policy, exchange: Exchange) -> bool:
    """Whether the policy lets the request in, and shows the answer to a page that could read it."""
    decision = evaluate(policy, exchange.request)
    if not policy.covers(exchange.request) or decision.refusal is not None:
        return False
    if decision.asks or (is_cors(exchange.request) and is_read(exchange)):
        return decision.allowed is True
    return True


def _asked(exchanges: Iterable[Exchange]) -> tuple[str, ...]:
    """What was asked for, with its status, each once, the commonest first."""
    return tuple(text for text, _ in Counter(map(_shown, exchanges)).most_common())


def _shown(exchange: Exchange) -> str:
    request = exchange.request
    status = f" ({exchange.response.status})" if exchange.response else ""
    return f"{request.method} {request.target.path}{status}"


def _places(exchanges: Sequence[Exchange], api: Api | None) -> tuple[Place, ...]:
    """Where credentials stand: where the description says, if any was sent there."""
    documented = () if api is None else api.places
    found = [place for place in documented if any(sent_by(e.request, [place]) for e in exchanges)]
    if found:
        return in_order(found)
    return in_order([sent.place for e in exchanges for sent in credentials_of(e.request)])


def _used(places: Sequence[Place], routing: Routing) -> dict[Place, int]:
    """The places that open something, with how many requests used each."""
    counts: Counter[Place] = Counter()
    for way in routing.ways:
        if not way.public:
            counts.update(way.places)
    return {place: counts[place] for place in places if counts[place]}


def _guesses(parts: Parts, let_in: Sequence[Exchange]) -> list[str]:
    """What the traffic did not say, in words."""
    found = ["where requests may come from: a recording does not tell; every address is let in"]
    found += _of_paths(parts.ways)
    found += _of_credentials(parts, [e.request for e in let_in])
    if parts.pages is not None and len(parts.ways) > 1:
        origins = count_of(len(parts.pages.origins), "origin")
        found.append(f"{origins} may read every route: `cors` is not told apart by route")
    if parts.api is not None:
        found += _of_api(parts.api, parts)
    return found


def _of_paths(ways: Sequence[Way]) -> list[str]:
    templates = {way.template.path: way.template for way in ways if way.template.varies}
    found = []
    likely = [path for path, t in templates.items() if not any(map(_is_words, t.varies.values()))]
    if likely:
        said = list_words(likely, last="and", limit=4)
        found.append(f"what looks like an identifier is a parameter: {said}")
    for path, template in templates.items():
        found += [
            f"`{{{name}}}` in `{path}` is a parameter, not a name: it stood for {seen}"
            for name, seen in template.varies.items()
            if _is_words(seen)
        ]
    return found


def _is_words(seen: str) -> bool:
    return seen.endswith((" words", " word"))


def _of_credentials(parts: Parts, requests: Sequence[Request]) -> list[str]:
    found: list[str] = []
    fleeting = {scheme_of(request) for request in requests} & FLEETING
    if fleeting:
        said = list_words(sorted(fleeting), last="and")
        found.append(f"{said} makes a credential for each request: taken for none, so public")
    if not parts.keys:
        found.append(
            "nobody is asked for a key, since no request carries a credential. Browsers leave "
            "`Authorization` and cookies out of a HAR, unless it is saved with sensitive data"
        )
        return found
    named = [place for place in parts.places if place.kind in ("header", "query", "cookie")]
    named = [p for p in named if parts.api is None or p not in parts.api.places]
    if named:
        found.append(f"{', '.join(map(str, named))}: taken for a credential by its name")
    found.append(
        f"{count_of(len(parts.keys), 'key')}: one for each credential, named in the order in which "
        "they came; whose they are is not known"
    )
    tokens = [id_ for id_, digest in parts.keys.items() if parts.sent[digest].is_web_token]
    if tokens:
        found.append(f"{list_words(tokens, last='and')}: JSON Web Tokens, good until they expire")
    several = sum(len({sent.place for sent in credentials_of(r)}) > 1 for r in requests)
    if several:
        found.append(
            f"{count_of(several, 'request')} with several credentials: what stands first in "
            "`credentials` counts"
        )
    public = dict.fromkeys(f"{w.method} {w.template.path}" for w in parts.ways if w.public)
    if public:
        said = list_words(public, last="and", limit=4)
        found.append(f"public, since somebody was let in without a credential: {said}")
    if parts.holdings.needed:
        found.append("scopes are named after paths: GET and HEAD read, other methods write")
    found += _beyond(parts)
    return found


def _left_away(granted: Sequence[Exchange], let_in: Sequence[Exchange]) -> list[str]:
    """What preflights ask leave for and the requests after them do not carry, as they must have."""
    missing: dict[str, None] = {}
    for preflight in granted:
        asked = preflight.request.headers
        names = requested_headers(asked)
        secrets = [n for n in names if n == "authorization" or is_named_secret(Place("header", n))]
        method = asked.get("access-control-request-method")
        missing |= {
            name: None
            for name in secrets
            for exchange in let_in
            if exchange.request.url == preflight.request.url and exchange.request.method == method
            if name not in exchange.request.headers
        }
    if not missing:
        return []
    return [
        f"preflights ask leave for {list_words(missing, last='and')}, and the requests after them "
        "carry none: was the HAR saved without sensitive data? What they asked for is public here"
    ]


def _beyond(parts: Parts) -> list[str]:
    """What keys may do beyond what they did, by scopes that several routes need."""
    found: dict[str, list[str]] = {}
    for index, way in enumerate(parts.ways):
        needed = set(parts.holdings.needed.get(index, ()))
        for id_, digest in parts.keys.items():
            held = set(parts.holdings.held.get(digest, ()))
            if needed and digest not in way.users and needed <= held:
                found.setdefault(id_, []).append(f"{way.method} {way.template.path}")
    return [
        f"key `{id_}` may also do {list_words(more, last='and', limit=4)}, by the scopes that "
        "the API description names"
        for id_, more in found.items()
    ]


def _of_api(api: Api, parts: Parts) -> list[str]:
    found = [f"the API description: {remark}" for remark in api.remarks]
    unknown = dict.fromkeys(
        f"{way.method} {way.template.path}" for way in parts.ways if way.operation is None
    )
    if unknown:
        said = list_words(unknown, last="and", limit=6)
        found.append(f"not in the API description, and admitted all the same: {said}")
    hosts: Mapping[str, int] = parts.hosts
    if api.hosts and (other := [host for host in hosts if host not in api.hosts]):
        found.append(f"{list_words(other, last='and')}: no server of the API description")
    open_ = [
        f"{way.method} {way.template.path}"
        for way in parts.ways
        if way.public and way.operation and way.operation.needs is not None
        and all(need.places for need in way.operation.needs)
    ]  # fmt: skip
    if open_:
        said = list_words(open_, last="and", limit=6)
        found.append(f"public, since let in without a credential; documented otherwise: {said}")
    return found
