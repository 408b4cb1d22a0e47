"""The small changes of every example: each is one, and none leaves the policy as it was."""

from __future__ import annotations

from pathlib import Path

import pytest

from simulator import Policy, load_policy
from simulator.edit import edit_data
from simulator.mutants import changes, mutants

POLICIES = Path(__file__).parent.parent.parent.parent / "policies"


def policy_of(name: str) -> Policy:
    return load_policy((POLICIES / f"{name}.yaml").read_text(encoding="utf-8"), name=name)


NAMES = sorted(p.stem for p in POLICIES.glob("*.yaml") if not p.name.endswith(".cases.yaml"))


@pytest.mark.parametrize("name", NAMES)
def test_each_change_is_told_apart_and_changes_the_data(name: str) -> None:
    policy = policy_of(name)
    found = list(changes(policy))

    assert found
    assert len({(change.path, change.words) for change in found}) == len(found)
    data = policy.document.data
    assert [change for change in found if edit_data(data, change.edits) == data] == []


def test_mutants_are_the_changes_that_make_a_policy() -> None:
    policy = load_policy("routes: [{path: /a, methods: [GET]}, {path: /a, methods: [PUT]}]")

    made = {mutant.change.words for mutant in mutants(policy)}

    # Two routes would take the same.
    assert {c.words for c in changes(policy)} - made == {
        "`GET /a` takes PUT too",
        "`PUT /a` takes GET too",
    }


def test_at_most_so_many_are_made_and_from_all_over() -> None:
    policy = policy_of("demo")

    found = [mutant.change.path.partition("/")[0] for mutant in mutants(policy, at_most=12)]

    assert len(found) <= 12
    assert {"trusted_proxies", "network", "cors", "keys", "routes"} <= set(found)
