"""Is the fewest and the narrowest found first, and nothing that is not needed?"""

from __future__ import annotations

from collections.abc import Iterator

from fixing import NOON, ask

from simulator import evaluate, load_policy
from simulator.edit import Edit, Insert, Put
from simulator.remedies.remedy import Breadth, Remedy
from simulator.remedies.search import Candidate, Failure, Outcome, search

# Refused for its address and for its key.
POLICY = load_policy(
    """
network: {default: deny}
keys: [{id: web, key: web-demo, expires: 2026-01-31}]
""",
    name="p.yaml",
)
REQUEST = ask(headers={"X-Api-Key": "web-demo"})


def judge(candidate: Candidate) -> Outcome:
    decision = evaluate(candidate.policy, candidate.asked)
    return Outcome(decision.allowed is True, tuple(Failure(decision, f) for f in decision.failures))


def remedy(edit: Edit, breadth: Breadth = Breadth.ITSELF, *, spare: bool = False) -> Remedy:
    return Remedy(f"{edit.path}: {edit[1]}", breadth, (edit,), spare=spare)


ADDRESS = remedy(Insert("network/allow", "10.0.0.1"))
BLOCK = remedy(Insert("network/allow", "10.0.0.0/24"), Breadth.MANY)
OTHER = remedy(Insert("network/allow", "192.0.2.7"), Breadth.NOTHING)
WRONG = remedy(Insert("network/allow", "no block"), Breadth.NOTHING)
RENEWED = remedy(Put("keys/0/expires", "2027-01-31"))
FOREVER = remedy(Put("keys/0/expires", "9998-01-31"), spare=True)
EVERYTHING = Remedy(
    "all", Breadth.ALL, (Put("network/default", "allow"), Put("keys/0/expires", "9998-01-31"))
)


def found(*remedies: Remedy, limit: int = 9, tries: int = 99) -> list[list[str]]:
    def propose(candidate: Candidate, failure: Failure) -> Iterator[Remedy]:
        for each in remedies:
            path = each.edits[0].path
            if (
                each is EVERYTHING
                or path.startswith(failure.finding.check[:4])
                or (failure.finding.check == "authenticate" and path.startswith("keys"))
            ):
                yield each

    start = Candidate((POLICY,), REQUEST)
    candidates = search(start, judge, propose, limit=limit, tries=tries)
    assert all(judge(candidate).turned for candidate in candidates)
    return [[step.say for step in candidate.steps] for candidate in candidates]


def test_one_remedy_for_each_failure_the_narrowest_first() -> None:
    assert found(BLOCK, ADDRESS, RENEWED) == [
        [ADDRESS.say, RENEWED.say],
        [BLOCK.say, RENEWED.say],
    ]


def test_what_does_not_help_and_what_is_no_policy_is_dropped() -> None:
    assert found(OTHER, WRONG, ADDRESS, RENEWED) == [[ADDRESS.say, RENEWED.say]]


def test_where_one_is_enough_it_comes_first_and_more_only_if_they_let_in_less() -> None:
    assert found(ADDRESS, RENEWED, EVERYTHING) == [
        ["all"],
        [ADDRESS.say, RENEWED.say],
    ]


def test_what_is_spare_is_shown_for_want_of_anything_better() -> None:
    assert found(ADDRESS, RENEWED, FOREVER) == [[ADDRESS.say, RENEWED.say]]
    assert found(ADDRESS, FOREVER) == [[ADDRESS.say, FOREVER.say]]


def test_the_more_has_to_change_the_fewer_ways_are_looked_for() -> None:
    assert len(found(ADDRESS, BLOCK, RENEWED, limit=2)) == 1


def test_it_gives_up_after_so_many_tries() -> None:
    assert found(ADDRESS, RENEWED, tries=1) == []


def test_what_is_let_in_needs_nothing() -> None:
    start = Candidate((load_policy("{}"),), ask(at=NOON))

    assert search(start, judge, lambda candidate, failure: [ADDRESS], limit=4, tries=9) == []


def test_what_is_not_accepted_is_not_found() -> None:
    start = Candidate((load_policy("network: {default: deny}"),), ask())

    refused = search(
        start, judge, lambda candidate, failure: [ADDRESS], lambda c: False, limit=4, tries=9
    )

    assert refused == []


def test_a_change_that_a_later_one_makes_needless_is_left_out() -> None:
    policy = load_policy(
        """
network: {default: deny, allow: [198.51.100.0/24]}
keys: [{id: web, key: web-demo, networks: [198.51.100.0/24]}]
""",
        name="p.yaml",
    )
    request = ask(headers={"X-Api-Key": "web-demo", "X-Forwarded-For": "198.51.100.7"})
    trusted = remedy(Insert("trusted_proxies", "10.0.0.1"), Breadth.FEW)

    def propose(candidate: Candidate, failure: Failure) -> list[Remedy]:
        return [ADDRESS] if failure.finding.check == "network" else [trusted]

    got = search(Candidate((policy,), request), judge, propose, limit=4, tries=9)

    assert [[step.say for step in c.steps] for c in got] == [[trusted.say]]
