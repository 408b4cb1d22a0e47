"""What a preflight can turn out as, before method and headers are looked at."""

from __future__ import annotations

import pytest

from simulator import REASONS, Finding, Outcome, Party
from simulator.reasons import preflight


@pytest.mark.parametrize(
    ("code", "values", "text"),
    [
        pytest.param(
            "cors.preflight-not-ok",
            {"status": 500},
            "the preflight was answered 500, and only 200 to 299 will do",
            id="status",
        ),
        pytest.param(
            "cors.preflight-redirected",
            {"status": 301, "location": "https://api.example/"},
            "the preflight was answered 301 with a redirect to `https://api.example/`; browsers "
            "follow none",
            id="redirect",
        ),
        pytest.param(
            "cors.preflight-unauthenticated",
            {"status": 401},
            "the preflight was refused with 401: it never carries cookies, keys or `Authorization`",
            id="authentication",
        ),
        pytest.param(
            "cors.preflight-unrouted",
            {"status": 405},
            "the preflight was answered 405: nothing takes OPTIONS at this URL",
            id="no route",
        ),
        pytest.param(
            "cors.unreadable-methods",
            {"value": "PUT; DELETE"},
            "`Access-Control-Allow-Methods: PUT; DELETE` is not a list of methods",
            id="methods",
        ),
        pytest.param(
            "cors.unreadable-headers",
            {"value": "x-a x-b"},
            "`Access-Control-Allow-Headers: x-a x-b` is not a list of header names",
            id="headers",
        ),
        pytest.param(
            "cors.authorization-under-star",
            {},
            "`*` in `Access-Control-Allow-Headers` does not cover `authorization`, which must be "
            "named; Chromium and Firefox still let it pass",
            id="authorization",
        ),
    ],
)
def test_a_failure_is_told_in_a_sentence(code: str, values: dict[str, object], text: str) -> None:
    finding = Finding("cors", Outcome.FAIL, values=values, reason=REASONS[code])

    assert finding.text == text


def test_it_is_the_browser_that_stops_and_a_real_answer_that_has_the_status() -> None:
    assert {(r.party, r.status) for r in preflight.REASONS} == {(Party.BROWSER, 0)}


def test_every_one_cites_the_standards_preflight() -> None:
    assert {r.spec.partition(", step")[0] for r in preflight.REASONS} == {
        "Fetch, CORS-preflight fetch"
    }
