"""Is an answer made readable that only the browser has a complaint about?"""

from __future__ import annotations

import pytest
from fixing import NOON, ask

from simulator import load_policy
from simulator.edit import Edit, Put, Remove
from simulator.fixes import find_page_fixes
from simulator.visit import as_fetched, page_of, visit

PAGE = page_of("https://app.example")
URL = "https://api.example/orders"


def edits_of(text: str, **rest: str) -> list[tuple[Edit, ...]]:
    """The edits of each fix, all of which make the page read the answer."""
    policy = load_policy(text, name="p.yaml")
    found = list(find_page_fixes(policy, ask(URL), PAGE, **rest))  # type: ignore[arg-type]
    for fix in found:
        fixed = load_policy(fix.text, name="p.yaml")
        story = visit(fixed, PAGE, as_fetched(fix.request), at=NOON)
        assert story.allowed is True, fix
    return [fix.edits for fix in found]


CORS = "cors: {behaviour: BEHAVIOUR, origins: [https://app.example]}\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            CORS.replace("BEHAVIOUR", "starlette") + "response: {status: 500, unhandled: true}",
            [
                (Put("response/unhandled", False),),
                (Put("errors/cors_fields", True),),
            ],
            id="an exception that nobody caught",
        ),
        pytest.param(
            CORS.replace("BEHAVIOUR", "nginx-add-header") + "response: {status: 404}",
            [(Put("errors/cors_fields", True),)],
            id="an error without fields",
        ),
        pytest.param(
            CORS.replace("BEHAVIOUR", "standard")
            + "response: {headers: {access-control-allow-origin: https://app.example}}",
            [(Remove("response/headers/access-control-allow-origin"),)],
            id="the field twice",
        ),
        pytest.param(
            "routes:\n  - path: /orders\n    response:\n      headers:\n"
            "        Access-Control-Allow-Origin: https://app.example/\n",
            [
                (
                    Put(
                        "routes/0/response/headers/Access-Control-Allow-Origin",
                        "https://app.example",
                    ),
                ),
            ],
            id="a field that is nobody's origin",
        ),
    ],
)
def test_the_answer_passes(text: str, expected: list[tuple[Edit, ...]]) -> None:
    assert edits_of(text) == expected


def test_a_field_that_admits_others_is_not_taken_from_them() -> None:
    text = "response: {headers: {access-control-allow-origin: https://partner.example}}"

    assert edits_of(text) == []
