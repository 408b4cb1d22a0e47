"""How long keys are good for, and where they are kept and sent."""

from __future__ import annotations

import pytest
from linting import look, told, witness
from strategies import NOON

DAY = 86_400


def keys(*entries: str) -> str:
    return f"keys: [{', '.join(f'{{{entry}}}' for entry in entries)}]"


ENDLESS = "id: a, env: WEB_KEY"
ENDING = "id: b, env: DESK_KEY, expires: 2037-01-01"
SECRET = "id: c, key: example-1, expires: 2037-01-01"


@pytest.mark.parametrize(
    ("entries", "code", "expected"),
    [
        ((ENDLESS,), "keys/no-expiry", ["keys/0"]),
        ((ENDING,), "keys/no-expiry", []),
        ((ENDING, ENDLESS), "keys/no-expiry", ["keys/1"]),
        ((ENDLESS, "id: b, env: DESK_KEY"), "keys/no-expiry", ["keys"]),
        ((ENDING, "id: b2, env: WEB_KEY, revoked: true"), "keys/no-expiry", []),
        ((SECRET,), "keys/secret-in-file", ["keys/0"]),
        ((ENDING, SECRET), "keys/secret-in-file", ["keys/1"]),
        ((SECRET, "id: d, key: example-2"), "keys/secret-in-file", ["keys"]),
        ((f"id: e, sha256: {'a' * 64}",), "keys/secret-in-file", []),
    ],
)
def test_what_is_so_of_every_key_is_told_once(
    entries: tuple[str, ...], code: str, expected: list[str]
) -> None:
    assert told(keys(*entries), code) == [(path, "note") for path in expected]


@pytest.mark.parametrize(
    ("expires", "at", "code"),
    [
        ("2026-06-01", NOON, "keys/expired"),
        ("2026-06-02", NOON, "keys/expires-soon"),
        ("2026-06-15", NOON, "keys/expires-soon"),
        ("2026-06-16", NOON, None),
        ("2020-01-01", None, None),
    ],
)
def test_a_keys_time_is_over_or_soon_will_be(
    expires: str, at: float | None, code: str | None
) -> None:
    text = keys(f"{ENDLESS}, expires: {expires}", "id: other, env: DESK_KEY")

    found = [c for c in ("keys/expired", "keys/expires-soon") if told(text, c, at=at)]

    assert found == ([code] if code else [])


@pytest.mark.parametrize(
    ("expires", "said"),
    [
        ("2026-06-01T18:00:00Z", "within hours, on 2026-06-01"),
        ("2026-06-02T12:00:00Z", "in 1 day, on 2026-06-02"),
        ("2026-06-08T12:00:00Z", "in 7 days, on 2026-06-08"),
    ],
)
def test_how_soon_is_said(expires: str, said: str) -> None:
    (found,) = look(keys(f"{ENDLESS}, expires: {expires}"), "keys/expires-soon")

    assert found.message == f"key `a` expires {said}; give its owner another"


@pytest.mark.parametrize(
    ("entries", "found"),
    [
        (("id: a, env: WEB_KEY, revoked: true",), True),
        (("id: a, env: WEB_KEY, revoked: true", "id: b, env: DESK_KEY, expires: 2020-01-01"), True),
        (("id: a, env: WEB_KEY, not_before: 2037-01-01",), True),
        (("id: a, env: WEB_KEY, revoked: true", ENDING), False),
    ],
)
def test_no_key_is_in_force(entries: tuple[str, ...], found: bool) -> None:
    expected = [("keys", "error")] if found else []

    assert told(keys(*entries), "keys/none-valid") == expected


def test_a_request_with_a_revoked_key_shows_it() -> None:
    _, allowed, reason = witness(keys("id: a, env: WEB_KEY, revoked: true"), "keys/none-valid")

    assert (allowed, reason) == (False, "authenticate.revoked")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"credentials: [bearer, {{query: k}}]\n{keys(ENDING)}", ["credentials/1"]),
        (f"credentials: [bearer, {{cookie: k}}]\n{keys(ENDING)}", []),
        ("credentials: [{query: k}]", []),
    ],
)
def test_keys_are_taken_from_the_url(text: str, expected: list[str]) -> None:
    assert [path for path, _ in told(text, "keys/in-query")] == expected
