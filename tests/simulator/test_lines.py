"""The machine interfaces: one answer a line, whatever the line is."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.lines import Answer, answer_lines, browser_line, decide_line
from simulator.policy import load_policy
from simulator.usage import Usage

PAGE, URL = "https://app.test", "https://api.test/orders"
CASE: dict[str, Any] = {
    "id": "first",
    "page": {"url": f"{PAGE}/index.html"},
    "steps": [
        {
            "request": {"url": URL},
            "server": [{"actual": {"status": 200, "headers": [["X-A", "1"]], "body": "hello"}}],
        }
    ],
}


def answer(case: object, **options: Any) -> dict[str, Any]:
    record, _ = browser_line(json.dumps(case).encode(), options.get("engine", "chromium"))
    written: dict[str, Any] = json.loads(json.dumps(record))
    return written


def test_a_case_is_answered_step_by_step() -> None:
    found = answer(CASE)

    assert found["id"] == "first"
    assert [step["cors_error"] for step in found["steps"]] == ["MissingAllowOriginHeader"]
    assert found["steps"][0]["reason"] == "cors.no-fields"
    assert found["steps"][0]["spec"] == "Fetch, CORS check, step 2"


def test_keys_that_nobody_knows_are_passed_over() -> None:
    more = {
        **CASE,
        "note": "x",
        "page": {**CASE["page"], "title": "x"},
        "steps": [{**CASE["steps"][0], "observed": {}}],
    }

    assert answer(more) == answer(CASE)


def test_the_engine_is_asked_for() -> None:
    fields = [["Access-Control-Allow-Origin", "*"], ["Access-Control-Allow-Headers", "*"]]
    reply = {"status": 200, "headers": fields}
    step = {
        "request": {"url": URL, "headers": [["Authorization", "Bearer t"]]},
        "server": [{"preflight": reply, "actual": reply}],
    }
    case = {**CASE, "steps": [step]}

    assert answer(case, engine="chromium")["steps"][0]["settled"] == "resolved"
    assert answer(case, engine="standard")["steps"][0]["settled"] == "rejected"


# Lines that cannot be read


@pytest.mark.parametrize(
    ("line", "problem", "cause"),
    [
        pytest.param(
            b"{", "the line is not JSON",
            "expecting property name enclosed in double quotes: line 1 column 2 (char 1)",
            id="half an object",
        ),
        pytest.param(b"\xff{}", "the line is not JSON", "it is not UTF-8", id="no text"),
        pytest.param(
            b"[" * 100_000, "the line is not JSON", "it is nested too deeply", id="nested too deep"
        ),
        pytest.param(
            b'{"id": ' + b"1" * 5000 + b"}", "the line is not JSON",
            "a number in it has too many digits", id="too many digits",
        ),
        pytest.param(b"[1]", "the line is not an object", "a case has names", id="a list"),
        pytest.param(b"null", "the line is not an object", "a case has names", id="nothing"),
    ],
)  # fmt: skip
def test_what_is_no_case_is_told(line: bytes, problem: str, cause: str) -> None:
    record, readable = browser_line(line, "chromium")

    assert not readable
    assert record["id"] is None
    assert isinstance(record["error"], dict)
    assert record["error"]["problem"] == problem
    assert record["error"]["cause"] == cause
    assert record["error"]["remedy"]


def changed(*path: str | int, to: object) -> dict[str, Any]:
    """The case with another value at one place."""
    case: dict[str, Any] = json.loads(json.dumps(CASE))
    at: Any = case
    for key in path[:-1]:
        at = at[key]
    at[path[-1]] = to
    return case


@pytest.mark.parametrize(
    "case",
    [
        pytest.param({"id": "first"}, id="nothing in it"),
        pytest.param(changed("page", to="https://app.test"), id="the page is text"),
        pytest.param(changed("page", "url", to="nonsense"), id="the page has no URL"),
        pytest.param(changed("profile", to="other"), id="an unknown profile"),
        pytest.param(changed("steps", to={}), id="the steps are no list"),
        pytest.param(changed("steps", 0, to=1), id="a step is a number"),
        pytest.param(changed("steps", 0, "server", to={}), id="the servers are no list"),
        pytest.param(changed("steps", 0, "server", 0, to=[]), id="a server is a list"),
        pytest.param(
            changed("steps", 0, "server", 0, "actual", "headers", to={"a": "b"}),
            id="the headers are an object",
        ),
        pytest.param(
            changed("steps", 0, "server", 0, "actual", "headers", to=[["a"]]),
            id="a header has no value",
        ),
        pytest.param(
            changed("steps", 0, "request", "delay_before_ms", to="soon"), id="a delay is text"
        ),
    ],
)
def test_a_case_of_another_shape_is_told_with_its_name(case: dict[str, Any]) -> None:
    record, readable = browser_line(json.dumps(case).encode(), "chromium")

    assert not readable
    assert record["id"] == "first"
    error = record["error"]
    assert isinstance(error, dict)
    assert sorted(error) == ["cause", "problem", "remedy"]
    assert all(error.values())


# The run


def browser(line: bytes) -> Answer:
    return browser_line(line, "chromium")


def test_answers_come_in_the_order_asked_and_the_run_goes_on() -> None:
    lines = [
        json.dumps({**CASE, "id": 1}).encode() + b"\n",
        b"\n",
        b"nonsense\n",
        b"   \r\n",
        json.dumps({**CASE, "id": 2}).encode(),
    ]

    found = list(answer_lines(lines, browser))

    assert [json.loads(text)["id"] for text, _ in found] == [1, None, 2]
    assert [readable for _, readable in found] == [True, False, True]
    assert all(text.endswith("\n") and text.count("\n") == 1 for text, _ in found)


def test_an_answer_is_there_before_the_next_line_is_asked_for() -> None:
    read: list[int] = []

    def lines() -> Iterator[bytes]:
        for number in (1, 2):
            read.append(number)
            yield json.dumps({**CASE, "id": number}).encode()

    answers = answer_lines(lines(), browser)

    assert json.loads(next(answers)[0])["id"] == 1
    assert read == [1]


def test_an_answer_is_ascii_whatever_the_name_of_the_line() -> None:
    line = json.dumps({**CASE, "id": "é\ud800\u2028"}).encode()

    ((text, _),) = answer_lines([line], browser)

    assert text.isascii()
    assert json.loads(text)["id"] == "é\ud800\u2028"


@pytest.mark.parametrize("name", ["NaN", "1e999", "-Infinity"])
def test_a_name_that_json_does_not_have_is_not_written_back(name: str) -> None:
    line = f'{{"id": {name}}}'.encode()

    ((text, readable),) = answer_lines([line], browser)

    assert not readable
    assert json.loads(text) == {
        "id": None,
        "error": {
            "problem": "the `id` cannot be written back",
            "cause": "it is nested too deeply, or a number that JSON does not have",
            "remedy": "give the line a name",
        },
    }


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=6,
)


@given(st.binary(max_size=20) | JSON.map(lambda value: json.dumps(value).encode()))
def test_every_line_gets_one_answer(line: bytes) -> None:
    found = list(answer_lines([line], browser))

    assert len(found) == (1 if line.strip() else 0)
    for text, _ in found:
        assert "id" in json.loads(text)


# Decisions


def test_the_first_policy_that_covers_the_host_decides_and_counts() -> None:
    limited = load_policy(
        "hosts: [api.test]\nrate_limits: [{per: client, quota: 1/minute}]\n", name="a.yaml"
    )
    judges = [(limited, Usage()), (load_policy("hosts: [api.test, b.test]\n"), Usage())]

    def decide(url: str) -> dict[str, Any]:
        line = json.dumps({"id": url, "method": "GET", "url": url}).encode()
        record, readable = decide_line(line, judges, 0.0)
        assert readable
        return record

    assert [decide("https://api.test/")["status"] for _ in range(2)] == [200, 429]
    assert decide("https://b.test/")["status"] == 200
    assert decide("https://c.test/")["policy"] is None


def test_a_request_that_cannot_be_read_is_told_with_its_name() -> None:
    record, readable = decide_line(b'{"id": 7, "method": "GET"}', [], 0.0)

    assert not readable
    assert record == {
        "id": 7,
        "error": {
            "problem": "the request has no `url`",
            "cause": "it cannot do without",
            "remedy": 'add `"url"`',
        },
    }
