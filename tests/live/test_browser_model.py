"""Does the installed browser do what our model of it says?

A sample of recorded cases is played in it, taken in turn from all families. When this fails after
an update of Chromium, the message shows what the browser treats differently from now on.
"""

import itertools
import socket
from collections.abc import Mapping
from typing import Any

import pytest

from live.harness.chromium import Chromium, require_chromium
from live.harness.servers import PlainServer, ReceivedRequest, Reply
from live.replay.differences import FIELDS, differences
from live.replay.player import Observed, batches, on_the_wire, play
from live.replay.sample import Case, is_playable, read_cases, spread
from live.replay.site import Site, choose, serialise
from simulator.browser.record import judge_case

SIZE = 300

ANSWER = {"status": 200, "headers": [["Content-Type", "text/plain"]], "body": "hello"}
RESOLVED = {
    "settled": "resolved",
    "type": "cors",
    "status": 200,
    "headers": ["content-type"],
    "sequence": "A",
    "preflight_method": [],
    "preflight_headers": [],
    "preflight_origin": [],
    "actual_method": ["GET"],
    "actual_origin": ["http://app.corp.test"],
    "cors_error": None,
    "console": [],
}


@pytest.fixture(scope="module")
def sample() -> list[tuple[Case, list[Observed]]]:
    """Cases with what the model says of their steps; where it has no answer, it is not asked."""
    playable = filter(is_playable, read_cases())
    judged = ((case, judge_case(case)["steps"]) for case in spread(playable))
    known = ((case, said) for case, said in judged if all("unsupported" not in s for s in said))
    return list(itertools.islice(known, SIZE))


def test_the_sample_is_large_and_spread(sample: list[tuple[Case, list[Observed]]]) -> None:
    groups = {case["group"] for case, _ in sample}

    assert len(sample) == SIZE
    assert len(groups) > SIZE / 5


@pytest.mark.browser
def test_the_browser_does_what_the_model_says(sample: list[tuple[Case, list[Observed]]]) -> None:
    require_chromium()

    with Site() as site, Chromium(host_rules=site.host_rules, spki=[site.spki]) as browser:
        version = browser.version
        observed = play(browser, site, [case for case, _ in sample])

    told = [differences(case, observed[case["id"]], said) for case, said in sample]
    if differing := list(filter(None, told)):
        heading = f"{version} and the model differ in {len(differing)} of {len(sample)} cases"
        pytest.fail("\n".join([heading, *differing]), pytrace=False)


# What the sample is made of


def case(name: str = "c1", *, group: str = "status", **request: object) -> dict[str, Any]:
    """A case of one step, such as the recording has."""
    url = f"http://api.corp.test/c/{name}/0/0"
    step = {
        "request": {"api": "fetch", "url": url, **request},
        "server": [{"actual": ANSWER}],
        "observed": RESOLVED,
    }
    page = {"url": "http://app.corp.test/p/plain", "origin": "http://app.corp.test"}
    return {"id": name, "group": group, "profile": "default", "page": page, "steps": [step]}


def answered(**answer: object) -> dict[str, Any]:
    made = case()
    made["steps"][0]["server"] = [{"actual": {**ANSWER, **answer}}]
    return made


@pytest.mark.parametrize(
    ("recorded", "playable"),
    [
        pytest.param(case(), True, id="a fetch"),
        pytest.param(case(api="xhr"), True, id="an XMLHttpRequest"),
        pytest.param(case(api="img"), False, id="an element"),
        pytest.param(case(delay_before_ms=4000), False, id="one that waits for a cache"),
        pytest.param(case(headers=[["a", "\x0b"]]), False, id="a header h11 does not read"),
        pytest.param({**case(), "profile": "lna-denied"}, False, id="a browser set up otherwise"),
        pytest.param(answered(status=408), False, id="a status that may be asked for twice"),
        pytest.param(answered(raw="HTTP/1.1 200 OK"), False, id="a malformed answer"),
    ],
)
def test_what_would_not_always_end_alike_is_not_played(recorded: Case, playable: bool) -> None:
    assert is_playable(recorded) is playable


def test_families_take_turns() -> None:
    recorded = [case(n, group=g) for n, g in ("1a", "2a", "3a", "4b", "5c", "6c")]

    assert [c["id"] for c in spread(recorded)] == ["1", "4", "5", "2", "6", "3"]


# What is made of a case


def test_cases_are_played_at_once_unless_their_urls_do_not_tell_them_apart() -> None:
    anonymous = case("c3")
    anonymous["steps"][0]["request"]["url"] = "data:text/plain,hi"

    played = [[c["id"] for c in batch] for batch in batches([case("c1"), anonymous, case("c2")])]

    assert played == [["c3"], ["c1", "c2"]]


def asked(method: str, **headers: str) -> ReceivedRequest:
    lines = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    return ReceivedRequest(method, "/c/c1/0/0", lines, b"", "1.1", "api.corp.test", "127.0.0.1")


PREFLIGHT = asked("OPTIONS", access_control_request_method="OPTIONS", origin="null")


@pytest.mark.parametrize(
    ("request_", "chosen"),
    [
        pytest.param(PREFLIGHT, "preflight", id="a preflight"),
        pytest.param(asked("OPTIONS", origin="null"), "actual", id="OPTIONS that script asked for"),
        pytest.param(asked("GET", if_none_match='"1"'), "actual_if_none_match", id="revalidation"),
    ],
)
def test_a_hop_answers_what_it_is_asked(request_: ReceivedRequest, chosen: str) -> None:
    hop = {name: {"name": name} for name in ("preflight", "actual", "actual_if_none_match")}

    assert choose(hop, request_) == {"name": chosen}


def test_a_hop_can_answer_by_origin() -> None:
    hop = {"actual": "none of them", "actual_by_origin": {"null": "opaque", "<none>": "none"}}

    origins = [{"origin": "null"}, {}, {"origin": "http://b.test"}]
    assert [choose(hop, asked("GET", **o)) for o in origins] == ["opaque", "none", "none of them"]


def test_answers_keep_every_byte() -> None:
    headers = [["X", " a\xe9\t"], ["X", "\x00"]]

    answer = serialise({"status": 699, "headers": headers, "body": "hi"}, "GET")

    assert answer == (
        b"HTTP/1.1 699 Recorded\r\nX:  a\xe9\t\r\nX: \x00\r\nContent-Length: 2\r\n\r\nhi"
    )


@pytest.mark.parametrize(
    ("method", "status", "end"),
    [
        pytest.param("HEAD", 200, b"Content-Length: 2\r\n\r\n", id="HEAD tells the length only"),
        pytest.param("GET", 204, b"Recorded\r\n\r\n", id="204 has no length"),
        pytest.param("GET", 304, b"Recorded\r\n\r\n", id="304 has no length"),
    ],
)
def test_answers_without_a_body(method: str, status: int, end: bytes) -> None:
    answer = serialise({"status": status, "headers": [], "body": "hi"}, method)

    assert answer.endswith(end)


def test_a_raw_answer_leaves_the_connection_open() -> None:
    raw = b"HTTP/1.1 200 OK\r\nX: \x01\r\nContent-Length: 1\r\n\r\n"
    two = b"".join(b"GET /%d HTTP/1.1\r\nHost: a\r\n\r\n" % number for number in (1, 2))

    with (
        PlainServer(lambda request: Reply(raw=raw + request.path[1:].encode())) as server,
        socket.create_connection(("127.0.0.1", server.port), timeout=10) as connection,
    ):
        connection.sendall(two)
        connection.shutdown(socket.SHUT_WR)
        received = b"".join(iter(lambda: connection.recv(4096), b""))

    assert received == raw + b"1" + raw + b"2"


def test_preflights_and_requests_are_told_apart() -> None:
    seen = on_the_wire([PREFLIGHT, asked("OPTIONS", origin="http://app.corp.test")])

    assert seen == {
        "sequence": "PA",
        "preflight_method": ["OPTIONS"],
        "preflight_headers": [None],
        "preflight_origin": ["null"],
        "actual_method": ["OPTIONS"],
        "actual_origin": ["http://app.corp.test"],
    }


# What is told of it


def test_of_agreement_nothing_is_told() -> None:
    assert differences(case(), [{**RESOLVED, "console": ["noise"]}], [RESOLVED]) == ""


@pytest.mark.parametrize("field", FIELDS)
def test_every_field_that_differs_is_told(field: str) -> None:
    browser: list[Mapping[str, Any]] = [{**RESOLVED, field: "new", "console": ["its reason"]}]

    told = differences(case(), browser, [RESOLVED])

    assert told.split("\n") == [
        "c1 (status), step 1 of 1, on http://app.corp.test/p/plain: "
        '{"api": "fetch", "url": "http://api.corp.test/c/c1/0/0"}',
        f"  {field}: browser 'new', model {RESOLVED[field]!r}, recorded {RESOLVED[field]!r}",
        "  console: its reason",
    ]
