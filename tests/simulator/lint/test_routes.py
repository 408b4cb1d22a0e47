"""Routes that nothing reaches, or that take more than they seem to."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from linting import look, policy, told
from strategies import policies, requests

from simulator import evaluate
from simulator.facts import Facts
from simulator.lint import lint

REACHED = "routes/never-reached"


@pytest.mark.parametrize(
    ("routes", "expected"),
    [
        pytest.param(
            "[{path: /a, hosts: ['*.b.example']}, {path: /a, hosts: [w.b.example]}]",
            ["routes/1"],
            id="a pattern of hosts stands first",
        ),
        pytest.param(
            "[{path: /a, hosts: [w.b.example]}, {path: /a, hosts: ['*.b.example']}]",
            [],
            id="the one host stands first",
        ),
        pytest.param(
            "[{path: '/{a}', hosts: [b.example]}, {path: '/{c}', hosts: ['b.example:443']}]",
            ["routes/1"],
            id="every port of the host is taken, whatever the parameter is called",
        ),
        pytest.param(
            "[{path: /a, hosts: ['b.example:8443']}, {path: /a, hosts: [b.example]}]",
            [],
            id="another port is left",
        ),
        pytest.param(
            "[{path: /a, methods: [GET], hosts: ['*.b.example']}, "
            "{path: /a, methods: [GET, PUT], hosts: [w.b.example]}]",
            [],
            id="another method is left",
        ),
        pytest.param(
            "[{path: /a, methods: [GET], hosts: ['*.b.example']}, "
            "{path: /a, methods: [PUT], hosts: ['*.b.example']}, "
            "{path: /a, methods: [GET, PUT], hosts: [w.b.example]}]",
            ["routes/2"],
            id="two routes take the methods",
        ),
        pytest.param("[{path: /a}, {path: '/{b}'}]", [], id="a concrete path beside a template"),
    ],
)
def test_a_route_is_never_reached_where_others_take_all_of_it(
    routes: str, expected: list[str]
) -> None:
    assert [path for path, _ in told(f"routes: {routes}", REACHED)] == expected


def test_hosts_that_are_not_judged_do_not_count() -> None:
    routes = "[{path: /a, hosts: [b.example]}, {path: /a}]"

    assert [p for p, _ in told(f"hosts: [b.example]\nroutes: {routes}", REACHED)] == ["routes/1"]
    assert told(f"routes: {routes}", REACHED) == []


def test_a_route_is_removed_that_asks_the_same_as_what_takes_it() -> None:
    first = "{path: /a, hosts: ['*.b.example'], scopes: [x]}"

    (same,) = look(f"routes: [{first}, {{path: /a, hosts: [w.b.example], scopes: [x]}}]", REACHED)
    (other,) = look(f"routes: [{first}, {{path: /a, hosts: [w.b.example], scopes: [y]}}]", REACHED)

    assert [edit.path for edit in same.edits] == ["routes/1"]
    assert other.edits == ()


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("/a/../b", True),
        ("/./a", True),
        ("/a/%2e%2E/b", True),
        ("/a/..b", False),
        ("/.well-known/x", False),
        ("/{a}", False),
    ],
)
def test_a_path_has_a_dot_segment(path: str, found: bool) -> None:
    expected = [("routes/0/path", "error")] if found else []

    assert told(f"routes: [{{path: '{path}'}}]", "routes/dot-segment") == expected


@pytest.mark.parametrize(
    ("judged", "hosts", "found"),
    [
        ("[a.example]", "[b.example]", True),
        ("[a.example]", "[b.example, a.example]", False),
        ("['*.a.example']", "[w.a.example]", False),
        ("[w.a.example]", "['*.a.example']", False),
        ("['*.a.example']", "[a.example]", True),
        ("['a.example:8443']", "['a.example:9443']", True),
        ("['a.example:8443']", "[a.example]", False),
        ("[]", "[b.example]", False),
    ],
)
def test_a_route_is_on_a_host_that_is_not_judged(judged: str, hosts: str, found: bool) -> None:
    text = f"hosts: {judged}\nroutes: [{{path: /a, hosts: {hosts}}}]"

    expected = [("routes/0/hosts", "warning")] if found else []
    assert told(text, "routes/host-outside") == expected


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("keys: [{id: a, env: WEB_KEY}]\nroutes: [{path: /a, public: true}]", True),
        (
            "keys: [{id: a, env: WEB_KEY}]\nroutes: [{path: /a, public: true, methods: [GET]}]",
            False,
        ),
        ("keys: [{id: a, env: WEB_KEY}]\nroutes: [{path: /a}]", False),
        ("routes: [{path: /a, public: true}]", False),
    ],
)
def test_a_public_route_takes_every_method(text: str, found: bool) -> None:
    assert told(text, "routes/public-any-method") == ([("routes/0", "note")] if found else [])


# Properties


@settings(max_examples=40, deadline=None)
@given(policies(), st.data())
def test_what_is_never_reached_no_request_reaches(
    written: dict[str, Any], data: st.DataObject
) -> None:
    judge = policy(json.dumps(written))
    dead = {h.path for h in lint(judge) if h.code in (REACHED, "routes/dot-segment")}

    facts = evaluate(judge, data.draw(requests(written))).facts

    assert isinstance(facts, Facts)
    assert facts.route is None or facts.route.rule not in dead
