"""Does the journal keep the last decisions as plain data, and no more?"""

import json

from addons.journal import Journal


def test_decisions_are_numbered_and_told_since_a_number(rig, flow) -> None:
    rig.use(mode="enforce")
    journal = rig.chain.journal
    for url in ("https://api.test/open", "https://other.test/", "https://api.test/orders?k=s"):
        rig.exchange(flow(url))
    briefs = [case.brief() for case in journal.since(0)]
    assert briefs == [
        {
            "number": 1,
            "at": 1_764_000_000.0,
            "flow": briefs[0]["flow"],
            "method": "GET",
            "url": "https://api.test/open",
            "origin": None,
            "mode": "enforce",
            "policy": str(rig.policy),
            "allowed": True,
            "status": 200,
            "reason": None,
            "answered": False,
            "served": 200,
        },
        briefs[1],
    ]
    assert (briefs[1]["url"], briefs[1]["served"]) == ("https://api.test/orders", 401)
    assert [case.number for case in journal.since(1)] == [2]
    record = journal.find(2).record()
    assert json.loads(json.dumps(record))["reason"] == "authenticate.no-credential"


def test_only_the_last_are_kept(rig, flow) -> None:
    rig.use()
    rig.exchange(flow())
    (case,) = rig.chain.journal.since(0)
    journal = Journal({}, kept=3)
    for _ in range(5):
        journal.add(type(case)("id", case.policy, case.request, case.decision, "observe"))
    assert [kept.number for kept in journal.since(0)] == [3, 4, 5]
    assert [journal.find(n) and journal.find(n).number for n in range(7)] == [
        None, None, None, 3, 4, 5, None,
    ]  # fmt: skip
    assert Journal({}).find(1) is None


def test_a_request_that_breaks_off_was_served_nothing(rig, flow) -> None:
    rig.use()
    rig.fail(rig.request(flow()))
    (case,) = rig.chain.journal.since(0)
    assert case.served is None
