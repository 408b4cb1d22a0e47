"""Are fixes shown with what they change and whom they let in, and without a secret?"""

from __future__ import annotations

import json
from base64 import b64encode

import pytest
from fixing import ask

from simulator import Request, load_policy
from simulator.fixes import find_fixes
from simulator.grammar import REASONS
from simulator.render.fixes import fix_list, fixes_record, no_fix
from simulator.render.terminal import as_text

POLICY = load_policy(
    """\
roles: {reader: [read]}
keys:
  - {id: web, key: web-demo, roles: [reader]}
  - {id: boss, key: "boss:demo", scopes: [write]} # hers
credentials: [{header: x-api-key}, basic, {query: k}, {cookie: s}]
routes: [{path: /orders, scopes: [write]}]
""",
    name="p.yaml",
)
URL = "https://api.example/orders"
REFUSED = ask(URL, {"X-Api-Key": "web-demo"})


def shown(request: Request, *, limit: int = 2) -> str:
    found = list(find_fixes(POLICY, request, limit=limit))
    return as_text(fix_list(POLICY, request, found))


def test_a_fix_is_its_words_whom_it_lets_in_and_its_change() -> None:
    assert (
        shown(REFUSED)
        == """\

  fix 1  use key `boss`
         changes the request

         - x-api-key: (key web)
         + x-api-key: (key boss)

  fix 2  grant `write` to key `web`
         changes the policy
         also: every `any method /orders` of key `web`

         --- p.yaml
         +++ p.yaml (fixed)
         @@ -1,6 +1,6 @@
          roles: {reader: [read]}
          keys:
         -  - {id: web, key: •••, roles: [reader]}
         +  - {id: web, key: •••, roles: [reader], scopes: [write]}
            - {id: boss, key: •••, scopes: [write]} # hers
          credentials: [{header: x-api-key}, basic, {query: k}, {cookie: s}]
          routes: [{path: /orders, scopes: [write]}]

  more: --apply N writes fix N into p.yaml
"""
    )


def test_what_to_think_of_is_told() -> None:
    request = ask(URL, {"X-Api-Key": "web-demo"})
    policy = load_policy("network: {deny: [10.0.0.1]}", name="p.yaml")
    headers = {"X-Forwarded-For": "192.0.2.7"}
    proxied = Request("GET", URL, headers, client=request.client)

    text = as_text(fix_list(policy, proxied, list(find_fixes(policy, proxied))))

    assert "         take care: is 10.0.0.1 a proxy of yours?\n" in text


@pytest.mark.parametrize(
    ("url", "headers", "gone"),
    [
        (URL, {"X-Api-Key": "web-demo"}, ["x-api-key: (key web)"]),
        (URL, {"X-Api-Key": "another-secret"}, ["x-api-key: …"]),
        (
            URL,
            {"Authorization": "Basic " + b64encode(b"web:web-demo").decode()},
            ["authorization: Basic (key web)"],
        ),
        (URL, {"Cookie": "s=web-demo; t=more"}, ["cookie: (key web)"]),
        (f"{URL}?k=web-demo&x=1", {}, ["GET https://api.example/orders?k=(key web)"]),
        (URL, {"Authorization": "Bearer a-token"}, []),
    ],
)
def test_no_secret_is_shown(url: str, headers: dict[str, str], gone: list[str]) -> None:
    request = ask(url, headers)

    text = shown(request, limit=1)
    found = list(find_fixes(POLICY, request, limit=4))
    record = json.dumps(fixes_record(POLICY, request, found))
    whole = as_text(fix_list(POLICY, request, found))

    for secret in ("web-demo", "boss:demo", "another-secret", "a-token", "t=more"):
        assert secret not in text + record + whole
    for line in gone:
        assert f"- {line}\n" in whole


def test_the_same_for_machines() -> None:
    found = list(find_fixes(POLICY, REFUSED, limit=2))

    client, server = fixes_record(POLICY, REFUSED, found)

    assert client == {
        "side": "client",
        "say": "use key `boss`",
        "steps": ["use key `boss`"],
        "also_allows": [],
        "cares": [],
        "edits": [],
        "diff": "",
        "request": ["- x-api-key: (key web)", "+ x-api-key: (key boss)"],
    }
    assert isinstance(server, dict)
    assert server["edits"] == [{"change": "insert", "path": "keys/0/scopes", "value": "write"}]
    assert str(server["diff"]).startswith("--- p.yaml\n+++ p.yaml (fixed)\n@@ -1,6 +1,6 @@\n")


def test_where_nothing_helps_the_reason_says_what_else_to_do() -> None:
    assert (
        as_text(no_fix(REASONS["authenticate.revoked"]))
        == """\

  no fix in this policy: nothing was found that turns this and shuts nobody out
  - use its successor
"""
    )
    assert "no fix in this policy" in as_text(no_fix(None))
