"""Policies come from files; whatever is wrong with a file is a problem, never a traceback."""

from __future__ import annotations

from pathlib import Path

import pytest

from simulator import PolicyError, Request, evaluate
from simulator.files import open_policy


def problem_of(path: Path) -> str:
    with pytest.raises(PolicyError) as caught:
        open_policy(path)
    (problem,) = caught.value.problems
    return str(problem)


def test_a_policy_is_called_what_its_path_is(tmp_path: Path) -> None:
    path = tmp_path / "shop.yaml"
    path.write_text("routes: [{path: /orders}]\n")

    policy = open_policy(path)

    decision = evaluate(policy, Request("GET", "https://h.example/order"))
    assert decision.deciding is not None
    assert decision.deciding.rule == "routes"
    assert str(policy.span("routes")) == f"{path}:1"


def test_a_list_is_found_beside_the_policy_and_its_line_is_named(tmp_path: Path) -> None:
    path = tmp_path / "shop.yaml"
    path.write_text("network: {deny: [{file: drop.txt}]}\n")
    (tmp_path / "drop.txt").write_text("# bad\n\n203.0.113.0/24\n")

    decision = evaluate(
        open_policy(path), Request("GET", "https://h.example/", client="203.0.113.9")
    )

    assert decision.reason == "network.denied"
    (deciding,) = decision.failures
    assert deciding.rule is not None
    assert str(decision.spans[deciding.rule]) == f"{tmp_path}/drop.txt:3"


def test_a_missing_list_is_a_problem_at_its_entry(tmp_path: Path) -> None:
    path = tmp_path / "shop.yaml"
    path.write_text("network:\n  deny:\n    - {file: nowhere.txt}\n")

    assert problem_of(path) == (
        f"{path}:3: the list `nowhere.txt` cannot be read: no such file or directory; "
        "correct its path"
    )


def test_a_missing_policy_is_said_to_be_missing(tmp_path: Path) -> None:
    path = tmp_path / "nowhere.yaml"

    assert problem_of(path).endswith("cannot be read: no such file or directory; correct its path")


def test_a_folder_is_no_policy(tmp_path: Path) -> None:
    assert "cannot be read: is a directory" in problem_of(tmp_path)


def test_a_binary_file_names_the_line_of_the_first_wrong_byte(tmp_path: Path) -> None:
    path = tmp_path / "image.png"
    path.write_bytes(b"hosts: []\n\x89PNG\r\n\x1a\n\x00")

    assert problem_of(path) == (
        f"{path}:2: the byte 0x89 is not UTF-8: a policy is UTF-8 text; "
        "is this a binary file? if not, save it as UTF-8"
    )


def test_ten_megabytes_are_refused_before_they_are_read(tmp_path: Path) -> None:
    path = tmp_path / "large.yaml"
    path.write_bytes(b"network: {deny: [\n" + b"  10.0.0.1,\n" * 900_000 + b"]}\n")

    assert "the policy has 10,800,021 bytes: at most 8,000,000 are read" in problem_of(path)


def test_keys_come_from_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "shop.yaml"
    path.write_text("keys: [{id: web, env: SHOP_KEY}]\n")
    monkeypatch.setenv("SHOP_KEY", "from-outside")

    request = Request("GET", "https://h.example/", {"x-api-key": "from-outside"})

    assert evaluate(open_policy(path), request).allowed is True


def test_an_unset_variable_is_a_problem(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "shop.yaml"
    path.write_text("keys: [{id: web, env: SHOP_KEY}]\n")
    monkeypatch.delenv("SHOP_KEY", raising=False)

    assert problem_of(path) == (
        f"{path}:1: the environment variable `SHOP_KEY` of key `web` is not set: "
        "its value would be the secret; set it: `export SHOP_KEY=…`"
    )


def test_a_policy_can_be_opened_with_an_edit_in_it(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text("cors: {origins: [https://a.example]}\n")

    policy = open_policy(path, edit=lambda text: text.replace("a.example", "b.example"))

    request = Request("GET", "https://api.example/", {"origin": "https://b.example"})
    assert evaluate(policy, request).allowed
    assert "a.example" in path.read_text()
