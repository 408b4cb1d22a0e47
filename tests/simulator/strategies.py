"""Policies that people could write, and requests that nearly fit them.

Small pools on purpose: two random addresses never meet a rule, two from one pool of ten do. A
request is drawn with its policy in hand and leans towards boundaries: the last address of a block
and the next one, the second a key expires, the listed origin with another port.
"""

from __future__ import annotations

import base64
import hashlib
import itertools
from collections.abc import Callable
from datetime import UTC, datetime
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from typing import Any

from hypothesis import strategies as st

from simulator import Request

type Draw = Callable[[st.SearchStrategy[Any]], Any]

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC).timestamp()
SECRETS = ("correct-horse-1", "correct-horse-2", "battery:staple", "Staple-Battery-9")
IDS = ("web", "batch", "ci", "mobile")
SCOPES = ("orders:read", "orders:write", "admin")
HOSTS = ("api.shop.example", "shop.example", "a.b.shop.example", "[::1]")
ORIGINS = (
    "https://shop.example",
    "http://shop.example",
    "https://shop.example:8443",
    "https://www.shop.example",
    "https://a.b.shop.example",
    "https://xshop.example",
    "http://localhost:3000",
    "http://localhost:5173",
    "https://[::1]:8443",
    "null",
)
PATTERNS = (
    *ORIGINS,
    "*",
    "https://*.shop.example",
    "https://*.b.shop.example",
    "https://*.shop.example:*",
    "https://*.shop.example:8443",
    "http://localhost:*",
)
METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS")
FIELDS = ("x-api-key", "authorization", "content-type", "x-trace")
ADDRESSES = (
    "10.0.0.0", "10.0.0.1", "10.0.0.255", "10.0.1.0", "10.1.0.0", "192.0.2.7", "255.255.255.255",
    "0.0.0.0", "2001:db8::", "2001:db8::1", "2001:db8:0:1::", "::1", "::ffff:10.0.0.1",
    "::fffe:ffff:ffff", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
)  # fmt: skip


def often(draw: Draw) -> bool:
    return draw(st.integers(0, 4)) < 4


@st.composite
def blocks(draw: Draw) -> str:
    """A block around an address of the pool, or one of the forms that have no slash."""
    text = draw(st.sampled_from(ADDRESSES))
    if draw(st.integers(0, 9)) == 0:
        return draw(st.sampled_from(["all", "0.0.0.0/0", "::/0", "::ffff:0:0/96"]))
    if draw(st.integers(0, 4)) == 0:
        return text
    if ":" in text:
        prefix = draw(st.sampled_from([0, 8, 32, 63, 64, 65, 96, 104, 120, 127, 128]))
        return str(IPv6Network((text, prefix), strict=False))
    prefix = draw(st.sampled_from([0, 1, 7, 8, 9, 15, 16, 23, 24, 25, 30, 31, 32]))
    return str(IPv4Network((text, prefix), strict=False))


def lists(entries: st.SearchStrategy[Any], most: int = 3) -> st.SearchStrategy[list[Any]]:
    return st.lists(entries, max_size=most)


def distinct(entries: tuple[str, ...], most: int = 3) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(entries), unique=True, max_size=most)


@st.composite
def networks(draw: Draw) -> dict[str, Any]:
    section: dict[str, Any] = {}
    if draw(st.booleans()):
        section["default"] = draw(st.sampled_from(["allow", "deny"]))
    if draw(st.integers(0, 2)) == 0:
        actions = st.sampled_from(["allow", "deny"])
        rules = st.builds(lambda action, block: {action: block}, actions, blocks())
        section["rules"] = draw(st.lists(rules, min_size=1, max_size=4))
        if draw(st.booleans()):
            section["match"] = "first"
        return section
    section["allow"] = draw(lists(blocks()))
    section["deny"] = draw(lists(blocks()))
    if draw(st.booleans()):
        section["match"] = draw(st.sampled_from(["longest", "deny-overrides"]))
    return section


@st.composite
def cors(draw: Draw) -> dict[str, Any]:
    origins = st.lists(st.sampled_from(PATTERNS), unique=True, min_size=1, max_size=3)
    section: dict[str, Any] = {"origins": draw(origins)}
    if not often(draw):
        section = {}
    if draw(st.booleans()):
        section["behaviour"] = draw(
            st.sampled_from(["standard", "starlette", "flask-cors", "spring"])
        )
    if often(draw):
        section["methods"] = draw(distinct(("PUT", "DELETE", "*"), 2))
    if often(draw):
        section["headers"] = draw(distinct(("X-Api-Key", "content-type", "*"), 2))
    for name in ("credentials", "enforce"):
        if draw(st.booleans()):
            section[name] = draw(st.booleans())
    if section.get("behaviour") == "spring" and "*" in section.get("origins", "*"):
        section.pop("credentials", None)  # it does not serve both
    if draw(st.booleans()):
        section["max_age"] = draw(st.integers(0, 600))
    return section


@st.composite
def rate_limits(draw: Draw) -> list[dict[str, Any]]:
    limits = []
    for _ in range(draw(st.integers(1, 2))):
        limit: dict[str, Any] = {
            "per": draw(st.sampled_from(["principal", "client", "route"])),
            "quota": draw(
                st.sampled_from(["1/second", "2/10 seconds", "3/second", "7/minute", "1/day"])
            ),
        }
        if draw(st.booleans()):
            limit["burst"] = draw(st.integers(1, 3))
        limits.append(limit)
    return limits


PATHS = (
    "/", "/orders", "/orders/{id}", "/orders/new", "/orders/", "/orders/{id}/items", "/health",
    "/{page}", "/{a}.{b}", "/report-{n}", "/{a}.json", "/a%20b", "/orders/{id}/{part}",
)  # fmt: skip


@st.composite
def routes(draw: Draw) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    seen: set[tuple[str, str, tuple[str, ...]]] = set()
    for _ in range(draw(st.integers(0, 5))):
        route: dict[str, Any] = {"path": draw(st.sampled_from(PATHS))}
        if often(draw):
            route["methods"] = draw(
                st.lists(st.sampled_from(METHODS), unique=True, min_size=1, max_size=2)
            )
        if draw(st.integers(0, 3)) == 0:
            route["hosts"] = draw(
                st.lists(
                    st.sampled_from(["api.shop.example", "*.shop.example", "shop.example:8443"]),
                    unique=True,
                    min_size=1,
                    max_size=2,
                )
            )
        hosts = tuple(sorted(route.get("hosts", ())))
        key = route["path"].replace("{page}", "{}").replace("{id}", "{}")
        taken = {(key, method, hosts) for method in route.get("methods", ["*"])}
        if taken & seen:
            continue  # written twice: the policy would be refused
        seen |= taken
        if draw(st.integers(0, 2)) == 0:
            route["public"] = draw(st.booleans())
        if draw(st.booleans()):
            route["scopes"] = draw(distinct(SCOPES, 2))
        for name, own in (
            ("network", networks()),
            ("cors", cors()),
            ("rate_limits", rate_limits()),
        ):
            if draw(st.integers(0, 7)) == 0:
                route[name] = draw(own)
        found.append(route)
    return found


def instants() -> st.SearchStrategy[str]:
    return st.sampled_from(["2026-06-01", "2026-06-01T12:00:00Z", "2026-06-01T14:00:00+02:00"])


@st.composite
def keys(draw: Draw, roles: list[str]) -> list[dict[str, Any]]:
    found = []
    for index in range(draw(st.integers(1, 3))):
        key: dict[str, Any] = {"id": IDS[index]}
        if draw(st.booleans()):
            key["key"] = SECRETS[index]
        else:
            key["sha256"] = hashlib.sha256(SECRETS[index].encode()).hexdigest()
        if roles:
            key["roles"] = draw(distinct(tuple(roles), 2))
        if draw(st.booleans()):
            key["scopes"] = draw(distinct(SCOPES, 2))
        if not often(draw):
            key["expires"] = draw(instants())
        elif not often(draw):
            key["not_before"] = draw(instants())
        if not often(draw):
            key["revoked"] = True
        if not often(draw):
            key["networks"] = draw(st.lists(blocks(), min_size=1, max_size=2))
        if not often(draw):
            key["origins"] = draw(
                st.lists(st.sampled_from(PATTERNS), unique=True, min_size=1, max_size=2)
            )
        found.append(key)
    return found


PLACES: tuple[Any, ...] = (
    "bearer", "basic", {"header": "x-api-key"}, {"header": "X-Token"}, {"query": "api_key"},
    {"cookie": "session"},
)  # fmt: skip


@st.composite
def policies(draw: Draw) -> dict[str, Any]:
    """A policy without mistakes, as a dict."""
    policy: dict[str, Any] = {}
    if draw(st.booleans()):
        policy["network"] = draw(networks())
    if draw(st.integers(0, 3)):
        policy["cors"] = draw(cors())
    if draw(st.booleans()):
        policy["trusted_proxies"] = draw(st.lists(blocks(), min_size=1, max_size=2))
        if draw(st.booleans()):
            policy["forwarded_field"] = draw(
                st.sampled_from(["forwarded", "X-Forwarded-For", "x-real-ip"])
            )
    if often(draw):
        policy["routes"] = draw(routes())
    if draw(st.integers(0, 5)) == 0:
        policy["base_paths"] = draw(st.sampled_from([["/v1"], ["/v1", "/v2/"], ["/"]]))
    if draw(st.booleans()):
        policy["roles"] = {
            "reader": draw(distinct(SCOPES, 1)),
            "clerk": {"inherits": ["reader"], "scopes": draw(distinct(SCOPES, 2))},
            "boss": {"inherits": ["clerk"]},
        }
    if often(draw):
        policy["keys"] = draw(keys(list(policy.get("roles", ()))))
        if draw(st.booleans()):
            policy["credentials"] = draw(
                st.lists(st.sampled_from(PLACES), min_size=1, max_size=3, unique_by=str)
            )
    if draw(st.booleans()):
        policy["rate_limits"] = draw(rate_limits())
    if draw(st.integers(0, 2)) == 0:
        policy["order"] = draw(st.permutations(list(ORDERS[0])) | st.sampled_from(ORDERS))
    if draw(st.integers(0, 3)) == 0:
        policy["errors"] = {
            "cors_fields": draw(st.booleans()),
            "statuses": draw(
                st.dictionaries(
                    st.sampled_from(
                        ["authenticate.unknown-key", "network.denied", "cors.origin-not-allowed"]
                    ),
                    st.sampled_from([400, 401, 403, 404]),
                    max_size=2,
                )
            ),
        }
    return policy


ORDERS = (
    ["network", "cors", "route", "authenticate", "authorize", "rate_limit"],
    ["authenticate", "cors", "network", "route", "authorize", "rate_limit"],
    ["rate_limit", "route", "network", "authenticate", "authorize", "cors"],
)


def written(value: Any) -> list[str]:
    """Every text that stands anywhere in a policy."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [text for item in value.values() for text in written(item)]
    if isinstance(value, list):
        return [text for item in value for text in written(item)]
    return []


def edges(policy: dict[str, Any]) -> list[str]:
    """The first and the last address of every block in the policy, and their neighbours."""
    found: list[str] = []
    for text in written(policy):
        network: IPv4Network | IPv6Network
        try:
            network = IPv6Network(text) if ":" in text else IPv4Network(text)
        except ValueError:
            continue
        kind = IPv6Address if network.version == 6 else IPv4Address
        first, last = int(network.network_address), int(network.broadcast_address)
        for value in (first - 1, first, last, last + 1):
            if 0 <= value < 1 << network.max_prefixlen:
                found.append(str(kind(value)))
    return found


@st.composite
def requests(draw: Draw, policy: dict[str, Any], *, at: float | None = None) -> Request:
    """A request that some rule of the policy is likely to be about."""
    addresses = st.sampled_from([*edges(policy), *ADDRESSES])
    headers: list[tuple[str, str]] = []
    headers += draw(_forwarded(policy, addresses))
    preflight = draw(st.integers(0, 3)) == 0
    if preflight or draw(st.booleans()):
        headers.append(("Origin", draw(_origin(policy))))
    if preflight:
        wanted = st.sampled_from([*METHODS, "patch", "PATCH"])
        headers.append(("Access-Control-Request-Method", draw(wanted)))
        if draw(st.booleans()):
            names = draw(distinct(FIELDS))
            headers.append(("Access-Control-Request-Headers", draw(_joined(names))))
    query = draw(_credentials(policy, headers))
    if draw(st.integers(0, 4)) == 0:
        headers.append(("Cookie", "theme=dark"))
    url = draw(_url(policy)) + query
    named = [m for route in policy.get("routes", ()) for m in route.get("methods", ())]
    method = draw(st.sampled_from(named if named and often(draw) else [*METHODS, "get"]))
    if preflight:
        method = "OPTIONS"
    peers = addresses | st.sampled_from(["", "unix:", "fe80::1%eth0", "10.0.0.1%x", "010.0.0.1"])
    return Request(
        method,
        url,
        draw(st.permutations(headers)) if draw(st.booleans()) else headers,
        client=draw(peers if draw(st.integers(0, 4)) == 0 else addresses),
        at=draw(_times(policy)) if at is None else at,
    )


def _joined(names: list[str]) -> st.SearchStrategy[str]:
    return st.sampled_from([",", ", ", " ,\t"]).map(lambda mark: mark.join(names))


@st.composite
def _forwarded(
    draw: Draw, policy: dict[str, Any], addresses: st.SearchStrategy[str]
) -> list[tuple[str, str]]:
    if not draw(st.integers(0, 2)):
        return []
    name = policy.get("forwarded_field", "x-forwarded-for")
    quoted = name == "forwarded"
    entries = []
    for _ in range(draw(st.integers(1, 4))):
        text = draw(addresses)
        form = draw(st.integers(0, 9))
        if form == 0:
            text = draw(st.sampled_from(["unknown", "_hidden", "", "10.0.0.1x", "1.2.3", "[::1"]))
        elif form <= 2:
            text = f"[{text}]:4711" if ":" in text else f"{text}:80"
        elif form == 3 and ":" in text:
            text = f"[{text}]"
        if quoted:
            plain = ":" not in text and text
            text = f"for={text}" if plain and draw(st.booleans()) else f'For="{text}"'
            if draw(st.booleans()):
                text = f"proto=https;{text};by=10.0.0.1"
        entries.append(text)
    if draw(st.booleans()):
        return [(name, draw(_joined(entries)))]
    return [(name, entry) for entry in entries]


@st.composite
def _origin(draw: Draw, policy: dict[str, Any]) -> str:
    texts = [text for text in written(policy) if "://" in text or text == "null"]
    origin: str = draw(st.sampled_from(texts if texts and often(draw) else ORIGINS))
    origin = origin.replace("*.", "a.b-c.").replace(":*", ":8443")
    form = draw(st.integers(0, 19))
    if form == 19:
        return draw(st.sampled_from([f"{origin}/", origin.upper(), f"{origin}:443", "", "x y"]))
    if form == 18:
        return origin.replace("://", "://a.b-c.")
    if form == 17:
        return f"{origin}, {origin}"
    return origin


@st.composite
def _url(draw: Draw, policy: dict[str, Any]) -> str:
    paths = [route["path"] for route in policy.get("routes", ())]
    path: str = draw(st.sampled_from(paths if paths and often(draw) else PATHS))
    for number in itertools.count():
        start, brace, rest = path.partition("{")
        if not brace:
            break
        filling = draw(st.sampled_from(["7", "new", "x.y", "report-1", "", "a%2Fb", "é", "%7B"]))
        path = start + filling + rest.partition("}")[2]
        assert number < 9
    form = draw(st.integers(0, 19))
    if form == 19:
        path += "/"
    elif form == 18:
        path = draw(
            st.sampled_from(["/x/..", "/x/%2e%2E", "/x/.%2e", "/.", "/%2e"])
        ) + path.replace("//", "/")
    elif form == 17:
        path = path.replace("orders", draw(st.sampled_from(["%6Frders", "Orders", "order"])))
    elif form == 16:
        path = f"/{path}"
    if often(draw):
        base: str = draw(st.sampled_from(policy.get("base_paths", [""])))
        path = base.rstrip("/") + path
    scheme = draw(st.sampled_from(["https", "https", "http"]))
    port = draw(st.sampled_from(["", "", "", ":443", ":8443"]))
    return f"{scheme}://{draw(st.sampled_from(HOSTS))}{port}{path}"


@st.composite
def _credentials(draw: Draw, policy: dict[str, Any], headers: list[tuple[str, str]]) -> str:
    """Puts a credential, or nearly one, somewhere; what belongs in the URL comes back."""
    if not policy.get("keys") and often(draw):
        return ""
    if not often(draw):
        return ""
    known = len(policy.get("keys", ())) or len(SECRETS)
    secret: str = draw(st.sampled_from(SECRETS[:known] if often(draw) else SECRETS))
    if not often(draw):
        secret = draw(st.sampled_from(["", secret[:-1], secret.upper(), f'"{secret}"', "é"]))
    places = list(policy.get("credentials", [])) or [{"header": "x-api-key"}, "bearer"]
    place = draw(st.sampled_from(places if often(draw) else list(PLACES)))
    if place == "bearer":
        odd = st.sampled_from(["bearer ", "BEARER  ", "Bearer", "", "Token "])
        headers.append(("Authorization", ("Bearer " if often(draw) else draw(odd)) + secret))
    elif place == "basic":
        user = draw(st.sampled_from(["", "web", "batch", "nobody"]))
        text = draw(st.sampled_from([f"{user}:{secret}", f"{secret}:", secret]))
        encoded = base64.b64encode(text.encode()).decode()
        odd = st.sampled_from(["?", "é", "", "YQ==", "/w=="])
        headers.append(("Authorization", "Basic " + (encoded if often(draw) else draw(odd))))
    elif "header" in place:
        headers.append((place["header"], secret))
    elif "cookie" in place:
        headers.append(("Cookie", f"a=b; {place['cookie']}={secret}"))
    else:
        return f"?{place['query']}={secret}"
    return ""


def _times(policy: dict[str, Any]) -> st.SearchStrategy[float]:
    midnight = datetime(2026, 6, 1, tzinfo=UTC).timestamp()
    return st.sampled_from(
        [NOON, NOON - 1, NOON + 1, NOON - 0.001, midnight, midnight - 1, midnight + 0.5]
    )
