"""How do recorded cases read, in a file of their own?

One below the other, each in as few lines as can be read. Where there is a file already, they are
put into it as `simulator.edit` does it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from simulator.edit.writing import Manner, write_flow, write_scalar
from simulator.problem import printable
from simulator.source import Data

_MANNER = Manner()
_WIDTH = 100


def write_cases(cases: Sequence[dict[str, Data]], *, source: str) -> str:
    """The text of a new cases file. `source`: what they were recorded from."""
    parts = [f"# Recorded by why403 from {printable(source)}.\ncases:"]
    parts += ["\n".join(_lines(case)) for case in cases]
    return "\n\n".join(parts).replace("cases:\n\n", "cases:\n", 1) + "\n"


def _lines(case: dict[str, Data]) -> Iterator[str]:
    mark = "  - "
    for key, value in case.items():
        yield from _entry(key, value, mark)
        mark = "    "


def _entry(key: str, value: Data, mark: str) -> Iterator[str]:
    """`key: value` on one line, if it fits; a mapping that does not in a line for each entry."""
    if not isinstance(value, dict):
        yield f"{mark}{key}: {write_scalar(value, flow=False)}"
        return
    line = f"{mark}{key}: {write_flow(value, _MANNER)}"
    if len(line) <= _WIDTH:
        yield line
        return
    yield f"{mark}{key}:"
    for name, inner in value.items():
        yield from _entry(name, inner, " " * len(mark) + "  ")
