"""From where a key is good."""

from __future__ import annotations

import pytest
from linting import look, told, witness

NETWORK = "network: {default: deny, allow: [10.0.0.0/8]}\n"


def key(more: str) -> str:
    return f"keys: [{{id: a, env: WEB_KEY, {more}}}]\n"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        pytest.param(NETWORK + key("networks: [192.168.0.0/16]"), True, id="none is let in"),
        pytest.param(NETWORK + key("networks: [192.168.0.0/16, 10.1.0.0/16]"), False, id="one is"),
        pytest.param(NETWORK + key("networks: [0.0.0.0/0]"), False, id="a part is"),
        pytest.param(key("networks: [192.168.0.0/16]"), False, id="no rules"),
        pytest.param(
            NETWORK + key("networks: [192.168.0.0/16]") + "routes: [{path: /a, network: {}}]",
            False,
            id="a route has its own",
        ),
    ],
)
def test_a_keys_networks_are_refused(text: str, found: bool) -> None:
    expected = [("keys/0/networks", "error")] if found else []

    assert told(text, "keys/network-refused") == expected


def test_a_request_from_the_keys_network_shows_it() -> None:
    request, allowed, reason = witness(
        NETWORK + key("networks: [192.168.0.0/16]"), "keys/network-refused"
    )

    assert (request.client, allowed, reason) == ("192.168.0.1", False, "network.not-allowed")


CORS = "cors: {origins: [https://a.example], headers: [x-api-key]}\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (CORS + key("origins: [https://a.example, https://b.example]"), ["keys/0/origins/1"]),
        (CORS + key("origins: [https://a.example]"), []),
        (key("origins: [https://b.example]"), []),
        (f"hosts: [b.example]\n{CORS}{key('origins: [https://b.example]')}", []),
        (CORS.replace("[https", "['*', https") + key("origins: [https://b.example]"), []),
    ],
)
def test_a_keys_origin_is_not_admitted(text: str, expected: list[str]) -> None:
    assert [path for path, _ in told(text, "keys/origin-not-admitted")] == expected


def test_a_request_of_the_keys_page_shows_it() -> None:
    request, allowed, reason = witness(
        CORS + key("origins: [https://b.example]"), "keys/origin-not-admitted"
    )

    assert request.headers.get("origin") == "https://b.example"
    assert (allowed, reason) == (False, "cors.origin-not-allowed")


@pytest.mark.parametrize(
    ("origin", "found"),
    [
        ("null", True),
        ("*", True),
        ("https://*.github.io", True),
        ("https://*.shop.example", False),
        ("https://shop.github.io", False),
    ],
)
def test_a_key_is_bound_to_origins_that_anybody_can_have(origin: str, found: bool) -> None:
    expected = [("keys/0/origins/0", "warning")] if found else []

    assert told(key(f"origins: ['{origin}']"), "keys/bound-to-strangers") == expected


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ("networks: [10.0.0.0/8, 10.1.0.0/16]", ["keys/0/networks/1"]),
        ("networks: [10.0.0.0/8, 192.168.0.0/16]", []),
        ("origins: [https://w.a.example, 'https://*.a.example']", ["keys/0/origins/0"]),
        ("origins: [https://a.example, 'https://*.a.example']", []),
    ],
)
def test_an_entry_is_inside_another_of_the_key(more: str, expected: list[str]) -> None:
    found = look(key(more), "keys/covered-entry")

    assert [h.path for h in found] == expected
    assert [edit.path for h in found for edit in h.edits] == expected
