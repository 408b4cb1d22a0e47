"""Remarks at the lines of a pull request."""

from __future__ import annotations

import pytest

from simulator.render.annotation import annotation
from simulator.source import Span


@pytest.mark.parametrize(
    ("span", "title", "message", "command"),
    [
        (Span("a.yaml", 3), "one", "two", "::error file=a.yaml,line=3,title=one::two"),
        (Span("a.yaml", 0), "one", "two", "::error file=a.yaml,title=one::two"),
        (Span("a,b:c.yaml", 1), "x", "y", "::error file=a%2Cb%3Ac.yaml,line=1,title=x::y"),
        (
            Span("a", 1),
            "100%",
            "a\r\nb: c, d",
            "::error file=a,line=1,title=100%25::a%0D%0Ab: c, d",
        ),
    ],
    ids=["a line", "a file", "what ends a property", "percent signs and line breaks"],
)
def test_an_annotation_is_a_workflow_command(
    span: Span, title: str, message: str, command: str
) -> None:
    assert annotation("error", span, title, message) == command
