"""What looks like CORS to a page and is something else."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from simulator import REASONS, Finding, Outcome, Party
from simulator.reasons import page

RECORDED = Path(__file__).parents[2] / "data" / "browser_cases.jsonl.gz"
URL = "https://api.example/orders"


@pytest.mark.parametrize(
    ("code", "values", "text"),
    [
        pytest.param(
            "page.invalid-request",
            {"value": "`CONNECT` is a forbidden method"},
            "there can be no such request: `CONNECT` is a forbidden method",
            id="invalid request",
        ),
        pytest.param(
            "page.bad-port", {"port": 6000}, "6000 is a port that browsers never connect to",
            id="port",
        ),
        pytest.param(
            "page.mixed-content",
            {"origin": "https://shop.example", "url": "http://api.example/"},
            "the page at `https://shop.example` is secure, and `http://api.example/` is not",
            id="mixed content",
        ),
        pytest.param(
            "page.redirect-refused",
            {"status": 302},
            "the answer is a redirect (302), and the request says `redirect: 'error'`",
            id="redirect",
        ),
        pytest.param(
            "page.resource-policy",
            {"url": URL, "value": "same-site", "origin": "https://b.example"},
            f"`{URL}` says `Cross-Origin-Resource-Policy: same-site`, which leaves out "
            "`https://b.example`",
            id="resource policy",
        ),
        pytest.param(
            "page.malformed-response",
            {"url": URL, "value": "two of `location`"},
            f"the answer of `{URL}` cannot be read as HTTP: two of `location`",
            id="malformed response",
        ),
    ],
)  # fmt: skip
def test_a_failure_is_told_in_a_sentence(code: str, values: dict[str, object], text: str) -> None:
    finding = Finding("page", Outcome.FAIL, values=values, reason=REASONS[code])

    assert finding.text == text


def test_no_server_sends_a_status_for_them_and_chromium_calls_none_of_them_cors() -> None:
    assert {(r.party, r.status, r.chromium) for r in page.REASONS} == {(Party.BROWSER, 0, ())}


def test_chromiums_net_errors_are_those_that_were_seen() -> None:
    named = {r.console for r in page.REASONS if r.console.startswith("net::")}
    with gzip.open(RECORDED, "rt", encoding="utf-8") as lines:
        seen = {s["observed"]["net_error"] for line in lines for s in json.loads(line)["steps"]}

    assert named - seen == set()


def test_trying_again_may_help_only_where_no_answer_came() -> None:
    assert [r.code for r in page.REASONS if r.retryable] == ["page.network-error"]
