"""How does a step of a workflow put a remark at a line of a pull request?

Workflow commands: https://docs.github.com/actions/reference/workflow-commands-for-github-actions.
A step shows ten errors, ten warnings and ten notices at most: whoever has more, says the worst
first.
"""

from __future__ import annotations

from typing import Literal

from simulator.source import Span

type Level = Literal["error", "warning", "notice"]


def annotation(level: Level, span: Span, title: str, message: str) -> str:
    """One workflow command. Line breaks and what ends a property are escaped."""
    place = f"file={_property(span.file)}"
    if span.line:
        place += f",line={span.line}"
    return f"::{level} {place},title={_property(title)}::{_data(message)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
