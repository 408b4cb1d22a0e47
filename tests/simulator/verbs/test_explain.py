"""Does `explain` say which rule refuses, where, and what a page would see?"""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from running import KEY, POLICY, URL, run


def test_explain_says_which_rule_refuses_where_and_what_is_near(policy: str) -> None:
    result = run(["explain", policy, "-X", "DELETE", URL, "-H", KEY])

    assert result.exit_code == 1
    assert result.stdout == (
        "DELETE https://api.shop.example/orders/7\n"
        "✗ 403 Forbidden  authorize.missing-scope\n"
        "\n"
        "  key `web` lacks the scope `orders:write`, which `DELETE /orders/{id}` needs\n"
        f"  {policy}:12  {POLICY.splitlines()[11].strip()}\n"
        f"  → role `clerk` grants it  {policy}:6\n"
        f"  → key `desk` would be admitted  {policy}:7\n"
        "\n"
        "  ✓  network       no rule matches; the default is allow\n"
        "  ·  cors          not a CORS request: it has no Origin field\n"
        "  ✓  route         `DELETE /orders/{id}`\n"
        "  ✓  authenticate  key `web`\n"
        "  ✗  authorize     the key lacks a scope\n"
        "  ·  rate_limit    the policy has no `rate_limits`\n"
        "\n"
        "  more: why403 reasons authorize.missing-scope\n"
    )  # fmt: skip


def test_explain_ends_with_0_when_the_request_is_allowed(policy: str) -> None:
    assert run(["explain", policy, URL, "-H", KEY]).exit_code == 0


def test_explain_takes_our_options_before_and_after_the_policy(policy: str) -> None:
    before = run(["explain", "--client", "203.0.113.9", "--json", policy, URL, "-H", KEY])
    after = run(["explain", policy, URL, "-H", KEY, "--client", "203.0.113.9", "--json"])

    assert before.exit_code == after.exit_code == 1
    assert json.loads(before.stdout) == json.loads(after.stdout)
    assert json.loads(after.stdout)["reason"] == "network.denied"


def test_the_json_of_curl_is_not_ours(policy: str) -> None:
    result = run(["explain", policy, URL, "--json", '{"a": 1}'])

    assert result.exit_code == 1
    assert "POST https://api.shop.example/orders/7" in result.stdout


def test_explain_takes_a_pasted_curl_command(policy: str) -> None:
    pasted = f"curl '{URL}' \\\n  -H '{KEY}' --compressed"

    assert run(["explain", "--curl", pasted, policy]).exit_code == 0
    assert run(["explain", "--curl", "-", policy], given=pasted).exit_code == 0


def test_explain_takes_an_entry_of_a_har_file(policy: str, tmp_path: Path) -> None:
    request = {"method": "DELETE", "url": URL, "headers": [{"name": "X-Api-Key", "value": "?"}]}
    entry = {
        "startedDateTime": "2026-01-01T00:00:00Z",
        "time": 1,
        "request": request | {"httpVersion": "HTTP/1.1", "cookies": [], "queryString": []},
        "response": {"status": 403, "headers": [], "content": {"size": 0, "mimeType": ""}},
    }
    har = tmp_path / "page.har"
    log = {"version": "1.2", "creator": {"name": "t", "version": "1"}, "entries": [entry, entry]}
    har.write_text(json.dumps({"log": log}))

    result = run(["explain", "--har", str(har), "--entry", "1", "--json", policy])
    which = run(["explain", "--har", str(har), policy])

    assert json.loads(result.stdout)["reason"] == "authenticate.unknown-key"
    assert which.exit_code == 2
    assert which.stderr == (
        f"   0  DELETE {URL}\n   1  DELETE {URL}\n"
        f"why403: `{har}` has 2 entries: one of them is explained; choose it with `--entry N`\n"
    )


def test_time_decides_on_expiry(policy: str) -> None:
    delete = [policy, "-X", "DELETE", URL, "-H", "X-Api-Key: desk-demo", "--at"]

    assert run(["explain", *delete, "2026-05-31T23:59:59Z"]).exit_code == 0
    assert run(["explain", *delete, "2026-06-01"]).exit_code == 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "no request was given: one request is explained"),
        (["https://api.shop.exmple/"], "did you mean `api.shop.example`?"),
        ([URL, "--at", "noon"], "`noon` is not a time"),
        (["https://"], "names no host"),
    ],
)
def test_explain_ends_with_2_when_it_cannot_tell(
    policy: str, arguments: list[str], message: str
) -> None:
    result = run(["explain", policy, *arguments])

    assert result.exit_code == 2
    assert message in result.stderr
    assert result.stdout == ""


PAGE = "https://app.example"
SHARED = """\
cors: {origins: [https://app.example], methods: [DELETE], headers: [x-api-key]}
errors: {cors_fields: true}
keys: [{id: web, key: web-demo, scopes: [orders:read]}]
routes:
  - {path: /orders, methods: [GET], scopes: [orders:read]}
  - {path: /orders, methods: [DELETE], scopes: [orders:write]}
"""


@pytest.fixture
def shared(tmp_path: Path) -> str:
    path = tmp_path / "shared.yaml"
    path.write_text(SHARED)
    return str(path)


def test_explain_tells_preflight_and_request_as_one_story(shared: str) -> None:
    asked = ["-X", "DELETE", "https://api.example/orders", "-H", KEY]

    result = run(["explain", shared, *asked, "--page", PAGE])

    assert result.exit_code == 1
    lines = result.stdout.splitlines()
    assert lines[0] == "DELETE https://api.example/orders  from a page at https://app.example"
    assert "✗ the page reads the 403  authorize.missing-scope" in lines[1]
    assert "  1  OPTIONS asks leave for DELETE with x-api-key  → 204 No Content" in lines
    assert any(
        line.startswith("  2  DELETE") and line.endswith("→ 403 Forbidden") for line in lines
    )


def test_explain_ends_with_0_where_the_page_gets_what_it_asks_for(shared: str) -> None:
    result = run(["explain", "--page", PAGE, shared, "https://api.example/orders", "-H", KEY])

    assert result.exit_code == 0
    assert "✓ the page reads the 200" in result.stdout


def test_the_story_of_a_page_as_json(shared: str) -> None:
    arguments = [shared, "https://api.example/orders", "-H", KEY, "--credentials", "include"]

    result = run(["explain", *arguments, "--page", PAGE, "--json"])

    record = json.loads(result.stdout)
    assert result.exit_code == 1
    assert (record["allowed"], record["reason"]) == (False, "cors.credentials-not-allowed")
    assert record["browser"]["spec"].startswith("Fetch, CORS check, step")
    assert [sent["preflight"] for sent in record["exchange"]] == [True]


@pytest.mark.parametrize("page", ["app.example", "ftp://app.example", ""])
def test_what_is_no_origin_of_a_page_is_refused(shared: str, page: str) -> None:
    result = run(["explain", "--page", page, shared, "https://api.example/orders"])

    assert result.exit_code == 2
    assert "is not a page's origin: an origin is a scheme and a host" in result.stderr


def test_a_sandboxed_page_has_the_origin_null(shared: str) -> None:
    result = run(["explain", "--page", "null", shared, "https://api.example/orders", "-H", KEY])

    assert result.exit_code == 1
    assert "from a page at null" in result.stdout
