"""What of a request does a case hold?

What the policy's checks read of it, and no more: a case that says what it depends on can be read in
a year. No secret is among it: a key of the policy stands as its id, any other credential as a
made-up one that is judged the same, a cookie as its name.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain

from simulator.browser.fetch_metadata import why_not_cors
from simulator.engine import evaluate
from simulator.facts import Facts, gather
from simulator.learning.secrets import credentials_of, scheme_of
from simulator.message import Headers, Request
from simulator.policy import Policy
from simulator.principals import Credential, Place
from simulator.standin import Sent, no_secret, send, with_credential
from simulator.usage import Usage

_ASKS = (
    "access-control-request-method",
    "access-control-request-headers",
    "access-control-request-private-network",
)
# Which fields name the client is the policy's to say; without one these do.
_FORWARDED = ("forwarded", "x-forwarded-for", "x-real-ip")
# Values of Authorization that cannot be read, one for each way.
_UNREADABLE = ("", "Bearer", "Basic", "Basic x", "Basic eA==", "x")


@dataclass(frozen=True, slots=True)
class Cleaned:
    """A request as a case holds it: the id of its key, and nothing that is secret."""

    request: Request
    key: str | None = None
    unknown: str = ""  # what its name says of a credential that stands for an unknown one


@dataclass(slots=True)
class Cleaner:
    """Cleans requests, each unknown credential with one substitute for all its requests."""

    policy: Policy | None = None
    _substitutes: dict[str, str] = field(default_factory=dict[str, str])

    def clean(self, request: Request) -> Cleaned:
        """The request without what nobody reads, and without secrets."""
        if self.policy is None:
            return self._unjudged(request)
        return _judged(self.policy, request)

    def _unjudged(self, request: Request) -> Cleaned:
        """What any policy might read."""
        cors = request.headers.get("origin") not in (None, request.target.origin)
        names = (*_usual(request, cors), *_FORWARDED)
        found = list(credentials_of(request))
        cookies = {sent.place.name for sent in found if sent.place.kind == "cookie"}
        bare = _bare(request, names, cookie=cors, but=cookies)
        for sent in found:
            substitute = self._substitutes.setdefault(
                sent.value, f"made-up-{len(self._substitutes) + 1}"
            )
            bare = with_credential(bare, send(sent.place, substitute))
        if scheme_of(request) and not any("authorization" in n.lower() for n, _ in bare.headers):
            # A credential that is made for one request: its scheme is all there is to keep.
            bare = with_credential(bare, Sent((("authorization", f"{scheme_of(request)} x"),)))
        named = [f"credential {self._substitutes[sent.value]}" for sent in found]
        return Cleaned(bare, None, " and ".join(dict.fromkeys(named)))


def _judged(policy: Policy, request: Request) -> Cleaned:
    facts = gather(request, policy.tables)
    credential = facts.credential
    cors = facts.origin is not None and not _is_foreign(policy, request)
    names = list(_usual(request, cors))
    if policy.tables.trusted is not None:
        names.append(policy.tables.forwarded_field)
    place = credential.place
    # A cookie that holds the key goes, and comes again with it where it is looked for first.
    again = place is not None and place.kind == "cookie"
    if credential.key is not None:
        again = again and place == policy.tables.principals.places[0]
    but = {place.name} if again and place is not None else set()
    bare = _bare(request, names, cookie=cors, but=but)
    if not _is_asked(policy, facts):
        return Cleaned(bare)
    if credential.key is not None:
        return Cleaned(bare, credential.key.id)
    if place is None:
        return Cleaned(bare)
    unknown = None if credential.fault else send(place, no_secret([policy]))
    for sent in (unknown,) if unknown else _unreadable(policy, place):
        found = with_credential(bare, sent)
        if _same(policy.tables.principals.find(found), credential):
            return Cleaned(found, None, "" if unknown is None else "an unknown key")
    return Cleaned(bare)


def _usual(request: Request, cors: bool) -> Iterator[str]:
    """The names of fields that say what kind of request it is."""
    if cors or why_not_cors(request.headers) is None:
        yield "origin"
    if request.method == "OPTIONS":
        yield from _ASKS
    if "origin" in request.headers and "upgrade" in request.headers:
        yield from ("origin", "upgrade")  # a WebSocket's Origin is none of CORS


def _is_foreign(policy: Policy, request: Request) -> bool:
    """Whether its Origin is none of CORS to the browser, nor to anybody else: a navigation's.

    A server that refuses origins itself, and a key that is bound to some, read it all the same.
    """
    if why_not_cors(request.headers) is None:
        return False
    bare = _bare(request, [n.lower() for n, _ in request.headers if n.lower() != "origin"])
    return _refusal(policy, bare) == _refusal(policy, request)


def _refusal(policy: Policy, request: Request) -> str | None:
    refusal = evaluate(policy, request).refusal
    return refusal.reason.code if refusal is not None and refusal.reason is not None else None


def _is_asked(policy: Policy, facts: Facts) -> bool:
    """Whether anybody looks at the credential: on a public route only a quota does."""
    if not policy.keys:
        return False
    if facts.route is None or not facts.route.public:
        return True
    limited = any(
        finding.check == "rate_limit" and finding.spends
        for finding in evaluate(policy, facts.request, Usage()).trace
    )
    return limited and facts.credential.key is not None


def _same(left: Credential, right: Credential) -> bool:
    return (left.place, left.key, left.fault) == (right.place, right.key, right.fault)


def _unreadable(policy: Policy, place: Place) -> Iterator[Sent]:
    """Credentials that cannot be read, in every way there is."""
    if place.kind in ("header", "query", "cookie"):
        yield send(place, "")
    for value in _UNREADABLE:
        yield Sent((("authorization", value),))


def _bare(
    request: Request, names: Sequence[str], *, cookie: bool = True, but: set[str] | None = None
) -> Request:
    """The request with these fields alone, and without its query and body. Of its cookies, if any
    are kept, the first stays by name: that there is one is all that is read."""
    kept = [(name, value) for name, value in request.headers if name.lower() in names]
    if cookie:
        lines = request.headers.lines("cookie")
        given = chain.from_iterable(line.split(";") for line in lines)
        known = (part.strip().partition("=")[0] for part in given)
        first = next((name for name in known if name and name not in (but or ())), None)
        if first is not None:
            kept.append(("Cookie", f"{first}=x"))
    target = request.target
    return Request(
        request.method,
        f"{target.origin}{target.path}",
        Headers(kept),
        client=request.client,
        at=request.at,
    )
