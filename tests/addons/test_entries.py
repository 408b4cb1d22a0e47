"""What is known of one request that passed?"""

from __future__ import annotations

from typing import Any

import pytest

APP = ("Origin", "https://app.test")
MINE = [("Access-Control-Allow-Origin", "https://app.test")]


@pytest.fixture
def brief(rig: Any, flow: Any) -> Any:
    """The line of the entry that an exchange makes."""

    def make(*args: Any, status: int = 200, fields: Any = (), policy: bool = True) -> Any:
        rig.use(**({} if policy else {"policy": []}))
        rig.exchange(flow(*args), status, fields)
        return rig.chain.journal.find(rig.chain.journal.count).brief()

    return make


def test_all_lines_have_the_same_keys(brief: Any) -> None:
    case = brief()
    exchange = brief("https://api.test/x", "GET", [APP], policy=False)
    answer = brief("https://api.test/x", status=403, policy=False)

    assert list(case) == list(exchange) == list(answer)
    assert [b["kind"] for b in (case, exchange, answer)] == ["decision", "answer", "answer"]


def test_a_query_is_not_in_a_line(brief: Any) -> None:
    assert brief("https://api.test/open?token=secret")["url"] == "https://api.test/open"


@pytest.mark.parametrize(
    ("asked", "answered", "policy", "line"),
    [
        pytest.param(
            ("https://api.test/orders", "GET", [APP]),
            (401, MINE),
            True,
            (False, 401, "authenticate.no-credential", "server", True),
            id="refused, and the error has no CORS fields by the policy",
        ),
        pytest.param(
            ("https://api.test/open", "GET", [APP]),
            (200, MINE),
            True,
            (True, 200, None, None, False),
            id="let in",
        ),
        pytest.param(
            ("https://api.test/open", "GET", [APP]),
            (200, []),
            True,
            (False, 200, "cors.no-fields", "browser", True),
            id="let in, and hidden by the real answer",
        ),
        pytest.param(
            ("https://api.test/x", "GET", [APP]),
            (500, []),
            False,
            (False, 500, "cors.error-without-fields", "browser", True),
            id="hidden, no policy",
        ),
        pytest.param(
            ("https://api.test/x", "GET", [APP]),
            (403, MINE),
            False,
            (False, 403, None, "server", False),
            id="a refusal that the page can read",
        ),
        pytest.param(
            ("https://api.test/x", "GET", [APP]),
            (200, [("Access-Control-Allow-Origin", "*")]),
            False,
            (None, 200, None, None, False),
            id="it depends on how the page asked",
        ),
        pytest.param(
            ("https://api.test/x",),
            (404, []),
            False,
            (False, 404, None, "server", False),
            id="bare",
        ),
    ],
)
def test_a_line_tells_what_came_of_it(
    brief: Any, asked: Any, answered: Any, policy: bool, line: Any
) -> None:
    status, fields = answered

    told = brief(*asked, status=status, fields=fields, policy=policy)

    names = ("allowed", "status", "reason", "blocked_by", "hidden")
    assert tuple(told[name] for name in names) == line


def test_the_page_is_named_apart_from_what_it_sees(brief: Any, rig: Any) -> None:
    told = brief("https://api.test/orders", "GET", [APP], status=401)
    record = rig.chain.journal.find(1).record()

    assert told["page_origin"] == "https://app.test"
    assert (
        record["page"]
        == "the page sees only `Failed to fetch`, not the 401: the error carries no CORS fields"
    )
