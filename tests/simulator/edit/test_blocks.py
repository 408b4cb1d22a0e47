"""Entries of blocks come and go in whole lines."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from yaml_texts import VALUES, texts, values

from simulator.edit import edit_text
from simulator.edit.changes import Insert, Put, Remove
from simulator.source import Document, join, read_document

COMMENTED = """\
# head
a:  # 1
  # 2
  - x  # 3

  # 4
  - k: v  # 5
    # 6
    l:
    - w  # 7
    # 8
  # 9
b: y  # 10
# end
"""


@pytest.mark.parametrize(
    ("path", "lost"),
    [
        pytest.param("a/0", ["  - x  # 3"], id="an item"),
        pytest.param(
            "a/1",
            ["  - k: v  # 5", "    # 6", "    l:", "    - w  # 7", "    # 8"],
            id="an item with all that is in it",
        ),
        pytest.param("a/1/l", ["    l:", "    - w  # 7"], id="a key"),
        pytest.param("b", ["b: y  # 10"], id="a section"),
    ],
)
def test_the_lines_of_an_entry_go_and_no_other_comment(path: str, lost: list[str]) -> None:
    new = edit_text(COMMENTED, [Remove(path)])

    kept = [line for line in COMMENTED.splitlines() if line not in lost]
    assert [line for line in new.splitlines() if line] == [line for line in kept if line]


def test_replacing_a_block_keeps_what_stands_between_its_key_and_its_entries() -> None:
    assert edit_text(COMMENTED, [Put("a", {"k": 1})]).startswith(
        "# head\na:  # 1\n  # 2\n  k: 1\n  # 9\nb: y  # 10\n"
    )


def in_blocks(document: Document) -> list[tuple[str, int]]:
    """The lists in lines, with their lengths."""
    return [
        (path, len(value))
        for path, value in values(document.data)
        if isinstance(value, list) and path in document.blocks
    ]


@given(texts(), st.data())
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_an_item_is_a_run_of_new_lines_among_the_old(text: str, data: st.DataObject) -> None:
    document = read_document(text, name="p.yaml")
    lists = in_blocks(document)
    assume(lists and not document.problems and text.endswith("\n"))
    path, length = data.draw(st.sampled_from(lists))
    index = data.draw(st.integers(1, length))  # the first may share its line with a dash
    new = edit_text(text, [Insert(path, data.draw(st.sampled_from(VALUES)), index)])

    old_lines, new_lines = text.splitlines(), new.splitlines()
    more = len(new_lines) - len(old_lines)

    assert more > 0
    assert any(
        new_lines[:at] + new_lines[at + more :] == old_lines for at in range(len(old_lines) + 1)
    )
    assert read_document(new, name="p.yaml").span(join(path, index)).line > 0
