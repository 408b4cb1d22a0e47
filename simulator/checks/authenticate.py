"""Who is asking?

Credentials in Authorization (RFC 9110 section 11, RFC 6750, RFC 7617), a field, a query parameter
or a cookie. A 401 carries the challenge that RFC 9110 section 15.5.2 demands.
"""

from __future__ import annotations

from datetime import UTC, datetime

from simulator.addresses import show_address
from simulator.check import skip
from simulator.decision import Finding, Near, Outcome, Party, Reason
from simulator.facts import Facts
from simulator.principals import Credential, Key, Principals
from simulator.source import join


def _reason(
    code: str,
    title: str,
    text: str,
    meaning: str,
    causes: tuple[str, ...],
    remedies: tuple[str, ...],
    status: int = 401,
) -> Reason:
    spec = "RFC 9110 section 15.5.2" if status == 401 else "RFC 9110 section 15.5.4"
    return Reason(
        f"authenticate.{code}",
        status,
        Party.SERVER,
        title,
        text,
        meaning,
        causes,
        remedies,
        spec=spec,
    )


NO_CREDENTIAL = _reason(
    "no-credential",
    "no credential was sent",
    "the request has no credential in {places}",
    "The route needs a key, and none was found where keys are looked for.",
    (
        "the header was forgotten, or a redirect to another origin dropped it",
        "the key was sent in another field than the one that is read",
        "a preflight is asked for a key: browsers never send one with it",
    ),
    ("send the key where it is looked for", "for a preflight put `cors` ahead of `authenticate`"),
)
MALFORMED = _reason(
    "malformed",
    "the credential cannot be read",
    "the credential in {place} cannot be read: {fault}",
    "Something stands where the key should be, and it is not a credential of that form.",
    (
        "a shell variable or environment variable was not set",
        "the scheme is missing: `Authorization: KEY` instead of `Authorization: Bearer KEY`",
    ),
    ("print the header you send and compare", "send `Authorization: Bearer KEY`"),
)
UNKNOWN_KEY = _reason(
    "unknown-key",
    "the key is not known",
    "the key `{hint}` in {place} is not known",
    "A key was sent, and no key of the policy is equal to it.",
    (
        "a typing mistake, quotes or spaces from copying",
        "the key belongs to another environment",
        "the key was rotated or deleted",
    ),
    ("copy the key again, whole and without quotes", "ask for a new key"),
)
REVOKED = _reason(
    "revoked",
    "the key was revoked",
    "key `{key}` was revoked",
    "The key is known, and somebody took it out of force.",
    ("it leaked and was replaced", "its owner left"),
    ("use its successor",),
)
EXPIRED = _reason(
    "expired",
    "the key has expired",
    "key `{key}` expired on {since}",
    "The key is known, and its time is over.",
    ("nobody renewed it", "the client still uses a key that was rotated"),
    ("renew the key, or use its successor",),
)
NOT_YET_VALID = _reason(
    "not-yet-valid",
    "the key is not valid yet",
    "key `{key}` is valid from {since} on",
    "The key is known, and its time has not begun.",
    ("it was issued for a later date", "a clock is wrong, or a time zone was forgotten"),
    ("wait, or use the key that is valid now",),
)
KEY_NETWORK = _reason(
    "key-network",
    "the key is not valid from this address",
    "key `{key}` is not valid from the address {client}",
    "The key is bound to networks, and the client's address is in none of them.",
    (
        "the key is used from a laptop instead of the server it was made for",
        "the server sees a proxy's address; see `trusted_proxies`",
    ),
    ("call from one of the key's networks", "add the client's block to the key's `networks`"),
    403,
)
KEY_ORIGIN = _reason(
    "key-origin",
    "the key is not valid from this origin",
    "key `{key}` is not valid from the origin {origin}",
    "The key is bound to origins, and the request's Origin is none of them, or missing.",
    ("the key of one site is used on another", "the request does not come from a browser"),
    ("use the key made for this site", "add the origin to the key's `origins`"),
    403,
)
REASONS = (
    NO_CREDENTIAL,
    UNKNOWN_KEY,
    MALFORMED,
    EXPIRED,
    NOT_YET_VALID,
    REVOKED,
    KEY_NETWORK,
    KEY_ORIGIN,
)


_NO_KEYS = skip("authenticate", "the policy has no `keys`: nobody is asked for one")
_PUBLIC = skip("authenticate", "the route is public")


class AuthenticateCheck:
    """The compiled question."""

    __slots__ = ("_passes", "_places", "_principals")

    name = "authenticate"
    reads = frozenset({"credential", "client", "sent_origin", "route", "at"})

    def __init__(self, principals: Principals) -> None:
        self._principals = principals
        self._places = " or ".join(str(place) for place in principals.places)
        self._passes = tuple(
            Finding("authenticate", Outcome.PASS, key.rule, note=f"key `{key.id}`")
            for key in principals.keys
        )

    def with_principals(self, principals: Principals) -> AuthenticateCheck:
        """The same question about other keys."""
        return AuthenticateCheck(principals)

    def judge(self, facts: Facts) -> Finding:
        if not self._passes:
            return _NO_KEYS
        if facts.route is not None and facts.route.public:
            return _PUBLIC
        credential = facts.credential
        key = credential.key
        if key is None:
            return self._nobody(credential)
        if key.revoked:
            return self._fail(REVOKED, key, "revoked", {})
        if key.not_before is not None and facts.at < key.not_before:
            return self._fail(NOT_YET_VALID, key, "not_before", {"since": _day(key.not_before)})
        if key.expires is not None and facts.at >= key.expires:
            return self._fail(EXPIRED, key, "expires", {"since": _day(key.expires)})
        if key.networks is not None:
            if facts.client is None:
                return Finding(
                    "authenticate",
                    Outcome.UNKNOWN,
                    join(key.rule, "networks"),
                    note=f"key `{key.id}` is bound to networks, and the address is not known",
                )
            if key.networks.find(facts.client) < 0:
                client = show_address(facts.client)
                return self._fail(KEY_NETWORK, key, "networks", {"client": client})
        if key.origins is not None:
            origin = facts.sent_origin
            if origin is None or key.origins.find(origin) is None:
                shown = "(none was sent)" if origin is None else f"`{origin}`"
                return self._fail(KEY_ORIGIN, key, "origins", {"origin": shown})
        return self._passes[key.index]

    def _nobody(self, credential: Credential) -> Finding:
        values: dict[str, object]
        if credential.place is None:
            reason, values = NO_CREDENTIAL, {"places": self._places}
        elif credential.fault:
            reason = MALFORMED
            values = {"place": str(credential.place), "fault": credential.fault}
        else:
            reason = UNKNOWN_KEY
            values = {"place": str(credential.place), "hint": credential.hint}
        return Finding(
            "authenticate",
            Outcome.FAIL,
            "keys",
            values,
            reason,
            Party.SERVER,
            401,
            self._challenge(reason),
        )

    def _fail(self, reason: Reason, key: Key, field: str, values: dict[str, object]) -> Finding:
        return Finding(
            "authenticate",
            Outcome.FAIL,
            join(key.rule, field),
            {"key": key.id, **values},
            reason,
            Party.SERVER,
            reason.status,
            self._challenge(reason) if reason.status == 401 else (),
        )

    def _challenge(self, reason: Reason) -> tuple[tuple[str, str], ...]:
        """WWW-Authenticate for the schemes the policy reads; RFC 6750 section 3 for the error."""
        found = []
        for place in self._principals.places:
            if place.kind == "bearer":
                error = "" if reason is NO_CREDENTIAL else ', error="invalid_token"'
                found.append(f'Bearer realm="api"{error}')
            elif place.kind == "basic":
                found.append('Basic realm="api", charset="UTF-8"')
        if not found:
            # No registered scheme names a key in a field, and a 401 must carry a challenge.
            found.append('ApiKey realm="api"')
        return tuple(("www-authenticate", challenge) for challenge in found)

    def near(self, facts: Facts) -> tuple[Near, ...]:
        credential = facts.credential
        key = credential.key
        if key is None:
            if facts.preflight:
                return (Near("this is a preflight: browsers send no credentials with it"),)
            found = self._principals.nearest(facts.request, credential, facts.at)
            return tuple(Near(text) for text in found)
        if not key.valid(facts.at):
            return tuple(
                Near(f"key `{other.id}` may do the same and is valid", other.rule)
                for other in self._principals.twins(key, facts.at)
            )
        if key.networks is not None and facts.client is not None:
            rules = key.networks.rules
            return tuple(
                Near(f"its nearest network is `{rules[index].block.text}`", rules[index].path)
                for index, _ in key.networks.nearest(facts.client, deny=False, limit=2)
            )
        if key.origins is not None and facts.sent_origin is not None:
            return tuple(
                Near(
                    f"`{key.origins.patterns[index].text}` is listed: {difference}",
                    join(key.rule, "origins", index),
                )
                for index, difference in key.origins.nearest(facts.sent_origin)
            )
        return ()


def _day(seconds: float) -> str:
    moment = datetime.fromtimestamp(seconds, UTC)
    if seconds % 86400 == 0:
        return f"{moment:%Y-%m-%d}"
    return f"{moment:%Y-%m-%d %H:%M:%S} UTC"
