"""Does the page's own policy let it load from there?

Content Security Policy Level 3, sections 2.2 (policies), 6.7.2 (matching a URL against source
expressions) and 6.8.3 (which directive stands in for which). Every policy that the page came with
has to agree. Chromium allows a port only together with its scheme where the standard looks at each
by itself, and admits addresses; what only scripts know (nonces, hashes) is not modelled.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple
from urllib.parse import unquote_to_bytes

from simulator.browser.address_space import space_of
from simulator.browser.engine import Engine, Unsupported
from simulator.browser.failure import Failure
from simulator.browser.url import DEFAULT_PORTS, WebUrl
from simulator.message import Headers
from simulator.problem import quote
from simulator.reasons.page import CONTENT_SECURITY_POLICY

CONNECT = ("connect-src", "default-src")
"""The directives that say where script may connect: the first that is there counts."""

_STEP = "Fetch, main fetch, step 7"
_WHITESPACE = "\t\n\f\r "
_SCHEME_SOURCE = re.compile(r"([a-z][a-z0-9+.\-]*):", re.IGNORECASE)
_HOST_SOURCE = re.compile(
    r"""(?:(?P<scheme>[a-z][a-z0-9+.\-]*)://)?
    (?P<host>\*|(?:\*\.)?[a-z0-9\-]+(?:\.[a-z0-9\-]+)*)
    (?::(?P<port>[0-9]+|\*))?
    (?P<path>/.*)?""",
    re.IGNORECASE | re.VERBOSE,
)
_SECURE = {"http": ("https",), "ws": ("wss",)}
# To the standard a source for a WebSocket is one for HTTP to the same server too.
_SECURE_IN_THE_STANDARD = {"http": ("https",), "ws": ("wss", "http", "https"), "wss": ("https",)}
# What lets an element load whatever its URL is.
_BY_OTHER_MEANS = ("'nonce-", "'sha256-", "'sha384-", "'sha512-")
# These change where a request goes, or whence it is taken to come.
_NOT_MODELLED = ("upgrade-insecure-requests", "treat-as-public-address")


class Policy(NamedTuple):
    """One policy: its directives by name, each with its values."""

    directives: Mapping[str, tuple[str, ...]]

    @property
    def makes_opaque(self) -> bool:
        """Whether the page is sandboxed and so has an origin of its own (HTML section 7.1.5)."""
        flags = self.directives.get("sandbox")
        return flags is not None and "allow-same-origin" not in map(str.lower, flags)

    def sources(self, names: tuple[str, ...]) -> tuple[str, ...] | None:
        """The source list that counts, or None where the policy says nothing."""
        return next((self.directives[name] for name in names if name in self.directives), None)


def read_policies(headers: Headers) -> tuple[Policy, ...]:
    """The policies that a document was sent with; those that only report are none."""
    found = (headers.get("content-security-policy") or "").split(",")
    policies = [_read_policy(text) for text in found]
    return tuple([policy for policy in policies if policy.directives])


def _read_policy(text: str) -> Policy:
    directives: dict[str, tuple[str, ...]] = {}
    for part in text.split(";"):
        words = part.strip(_WHITESPACE).split()
        if words and part.isascii():
            directives.setdefault(words[0].lower(), tuple(words[1:]))
    return Policy(MappingProxyType(directives))


def check_policies(
    policies: tuple[Policy, ...],
    url: WebUrl,
    page: WebUrl | None,
    names: tuple[str, ...],
    engine: Engine,
    *,
    redirected: bool = False,
) -> Failure | None:
    """Why the page may not load the URL. `names` are the directives that may say so, the most
    particular first; `redirected`: paths do not count then, or they would tell where to."""
    for policy in policies:
        for name in _NOT_MODELLED:
            if name in policy.directives:
                raise Unsupported(f"the directive {quote(name)} is not modelled")
        sources = policy.sources(names)
        if sources is None:
            continue
        matches = any(_matches(s, url, page, engine, redirected=redirected) for s in sources)
        if names[0].startswith(("script-", "style-")) and not _is_certain(sources, matches):
            raise Unsupported("whether a nonce or a hash lets the element load is not known")
        if not matches:
            return Failure(CONTENT_SECURITY_POLICY, _STEP)
    return None


def _is_certain(sources: tuple[str, ...], matches: bool) -> bool:
    """Whether the URL alone decides for an element that may also be known by a nonce or hash."""
    words = [source.lower() for source in sources]
    if "'strict-dynamic'" in words:
        return False
    return matches or not any(word.startswith(_BY_OTHER_MEANS) for word in words)


def _matches(
    expression: str, url: WebUrl, page: WebUrl | None, engine: Engine, *, redirected: bool
) -> bool:
    """CSP section 6.7.2.8, "does url match expression in origin with redirect count"."""
    if expression == "*" and (
        url.scheme in ("http", "https") or (page is not None and url.scheme == page.scheme)
    ):
        return True
    if expression.lower() == "'self'":
        return page is not None and _is_self(url, page, engine)
    match = _SCHEME_SOURCE.fullmatch(expression)
    if match is not None:
        return _scheme_matches(match[1].lower(), url, engine)
    match = _HOST_SOURCE.fullmatch(expression)
    if match is None:
        return False
    scheme = match["scheme"] or ("" if page is None else page.scheme)
    return (
        bool(url.host)
        and _scheme_matches(scheme.lower(), url, engine)
        and _host_matches(match["host"].lower(), url.host, engine)
        and _port_matches(match["port"], scheme.lower(), url, engine)
        and _path_matches(match["path"] or "", url, engine, redirected=redirected)
    )


def _is_self(url: WebUrl, page: WebUrl, engine: Engine) -> bool:
    if url.origin == page.origin != "null":
        return True
    if url.host != page.host or (page.scheme, url.scheme) != ("http", "https"):
        return False
    # To the default port for the secure scheme, if the page came from that for its own.
    return page.port == url.port and (engine == "standard" or page.port is None)


def _scheme_matches(scheme: str, url: WebUrl, engine: Engine) -> bool:
    secure = _SECURE if engine == "chromium" else _SECURE_IN_THE_STANDARD
    return url.scheme == scheme or url.scheme in secure.get(scheme, ())


def _host_matches(pattern: str, host: str, engine: Engine) -> bool:
    if engine == "standard" and space_of(host) is not None:
        return False  # an address
    return pattern == "*" or (
        host.endswith(pattern[1:]) if pattern.startswith("*.") else host == pattern
    )


def _port_matches(port: str | None, scheme: str, url: WebUrl, engine: Engine) -> bool:
    """`scheme` is the source's."""
    default = DEFAULT_PORTS.get(url.scheme)
    actual = default if url.port is None else url.port
    if port == "*" or (port is None and actual == default):
        return True
    if port is None:
        return False
    if engine == "standard":
        return int(port) == actual
    # What is upgraded to the secure scheme goes to that scheme's port.
    upgraded = url.scheme != scheme
    if int(port) == actual:
        return not upgraded or actual == default
    return upgraded and (int(port), actual) == (80, 443)


def _path_matches(path: str, url: WebUrl, engine: Engine, *, redirected: bool) -> bool:
    bare = re.split("[?#]", path, maxsplit=1)[0]
    if engine == "standard" and bare != path:
        return False  # not a source at all
    if not bare or redirected:
        return True
    wanted, actual = unquote_to_bytes(bare), unquote_to_bytes(url.path)
    return actual.startswith(wanted) if wanted.endswith(b"/") else actual == wanted
