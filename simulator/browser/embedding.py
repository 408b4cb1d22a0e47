"""May a page load this without being allowed to read it?

Fetch section 3.7 (Cross-Origin-Resource-Policy) with HTML section 7.1.4 (embedder policies). Asked
for opaque answers alone: an answer that passed a CORS check is allowed already.
"""

from __future__ import annotations

from typing import Literal

from simulator.browser.failure import Failure
from simulator.browser.url import WebUrl
from simulator.browser.words import without_secrets
from simulator.message import Headers
from simulator.reasons.page import EMBEDDER_POLICY, RESOURCE_POLICY

type Embedder = Literal["unsafe-none", "require-corp", "credentialless"]


def check_resource_policy(
    headers: Headers, page: WebUrl | None, url: WebUrl, embedder: Embedder
) -> Failure | None:
    """Why the answer is kept out. `page` is the page's URL, None for an opaque origin."""
    policy = headers.get("cross-origin-resource-policy")
    defaulted = False
    # Values are exact: another case, or a list, counts for nothing.
    if policy not in ("same-origin", "same-site", "cross-origin"):
        policy = None
        # A credentialless page's request carries none, so that nothing has to be defaulted.
        if embedder == "require-corp":
            policy, defaulted = "same-origin", True
    if policy is None or policy == "cross-origin":
        return None
    if page is not None and page.origin == url.origin:
        return None
    if policy == "same-site" and page is not None and same_site(page, url):
        return None
    reason = EMBEDDER_POLICY if defaulted else RESOURCE_POLICY
    values = {
        "value": policy,
        "url": without_secrets(url.href),
        "origin": "null" if page is None else page.origin,
    }
    return Failure(reason, reason.spec, values=values)


def embedder_of(headers: Headers) -> Embedder:
    """The page's embedder policy, from its own response's field."""
    value = (headers.get("cross-origin-embedder-policy") or "").partition(";")[0].strip()
    if value == "require-corp":
        return "require-corp"
    return "credentialless" if value == "credentialless" else "unsafe-none"


def same_site(page: WebUrl, url: WebUrl) -> bool:
    """Whether `same-site` admits the page: one site whatever the scheme (HTML section 7.1.1), and
    nothing from HTTPS to a page without it."""
    if page.scheme != "https" and url.scheme == "https":
        return False
    return page.host == url.host or (_domain(page.host) == _domain(url.host) != "")


def _domain(host: str) -> str:
    """The registrable domain, by the Public Suffix List; empty for an address. A dot at the end
    belongs to it."""
    from publicsuffix2 import get_tld  # type: ignore[import-untyped]  # reads its list when asked

    name = host.rstrip(".")
    if not name or name.startswith("[") or name.rpartition(".")[2].isdigit():
        return ""
    # A name under no rule has its last label for a suffix.
    suffix = str(get_tld(name, strict=False) or name.rpartition(".")[2])
    if name == suffix:
        return ""
    label = name.removesuffix(f".{suffix}").rpartition(".")[2]
    return f"{label}.{suffix}{host[len(name) :]}"
