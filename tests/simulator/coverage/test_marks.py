"""A decision marks the rules that it was made by, on the side that the request was on."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from simulator import Request, Usage, evaluate, load_policy
from simulator.coverage.marks import HELD, OUTSIDE, marks_of
from simulator.coverage.rules import rules_of

POLICY = load_policy(
    """\
trusted_proxies: [10.0.0.0/8, 172.16.0.0/12]
network:
  deny: [203.0.113.0/24, {file: drop.txt}]
  allow: [203.0.113.7]
cors:
  origins: [https://a.example, https://b.example]
  methods: [PUT, DELETE]
  headers: [x-api-key, x-trace]
  credentials: false
roles: {reader: [read], writer: {inherits: [reader], scopes: [write]}}
keys:
  - {id: web, key: web-key, roles: [reader], expires: 2027-01-01}
  - {id: desk, key: desk-key, roles: [writer], networks: [192.0.2.0/24, 198.51.100.7]}
  - {id: page, key: page-key, scopes: [read], origins: [https://a.example], not_before: 2026-01-01}
  - {id: old, key: old-key, revoked: true}
routes:
  - {path: /a, methods: [GET], scopes: [read]}
  - {path: /a, methods: [PUT], scopes: [read, write]}
  - {path: /open, public: true, network: {default: deny, allow: [192.0.2.0/24]}}
rate_limits: [{per: client, quota: 1/minute}]
errors: {statuses: {network.denied: 404}}
""",
    read_file=lambda name: "198.51.100.128/25",
)
IN_2026 = 1_790_000_000.0
IN_2027 = 1_800_000_000.0


def marked(
    method: str = "GET",
    path: str = "/a",
    headers: Mapping[str, str] | None = None,
    *,
    client: str = "192.0.2.1",
    at: float = IN_2026,
    repeat: int = 1,
) -> dict[str, list[str]]:
    """The rules on both sides of which the last of some equal requests is."""
    request = Request(method, f"https://api.example{path}", headers or {}, client=client, at=at)
    usage = Usage()
    for _ in range(repeat):
        decision = evaluate(POLICY, request, usage)
        usage.record(decision)
    rules = {rule.path for rule in rules_of(POLICY)}
    marks = {mark for mark in marks_of(POLICY, decision) if mark[0] in rules}
    return {
        name: sorted(path for path, side in marks if side == of)
        for name, of in (("held", HELD), ("outside", OUTSIDE))
    }


OUT_OF_BLOCKS = ["network/deny/0", "network/deny/1"]
WEB = {"X-Api-Key": "web-key"}


def test_a_request_that_is_let_in_is_held_by_what_lets_it_in() -> None:
    assert marked(headers=WEB) == {
        "held": [
            "keys/0",
            "keys/0/expires",
            "network/default",
            "rate_limits/0",
            "roles/reader",
            "routes/0",
            "routes/0/public",
            "routes/0/scopes/0",
        ],
        "outside": OUT_OF_BLOCKS,
    }


@pytest.mark.parametrize(
    ("client", "marks"),
    [
        pytest.param(
            "203.0.113.9",
            {"held": ["network/deny/0"], "outside": ["network/allow/0"]},
            id="in a block that is denied, and outside of the one that is allowed",
        ),
        pytest.param(
            "198.51.100.200",
            {"held": ["network/deny/1"], "outside": ["network/allow/0"]},
            id="in a list file",
        ),
        pytest.param(
            "203.0.113.7",
            {"held": ["network/allow/0"], "outside": ["network/deny/1"]},
            id="let in out of the middle of a block: it is not outside of that",
        ),
    ],
)
def test_addresses(client: str, marks: dict[str, list[str]]) -> None:
    found = marked(client=client, headers={"X-Api-Key": "web-key"})

    assert {
        side: [p for p in paths if p.startswith("network")] for side, paths in found.items()
    } == marks


def test_what_comes_after_a_refusal_shows_in_nothing() -> None:
    assert marked(client="203.0.113.9", headers=WEB) == {
        "held": ["errors/statuses/network.denied", "network/deny/0"],
        "outside": ["network/allow/0"],
    }


def test_a_section_of_a_routes_own() -> None:
    inside, outside = marked(path="/open"), marked(path="/open", client="192.0.3.1")

    assert inside["held"][:2] == ["rate_limits/0", "routes/2"]
    assert "routes/2/network/allow/0" in inside["held"]
    assert (outside["held"], outside["outside"]) == (
        ["routes/2/network/default"],
        ["routes/2/network/allow/0"],
    )


def test_proxies_that_are_believed_and_one_that_is_not() -> None:
    way = {"X-Forwarded-For": "192.0.2.1, 172.16.0.9", **WEB}

    believed, not_believed = marked(headers=way, client="10.0.0.1"), marked(headers=way)

    assert {"trusted_proxies/0", "trusted_proxies/1"} <= set(believed["held"])
    assert {"trusted_proxies/0", "trusted_proxies/1"} <= set(not_believed["outside"])
    assert "trusted_proxies/1" not in believed["outside"]


@pytest.mark.parametrize(
    ("method", "headers", "held", "outside"),
    [
        pytest.param(
            "GET",
            {"Origin": "https://b.example", **WEB},
            ["cors/origins/1"],
            [],
            id="an origin that is admitted",
        ),
        pytest.param(
            "GET",
            {"Origin": "https://c.example", **WEB},
            [],
            ["cors/origins/0", "cors/origins/1"],
            id="one that is not",
        ),
        pytest.param(
            "GET",
            {"Origin": "https://a.example", "Cookie": "a=b", **WEB},
            ["cors/credentials"],
            [],
            id="a cookie that is refused",
        ),
        pytest.param(
            "OPTIONS",
            {
                "Origin": "https://a.example",
                "Access-Control-Request-Method": "PUT",
                "Access-Control-Request-Headers": "x-api-key",
            },
            ["cors/headers/0", "cors/methods/0", "cors/origins/0"],
            [],
            id="a preflight that passes",
        ),
        pytest.param(
            "OPTIONS",
            {"Origin": "https://a.example", "Access-Control-Request-Method": "PATCH"},
            [],
            ["cors/methods/0", "cors/methods/1"],
            id="a method that is not granted",
        ),
        pytest.param(
            "OPTIONS",
            {
                "Origin": "https://a.example",
                "Access-Control-Request-Method": "PUT",
                "Access-Control-Request-Headers": "x-other",
            },
            [],
            ["cors/headers/0", "cors/headers/1"],
            id="a header that is not granted",
        ),
    ],
)
def test_pages(method: str, headers: dict[str, str], held: list[str], outside: list[str]) -> None:
    found = marked(method, headers=headers)

    assert [path for path in found["held"] if path.startswith("cors")] == held
    assert [path for path in found["outside"] if path.startswith("cors")] == outside


def test_a_preflight_takes_no_route() -> None:
    asks = {"Origin": "https://a.example", "Access-Control-Request-Method": "PUT"}

    found = marked("OPTIONS", headers=asks)

    assert [p for p in found["held"] + found["outside"] if p.startswith("routes")] == []


def test_another_method_and_another_path() -> None:
    assert [p for p in marked("POST", headers=WEB)["outside"] if p.startswith("routes")] == [
        "routes/0",
        "routes/1",
    ]
    # The one that takes every method.
    assert [p for p in marked(path="/b", headers=WEB)["outside"] if p.startswith("routes")] == [
        "routes/2"
    ]


@pytest.mark.parametrize(
    ("headers", "asked", "side", "paths"),
    [
        pytest.param({}, {}, "outside", ["routes/0/public"], id="no key"),
        pytest.param(
            {"X-Api-Key": "x"}, {}, "outside", ["routes/0/public"], id="one that is not known"
        ),
        pytest.param(WEB, {"at": IN_2027}, "outside", ["keys/0/expires"], id="expired"),
        pytest.param(
            {"X-Api-Key": "page-key", "Origin": "https://a.example"},
            {"at": 1.0},
            "outside",
            ["keys/2/not_before"],
            id="not valid yet",
        ),
        pytest.param({"X-Api-Key": "old-key"}, {}, "held", ["keys/3/revoked"], id="revoked"),
        pytest.param(
            {"X-Api-Key": "desk-key"},
            {"client": "198.51.100.7"},
            "held",
            ["keys/1", "keys/1/networks/1"],
            id="from one of its networks",
        ),
        pytest.param(
            {"X-Api-Key": "desk-key"},
            {"client": "198.51.100.8"},
            "outside",
            ["keys/1/networks/0", "keys/1/networks/1"],
            id="from none of them",
        ),
        pytest.param(
            {"X-Api-Key": "page-key", "Origin": "https://a.example"},
            {},
            "held",
            ["keys/2", "keys/2/not_before", "keys/2/origins/0"],
            id="from its origin",
        ),
        pytest.param(
            {"X-Api-Key": "page-key", "Origin": "https://b.example"},
            {},
            "outside",
            ["keys/2/origins/0"],
            id="from another",
        ),
    ],
)
def test_keys(
    headers: dict[str, str], asked: dict[str, object], side: str, paths: list[str]
) -> None:
    found = marked(headers=headers, **asked)  # type: ignore[arg-type]

    assert [p for p in found[side] if p.startswith("keys") or p.endswith("/public")][
        : len(paths)
    ] == paths


def test_scopes_and_roles() -> None:
    desk = {"X-Api-Key": "desk-key"}

    lacking, having, reading = (
        marked("PUT", headers=WEB),
        marked("PUT", headers=desk),
        marked(headers={"X-Api-Key": "page-key", "Origin": "https://a.example"}),
    )

    assert [p for p in lacking["outside"] if not p.startswith("network")] == [
        "keys/0",
        "roles/writer",
        "routes/1/scopes/1",
    ]
    assert "routes/1/scopes/0" not in lacking["held"] + lacking["outside"]
    assert {"roles/writer", "routes/1/scopes/0", "routes/1/scopes/1"} <= set(having["held"])
    # Its own scope lets it in, and no role.
    assert [p for p in reading["held"] if p.startswith("roles")] == []


def test_a_quota_that_is_used_up() -> None:
    first, second = marked(headers=WEB), marked(headers=WEB, repeat=2)

    assert "rate_limits/0" in first["held"]
    assert "rate_limits/0" in second["outside"]
    assert "rate_limits/0" not in second["held"]
