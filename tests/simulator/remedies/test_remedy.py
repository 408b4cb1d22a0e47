"""Is it found where things stand in a policy?"""

from __future__ import annotations

import pytest
from fixing import ask

from simulator import evaluate, load_policy
from simulator.remedies.remedy import (
    Breadth,
    Remedy,
    list_at,
    mapping_at,
    section_path,
    value_at,
    where,
)

POLICY = load_policy(
    """
network: {allow: [10.0.0.0/8]}
roles: {"a/b": [read], "c~d": [write]}
routes:
  - {path: /orders, network: {default: deny}}
  - {path: /health}
""",
    name="p.yaml",
)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("network/allow/0", "10.0.0.0/8"),
        ("routes/1/path", "/health"),
        ("roles/a~1b/0", "read"),
        ("roles/c~0d/0", "write"),
        ("network/deny/0", None),
        ("network/allow/7", None),
        ("network/allow/x", None),
        ("routes/1/path/0", None),
    ],
)
def test_a_value_is_found_by_its_path(path: str, value: object) -> None:
    assert value_at(POLICY, path) == value


def test_what_is_not_there_is_empty() -> None:
    assert mapping_at(POLICY, "cors") == {}
    assert list_at(POLICY, "keys") == []
    assert list_at(POLICY, "network") == []


@pytest.mark.parametrize(
    ("path", "section", "words"),
    [("/orders", "routes/0/network", " on the route `/orders`"), ("/health", "network", "")],
)
def test_the_section_that_applies_is_the_routes_own_if_it_has_one(
    path: str, section: str, words: str
) -> None:
    decision = evaluate(POLICY, ask(f"https://api.example{path}"))

    found = section_path(POLICY, decision, "network")

    assert found == section
    assert where(POLICY, found) == words


def test_a_remedy_is_by_itself_one_that_lets_in_nobody() -> None:
    remedy = Remedy("wait")

    assert (remedy.breadth, remedy.edits, remedy.request) == (Breadth.NOTHING, (), None)
