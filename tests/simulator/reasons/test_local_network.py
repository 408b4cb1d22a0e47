"""Where a page may not reach a device of the local network."""

from __future__ import annotations

import pytest

from simulator import REASONS, Finding, Outcome, Party
from simulator.reasons import local_network

VALUES = {
    "url": "http://192.168.1.1/",
    "origin": "https://shop.example",
    "value": "local",
    "parameter": "loopback",
}


@pytest.mark.parametrize(
    ("code", "text"),
    [
        pytest.param(
            "local-network.permission-denied",
            "`http://192.168.1.1/` is in the address space `local`, which the user has not let "
            "the page at `https://shop.example` into",
            id="permission",
        ),
        pytest.param(
            "local-network.insecure-page",
            "`http://192.168.1.1/` is in the address space `local`, and the page at "
            "`https://shop.example` is not secure",
            id="secure context",
        ),
        pytest.param(
            "local-network.wrong-space",
            "`targetAddressSpace` says `loopback`, and `http://192.168.1.1/` is in `local`",
            id="space",
        ),
    ],
)
def test_a_failure_is_told_in_a_sentence(code: str, text: str) -> None:
    finding = Finding("local_network", Outcome.FAIL, values=VALUES, reason=REASONS[code])

    assert finding.text == text


def test_nothing_is_sent_so_no_server_has_a_status_for_it() -> None:
    assert {(r.party, r.status) for r in local_network.REASONS} == {(Party.BROWSER, 0)}


def test_chromium_calls_all_of_them_cors_though_fetch_does_not_know_them() -> None:
    assert all(r.chromium and not r.firefox for r in local_network.REASONS)
    assert all(r.spec.startswith("WICG Local Network Access") for r in local_network.REASONS)
