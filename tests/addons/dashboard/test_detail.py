"""What is there to say of one entry?"""

from __future__ import annotations

import json
from typing import Any

import pytest

from addons.dashboard.detail import detail, first_fix, fixes

APP = ("Origin", "https://app.test")
KEY = ("X-Api-Key", "web-demo")


@pytest.fixture
def last(rig: Any, flow: Any) -> Any:
    """The entry that an exchange makes."""

    def make(*args: Any, status: int = 200, fields: Any = (), policy: bool = True) -> Any:
        rig.use(**({} if policy else {"policy": []}))
        rig.exchange(flow(*args), status, fields)
        return rig.chain.journal.find(rig.chain.journal.count)

    return make


def test_a_refusal_is_told_with_the_policy_s_lines_around_its_rule(last: Any, rig: Any) -> None:
    told = detail(last("https://api.test/orders?x=1", "DELETE", [APP, KEY], status=403))

    json.dumps(told)
    assert told["reason"] == "authorize.missing-scope"
    (source,) = told["source"]
    lines = rig.policy.read_text().splitlines()
    (mark,) = source["marks"]
    assert "methods: [DELETE], scopes: [orders:write]" in lines[mark - 1]
    assert source["lines"] == lines[source["from"] - 1 : source["from"] + 6]
    assert told["about"]["code"] == "authorize.missing-scope"
    assert told["asked"]["headers"] == [
        ["host", "api.test"],
        ["origin", "https://app.test"],
        ["x-api-key", "(key web)"],
    ]


def test_no_secret_is_told(last: Any) -> None:
    told = json.dumps(detail(last("https://api.test/orders", "PUT", [KEY], status=405)))

    assert "web-demo" not in told


def test_rules_that_stand_far_apart_are_shown_apart(last: Any) -> None:
    told = detail(
        last("https://api.test/orders", "DELETE", [("Origin", "https://x.test"), KEY], status=403)
    )

    assert [len(stretch["marks"]) for stretch in told["source"]] == [1, 1]
    assert told["source"][0]["from"] == 1


def test_both_sides_of_cors_are_told(last: Any) -> None:
    granted = [("Access-Control-Allow-Origin", "https://other.test"), ("Vary", "Origin")]

    told = detail(last("https://api.test/open", "GET", [APP], fields=granted))

    assert told["cors"] == {
        "asked": [["origin", "https://app.test"]],
        "granted": [["access-control-allow-origin", "https://other.test"], ["vary", "Origin"]],
    }


def test_without_a_policy_the_browser_speaks(last: Any) -> None:
    told = detail(last("https://api.test/x", "GET", [APP], policy=False))

    assert (told["reason"], told["policy"], told["source"]) == ("cors.no-fields", None, [])
    assert told["about"]["title"]
    assert told["browser"]["spec"] == "Fetch, CORS check, step 2"


def test_a_real_refusal_without_a_word_has_a_curl_command_all_the_same(last: Any) -> None:
    told = detail(last("https://api.test/x", "GET", [KEY], status=403, policy=False))

    assert told["curl"] == "curl -i https://api.test/x -H 'X-Api-Key: '\"$KEY\""
    assert (told["about"], told["cors"]) == (None, None)
    assert "status: 403" in told["case"]


def test_it_is_a_case_for_why403_test(last: Any) -> None:
    told = detail(last("https://api.test/orders", "GET", [], status=401))

    assert "expect: {reason: authenticate.no-credential" in told["case"]


def test_fixes_are_those_of_the_policy(last: Any) -> None:
    entry = last("https://api.test/orders", "DELETE", [KEY], status=403)

    found = fixes(entry)

    assert found["none"] is None
    assert first_fix(entry) == found["fixes"][0]
    assert any("orders:write" in fix["say"] for fix in found["fixes"])


@pytest.mark.parametrize(
    ("args", "policy", "why"),
    [
        (("https://api.test/open",), True, "the policy lets it in"),
        (("https://api.test/x", "GET", [APP]), False, "no policy judges this request"),
    ],
)
def test_where_there_is_no_fix_it_is_said_why(last: Any, args: Any, policy: bool, why: str) -> None:
    entry = last(*args, policy=policy)

    assert fixes(entry)["fixes"] == []
    assert why in fixes(entry)["none"]
    assert first_fix(entry) is None


def test_a_quota_that_was_used_up_is_no_fault_of_the_policy(last: Any) -> None:
    for _ in range(3):
        entry = last("https://api.test/limited")

    assert "it is a quota that was used up" in fixes(entry)["none"]
