"""Lines of a text, and whose comments they hold."""

from __future__ import annotations

import pytest

from simulator.edit.text import Splice, Text, splice

TEXT = Text("a:\r\n  # about x\r\n  - x  # c\r\n    # deeper\r\n\r\n  # about y\r\n  - y")
X, Y = TEXT.index("- x"), TEXT.index("- y")


def line(start: int) -> str:
    return TEXT[start : TEXT.line_end(start)]


def test_a_line_is_what_stands_between_breaks() -> None:
    assert line(TEXT.line_start(X)) == "  - x  # c"
    assert line(TEXT.next_line(X)) == "    # deeper"
    assert line(TEXT.previous_line(TEXT.line_start(X))) == "  # about x"
    assert (TEXT.rest(X), TEXT.column(X), TEXT.indentation(X)) == ("- x  # c", 2, "  ")
    assert (TEXT.line_start(0), TEXT.next_line(Y), TEXT.line_end(Y)) == (0, len(TEXT), len(TEXT))


@pytest.mark.parametrize("line_break", ["\n", "\r", "\r\n", "\x85", "\u2028", "\u2029"])
def test_whatever_the_parser_takes_for_a_break_is_one(line_break: str) -> None:
    text = Text(f"a{line_break}b")

    assert text.next_line(0) == text.index("b") == text.line_start(len(text))
    assert text.previous_line(text.index("b")) == 0


def test_the_comments_right_above_an_entry_are_its_own() -> None:
    assert line(TEXT.above(X)) == "  # about x"
    assert line(TEXT.above(Y)) == "  # about y"
    assert TEXT.above(Y, Y - 2) == Y - 2


def test_comments_below_an_entry_are_in_it_if_they_are_deeper() -> None:
    assert TEXT.below(X + 3, 2) == TEXT.next_line(TEXT.index("# deeper"))
    assert line(TEXT.below(X + 3, 4)) == "    # deeper"
    assert line(TEXT.below(X + 3, 0)) == "  - y"


def test_a_text_that_ends_with_the_lines_below_it_needs_no_other() -> None:
    text = Text("- |+\n  x\n\n- y\n")

    assert text.after_lines(10) == 10
    assert text.after_lines(8) == 9


def test_blank_lines_are_seen() -> None:
    blank = TEXT.next_line(TEXT.index("# deeper"))

    assert TEXT.is_blank_line(blank)
    assert not TEXT.is_blank_line(len(TEXT))
    assert line(TEXT.after_blank_lines(blank)) == "  # about y"
    assert (TEXT.follows_blank_line(Y), TEXT.follows_blank_line(X)) == (True, False)


@pytest.mark.parametrize(
    ("text", "start", "end", "left"),
    [
        pytest.param("a\nb\nc\n", 2, 4, "a\nc\n", id="in the middle"),
        pytest.param("a\nb\n", 2, 4, "a\n", id="at the end"),
        pytest.param("a\r\nb", 3, 4, "a", id="at the end, without a line break"),
        pytest.param("a", 0, 1, "", id="everything"),
    ],
)
def test_a_text_goes_on_to_end_as_it_did_when_lines_are_cut(
    text: str, start: int, end: int, left: str
) -> None:
    assert splice(text, [Text(text).cut(start, end)]) == left


def test_splices_are_done_in_order() -> None:
    splices = [Splice(0, 0, "<"), Splice(1, 2, ""), Splice(3, 3, "-"), Splice(3, 3, ">")]

    assert splice("abc", splices) == "<ac->"
