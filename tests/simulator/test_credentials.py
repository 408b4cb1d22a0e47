"""How keys, roles and places are written, and what they compile to."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.credentials import (
    KeySection,
    PlaceSection,
    compile_key,
    compile_place,
    parse_instant,
    place_problems,
)
from simulator.principals import Place
from simulator.problem import Fault
from simulator.source import read_document


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("1970-01-01", 0),
        ("2027-01-31", 1801353600),
        ("2027-01-31T01:00:00", 1801357200),
        ("2027-01-31 01:00:00Z", 1801357200),
        ("2027-01-31T01:00:00+01:00", 1801353600),
    ],
)
def test_a_date_is_its_first_instant_in_utc(text: str, seconds: float) -> None:
    assert parse_instant(text) == seconds


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        ("31.01.2027", "it is not of the form year-month-day"),
        ("2027-W05", "it is not of the form year-month-day"),
        ("2027-01-31x12:00", "it is not of the form year-month-day"),
        ("", "it is not of the form year-month-day"),
        ("9999-12-31", "its year is not one from 1970 to 9998"),
        ("0001-01-01T00:00:00+14:00", "its year is not one from 1970 to 9998"),
    ],
)
def test_what_is_no_date_says_why(text: str, cause: str) -> None:
    with pytest.raises(Fault) as caught:
        parse_instant(text)

    assert caught.value.cause == cause
    assert caught.value.remedy == "write `2027-01-31` or `2027-01-31T12:00:00Z`"


def test_a_day_that_the_month_has_not_is_no_date() -> None:
    with pytest.raises(Fault):
        parse_instant("2027-02-30")


@given(st.text())
def test_any_text_is_a_date_or_a_fault(text: str) -> None:
    try:
        seconds = parse_instant(text)
    except Fault:
        return

    assert 0 <= seconds < 253_402_300_800


@pytest.mark.parametrize(
    ("section", "place"),
    [
        ("bearer", Place("bearer")),
        ("basic", Place("basic")),
        (PlaceSection(header="X-Token"), Place("header", "x-token")),
        (PlaceSection(query="api_key"), Place("query", "api_key")),
        (PlaceSection(cookie="session"), Place("cookie", "session")),
    ],
)
def test_a_place_compiles_to_where_it_is_looked_for(
    section: str | PlaceSection, place: Place
) -> None:
    assert compile_place(section) == place  # type: ignore[arg-type]


def test_a_place_is_one_place() -> None:
    document = read_document("credentials: [{header: x, query: y}]", name="p.yaml")
    both = PlaceSection(header="x", query="y")

    (problem,) = place_problems(both, "credentials/0", document)
    (none,) = place_problems(PlaceSection(), "credentials/0", document)

    assert problem.message == (
        "`credentials/0` names `header` and `query`: an entry is one place; "
        "write `header: x-api-key`, `query: api_key` or `cookie: session`"
    )
    assert none.problem == "`credentials/0` names no place"
    assert place_problems("bearer", "credentials/0", document) == []


def test_a_key_compiles_with_its_times_networks_and_origins() -> None:
    section = KeySection(
        id="web",
        env="WEB_KEY",
        expires="2027-01-31",
        networks=("10.0.0.0/8",),
        origins=("https://shop.example",),
    )

    key = compile_key(section, 3, frozenset({"a:b"}), "resolved")

    assert (key.rule, key.secret, key.expires) == ("keys/3", "resolved", 1801353600)
    assert key.networks is not None
    assert key.networks.rules[key.networks.find(0x0A000001)].path == "keys/3/networks/0"
    assert key.origins is not None
    assert key.origins.find("https://shop.example") == 0
    assert "resolved" not in repr(key)
