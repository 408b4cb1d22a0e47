"""The workload of the benchmarks: one large policy, and requests of which about half are refused.

1,000 blocks (800 allowed, 200 denied inside or outside of them, a fifth of them IPv6), 100 origins
(10 of them patterns), 50 keys with a role each, 200 routes. Everything from one seed.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address

SCOPES = [f"scope{n}:use" for n in range(60)]


@dataclass(frozen=True)
class Workload:
    policy: str
    requests: list[dict[str, object]]  # method, url, headers, client


def make_workload(requests: int = 20_000, seed: int = 403) -> Workload:
    """The policy's text and the requests."""
    rng = random.Random(seed)
    allowed = [_block(rng) for _ in range(800)]
    denied = [_inside(rng, rng.choice(allowed)) for _ in range(200)]
    roles = [sorted(rng.sample(SCOPES, 30)) for _ in range(50)]
    routes = [_route(n) for n in range(200)]
    lines = ["network:", "  default: deny", "  allow:"]
    lines += [f'    - "{block}"' for block in allowed]
    lines += ["  deny:", *(f'    - "{block}"' for block in denied)]
    lines += ["cors:", "  credentials: true", "  methods: [PUT, DELETE]"]
    lines += ["  headers: [x-api-key]", "  origins:"]
    lines += [f"    - https://app{n}.example.com" for n in range(90)]
    lines += [f'    - "https://*.team{n}.example.net"' for n in range(10)]
    lines += ["roles:", *(f"  role{n}: [{', '.join(s)}]" for n, s in enumerate(roles))]
    lines += ["keys:"]
    lines += [f"  - {{id: key{n}, key: {_key(n)}, roles: [role{n}]}}" for n in range(50)]
    lines += ["routes:"]
    lines += [
        f"  - {{path: '{path}', methods: [{', '.join(methods)}], scopes: [{scope}]}}"
        for path, methods, scope in routes
    ]
    sent = [_request(rng, allowed, roles, routes) for _ in range(requests)]
    return Workload("\n".join(lines) + "\n", sent)


def _key(n: int) -> str:
    return f"secret-{n:02d}-{n * 7919 % 99991:05d}"


def _block(rng: random.Random) -> str:
    if rng.random() < 0.2:
        return f"2001:{rng.randrange(0x1000, 0xFFFF):x}:{rng.randrange(0x1000, 0xFFFF):x}::/48"
    prefix = rng.choice((16, 20, 24, 24, 24, 28))
    value = rng.randrange(11 << 24, 223 << 24) >> (32 - prefix) << (32 - prefix)
    return f"{IPv4Address(value)}/{prefix}"


def _inside(rng: random.Random, block: str) -> str:
    return _address(rng, block)


def _address(rng: random.Random, block: str) -> str:
    head, _, prefix = block.partition("/")
    if ":" in head:
        return str(IPv6Address(int(IPv6Address(head)) + rng.randrange(1 << 60)))
    return str(IPv4Address(int(IPv4Address(head)) + rng.randrange(1 << (32 - int(prefix)))))


def _route(n: int) -> tuple[str, list[str], str]:
    tail = ("", "/items/{item}", "/items", "/{id}/history")[n % 4]
    path = f"/v1/resource{n // 4}/{{id}}{tail}" if n % 4 != 3 else f"/v1/resource{n // 4}{tail}"
    return path, ["GET", "PUT"], SCOPES[n % 60]


def _request(
    rng: random.Random,
    allowed: list[str],
    roles: list[list[str]],
    routes: list[tuple[str, list[str], str]],
) -> dict[str, object]:
    key = rng.randrange(50)
    wanted = [route for route in routes if route[2] in roles[key]]
    path, methods, _ = rng.choice(wanted if rng.random() < 0.85 else routes)
    path = path.replace("{id}", str(rng.randrange(10_000))).replace("{item}", "a1")
    if rng.random() < 0.06:
        path += "/nowhere"
    roll = rng.random()
    origin = f"https://app{rng.randrange(90)}.example.com"
    if roll < 0.1:
        origin = f"https://pr{rng.randrange(999)}.team{rng.randrange(10)}.example.net"
    elif roll < 0.18:
        origin = f"https://evil{rng.randrange(99)}.example.org"
    client = _address(rng, rng.choice(allowed))
    if rng.random() < 0.1:
        client = str(IPv4Address(rng.randrange(1 << 24, 223 << 24)))
    secret = _key(key) if rng.random() > 0.06 else "secret-guess"
    headers = [
        ("host", "api.example.com"),
        ("user-agent", "bench"),
        ("accept", "*/*"),
        ("origin", origin),
        ("x-api-key", secret),
    ]
    return {
        "method": rng.choice(methods),
        "url": f"https://api.example.com{path}",
        "headers": headers,
        "client": client,
    }
