"""One line of JSON is one request; a line that cannot be read says what is wrong with it."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.jsonl import read_line


def test_method_and_url_are_enough() -> None:
    line = read_line('{"method": "GET", "url": "https://h.example/a?b"}', now=5.0)

    assert line.fault is None
    assert line.request is not None
    assert (line.request.method, line.request.target.path) == ("GET", "/a")
    assert (line.request.client, line.request.at, line.request.body) == ("127.0.0.1", 5.0, None)


def test_everything_that_is_given_arrives() -> None:
    data = {
        "id": {"any": ["value"]},
        "method": "POST",
        "url": "https://h.example/",
        "headers": [["X-A", "1"], ["x-a", "2"]],
        "client": "2001:db8::1",
        "at": 1764000000.5,
        "body": "ü",
        "unknown": True,
    }

    line = read_line(json.dumps(data), now=0.0)

    assert line.id == {"any": ["value"]}
    assert line.request is not None
    assert line.request.headers.get("x-a") == "1, 2"
    assert (line.request.client, line.request.at) == ("2001:db8::1", 1764000000.5)
    assert line.request.body == "ü".encode()


def test_a_null_client_is_an_unknown_one() -> None:
    line = read_line('{"method": "GET", "url": "https://h/", "client": null}', now=0.0)

    assert line.request is not None
    assert line.request.client == ""


@pytest.mark.parametrize(
    ("text", "problem", "cause"),
    [
        ("nonsense", "the line is not JSON", "expecting value: line 1 column 1 (char 0)"),
        ("[1]", "the line is not an object", "a request has names"),
        ('{"url": "https://h/"}', "the request has no `method`", "it cannot do without"),
        ('{"method": "GET"}', "the request has no `url`", "it cannot do without"),
        ('{"method": 1, "url": "https://h/"}', "`method` is `1`", "it must be text"),
        ('{"method": "GET", "url": "h"}', "`h` is not an absolute URL", "it has no scheme"),
        (
            '{"method": "GET", "url": "https://h/", "client": "home"}',
            "`client` `home` is not an address",
            "the client is the address that connected",
        ),
        (
            '{"method": "GET", "url": "https://h/", "at": "now"}',
            "`at` is `now`",
            "it must be Unix seconds",
        ),
        (
            '{"method": "GET", "url": "https://h/", "at": NaN}',
            "`at` is `nan`",
            "it must be Unix seconds",
        ),
        (
            '{"method": "GET", "url": "https://h/", "headers": [["a"]]}',
            "`headers` cannot be read",
            "it must be a list of pairs of text",
        ),
        (
            '{"method": "GET", "url": "https://h/", "headers": "a: b"}',
            "`headers` cannot be read",
            "it must be a list of pairs of text",
        ),
        ("[" * 100_000, "the line is not JSON", None),
    ],
)
def test_what_is_wrong_is_said(text: str, problem: str, cause: str | None) -> None:
    line = read_line(text, now=0.0)

    assert line.request is None
    assert line.fault is not None
    assert line.fault.problem == problem
    assert line.fault.remedy or line.fault.cause
    if cause is not None:
        assert line.fault.cause == cause


def test_the_id_is_echoed_even_when_the_rest_is_wrong() -> None:
    assert read_line('{"id": 7}', now=0.0).id == 7


@given(st.one_of(st.text(), st.binary()))
def test_no_line_raises(text: str | bytes) -> None:
    line = read_line(text, now=0.0)

    assert (line.request is None) != (line.fault is None)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
)


@given(
    st.fixed_dictionaries(
        {},
        optional={
            name: JSON | st.just("https://h.example/")
            for name in ("id", "method", "url", "headers", "client", "at", "body")
        },
    )
)
def test_no_object_raises(data: dict[str, object]) -> None:
    line = read_line(json.dumps(data), now=0.0)

    assert (line.request is None) != (line.fault is None)
