"""Mutants are noticed, shown by a case that would notice, or proved to change nothing."""

from __future__ import annotations

from simulator import Policy, Request, evaluate, load_policy
from simulator.cases import read_cases, run_case
from simulator.mutants.suggest import cases_text
from simulator.mutants.survey import Survey, survey
from simulator.policy import recompile

NOW = 1_790_000_000.0


class Watch:
    """Cases, and a statement of who must be refused."""

    def __init__(self, cases: str, *, never: str = "") -> None:
        self.asked = read_cases(cases).cases
        self.never = never
        self.proved = 0

    def cases(self, policy: Policy) -> str | None:
        wrong = (case.name for case in self.asked if run_case(policy, case, at=NOW).wrong)
        return next(wrong, None)

    def one(self, policy: Policy, request: Request) -> str | None:
        lets_in = evaluate(policy, request).allowed
        return "never" if lets_in and request.client == self.never else None

    def statements(self, policy: Policy) -> str | None:
        self.proved += 1
        asked = Request("GET", "https://api.example/", client=self.never)
        return "never" if self.never and evaluate(policy, asked).allowed else None


def surveyed(policy: Policy, cases: str, *, at_most: int | None = None) -> Survey:
    watch = Watch(cases)
    assert watch.cases(policy) is None
    return survey(policy, watch, at=NOW, at_most=at_most)


NETWORK = load_policy("network: {deny: [203.0.113.0/24]}", name="p.yaml")
STRANGER = "cases: [{name: a stranger, request: {url: /}, expect: {status: 200}}]"


def test_what_no_case_notices_is_shown_by_a_case_that_would() -> None:
    found = surveyed(NETWORK, STRANGER)

    assert (found.possible, found.chosen, found.noticed, found.same) == (5, 5, 1, 0)
    told = [
        (s.mutant.change.words, s.parted.case.name, s.parted.old, s.parted.new)
        for s in found.survivors
        if s.parted is not None
    ]
    assert told == [
        (
            "`203.0.113.0/24` is not denied",
            "GET / from 203.0.113.0",
            "403 network.denied",
            "200",
        ),
        (
            "`203.0.113.0/24` is allowed, not denied",
            "GET / from 203.0.113.0",
            "403 network.denied",
            "200",
        ),
        (
            "`203.0.112.0/23` is denied, twice as wide as `203.0.113.0/24`",
            "GET / from 203.0.112.255",
            "200",
            "403 network.denied",
        ),
        (
            "`203.0.113.0/25` is denied, half as wide as `203.0.113.0/24`",
            "GET / from 203.0.113.255",
            "403 network.denied",
            "200",
        ),
    ]
    assert found.percent == 20.0


def test_with_the_cases_that_are_suggested_every_mutant_is_noticed() -> None:
    found = surveyed(NETWORK, STRANGER)
    more = "cases:\n  - {name: a stranger, request: {url: /}, expect: {status: 200}}\n"

    again = surveyed(NETWORK, more + cases_text(found.suggested))

    assert len(found.suggested) == 3
    assert (again.survivors, again.percent) == ((), 100.0)


def test_what_changes_nothing_is_not_counted() -> None:
    policy = load_policy("roles: {unused: [a]}\nroutes: [{path: /a}]")
    cases = "cases: [{name: a, request: {url: /a}, expect: {status: 200}}]"

    found = surveyed(policy, cases)

    assert "role `unused` lacks the scope `a`" not in {
        s.mutant.change.words for s in found.survivors
    }
    assert found.same == 1


def test_a_quota_is_shown_by_repeating() -> None:
    policy = load_policy("rate_limits: [{per: client, quota: 4/minute}]")

    found = surveyed(policy, STRANGER)

    quotas = {
        s.mutant.change.words.partition("client ")[2]: s.parted and s.parted.case.repeat
        for s in found.survivors
        if s.mutant.change.shows == "quota"
    }
    assert quotas == {"is gone": 5, "is `8/minute`": 5, "is `2/minute`": 3}


def test_a_quota_that_nobody_comes_to_is_not_proved_to_matter() -> None:
    policy = load_policy(
        "network: {default: deny}\nrate_limits: [{per: client, quota: 4/minute}]\n"
        "order: [network, cors, route, authenticate, authorize, rate_limit]"
    )
    denied = "cases: [{name: a, request: {url: /}, expect: {reason: network.not-allowed}}]"

    found = surveyed(policy, denied)

    quotas = [s for s in found.survivors if s.mutant.change.shows == "quota"]
    assert {(s.parted, s.proved) for s in quotas} == {(None, False)}


def test_only_so_many_are_chosen() -> None:
    found = surveyed(NETWORK, STRANGER, at_most=2)

    assert (found.possible, found.chosen) == (5, 2)


def test_mutants_that_make_no_policy_are_no_mutants() -> None:
    policy = load_policy("routes: [{path: /a, methods: [GET]}, {path: /a, methods: [PUT]}]")
    nothing = "cases: [{name: a, request: {url: /b}, expect: {reason: route.not-found}}]"

    found = surveyed(policy, nothing)

    assert found.possible == found.noticed + found.same + len(found.survivors) + 2


def test_a_policy_without_mutants_has_none_to_notice() -> None:
    policy = load_policy("{}")

    found = survey(policy, Watch(STRANGER), at=NOW, requests=[Request("GET", "/")])

    assert found.percent == 100.0
    assert recompile(policy, policy.document.data).document.data == {}


def test_a_statement_notices_by_the_request_that_shows_it_or_by_any() -> None:
    by_one, by_any = Watch(STRANGER, never="203.0.113.0"), Watch(STRANGER, never="203.0.113.77")

    found = [survey(NETWORK, watch, at=NOW) for watch in (by_one, by_any)]

    # Without the block, and with it allowed: the scraper is let in.
    assert [(s.noticed, len(s.survivors)) for s in found] == [(3, 2), (3, 2)]
    assert [watch.proved for watch in (by_one, by_any)] == [2, 4]
