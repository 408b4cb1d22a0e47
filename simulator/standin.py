"""How is a key sent, when the policy holds only the digest of its secret?

Questions about a policy need requests that carry its keys. A secret that is not known is stood in
for by a made-up one, in a copy of the policy that knows it too: what is decided is the same. What
is shown of such a request names the key instead.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Mapping
from dataclasses import replace
from hashlib import sha256
from typing import NamedTuple
from urllib.parse import quote as percent

from simulator.message import Headers, Request
from simulator.policy import Policy
from simulator.principals import Key, Place

# No key has such a secret: a credential in a field ends at a space or a semicolon somewhere.
_UNKNOWN = "no-key-of-the-policy"


class Sent(NamedTuple):
    """What carries a credential: a field of the request, or a parameter of its query."""

    headers: tuple[tuple[str, str], ...] = ()
    query: str = ""


def stand_in(policy: Policy, known: Iterable[str] = ()) -> Policy:
    """The policy with a secret for every key: its own, one of those `known` that has its digest, or
    a made-up one."""
    keys = policy.keys
    if all(key.secret is not None for key in keys):
        return policy
    digests = {sha256(text.encode("utf-8", "surrogatepass")).hexdigest(): text for text in known}
    return policy.with_keys(
        tuple(
            key
            if key.secret is not None
            else replace(key, secret=digests.get(key.digest or "") or made_up(key.digest or ""))
            for key in keys
        )
    )


def made_up(digest: str) -> str:
    """The secret that stands for the one with this digest: the same in every policy."""
    return f"the-secret-of-{digest[:16]}"


def no_secret(policies: Iterable[Policy]) -> str:
    """A credential that is no key of these policies."""
    secrets = {key.secret for policy in policies for key in policy.keys}
    text = _UNKNOWN
    while text in secrets:
        text += "-"
    return text


def send(place: Place, secret: str, *, user: str = "") -> Sent:
    """The credential in this place. `user` goes before it in Basic."""
    match place.kind:
        case "header":
            return Sent(((place.name, secret),))
        case "bearer":
            return Sent((("authorization", f"Bearer {secret}"),))
        case "basic":
            pair = secret if ":" in secret else f"{user}:{secret}"
            return Sent((("authorization", f"Basic {b64encode(pair.encode()).decode()}"),))
        case "cookie":
            return Sent((("cookie", f"{place.name}={secret}"),))
        case _:
            return Sent((), f"{percent(place.name, safe='')}={percent(secret, safe='')}")


def with_credential(request: Request, sent: Sent) -> Request:
    """The request with the credential added to what it carries."""
    fields = list(request.headers)
    url = request.url
    if sent.query:
        url += ("&" if "?" in url else "?") + sent.query
    for name, value in sent.headers:
        index = next((n for n, pair in enumerate(fields) if pair[0].lower() == "cookie"), None)
        if name == "cookie" and index is not None:
            fields[index] = (fields[index][0], f"{fields[index][1]}; {value}")
        else:
            fields.append((name, value))
    return Request(
        request.method,
        url,
        Headers(fields),
        client=request.client,
        at=request.at,
        body=request.body,
    )


def with_key(policy: Policy, request: Request, key: Key) -> Request:
    """The request with this key of the policy in the first place where keys are looked for.
    `policy` knows its secrets (`stand_in`)."""
    place = policy.tables.principals.places[0]
    return with_credential(request, send(place, key.secret or "", user=key.id))


def names_of_secrets(policies: Iterable[Policy]) -> Mapping[str, str]:
    """What is shown in place of each secret, made-up ones too: the key's id."""
    return {
        key.secret: f"(key {key.id})"
        for policy in policies
        for key in policy.keys
        if key.secret is not None
    }
