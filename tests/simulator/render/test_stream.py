"""One thing that passed, as a line or two of a stream that people watch."""

from __future__ import annotations

import pytest

from simulator.render.record import Plain
from simulator.render.stream import entry_block, is_told
from simulator.render.terminal import as_text

PASSED: dict[str, Plain] = {
    "at": 1_764_000_000.0, "method": "GET", "url": "https://api.test/orders", "allowed": True,
    "status": 200, "served": 200, "reason": None, "hidden": False, "summary": "allowed",
    "rule": None, "preflight": False, "error": None,
}  # fmt: skip
REFUSED = PASSED | {
    "allowed": False,
    "status": 403,
    "served": 403,
    "reason": "authorize.missing-scope",
    "summary": "key `web` lacks the scope `orders:write`",
    "rule": {"path": "routes/1", "file": "shop.yaml", "line": 21},
}


def lines(brief: dict[str, Plain], *, times: int = 1) -> list[str]:
    first, *rest = as_text(entry_block(brief, times=times), width=200).splitlines()
    return [first[len("00:00:00 ") :], *(line.strip() for line in rest)]


def test_what_passes_is_a_line() -> None:
    assert lines(PASSED) == ["✓ 200 GET https://api.test/orders"]


def test_what_is_refused_says_why_and_where() -> None:
    assert lines(REFUSED, times=3) == [
        "✗ 403 GET https://api.test/orders  authorize.missing-scope  3 times",
        "key `web` lacks the scope `orders:write`  shop.yaml:21",
    ]


@pytest.mark.parametrize(
    ("preflight", "seen"),
    [
        (False, "the page sees “Failed to fetch”, not the 200"),
        (True, "the page sees “Failed to fetch”, its preflight failed"),
    ],
)
def test_what_is_hidden_says_what_the_page_sees(preflight: bool, seen: str) -> None:
    hidden = REFUSED | {"hidden": True, "served": 200, "status": 200, "preflight": preflight}

    assert lines(hidden)[-1] == seen


def test_what_broke_off_has_no_status() -> None:
    broken = PASSED | {"served": None, "error": "the server went away"}

    assert lines(broken) == ["✗ no answer GET https://api.test/orders", "the server went away"]


def test_where_a_policy_would_refuse_what_the_server_let_in_both_are_told() -> None:
    first, *_ = lines(REFUSED | {"served": 200})

    assert first.startswith("✗ 403 by the policy, really 200 GET ")


def test_what_is_not_known_is_no_refusal() -> None:
    unknown = PASSED | {"allowed": None}

    assert lines(unknown) == ["? 200 GET https://api.test/orders"]
    assert not is_told(unknown)


@pytest.mark.parametrize(
    ("brief", "told"),
    [
        (PASSED, False),
        (REFUSED, True),
        (PASSED | {"hidden": True}, True),
        (PASSED | {"served": 404}, True),
        (PASSED | {"error": "x"}, True),
    ],
)
def test_people_hear_of_what_failed(brief: dict[str, Plain], told: bool) -> None:
    assert is_told(brief) is told


def test_a_terminal_acts_on_nothing_that_a_client_made_up() -> None:
    evil = REFUSED | {"url": "https://api.test/\x1b[2J", "method": "G\x07ET", "summary": "\x1b]0;x"}

    shown = as_text(entry_block(evil), width=200)
    assert "\x1b" not in shown
    assert "\x07" not in shown


def test_a_long_url_is_cut() -> None:
    (first,) = lines(PASSED | {"url": "https://api.test/" + "x" * 500})

    assert len(first) < 120
    assert first.endswith("…")
