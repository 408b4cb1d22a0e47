"""Is what no case notices told with what would show it, briefly to people and whole to programs?"""

from __future__ import annotations

import json

from simulator import Policy, Request, load_policy
from simulator.cases import read_cases, run_case
from simulator.coverage import cover
from simulator.mutants.survey import Survey, survey
from simulator.render.mutants import coverage_record, survey_page, survey_record
from simulator.render.terminal import as_text

NOW = 1_790_000_000.0
POLICY = load_policy(
    "network:\n  deny: [203.0.113.0/24]\n"
    "rate_limits: [{per: client, quota: 5000/minute}]\nroutes: [{path: /}]",
    name="p.yaml",
)
CASES = read_cases("cases: [{name: a, request: {url: /}, expect: {status: 200}}]").cases


class Watch:
    def cases(self, policy: Policy) -> str | None:
        return "a" if any(run_case(policy, case, at=NOW).wrong for case in CASES) else None

    def one(self, policy: Policy, request: Request) -> str | None:
        return None

    def statements(self, policy: Policy) -> str | None:
        return None


def surveyed(policy: Policy = POLICY, *, at_most: int | None = None) -> Survey:
    return survey(policy, Watch(), at=NOW, at_most=at_most)


def test_what_no_case_notices() -> None:
    text = as_text(survey_page(POLICY, surveyed()))

    assert (
        text
        == """\
p.yaml  17 % of mistakes noticed  1 of 6; whether 3 more change anything is not known
  no case notices when
    `203.0.113.0/24` is not denied  p.yaml:2
      GET / from 203.0.113.0: 403 network.denied would be 200
    `203.0.113.0/24` is allowed, not denied  p.yaml:2
      GET / from 203.0.113.0: 403 network.denied would be 200
    `203.0.112.0/23` is denied, twice as wide as `203.0.113.0/24`  p.yaml:2
      GET / from 203.0.112.255: 200 would be 403 network.denied
    `203.0.113.0/25` is denied, half as wide as `203.0.113.0/24`  p.yaml:2
      GET / from 203.0.113.255: 403 network.denied would be 200
    there is no route `/`  p.yaml:4
      GET /x: 404 route.not-found would be 200
"""
    )


def test_a_part_of_them_is_said_to_be_one() -> None:
    head = as_text(survey_page(POLICY, surveyed(at_most=3))).splitlines()[0]

    assert head.endswith("3 of 9 were tried, spread evenly")


def test_where_everything_is_noticed_that_is_all() -> None:
    found = Survey(possible=3, chosen=3, noticed=2, same=1, survivors=())

    assert as_text(survey_page(POLICY, found)) == (
        "p.yaml  100 % of mistakes noticed  2 of 2; 1 more changes nothing\n"
    )


def test_people_are_shown_the_first() -> None:
    deny = ", ".join(f"10.0.{n}.0/30" for n in range(0, 30, 3))
    many = load_policy(f"network: {{deny: [{deny}]}}", name="p.yaml")

    lines = as_text(survey_page(many, surveyed(many))).splitlines()

    assert lines[-1].strip() == "and 15 more; --json lists them all"


def test_programs_get_all_with_a_case_each() -> None:
    record = json.loads(json.dumps(survey_record(surveyed())))

    assert (record["percent"], record["possible"], record["tried"], record["noticed"]) == (
        16.7,
        9,
        9,
        1,
    )
    assert record["survivors"][0] == {
        "path": "network/deny/0",
        "file": "p.yaml",
        "line": 2,
        "words": "`203.0.113.0/24` is not denied",
        "proved": True,
        "case": {
            "name": "GET / from 203.0.113.0",
            "client": "203.0.113.0",
            "request": {"url": "https://api.example.com/"},
            "expect": {"status": 403, "reason": "network.denied"},
        },
        "old": "403 network.denied",
        "new": "200",
    }
    assert [s["proved"] for s in record["survivors"]] == [True] * 5 + [False] * 3
    assert "case" not in record["survivors"][-1]


def test_coverage_for_programs() -> None:
    record = coverage_record(cover(POLICY, [run_case(POLICY, case, at=NOW) for case in CASES]))

    assert json.loads(json.dumps(record))["rules"][0] == {
        "path": "network/deny/0",
        "file": "p.yaml",
        "line": 2,
        "words": "deny `203.0.113.0/24`",
        "sides": {"a client in it is refused": [], "one outside is let in": ["a"]},
    }
