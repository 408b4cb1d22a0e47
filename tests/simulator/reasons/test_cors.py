"""What CORS can turn out as: the sentence for one request, and what the browsers call it."""

from __future__ import annotations

import re

import pytest

from simulator import REASONS, Finding, Outcome
from simulator.reasons import cors, preflight

SHOP = "https://shop.example"

# The pages of MDN's "CORS errors", which are named after Firefox's keys.
MDN = """
    CORSDisabled CORSDidNotSucceed CORSOriginHeaderNotAdded CORSExternalRedirectNotAllowed
    CORSRequestNotHttp CORSMissingAllowOrigin CORSAllowOriginNotMatchingOrigin
    CORSNotSupportingCredentials CORSMethodNotFound CORSMissingAllowCredentials
    CORSPreflightDidNotSucceed CORSInvalidAllowMethod CORSInvalidAllowHeader
    CORSMissingAllowHeaderFromPreflight CORSMultipleAllowOriginNotAllowed
""".split()
# A setting of Firefox, and what only extensions meet.
NOT_OURS = {"CORSDisabled", "CORSOriginHeaderNotAdded"}


@pytest.mark.parametrize(
    ("code", "values", "text"),
    [
        pytest.param(
            "cors.origin-not-allowed",
            {"origin": SHOP, "section": "Access-Control-Allow-Origin: https://b.example"},
            "the origin `https://shop.example` is not among the origins of "
            "`Access-Control-Allow-Origin: https://b.example`",
            id="origin, by a real answer",
        ),
        pytest.param(
            "cors.origin-not-allowed",
            {"origin": SHOP, "section": "cors"},
            "the origin `https://shop.example` is not among the origins of `cors`",
            id="origin, by a policy",
        ),
        pytest.param(
            "cors.no-fields",
            {"origin": SHOP},
            "the answer has no `Access-Control-Allow-Origin`, and the page at "
            "`https://shop.example` is of another origin",
            id="no fields",
        ),
        pytest.param(
            "cors.error-without-fields",
            {"origin": SHOP, "status": 401},
            "the server answered 401 without `Access-Control-Allow-Origin`; the page at "
            "`https://shop.example` sees only `Failed to fetch`",
            id="an error without fields",
        ),
        pytest.param(
            "cors.multiple-origins",
            {"value": "*, *"},
            "`Access-Control-Allow-Origin` holds more than one value: `*, *`",
            id="two values",
        ),
        pytest.param(
            "cors.invalid-origin",
            {"value": "shop.example", "origin": SHOP},
            "`Access-Control-Allow-Origin: shop.example` names no origin, so it is not "
            "`https://shop.example`",
            id="no origin",
        ),
        pytest.param(
            "cors.vary-missing",
            {"origin": SHOP},
            "the answer depends on the Origin, `https://shop.example`, and does not say "
            "`Vary: Origin`",
            id="no Vary",
        ),
        pytest.param(
            "cors.scheme-not-supported",
            {"scheme": "ftp"},
            "`ftp:` is not a scheme that a page can fetch from another origin",
            id="scheme",
        ),
    ],
)
def test_a_failure_is_told_in_a_sentence(code: str, values: dict[str, object], text: str) -> None:
    finding = Finding("cors", Outcome.FAIL, values=values, reason=REASONS[code])

    assert finding.text == text


def test_sentences_ask_for_no_other_values_than_a_request_and_its_answer_have() -> None:
    known = "origin value section method headers status url location scheme port parameter"
    browsers = [r for r in REASONS.values() if r.code.startswith(("cors.", "page.", "local-"))]
    asked = {name for r in browsers for name in re.findall(r"{(.*?)}", r.text)}

    assert asked == set(known.split())


def test_firefox_has_a_page_for_every_key_and_every_key_is_somebodys() -> None:
    assert {r.firefox for r in REASONS.values()} == (set(MDN) - NOT_OURS) | {""}


def test_where_firefox_has_a_key_it_has_words() -> None:
    assert [r.code for r in REASONS.values() if bool(r.firefox) != bool(r.firefox_console)] == []


def test_only_what_a_policy_foretells_has_a_status() -> None:
    with_status = [r.code for r in (*cors.REASONS, *preflight.REASONS) if r.status]

    assert with_status == [
        "cors.origin-not-allowed",
        "cors.method-not-allowed",
        "cors.header-not-allowed",
        "cors.wildcard-with-credentials",
        "cors.credentials-not-allowed",
        "cors.no-fields",
    ]


def test_every_constant_is_among_the_reasons() -> None:
    constants = [
        value for name, value in vars(cors).items() if name.isupper() and name != "CONSOLE"
    ]

    assert [reason for reason in constants if isinstance(reason, tuple)] == [cors.REASONS]
    assert [reason for reason in constants if not isinstance(reason, tuple)] == list(cors.REASONS)
