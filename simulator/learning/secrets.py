"""Where in these requests do credentials stand, and which?

Authorization says so itself (RFC 9110 section 11). Fields, parameters and cookies of other names
are taken for credentials by what they are called; that is a guess, and told as one. A secret leaves
this file as its SHA-256, or not at all.
"""

from __future__ import annotations

import re
from base64 import b64decode
from collections.abc import Iterator, Sequence
from hashlib import sha256
from typing import NamedTuple
from urllib.parse import parse_qsl

from simulator.message import Request
from simulator.principals import Place, Principals

# How fields, parameters and cookies that hold credentials are called.
_FIELD = re.compile(
    r"(?:[a-z0-9]+-)*(?:api-?key|(?:access|account|app|auth|functions|license|subscription)-?key"
    r"|(?:access|api|auth|deploy|job|private|session|user)-?token|client-secret|x-auth|x-token)\Z"
)
_PARAMETER = re.compile(
    r"(?i)(?:(?:api|access|app|auth|subscription)[-_]?key|key"
    r"|(?:(?:access|api|auth|private|session)[-_]?)?token)\Z"
)
_COOKIE = re.compile(
    r"(?i)(?:.*(?:session|sess[-_]?id|auth|token|jwt).*|(?:.*[-_.])?s(?:ess)?id|.*sessid)\Z"
)
# What has such a name and is none: it proves where a request comes from, not from whom.
_NO_CREDENTIAL = re.compile(r"(?i).*(?:csrf|xsrf|captcha)")
# Schemes that make another credential for every request: no policy can list those.
FLEETING = frozenset(
    {
        "aws4-hmac-sha256",
        "digest",
        "dpop",
        "hawk",
        "hmac",
        "negotiate",
        "ntlm",
        "oauth",
        "signature",
    }
)


class Sent(NamedTuple):
    """A credential, and where it stands. `value` is the secret."""

    place: Place
    value: str

    def __repr__(self) -> str:
        return f"Sent({self.place})"

    @property
    def digest(self) -> str:
        """What a policy may hold of it."""
        return sha256(self.value.encode("utf-8", "surrogatepass")).hexdigest()

    @property
    def is_web_token(self) -> bool:
        """Whether it is a JSON Web Token (RFC 7519), which somebody issued for a while."""
        return self.value.count(".") == 2 and self.value.startswith("eyJ")


def is_named_secret(place: Place) -> bool:
    """Whether the name of a field, parameter or cookie says that it holds a credential."""
    if _NO_CREDENTIAL.match(place.name):
        return False
    pattern = {"header": _FIELD, "query": _PARAMETER, "cookie": _COOKIE}[place.kind]
    name = place.name.lower() if place.kind == "header" else place.name
    return pattern.match(name) is not None


def scheme_of(request: Request) -> str:
    """The scheme of the Authorization field in lower case; empty without one."""
    scheme, space, _ = (request.headers.get("authorization") or "").partition(" ")
    return scheme.lower() if space else ""


def credentials_of(request: Request) -> Iterator[Sent]:
    """Every credential in the request that a policy could know, as far as names tell."""
    headers = request.headers
    for name, value in headers.fields:
        place = Place("header", name.lower())
        if value and is_named_secret(place):
            yield Sent(place, headers.get(place.name) or value)
    yield from _authorization(headers.get("authorization") or "")
    for name, value in parse_qsl(request.target.query or "", keep_blank_values=True):
        if value and is_named_secret(Place("query", name)):
            yield Sent(Place("query", name), value)
    for part in (headers.get("cookie") or "").split(";"):
        name, _, value = part.strip().partition("=")
        if value and is_named_secret(Place("cookie", name)):
            yield Sent(Place("cookie", name), value.strip('"'))


def _authorization(value: str) -> Iterator[Sent]:
    scheme, space, rest = value.partition(" ")
    rest = rest.strip()
    match scheme.lower():
        case "bearer" if rest:
            yield Sent(Place("bearer"), rest)
        case "basic" if rest:
            pair = _decoded(rest)
            if pair is not None:
                yield Sent(Place("basic"), pair)
        case "":
            pass
        case name if space and rest and name not in FLEETING:
            yield Sent(Place("header", "authorization"), value)
        case name if not space and name not in ("bearer", "basic"):
            yield Sent(Place("header", "authorization"), value)


def _decoded(text: str) -> str | None:
    """`user:password`; None where that is not what the text encodes."""
    try:
        pair = b64decode(text, validate=True).decode()
    except ValueError:
        return None
    return pair if ":" in pair else None


def sent_by(request: Request, places: Sequence[Place]) -> Sent | None:
    """The credential that a policy with these places would find: the first that holds anything
    counts, whatever stands in the others."""
    found = Principals((), places).find(request)
    if found.place is None or found.fault:
        return None
    if found.place.kind == "basic":
        pair = _decoded((request.headers.get("authorization") or "").partition(" ")[2].strip())
        return None if pair is None else Sent(found.place, pair)
    return Sent(found.place, found.value)


# In this order a policy looks: what is made for programs first, what a browser adds last.
_KINDS = ("header", "bearer", "basic", "query", "cookie")


def in_order(places: Sequence[Place]) -> tuple[Place, ...]:
    """Places in the order in which they are to be looked at, each once."""
    return tuple(sorted(dict.fromkeys(places), key=_rank))


def _rank(place: Place) -> tuple[bool, int]:
    # A field Authorization without a scheme that is known comes after those that have one.
    return place == Place("header", "authorization"), _KINDS.index(place.kind)
