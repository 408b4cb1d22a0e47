"""What was refused or hidden most, and why?"""

from __future__ import annotations

from typing import Any

from addons.summary import Summary, kind_of


def counted(rig: Any) -> Summary:
    summary = Summary()
    for entry in rig.chain.journal.since(0):
        brief = entry.brief()
        summary.add(entry, brief, told=brief["allowed"] is False)
    return summary


def test_refusals_by_one_rule_are_counted_together(rig: Any, flow: Any) -> None:
    rig.use()
    rig.exchange(flow())
    for path in ("a", "b", "c"):
        rig.exchange(flow(f"https://api.test/{path}"), 404)
    rig.exchange(flow("https://api.test/orders"), 401)

    summary = counted(rig)

    assert (summary.refused, summary.passed, summary.hidden) == (4, 1, 0)
    first, second = summary.most(5)
    assert (first.times, first.kind.reason, first.kind.status) == (3, "route.not-found", "404")
    assert first.last.request.target.path == "/c"
    assert first.kind.place.startswith(str(rig.policy))
    assert second.kind.reason == "authenticate.no-credential"


def test_a_policy_s_refusal_has_its_status_whatever_the_server_answered(
    rig: Any, flow: Any
) -> None:
    rig.use()
    rig.exchange(flow("https://api.test/none"), 200)

    (entry,) = rig.chain.journal.since(0)

    assert kind_of(entry.brief()).status == "404"


def test_what_broke_off_is_a_kind_of_its_own(rig: Any, flow: Any) -> None:
    from mitmproxy.flow import Error

    rig.use()
    broken = rig.request(flow("https://api.test/none"))
    broken.error = Error("gone")
    rig.fail(broken)

    (entry,) = rig.chain.journal.since(0)

    assert kind_of(entry.brief()) == ("", "", "no answer")


def test_it_does_not_grow_for_ever(rig: Any, flow: Any) -> None:
    rig.use()
    rig.exchange(flow("https://api.test/none"), 404)
    (entry,) = rig.chain.journal.since(0)
    summary = Summary()

    for number in range(700):
        summary.add(entry, entry.brief() | {"reason": f"r{number}"}, told=True)

    assert (summary.refused, summary.others) == (700, 200)
    assert len(list(summary.most(1000))) == 500
