"""Where a comment goes, and what an edit is about."""

from __future__ import annotations

import pytest

from simulator.edit.changes import Change
from simulator.edit.places import read_places
from simulator.edit.site import Site, split
from simulator.edit.text import Splice, Text, splice
from simulator.edit.writing import Manner
from simulator.problem import Fault


def site_of(text: str) -> Site:
    """The site of the value of the text's first key."""
    root = read_places(text)
    owner = root.entries[0]
    return Site(Text(text), Manner(), owner.value, owner, root, owner, None)


@pytest.mark.parametrize(
    ("text", "comment", "new"),
    [
        pytest.param("a: [x]\n", "c", "a: [x]  # c\n", id="at the end of the line"),
        pytest.param("a: [x]", "c", "a: [x]  # c", id="at the end of the text"),
        pytest.param("a: [x]  # b\n", "c", "# c\na: [x]  # b\n", id="the line has one"),
        pytest.param("  a: [x]\n", "c\n\nd", "  # c\n  #\n  # d\n  a: [x]\n", id="several lines"),
        pytest.param("a: [x]\n", "", "a: [x]\n", id="none"),
    ],
)
def test_a_comment_stands_where_there_is_room_for_it(text: str, comment: str, new: str) -> None:
    site = site_of(text)

    assert splice(text, site.remark(site.container.end, comment)) == new


def test_a_comment_stands_above_the_line_of_brackets_without_an_owner() -> None:
    text = Text("[x,  # b\n y]")
    site = Site(text, Manner(), read_places(text), None, None, None, None)

    assert site.remark(2, "c") == [Splice(0, 0, "# c\n")]


def test_only_the_last_line_of_a_comment_stands_beside() -> None:
    site = site_of("a: [x]\n")

    assert split("a\nb") == ["a", "b"]
    assert site.beside("a\nb") == "  # b"
    assert site.beside("") == ""


@pytest.mark.parametrize(
    ("comment", "line", "block"),
    [
        pytest.param("c", 0, "k:  # c\n    - x\n    - y", id="on the first line"),
        pytest.param("c", 1, "k:\n    - x  # c\n    - y", id="on another"),
        pytest.param("c\nd", 1, "k:\n    # c\n    - x  # d\n    - y", id="above another"),
        pytest.param("c\nd", 0, "# c\n  k:  # d\n    - x\n    - y", id="above the first"),
        pytest.param("c", 9, "k:\n    - x\n    - y  # c", id="on the last, if there are fewer"),
        pytest.param("", 1, "k:\n    - x\n    - y", id="none"),
    ],
)
def test_a_comment_stands_in_a_new_block(comment: str, line: int, block: str) -> None:
    site = site_of("a: [x]\n")

    assert site.commented("k:\n    - x\n    - y", 2, comment, line) == block


def test_the_entry_is_found_by_its_key() -> None:
    site = site_of("a: {k: v}\n")

    assert site.entry(Change("set", ("a",), "k", 1)) is site.container.entries[0]
    with pytest.raises(Fault) as error:
        site.entry(Change("set", ("a",), "l", 1))
    assert str(error.value) == (
        "`a/l` does not stand in its mapping: `<<` brings it there from another; change it where "
        "it comes from, or write it out first"
    )
