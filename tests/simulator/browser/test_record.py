"""Cases in JSON, and the answers to them."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.browser.engine import ENGINES, Engine
from simulator.browser.record import judge_case
from simulator.problem import Fault

PAGE = "http://app.corp.test/p/plain"
URL = "http://api.corp.test/c/c1/0/0"
STAR = ["Access-Control-Allow-Origin", "*"]


def answer(*fields: list[str], status: int = 200, body: str = "hello") -> dict[str, Any]:
    return {"status": status, "headers": list(fields), "body": body}


def step(*hops: dict[str, Any], page: str | None = None, **request: Any) -> dict[str, Any]:
    made: dict[str, Any] = {"request": {"url": URL, **request}, "server": list(hops)}
    return made if page is None else {**made, "page": page}


def case(*steps: dict[str, Any], **more: Any) -> dict[str, Any]:
    page = {"url": PAGE, "origin": "http://app.corp.test"}
    return {"id": "c1", "page": page, "steps": list(steps), **more}


def judged(
    *hops: dict[str, Any],
    page: dict[str, Any] | None = None,
    engine: Engine = "chromium",
    **request: Any,
) -> dict[str, Any]:
    """The answer to a case of one step."""
    asked = case(step(*hops, **request))
    asked["page"] = {**asked["page"], **(page or {})}
    answered = judge_case(asked, engine=engine)
    assert answered["id"] == "c1"
    (only,) = answered["steps"]
    return dict(only)


# What is said of a step


def test_a_success_is_told_in_full() -> None:
    assert judged({"actual": answer(STAR, ["X", "1"])}) == {
        "settled": "resolved",
        "type": "cors",
        "status": 200,
        "headers": ["content-length"],
        "sequence": "A",
        "preflight_method": [],
        "preflight_headers": [],
        "preflight_origin": [],
        "actual_method": ["GET"],
        "actual_origin": ["http://app.corp.test"],
        "cors_error": None,
        "failed_parameter": None,
        "reason": None,
        "spec": None,
        "console": None,
    }


def test_a_failure_is_told_with_its_reason() -> None:
    refused = answer(["Access-Control-Allow-Origin", "null"], status=204)

    assert judged({"preflight": refused, "actual": answer(STAR)}, method="PUT") == {
        "settled": "rejected",
        "type": None,
        "status": None,
        "headers": None,
        "sequence": "P",
        "preflight_method": ["PUT"],
        "preflight_headers": [None],
        "preflight_origin": ["http://app.corp.test"],
        "actual_method": [],
        "actual_origin": [],
        "cors_error": "PreflightAllowOriginMismatch",
        "failed_parameter": "null",
        "reason": "cors.origin-not-allowed",
        "spec": "Fetch, CORS check, step 4",
        "console": f"Access to fetch at '{URL}' from origin 'http://app.corp.test' has been "
        "blocked by CORS policy: Response to preflight request doesn't pass access control "
        "check: The 'Access-Control-Allow-Origin' header has a value 'null' that is not equal to "
        "the supplied origin. Have the server send the header with a valid value.",
    }


@pytest.mark.parametrize(
    ("request_", "shown"),
    [
        pytest.param({"api": "fetch"}, (None, None, None), id="fetch"),
        pytest.param({"api": "xhr"}, (None, 0, []), id="XMLHttpRequest"),
        pytest.param({"api": "xhr", "sync": True}, (None, None, None), id="one that throws"),
        pytest.param({"api": "img", "crossorigin": ""}, (None, None, None), id="an element"),
    ],
)
def test_each_api_shows_a_failure_in_its_way(
    request_: dict[str, Any], shown: tuple[object, ...]
) -> None:
    told = judged({"actual": answer()}, **request_)

    assert told["settled"] == "rejected"
    assert (told["type"], told["status"], told["headers"]) == shown


def test_an_element_shows_nothing_of_a_success() -> None:
    told = judged({"actual": answer(["Content-Type", "text/css"])}, api="stylesheet")

    assert (told["settled"], told["type"], told["status"], told["headers"]) == (
        "resolved", None, None, None,
    )  # fmt: skip


def test_an_element_that_can_use_nothing_gives_no_reason() -> None:
    told = judged({"actual": answer(["Content-Type", "text/javascript"])}, api="img")

    assert (told["settled"], told["cors_error"], told["reason"], told["console"]) == (
        "rejected", None, None, None,
    )  # fmt: skip


@pytest.mark.parametrize("api", ["xhr", "eventsource"])
@pytest.mark.parametrize(("given_", "why"), [(True, "WildcardOriginNotAllowed"), (False, None)])
def test_some_apis_say_credentials_in_their_way(api: str, given_: bool, why: str | None) -> None:
    hop = {"actual": answer(STAR, ["Content-Type", "text/event-stream"])}

    assert judged(hop, api=api, withCredentials=given_)["cors_error"] == why


# The server


def test_a_chain_has_an_answer_for_each_hop() -> None:
    hops = [
        {"actual": answer(STAR, ["Location", "/c/c1/0/1"], status=302)},
        {"actual": answer(STAR, status=404)},
    ]

    told = judged(*hops)

    assert (told["status"], told["sequence"]) == (404, "AA")


def test_a_url_has_its_answer_whenever_it_is_asked() -> None:
    hops = [
        {"actual": answer(STAR, ["Location", "/c/c1/0/1"], status=302)},
        {"actual": answer(STAR, ["Location", "/c/c1/0/0"], status=302)},
    ]

    assert judged(*hops)["reason"] == "page.too-many-redirects"


def test_an_answer_may_depend_on_the_origin() -> None:
    by_origin = {"<none>": answer(status=500), "http://app.corp.test": answer(STAR, status=404)}
    hop = {"actual": answer(STAR), "actual_by_origin": by_origin}

    assert judged(hop)["status"] == 404
    assert judged(hop, url="/c/c1/0/0")["status"] == 500
    assert judged(hop, page={"origin": "null"})["status"] == 200


def test_an_answer_may_confirm_one_that_is_kept() -> None:
    hop = {
        "actual": answer(STAR, ["ETag", '"1"'], ["Cache-Control", "no-cache"]),
        "actual_if_none_match": answer(["Access-Control-Allow-Origin", "null"], status=304),
    }

    first, second = judge_case(case(step(hop), step(hop)))["steps"]

    assert (first["sequence"], first["status"]) == ("A", 200)
    assert (second["sequence"], second["cors_error"]) == ("A", "AllowOriginMismatch")


def test_script_may_ask_for_the_same() -> None:
    hop = {
        "preflight": answer(STAR, ["Access-Control-Allow-Headers", "*"], status=204),
        "actual": answer(STAR),
        "actual_if_none_match": answer(STAR, status=304),
    }

    assert judged(hop, headers=[["If-None-Match", '"1"']])["status"] == 304


def test_an_answer_may_be_bytes() -> None:
    raw = "HTTP/1.1 404 x\nAccess-Control-Allow-Origin : *\n\n"

    assert judged({"actual": {"raw": raw}})["status"] == 404
    assert judged({"actual": {"raw": raw.replace("*", "\0")}})["reason"] == (
        "page.malformed-response"
    )


def test_bytes_that_are_no_http_depend_on_the_port() -> None:
    hop = {"actual": {"raw": "hello"}}

    assert judged(hop, url="/c/c1/0/0")["type"] == "basic"
    other = judged(hop, url="http://app.corp.test:8080/c/c1/0/0")
    assert other["reason"] == "page.malformed-response"


@pytest.mark.parametrize("url", ["http://127.0.0.1:8001/x", "http://a.invalid/"])
def test_without_a_server_nobody_answers(url: str) -> None:
    told = judged(url=url)

    assert (told["sequence"], told["reason"]) == ("", "page.network-error")


def test_a_name_that_never_resolves_has_none() -> None:
    hop = {"actual": answer(STAR, ["Location", "http://a.invalid/"], status=302)}

    told = judged(hop)

    assert (told["sequence"], told["reason"]) == ("A", "page.network-error")


# The page


@pytest.mark.parametrize(
    ("page", "cors_error"),
    [
        pytest.param({}, None, id="an ordinary one"),
        pytest.param({"url": "http://app.corp.test/p/csp-none"}, "policy", id="a laboratory's"),
        pytest.param(
            {"headers": [["Content-Security-Policy", "connect-src 'self'"]]}, "policy",
            id="one with fields of its own",
        ),
        pytest.param(
            {"url": "http://app.corp.test/p/csp-none", "headers": []}, None, id="or without any"
        ),
    ],
)  # fmt: skip
def test_a_page_may_forbid_itself_to_connect(page: dict[str, Any], cors_error: str | None) -> None:
    reason = judged({"actual": answer(STAR)}, page=page)["reason"]

    assert reason == (cors_error and "page.content-security-policy")


@pytest.mark.parametrize(
    "page",
    [
        {"origin": "null"},
        {"headers": [["Content-Security-Policy", "sandbox allow-scripts"]]},
        {"url": "http://app.corp.test/p/sandbox"},
    ],
)
def test_a_sandboxed_page_has_no_origin(page: dict[str, Any]) -> None:
    assert judged({"actual": answer(STAR)}, page=page)["actual_origin"] == ["null"]


@pytest.mark.parametrize(("scheme", "reason"), [("https", "page.embedder-policy"), ("http", None)])
def test_only_a_secure_page_has_an_embedder_policy(scheme: str, reason: str | None) -> None:
    page = {"url": f"{scheme}://app.corp.test/p/coep-require"}
    url = "https://api.corp.test/c/c1/0/0"

    assert judged({"actual": answer()}, page=page, url=url, mode="no-cors")["reason"] == reason


def test_a_step_may_be_of_another_page() -> None:
    other = "http://app2.corp.test/p/plain"
    hop = {"actual": answer(STAR)}

    steps = judge_case(case(step(hop), step(hop, page=other)))["steps"]

    assert [s["actual_origin"] for s in steps] == [
        ["http://app.corp.test"], ["http://app2.corp.test"],
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("spaces", "reason"),
    [(None, "local-network.permission-denied"), ({"api.corp.test": "public"}, None)],
)
def test_a_case_may_say_where_its_hosts_are(spaces: object, reason: str | None) -> None:
    asked = case(step({"actual": answer(STAR)}, url="https://api.corp.test/c/c1/0/0"))
    asked["page"] = {"url": "https://app.pub.test/", "origin": "https://app.pub.test"}

    (told,) = judge_case({**asked, "profile": "lna-denied", "spaces": spaces})["steps"]

    assert told["reason"] == reason


# Time and what is kept


def test_a_preflight_holds_for_five_seconds() -> None:
    hop = {
        "preflight": answer(STAR, ["Access-Control-Allow-Methods", "PUT"], status=204),
        "actual": answer(STAR),
    }
    steps = [step(hop, method="PUT", delay_before_ms=ms) for ms in (0, 4900, 200)]

    told = judge_case(case(*steps))["steps"]

    assert [s["sequence"] for s in told] == ["PA", "A", "PA"]


def test_an_answer_is_kept_for_its_age() -> None:
    hop = {"actual": answer(STAR, ["Cache-Control", "max-age=2"])}

    told = judge_case(case(step(hop), step(hop), step(hop, delay_before_ms=2000)))["steps"]

    assert [s["sequence"] for s in told] == ["A", "", "A"]


@pytest.mark.parametrize(("at", "sequence"), [(1_764_000_000, "A"), (900_000_000, None)])
def test_what_holds_until_a_date_needs_a_clock(at: int, sequence: str | None) -> None:
    hop = {"actual": answer(STAR, ["Expires", "Thu, 01 Jan 2004 00:00:00 GMT"])}

    _, second = judge_case(case(step(hop), step(hop), at=at))["steps"]

    assert second.get("sequence") == sequence
    assert ("unsupported" in second) == (sequence is None)


# What is not modelled


@pytest.mark.parametrize(
    ("hop", "request_"),
    [
        ({"actual": {"action": "close"}}, {}),
        ({"actual": {"raw": ""}}, {}),
        ({"preflight": answer(STAR)}, {}),
        ({"actual": answer(STAR)}, {"api": "beacon"}),
        ({"actual": answer(STAR)}, {"url": "blob:http://app.corp.test/1"}),
    ],
)
def test_a_step_that_is_not_modelled_says_so(hop: dict[str, Any], request_: dict[str, Any]) -> None:
    assert list(judged(hop, **request_)) == ["unsupported"]


def test_what_such_a_step_leaves_is_not_known() -> None:
    kept = {"actual": answer(STAR, ["Cache-Control", "max-age=600"])}
    lost = {"preflight": answer(STAR, ["Access-Control-Allow-Headers", "*"], status=204)}

    told = judge_case(
        case(step(kept), step(lost, headers=[["Cache-Control", "no-cache"]]), step(kept))
    )

    assert ["unsupported" in s for s in told["steps"]] == [False, True, True]


@pytest.mark.parametrize(
    ("first", "second", "known"),
    [
        ("img", "img", False),
        ("img", "fetch", True),
        ("preload-fetch", "fetch", False),
        ("script", "script", True),
    ],
)
def test_a_document_keeps_some_of_what_it_loaded(first: str, second: str, known: bool) -> None:
    hop = {"actual": answer(STAR, ["Cache-Control", "no-store"])}

    here = judge_case(case(step(hop, api=first), step(hop, api=second)))["steps"]
    elsewhere = judge_case(case(step(hop, api=first), step(hop, api=second, page=PAGE)))["steps"]

    assert ("unsupported" not in here[1]) == known
    assert "unsupported" not in elsewhere[1]


# What cannot be read


@pytest.mark.parametrize(
    ("broken", "word"),
    [
        ({"profile": "x"}, "profile"),
        ({"page": None}, "page"),
        ({"page": {"url": "x"}}, "URL"),
        ({"steps": None}, "steps"),
        ({"steps": [{}]}, "request"),
        ({"steps": [{"request": {}}]}, "server"),
        ({"steps": [step({"actual": answer(["a"])})]}, "server.headers"),
        ({"steps": [step({"actual": {"status": "x"}})]}, "status"),
        ({"steps": [step(headers="x")]}, "request.headers"),
        ({"steps": [step(crossorigin=1)]}, "crossorigin"),
        ({"steps": [step(body={})]}, "request.body"),
        ({"steps": [step(delay_before_ms="x")]}, "delay_before_ms"),
        ({"at": "x"}, "at"),
    ],
)
def test_a_case_that_cannot_be_read_says_where(broken: dict[str, Any], word: str) -> None:
    with pytest.raises(Fault, match=word):
        judge_case({**case(step({"actual": answer()})), **broken})


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=8,
)
KEYS = st.sampled_from(
    ["api", "method", "headers", "mode", "credentials", "cache", "body", "redirect", "crossorigin"]
)


@given(st.dictionaries(KEYS, JSON, max_size=3), st.sampled_from(ENGINES))
def test_whatever_is_asked_is_answered_or_cannot_be_read(
    request: dict[str, Any], engine: Engine
) -> None:
    try:
        (told,) = judge_case(case(step({"actual": answer(STAR)}, **request)), engine=engine)[
            "steps"
        ]
    except Fault:
        return

    assert "unsupported" in told or told["settled"] in ("resolved", "rejected")


# Both engines at once


def test_where_chromium_departs_the_standards_answer_stands_below() -> None:
    hint = [["Save-Data", "on"]]

    told = judged({"preflight": answer(status=403), "actual": answer(STAR)}, headers=hint)

    assert (told["settled"], told["sequence"]) == ("resolved", "A")
    law = told["standard"]
    assert (law["settled"], law["sequence"]) == ("rejected", "P")
    assert law["preflight_headers"] == ["save-data"]
    assert law["reason"] == "cors.preflight-refused"


def test_where_both_agree_or_the_standard_was_asked_nothing_stands_below() -> None:
    hint = [["Save-Data", "on"]]

    assert "standard" not in judged({"actual": answer(STAR)})
    assert "standard" not in judged({"actual": answer(STAR)}, engine="standard", headers=hint)


def test_what_is_not_modelled_has_no_second_answer() -> None:
    assert list(judged({"actual": answer(STAR)}, api="beacon")) == ["unsupported"]
