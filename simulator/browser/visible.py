"""What of an answer can script read?

Fetch sections 2.2.6 (filtered responses) and 3.3.3 (Access-Control-Expose-Headers); main fetch,
step 14. By the response's type it is all, some or none of its header names.
"""

from __future__ import annotations

from collections.abc import Iterable

from simulator.browser.preflight import tokens
from simulator.message import Headers

_NEVER = frozenset({"set-cookie", "set-cookie2"})
# CORS-safelisted response-header names (Fetch section 2.2.2).
SAFELISTED = frozenset(
    {
        "cache-control", "content-language", "content-length", "content-type", "expires",
        "last-modified", "pragma",
    }
)  # fmt: skip


def visible_headers(headers: Headers, kind: str, *, include: bool) -> tuple[str, ...]:
    """The names that script sees, in lower case, sorted.

    `kind` is the response's type: "basic" shows all but Set-Cookie, "cors" the safelisted names
    and the exposed ones, every other type none. `include`: with credentials `*` exposes only a
    field that is named so.
    """
    if kind not in ("basic", "cors"):
        return ()
    names = {name.lower() for name, _ in headers} - _NEVER
    if kind == "cors":
        names &= SAFELISTED | _exposed(headers, names, include=include)
    return tuple(sorted(names))


def _exposed(headers: Headers, names: Iterable[str], *, include: bool) -> set[str]:
    listed = tokens(headers.get("access-control-expose-headers"))
    if listed is None:
        return set()  # one word that is no token, and the whole field counts for nothing
    if "*" in listed and not include:
        return set(names)
    return {name.lower() for name in listed}
