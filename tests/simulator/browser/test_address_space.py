"""Which network an address is in, and which page may reach into it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.browser.address_space import (
    NAMES,
    Permission,
    Space,
    check_local_network,
    space_of,
    space_of_host,
)

# The table of WICG Local Network Access, section 2.1: the first and last address of each block and
# its neighbours.
EDGES: list[tuple[str, Space]] = [
    ("126.255.255.255", "public"), ("127.0.0.0", "loopback"), ("127.255.255.255", "loopback"),
    ("128.0.0.0", "public"), ("0.0.0.0", "loopback"), ("0.0.0.1", "local"),
    ("0.255.255.255", "local"), ("1.0.0.0", "public"), ("9.255.255.255", "public"),
    ("10.0.0.0", "local"), ("10.255.255.255", "local"), ("11.0.0.0", "public"),
    ("100.63.255.255", "public"), ("100.64.0.0", "local"), ("100.127.255.255", "local"),
    ("100.128.0.0", "public"), ("169.253.255.255", "public"), ("169.254.0.0", "local"),
    ("169.254.255.255", "local"), ("169.255.0.0", "public"), ("172.15.255.255", "public"),
    ("172.16.0.0", "local"), ("172.31.255.255", "local"), ("172.32.0.0", "public"),
    ("192.167.255.255", "public"), ("192.168.0.0", "local"), ("192.168.255.255", "local"),
    ("192.169.0.0", "public"), ("198.17.255.255", "public"), ("198.18.0.0", "loopback"),
    ("198.19.255.255", "loopback"), ("198.20.0.0", "public"), ("::", "loopback"),
    ("::1", "loopback"), ("::2", "public"), ("[::1]", "loopback"),
    ("fbff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "public"), ("fc00::", "local"),
    ("fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "local"), ("fe00::", "public"),
    ("fe80::", "local"), ("febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "local"),
    ("fec0::", "local"), ("feff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "local"),
    ("ff00::", "public"), ("2001:db7:ffff:ffff:ffff:ffff:ffff:ffff", "public"),
    ("2001:db8::", "local"), ("2001:db9::", "public"), ("3ffe:ffff::", "public"),
    ("3fff::", "local"), ("3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff", "local"),
    ("3fff:1000::", "public"), ("::ffff:127.0.0.1", "loopback"), ("::ffff:10.0.0.1", "local"),
    ("::ffff:8.8.8.8", "public"),
]  # fmt: skip


@pytest.mark.parametrize(("address", "space"), EDGES)
def test_an_address_is_in_the_space_of_its_block(address: str, space: Space) -> None:
    assert space_of(address) == space


@pytest.mark.parametrize(
    "text", ["", "localhost", "10.0.0", "10.0.0.1:80", "0x7f.1", "fe80::1%eth0"]
)
def test_what_is_no_address_has_no_space_of_its_own(text: str) -> None:
    assert space_of(text) is None


@pytest.mark.parametrize(
    ("host", "space"),
    [
        ("localhost", "loopback"),
        ("localhost.", "loopback"),
        ("app.localhost", "loopback"),
        ("app.localhost.", "loopback"),
        ("notlocalhost", None),
        ("localhost.example", None),
        ("printer.local", None),
        ("192.168.1.1", "local"),
        ("[fe80::1]", "local"),
    ],
)
def test_a_host_shows_its_space_by_its_name_or_not_at_all(host: str, space: Space | None) -> None:
    assert space_of_host(host) == space


# The check


@pytest.mark.parametrize(
    ("target", "secure", "wanted", "permission", "chromium"),
    [
        pytest.param(
            "local", False, None, "granted", "InsecureLocalNetwork",
            id="an insecure page, whatever the user said",
        ),
        pytest.param(
            "loopback", False, "local", "denied", "InsecureLocalNetwork",
            id="an insecure page that names the wrong space",
        ),
        pytest.param(
            "loopback", True, "local", "granted", "InvalidLocalNetworkAccess",
            id="the wrong space",
        ),
        pytest.param(
            "loopback", True, "private", "denied", "InvalidLocalNetworkAccess",
            id="the wrong space by its older name, before the permission",
        ),
        pytest.param(
            "local", True, "loopback", "denied", "InvalidLocalNetworkAccess",
            id="the wrong space the other way round",
        ),
        pytest.param(
            "local", True, None, "denied", "LocalNetworkAccessPermissionDenied", id="denied",
        ),
        pytest.param(
            "local", True, "private", "denied", "LocalNetworkAccessPermissionDenied",
            id="denied, the right space named",
        ),
        pytest.param(
            "local", True, "unknown", "denied", "LocalNetworkAccessPermissionDenied",
            id="denied, a space named that is none",
        ),
    ],
)  # fmt: skip
def test_a_public_page_is_kept_out(
    target: Space, secure: bool, wanted: str | None, permission: Permission, chromium: str
) -> None:
    failed = check_local_network(
        "public", target, secure=secure, wanted=wanted, permission=permission
    )

    assert failed is not None
    assert failed.chromium == chromium
    assert failed.values["value"] == target
    assert failed.step == failed.reason.spec
    # The protocol's parameter is empty for all of them.
    assert failed.parameter == ""


def test_the_space_that_the_page_named_is_told_by_its_present_name() -> None:
    failed = check_local_network(
        "public", "loopback", secure=True, wanted="private", permission="granted"
    )

    assert failed is not None
    assert failed.values["parameter"] == "local"


SPACES = st.sampled_from(["public", "local", "loopback"])


@given(SPACES, SPACES, st.booleans(), st.sampled_from([None, *NAMES]))
def test_only_public_pages_that_reach_inwards_are_asked(
    page: Space, target: Space, secure: bool, wanted: str | None
) -> None:
    failed = check_local_network(page, target, secure=secure, wanted=wanted, permission="denied")

    assert (failed is not None) == (page == "public" and target != "public")


@given(SPACES, SPACES, st.booleans(), st.sampled_from([None, *NAMES]))
def test_a_browser_that_does_not_ask_lets_everybody_in(
    page: Space, target: Space, secure: bool, wanted: str | None
) -> None:
    found = check_local_network(page, target, secure=secure, wanted=wanted, permission="disabled")

    assert found is None
