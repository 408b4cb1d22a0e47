"""May a page reach into this more private network?

WICG Local Network Access, sections 2.1 (IP address spaces) and 3.1 (checks). Asked before a byte is
sent, and whatever the mode; Chromium since version 142. A page of a public address reaches the
local network or the machine itself only from a secure context and with the user's permission.
"""

from __future__ import annotations

from typing import Literal

from netaddr import INET_PTON, AddrFormatError, IPAddress, IPSet

from simulator.browser.failure import Failure
from simulator.decision import Reason
from simulator.reasons.local_network import DENIED, INSECURE, WRONG_SPACE

type Space = Literal["public", "local", "loopback"]
type Permission = Literal["granted", "denied", "disabled"]
"""What the user, or the browser's setting, says to it; "disabled": the browser does not ask."""

_LOOPBACK = IPSet(["127.0.0.0/8", "0.0.0.0/32", "198.18.0.0/15", "::1/128", "::/128"])
_LOCAL = IPSet(
    [
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "169.254.0.0/16", "172.16.0.0/12",
        "192.168.0.0/16", "fc00::/7", "fe80::/10", "fec0::/10", "2001:db8::/32", "3fff::/20",
    ]
)  # fmt: skip
NAMES: dict[str, Space | None] = {
    "public": "public", "local": "local", "private": "local", "loopback": "loopback",
    "unknown": None,
}  # fmt: skip
"""What a page may write as `targetAddressSpace`; `private` is the older word for `local`."""


def space_of(address: str) -> Space | None:
    """The address space of an IP address (IPv6 in brackets or not), or None for what is none."""
    try:
        found = IPAddress(address.strip("[]"), flags=INET_PTON)
    except (AddrFormatError, ValueError):
        return None
    if found.is_ipv4_mapped():
        found = found.ipv4()
    if found in _LOOPBACK:
        return "loopback"
    return "local" if found in _LOCAL else "public"


def space_of_host(host: str) -> Space | None:
    """The address space that a URL's host shows by itself: an address, or a name for localhost."""
    if host == "localhost" or host.endswith((".localhost", ".localhost.")) or host == "localhost.":
        return "loopback"
    return space_of(host)


def check_local_network(
    page: Space, target: Space, *, secure: bool, wanted: str | None, permission: Permission
) -> Failure | None:
    """Why the page may not reach the target. `wanted` is what it wrote as `targetAddressSpace`."""
    if permission == "disabled" or page != "public" or target == "public":
        return None
    if not secure:
        return _failure(INSECURE, target)
    expected = NAMES.get(wanted) if wanted is not None else None
    if expected is not None and expected not in ("public", target):
        return _failure(WRONG_SPACE, target).with_values(parameter=expected)
    return _failure(DENIED, target) if permission == "denied" else None


def _failure(reason: Reason, target: Space) -> Failure:
    return Failure(reason, reason.spec, chromium=reason.chromium[0], values={"value": target})
