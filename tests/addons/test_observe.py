"""Is every real answer to another origin's page judged as a browser judges it?"""

import json

import pytest

from addons.entries import Answer, Case, Exchange
from addons.marks import HIDDEN, KEY

APP = ("Origin", "https://app.test")
MINE = ("Access-Control-Allow-Origin", "https://app.test")
ASK = ("Access-Control-Request-Method", "PUT")


@pytest.fixture
def watching(rig):
    """No policy at all."""
    rig.use(policy=[])
    return rig


def entries(rig) -> list[Case | Exchange]:
    return list(rig.chain.journal.since(0))


def test_without_a_policy_an_answer_that_the_browser_hides_is_told(
    watching, flow, caplog: pytest.LogCaptureFixture
) -> None:
    made = flow(headers=[APP])

    watching.exchange(made, 403)

    assert made.marked == HIDDEN
    assert "cors.error-without-fields: the server answered 403 without" in made.comment
    assert "GET https://api.test/open for the page https://app.test: 403" in caplog.text
    record = made.metadata[KEY]
    json.dumps(record)  # it is saved with the flow
    assert (record["policy"], record["reason"]) == (None, "cors.error-without-fields")
    assert record["browser"]["spec"] == "Fetch, CORS check, step 2"
    assert record["browser"]["chromium"] == "MissingAllowOriginHeader"


def test_what_the_page_can_read_leaves_two_words(watching, flow, caplog) -> None:
    made = flow(headers=[APP])

    watching.exchange(made, 200, [MINE, ("Access-Control-Allow-Credentials", "true")])

    assert (made.marked, made.comment, caplog.text) == ("", "", "")
    assert made.metadata[KEY] == {"policy": None, "allowed": True}


def test_where_credentials_decide_both_verdicts_are_told_and_nothing_is_marked(
    watching, flow, caplog
) -> None:
    made = flow(headers=[APP])

    watching.exchange(made, 200, [("Access-Control-Allow-Origin", "*")])

    assert (made.marked, caplog.text) == ("", "")
    assert "unless it asked with `credentials: 'include'`" in made.comment
    modes = made.metadata[KEY]["browser"]["credentials"]
    assert (modes["known"], modes["without"]) == (False, None)
    assert modes["include"]["reason"] == "cors.wildcard-with-credentials"


def test_a_cookie_shows_the_credentials_mode(watching, flow) -> None:
    made = flow(headers=[APP, ("Cookie", "s=1")])

    watching.exchange(made, 200, [("Access-Control-Allow-Origin", "*")])

    assert made.metadata[KEY]["reason"] == "cors.wildcard-with-credentials"


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param([], id="no Origin"),
        pytest.param([("Origin", "https://api.test")], id="the server's own origin"),
        pytest.param([APP, ("Sec-Fetch-Mode", "navigate")], id="a navigation"),
        pytest.param([APP, ("Sec-Fetch-Mode", "no-cors")], id="no-cors"),
        pytest.param([APP, ("Sec-Fetch-Site", "same-origin")], id="the browser calls it its own"),
    ],
)
def test_what_browsers_apply_no_cors_to_is_left_alone(watching, flow, headers) -> None:
    made = flow(headers=headers)

    watching.exchange(made, 200)

    assert (made.marked, made.comment, made.metadata) == ("", "", {})
    assert entries(watching) == []


@pytest.mark.parametrize(
    "headers", [[], [("Origin", "https://api.test")], [APP, ("Sec-Fetch-Mode", "navigate")]]
)
def test_a_real_refusal_that_nothing_explains_is_entered_and_left_alone(
    watching, flow, headers
) -> None:
    made = flow(headers=headers)

    watching.exchange(made, 403, [("X-Real", "1")])

    assert (made.marked, made.comment, made.metadata) == ("", "", {})
    (entry,) = entries(watching)
    assert isinstance(entry, Answer)
    assert (entry.response.status, entry.response.headers.get("x-real")) == (403, "1")
    assert entry.brief()["summary"] == "the server answered 403 Forbidden; no policy says why"


def test_mitmproxys_own_page_is_no_refusal(watching, flow) -> None:
    watching.options.update(onboarding_host="mitm.it")
    watching.exchange(flow("http://mitm.it/nothing"), 404)

    assert entries(watching) == []


def test_a_websocket_is_left_alone(watching, flow) -> None:
    made = flow(headers=[APP])

    watching.exchange(made, 101)

    assert made.metadata == {}


def test_a_preflight_and_the_request_after_it_are_one_exchange(watching, flow) -> None:
    granted = [MINE, ("Access-Control-Allow-Methods", "PUT")]
    before, after = flow(method="OPTIONS", headers=[APP, ASK]), flow(method="PUT", headers=[APP])

    watching.exchange(before, 204, granted, b"")
    watching.exchange(after, 500)

    assert after.metadata[KEY]["browser"]["preflight_flow"] == before.id
    assert "its preflight passed" in after.comment
    first, second = entries(watching)
    assert isinstance(second, Exchange)
    assert second.preflight is first


def test_a_preflight_that_is_not_ok_says_what_its_lists_lack(watching, flow) -> None:
    made = flow(method="OPTIONS", headers=[APP, ASK])

    watching.exchange(made, 400, [MINE, ("Access-Control-Allow-Methods", "GET")])

    assert "cors.preflight-not-ok" in made.comment
    assert "next: the preflight: `Access-Control-Allow-Methods: GET` does not grant `PUT`" in (
        made.comment
    )


def test_a_request_of_another_url_or_origin_is_not_taken_for_the_preflights(watching, flow) -> None:
    watching.exchange(flow(method="OPTIONS", headers=[APP, ASK]), 204, [MINE], b"")

    for made in (
        flow("https://api.test/other", "PUT", [APP]),
        flow(method="PUT", headers=[("Origin", "https://evil.test")]),
    ):
        watching.exchange(made, 500)
        assert made.metadata[KEY]["browser"]["preflight_flow"] is None


def test_preflights_that_nothing_follows_are_forgotten_in_time(watching, flow) -> None:
    for number in range(300):
        watching.exchange(flow(f"https://api.test/{number}", "OPTIONS", [APP, ASK]), 204, [MINE])

    late, recent = (flow(f"https://api.test/{n}", "PUT", [APP]) for n in (0, 299))
    watching.exchange(late, 500)
    watching.exchange(recent, 500)

    assert late.metadata[KEY]["browser"]["preflight_flow"] is None
    assert recent.metadata[KEY]["browser"]["preflight_flow"] is not None


def test_with_a_policy_the_verdict_stands_beside_the_decision(rig, flow, caplog) -> None:
    rig.use(mode="observe")
    made = flow(headers=[APP])

    rig.exchange(made, 200)  # the policy admits the origin, the server forgets the field

    (case,) = entries(rig)
    assert isinstance(case, Case)
    assert case.exchange is not None
    record = case.record()
    assert (record["allowed"], record["browser"]["reason"]) == (True, "cors.no-fields")
    assert made.metadata[KEY]["browser"]["reason"] == "cors.no-fields"
    assert "cors.no-fields" in caplog.text


def test_what_the_policy_foretold_is_told_once(rig, flow, caplog) -> None:
    rig.use(mode="observe")

    rig.exchange(flow(headers=[("Origin", "https://evil.test")]), 200)

    assert caplog.text.count("evil.test") > 0
    assert len([line for line in caplog.text.splitlines() if "why403: GET" in line]) == 1


def test_an_answer_of_our_own_is_not_judged_as_a_servers(rig, flow) -> None:
    rig.use(mode="enforce")
    made = flow("https://api.test/orders", headers=[APP])

    rig.exchange(made)

    (case,) = entries(rig)
    assert isinstance(case, Case)
    assert (case.answered, case.exchange) == (True, None)


def test_nothing_is_kept_of_a_flow_that_has_ended(watching, flow) -> None:
    watching.exchange(flow(headers=[APP]), 403)
    broken = watching.request(flow(headers=[APP]))
    watching.fail(broken)

    assert watching.chain.observe.exchanges == {}


def test_a_recording_is_judged_and_its_old_words_replaced(watching, flow) -> None:
    made = flow(headers=[APP], live=False)

    watching.exchange(made, 403)
    first = made.comment
    watching.respond(made)

    assert made.comment == first
    assert watching.chain.observe.exchanges == {}
