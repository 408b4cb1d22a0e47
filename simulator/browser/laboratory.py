"""What do the names in a recorded case stand for?

Recordings of real browsers are made on one machine, with names below `.test`, which no real host
has (RFC 6761 section 6.2). A case may say itself what its names mean (`page.headers`, `spaces`);
where it does not, this is the laboratory they come from.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from simulator.browser.address_space import Permission, Space, space_of_host

# What the documents at `/p/NAME` of a laboratory's host are sent with.
DOCUMENTS: Mapping[str, tuple[tuple[str, str], ...]] = {
    "coep-require": (("cross-origin-embedder-policy", "require-corp"),),
    "coep-credentialless": (("cross-origin-embedder-policy", "credentialless"),),
    "csp-none": (("content-security-policy", "connect-src 'none'"),),
    "csp-self": (("content-security-policy", "connect-src 'self'"),),
    "csp-api": (("content-security-policy", "connect-src http://api.corp.test"),),
    "sandbox": (("content-security-policy", "sandbox allow-scripts"),),
}
# The laboratory's networks, by the end of a host's name; everything else is the machine itself.
_NETWORKS: Mapping[str, Space] = {".pub.test": "public", ".lan.test": "local", ".test": "loopback"}


class Profile(NamedTuple):
    """How the browser was set up: what its user says to a page that reaches inwards."""

    permission: Permission


PROFILES: Mapping[str, Profile] = {
    "default": Profile("disabled"),
    "lna-default": Profile("denied"),  # nobody is there to be asked, which counts as a no
    "lna-denied": Profile("denied"),
    "lna-granted": Profile("granted"),
    "lna-disabled": Profile("disabled"),
}


def laboratory_space(host: str) -> Space | None:
    """The address space of a host in a laboratory, or None where its name says nothing."""
    known = space_of_host(host)
    if known is not None:
        return known
    name = host.rstrip(".")
    return next((space for end, space in _NETWORKS.items() if name.endswith(end)), None)


def document_headers(url: str) -> tuple[tuple[str, str], ...]:
    """The fields that a laboratory's document was sent with."""
    kind = url.partition("#")[0].partition("?")[0].rpartition("/p/")[2]
    return DOCUMENTS.get(kind, ())


def is_nowhere(host: str) -> bool:
    """Whether the name is one that no host will ever have (RFC 6761 section 6.4)."""
    return host == "invalid" or host.endswith(".invalid")
