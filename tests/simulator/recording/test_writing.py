"""How do recorded cases read?"""

from __future__ import annotations

from simulator.cases import read_cases
from simulator.recording.writing import write_cases
from simulator.source import Data

SHORT: dict[str, Data] = {
    "name": "GET / is allowed",
    "request": {"url": "https://api.example/", "key": "web"},
    "at": "2026-03-02T12:00:00Z",
    "expect": {"status": 200, "allowed": True},
}
LONG: dict[str, Data] = {
    "name": "it says: no",
    "request": {
        "method": "OPTIONS",
        "url": "https://api.example/a/path/that/goes/on",
        "headers": {"Origin": "https://shop.example", "Access-Control-Request-Method": "PUT"},
    },
    "repeat": 2,
    "expect": {"allowed": False},
}


def test_a_case_stands_in_as_few_lines_as_can_be_read() -> None:
    assert write_cases([SHORT, LONG], source="shop.har") == (
        "# Recorded by why403 from shop.har.\n"
        "cases:\n"
        "  - name: GET / is allowed\n"
        "    request: {url: https://api.example/, key: web}\n"
        "    at: 2026-03-02T12:00:00Z\n"
        "    expect: {status: 200, allowed: true}\n"
        "\n"
        '  - name: "it says: no"\n'
        "    request:\n"
        "      method: OPTIONS\n"
        "      url: https://api.example/a/path/that/goes/on\n"
        "      headers: {Origin: https://shop.example, Access-Control-Request-Method: PUT}\n"
        "    repeat: 2\n"
        "    expect: {allowed: false}\n"
    )


def test_what_is_written_reads_back_the_same() -> None:
    cases = read_cases(write_cases([SHORT, LONG], source="x\ny")).cases

    assert [case.name for case in cases] == ["GET / is allowed", "it says: no"]
    assert cases[1].request.headers == {
        "Origin": "https://shop.example",
        "Access-Control-Request-Method": "PUT",
    }
