"""Are all problems of a policy told, in words and as data?"""

from __future__ import annotations

import json
from pathlib import Path

from running import URL, run


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
