"""Statements as people write them."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from simulator import Fault
from simulator.statement_section import StatementSection, blocks_of, split


@pytest.mark.parametrize(
    ("value", "parts"),
    [
        (None, ((), ())),
        ("office", (("office",), ())),
        ("not office", ((), ("office",))),
        (("a", "not  b", "c"), (("a", "c"), ("b",))),
    ],
    ids=["nothing", "a name", "all but a name", "several"],
)
def test_what_is_named_and_what_is_excepted(
    value: str | tuple[str, ...] | None, parts: tuple[tuple[str, ...], tuple[str, ...]]
) -> None:
    assert split(value) == parts


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("route", "admin", "`admin` is not a path: it does not start with a slash"),
        ("route", "not /a*", "neither plain text nor one whole `*` or `{name}`"),
        ("method", "get", "`get` is in small letters"),
        ("host", "https://a.example", "`https://a.example` is not a host"),
        ("origin", "https://a.example/", "`https://a.example/` is not an origin"),
    ],
)
def test_a_mistake_is_told(name: str, value: str, message: str) -> None:
    with pytest.raises(ValidationError) as caught:
        StatementSection(**{name: value})

    assert message in str(caught.value)


def test_clients_are_blocks_or_names_for_blocks() -> None:
    statement = StatementSection(client=("office", "10.0.0.1", "not 192.0.2.0/24"))

    wanted, unwanted = blocks_of(statement, {"office": ("203.0.113.0/24", "2001:db8::/32")})

    assert [rule.block.text for rule in wanted.rules] == [
        "203.0.113.0/24",
        "2001:db8::/32",
        "10.0.0.1",
    ]
    assert [rule.block.text for rule in unwanted.rules] == ["192.0.2.0/24"]


def test_a_name_that_nobody_gave_is_told() -> None:
    with pytest.raises(Fault) as caught:
        blocks_of(StatementSection(client="office"), {})

    assert str(caught.value) == (
        "`office` is no name of clients: `clients` names nothing; add `clients: {office: [BLOCK]}`"
    )
