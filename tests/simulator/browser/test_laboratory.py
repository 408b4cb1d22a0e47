"""What the names of a recorded case stand for."""

from __future__ import annotations

import pytest

from simulator.browser.laboratory import (
    PROFILES,
    document_headers,
    is_nowhere,
    laboratory_space,
)


@pytest.mark.parametrize(
    ("host", "space"),
    [
        ("app.corp.test", "loopback"),
        ("api.pub.test", "public"),
        ("printer.lan.test", "local"),
        ("app.corp.test.", "loopback"),
        ("localhost", "loopback"),
        ("10.0.0.1", "local"),
        ("[::1]", "loopback"),
        ("192.0.2.1", "public"),
        ("api.example", None),
        ("nottest", None),
    ],
)
def test_a_name_says_in_which_network_it_is(host: str, space: str | None) -> None:
    assert laboratory_space(host) == space


@pytest.mark.parametrize(
    ("url", "headers"),
    [
        ("http://app.corp.test/p/plain", ()),
        ("http://app.corp.test/p/csp-none", (("content-security-policy", "connect-src 'none'"),)),
        (
            "https://app.corp.test/p/coep-require?x#y",
            (("cross-origin-embedder-policy", "require-corp"),),
        ),
        ("http://app.corp.test/q/csp-none", ()),
    ],
)
def test_a_document_is_sent_with_what_its_path_says(
    url: str, headers: tuple[tuple[str, str], ...]
) -> None:
    assert document_headers(url) == headers


@pytest.mark.parametrize(
    ("host", "nowhere"), [("a.invalid", True), ("invalid", True), ("invalid.test", False)]
)
def test_some_names_never_resolve(host: str, nowhere: bool) -> None:
    assert is_nowhere(host) == nowhere


def test_a_profile_says_what_the_user_says() -> None:
    assert {name: profile.permission for name, profile in PROFILES.items()} == {
        "default": "disabled",
        "lna-default": "denied",
        "lna-denied": "denied",
        "lna-granted": "granted",
        "lna-disabled": "disabled",
    }
