"""A change makes one mutant, which stands where the rule does, or none where it is no policy."""

from __future__ import annotations

import pytest

from simulator import Span, load_policy
from simulator.edit import Insert, Put, Remove
from simulator.mutants.change import (
    Change,
    exchange,
    items,
    mapping,
    mutate,
    neighbours,
    spread,
    text,
    value_at,
    words,
)

POLICY = """\
network:
  deny:
    - 203.0.113.0/24
    - 198.51.100.7
roles: {a/b: [read]}
"""


def test_a_mutant_is_the_policy_with_the_change_and_leaves_the_policy_as_it_is() -> None:
    policy = load_policy(POLICY, name="p.yaml")

    mutant = mutate(policy, Change("network/deny/1", "gone", (Remove("network/deny/1"),)))

    assert mutant is not None
    assert value_at(mutant.policy, "network/deny") == ["203.0.113.0/24"]
    assert mutant.span == Span("p.yaml", 4)
    assert value_at(policy, "network/deny") == ["203.0.113.0/24", "198.51.100.7"]


def test_what_is_written_nowhere_stands_in_no_line() -> None:
    policy = load_policy(POLICY, name="p.yaml")

    mutant = mutate(policy, Change("order/0", "other order", (Put("forwarded_field", "via"),)))

    assert mutant is not None
    assert mutant.span == Span("p.yaml", 0)


@pytest.mark.parametrize(
    "edit",
    [
        pytest.param(Put("network/default", "perhaps"), id="a value that is none"),
        pytest.param(Insert("network/rules", {"deny": "all"}), id="lists and rules at once"),
    ],
)
def test_what_makes_no_policy_makes_no_mutant(edit: Put | Insert) -> None:
    assert mutate(load_policy(POLICY), Change("network", "wrong", (edit,))) is None


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("network/deny/1", "198.51.100.7"),
        ("roles/a~1b", ["read"]),
        ("network/allow", None),
        ("network/deny/2", None),
        ("network/deny/0/x", None),
    ],
)
def test_values_are_found_by_their_path(path: str, value: object) -> None:
    assert value_at(load_policy(POLICY), path) == value


def test_what_is_not_there_is_empty() -> None:
    assert (mapping(None, "a"), items({"a": 1}, "a"), words({"a": ["x", 1]}, "a")) == (
        {},
        [],
        ["x"],
    )
    assert (text({"a": 1}, "a", "b"), text({"a": "c"}, "a", "b")) == ("b", "c")


def test_neighbours_change_places() -> None:
    assert exchange("a", [1, 2, 3], 1) == (Put("a/1", 3), Put("a/2", 2))
    assert list(neighbours([1, 2, 3])) == [(0, 1, 2), (1, 2, 3)]


def test_a_sample_is_spread_over_all() -> None:
    assert spread(range(10), 4) == (0, 2, 5, 7)
    assert spread("abc", 3) == ("a", "b", "c")
    assert spread("abc", 9) == ("a", "b", "c")
