"""What is known of a document moves with its lines."""

from __future__ import annotations

import pytest

from simulator.edit import edit_document
from simulator.edit.changes import Edit, Insert, Put, Remove
from simulator.source import read_document

TEXT = """\
a:
  - x
  - k: v
    l: [1]
  - y
b/c:
  d:
    - 1
    - 2
"""


@pytest.mark.parametrize(
    "edit",
    [
        pytest.param(Insert("a", {"p": 1, "q": [2]}, 0), id="items move down"),
        pytest.param(Insert("a", {"p": 1, "q": [2]}, 1, comment="c\nd"), id="with comments"),
        pytest.param(Insert("a", "z"), id="what comes after a list moves"),
        pytest.param(Remove("a/1"), id="items move up"),
        pytest.param(Remove("b~1c/d/0"), id="a key with a slash"),
        pytest.param(Remove("b~1c/d"), id="a block goes"),
        pytest.param(Put("a/1/m", {"n": 1}), id="a new key"),
        pytest.param(Put("a/1", "z"), id="a block becomes a word"),
        pytest.param(Put("a/0", {"m": {"n": 1}}), id="a word becomes a block"),
        pytest.param(Put("z/y", ["x"]), id="a new section"),
        pytest.param(Remove("a"), id="a section goes"),
        pytest.param(Put("a", [], comment="c"), id="a comment above the first line"),
    ],
)
def test_a_document_is_as_if_its_new_text_had_been_read(edit: Edit) -> None:
    document = read_document(TEXT, name="p.yaml")

    new = edit_document(document, [edit])

    assert new.text != TEXT
    assert new == read_document(new.text, name="p.yaml")
