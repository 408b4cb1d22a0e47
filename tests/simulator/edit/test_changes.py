"""What an edit comes to in data, and what it cannot mean."""

from __future__ import annotations

import copy

import pytest

from simulator.edit.changes import Change, Edit, Insert, Put, Remove, changed, resolve, same
from simulator.problem import Fault
from simulator.source import Data

DATA: Data = {"a": [1, [2, 3]], "b": {"c~/d": None}, "e": "x", "404": {}}


@pytest.mark.parametrize(
    ("edit", "change"),
    [
        pytest.param(Insert("a", 9), Change("insert", ("a",), 2, 9), id="an item at the end"),
        pytest.param(Insert("a/1", 9, 0), Change("insert", ("a", 1), 0, 9), id="an item"),
        pytest.param(
            Insert("b/x", 9), Change("add", ("b",), "x", [9], "", 1), id="a list that is missing"
        ),
        pytest.param(
            Insert("x/y/0", 9, 0),
            Change("add", (), "x", {"y": {"0": [9]}}, "", 3),
            id="and all around it",
        ),
        pytest.param(
            Insert("b/c~0~1d", 9),
            Change("set", ("b",), "c~/d", [9], "", 1),
            id="a list instead of null",
        ),
        pytest.param(Put("a/1/0", 9), Change("set", ("a", 1), 0, 9), id="a value of a list"),
        pytest.param(Put("e", 9), Change("set", (), "e", 9), id="a value of a mapping"),
        pytest.param(Put("404/k", 9), Change("add", ("404",), "k", 9), id="a new key"),
        pytest.param(
            Put("b/c~0~1d/x/y", 9, "z"),
            Change("set", ("b",), "c~/d", {"x": {"y": 9}}, "z", 2),
            id="mappings instead of null",
        ),
        pytest.param(Remove("a/1/1"), Change("remove", ("a", 1), 1), id="an item goes"),
        pytest.param(Remove("b/c~0~1d"), Change("remove", ("b",), "c~/d"), id="a key goes"),
    ],
)
def test_an_edit_is_one_change(edit: Edit, change: Change) -> None:
    assert resolve(DATA, edit) == change


@pytest.mark.parametrize(
    ("edit", "data"),
    [
        pytest.param(Insert("a", 9, 1), {"a": [1, 9, [2, 3]]}, id="insert"),
        pytest.param(Insert("a/1", 9), {"a": [1, [2, 3, 9]]}, id="insert deeper"),
        pytest.param(Put("b/x", 9), {"b": {"c~/d": None, "x": 9}}, id="add"),
        pytest.param(Put("a/1", 9), {"a": [1, 9]}, id="set"),
        pytest.param(Remove("a/0"), {"a": [[2, 3]]}, id="remove an item"),
        pytest.param(Remove("b/c~0~1d"), {"b": {}}, id="remove a key"),
    ],
)
def test_data_is_changed_in_one_place_and_the_old_stays(edit: Edit, data: dict[str, Data]) -> None:
    assert isinstance(DATA, dict)
    before = copy.deepcopy(DATA)

    assert changed(DATA, resolve(DATA, edit)) == {**DATA, **data}
    assert before == DATA


@pytest.mark.parametrize(
    ("edit", "message"),
    [
        pytest.param(
            Insert("e", 1),
            "nothing can be inserted at `e`: what stands there is no list",
            id="into a word",
        ),
        pytest.param(
            Insert("b", 1),
            "nothing can be inserted at `b`: what stands there is no list",
            id="into a mapping",
        ),
        pytest.param(
            Insert("a", 1, 3),
            "item 3 cannot be inserted at `a`: the list has 2 items; an index is at most 2",
            id="past the end",
        ),
        pytest.param(
            Insert("a", 1, -1),
            "item -1 cannot be inserted at `a`: the list has 2 items; an index is at most 2",
            id="ahead of the beginning",
        ),
        pytest.param(
            Insert("x", 1, 2),
            "item 2 cannot be inserted at `x`: there is no list yet, and it would begin with "
            "item 0",
            id="into a list that is missing",
        ),
        pytest.param(
            Put("a/2", 1),
            "there is no item `2` in `a`: the list has 2 items, counted from 0",
            id="an item that is missing",
        ),
        pytest.param(
            Put("a/01", 1),
            "there is no item `01` in `a`: the list has 2 items, counted from 0",
            id="a number that is none",
        ),
        pytest.param(
            Put("e/f", 1),
            "there is no `f` in `e`: what stands there is neither a list nor a mapping",
            id="inside a word",
        ),
        pytest.param(
            Put("", {}),
            "the whole policy cannot be replaced by an edit: nothing of its text would remain; "
            "write another policy, or name the keys that change",
            id="everything",
        ),
        pytest.param(
            Remove("b/x/y"),
            "there is nothing at `b/x/y`: only what stands there can be removed",
            id="what is not there",
        ),
        pytest.param(
            Remove(""),
            "the whole policy cannot be removed: a policy holds at least `{}`",
            id="nothing would remain",
        ),
    ],
)
def test_an_edit_that_means_nothing_is_a_fault(edit: Edit, message: str) -> None:
    with pytest.raises(Fault) as error:
        resolve(DATA, edit)

    assert str(error.value) == message


def test_an_empty_list_takes_its_first_item() -> None:
    assert changed([], resolve([], Insert("", 1))) == [1]


@pytest.mark.parametrize(
    ("one", "other", "answer"),
    [
        pytest.param({"a": 1, "b": [True]}, {"b": [True], "a": 1}, True, id="in another order"),
        pytest.param([1], [1.0], False, id="an integer and a float"),
        pytest.param([1], [True], False, id="an integer and a truth"),
        pytest.param([1, 2], [2, 1], False, id="a list in another order"),
        pytest.param([1, 2], [1], False, id="a longer list"),
        pytest.param({"a": None}, {}, False, id="null and nothing"),
        pytest.param(float("nan"), float("nan"), True, id="what is no number"),
        pytest.param([], {}, False, id="a list and a mapping"),
    ],
)
def test_data_is_the_same_if_it_reads_the_same(one: Data, other: Data, answer: bool) -> None:
    assert same(one, other) is answer
