"""An edit reads the lines that it concerns, and the whole text only where it must."""

from __future__ import annotations

import pytest

from simulator.edit.changes import Edit, Insert, Put, Remove, resolve
from simulator.edit.windows import Pane
from simulator.source import read_document

TEXT = """\
# head
hosts: [a]
network:
  # offices
  allow:
    - a
    - b
    -
      # below its dash
      k: v
    - d

keys:
  - id: one
    roles: [r]
  - id: two
# end
"""


def seen(text: str, edit: Edit) -> list[str]:
    """The texts of all windows, from the smallest on."""
    document = read_document(text, name="p.yaml")
    pane = Pane(document)
    windows = pane.windows(resolve(document.data, edit))
    return [pane.text[slice(*pane.offsets(window))] for window in windows]


@pytest.mark.parametrize(
    ("edit", "window"),
    [
        pytest.param(Insert("network/allow", "x", 1), "    - a\n    - b\n", id="between two items"),
        pytest.param(
            Insert("network/allow", "x", 0), "    - a\n    - b\n", id="ahead of the first"
        ),
        pytest.param(Insert("network/allow", "x"), "    - d\n\n", id="after the last"),
        pytest.param(Put("network/allow/2/k", "w"), "      k: v\n", id="the only key of a mapping"),
        pytest.param(
            Remove("network/allow/1"),
            "    - a\n    - b\n    -\n      # below its dash\n      k: v\n",
            id="an item and those beside it",
        ),
        pytest.param(
            Put("keys/0/id", "x"),
            "  - id: one\n    roles: [r]\n",
            id="a key that shares its line with a dash is read with its item",
        ),
        pytest.param(Put("keys/1/x", 1), "  - id: two\n# end\n", id="a new key"),
        pytest.param(Insert("hosts", "x"), "hosts: [a]\n", id="brackets are read with their key"),
        pytest.param(
            Remove("network/allow/2/k"),
            "    -\n      # below its dash\n      k: v\n",
            id="a block that goes is read with its owner",
        ),
    ],
)
def test_a_window_is_what_the_edit_concerns(edit: Edit, window: str) -> None:
    first, *_, last = seen(TEXT, edit)

    assert first == window
    assert last == TEXT


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("a: &x [1]\nb: [2]\n", id="an anchor"),
        pytest.param("%YAML 1.1\n---\nb: [2]\n", id="a directive"),
        pytest.param("# c\n%YAML 1.1\n---\nb: [2]\n", id="a directive below a comment"),
        pytest.param("{a: 1, b: [2]}\n", id="brackets around all"),
        pytest.param("a: 1\na: 2\nb: [2]\n", id="a mistake"),
    ],
)
def test_where_lines_may_mean_something_else_alone_all_are_read(text: str) -> None:
    assert seen(text, Insert("b", 3)) == [text]


def test_a_list_in_brackets_over_lines_that_look_like_a_block_is_no_block() -> None:
    text = "a: {\n  b: {\n  k: 1\n  }, c: 2}\nd: 3\n"

    assert seen(text, Put("a/b/l", 2)) == ["a: {\n  b: {\n  k: 1\n  }, c: 2}\n", text]
