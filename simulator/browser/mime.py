"""Of what type does an answer say that it is, and is it to be taken at its word?

Fetch sections 3.1 (extract a MIME type) and 3.6 (X-Content-Type-Options); MIME Sniffing section 4.6
(groups of types).
"""

from __future__ import annotations

import re

from simulator.browser.safelist import parse_essence
from simulator.message import Headers

_ELEMENT = re.compile(r'(?:"(?:[^"\\]|\\.)*"?|[^",])+', re.DOTALL)
_JAVASCRIPT = frozenset(
    """
    application/ecmascript application/javascript application/x-ecmascript
    application/x-javascript text/ecmascript text/javascript text/javascript1.0 text/javascript1.1
    text/javascript1.2 text/javascript1.3 text/javascript1.4 text/javascript1.5 text/jscript
    text/livescript text/x-ecmascript text/x-javascript
    """.split()
)


def essence_of(headers: Headers) -> str | None:
    """The essence, such as `text/html`, of the last type named that is one; None: none is."""
    value = headers.get("content-type") or ""
    found = [parse_essence(part) for part in _ELEMENT.findall(value)]
    named = [essence for essence in found if essence is not None and essence != "*/*"]
    return named[-1] if named else None


def is_nosniff(headers: Headers) -> bool:
    """Whether the answer forbids to guess its type."""
    value = headers.get("x-content-type-options") or ""
    return value.partition(",")[0].strip("\t ").lower() == "nosniff"


def is_javascript(essence: str | None) -> bool:
    """Whether the type is one of JavaScript."""
    return essence in _JAVASCRIPT


def is_json(essence: str) -> bool:
    """Whether the type is one of JSON."""
    return essence in ("application/json", "text/json") or essence.endswith("+json")


def is_xml(essence: str) -> bool:
    """Whether the type is one of XML."""
    return essence in ("application/xml", "text/xml") or essence.endswith("+xml")
