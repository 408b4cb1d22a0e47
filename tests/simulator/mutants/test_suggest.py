"""The case of a request holds for the policy, not for the changed one, and holds no secret."""

from __future__ import annotations

import pytest

from simulator import Policy, Request, evaluate, load_policy
from simulator.cases import read_cases, run_case
from simulator.mutants.suggest import cases_text, parting_case, said, without_key
from simulator.standin import stand_in, with_key

NOW = 1_790_000_000.0
API = "https://api.example"
OPEN = load_policy("{}")


def parted(old: str, new: str, request: Request, *, repeat: int = 1) -> tuple[str, str, str]:
    """The case as text, and what both say."""
    policy, changed = load_policy(old), load_policy(new)
    found = parting_case(policy, changed, request, at=NOW, repeat=repeat)
    assert found is not None
    text = cases_text([found.case])
    (read,) = read_cases(f"cases:\n{text}").cases
    assert not run_case(policy, read, at=NOW).wrong
    assert run_case(changed, read, at=NOW).wrong
    return text, found.old, found.new


def test_an_address() -> None:
    denied = "network: {deny: [203.0.113.0/24]}"

    assert parted(denied, "{}", Request("GET", f"{API}/a", client="203.0.113.9")) == (
        "  - name: GET /a from 203.0.113.9\n"
        "    client: 203.0.113.9\n"
        "    request: {url: https://api.example/a}\n"
        "    expect: {status: 403, reason: network.denied}\n",
        "403 network.denied",
        "200",
    )


def test_a_page_that_the_browser_keeps_from_reading() -> None:
    request = Request("GET", f"{API}/a", {"Origin": "https://app.example"})

    text, old, new = parted("cors: {}", "cors: {origins: ['*']}", request)

    assert "    expect: {status: 200, reason: cors.origin-not-allowed}\n" in text
    assert (old, new) == ("cors.origin-not-allowed", "200")


def test_an_error_that_a_page_reads_and_does_not() -> None:
    policy = "{cors: {origins: ['*']}, network: {default: deny}, errors: {cors_fields: %s}}"
    request = Request("GET", f"{API}/a", {"Origin": "https://app.example"})

    text, old, new = parted(policy % "false", policy % "true", request)

    assert "    expect: {status: 403, reason: network.not-allowed, page: fails}\n" in text
    assert (old, new) == (
        "403 network.not-allowed that the page cannot read",
        "403 network.not-allowed that the page reads",
    )


def test_a_quota() -> None:
    limit = "rate_limits: [{per: client, quota: 2/minute}]"

    text, old, new = parted(limit, "{}", Request("GET", f"{API}/a"), repeat=3)

    assert "    repeat: 3\n" in text
    assert (old, new) == ("429 rate-limit.exceeded", "200")


def test_a_request_in_long_lines() -> None:
    request = Request(
        "OPTIONS",
        f"{API}/a/rather/long/path",
        {
            "origin": "https://app.example",
            "access-control-request-method": "PUT",
            "access-control-request-headers": "x-api-key",
        },
    )

    old, new = (
        f"cors: {{origins: ['*'], {more}}}" for more in ("", "methods: [PUT], headers: ['*']")
    )
    text, _, _ = parted(old, new, request)

    assert text.startswith(
        "  - name: a preflight for PUT /a/rather/long/path and x-api-key from a page of "
        "https://app.example\n"
        "    request:\n"
        "      method: OPTIONS\n"
        "      url: https://api.example/a/rather/long/path\n"
        "      headers: {Origin: https://app.example, Access-Control-Request-Method: PUT, "
    )


def test_what_decides_the_same_has_no_case() -> None:
    assert parting_case(OPEN, OPEN, Request("GET", API), at=NOW) is None


@pytest.mark.parametrize(
    "place",
    ["{header: X-Key}", "bearer", "basic", "{query: key}", "{cookie: session}"],
)
def test_the_key_is_taken_out_of_its_place(place: str) -> None:
    policy = stand_in(load_policy(f"credentials: [{place}]\nkeys: [{{id: web, key: s3cret}}]"))
    asked = Request("GET", f"{API}/a?b=c", {"Accept": "*/*", "Cookie": "a=b"}, client="192.0.2.1")

    bare, key = without_key(policy, with_key(policy, asked, policy.keys[0]))

    assert key is not None
    assert (key.id, bare) == ("web", asked)


def test_what_carries_no_key_is_left_as_it_is() -> None:
    request = Request("GET", f"{API}/a", {"X-Api-Key": "not-a-key"})

    assert without_key(keyed(), request) == (request, None)


def keyed() -> Policy:
    return load_policy("keys: [{id: web, key: s3cret, expires: 2027-01-01}]\nroutes: [{path: /a}]")


def test_a_case_names_its_key_and_the_time_that_it_is_good_for() -> None:
    policy = keyed()
    at = policy.keys[0].expires
    assert at is not None
    request = with_key(policy, Request("GET", f"{API}/a", at=at), policy.keys[0])

    found = parting_case(policy, load_policy("{}"), request, at=NOW)

    assert found is not None
    text = cases_text([found.case])
    assert "s3cret" not in text
    assert text == (
        "  - name: GET /a with key web at 2027-01-01\n"
        "    at: 2027-01-01\n"
        "    request: {url: https://api.example/a, key: web}\n"
        "    expect: {status: 401, reason: authenticate.expired}\n"
    )


def test_names_that_are_taken_are_numbered() -> None:
    found = parting_case(load_policy("network: {default: deny}"), OPEN, Request("GET", API), at=NOW)
    assert found is not None

    text = cases_text([found.case, found.case], taken={"GET /", "GET / (2)"})

    assert text.count("  - name: GET / (3)\n") == 2
    assert cases_text([]) == ""


def test_what_came_of_a_request_in_a_word() -> None:
    assert said(evaluate(OPEN, Request("GET", API))) == "200"
