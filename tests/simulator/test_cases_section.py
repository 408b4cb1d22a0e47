"""A cases file as people write it; the cases themselves are tested in test_cases.py."""

from __future__ import annotations

import pytest

from simulator import PolicyError
from simulator.cases_section import read_cases


def told(text: str) -> list[str]:
    with pytest.raises(PolicyError) as caught:
        read_cases(text, name="c.yaml")
    return [str(problem) for problem in caught.value.problems]


def test_statements_alone_are_a_file() -> None:
    cases = read_cases("never: {route: '/admin/*', client: not 10.0.0.0/8}")

    assert cases.cases == ()
    assert [(s.route, s.client) for s in cases.never] == [("/admin/*", "not 10.0.0.0/8")]


def test_one_statement_or_a_list_of_them() -> None:
    one = read_cases("clients: {office: [10.0.0.0/8]}\nalways: {client: office}")
    more = read_cases("clients: {office: [10.0.0.0/8]}\nalways: [{client: office}]")

    assert one == more


def test_a_file_that_asks_nothing_is_told() -> None:
    assert told("description: nothing") == [
        "c.yaml:1: the file asks nothing: it has neither `cases` nor `never` nor `always`; "
        "add `cases:`"
    ]


def test_every_mistake_in_statements_is_told_with_its_line() -> None:
    text = """\
clients: {office: [10.0.0.1/8]}
never:
  - {because: all of them}
  - {client: not offcie}
always: {methods: GET}
"""

    assert told(text) == [
        "c.yaml:1: `10.0.0.1/8` is not a block: it has bits set to the right of its prefix /8; "
        "write `10.0.0.0/8` for the block, or `10.0.0.1` for the one address",
        "c.yaml:3: `never/0` names no requests: it would speak of all; name some",
        "c.yaml:4: `offcie` is no name of clients: `clients` names `office`; did you mean "
        "`office`?",
        "c.yaml:5: `methods` is not known in `always`: it takes `route`, `method`, `host`, "
        "`client`, `key`, `role`, `scope`, `origin`, `cookies`, `preflights` and `because`; did "
        "you mean `method`?",
    ]
