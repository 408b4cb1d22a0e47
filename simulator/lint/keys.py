"""Are keys good for as long, from where, and for whom they should be?

Keys as `simulator.credentials` reads them; where they are sent, RFC 6750 section 2.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from simulator.hazard import Hazard, Rule
from simulator.lint.asking import ask, asking_route, show
from simulator.lint.subject import Subject
from simulator.principals import Key
from simulator.problem import sentence
from simulator.source import join

_SOON = 14 * 86_400

NO_EXPIRY = Rule(
    "keys/no-expiry",
    "note",
    "a key that never expires",
    "A key that leaks is good until somebody notices. One that expires is good until then at "
    "most, and its owner knows how to replace it.",
    "Give it `expires`, and renew it in time.",
    """\
keys:
  - {id: web, env: WEB_KEY} # keys/no-expiry
""",
)
SECRET_IN_FILE = Rule(
    "keys/secret-in-file",
    "note",
    "a secret stands in the policy",
    "Policies are kept in repositories, reviewed and copied, and the secret goes with them, also "
    "when it is removed later. `key` is meant for examples and tests.",
    "Write `sha256`, the secret's digest (`printf %s KEY | sha256sum`), or `env`. If the file "
    "has left your machine, replace the key.",
    """\
keys:
  - {id: web, key: example-key-1, expires: 2037-01-31} # keys/secret-in-file
""",
)
EXPIRED = Rule(
    "keys/expired",
    "note",
    "a key whose time is over",
    "Whoever still sends it is refused with 401. It stays in the policy so that they are told "
    "why, or because nobody has looked.",
    "Renew it, or remove it once nobody sends it any more.",
    """\
keys:
  - {id: web, env: WEB_KEY, expires: 2020-01-31} # keys/expired
""",
)
EXPIRES_SOON = Rule(
    "keys/expires-soon",
    "note",
    "a key that expires within two weeks",
    "On that day whoever uses it is refused, everywhere at once.",
    "Give its owner another one now.",
    """\
keys:
  - {id: web, env: WEB_KEY, expires: 2026-06-05} # keys/expires-soon
""",
)
NONE_VALID = Rule(
    "keys/none-valid",
    "error",
    "no key is in force",
    "The policy asks for a key, and every key of it is revoked, has expired or is not valid yet: "
    "nobody comes in but to public routes.",
    "Add a key that is valid.",
    """\
keys: # keys/none-valid
  - {id: web, env: WEB_KEY, revoked: true}
""",
)
IN_QUERY = Rule(
    "keys/in-query",
    "warning",
    "keys are taken from the URL",
    "URLs are written to logs, histories and `Referer`, and kept by proxies. RFC 6750 section "
    "2.3 says of keys in them that they should not be.",
    "Take them from a header.",
    """\
credentials: [{header: x-api-key}, {query: api_key}] # keys/in-query
keys: [{id: web, env: WEB_KEY, expires: 2037-01-31}]
""",
)
RULES = (
    NO_EXPIRY, SECRET_IN_FILE, EXPIRED, EXPIRES_SOON, NONE_VALID, IN_QUERY, )  # fmt: skip


def lasting(subject: Subject) -> Iterator[Hazard]:
    """Keys without end, and secrets that stand there to be read."""
    live = [key for key in subject.keys if not key.revoked]
    endless = [key for key in live if key.expires is None]
    readable = [key for key in live if subject.key_sections[key.index].key is not None]
    for rule, keys, one, all_of, remedy, remedies in (
        (NO_EXPIRY, endless, "never expires", "ever expires", "give it `expires`",
         "give each `expires`"),
        (SECRET_IN_FILE, readable, "stands in the policy", "has its secret kept elsewhere",
         "write its `sha256`, or `env`", "write their `sha256`, or `env`"),
    ):  # fmt: skip
        if len(keys) > 1 and len(keys) == len(live):
            # One remark on what is so throughout, and none that is repeated for each key.
            message = f"none of the {len(keys)} keys {all_of}; {remedies}"
            yield subject.hazard(rule, "keys", message)
            continue
        for key in keys:
            whose = "the secret of key" if rule is SECRET_IN_FILE else "key"
            yield subject.hazard(rule, key.rule, f"{whose} `{key.id}` {one}; {remedy}")


def over(subject: Subject) -> Iterator[Hazard]:
    """Keys that are, or soon will be, of no use."""
    at = subject.at
    for key in subject.keys:
        if at is None or key.expires is None or key.revoked:
            continue
        day = f"{datetime.fromtimestamp(key.expires, UTC):%Y-%m-%d}"
        path = join(key.rule, "expires")
        if key.expires <= at:
            message = f"key `{key.id}` expired on {day}"
            yield subject.hazard(EXPIRED, path, f"{message}; renew it, or remove it")
        elif key.expires - at < _SOON:
            days = round((key.expires - at) / 86_400)
            when = f"in {days} day{'s' if days != 1 else ''}" if days else "within hours"
            message = f"key `{key.id}` expires {when}, on {day}"
            yield subject.hazard(EXPIRES_SOON, path, f"{message}; give its owner another")
    if subject.keys and not any(_in_force(subject, key) for key in subject.keys):
        route, method = asking_route(subject)
        request = ask(subject, route, method, key=subject.keys[0])
        shown = show(subject, request, "authenticate.")
        message = sentence("no key is in force", "each is revoked, or its time is not now",
                           "add one that is")  # fmt: skip
        yield subject.hazard(NONE_VALID, "keys", message, shown=shown)


def _in_force(subject: Subject, key: Key) -> bool:
    return not key.revoked if subject.at is None else key.valid(subject.at)


def places(subject: Subject) -> Iterator[Hazard]:
    """Keys in URLs."""
    for index, place in enumerate(subject.policy.tables.principals.places):
        if place.kind == "query" and subject.keys:
            message = sentence(
                f"keys are taken from the query parameter `{place.name}`",
                "URLs are logged, and kept in histories",
                "take them from a header",
            )
            yield subject.hazard(IN_QUERY, join("credentials", index), message)


CHECKS = (
    lasting,
    over,
    places,
)
