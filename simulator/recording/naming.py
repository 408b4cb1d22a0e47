"""What is a case called?

By what was asked and what came of it, so that a list of cases reads as a list of permissions:
`DELETE /orders/7 with key web is refused (authorize.missing-scope)`.
"""

from __future__ import annotations

from simulator.message import Request
from simulator.problem import printable
from simulator.source import Data

_LONGEST = 60  # characters of a path


def name_case(
    request: Request, key: str | None, expect: dict[str, Data], *, unknown: str, repeat: int = 1
) -> str:
    """The name, not yet told apart from others."""
    path = request.target.path
    if len(path) > _LONGEST:
        path = f"{path[: _LONGEST - 1]}…"
    headers = request.headers
    words = [f"{request.method} {path}"]
    asked = headers.get("access-control-request-method")
    if request.method == "OPTIONS" and asked:
        words.append(f"for {asked}")
    if origin := headers.get("origin"):
        words.append(f"from {origin}")
    if key is not None:
        words.append(f"with key {key}")
    elif unknown:
        words.append(f"with {unknown}")
    if repeat > 1:
        words.append(f"{repeat} times")
    if reason := expect.get("reason"):
        outcome = f"is refused ({reason})"
    else:
        outcome = _OUTCOMES[expect.get("allowed") is True, expect.get("allowed") is None]
    return printable(f"{' '.join(words)} {outcome}")


_OUTCOMES = {
    (True, False): "is allowed",
    (False, False): "is refused",
    (False, True): "is not known",
}


def distinct(name: str, request: Request, taken: set[str]) -> str:
    """The name, told apart from those that are taken by the client, else by a number."""
    if name not in taken:
        return name
    asked, _, outcome = name.rpartition(" is ")
    found = f"{asked} from {request.client} is {outcome}" if request.client else name
    number = 2
    while found in taken:
        found = f"{asked}, {number}, is {outcome}"
        number += 1
    return found
