"""What type an answer says it is."""

from __future__ import annotations

import pytest

from simulator.browser.mime import essence_of, is_javascript, is_json, is_nosniff, is_xml
from simulator.message import Headers


@pytest.mark.parametrize(
    ("lines", "essence"),
    [
        pytest.param((), None, id="no type"),
        pytest.param(("",), None, id="an empty one"),
        pytest.param(("garbage",), None, id="one that is none"),
        pytest.param(("Text/HTML; charset=utf-8",), "text/html", id="capitals and a parameter"),
        pytest.param(("text/html, text/plain",), "text/plain", id="the last of a list"),
        pytest.param(("text/html", "text/plain"), "text/plain", id="the last of two lines"),
        pytest.param(("text/html, garbage",), "text/html", id="the last that is one"),
        pytest.param(("text/html, */*",), "text/html", id="any type is none"),
        pytest.param(('text/html;x="a,b"',), "text/html", id="a comma between quotes"),
    ],
)
def test_the_last_type_counts(lines: tuple[str, ...], essence: str | None) -> None:
    assert essence_of(Headers([("Content-Type", line) for line in lines])) == essence


@pytest.mark.parametrize(
    ("value", "nosniff"),
    [
        ("nosniff", True),
        ("NoSniff", True),
        ("nosniff, x", True),
        ("x, nosniff", False),
        ('"nosniff"', False),
        ("nosniff;", False),
    ],
)
def test_the_first_word_forbids_to_guess(value: str, nosniff: bool) -> None:
    assert is_nosniff(Headers({"X-Content-Type-Options": value})) == nosniff
    assert not is_nosniff(Headers())


@pytest.mark.parametrize(
    ("essence", "group"),
    [
        ("text/javascript", "javascript"),
        ("application/x-ecmascript", "javascript"),
        ("text/javascript1.5", "javascript"),
        ("text/javascript2", None),
        ("application/js", None),
        ("application/json", "json"),
        ("application/problem+json", "json"),
        ("text/x-json", None),
        ("image/svg+xml", "xml"),
        ("text/xml", "xml"),
        ("text/html", None),
    ],
)
def test_types_come_in_groups(essence: str, group: str | None) -> None:
    assert is_javascript(essence) == (group == "javascript")
    assert is_json(essence) == (group == "json")
    assert is_xml(essence) == (group == "xml")


def test_no_type_is_none_of_javascript() -> None:
    assert not is_javascript(None)
