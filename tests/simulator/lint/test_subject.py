"""What of a policy is looked at: its sections, and which applies where."""

from __future__ import annotations

from linting import policy

from simulator.hazard import Rule
from simulator.lint.subject import STRANGER, Subject, sample
from simulator.origin import OriginPattern

POLICY = """\
network: {default: deny, allow: [10.0.0.0/8]}
cors: {origins: [https://a.example, "*"], credentials: true}
routes:
  - path: /a
  - path: /b
    cors: {behaviour: starlette, origins: ["*"], credentials: true}
    network: {deny: [10.1.0.0/16]}
    response: {headers: {X-Total: "7", set-cookie: [a=1, b=2]}}
"""
RULE = Rule("area/name", "warning", "title", "why", "instead", "{}")


def test_a_routes_own_section_applies_to_it_alone() -> None:
    subject = Subject(policy(POLICY))
    a, b = subject.routes

    assert [section.path for section in subject.grantings] == ["cors", "routes/1/cors"]
    assert [section.path for section in subject.networks] == ["network", "routes/1/network"]
    for own in (subject.grantings[0], subject.networks[0]):
        assert list(subject.under(own)) == [a]
    for others in (subject.grantings[1], subject.networks[1]):
        assert list(subject.under(others)) == [b]
    assert [g.path for r in (a, b, None) if (g := subject.granting(r))] == [
        "cors", "routes/1/cors", "cors",
    ]  # fmt: skip


def test_without_routes_a_section_applies_to_whatever_is_asked_for() -> None:
    subject = Subject(policy("cors: {origins: [https://a.example]}"))

    assert list(subject.under(subject.grantings[0])) == [None]


def test_an_origin_is_admitted_with_cookies_as_its_family_does_it() -> None:
    standard, starlette = Subject(policy(POLICY)).grantings

    assert [standard.admits(o) for o in ("https://a.example", STRANGER)] == [True, True]
    assert [standard.admits_cookies(o) for o in ("https://a.example", STRANGER)] == [True, False]
    assert starlette.admits_cookies(STRANGER)


def test_an_origin_listed_by_name_stands_for_those_that_are_admitted() -> None:
    assert Subject(policy(POLICY)).grantings[0].some_origin == "https://a.example"
    assert Subject(policy("cors: {}")).grantings[0].some_origin is None


def test_a_sample_is_an_origin_that_its_entry_admits() -> None:
    for text in ("*", "null", "https://a.example", "https://*.a.example", "http://localhost:*"):
        pattern = OriginPattern.parse(text)
        assert pattern.matches(sample(pattern)), text


def test_a_list_stands_where_it_is_written_and_the_section_where_it_is_left_out() -> None:
    section = Subject(policy(POLICY)).grantings[0]

    assert section.place("origins", "*") == "cors/origins/1"
    assert section.place("origins") == "cors/origins"
    assert section.place("headers") == "cors"
    assert section.origin_path(1) == "cors/origins/1"


def test_a_field_of_an_answer_keeps_its_place_whatever_its_case() -> None:
    subject = Subject(policy(POLICY))
    (response,) = subject.responses

    assert list(response.lines("set-cookie")) == [
        ("routes/1/response/headers/set-cookie/0", "a=1"),
        ("routes/1/response/headers/set-cookie/1", "b=2"),
    ]
    assert response.fields.get("x-total") == "7"
    hazard = subject.hazard(RULE, "routes/1/response/headers/x-total", "message")
    assert (hazard.path, hazard.span.line) == ("routes/1/response/headers/X-Total", 8)


def test_quotas_are_counted_where_a_route_has_none_of_its_own() -> None:
    text = "cors: {origins: [https://a.example]}\nrate_limits: [{per: client, quota: 1/minute}]\n"
    subject = Subject(policy(text))
    none = Subject(policy(text + "routes: [{path: /a, rate_limits: []}]"))

    assert subject.counts(subject.grantings[0])
    assert not none.counts(none.grantings[0])


def test_a_role_has_the_scopes_that_it_inherits() -> None:
    subject = Subject(policy("roles: {a: [x], b: {inherits: [a], scopes: [y]}}"))

    assert subject.scopes_of("b") == {"x", "y"}


def test_a_few_addresses_that_a_section_admits_are_known() -> None:
    subject = Subject(policy(POLICY))

    assert subject.welcome(subject.networks[0]) == (10 << 24,)
