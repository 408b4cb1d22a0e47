"""Does `explain` say which rule refuses, where, and what a page would see?"""

from __future__ import annotations

import json
import re
import shlex
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


# Fixes.

DELETE = ["-X", "DELETE", URL, "-H", KEY, "--at", "2026-05-01"]


def test_fixes_follow_the_explanation(policy: str) -> None:
    plain = run(["explain", policy, *DELETE])

    result = run(["explain", policy, "--fix", *DELETE])

    assert result.exit_code == plain.exit_code == 1
    assert result.stdout.startswith(plain.stdout)
    told = result.stdout.removeprefix(plain.stdout)
    assert "\n  fix 1  use key `desk`\n         changes the request\n" in told
    assert "\n  fix 2  grant `orders:write` to key `web`\n         changes the policy\n" in told
    assert "         +  - {id: web, key: •••, roles: [reader], scopes: [orders:write]}\n" in told
    assert "web-demo" not in result.stdout


def test_where_nothing_is_refused_there_is_nothing_to_fix(policy: str) -> None:
    plain = run(["explain", policy, URL, "-H", KEY])

    result = run(["explain", "--fix", policy, URL, "-H", KEY])

    assert (result.exit_code, result.stdout) == (0, plain.stdout)


def test_where_nothing_helps_that_is_said(tmp_path: Path) -> None:
    path = tmp_path / "p.yaml"
    path.write_text("keys: [{id: web, key: web-demo, revoked: true}]\n")

    result = run(["explain", str(path), "https://api.example/", "-H", KEY, "--fix"])

    assert result.exit_code == 1
    assert result.stdout.endswith(
        "\n  no fix in this policy: nothing was found that turns this and shuts nobody out\n"
        "  - use its successor\n"
    )


def test_fixes_as_json(policy: str) -> None:
    result = run(["explain", policy, *DELETE, "--fix", "--json"])

    record = json.loads(result.stdout)
    assert record["reason"] == "authorize.missing-scope"
    assert [fix["side"] for fix in record["fixes"]] == ["client", "server", "server", "server"]
    assert "fixes" not in json.loads(run(["explain", policy, *DELETE, "--json"]).stdout)


@pytest.mark.parametrize(
    ("given", "roles"),
    [
        (["--apply"], "{id: web, key: web-demo, roles: [reader], scopes: [orders:write]}"),
        (["--apply", "3"], "{id: web, key: web-demo, roles: [reader, clerk]}"),
        (["--apply=3"], "{id: web, key: web-demo, roles: [reader, clerk]}"),
    ],
)
def test_a_fix_is_written_into_the_policy(policy: str, given: list[str], roles: str) -> None:
    path = Path(policy)
    path.chmod(0o640)

    result = run(["explain", policy, *given, *DELETE])

    assert result.exit_code == 0
    assert result.stderr.startswith(f"why403: wrote `{policy}`: ")
    assert path.read_text() == POLICY.replace("{id: web, key: web-demo, roles: [reader]}", roles)
    assert path.stat().st_mode & 0o777 == 0o640
    assert [file.name for file in path.parent.iterdir()] == [path.name]
    assert run(["explain", policy, *DELETE]).exit_code == 0


def test_what_is_let_in_is_left_as_it_is(policy: str) -> None:
    result = run(["explain", "--apply", policy, URL, "-H", KEY])

    assert (result.exit_code, result.stderr) == (0, "")
    assert Path(policy).read_text() == POLICY


@pytest.mark.parametrize(
    ("number", "message"),
    [
        ("1", "fix 1 cannot be applied: it changes the request; ask so yourself"),
        ("9", "there is no fix 9: there are 4; look at them with `--fix`"),
    ],
)
def test_what_cannot_be_written_is_not(policy: str, number: str, message: str) -> None:
    result = run(["explain", policy, *DELETE, "--apply", number])

    assert result.exit_code == 2
    assert result.stderr == f"why403: {message}\n"
    assert Path(policy).read_text() == POLICY


def test_only_the_clients_fixes_leave_nothing_to_write(policy: str) -> None:
    result = run(["explain", policy, URL, "--apply"])

    assert result.exit_code == 2
    assert result.stderr == (
        "why403: there is no fix of the policy: there is 1 of the request; look at them with "
        "`--fix`\n"
    )


def test_a_link_stays_a_link_and_a_mark_of_byte_order_stays(policy: str, tmp_path: Path) -> None:
    path = Path(policy)
    path.write_bytes(b"\xef\xbb\xbf" + POLICY.replace("\n", "\r\n").encode())
    link = tmp_path / "link.yaml"
    link.symlink_to(path)

    result = run(["explain", str(link), "--apply", *DELETE])

    assert result.exit_code == 0
    assert link.is_symlink()
    assert path.read_bytes().startswith(b"\xef\xbb\xbfhosts: ")
    assert path.read_bytes().count(b"\r\n") == POLICY.count("\n")


def test_a_file_that_has_changed_meanwhile_is_not_written(tmp_path: Path) -> None:
    from simulator import Fault
    from simulator.verbs.explain import replace_text

    path = tmp_path / "p.yaml"
    path.write_text("{} # another\n")

    with pytest.raises(Fault, match="has changed meanwhile"):
        replace_text(str(path), "{}\n", "{a: b}\n")
    with pytest.raises(Fault, match="cannot be written"):
        replace_text(str(tmp_path / "missing.yaml"), "{}\n", "{a: b}\n")

    assert path.read_text() == "{} # another\n"


def test_a_page_gets_fixes_for_preflight_and_request(shared: str) -> None:
    asked = ["-X", "PUT", "https://api.example/orders", "-H", KEY, "--page", PAGE]

    result = run(["explain", shared, *asked, "--fix"])

    assert result.exit_code == 1
    fix = "grant the method `PUT` to pages, and let the route `GET /orders` take `PUT` too"
    assert f"\n  fix 1  {fix}\n" in result.stdout


ROOT = Path(__file__).parents[3]
SHOWN = re.findall(
    r"^```\n\$ why403 (.+)\n((?:.*\n)*?)```$",
    (ROOT / "docs" / "fixes.md").read_text(encoding="utf-8"),
    re.MULTILINE,
)


@pytest.mark.parametrize(("command", "shown"), SHOWN, ids=[command for command, _ in SHOWN])
def test_the_page_on_fixes_shows_what_is_printed(
    command: str, shown: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)

    printed = run(shlex.split(command)).stdout

    at = 0
    for part in filter(None, (piece.strip("\n") for piece in shown.split("…\n"))):
        found = printed.find(part, at)
        assert found >= 0, part
        at = found + len(part)


def test_the_page_on_fixes_shows_something() -> None:
    assert len(SHOWN) == 4
