"""What does a policy mean? Said a second time, slowly and naively, to hold the engine against.

Written from what docs/policy.md says that a policy means, on dicts as YAML gives them,
with the standard library's address parser and linear scans. Nothing of `simulator` is imported but
the request, and of that only what its maker put in: method, url, headers, client, at.

Where the text leaves a choice, the engine's documented choice is taken and marked AMBIGUOUS.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from fractions import Fraction
from ipaddress import AddressValueError, IPv4Address, IPv4Network, IPv6Address, IPv6Network
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, unquote

from simulator import Request

type Dict = Mapping[str, Any]
type Address = IPv4Address | IPv6Address
type Network = IPv4Network | IPv6Network

DEFAULT_ORDER = ("network", "cors", "route", "authenticate", "authorize", "rate_limit")
# Of the families of servers these four stand for all: who judges nothing itself, who refuses with a
# status of its own, who refuses actual requests too. What they grant where the policy is silent:
METHODS = {
    "standard": (),
    "starlette": ("GET",),
    "flask-cors": ("DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"),
    "spring": ("GET", "HEAD", "POST"),
}
HEADERS = {"standard": (), "starlette": (), "flask-cors": ("*",), "spring": ("*",)}
STARLETTE_METHODS = {"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "QUERY"}
SAFELISTED = {"accept", "accept-language", "content-language", "content-type"}


class Found(NamedTuple):
    """One finding: as the engine's, less the words."""

    check: str
    outcome: str
    code: str | None = None
    rule: str | None = None
    party: str = "server"
    status: int = 0


@dataclass
class Verdict:
    """What must come out."""

    trace: list[Found]
    allowed: bool | None
    status: int
    reason: str | None
    blocked_by: str | None
    codes: tuple[str, ...]
    rule: str | None
    spends: tuple[tuple[str, str], ...]


@dataclass
class Ledger:
    """Every request that was counted, by bucket: nothing cleverer than a list of times."""

    times: dict[tuple[str, str], list[Fraction]] = field(default_factory=dict)

    def count(self, verdict: Verdict, at: float) -> None:
        for bucket in verdict.spends:
            self.times.setdefault(bucket, []).append(Fraction(at))


# Facts


@dataclass
class Facts:
    method: str
    host: str
    port: int
    path: str
    query: str
    own_origin: str
    headers: list[tuple[str, str]]
    client: Address | None
    at: float
    routes: list[Dict]
    route: int | None = None
    same_path: list[int] = field(default_factory=list)
    origin: str | None = None
    sent_origin: str | None = None
    asks: bool = False  # a preflight to a browser
    answered: int = 0  # the status with which CORS answers it ahead of the routes
    preflight: bool = False  # whether it does

    def header(self, name: str) -> str | None:
        values = [value for key, value in self.headers if key.lower() == name]
        return ("; " if name == "cookie" else ", ").join(values) if values else None


def facts_of(policy: Dict, request: Request) -> Facts:
    parts = re.fullmatch(r"(\w+)://([^/?#]*)([^?#]*)(?:\?([^#]*))?(?:#.*)?", request.url, re.DOTALL)
    assert parts, request.url
    scheme, authority, path, query = parts.groups()
    scheme = scheme.lower()
    usual = {"http": 80, "https": 443}[scheme]
    where = re.fullmatch(r"(?:.*@)?(\[[^\]]*\]|[^:]*)(?::(\d*))?", authority)
    assert where, authority
    host, port = where[1].lower(), int(where[2] or usual)
    own = f"{scheme}://{host}" + ("" if port == usual else f":{port}")
    headers = [(name, value.strip(" \t")) for name, value in request.headers]
    facts = Facts(
        request.method, host, port, path or "/", query or "", own, headers, None, request.at,
        policy.get("routes", []),
    )  # fmt: skip
    facts.client = client_of(policy, request.client, facts)
    facts.route, facts.same_path = find_route(policy, facts, facts.method)
    facts.sent_origin = facts.header("origin")
    if facts.sent_origin != own:
        facts.origin = facts.sent_origin
    if facts.method == "OPTIONS":
        wanted = facts.header("access-control-request-method")
        facts.asks = wanted is not None and facts.origin is not None
        taken = facts.route
        if wanted is not None and facts.route is None:
            # AMBIGUOUS: a route that takes OPTIONS itself comes before the announced one.
            facts.route, _ = find_route(policy, facts, wanted)
        section, _ = section_for(policy, facts, "cors")
        if section is None:
            facts.preflight = facts.asks
        else:
            exists = taken is not None or bool(facts.same_path) or not facts.routes
            facts.answered = answered(section, facts, exists)
            facts.preflight = facts.answered != 0
        if not (facts.asks or facts.preflight):
            facts.route = taken
    return facts


# Addresses


def address_of(text: str) -> Address | None:
    """Strict: four plain octets, or IPv6 without a zone; IPv4 inside IPv6 is IPv4."""
    try:
        if ":" not in text:
            return IPv4Address(text)
        if "%" in text:
            return None
        six = IPv6Address(text)
        return six.ipv4_mapped or six
    except AddressValueError:
        return None


def networks_of(entry: str) -> list[Network]:
    if entry == "all":
        return [IPv4Network("0.0.0.0/0"), IPv6Network("::/0")]
    if ":" not in entry:
        return [IPv4Network(entry)]
    six = IPv6Network(entry)
    four = six.network_address.ipv4_mapped
    if four is not None and six.prefixlen >= 96:
        return [IPv4Network((four, six.prefixlen - 96))]
    return [six]


def holds(network: Network, address: Address) -> bool:
    return network.version == address.version and address in network


def client_of(policy: Dict, peer: str, facts: Facts) -> Address | None:
    # AMBIGUOUS: the peer's zone says which link it came over and is dropped.
    client = address_of(peer.partition("%")[0])
    trusted = [n for entry in policy.get("trusted_proxies", []) for n in networks_of(entry)]
    if client is None or not any(holds(n, client) for n in trusted):
        return client
    name = policy.get("forwarded_field", "x-forwarded-for").lower()
    lines = [value for key, value in facts.headers if key.lower() == name]
    entries = rfc7239(lines) if name == "forwarded" else listed(lines)
    for entry in reversed(entries):
        found = node_of(entry)
        if found is None:
            return client  # an entry that is not an address stops the walk at the last good hop
        client = found
        if not any(holds(n, client) for n in trusted):
            return client
    return client  # AMBIGUOUS: all trusted, so the farthest of them


def listed(lines: list[str]) -> list[str]:
    entries = [entry.strip(" \t") for line in lines for entry in line.split(",")]
    return [entry for entry in entries if entry]


def rfc7239(lines: list[str]) -> list[str]:
    entries = []
    for line in lines:
        for element in outside_quotes(line, ","):
            if not element.strip():
                continue
            node = ""
            for pair in outside_quotes(element, ";"):
                name, _, value = pair.partition("=")
                if name.strip().lower() == "for":
                    node = value.strip()
                    if len(node) > 1 and node[0] == node[-1] == '"':
                        node = re.sub(r"\\(.)", r"\1", node[1:-1])
            entries.append(node)
    return entries


def outside_quotes(text: str, mark: str) -> list[str]:
    parts, quoted, escaped = [""], False, False
    for char in text:
        if char == mark and not quoted:
            parts.append("")
            continue
        parts[-1] += char
        if escaped:
            escaped = False
        elif quoted and char == "\\":
            escaped = True
        elif char == '"':
            quoted = not quoted
    return parts


def node_of(text: str) -> Address | None:
    bracketed = re.fullmatch(r"\[([^\]]*)\](?::[0-9]+)?", text)
    if bracketed:
        return address_of(bracketed[1]) if ":" in bracketed[1] else None
    with_port = re.fullmatch(r"([^:\[]*):[0-9]+", text)
    return address_of(with_port[1] if with_port else text)


# Routes


def find_route(policy: Dict, facts: Facts, method: str) -> tuple[int | None, list[int]]:
    """The route that takes the request, and those that only have its path; most concrete first."""
    segments = segments_of(policy, facts.path)
    if segments is None:
        return None, []
    fitting: list[tuple[tuple[tuple[int, int], ...], bool, bool, int]] = []
    for index, route in enumerate(facts.routes):
        concreteness = fit(route["path"], segments)
        if concreteness is None or not on_host(route.get("hosts", []), facts.host, facts.port):
            continue
        # Of routes with one path the one that names the host, then the one that names the method,
        # is the more concrete. AMBIGUOUS: `*.name` and `name` are equally concrete.
        anywhere = not route.get("hosts")
        fitting.append((concreteness, anywhere, method not in route.get("methods", []), index))
    fitting.sort()
    for *_, index in fitting:
        methods = facts.routes[index].get("methods", [])
        if not methods or method in methods:
            return index, []
    return None, [index for *_, index in fitting]


def segments_of(policy: Dict, path: str) -> list[str] | None:
    segments = path.split("/")[1:]
    plain: list[str] = []
    for position, segment in enumerate(segments):
        dots = re.sub("%2e", ".", segment, flags=re.IGNORECASE)
        if dots == "..":
            del plain[-1:]
        elif dots != ".":
            plain.append(segment)
            continue
        if position == len(segments) - 1:
            plain.append("")
    plain = [unquote(segment) for segment in plain]
    bases = [base.rstrip("/").split("/")[1:] for base in policy.get("base_paths", [])]
    if not bases:
        return plain
    for base in sorted(bases, key=len, reverse=True):  # the longest that fits
        if plain[: len(base)] == base:
            return plain[len(base) :] or [""]
    return None


def fit(template: str, segments: list[str]) -> tuple[tuple[int, int], ...] | None:
    """How concrete the template is where it fits, segment by segment; smaller is more concrete."""
    parts = template.split("/")[1:]
    if len(parts) != len(segments):
        return None
    concreteness = []
    for part, segment in zip(parts, segments, strict=True):
        literals = re.split(r"\{[^}]*\}", part)
        if len(literals) == 1:
            if unquote(part) != segment:
                return None
            concreteness.append((0, 0))
        elif literals == ["", ""]:
            if not segment:
                return None
            concreteness.append((2, 0))
        else:
            pattern = ".+".join(re.escape(unquote(literal)) for literal in literals)
            if not re.fullmatch(pattern, segment, re.DOTALL):
                return None
            concreteness.append((1, -sum(len(unquote(literal)) for literal in literals)))
    return tuple(concreteness)


def on_host(patterns: list[str], host: str, port: int) -> bool:
    for pattern in patterns:
        name, _, wanted = pattern.lower().partition(":")
        if wanted and int(wanted) != port:
            continue
        if name.startswith("*.") and host.endswith(name[1:]):
            return True
        if name == host:
            return True
    return not patterns


# The checks


def network(policy: Dict, facts: Facts) -> Found:
    section, path = section_for(policy, facts, "network")
    if section is None:
        return Found("network", "skip")
    client = facts.client
    if client is None:
        lists = [section.get(name) for name in ("allow", "deny", "rules")]
        if any(lists):
            return Found("network", "unknown", None, path)
        # Nothing is about addresses: the default decides for whoever it is.
        if section.get("default", "allow") == "allow":
            return Found("network", "pass", None, path)
        return Found("network", "fail", "network.not-allowed", path, "server", 403)
    covering: list[tuple[int, bool, int, str]] = []  # prefix, deny?, place in the list, path
    for name in ("deny", "allow"):
        for index, entry in enumerate(section.get(name, [])):
            covering += [
                (n.prefixlen, name == "deny", len(covering), f"{path}/{name}/{index}")
                for n in networks_of(entry)
                if holds(n, client)
            ]
    for index, rule in enumerate(section.get("rules", [])):
        (action, entry), *_ = rule.items()
        covering += [
            (n.prefixlen, action == "deny", len(covering), f"{path}/rules/{index}")
            for n in networks_of(entry)
            if holds(n, client)
        ]
    if not covering:
        if section.get("default", "allow") == "allow":
            return Found("network", "pass", None, path)
        return Found("network", "fail", "network.not-allowed", path, "server", 403)
    match = "first" if section.get("rules") else section.get("match", "longest")
    if match == "first":
        winner = covering[0]
    elif match == "deny-overrides":
        # AMBIGUOUS: of several denies the longest prefix is named.
        winner = min(covering, key=lambda c: (not c[1], -c[0], c[2]))
    else:
        winner = min(covering, key=lambda c: (-c[0], not c[1], c[2]))
    if winner[1]:
        return Found("network", "fail", "network.denied", winner[3], "server", 403)
    return Found("network", "pass", None, winner[3])


def section_for(policy: Dict, facts: Facts, name: str) -> tuple[Any, str]:
    """A route's own section replaces the policy's; sections never merge."""
    if facts.route is not None and name in facts.routes[facts.route]:
        return facts.routes[facts.route][name], f"routes/{facts.route}/{name}"
    return policy.get(name), name


def admits(pattern: str, origin: str) -> bool:
    if pattern in ("*", origin):
        return True
    entry = re.fullmatch(r"([a-z]+)://(\*\.)?(.*?)(:\*)?", pattern)
    if entry is None or not (entry[2] or entry[4]):
        return False
    label = r"[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?"
    below = rf"(?:{label}\.)+" if entry[2] else ""
    port = r"(?::(\d{1,5}))?" if entry[4] else ""
    found = re.fullmatch(rf"{entry[1]}://{below}{re.escape(entry[3])}{port}", origin)
    if found is None or not entry[4] or found[1] is None:
        return found is not None
    usual = {"http": 80, "https": 443}[entry[1]]
    return 0 < int(found[1]) <= 65535 and int(found[1]) != usual  # never serialised otherwise


def best_origin(origins: list[str], origin: str) -> int | None:
    """AMBIGUOUS which entry is named if several admit: the narrowest."""

    def width(index: int) -> tuple[int, ...]:
        pattern = origins[index]
        if pattern == origin:
            return (0, index)
        if pattern == "*":
            return (3, index)
        if "://*." in pattern:
            host = pattern.partition("://*.")[2].partition(":")[0]
            return (2, -len(host), pattern.endswith(":*"), index)
        return (1, index)

    found = [index for index, pattern in enumerate(origins) if admits(pattern, origin)]
    return min(found, key=width) if found else None


def family_of(section: Dict) -> str:
    return str(section.get("behaviour", "standard"))


def admitting(section: Dict, origin: str) -> int | None:
    """The entry that admits the origin, as the family compares them."""
    family = family_of(section)
    origins = origins_of(section)
    if family == "flask-cors" and not origin:
        return None  # to it an empty field is none
    if family != "standard" and "*" in origins:
        return origins.index("*")
    index = best_origin(origins, origin)
    if index is None and family in ("flask-cors", "spring"):
        folded = origin.lower()
        if family == "spring":
            folded = folded.removesuffix("/")
        index = best_origin(origins, folded)
    return index


def origins_of(section: Dict) -> list[str]:
    left_out = ["*"] if family_of(section) in ("flask-cors", "spring") else []
    return list(section.get("origins", left_out))


def asked_headers(facts: Facts) -> set[str]:
    asked = (facts.header("access-control-request-headers") or "").split(",")
    return {name.strip(" \t").lower() for name in asked if name.strip(" \t")}


def takes(section: Dict, facts: Facts, exists: bool) -> bool:
    """Whether the family takes an OPTIONS request for a preflight."""
    family = family_of(section)
    if family == "flask-cors":
        return exists
    if family == "starlette":
        announced = facts.header("access-control-request-method") is not None
        return facts.sent_origin is not None and announced
    return facts.asks


def answered(section: Dict, facts: Facts, exists: bool) -> int:
    family = family_of(section)
    if not takes(section, facts, exists):
        return 200 if family == "spring" and exists else 0
    if refused_parts(section, facts):
        return 400 if family == "starlette" else 403
    return 204 if family == "standard" else 200


def refused_parts(section: Dict, facts: Facts) -> list[str]:
    """What the server itself refuses of a preflight."""
    family = family_of(section)
    if family == "flask-cors":
        return []
    refused = []
    if facts.sent_origin is None or admitting(section, facts.sent_origin) is None:
        refused.append("origin")
    if not grants_method(section, facts.header("access-control-request-method") or ""):
        refused.append("method")
    granted = {name.lower() for name in section.get("headers", HEADERS[family])}
    if family == "starlette":
        granted |= SAFELISTED
    asked = asked_headers(facts)
    if "*" not in granted:
        missing = asked - granted
        if (missing == asked and asked) if family == "spring" else missing:
            refused.append("header")
    return refused


def grants_method(section: Dict, method: str) -> bool:
    family = family_of(section)
    granted = set(section.get("methods", METHODS[family]))
    if family == "standard":
        granted |= {"GET", "HEAD", "POST"}
    if family == "starlette" and "*" in granted:
        granted = STARLETTE_METHODS
    return method in granted or ("*" in granted and family in ("standard", "spring"))


def withheld(section: Dict, facts: Facts) -> str | None:
    """What a browser finds missing in the answer to a preflight that is not refused."""
    family = family_of(section)
    if facts.origin is None or admitting(section, facts.origin) is None:
        return "origin"
    asked = asked_headers(facts)
    granted = {name.lower() for name in section.get("headers", HEADERS[family])}
    if family == "flask-cors":
        method = facts.header("access-control-request-method") or ""
        listed = set(section.get("methods", METHODS[family]))
        if method not in {*listed, "GET", "HEAD", "POST"}:
            return "method"
        if method.upper() not in listed:
            return "header" if asked else None
    if family in ("flask-cors", "spring") and "*" not in granted and asked - granted:
        return "header"
    return None


def cors(policy: Dict, facts: Facts) -> Found:
    section, path = section_for(policy, facts, "cors")
    if section is None:
        if facts.origin is None:
            return Found("cors", "skip")
        party = "server" if facts.preflight else "browser"
        return Found("cors", "fail", "cors.no-fields", None, party, 403)
    family, status = family_of(section), facts.answered
    if facts.method == "OPTIONS" and (
        facts.asks or family == "flask-cors" or status not in (0, 200)
    ):
        return options(section, path, facts)
    if family == "starlette" and status:
        return options(section, path, facts)
    found = actual(section, path, facts)
    if status and not (found.outcome == "fail" and found.party == "server"):
        return found._replace(status=status)
    return found


def options(section: Dict, path: str, facts: Facts) -> Found:
    status = facts.answered
    part = (refused_parts(section, facts) or [None])[0] if status else None
    if facts.origin is None and (part is None or status < 300):
        return Found("cors", "skip", status=status)
    if part is None:
        part = withheld(section, facts) if facts.asks and status else None
        if part is None and admitting(section, facts.origin or "") is None:
            part = "origin"
    if part is not None:
        party = "server" if status >= 300 else "browser"
        return Found("cors", "fail", f"cors.{part}-not-allowed", path, party, status or 403)
    passed = Found("cors", "pass", None, rule_of(section, path, facts), "server", status)
    return passed if facts.asks else with_cookies(section, path, facts, passed)


def rule_of(section: Dict, path: str, facts: Facts) -> str:
    index = admitting(section, facts.origin or "")
    return f"{path}/origins/{index}" if "origins" in section else path


def actual(section: Dict, path: str, facts: Facts) -> Found:
    if facts.origin is None:
        return Found("cors", "skip")
    family = family_of(section)
    party = "server" if section.get("enforce", family == "spring") else "browser"
    if admitting(section, facts.origin) is None:
        return Found("cors", "fail", "cors.origin-not-allowed", path, party, 403)
    if family == "spring" and not grants_method(section, facts.method):
        return Found("cors", "fail", "cors.method-not-allowed", path, party, 403)
    passed = Found("cors", "pass", None, rule_of(section, path, facts))
    return with_cookies(section, path, facts, passed)


def with_cookies(section: Dict, path: str, facts: Facts, passed: Found) -> Found:
    """Cookies show that the request was made with credentials."""
    if facts.header("cookie") is None:
        return passed
    family = family_of(section)
    party = "server" if section.get("enforce", family == "spring") else "browser"
    index = admitting(section, facts.origin or "")
    starred = index is not None and origins_of(section)[index] == "*"
    named = family == "flask-cors" or (family == "starlette" and section.get("credentials"))
    if starred and not named:
        rule = rule_of(section, path, facts)
        return Found("cors", "fail", "cors.wildcard-with-credentials", rule, party, 403)
    if not section.get("credentials"):
        return Found("cors", "fail", "cors.credentials-not-allowed", path, party, 403)
    return passed


def route(policy: Dict, facts: Facts) -> Found:
    if not facts.routes:
        return Found("route", "skip")
    taken, same_path = find_route(policy, facts, facts.method)
    if taken is not None:
        return Found("route", "pass", None, f"routes/{taken}")
    if not same_path:
        return Found("route", "fail", "route.not-found", "routes", "server", 404)
    rule = f"routes/{same_path[0]}/methods"
    return Found("route", "fail", "route.method-not-allowed", rule, "server", 405)


class Sent(NamedTuple):
    """What stands in the first place where anything stands."""

    state: str  # "nothing", "malformed", "unknown" or "known"
    key: int | None = None


def sent(policy: Dict, facts: Facts) -> Sent:
    keys = policy.get("keys", [])
    for place in policy.get("credentials") or [{"header": "x-api-key"}, "bearer"]:
        found = at_place(keys, place, facts)
        if found is not None:
            return found
    value = facts.header("authorization")
    schemes = {"bearer", "basic"}.intersection(
        place for place in policy.get("credentials") or ["bearer"] if isinstance(place, str)
    )
    # AMBIGUOUS: one word in Authorization is a key whose scheme was forgotten; another scheme is
    # somebody else's business.
    if value is not None and " " not in value and schemes:
        return Sent("malformed")
    return Sent("nothing")


def at_place(keys: list[Dict], place: Any, facts: Facts) -> Sent | None:
    if isinstance(place, dict):
        ((kind, name),) = place.items()
        values: list[str]
        if kind == "header":
            value = facts.header(name.lower())
            values = [] if value is None else [value]
        elif kind == "query":
            values = [v for n, v in parse_qsl(facts.query, keep_blank_values=True) if n == name]
        else:
            values = [v for n, v in cookies(facts) if n == name]
        if not values:
            return None
        return known(keys, values[0]) if values[0] else Sent("malformed")
    value = facts.header("authorization")
    if value is None or value.partition(" ")[0].lower() != place:
        return None
    rest = value.partition(" ")[2].strip()
    if not rest:
        return Sent("malformed")
    return known(keys, rest) if place == "bearer" else basic(keys, rest)


def cookies(facts: Facts) -> Iterator[tuple[str, str]]:
    for part in (facts.header("cookie") or "").split(";"):
        name, equals, value = part.strip().partition("=")
        if equals:
            yield name, value.strip('"')


def known(keys: list[Dict], value: str) -> Sent:
    digest = hashlib.sha256(value.encode("utf-8", "surrogatepass")).hexdigest()
    for index, key in enumerate(keys):
        if key.get("key") == value or key.get("sha256", "").lower() == digest:
            return Sent("known", index)
    return Sent("unknown")


def basic(keys: list[Dict], text: str) -> Sent:
    try:
        decoded = base64.b64decode(text, validate=True).decode()
    except ValueError:
        return Sent("malformed")
    user, colon, password = decoded.partition(":")
    if not colon:
        return Sent("malformed")
    # AMBIGUOUS: a key may be `user:password`, or the user with no password (as Stripe's), or the
    # password of a user that is nobody or the key's id.
    if (whole := known(keys, decoded)).key is not None:
        return whole
    if not password:
        return known(keys, user)
    found = known(keys, password)
    if found.key is not None and user not in ("", keys[found.key]["id"]):
        return Sent("unknown")
    return found


def instant(text: str) -> float:
    moment = datetime.fromisoformat(text)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def authenticate(policy: Dict, facts: Facts) -> Found:
    keys = policy.get("keys", [])
    if not keys or (facts.route is not None and facts.routes[facts.route].get("public")):
        return Found("authenticate", "skip")
    found = sent(policy, facts)
    if found.key is None:
        code = {"nothing": "no-credential", "malformed": "malformed", "unknown": "unknown-key"}
        return Found(
            "authenticate", "fail", f"authenticate.{code[found.state]}", "keys", "server", 401
        )
    key, rule = keys[found.key], f"keys/{found.key}"

    def no(code: str, name: str, status: int) -> Found:
        return Found(
            "authenticate", "fail", f"authenticate.{code}", f"{rule}/{name}", "server", status
        )

    if key.get("revoked"):
        return no("revoked", "revoked", 401)
    if "not_before" in key and facts.at < instant(key["not_before"]):
        return no("not-yet-valid", "not_before", 401)
    if "expires" in key and facts.at >= instant(key["expires"]):
        return no("expired", "expires", 401)
    if key.get("networks"):
        if facts.client is None:
            return Found("authenticate", "unknown", None, f"{rule}/networks")
        blocks = [n for entry in key["networks"] for n in networks_of(entry)]
        if not any(holds(n, facts.client) for n in blocks):
            return no("key-network", "networks", 403)
    if key.get("origins"):
        origin = facts.header("origin")
        if origin is None or best_origin(key["origins"], origin) is None:
            return no("key-origin", "origins", 403)
    return Found("authenticate", "pass", None, rule)


def scopes_of(policy: Dict, key: Dict) -> set[str]:
    scopes, waiting, seen = set(key.get("scopes", [])), list(key.get("roles", [])), set()
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        role = policy["roles"][name]
        role = {"scopes": role} if isinstance(role, list) else role
        scopes |= set(role.get("scopes", []))
        waiting += role.get("inherits", [])
    return scopes


def authorize(policy: Dict, facts: Facts) -> Found:
    if facts.route is None:
        return Found("authorize", "skip")
    wanted = facts.routes[facts.route]
    keys = policy.get("keys", [])
    key = sent(policy, facts).key if keys else None
    if wanted.get("public") or not wanted.get("scopes") or key is None:
        return Found("authorize", "skip")
    rule = f"routes/{facts.route}/scopes"
    if set(wanted["scopes"]) <= scopes_of(policy, keys[key]):
        return Found("authorize", "pass", None, rule)
    return Found("authorize", "fail", "authorize.missing-scope", rule, "server", 403)


SECONDS = {"second": 1, "minute": 60, "hour": 3600, "day": 86400}


def rate_limit(
    policy: Dict, facts: Facts, ledger: Ledger
) -> tuple[Found, tuple[tuple[str, str], ...]]:
    """A bucket leaks one request an interval and overflows at `burst` (ITU-T I.371)."""
    section, path = section_for(policy, facts, "rate_limits")
    spends: list[tuple[str, str]] = []
    tightest: tuple[int, str] | None = None
    keys = policy.get("keys", [])
    for index, limit in enumerate(section or []):
        rule = f"{path}/{index}"
        if limit["per"] == "principal":
            key = sent(policy, facts).key if keys else None
            whose = None if key is None else keys[key]["id"]
        elif limit["per"] == "client":
            whose = None if facts.client is None else str(facts.client)
        else:
            whose = None if facts.route is None else f"routes/{facts.route}"
        if whose is None:
            continue  # AMBIGUOUS: a limit that has nobody to count for says nothing
        requests, window = parse_quota(limit["quota"])
        interval = Fraction(window, requests)
        burst = limit.get("burst", requests)
        level, last = Fraction(0), Fraction(0)
        for time in ledger.times.get((rule, whose), []):
            level = max(Fraction(0), level - (time - last) / interval) + 1
            last = time
        now = Fraction(facts.at)
        level = max(Fraction(0), level - (now - last) / interval)
        if level + 1 > burst:
            found = Found("rate_limit", "fail", "rate-limit.exceeded", rule, "server", 429)
            return found, ()
        spends.append((rule, whose))
        remaining = int(burst - level - 1)
        if tightest is None or remaining < tightest[0]:
            tightest = remaining, rule
    if tightest is None:
        return Found("rate_limit", "skip"), ()
    return Found("rate_limit", "pass", None, tightest[1]), tuple(spends)


def parse_quota(text: str) -> tuple[int, int]:
    quota = re.fullmatch(r"(\d+)/(?:(\d+) )?(second|minute|hour|day)s?", text)
    assert quota, text
    return int(quota[1]), int(quota[2] or 1) * SECONDS[quota[3]]


# What it adds up to


def judge(policy: Dict, request: Request, ledger: Ledger | None = None) -> Verdict:
    """The verdict on a request, by the book."""
    facts = facts_of(policy, request)
    limited, would_spend = rate_limit(policy, facts, ledger or Ledger())
    simple = {
        "network": network,
        "cors": cors,
        "route": route,
        "authenticate": authenticate,
        "authorize": authorize,
    }
    trace: list[Found] = []
    answered = False
    for name in policy.get("order", DEFAULT_ORDER):
        if answered:
            trace.append(Found(name, "skip"))
        else:
            trace.append(limited if name == "rate_limit" else simple[name](policy, facts))
        answered = answered or (name == "cors" and facts.preflight)
    failures = [found for found in trace if found.outcome == "fail"]
    unknown = any(found.outcome == "unknown" for found in trace)
    deciding = failures[0] if failures else None
    refusal = next((found for found in failures if found.party == "server"), None)
    if refusal is not None:
        statuses = policy.get("errors", {}).get("statuses", {})
        status = statuses.get(refusal.code, refusal.status)
    elif facts.preflight:
        status = next(found.status for found in trace if found.check == "cors")
    else:
        status = 200
    # A request that the server refuses before its quota is asked does not draw on it.
    reached = True
    for found in trace:
        if found.check == "rate_limit":
            reached = reached and found.outcome == "pass"
            break
        reached = reached and not (found.outcome == "fail" and found.party == "server")
    return Verdict(
        trace=trace,
        allowed=False if failures else None if unknown else True,
        status=status,
        reason=deciding.code if deciding else None,
        blocked_by=deciding.party if deciding else None,
        codes=tuple(found.code for found in failures if found.code),
        rule=deciding.rule if deciding else None,
        spends=would_spend if reached else (),
    )
