"""Findings that come to the same have one number, whatever they quote of the request."""

from __future__ import annotations

import pytest

from simulator.checks.authenticate import EXPIRED, UNKNOWN_KEY
from simulator.decision import Finding, Outcome, Party
from simulator.space.findings import Findings

REFUSED = Finding("authenticate", Outcome.FAIL, "keys", None, UNKNOWN_KEY, Party.SERVER, 401)
GRANTED = (("access-control-allow-origin", "https://a.example"),)


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(REFUSED._replace(rule="keys/0"), id="another rule"),
        pytest.param(REFUSED._replace(values={"hint": "x"}), id="other values"),
        pytest.param(REFUSED._replace(note="why"), id="a note"),
        pytest.param(REFUSED._replace(fields=(("www-authenticate", "Bearer"),)), id="other fields"),
    ],
)
def test_what_comes_to_the_same_has_the_same_number(other: Finding) -> None:
    findings = Findings()

    assert findings.keep(REFUSED) == findings.keep(other)
    assert findings.kept == [REFUSED]


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(REFUSED._replace(check="authorize"), id="another check"),
        pytest.param(REFUSED._replace(outcome=Outcome.PASS), id="another outcome"),
        pytest.param(REFUSED._replace(reason=EXPIRED), id="another reason"),
        pytest.param(REFUSED._replace(reason=None), id="no reason"),
        pytest.param(REFUSED._replace(party=Party.BROWSER), id="another party"),
        pytest.param(REFUSED._replace(status=403), id="another status"),
        pytest.param(REFUSED._replace(fields=GRANTED), id="an origin that is granted"),
    ],
)
def test_what_makes_another_decision_has_another_number(other: Finding) -> None:
    findings = Findings()

    numbers = [findings.keep(each) for each in (REFUSED, other, REFUSED)]

    assert numbers == [0, 1, 0]
    assert findings.kept == [REFUSED, other]


def test_to_whom_an_origin_is_granted_is_no_difference() -> None:
    findings = Findings()
    others = (("vary", "Origin"), ("access-control-allow-origin", "*"))

    assert findings.keep(REFUSED._replace(fields=GRANTED)) == findings.keep(
        REFUSED._replace(fields=others)
    )
