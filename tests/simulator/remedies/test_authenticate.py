"""Is a key made good by its owner's means alone: its time, its networks, its origins?"""

from __future__ import annotations

import pytest
from fixing import NOON, ask, fixes, proposed, turns

from simulator.edit import Insert, Put
from simulator.remedies.authenticate import remedies
from simulator.remedies.remedy import Breadth

KEY = {"X-Api-Key": "web-demo"}


def policy(**fields: str) -> str:
    rest = "".join(f", {name}: {value}" for name, value in fields.items())
    return f"keys:\n  - {{id: web, key: web-demo{rest}}} # the page's\n"


@pytest.mark.parametrize(
    ("text", "headers", "edit", "opens"),
    [
        (
            policy(expires="2026-01-31"),
            {},
            Put("keys/0/expires", "2027-06-01"),
            "whatever else key `web` may do, until 2027-06-01",
        ),
        (
            policy(not_before="2027-01-31"),
            {},
            Put("keys/0/not_before", "2026-06-01"),
            "whatever else key `web` may do, from 2026-06-01 on",
        ),
        (
            policy(networks="[198.51.100.0/24]"),
            {},
            Insert("keys/0/networks", "10.0.0.1"),
            "whatever else key `web` from 10.0.0.1 asks for",
        ),
        (
            policy(origins="[https://shop.example]"),
            {"Origin": "https://beta.shop.example"},
            Insert("keys/0/origins", "https://beta.shop.example"),
            "whatever else key `web` asks for from https://beta.shop.example",
        ),
    ],
    ids=["expired", "not valid yet", "from another network", "from another origin"],
)
def test_the_key_is_good_for_a_little_more(
    text: str, headers: dict[str, str], edit: object, opens: str
) -> None:
    found = proposed(remedies, "authenticate", text, ask(headers=KEY | headers))

    assert [(r.edits, r.opens, r.breadth) for r in found] == [((edit,), (opens,), Breadth.ITSELF)]


@pytest.mark.parametrize(
    ("text", "headers"),
    [
        (policy(revoked="true"), KEY),
        (policy(), {"X-Api-Key": "somebody's"}),
        (policy(), {"Authorization": "Bearer "}),
        (policy(origins="[https://shop.example]"), KEY),
        (policy(origins="[https://shop.example]"), KEY | {"Origin": "null"}),
    ],
    ids=[
        "what was revoked stays so",
        "no secret is added that is not known",
        "what cannot be read is nobody's",
        "a key that is bound to origins is a page's",
        "the origin null is anybody's",
    ],
)
def test_some_keys_stay_out(text: str, headers: dict[str, str]) -> None:
    assert proposed(remedies, "authenticate", text, ask(headers=headers)) == []


def test_a_network_that_stands_for_others_is_not_let_in_lightly() -> None:
    headers = KEY | {"X-Forwarded-For": "198.51.100.3"}
    text = policy(networks="[198.51.100.0/24]")

    found = proposed(remedies, "authenticate", text, ask(headers=headers))

    assert (found[0].breadth, found[0].care) == (
        Breadth.MANY,
        "10.0.0.1 forwards for 198.51.100.3: is it a proxy?",
    )


def test_a_route_may_need_no_key_if_it_needs_no_scopes() -> None:
    text = policy() + "routes: [{path: /a}, {path: /b, scopes: [x]}]"

    found = proposed(remedies, "authenticate", text, ask("https://api.example/a"))
    guarded = proposed(remedies, "authenticate", text, ask("https://api.example/b"))

    assert [(r.edits, r.breadth) for r in found] == [((Put("routes/0/public", True),), Breadth.ALL)]
    assert guarded == []


def test_a_comment_stays_beside_the_key_that_is_renewed() -> None:
    found = fixes(policy(expires="2026-01-31"), ask(headers=KEY))

    assert found[0].text == policy(expires="2027-06-01")
    assert turns(found[0])


def test_a_time_that_no_date_can_be_made_of_proposes_nothing() -> None:
    far = 9e11

    found = proposed(
        remedies, "authenticate", policy(expires="2026-01-31"), ask(headers=KEY, at=far)
    )

    assert far > NOON
    assert found == []
