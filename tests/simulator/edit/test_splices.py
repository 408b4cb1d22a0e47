"""A change is a few cuts in the text, in order and apart from one another."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from yaml_texts import edits, texts

from simulator.edit.changes import Change, resolve
from simulator.edit.manner import manner_of
from simulator.edit.places import read_places
from simulator.edit.splices import find_splices
from simulator.edit.text import Splice, Text
from simulator.edit.windows import Pane
from simulator.edit.writing import Manner
from simulator.problem import Fault
from simulator.source import read_document


def cuts(text: str, change: Change) -> list[Splice]:
    return find_splices(
        Text(text), read_places(text), change, Manner(), None, is_part=False, before=0
    )


@pytest.mark.parametrize(
    ("text", "change", "splices"),
    [
        pytest.param(
            "a: x  # c\n", Change("set", (), "a", "y"), [Splice(3, 4, "y")], id="a word for another"
        ),
        pytest.param(
            "a: [x,\n  y]\n",
            Change("insert", ("a",), 2, "z"),
            [Splice(10, 10, ","), Splice(10, 10, "\n  z")],
            id="a comma, and a line",
        ),
        pytest.param(
            "a:  # c\n  - x\n",
            Change("remove", ("a",), 0),
            [Splice(2, 2, " []"), Splice(8, 14, "")],
            id="brackets, and a line less",
        ),
        pytest.param("{}\n", Change("add", (), "a", 1), [Splice(0, 2, "a: 1")], id="the beginning"),
    ],
)
def test_nothing_but_the_change_is_cut(text: str, change: Change, splices: list[Splice]) -> None:
    assert cuts(text, change) == splices


@pytest.mark.parametrize(
    ("text", "change"),
    [
        pytest.param("a: &x [1]\nb: *x\n", Change("insert", ("b",), 0, 2), id="an alias"),
        pytest.param("a: &x [1]\nb: *x\n", Change("insert", ("a",), 0, 2), id="its anchor"),
        pytest.param("a: &x [1]\nb: *x\n", Change("set", (), "a", 2), id="an anchor that goes"),
        pytest.param("a: [&x 1]\nb: *x\n", Change("remove", (), "a"), id="an anchor in what goes"),
        pytest.param("a: {<<: {p: {}}}\n", Change("add", ("a", "p"), "q", 2), id="a merge"),
    ],
)
def test_what_stands_in_several_places_is_not_cut(text: str, change: Change) -> None:
    with pytest.raises(Fault):
        cuts(text, change)


@given(texts(), st.data())
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_splices_are_in_order_and_apart(text: str, data: st.DataObject) -> None:
    document = read_document(text, name="p.yaml")
    assume(not document.problems and text.endswith("\n"))
    change = resolve(document.data, data.draw(edits(document.data)))
    pane = Pane(document)
    (*_, window) = pane.windows(change)
    places = pane.places(window)
    assert places is not None

    manner = manner_of(document, change)
    splices = find_splices(pane.text, places, change, manner, None, is_part=False, before=0)

    assert splices
    assert all(one.start <= one.end for one in splices)
    assert all(one.end <= other.start for one, other in pairwise(splices))
