"""Does `record` turn traffic into cases that hold?"""

from __future__ import annotations

import warnings
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from traffic import exchange, har_text, keyed

from simulator.cases import read_cases, run_case
from simulator.files import open_policy
from simulator.verbs.record import record

with warnings.catch_warnings():
    # What mitmproxy is made of warns of its own future when it is imported, and only then.
    warnings.simplefilter("ignore", DeprecationWarning)
    from mitmproxy import connection, http, io

POLICY = """\
hosts: [api.shop.example]
network: {deny: [203.0.113.0/24]}
keys:
  - {id: web, key: web-secret, scopes: [a]}
routes:
  - {path: "/orders/{id}", methods: [GET], scopes: [a]}
  - {path: "/orders/{id}", methods: [DELETE], scopes: [b]}
"""
TRAFFIC = (
    keyed("GET /orders/7", "web-secret"),
    keyed("GET /orders/8", "web-secret"),
    keyed("GET /orders/8", "their-secret", 401),
    keyed("DELETE /orders/8", "web-secret", 403),
    exchange("GET https://cdn.example/x.js"),
)
URL = "https://api.shop.example/orders/7"


@pytest.fixture(autouse=True)
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a policy and a HAR file; the tests run in it."""
    monkeypatch.chdir(tmp_path)
    Path("shop.yaml").write_text(POLICY)
    Path("shop.har").write_text(har_text(TRAFFIC))
    return tmp_path


def run(*arguments: str, given: str = "") -> Result:
    result = CliRunner().invoke(record, list(arguments), input=given)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def wrong() -> list[tuple[str, ...]]:
    """What of the cases file does not hold."""
    policy = open_policy("shop.yaml")
    cases = read_cases(Path("shop.cases.yaml").read_text()).cases
    return [found for case in cases if (found := run_case(policy, case).wrong)]


def test_a_new_cases_file_is_of_the_policy_beside_it_and_holds_at_once() -> None:
    result = run("--har", "shop.har", "--into", "shop.cases.yaml")

    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr == (
        "why403: 1 to hosts that `shop.yaml` does not judge: `cdn.example`\n"
        "why403: 1 with a made-up credential in place of one that no policy knows\n"
        "why403: a HAR does not tell who asked: 127.0.0.1 was taken for the client (`--client`)\n"
        "why403: shop.cases.yaml: 3 new cases of 5 requests, 1 like another\n"
    )
    text = Path("shop.cases.yaml").read_text()
    assert "secret" not in text
    assert text.count("key: web") == 2
    assert wrong() == []


def test_what_stands_in_a_cases_file_stays_to_the_letter() -> None:
    mine = (
        "description:   mine # all of it\n"
        "cases:\n"
        "  # my own\n"
        "  - { name: 'mine', request: { url: \"https://api.shop.example/orders/1\", key: web },\n"
        "      expect: { allowed: true } }\n"
    )
    Path("shop.cases.yaml").write_text(mine)

    first = run("--har", "shop.har", "--into", "shop.cases.yaml")
    written = Path("shop.cases.yaml").read_text()
    again = run("--har", "shop.har", "--into", "shop.cases.yaml")

    assert "shop.cases.yaml: 2 new cases of 5 requests, 2 like another" in first.stderr
    assert written.startswith(mine)
    assert wrong() == []
    assert "shop.cases.yaml: 0 new cases of 5 requests, 4 like another" in again.stderr
    assert Path("shop.cases.yaml").read_text() == written


def test_drift_is_told_and_what_was_observed_is_expected() -> None:
    Path("shop.har").write_text(har_text([keyed("DELETE /orders/8", "web-secret", 204)]))

    result = run("--har", "shop.har", "--policy", "shop.yaml")

    assert result.exit_code == 1
    assert result.stderr.startswith(
        "why403: drift: shop.har, entry 0: DELETE /orders/8: the server let it in (204); "
        "the policy: 403 authorize.missing-scope\n"
    )
    assert result.stdout.endswith("    expect: {allowed: true}\n")


def test_a_curl_command_is_expected_to_be_what_the_policy_decides() -> None:
    arguments = ("-X", "DELETE", URL, "-H", "X-Api-Key: web-secret", "--at", "2026-03-02")

    result = run("-p", "shop.yaml", *arguments)
    pasted = run("--curl", "-", "-p", "shop.yaml", "--at", "2026-03-02",
                 given=f"curl -X DELETE '{URL}' -H 'X-Api-Key: web-secret'")  # fmt: skip

    assert result.exit_code == 0
    assert (
        result.stdout
        == pasted.stdout
        == (
            "# Recorded by why403 from a curl command.\n"
            "cases:\n"
            "  - name: DELETE /orders/7 with key web is refused (authorize.missing-scope)\n"
            "    request: {method: DELETE, url: https://api.shop.example/orders/7, key: web}\n"
            "    at: 2026-03-02T00:00:00Z\n"
            "    expect: {reason: authorize.missing-scope, status: 403, allowed: false}\n"
        )
    )


def test_one_entry_and_another_client_may_be_chosen() -> None:
    result = run(
        "--har", "shop.har", "--entry", "0", "-p", "shop.yaml", "--client", "203.0.113.9"
    )  # fmt: skip

    assert result.exit_code == 1  # the server let it in
    assert "    client: 203.0.113.9\n" in result.stdout
    assert "1 new case of 1 request\n" in result.stderr


def test_without_a_policy_the_answers_speak() -> None:
    result = run("--har", "shop.har")

    assert "secret" not in result.output
    assert "X-Api-Key: made-up-1" in result.stdout
    assert "why403: 5 new cases of 5 requests\n" in result.stderr


def test_saved_flows_are_recorded_with_their_clients() -> None:
    client = connection.Client(peername=("203.0.113.9", 50000), sockname=("127.0.0.1", 8080))
    flow = http.HTTPFlow(client, connection.Server(address=("api.shop.example", 443)))
    flow.request = http.Request.make("GET", URL, headers={"X-Api-Key": "web-secret"})
    flow.request.timestamp_start = 1772452800.0
    flow.response = http.Response.make(403)
    with Path("saved.flow").open("wb") as file:
        io.FlowWriter(file).add(flow)

    result = run("--flows", "saved.flow", "-p", "shop.yaml")

    assert result.exit_code == 0
    assert "    client: 203.0.113.9\n    at: 2026-03-02T12:00:00Z\n" in result.stdout
    assert "    expect: {reason: network.denied, status: 403, allowed: false}\n" in result.stdout


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "no request was given: one source is recorded"),
        (("--har", "shop.har", "--flows", "x"), "--har and --flows were given"),
        ((URL,), "a curl command has no answer, and no policy is given"),
        (("-p", "shop.yaml", "--data"), "why403: "),
        (("--flows", "x", "shop.yaml"), "`shop.yaml` is no request: it is a file"),
        (("--har", "none.har"), "`none.har` cannot be read"),
        (("--flows", "none.flow"), "`none.flow` cannot be read"),
        (("--har", "shop.har", "--entry", "9"), "has no entry `9`: it has 5, counted from 0"),
        (("--har", "shop.har", "--into", "cases.yaml"), "name it `cases.cases.yaml`"),
        (("--har", "shop.har", "-p", "none.yaml"), "`none.yaml` cannot be read"),
        (("--har", "shop.har", "--into", "bad.cases.yaml"), "`nam` is not known"),
        (("--har", "shop.har", "--into", "none/a.cases.yaml"), "cannot be written"),
        (("-p", "shop.yaml", URL, "--at", "noon"), "`noon` is not a time"),
    ],
)
def test_it_ends_with_2_where_there_is_nothing_to_record(
    arguments: tuple[str, ...], message: str
) -> None:
    Path("bad.cases.yaml").write_text("cases: [{nam: x}]\n")

    result = run(*arguments)

    assert result.exit_code == 2
    assert message in result.stderr
    assert result.stdout == ""
