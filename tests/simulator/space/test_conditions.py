"""A condition that asks nothing is met by every request."""

from __future__ import annotations

import pytest

from simulator.principals import NOTHING_SENT, Credential, Key, Place
from simulator.space.conditions import EVERYTHING, Condition


def test_without_questions_every_operation_is_meant_and_preflights_too() -> None:
    assert EVERYTHING.operation(frozenset(), "api.example", 443, "GET")
    assert EVERYTHING.operation(frozenset({0}), "", 80, "OPTIONS")
    assert EVERYTHING.preflights


@pytest.mark.parametrize("origin", [None, "", "null", "https://shop.example"])
@pytest.mark.parametrize(("cross", "cookie"), [(False, False), (True, False), (True, True)])
def test_without_questions_every_page_is_meant(
    origin: str | None, cross: bool, cookie: bool
) -> None:
    assert EVERYTHING.visitor(origin, cross, cookie)


@pytest.mark.parametrize(
    "credential",
    [
        pytest.param(NOTHING_SENT, id="none"),
        pytest.param(Credential(Place("bearer"), None, "it is empty"), id="unreadable"),
        pytest.param(Credential(Place("bearer"), None, "", "x"), id="unknown"),
        pytest.param(Credential(Place("bearer"), Key(0, "web"), "", "x"), id="a key"),
    ],
)
def test_without_questions_every_credential_is_meant(credential: Credential) -> None:
    assert EVERYTHING.credential(credential)


@pytest.mark.parametrize("address", [None, 0, 1 << 128])
def test_without_questions_every_client_is_meant(address: int | None) -> None:
    assert EVERYTHING.client(address)


def test_without_questions_nothing_is_compared_with() -> None:
    parts = (
        EVERYTHING.globs, EVERYTHING.methods, EVERYTHING.hosts, EVERYTHING.origins,
        EVERYTHING.blocks,
    )  # fmt: skip

    assert not any(parts)


def test_a_condition_asks_only_what_it_is_given() -> None:
    condition = Condition(client=lambda address: address == 7, preflights=False)

    assert condition.client(7)
    assert not condition.client(None)
    assert condition.operation(frozenset(), "api.example", 443, "GET")
