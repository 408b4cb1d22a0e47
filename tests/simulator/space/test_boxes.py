"""Boxes that differ on one axis only become one, and hold the same points as before."""

from __future__ import annotations

from itertools import combinations, product

from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.space.boxes import Box, fold


def box(*sides: str) -> Box:
    """`box("12", "3")` is the points 1 3 and 2 3."""
    return tuple(frozenset(int(digit) for digit in side) for side in sides)


def test_nothing_stays_nothing() -> None:
    assert fold([]) == []


def test_boxes_that_agree_on_every_other_axis_are_one() -> None:
    assert fold([box("1", "2"), box("3", "2")]) == [box("13", "2")]


def test_boxes_that_differ_on_two_axes_stay_two() -> None:
    boxes = [box("1", "2"), box("3", "4")]

    assert fold(boxes) == boxes


def test_what_is_folded_along_one_axis_is_folded_along_the_next() -> None:
    assert fold([box("1", "3"), box("2", "3"), box("1", "4"), box("2", "4")]) == [box("12", "34")]


def test_folding_along_a_later_axis_may_open_an_earlier_one() -> None:
    boxes = [box("1", "34", "5"), box("2", "3", "5"), box("2", "4", "5")]

    assert fold(boxes) == [box("12", "34", "5")]


def test_a_box_that_is_given_twice_is_one() -> None:
    assert fold([box("1", "2"), box("1", "2")]) == [box("1", "2")]


# Properties

type Point = tuple[int, ...]

sides = st.frozensets(st.integers(0, 3), min_size=1)


def points(boxes: list[Box]) -> list[Point]:
    return [point for each in boxes for point in product(*each)]


@st.composite
def disjoint(draw: st.DrawFn) -> list[Box]:
    """Boxes of two to four axes without a point in common."""
    axes = draw(st.integers(2, 4))
    found: list[Box] = []
    for candidate in draw(st.lists(st.tuples(*[sides] * axes), max_size=12)):
        if all(_apart(candidate, other) for other in found):
            found.append(candidate)
    return found


def _apart(one: Box, other: Box) -> bool:
    return any(not mine & theirs for mine, theirs in zip(one, other, strict=True))


@settings(max_examples=40)
@given(disjoint())
def test_folded_boxes_hold_the_same_points_each_once(boxes: list[Box]) -> None:
    folded = fold(boxes)

    assert sorted(points(folded)) == sorted(points(boxes))


@settings(max_examples=40)
@given(disjoint())
def test_there_are_never_more_boxes_and_no_two_are_left_that_could_be_one(
    boxes: list[Box],
) -> None:
    folded = fold(boxes)

    assert len(folded) <= len(boxes)
    for one, other in combinations(folded, 2):
        assert sum(mine != theirs for mine, theirs in zip(one, other, strict=True)) > 1
