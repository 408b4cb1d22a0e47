"""Whose credential is this, what may its owner do, and which key was probably meant?

Credentials as sent by RFC 9110 section 11.4 (schemes), RFC 6750 section 2 (bearer), RFC 7617
(basic), or in a field, a query parameter or a cookie of any name. A secret never leaves this file:
findings and messages name a key by its id, an unknown credential by its first characters.
"""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import NamedTuple
from urllib.parse import parse_qsl

from simulator.addresses import Intervals
from simulator.message import Request
from simulator.origin import Origins


class Place(NamedTuple):
    """Where a credential is looked for: `kind` is header, bearer, basic, query or cookie."""

    kind: str
    name: str = ""

    def __str__(self) -> str:
        if self.kind in ("bearer", "basic"):
            return f"`Authorization: {self.kind.capitalize()}`"
        what = {"header": "the header", "query": "the query parameter", "cookie": "the cookie"}
        return f"{what[self.kind]} `{self.name}`"


DEFAULT_PLACES = (Place("header", "x-api-key"), Place("bearer"))


@dataclass(frozen=True, slots=True)
class Key:
    """One key, compiled. Times are Unix seconds; `secret` is text, `digest` SHA-256 in hex."""

    index: int
    id: str
    roles: tuple[str, ...] = ()
    scopes: frozenset[str] = frozenset()
    expires: float | None = None
    not_before: float | None = None
    revoked: bool = False
    networks: Intervals | None = None
    origins: Origins | None = None
    secret: str | None = field(default=None, repr=False)
    digest: str | None = field(default=None, repr=False)

    @property
    def rule(self) -> str:
        return f"keys/{self.index}"

    def valid(self, at: float) -> bool:
        """Whether time and revocation leave the key in force."""
        if self.revoked or (self.expires is not None and at >= self.expires):
            return False
        return self.not_before is None or at >= self.not_before


@dataclass(frozen=True, slots=True)
class Credential:
    """What the request carries: the first place where something is, and the key it belongs to.

    `fault` says why it cannot be read at all. `value` is a secret.
    """

    place: Place | None = None
    key: Key | None = None
    fault: str = ""
    value: str = field(default="", repr=False)

    @property
    def hint(self) -> str:
        """The credential as it may be shown: at most four characters, and never a third of it."""
        shown = self.value[: min(4, len(self.value) // 3)]
        return f"{shown}… ({len(self.value)} characters)"


NOTHING_SENT = Credential()


class Principals:
    """Keys compiled for lookup by what requests carry."""

    __slots__ = ("_by_digest", "_by_secret", "_known", "keys", "places")

    def __init__(self, keys: Sequence[Key], places: Sequence[Place] = DEFAULT_PLACES) -> None:
        self.keys = tuple(keys)
        self.places = tuple(places) or DEFAULT_PLACES
        self._by_secret = {key.secret: key for key in reversed(keys) if key.secret is not None}
        self._by_digest = {key.digest: key for key in reversed(keys) if key.digest is not None}
        # What each place gives for each known secret, made once.
        self._known = {
            place: {s: Credential(place, key, "", s) for s, key in self._by_secret.items()}
            for place in self.places
        }

    def find(self, request: Request) -> Credential:
        """The credential in the first of the places where the request has anything."""
        headers = request.headers
        for place in self.places:
            kind = place.kind
            if kind == "header":
                value = headers.get(place.name)
                if value is None:
                    continue
                return self._known[place].get(value) or self._sent(place, value)
            if kind == "bearer" or kind == "basic":
                value = headers.get("authorization")
                if value is None:
                    continue
                found = self._authorization(place, value)
            elif kind == "query":
                found = self._named(place, _query(request))
            else:
                found = self._named(place, _cookies(request))
            if found is not None:
                return found
        return self._unschemed(request) or NOTHING_SENT

    def key_of(self, value: str) -> Key | None:
        """The key with this secret."""
        key = self._by_secret.get(value)
        if key is None and self._by_digest:
            key = self._by_digest.get(sha256(value.encode("utf-8", "surrogatepass")).hexdigest())
        return key

    def _sent(self, place: Place, value: str) -> Credential:
        if not value:
            return Credential(place, fault="it is empty; is a variable not set?")
        return Credential(place, self.key_of(value), "", value)

    def _authorization(self, place: Place, value: str) -> Credential | None:
        scheme, _, rest = value.partition(" ")
        if scheme.lower() != place.kind:
            return None
        rest = rest.strip()
        if not rest:
            return Credential(place, fault=f"nothing follows `{scheme}`; is a variable not set?")
        if place.kind == "bearer":
            return self._known[place].get(rest) or self._sent(place, rest)
        try:
            decoded = b64decode(rest, validate=True).decode()
        except ValueError:  # not base64, or not UTF-8
            return Credential(place, fault="what follows `Basic` is not base64 of `user:password`")
        user, colon, password = decoded.partition(":")
        if not colon:
            return Credential(place, fault="what is encoded has no colon between user and password")
        key = self.key_of(decoded)
        if key is None and not password:
            return Credential(place, self.key_of(user), "", user)
        if key is None:
            key = self.key_of(password)
            key = key if key is not None and user in ("", key.id) else None
        return Credential(place, key, "", password)

    def _named(self, place: Place, pairs: Iterator[tuple[str, str]]) -> Credential | None:
        for name, value in pairs:
            if name == place.name:
                return self._known[place].get(value) or self._sent(place, value)
        return None

    def _unschemed(self, request: Request) -> Credential | None:
        """An Authorization field that no place reads: malformed where it names no scheme."""
        value = request.headers.get("authorization")
        if value is None or " " in value:
            return None
        for place in self.places:
            if place.kind in ("bearer", "basic"):
                scheme = place.kind.capitalize()
                fault = "it is empty" if not value else f"it names no scheme; write `{scheme} …`"
                return Credential(place, fault=fault)
        return None

    def nearest(self, request: Request, credential: Credential, at: float) -> tuple[str, ...]:
        """What was probably meant by a credential that is no known key, likeliest first."""
        found = list(self._respelled(credential.value)) if credential.value else []
        found += self._elsewhere(request, credential)
        return tuple(dict.fromkeys(found))[:3]

    def _respelled(self, value: str) -> Iterator[str]:
        if len(value) > 4096:
            return
        scheme, _, rest = value.partition(" ")
        if scheme.lower() in ("bearer", "basic", "token", "apikey") and (
            key := self.key_of(rest.strip())
        ):
            yield f"it is key `{key.id}` with `{scheme}` in front once too often"
        bare = value.strip()
        for quotes in ('"', "'", "`", "<>", "“”"):
            if bare[:1] in quotes and bare[-1:] in quotes and (key := self.key_of(bare[1:-1])):
                yield f"it is key `{key.id}` with quotes around it"
        if bare != value and (key := self.key_of(bare)):
            yield f"it is key `{key.id}` with spaces around it"
        half = bare.partition(",")[0].strip()
        if half != bare and (key := self.key_of(half)):
            yield f"it is key `{key.id}`, sent more than once or with something after a comma"
        for key in self.keys:
            if key.secret is None or key.secret == value:
                continue
            if key.secret.lower() == bare.lower():
                yield f"it is key `{key.id}` but for capital letters"
            elif len(bare) >= 4 and key.secret.startswith(bare):
                missing = len(key.secret) - len(bare)
                yield f"it is the beginning of key `{key.id}`; the last {missing} are missing"
            elif len(key.secret) >= 4 and bare.startswith(key.secret):
                yield f"it is key `{key.id}` with {len(bare) - len(key.secret)} characters after it"
            elif one_edit_apart(bare, key.secret):
                yield f"it is key `{key.id}` but for one character"

    def _elsewhere(self, request: Request, credential: Credential) -> Iterator[str]:
        """Known keys in fields where nobody looks."""
        for place, value in _everywhere(request):
            if place in self.places and place == credential.place:
                continue
            key = self.key_of(value)
            if key is not None and not (value == credential.value and place in self.places):
                wanted = " or ".join(str(p) for p in self.places)
                yield f"key `{key.id}` is in {place}; it is looked for in {wanted}"

    def twins(self, key: Key, at: float) -> tuple[Key, ...]:
        """Keys in force that may do all that this one may."""
        return tuple(
            other
            for other in self.keys
            if other is not key and other.valid(at) and other.scopes >= key.scopes
        )[:3]


def _query(request: Request) -> Iterator[tuple[str, str]]:
    query = request.target.query
    if query:
        yield from parse_qsl(query, keep_blank_values=True)


def _cookies(request: Request) -> Iterator[tuple[str, str]]:
    for part in (request.headers.get("cookie") or "").split(";"):
        name, equals, value = part.strip().partition("=")
        if equals:
            yield name, value.strip('"')


def _everywhere(request: Request) -> Iterator[tuple[Place, str]]:
    for name, value in request.headers.fields[:200]:
        lower = name.lower()
        if lower == "authorization":
            scheme, space, rest = value.partition(" ")
            kind = scheme.lower() if scheme.lower() in ("bearer", "basic") else ""
            if kind == "basic":
                try:
                    decoded = b64decode(rest.strip(), validate=True).decode()
                except ValueError:
                    continue
                for part in (decoded, *decoded.split(":", 1)):
                    yield Place("basic"), part
            elif kind:
                yield Place("bearer"), rest.strip()
            else:
                yield Place("header", "authorization"), rest.strip() if space else value
        elif lower != "cookie":
            yield Place("header", lower), value
    for name, value in _query(request):
        yield Place("query", name), value
    for name, value in _cookies(request):
        yield Place("cookie", name), value


def one_edit_apart(left: str, right: str) -> bool:
    """Whether one substitution, insertion, deletion or swap of neighbours makes them equal."""
    if left == right or abs(len(left) - len(right)) > 1:
        return False
    start = 0
    while start < min(len(left), len(right)) and left[start] == right[start]:
        start += 1
    if len(left) == len(right):
        swapped = left[start + 1 : start + 2] + left[start : start + 1]
        return left[start + 1 :] == right[start + 1 :] or (
            swapped == right[start : start + 2] and left[start + 2 :] == right[start + 2 :]
        )
    longer, shorter = (left, right) if len(left) > len(right) else (right, left)
    return longer[start + 1 :] == shorter[start:]


class Roles(NamedTuple):
    """Scopes by role, inherited ones included, and the roles that inherit from themselves."""

    scopes: Mapping[str, frozenset[str]]
    circular: tuple[str, ...]


def resolve_roles(roles: Mapping[str, tuple[Sequence[str], Sequence[str]]]) -> Roles:
    """Each role's scopes with those it inherits. `roles` maps a name to (inherits, scopes)."""
    held: dict[str, frozenset[str]] = {}
    circular: list[str] = []
    for name in roles:
        seen: set[str] = set()
        waiting = [name]
        scopes: set[str] = set()
        while waiting:
            current = waiting.pop()
            inherits, own = roles.get(current, ((), ()))
            scopes.update(own)
            if name in inherits:
                circular.append(name)
            waiting.extend(role for role in inherits if role not in seen)
            seen.update(inherits)
        held[name] = frozenset(scopes)
    return Roles(held, tuple(dict.fromkeys(circular)))


def inherited_roles(inherits: Mapping[str, Sequence[str]]) -> dict[str, frozenset[str]]:
    """Each role with those whose scopes it has: itself, and those it inherits from."""
    found: dict[str, frozenset[str]] = {}
    for name in inherits:
        seen, waiting = {name}, [name]
        while waiting:
            more = [role for role in inherits.get(waiting.pop(), ()) if role not in seen]
            seen.update(more)
            waiting += more
        found[name] = frozenset(seen)
    return found
