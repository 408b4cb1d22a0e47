"""The decision as response fields."""

from __future__ import annotations

import re

import pytest
from telling import decide

from simulator.render.headers import decision_fields

SHOP = """\
network: {deny: [192.0.2.0/24]}
cors: {origins: ["https://shop.example"]}
keys: [{id: web, key: secret-1}]
routes: [{path: /a, public: true}]
"""


@pytest.mark.parametrize(
    ("url", "client", "value"),
    [
        pytest.param("https://h/a", "10.0.0.1", "allowed", id="an allowed request"),
        pytest.param("https://h/a", "", "unknown", id="one that is not known"),
    ],
)
def test_a_verdict_without_a_reason_is_one_word(url: str, client: str, value: str) -> None:
    assert decision_fields(decide(SHOP, url=url, client=client)) == (("why403", value),)


def test_a_refusal_names_reason_place_party_and_what_else_would_refuse() -> None:
    assert decision_fields(decide(SHOP, url="https://h/b", client="192.0.2.1")) == (
        (
            "why403",
            'refused; reason="network.denied"; rule="p.yaml:1"; by="server"; '
            'also="route.not-found authenticate.no-credential"; '
            'detail="the address 192.0.2.1 is denied by `192.0.2.0/24` (and 2 more would refuse)"',
        ),
        ("server-timing", 'why403;desc="network.denied p.yaml:1"'),
    )


def test_one_more_failure_is_named() -> None:
    fields = dict(decision_fields(decide(SHOP, url="https://h/b")))

    assert 'reason="route.not-found"' in fields["why403"]
    assert 'also="authenticate.no-credential"' in fields["why403"]


def test_a_single_failure_has_no_others() -> None:
    fields = dict(decision_fields(decide(SHOP, url="https://h/a", client="192.0.2.1")))

    assert "also=" not in fields["why403"]


def test_what_a_browser_hides_says_so() -> None:
    fields = dict(decision_fields(decide(SHOP, url="https://h/a", headers={"origin": "https://b"})))

    assert 'by="browser"' in fields["why403"]


def test_a_reason_without_a_rule_has_no_place() -> None:
    fields = dict(decision_fields(decide("{}", headers={"origin": "https://b"})))

    assert "rule=" not in fields["why403"]
    assert fields["server-timing"] == 'why403;desc="cors.no-fields"'


@pytest.mark.parametrize(
    "path",
    [
        pytest.param('/"quoted"', id="quotes"),
        pytest.param("/back\\slash", id="backslashes"),
        pytest.param("/é😀", id="what is not ASCII"),
        pytest.param("/a\r\nset-cookie: x", id="line breaks"),
        pytest.param("/" + "x" * 100_000, id="very long"),
    ],
)
def test_a_field_is_a_structured_field_whatever_was_sent(path: str) -> None:
    string = r'"(?:[ !#-\[\]-~]|\\["\\])*"'
    for name, value in decision_fields(decide(SHOP, url=f"https://h{path}")):
        pattern = rf"refused(; [a-z]+={string})*" if name == "why403" else rf"why403;desc={string}"
        assert re.fullmatch(pattern, value)
        assert len(value) < 1200
