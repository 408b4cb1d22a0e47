"""Do the machine interfaces answer line by line?"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from running import URL, run


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


def browser_case(name: object, *fields: tuple[str, str]) -> dict[str, object]:
    """A page that fetches from another origin, with a header that needs leave."""
    reply = {"status": 200, "headers": [["Access-Control-Allow-Origin", "*"], *fields]}
    return {
        "id": name,
        "page": {"url": "https://app.example/"},
        "steps": [
            {
                "request": {"url": URL, "headers": [["Authorization", "Bearer t"]]},
                "server": [{"preflight": reply, "actual": reply}],
            }
        ],
    }


def test_browser_answers_line_by_line_in_order() -> None:
    star = ("Access-Control-Allow-Headers", "*")

    result = run(["browser"], given=lines(browser_case("a"), browser_case(2, star)))

    first, second = map(json.loads, result.stdout.splitlines())
    assert result.exit_code == 0
    assert (first["id"], second["id"]) == ("a", 2)
    assert first["steps"][0]["settled"] == "rejected"
    assert first["steps"][0]["cors_error"] == "HeaderDisallowedByPreflightResponse"
    assert first["steps"][0]["reason"] == "cors.header-not-allowed"
    assert first["steps"][0]["console"].startswith(f"Access to fetch at '{URL}' from origin")
    assert second["steps"][0]["settled"] == "resolved"
    assert second["steps"][0]["sequence"] == "PA"


def test_browser_answers_for_the_standard_too() -> None:
    given = lines(browser_case(1, ("Access-Control-Allow-Headers", "*")))

    result = run(["browser", "--engine", "standard"], given=given)

    (step,) = json.loads(result.stdout)["steps"]
    assert step["settled"] == "rejected"
    assert step["spec"] == "Fetch, CORS-preflight fetch, step 7.6"


def test_browser_goes_on_after_a_line_it_cannot_read_and_ends_with_2() -> None:
    result = run(["browser"], given="{\n" + lines({"id": 1}, browser_case(2)))

    first, second, third = map(json.loads, result.stdout.splitlines())
    assert result.exit_code == 2
    assert first["error"]["problem"] == "the line is not JSON"
    assert (second["id"], second["error"]["problem"]) == (1, "`page` is missing")
    assert third["steps"][0]["settled"] == "rejected"


def test_browser_answers_each_line_before_the_next_one_comes() -> None:
    command = [sys.executable, "-m", "simulator", "browser"]

    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        for name in (1, 2):
            process.stdin.write(lines(browser_case(name)))
            process.stdin.flush()
            assert json.loads(process.stdout.readline())["id"] == name
        process.stdin.close()

        assert process.wait(timeout=60) == 0


def test_browser_knows_two_engines() -> None:
    result = run(["browser", "--engine", "gecko"])

    assert result.exit_code == 2
    assert "'gecko' is not one of 'standard', 'chromium'" in result.stderr
