"""Differences as people, programs and reviews read them."""

from __future__ import annotations

from simulator import Policy, load_policy
from simulator.compare import compare
from simulator.render.differences import difference_list, difference_record
from simulator.render.terminal import as_text

OLD = """\
network: {default: deny, allow: [10.0.0.0/8]}
keys: [{id: web, key: web-secret}]
routes: [{path: /a, methods: [GET]}]
"""


def policies(old: str, new: str) -> tuple[Policy, Policy]:
    return (
        load_policy(OLD, name="old.yaml"),
        load_policy(OLD.replace(old, new), name="new.yaml"),
    )


def shown(old: str, new: str, only: str | None = None, *, whole: bool = False) -> str:
    before, after = policies(old, new)
    found = compare(before, after)
    return as_text(difference_list(before, after, found, only=only, whole=whole), width=100)


def test_what_is_let_in_is_told_with_its_place_and_a_request() -> None:
    assert (
        shown("10.0.0.0/8", "10.0.0.0/8, 192.0.2.7", "newly-allowed")
        == """\
now let in  1 way
  + 403 Forbidden network.not-allowed → 200 OK
    GET `/a`
    from the address 192.0.2.7
    with key `web`
    without an Origin
    was: no rule of `network` allows the address 192.0.2.7, and the default is deny  old.yaml:1
    such as GET https://api.example/a from 192.0.2.7 with x-api-key: (key web)
"""
    )


def test_what_is_answered_otherwise_is_told_in_a_line_each() -> None:
    text = shown("10.0.0.0/8", "10.0.0.0/8, 192.0.2.7")

    assert "  ~ 403 Forbidden network.not-allowed → 404 Not Found route.not-found\n" in text
    assert "which requests: --all, or --only otherwise" in text
    assert text.endswith("\nnobody is shut out\n")


def test_ways_that_differ_in_their_reasons_alone_share_a_line() -> None:
    text = shown("10.0.0.0/8", "10.0.0.0/8, 192.0.2.7")

    assert "answered otherwise  10 ways\n" in text
    assert "  ~ 403 Forbidden → 401 Unauthorized  3 ways\n" in text


def test_all_of_it_is_told_where_it_is_asked_for() -> None:
    text = shown("10.0.0.0/8", "10.0.0.0/8, 192.0.2.7", whole=True)

    assert "    without a credential\n" in text
    assert "--all" not in text


def test_nothing_is_a_proof() -> None:
    assert shown("10.0.0.0/8", "10.0.0.0/9, 10.128.0.0/9") == (
        "`old.yaml` and `new.yaml` decide every request the same\n"
    )
    assert shown("10.0.0.0/8", "10.0.0.0/9", "newly-allowed") == "nothing new is let in\n"


def test_as_data_it_holds_no_secret() -> None:
    before, after = policies("10.0.0.0/8", "10.0.0.0/8, 192.0.2.7")

    record = next(difference_record(d) for d in compare(before, after) if d.kind == "newly-allowed")

    assert record == {
        "kind": "newly-allowed",
        "checks": ["network"],
        "requests": ["GET `/a`", "from the address 192.0.2.7", "with key `web`",
                     "without an Origin"],
        "addresses": 1,
        "combinations": 1,
        "old": {
            "judged": True, "allowed": False, "status": 403, "reason": "network.not-allowed",
            "hidden": False, "rule": {"path": "network", "file": "old.yaml", "line": 1},
        },
        "new": {
            "judged": True, "allowed": True, "status": 200, "reason": None, "hidden": False,
            "rule": None,
        },
        "witness": {
            "method": "GET", "url": "https://api.example/a",
            "headers": [["x-api-key", "(key web)"]], "client": "192.0.2.7", "at": 0.0,
        },
    }  # fmt: skip
