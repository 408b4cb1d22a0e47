"""Does `learn` draft a policy that a person can review?"""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from traffic import exchange, har_text, keyed

from simulator.files import open_policy
from simulator.verbs.learn import learn


def run(*arguments: str | Path) -> Result:
    result = CliRunner().invoke(learn, [str(argument) for argument in arguments])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


@pytest.fixture
def har(tmp_path: Path) -> Path:
    path = tmp_path / "shop.har"
    traffic = [
        keyed("GET /orders/7", "web-secret"),
        exchange("GET /orders/7", 401),
        exchange("GET https://cdn.example/x.js"),
    ]
    path.write_text(har_text(traffic))
    return path


def test_the_draft_goes_to_output_and_what_was_guessed_beside_it(har: Path) -> None:
    result = run(har)

    assert result.exit_code == 0
    assert result.stdout.startswith(f"# Drafted by why403 from {har}:\n")
    assert "web-secret" not in result.output
    assert result.stderr.startswith(
        "why403: the draft admits 2 of 3 requests\n  what I had to guess:\n    - where requests"
    )
    assert result.stderr.endswith("  what I left out:\n    - 1 refused: GET /orders/7 (401)\n")


def test_a_file_gets_it_and_is_never_replaced(har: Path, tmp_path: Path) -> None:
    written = tmp_path / "shop.yaml"

    first = run(har, "-o", written)
    again = run(har, "-o", written)

    assert (first.exit_code, first.stdout) == (0, "")
    assert open_policy(written).keys[0].id == "key-1"
    assert again.exit_code == 2
    assert "is there already: a draft would replace what somebody wrote" in again.stderr


def test_one_host_may_be_learned_of_alone(har: Path) -> None:
    result = run("--host", "cdn.example", har)

    assert "hosts: [cdn.example]  # 1 request\n" in result.stdout
    assert "admits 1 of 1 requests" in result.stderr


def test_a_host_that_nobody_asked_is_refused(har: Path) -> None:
    result = run("--host", "other.example", har)

    assert result.exit_code == 2
    assert "they go to `api.shop.example`, `cdn.example`" in result.stderr


def test_an_api_description_gives_the_paths(har: Path, tmp_path: Path) -> None:
    api = tmp_path / "openapi.yaml"
    api.write_text("openapi: 3.1.0\npaths: {'/orders/{number}': {get: {}, put: {}}}\n")

    result = run(har, "--openapi", api)

    assert '- {path: "/orders/{number}", methods: [GET]' in result.stdout
    assert '# - {path: "/orders/{number}", methods: [PUT]}  # documented, never used' in (
        result.stdout
    )
    assert "not in the API description, and admitted all the same: `GET /x.js`" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["none.har"], "`none.har` cannot be read"),
        (["shop.har", "--openapi", "none.yaml"], "`none.yaml` cannot be read"),
        (["shop.har", "--openapi", "shop.har"], "is no API description"),
        (["refused.har"], "shows nothing that a policy could admit"),
        (["shop.har", "-o", "none/shop.yaml"], "cannot be written"),
    ],
)
def test_it_ends_with_2_where_there_is_nothing_to_learn(
    har: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], message: str
) -> None:
    monkeypatch.chdir(har.parent)
    Path("refused.har").write_text(har_text([exchange("GET /a", 403)]))

    result = run(*arguments)

    assert result.exit_code == 2
    assert message in result.stderr
