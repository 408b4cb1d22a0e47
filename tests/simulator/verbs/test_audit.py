"""Does `audit` list what was never used, and take it away?"""

from __future__ import annotations

import json
import warnings
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from traffic import API, NOON, exchange, har_text, keyed

from simulator import evaluate, load_policy
from simulator.render.record import decision_record
from simulator.verbs.audit import audit

with warnings.catch_warnings():
    # What mitmproxy is made of warns of its own future when it is imported, and only then.
    warnings.simplefilter("ignore", DeprecationWarning)
    from mitmproxy import connection, http, io

POLICY = """\
hosts: [api.shop.example]
network: {default: deny, allow: [127.0.0.0/8, 192.0.2.0/24]}
keys:
  - {id: web, key: web-secret, scopes: [a]}
  - {id: old, key: old-secret, scopes: [a]} # who?
routes:
  - {path: "/orders/{id}", methods: [GET, PUT], scopes: [a]}
rate_limits: [{per: client, quota: 5/minute}]
"""
TAKEN = """\
hosts: [api.shop.example]
network: {default: deny, allow: [127.0.0.0/8]}
keys:
  - {id: web, key: web-secret, scopes: [a]}
routes:
  - {path: "/orders/{id}", methods: [GET], scopes: [a]}
rate_limits: [{per: client, quota: 5/minute}]
"""
LINE = {"method": "GET", "url": f"{API}/orders/7", "headers": {"X-Api-Key": "web-secret"}}


@pytest.fixture(autouse=True)
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder with a policy and logs; the tests run in it."""
    monkeypatch.chdir(tmp_path)
    Path("shop.yaml").write_text(POLICY)
    lines = [{**LINE, "at": NOON}, {**LINE, "at": NOON + 5400}, {**LINE, "headers": {}, "at": NOON}]
    Path("log.jsonl").write_text("\n".join(map(json.dumps, lines)) + "\n\n")


def run(*arguments: str, given: str = "") -> Result:
    result = CliRunner().invoke(audit, list(arguments), input=given)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def test_the_unused_is_listed_with_its_place_and_the_used_is_counted() -> None:
    result = run("shop.yaml", "log.jsonl")

    assert result.exit_code == 1
    assert result.stdout == (
        "shop.yaml  3 decisions, 2026-03-02 12:00 to 13:30 UTC (1.5 hours): 2 let in, 1 refused\n"
        "\n"
        "never used, 3 of 8 permissions\n"
        "  network  shop.yaml:2  `192.0.2.0/24`\n"
        "  key      shop.yaml:5  `old`\n"
        "  method   shop.yaml:7  PUT of `/orders/{id}`\n"
        "\n"
        "used\n"
        "  network  `127.0.0.0/8` 2\n"
        "  key      `web` 2\n"
        "  scope    `a` of key `web` 2\n"
        "  route    `GET,PUT /orders/{id}` 2\n"
        "  method   GET of `/orders/{id}` 2\n"
        "\n"
        "shop.yaml:8  `5/minute per client`: at most 1 of 5 were used at once\n"
        "\n"
        "see the change: --diff; make it: --apply\n"
    )


def test_the_change_is_shown_without_secrets_and_made_on_demand() -> None:
    shown = run("--diff", "shop.yaml", "log.jsonl")
    untouched = Path("shop.yaml").read_text()
    made = run("--apply", "shop.yaml", "log.jsonl")
    again = run("shop.yaml", "log.jsonl")

    assert (
        "-  - {id: old, key: •••, scopes: [a]} # who?\n"
        " routes:\n"
        '-  - {path: "/orders/{id}", methods: [GET, PUT], scopes: [a]}\n'
    ) in shown.stdout
    assert "secret" not in shown.output + made.output
    assert untouched == POLICY
    assert Path("shop.yaml").read_text() == TAKEN
    assert made.stderr == "why403: shop.yaml: 3 taken away\n"
    assert again.exit_code == 0
    assert "each of 4 permissions was used" in again.stdout


def test_json_holds_all_of_it() -> None:
    result = json.loads(run("--json", "shop.yaml", "log.jsonl").stdout)

    assert (result["decisions"], result["let_in"], result["first"]) == (3, 2, NOON)
    assert result["unused"][0] == {
        "kind": "network",
        "text": "`192.0.2.0/24`",
        "path": "network/allow/1",
        "file": "shop.yaml",
        "line": 2,
        "edits": [["remove", "network/allow/1"]],
        "stays": None,
    }
    assert [used["uses"] for used in result["used"]] == [2] * 5
    assert result["quotas"][0]["burst"] == 5


def test_a_har_and_flows_are_logs_too() -> None:
    Path("shop.har").write_text(har_text([keyed("GET /orders/7", "web-secret")]))
    client = connection.Client(peername=("192.0.2.7", 50000), sockname=("127.0.0.1", 8080))
    flow = http.HTTPFlow(client, connection.Server(address=("api.shop.example", 443)))
    flow.request = http.Request.make("PUT", f"{API}/orders/7", headers={"X-Api-Key": "old-secret"})
    flow.request.timestamp_start = NOON
    with Path("saved.flow").open("wb") as file:
        io.FlowWriter(file).add(flow)

    result = run("shop.yaml", "shop.har", "saved.flow")

    assert result.exit_code == 0
    assert "2 decisions, 2026-03-02 12:00 UTC: 2 let in, 0 refused\n" in result.stdout
    assert "a HAR does not tell who asked: 127.0.0.1 was taken for the client" in result.stdout


def test_decisions_are_a_log_and_leave_some_open() -> None:
    policy = load_policy(POLICY, name="shop.yaml")
    request = keyed("GET /orders/7", "web-secret").request
    record = decision_record(policy, request, evaluate(policy, request))
    given = "\n".join(map(json.dumps, [record, {"id": 1, "error": {}}]))

    result = run("shop.yaml", "-", given=given)

    assert "shop.yaml  1 decision, of a time that is not told: 1 let in, 0 refused\n" in (
        result.stdout
    )
    assert "left out: 1 line that could not be read when they were judged\n" in result.stdout
    assert "not told by decisions alone: 2 methods. Give the requests" in result.stdout


def test_what_stays_says_why() -> None:
    Path("shop.yaml").write_text("routes: [{path: /a, public: true}]\nkeys: [{id: k, key: k}]\n")

    result = run("shop.yaml", "-", given=json.dumps(LINE))

    assert "stays: without `routes` every path would exist" in result.stdout


def test_every_problem_of_every_log_is_told() -> None:
    Path("bad.jsonl").write_text('{}\nno\n\n{"method": "GET", "url": 7}\n' + "[]\n" * 9)
    Path("bad.har").write_text('{"log": 7}')

    result = run("shop.yaml", "bad.jsonl", "bad.har", "none.jsonl")

    assert result.exit_code == 2
    assert result.stdout == ""
    lines = result.stderr.splitlines()
    assert lines[0].startswith("why403: bad.jsonl:1: the request has no `method`")
    assert lines[1].startswith("why403: bad.jsonl:2: the line is not JSON")
    assert lines[2].startswith("why403: bad.jsonl:4: `url` is `7`")
    assert lines[-1] == "why403: and 4 more like these"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("shop.yaml", "empty.jsonl"), "the log holds no decision of the policy: it is empty"),
        (("none.yaml", "log.jsonl"), "`none.yaml` cannot be read"),
        (("shop.yaml", "none.jsonl"), "`none.jsonl` cannot be read: no such file"),
        (("shop.yaml", "long.har"), "cannot be read as JSON"),
    ],
)
def test_it_ends_with_2_where_there_is_nothing_to_audit(
    arguments: tuple[str, ...], message: str
) -> None:
    Path("empty.jsonl").write_text("\n")
    Path("long.har").write_text("{\n")

    result = run(*arguments)

    assert result.exit_code == 2
    assert message in result.stderr


def test_a_har_file_may_be_of_many_lines() -> None:
    Path("log").write_text(json.dumps(json.loads(har_text([exchange("GET /a")])), indent=1))

    assert "1 decision, 2026-03-02 12:00 UTC: 0 let in, 1 refused" in run("shop.yaml", "log").stdout
