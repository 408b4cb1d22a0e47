"""Which kinds of credential do policies tell apart, and when?

Nothing, what cannot be read, what is no key, and every key: in the first of the places where keys
are looked for, or in two places at once where policies look in different ones first. What is true
of a key changes at the instants when it begins and ends (a key with neither has one kind).
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator, Sequence
from itertools import permutations
from typing import NamedTuple

from simulator.message import Headers, Request
from simulator.policy import Policy
from simulator.principals import NOTHING_SENT, Credential, Place
from simulator.standin import Sent, no_secret, send

_URL = "https://api.example/"
_NOTHING = Sent()


class CredentialKind(NamedTuple):
    """What is sent, when, and what each policy finds in it."""

    sent: Sent
    at: float
    found: tuple[Credential, ...]
    since: float | None = None  # what is true of it begins then
    until: float | None = None  # and ends then

    @property
    def cookie(self) -> bool:
        """Whether it is sent in a cookie, which a page's request then has."""
        return _in_cookie(self.sent)


def credential_kinds(policies: Sequence[Policy]) -> list[CredentialKind]:
    """One of each kind, the one without a credential first. The policies know their secrets."""
    found: dict[tuple[object, ...], tuple[Sent, tuple[Credential, ...]]] = {}
    for sent in _sendings(policies):
        request = Request("GET", f"{_URL}?{sent.query}", Headers(sent.headers))
        credentials = tuple(
            policy.tables.principals.find(request) if policy.keys else NOTHING_SENT
            for policy in policies
        )
        kind = tuple(map(_kind, credentials))
        # What can be sent without a cookie is sent so: a page may then have cookies or none.
        if kind not in found or (_in_cookie(found[kind][0]) and not _in_cookie(sent)):
            found[kind] = (sent, credentials)
    return [kind for sent, each in found.values() for kind in _in_time(sent, each)]


def _in_cookie(sent: Sent) -> bool:
    return any(name == "cookie" for name, _ in sent.headers)


def _kind(credential: Credential) -> object:
    if credential.key is not None:
        return credential.key.index
    if credential.place is None:
        return "none"
    return "malformed" if credential.fault else "unknown"


def _in_time(sent: Sent, each: tuple[Credential, ...]) -> Iterator[CredentialKind]:
    instants: set[float] = set()
    for credential in each:
        if credential.key is not None:
            instants.update(
                t for t in (credential.key.not_before, credential.key.expires) if t is not None
            )
    if not instants:
        yield CredentialKind(sent, 0.0, each)
        return
    cuts = sorted(instants)
    yield CredentialKind(sent, cuts[0] - 1, each, None, cuts[0])
    for index, cut in enumerate(cuts):
        after = cuts[index + 1] if index + 1 < len(cuts) else None
        yield CredentialKind(sent, cut, each, cut, after)


def _sendings(policies: Sequence[Policy]) -> Iterator[Sent]:
    """Whatever a request may carry, as far as policies can tell it apart."""
    yield _NOTHING
    lists = [policy.tables.principals.places for policy in policies if policy.keys]
    if not lists:
        return
    places = list(dict.fromkeys(place for each in lists for place in each))
    values = {place: list(_values(place, policies)) for place in places}
    for place in places:
        yield from values[place]
    if any(each != lists[0] for each in lists):
        # Each policy finds what is in the place where it looks first.
        for first, second in permutations(places, 2):
            if _field(first) == _field(second) != "":
                continue
            for one in values[first]:
                for other in values[second]:
                    yield _both(one, other)


def _field(place: Place) -> str:
    """The field of which only one can be sent; empty: there may be several side by side."""
    if place.kind in ("bearer", "basic"):
        return "authorization"
    return place.name if place.kind == "header" else ""


def _both(one: Sent, other: Sent) -> Sent:
    cookies = [value for name, value in (*one.headers, *other.headers) if name == "cookie"]
    rest = [pair for pair in (*one.headers, *other.headers) if pair[0] != "cookie"]
    fields = [*rest, ("cookie", "; ".join(cookies))] if cookies else rest
    return Sent(tuple(fields), "&".join(filter(None, (one.query, other.query))))


def _values(place: Place, policies: Sequence[Policy]) -> Iterator[Sent]:
    """What may stand in a place: each key, no key, and what cannot be read."""
    owners: dict[str, list[str]] = {}
    for policy in policies:
        for key in policy.keys:
            owners.setdefault(key.secret or "", []).append(key.id)
    for secret, ids in owners.items():
        yield send(place, secret)
        if place.kind == "basic":
            # The user before the secret may be the key's id, which is each policy's own.
            yield from (_basic(f"{user}:{secret}") for user in ("", *dict.fromkeys(ids)))
            yield _basic(f"{secret}:")
    yield send(place, no_secret(policies))
    if place == Place("header", "authorization"):
        # Another scheme is a value like any other here, and nothing where a scheme is read.
        yield send(place, f"Token {no_secret(policies)}")
    yield from _unreadable(place)


def _basic(pair: str) -> Sent:
    return Sent((("authorization", f"Basic {b64encode(pair.encode()).decode()}"),))


def _unreadable(place: Place) -> Iterator[Sent]:
    """A credential that is there and is none."""
    if place.kind not in ("bearer", "basic"):
        yield send(place, "")
        return
    # A scheme alone is unreadable to whoever reads another scheme, too.
    yield Sent((("authorization", place.kind.capitalize()),))
    if place.kind == "basic":
        yield Sent((("authorization", "Basic ?"),))
