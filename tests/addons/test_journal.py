"""Does the journal keep the last decisions as plain data, and no more?"""

import json

from mitmproxy.flow import Error

from addons.journal import Journal


def test_decisions_are_numbered_and_told_since_a_number(rig, flow) -> None:
    rig.use(mode="enforce")
    journal = rig.chain.journal
    for url in ("https://api.test/open", "https://other.test/", "https://api.test/orders?k=s"):
        rig.exchange(flow(url))
    briefs = [case.brief() for case in journal.since(0)]
    assert [brief["number"] for brief in briefs] == [1, 2]
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
    assert (case.served, case.error, case.ended) == (None, "", False)

    rig.exchange(flow())
    broken = rig.request(flow())
    broken.error = Error("the server went away")
    rig.fail(broken)

    *_, passed, case = rig.chain.journal.since(0)
    assert (passed.served, passed.ended) == (200, True)
    assert (case.served, case.error, case.ended) == (None, "the server went away", True)
    assert case.brief()["error"] == "the server went away"


def test_what_is_new_or_another_is_told_since_a_revision(rig, flow) -> None:
    rig.use()
    journal = rig.chain.journal
    first, second = flow(), flow()
    rig.request(first)
    rig.request(second)
    seen = journal.revision

    rig.respond(first)

    assert [entry.flow_id for entry in journal.changed(0)] == [first.id, second.id]
    assert [entry.flow_id for entry in journal.changed(seen)] == [first.id]
    assert list(journal.changed(journal.revision)) == []


def test_nothing_is_entered_while_it_is_paused_and_nothing_kept_once_it_is_cleared(
    rig, flow
) -> None:
    rig.use()
    journal = rig.chain.journal
    rig.exchange(flow())
    seen = journal.revision

    journal.paused = True
    rig.exchange(flow())
    journal.paused = False
    assert (journal.count, journal.revision) == (1, seen)
    journal.clear()
    rig.exchange(flow())

    assert journal.revision > seen
    assert [entry.number for entry in journal.since(0)] == [2]
