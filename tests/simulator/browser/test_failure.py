"""What a step that fails tells, and what its values say as text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.browser.failure import Failure, decoded
from simulator.reasons.cors import INVALID_ORIGIN, NO_FIELDS


@pytest.mark.parametrize(
    ("parameter", "shown"),
    [
        pytest.param("http://app.test", "http://app.test", id="ASCII"),
        pytest.param("http://b\xc3\xbccher.test", "http://bücher.test", id="bytes that are UTF-8"),
        pytest.param("http://b\xfccher.test", "", id="bytes that are none"),
        pytest.param("", "", id="nothing"),
    ],
)
def test_the_protocol_has_the_parameter_as_text(parameter: str, shown: str) -> None:
    failure = Failure(INVALID_ORIGIN, "step", parameter)

    assert failure.failed_parameter == shown


def test_values_are_added_over_those_that_are_there() -> None:
    failure = Failure(NO_FIELDS, "step", values={"origin": "null"})

    found = failure.with_values(origin="https://app.test", status=200)

    assert found.values == {"origin": "https://app.test", "status": 200}
    assert failure.values == {"origin": "null"}


def test_what_a_failure_knows_itself_is_not_completed() -> None:
    failure = Failure(NO_FIELDS, "step", values={"origin": "null"})

    found = failure.completed(origin="https://app.test", url="https://api.test/")

    assert found.values == {"origin": "null", "url": "https://api.test/"}


def test_two_failures_do_not_share_their_values() -> None:
    one, other = Failure(NO_FIELDS, "step"), Failure(NO_FIELDS, "step")

    one.with_values(origin="null")

    assert other.values == {}


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_text_comes_back_from_the_bytes_that_a_field_holds(text: str) -> None:
    field = text.encode().decode("latin-1")

    assert decoded(field) == text


def test_text_that_is_no_bytes_stays_as_it_is() -> None:
    assert decoded("https://例え.test") == "https://例え.test"
