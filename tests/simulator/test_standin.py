"""Keys whose secrets are not known are sent all the same."""

from __future__ import annotations

import hashlib

import pytest

from simulator import Request, evaluate, load_policy
from simulator.principals import Place
from simulator.standin import (
    made_up,
    names_of_secrets,
    no_secret,
    send,
    stand_in,
    with_credential,
    with_key,
)

DIGEST = hashlib.sha256(b"nobody-knows").hexdigest()
POLICY = f"""
roles: {{reader: [read]}}
keys:
  - {{id: web, key: web-secret, roles: [reader]}}
  - {{id: batch, sha256: {DIGEST}, expires: 2027-01-01}}
routes: [{{path: /a, scopes: [read]}}]
"""


def test_a_key_known_by_its_digest_can_be_sent() -> None:
    policy = stand_in(load_policy(POLICY))

    decision = evaluate(
        policy, with_key(policy, Request("GET", "https://a.test/a"), policy.keys[1])
    )

    assert decision.reason == "authorize.missing-scope"
    assert decision.codes == ("authorize.missing-scope",)


def test_what_is_decided_on_the_digest_itself_stays() -> None:
    policy = stand_in(load_policy(POLICY))

    request = Request("GET", "https://a.test/a", {"x-api-key": "nobody-knows"}, at=1.9e9)

    assert evaluate(policy, request).reason == "authenticate.expired"


def test_a_policy_that_knows_every_secret_is_left_as_it_is() -> None:
    policy = load_policy("keys: [{id: web, key: s}]")

    assert stand_in(policy) is policy


def test_one_digest_has_one_stand_in_in_every_policy() -> None:
    policies = [stand_in(load_policy(POLICY)) for _ in range(2)]

    assert policies[0].keys[1].secret == policies[1].keys[1].secret == made_up(DIGEST)


def test_what_is_shown_in_place_of_a_secret_is_the_id() -> None:
    policy = stand_in(load_policy(POLICY))

    assert names_of_secrets([policy]) == {
        "web-secret": "(key web)",
        made_up(DIGEST): "(key batch)",
    }


def test_what_is_no_secret_is_no_key() -> None:
    policy = load_policy("keys: [{id: a, key: no-key-of-the-policy}, {id: b, key: b}]")

    assert no_secret([policy]) == "no-key-of-the-policy-"


PLACES = [
    ("header", Place("header", "x-token"), "{header: x-token}"),
    ("bearer", Place("bearer"), "bearer"),
    ("basic", Place("basic"), "basic"),
    ("query", Place("query", "api key"), "{query: api key}"),
    ("cookie", Place("cookie", "session"), "{cookie: session}"),
]


@pytest.mark.parametrize(("place", "text"), [p[1:] for p in PLACES], ids=[p[0] for p in PLACES])
def test_a_credential_is_found_in_its_place(place: Place, text: str) -> None:
    policy = load_policy(f"credentials: [{text}]\nkeys: [{{id: web, key: s3&=é, scopes: []}}]")
    request = Request("GET", "https://a.test/a?b=c", {"Cookie": "theme=dark"})

    carrying = with_credential(request, send(place, "s3&=é", user="web"))

    assert evaluate(policy, carrying).allowed is True
    assert (carrying.headers.get("cookie") or "").startswith("theme=dark")
    assert evaluate(policy, request).reason == "authenticate.no-credential"
