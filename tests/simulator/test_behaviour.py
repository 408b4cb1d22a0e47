"""What a behaviour is made of, and which responses carry CORS fields."""

from __future__ import annotations

import pytest

from simulator.behaviour import Behaviour, Errors, carries_cors

EVERY = Behaviour(basis="observed")
NO_ERROR = Behaviour(basis="own", errors=Errors(carried=False, unhandled=False))
NOT_404 = Behaviour(basis="source", errors=Errors(never=frozenset({404})))
LISTED = Behaviour(basis="documentation", errors=Errors(only=frozenset({200, 204, 304})))
HANDLED = Behaviour(basis="observed", errors=Errors(unhandled=False))


@pytest.mark.parametrize(
    ("behaviour", "status", "expected"),
    [
        pytest.param(EVERY, 200, True, id="an answer"),
        pytest.param(EVERY, 403, True, id="an error, as most do"),
        pytest.param(NO_ERROR, 304, True, id="no error"),
        pytest.param(NO_ERROR, 401, False, id="an error, where none carries them"),
        pytest.param(NOT_404, 403, True, id="an error other than those without"),
        pytest.param(NOT_404, 404, False, id="an error among those without"),
        pytest.param(LISTED, 204, True, id="a status that is listed"),
        pytest.param(LISTED, 202, False, id="a status that is not listed, though no error"),
        pytest.param(LISTED, 500, False, id="an error where statuses are listed"),
    ],
)
def test_a_response_carries_cors_fields(behaviour: Behaviour, status: int, expected: bool) -> None:
    assert carries_cors(behaviour, status) is expected


@pytest.mark.parametrize(
    ("behaviour", "expected"),
    [
        pytest.param(EVERY, True, id="as most do"),
        pytest.param(HANDLED, False, id="not where the error goes past the CORS layer"),
        pytest.param(NO_ERROR, False, id="not where no error carries them"),
        pytest.param(LISTED, False, id="not where 500 is not among the statuses"),
    ],
)
def test_an_exception_that_nobody_handles_carries_them(
    behaviour: Behaviour, expected: bool
) -> None:
    assert carries_cors(behaviour, 500, unhandled=True) is expected
