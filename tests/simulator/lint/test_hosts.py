"""Whose a host is."""

from __future__ import annotations

import pytest

from simulator.lint.hosts import is_internal, is_loopback, is_public_suffix, shared_by


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("com", True),
        ("co.uk", True),
        ("github.io", True),
        ("netlify.app", True),
        ("vercel.app", True),
        ("shop.example", False),
        ("preview.shop.co.uk", False),
        ("internal", False),
        ("localhost", False),
    ],
)
def test_a_public_suffix_is_one_of_the_list_or_a_later_one(host: str, expected: bool) -> None:
    assert is_public_suffix(host) == expected


@pytest.mark.parametrize(
    ("host", "shared"),
    [
        ("codepen.io", True),
        ("s3.amazonaws.com", True),
        ("s3.eu-west-1.amazonaws.com", True),
        ("storage.googleapis.com", True),
        ("photos.s3.amazonaws.com", False),
        ("shop.github.io", False),
        ("amazonaws.com", False),
    ],
)
def test_a_host_is_shared_where_many_have_one_origin(host: str, shared: bool) -> None:
    assert bool(shared_by(host)) == shared


@pytest.mark.parametrize(
    ("host", "loopback", "internal"),
    [
        ("localhost", True, True),
        ("localhost:5173", True, True),
        ("app.localhost", True, False),
        ("127.0.0.1:8080", True, False),
        ("[::1]", True, False),
        ("[::1]:8080", True, False),
        ("backend", False, True),
        ("backend:8080", False, True),
        ("orders.svc", False, True),
        ("db.internal", False, True),
        ("10.0.0.5", False, False),
        ("shop.example", False, False),
        ("localhost.example.com", False, False),
    ],
)
def test_a_host_is_the_machine_itself_or_known_in_its_network_alone(
    host: str, loopback: bool, internal: bool
) -> None:
    assert (is_loopback(host), is_internal(host)) == (loopback, internal)
