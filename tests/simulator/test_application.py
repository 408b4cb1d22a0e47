"""What the application answers: read, checked and made ready to be sent."""

from __future__ import annotations

import pytest

from simulator import Problem
from simulator.application import Application, ResponseSection, compile_response, response_problems
from simulator.section import read_section
from simulator.source import read_document


def read(text: str) -> tuple[ResponseSection | None, list[Problem]]:
    document = read_document(text, name="p.yaml")
    found = list(document.problems)
    section = read_section(ResponseSection, document, "", document.data, found)
    if section is not None:
        found += response_problems(section, "", document)
    return section, found


def compiled(text: str) -> Application:
    section, found = read(text)
    assert section is not None
    assert found == []
    return compile_response(section)


def test_left_out_it_is_an_empty_200() -> None:
    assert compiled("{}") == Application(200, (), b"", unhandled=False, preflights=False)


def test_all_of_it_is_answered() -> None:
    text = """\
status: 503
headers: {X-Total-Count: "7", retry-after: "30"}
body: später
unhandled: true
preflights: true
"""

    assert compiled(text) == Application(
        503,
        (("x-total-count", "7"), ("retry-after", "30")),
        "später".encode(),
        unhandled=True,
        preflights=True,
    )


def test_a_list_is_several_lines_of_one_name_in_their_order() -> None:
    text = "headers: {set-cookie: [a=1; Secure, b=2], vary: Origin}"

    assert compiled(text).fields == (
        ("set-cookie", "a=1; Secure"),
        ("set-cookie", "b=2"),
        ("vary", "Origin"),
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param(
            "status: 199",
            "p.yaml:1: `status` is `199`: it must be at least 200; correct it",
            id="a status that ends no exchange",
        ),
        pytest.param(
            "status: 600",
            "p.yaml:1: `status` is `600`: it must be at most 599; correct it",
            id="a status that there is not",
        ),
        pytest.param(
            "headers: {x total: '7'}",
            "p.yaml:1: `x total` is not a field name: it is not one word; write `x-api-key`",
            id="a name that is none",
        ),
        pytest.param(
            'headers: {x-a: "1\\nx-b: 2"}',
            "p.yaml:1: `1\\x0ax-b: 2` is not a field's value: it has a line break; remove it",
            id="a value that would be another field",
        ),
        pytest.param(
            'headers: {x-a: ["1", "2\\r"]}',
            "p.yaml:1: `2\\x0d` is not a field's value: it has a line break; remove it",
            id="a line that would be another field",
        ),
        pytest.param(
            "headers: {x-total-count: 7}",
            "p.yaml:1: `headers/x-total-count` is `7`: it must be text; put it in quotes",
            id="a number that is meant as text",
        ),
        pytest.param(
            "{headers: {x-a: b},\n status: 308}",
            "p.yaml:2: the status 308 leads nowhere: there is no `location` among the headers; "
            "add `location: /elsewhere`",
            id="a redirect to nowhere",
        ),
        pytest.param(
            "unhandled: true",
            "p.yaml:1: the status 200 is no error that nobody handled: a server answers such an "
            "error with 500 or more; write `status: 500`, or remove `unhandled`",
            id="a success that nobody handled",
        ),
        pytest.param(
            "state: 500",
            "p.yaml:1: `state` is not known in the policy: it takes `status`, `headers`, `body`, "
            "`unhandled` and `preflights`; did you mean `status`?",
            id="an unknown key",
        ),
    ],
)
def test_a_mistake_is_told_with_its_place(text: str, message: str) -> None:
    assert [str(problem) for problem in read(text)[1]] == [message]


@pytest.mark.parametrize("status", [300, 304])
def test_not_every_3xx_leads_somewhere(status: int) -> None:
    assert compiled(f"status: {status}").status == status


def test_the_place_of_a_mistake_is_within_the_policy() -> None:
    document = read_document("response: {status: 301}", name="p.yaml")

    found = response_problems(ResponseSection(status=301), "response", document)

    assert [problem.path for problem in found] == ["response/status"]
