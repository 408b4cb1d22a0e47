"""Words become options by their long names; what curl has not is refused, values unsaid."""

from __future__ import annotations

import pytest

from simulator.curl_options import read_options
from simulator.problem import Fault


def read(*words: str) -> list[tuple[str, str]]:
    return list(read_options(words))


def test_letters_join_and_the_last_takes_the_rest_as_its_value() -> None:
    assert read("-sSXPOST", "-H", "a: b") == [
        ("silent", "yes"),
        ("show-error", "yes"),
        ("request", "POST"),
        ("header", "a: b"),
    ]


def test_a_word_that_is_no_option_is_a_url_and_so_is_all_after_two_dashes() -> None:
    assert read("a", "--", "-X") == [("url", "a"), ("url", "-X")]


def test_a_switch_is_turned_off_by_no() -> None:
    assert read("--no-location") == [("location", "")]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (
            ["--headr", "a: secret"],
            "`--headr` is not an option: curl has none of this name; did you mean `--header`?",
        ),
        (
            ["--header=a: secret"],
            "`--header=` is not an option: curl takes the value as a word of its own; "
            "write `--header VALUE`",
        ),
        (["-H"], "`-H` has no value: it is the last word; write one after it"),
        (
            ["--netrc"],
            "`--netrc` cannot be read: the credential stands in a file; "
            "write it into the command, with `-u`",
        ),
    ],
)
def test_what_cannot_be_read_is_said_without_its_value(words: list[str], message: str) -> None:
    with pytest.raises(Fault) as caught:
        read(*words)

    assert str(caught.value) == message
