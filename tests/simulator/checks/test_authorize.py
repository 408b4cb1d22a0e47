"""May whoever asks do this?"""

from __future__ import annotations

import pytest
from telling import decide, finding, nearly

SHOP = """
roles:
  reader: [orders:read]
  clerk: {inherits: [reader], scopes: [orders:write]}
  boss: {inherits: [clerk], scopes: [admin]}
  auditor: [admin]
keys:
  - {id: web, key: secret-web, roles: [reader]}
  - {id: desk, key: secret-desk, roles: [clerk]}
  - {id: own, key: secret-own, scopes: [admin]}
  - {id: both, key: secret-both, roles: [reader], scopes: [admin]}
routes:
  - {path: /orders, methods: [GET], scopes: [orders:read]}
  - {path: /orders, methods: [POST], scopes: [orders:write, orders:read]}
  - {path: /admin, scopes: [admin, orders:read]}
  - {path: /free, scopes: []}
  - {path: /open, public: true, scopes: [admin]}
  - {path: /root, scopes: [root]}
"""


def judged(key: str, method: str, path: str) -> tuple[str, str | None, str]:
    headers = {"x-api-key": f"secret-{key}"} if key else {}
    found = finding(decide(SHOP, method, f"https://h{path}", headers), "authorize")
    return found.reason.code if found.reason else str(found.outcome), found.rule, found.text


@pytest.mark.parametrize(
    ("key", "method", "path", "expected"),
    [
        pytest.param(
            "web", "GET", "/orders",
            ("pass", "routes/0/scopes", "the key has `orders:read`"), id="a scope of its role",
        ),
        pytest.param(
            "desk", "POST", "/orders",
            ("pass", "routes/1/scopes", "the key has `orders:write` and `orders:read`"),
            id="scopes of its role and of the one that inherits",
        ),
        pytest.param(
            "both", "GET", "/admin",
            ("pass", "routes/2/scopes", "the key has `admin` and `orders:read`"),
            id="scopes of its role and its own",
        ),
        pytest.param(
            "web", "POST", "/orders",
            ("authorize.missing-scope", "routes/1/scopes",
             "key `web` lacks the scope `orders:write`, which `POST /orders` needs"),
            id="one of two scopes is missing",
        ),
        pytest.param(
            "desk", "GET", "/admin",
            ("authorize.missing-scope", "routes/2/scopes",
             "key `desk` lacks the scope `admin`, which `any method /admin` needs"),
            id="on a route for any method",
        ),
        pytest.param(
            "own", "POST", "/orders",
            ("authorize.missing-scope", "routes/1/scopes",
             "key `own` lacks the scope `orders:write`, `orders:read`, which `POST /orders` needs"),
            id="all scopes are missing",
        ),
        pytest.param(
            "web", "GET", "/free", ("skip", None, "the route needs no scope"), id="no scope needed"
        ),
        pytest.param(
            "web", "GET", "/open", ("skip", None, "the route is public"), id="a public route"
        ),
        pytest.param(
            "web", "GET", "/none", ("skip", None, "no route, so no scope is needed"), id="no route"
        ),
        pytest.param(
            "", "GET", "/orders", ("skip", None, "nobody to judge: no known key was sent"),
            id="nobody",
        ),
        pytest.param(
            "wrong", "GET", "/orders", ("skip", None, "nobody to judge: no known key was sent"),
            id="somebody unknown",
        ),
    ],
)  # fmt: skip
def test_a_key_is_judged_by_its_scopes(
    key: str, method: str, path: str, expected: tuple[str, str | None, str]
) -> None:
    assert judged(key, method, path) == expected


def test_the_status_is_403() -> None:
    decision = decide(SHOP, "POST", "https://h/orders", {"x-api-key": "secret-web"})

    assert (decision.status, decision.blocked_by) == (403, "server")


@pytest.mark.parametrize(
    ("key", "method", "path", "expected"),
    [
        pytest.param(
            "web", "POST", "/orders",
            ["role `clerk` grants it", "role `boss` grants it", "key `desk` would be admitted"],
            id="the roles that grant it and the keys that have it",
        ),
        pytest.param(
            "web", "GET", "/admin",
            ["role `boss` grants it", "role `auditor` grants it", "key `both` would be admitted"],
            id="those only that have all of it",
        ),
        pytest.param("web", "GET", "/root", ["no role grants it"], id="that nobody has it"),
    ],
)  # fmt: skip
def test_a_refusal_says_what_would_do(
    key: str, method: str, path: str, expected: list[str]
) -> None:
    decision = decide(SHOP, method, f"https://h{path}", {"x-api-key": f"secret-{key}"})

    assert nearly(decision, "authorize") == expected
