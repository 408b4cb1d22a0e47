"""Comments that say why a hazard is lived with."""

from __future__ import annotations

import pytest
from linting import policy
from strategies import NOON

from simulator.lint import lint
from simulator.lint.suppression import Comment, comments

ALLOW = "network:\n  allow: [10.0.0.0/8]"
CODE = "network/allow-without-deny"


def found(text: str) -> list[tuple[int, str, str]]:
    """Line, code and the reason it is suppressed for."""
    return [(h.span.line, h.code, h.suppressed) for h in lint(policy(text), at=NOON)]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        pytest.param(f"{ALLOW} # why403: ignore {CODE}: a proxy denies", 2, id="at its line's end"),
        pytest.param(
            f"network:\n  # why403: ignore {CODE}: a proxy denies\n  allow: [10.0.0.0/8]",
            3,
            id="on a line of its own above",
        ),
        pytest.param(
            f"network:\n  # why403: ignore {CODE}: a proxy denies\n  # office\n"
            "  allow: [10.0.0.0/8]",
            4,
            id="with another comment between",
        ),
        pytest.param(f"{ALLOW} #why403:ignore  {CODE} :  a proxy denies ", 2, id="loosely written"),
        pytest.param(
            f"{ALLOW} # office  # why403: ignore {CODE}: a proxy denies", 2, id="after a word"
        ),
        pytest.param(
            f"{ALLOW} # why403: ignore cors/null-origin, {CODE}: a proxy denies", 2, id="one of two"
        ),
        pytest.param(
            f"# a policy\n# why403: ignore-file {CODE}: a proxy denies\n{ALLOW}", 4, id="the file"
        ),
    ],
)
def test_a_hazard_is_suppressed_with_its_reason(text: str, line: int) -> None:
    assert (line, CODE, "a proxy denies") in found(text)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(
            f"network: # why403: ignore {CODE}: a proxy denies\n  allow: [10.0.0.0/8]",
            id="of another line",
        ),
        pytest.param(
            f"# why403: ignore {CODE}: a proxy denies\n\n{ALLOW}", id="with a blank line between"
        ),
        pytest.param(f"{ALLOW}\n# why403: ignore {CODE}: a proxy denies", id="below"),
        pytest.param(f"{ALLOW}\n# why403: ignore-file {CODE}: a proxy denies", id="not at the top"),
        pytest.param(f"{ALLOW} # why403: ignore {CODE}", id="without a reason"),
        pytest.param(f"{ALLOW} # why403: ignore {CODE}:", id="with an empty one"),
        pytest.param(f"{ALLOW} # ignore {CODE}: a proxy denies", id="without our name"),
        pytest.param(
            f"{ALLOW}\ndescription: 'x # why403: ignore-file {CODE}: a proxy denies'",
            id="in a text",
        ),
    ],
)
def test_a_hazard_is_not_suppressed(text: str) -> None:
    assert [reason for _, code, reason in found(text) if code == CODE] == [""]


@pytest.mark.parametrize(
    ("comment", "code", "message"),
    [
        (
            f"ignore {CODE}",
            "lint/no-reason",
            f"`{CODE}` is not ignored: no reason is given; write `# why403: ignore CODE: reason`",
        ),
        (
            "ignore",
            "lint/no-reason",
            "a hazard is not ignored: no code is given; write `# why403: ignore CODE: reason`",
        ),
        (
            "ignore network/allow-without-denial: a proxy denies",
            "lint/unknown-code",
            "`network/allow-without-denial` is not the code of a hazard: nothing is suppressed by "
            f"it; did you mean `{CODE}`?",
        ),
        (
            "ignore cors/null-origin: a proxy denies",
            "lint/unused-suppression",
            "nothing here is `cors/null-origin`: the comment would hide whatever comes later; "
            "remove it",
        ),
    ],
)
def test_what_is_wrong_with_a_comment_is_told(comment: str, code: str, message: str) -> None:
    text = f"{ALLOW} # why403: {comment}"

    told = [(h.span.line, h.severity, h.message) for h in lint(policy(text)) if h.code == code]

    assert told == [(2, "warning", message)]


def test_a_comment_that_suppresses_something_is_not_told() -> None:
    assert found(f"{ALLOW} # why403: ignore {CODE}: a proxy denies") == [
        (2, CODE, "a proxy denies")
    ]


def test_one_comment_suppresses_all_hazards_of_its_code_in_the_file() -> None:
    text = "# why403: ignore-file keys/no-expiry: the vault renews them\n"
    text += "keys:\n  - {id: a, env: WEB_KEY}\n  - {id: b, env: DESK_KEY, expires: 2037-01-01}\n"

    assert found(text) == [(3, "keys/no-expiry", "the vault renews them")]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: 1 # one", [Comment(1, "# one", False)]),
        ("# one\n  # two", [Comment(1, "# one", True), Comment(2, "# two", True)]),
        ("a: b#c", []),
        ("a: 'b # c' # d", [Comment(1, "# d", False)]),
        ('a: "b \\" # c" # d', [Comment(1, "# d", False)]),
        ("a: 'it''s # b' # c", [Comment(1, "# c", False)]),
        ("a: it's b # c", [Comment(1, "# c", False)]),
        ("a: [x, 'y # z'] # c", [Comment(1, "# c", False)]),
        ("a: 'b\n  # c' # d", [Comment(2, "# d", False)]),
        ("a: |\n  # text\nb: 1 # c", [Comment(3, "# c", False)]),
        ("a: >- # c\n  # text\n", [Comment(1, "# c", False)]),
        ("- a: |\n    # text\n  b: 1 # c", [Comment(3, "# c", False)]),
        ("- |\n  # text\n- 1 # c", [Comment(3, "# c", False)]),
    ],
)
def test_a_comment_is_what_yaml_takes_for_one(text: str, expected: list[Comment]) -> None:
    assert list(comments(text.splitlines())) == expected
