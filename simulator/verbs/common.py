"""What do the verbs have in common?

Reading policies and times, showing things, and ending: 0 allowed or fine, 1 refused or something
found, 2 could not tell (bad input, bad use).
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NoReturn

import click

from simulator.files import open_policy
from simulator.policy import Policy, PolicyError
from simulator.problem import Fault, quote

if TYPE_CHECKING:
    from rich.console import RenderableType

REFUSED, NO_ANSWER = 1, 2


def open_policies(paths: Sequence[str], *, as_json: bool = False) -> list[Policy]:
    """The policies, or every problem of every one of them."""
    found: list[Policy] = []
    wrong = 0
    records: list[dict[str, object]] = []
    for path in paths:
        try:
            found.append(open_policy(path))
        except PolicyError as error:
            wrong += len(error.problems)
            if as_json:
                records += [asdict(problem) for problem in error.problems]
                continue
            from simulator.render.terminal import problem_list

            show(problem_list(error.problems), err=True)
    if records:
        click.echo(json.dumps({"problems": records}, indent=2))
    if wrong:
        plural = "s" if wrong > 1 else ""
        click.echo(f"why403: {wrong} problem{plural}; nothing was judged", err=True)
        sys.exit(NO_ANSWER)
    return found


def show(renderable: RenderableType, *, err: bool = False, width: int = 1000) -> None:
    """In colour on a terminal; in a pipe plain and, since programs read lines, not wrapped."""
    from rich.console import Console

    from simulator.render.terminal import as_text

    console = Console(stderr=err, highlight=False)
    if console.is_terminal:
        console.print(renderable)
    else:
        click.echo(as_text(renderable, width=width), nl=False, err=err)


def read_instant(text: str | None) -> float:
    if text is None:
        return time.time()
    try:
        return float(text)
    except ValueError:
        pass
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        fail(
            Fault(f"{quote(text)} is not a time", "it is neither Unix seconds nor ISO 8601",
                  "write `2026-12-31T23:00:00Z`")
        )  # fmt: skip
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def fail(error: Exception) -> NoReturn:
    click.echo(f"why403: {error}", err=True)
    sys.exit(NO_ANSWER)
