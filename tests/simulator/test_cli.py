"""The verbs: what they print, and with what status they end."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from simulator import REASONS, policy_schema
from simulator.cli import why403

POLICY = """\
hosts: [api.shop.example]
network:
  deny: [203.0.113.0/24]
roles:
  reader: [orders:read]
  clerk: [orders:read, orders:write]
keys:
  - {id: web, key: web-demo, roles: [reader]}
  - {id: desk, key: desk-demo, roles: [clerk], expires: 2026-06-01}
routes:
  - {path: "/orders/{id}", methods: [GET], scopes: [orders:read]}
  - {path: "/orders/{id}", methods: [DELETE], scopes: [orders:write]}
  - path: /search
    public: true
    rate_limits: [{per: client, quota: 1/minute}]
"""
URL = "https://api.shop.example/orders/7"
KEY = "X-Api-Key: web-demo"


@pytest.fixture
def policy(tmp_path: Path) -> str:
    path = tmp_path / "shop.yaml"
    path.write_text(POLICY)
    return str(path)


def run(arguments: Sequence[str], *, given: str = "") -> Result:
    result = CliRunner().invoke(why403, arguments, input=given)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


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


def test_every_problem_of_a_policy_is_printed_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "bad.yaml"
    path.write_text("networks: {}\ncors:\n  origins: [https://shop.example/]\norder: [cors]\n")

    result = run(["decide", str(path)])

    assert result.exit_code == 2
    assert [line.partition(": ")[0] for line in result.stderr.splitlines()[:3]] == [
        f"{path}:1",
        f"{path}:3",
        f"{path}:4",
    ]
    assert "did you mean `network`?" in result.stderr
    assert result.stderr.endswith("why403: 3 problems; nothing was judged\n")


def test_the_problems_of_a_policy_are_json_where_json_was_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "bad.yaml"
    path.write_text("networks: {}\n")

    result = run(["explain", "--json", str(path), URL])

    assert result.exit_code == 2
    (problem,) = json.loads(result.stdout)["problems"]
    assert (problem["file"], problem["line"], problem["path"]) == (str(path), 1, "networks")
    assert problem["remedy"] == "did you mean `network`?"


def lines(*requests: object) -> str:
    return "".join(json.dumps(request) + "\n" for request in requests)


def test_decide_answers_line_by_line_in_order(policy: str) -> None:
    get = {"method": "GET", "url": URL, "headers": [["X-Api-Key", "web-demo"]]}
    given = lines({"id": "a", **get}, {"id": 2, **get, "client": "203.0.113.7"})

    result = run(["decide", policy], given=given)

    first, second = map(json.loads, result.stdout.splitlines())
    assert result.exit_code == 0
    assert (first["id"], first["allowed"], first["status"], first["rule"]) == ("a", True, 200, None)
    assert second["id"] == 2
    assert (second["reason"], second["blocked_by"]) == ("network.denied", "server")
    assert second["rule"] == {"path": "network/deny/0", "file": policy, "line": 3}
    assert second["failures"] == ["network.denied"]
    assert [f["check"] for f in second["trace"]][:2] == ["network", "cors"]
    assert second["response"]["status"] == 403
    assert json.loads(second["response"]["body"])["type"] == "urn:why403:network.denied"


def test_decide_goes_on_after_a_line_it_cannot_read_and_ends_with_2(policy: str) -> None:
    result = run(["decide", policy], given="{\n" + lines({"id": 1, "method": "GET", "url": URL}))

    first, second = map(json.loads, result.stdout.splitlines())
    assert result.exit_code == 2
    assert first["error"]["problem"] == "the line is not JSON"
    assert set(first["error"]) == {"problem", "cause", "remedy"}
    assert second["reason"] == "authenticate.no-credential"


def test_decide_lets_through_what_no_policy_judges(policy: str) -> None:
    given = lines({"method": "GET", "url": "https://other.example/"})

    answer = json.loads(run(["decide", policy], given=given).stdout)

    assert (answer["policy"], answer["allowed"], answer["id"]) == (None, True, None)


def test_decide_takes_the_first_policy_whose_hosts_match(policy: str, tmp_path: Path) -> None:
    other = tmp_path / "any.yaml"
    other.write_text("network: {default: deny}\n")
    given = lines(
        {"method": "GET", "url": "https://api.shop.example/search"},
        {"method": "GET", "url": "https://other.example/"},
    )

    answers = [
        json.loads(a) for a in run(["decide", policy, str(other)], given=given).stdout.splitlines()
    ]

    assert [a["policy"] for a in answers] == [policy, str(other)]
    assert [a["allowed"] for a in answers] == [True, False]


def test_decide_counts_quotas_over_the_lines(policy: str) -> None:
    search = {"method": "GET", "url": "https://api.shop.example/search", "at": 1764000000}
    given = lines(search, search, search | {"at": 1764000060})

    answers = [json.loads(a) for a in run(["decide", policy], given=given).stdout.splitlines()]

    assert [a["status"] for a in answers] == [200, 429, 200]
    assert ["retry-after", "60"] in answers[1]["response"]["headers"]


def test_no_secret_is_ever_printed(policy: str) -> None:
    given = lines({"method": "GET", "url": URL, "headers": [["X-Api-Key", "web-demp"]]})

    explained = run(["explain", policy, URL, "-H", "X-Api-Key: web-demp"])
    decided = run(["decide", policy], given=given)

    assert "but for one character" in explained.stdout
    for text in (explained.output, decided.output):
        assert "web-demo" not in text
        assert "web-demp" not in text


def test_reasons_lists_every_code() -> None:
    result = run(["reasons"])

    assert [line.split()[0] for line in result.stdout.splitlines()] == list(REASONS)


def test_reasons_explains_one_code_and_knows_its_uri() -> None:
    plain, uri = run(["reasons", "route.not-found"]), run(["reasons", "urn:why403:route.not-found"])

    assert plain.exit_code == uri.exit_code == 0
    assert plain.stdout == uri.stdout
    assert "usual causes" in plain.stdout


def test_an_unknown_code_gets_a_guess() -> None:
    result = run(["reasons", "route.notfound"])

    assert result.exit_code == 2
    assert "did you mean `route.not-found`?" in result.stderr


def test_reasons_as_json_are_all_there() -> None:
    records = json.loads(run(["reasons", "--json"]).stdout)

    assert [record["code"] for record in records] == list(REASONS)


def test_schema_prints_the_schema() -> None:
    assert json.loads(run(["schema"]).stdout) == policy_schema()


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_scripts_name_the_command(shell: str) -> None:
    assert "_WHY403_COMPLETE" in run(["completion", shell]).stdout


def test_proxy_refuses_an_address_without_a_port() -> None:
    result = run(["proxy", "--listen", "localhost"])

    assert result.exit_code == 2
    assert "`localhost` is not an address to listen on" in result.stderr


def test_the_command_starts_without_mitmproxy(policy: str) -> None:
    code = (
        "import sys; from simulator.cli import why403\n"
        f"try: why403(['explain', {policy!r}, {URL!r}])\n"
        "except SystemExit: pass\n"
        "print([m for m in sys.modules if m.partition('.')[0] in ('mitmproxy', 'tornado')])"
    )

    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )

    assert result.stdout.splitlines()[-1] == "[]"
