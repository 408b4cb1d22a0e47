"""What is said of the frameworks; `tests/frameworks` holds their own answers against it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from simulator.behaviour import Behaviour, carries_cors
from simulator.behaviours import BEHAVIOURS, STANDARD
from simulator.behaviours.frameworks import FRAMEWORKS


def test_the_table_is_the_standard_one_and_all_families() -> None:
    assert list(BEHAVIOURS)[:10] == ["standard", *FRAMEWORKS]
    assert BEHAVIOURS["standard"] is STANDARD
    assert len(BEHAVIOURS) == 23


@pytest.mark.parametrize("name", FRAMEWORKS)
def test_a_framework_was_observed(name: str) -> None:
    assert FRAMEWORKS[name].basis == "observed"


@pytest.mark.parametrize(
    ("name", "status", "unhandled", "expected"),
    [
        pytest.param("starlette", 403, False, True, id="a refusal, in Starlette"),
        pytest.param("starlette", 500, True, False, id="not an exception, in Starlette"),
        pytest.param("django-cors-headers", 500, True, True, id="an exception, in Django"),
        pytest.param("aiohttp-cors", 403, False, True, id="a refusal, in aiohttp"),
        pytest.param("aiohttp-cors", 404, False, False, id="not an unknown path, in aiohttp"),
        pytest.param("standard", 403, False, False, id="not a refusal, by default"),
    ],
)
def test_cors_fields_go_on(name: str, status: int, unhandled: bool, expected: bool) -> None:
    assert carries_cors(BEHAVIOURS[name], status, unhandled=unhandled) is expected


# What docs/policy.md says of each, a row a family.


def table() -> dict[str, list[str]]:
    text = (Path(__file__).parents[3] / "docs" / "policy.md").read_text(encoding="utf-8")
    rows = re.findall(
        r"^\| `([a-z0-9-]+)`[^|]* \| (OPTIONS.*|any OPTIONS.*) \|$", text, re.MULTILINE
    )
    return {name: rest.split(" | ") for name, rest in rows}


def test_the_documentation_has_a_row_for_each_family_in_order() -> None:
    assert list(table()) == list(BEHAVIOURS)


@pytest.mark.parametrize("name", BEHAVIOURS)
def test_the_documentation_says_what_the_table_says(name: str) -> None:
    behaviour = BEHAVIOURS[name]
    preflight, answers, left_out, star, other, _ = table()[name]
    yes, no = answers.split(", ")

    assert ("Origin" in preflight) == ("origin" in behaviour.needs)
    assert ("ACRM" in preflight) == ("method" in behaviour.needs)
    assert (" path" in preflight, " route" in preflight) == (
        behaviour.routed == "path", behaviour.routed == "method",
    )  # fmt: skip
    assert yes == str(behaviour.ok) or yes.startswith(f"{behaviour.ok} ")
    assert no.partition(" ")[0] == told_no(behaviour)
    origins, *_, max_age = left_out.split("; ")
    assert origins == ("`*`" if behaviour.origins else "none")
    assert max_age == str("none" if behaviour.max_age is None else behaviour.max_age)
    assert (star == "a mistake") == (behaviour.star_credentials == "error")
    assert star.startswith("names the origin") == (behaviour.star_credentials == "echo")
    assert ("**refused**" in other) == behaviour.enforces
    assert ("all but the origin" in other) == (behaviour.to != "granted")


def told_no(behaviour: Behaviour) -> str:
    if not behaviour.judges:
        return "browser"
    return str(behaviour.refused) if behaviour.refused else "or"
