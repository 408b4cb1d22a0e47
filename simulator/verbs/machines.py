"""The verbs `decide` and `browser`: the interfaces for other programs, JSON Lines in and out.

What they need is imported when one of them runs: the other verbs start without a wait.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, NoReturn

import click

from simulator.usage import Usage
from simulator.verbs.common import NO_ANSWER, open_policies

if TYPE_CHECKING:
    from simulator.browser import Engine
    from simulator.lines import Answer


@click.command()
@click.argument("policies", metavar="POLICY…", nargs=-1, required=True, type=click.Path())
def decide(policies: tuple[str, ...]) -> None:
    """Judge requests: one JSON object a line on standard input, one answer a line on output.

    With several policies the first whose `hosts` match judges. Quotas are counted over the lines.
    """
    from simulator.lines import decide_line

    judges = [(policy, Usage()) for policy in open_policies(policies)]
    _answer_input(lambda line: decide_line(line, judges, time.time()))


@click.command()
@click.option(
    "--engine",
    type=click.Choice(["standard", "chromium"]),
    default="chromium",
    show_default=True,
    help="Whose behaviour: Chromium's, or that of the Fetch standard.",
)
def browser(engine: Engine) -> None:
    """Say what pages would see: one case a line on standard input, one answer a line on output.

    A case holds the page, what its script fetches and what the servers answer; the answer says
    what is sent, what script can read, which step of Fetch fails, and the console's own words.
    """
    from simulator.lines import browser_line

    _answer_input(lambda line: browser_line(line, engine))


def _answer_input(answer: Callable[[bytes], Answer]) -> NoReturn:
    from simulator.lines import answer_lines

    unread = False
    for text, readable in answer_lines(sys.stdin.buffer, answer):
        unread = unread or not readable
        sys.stdout.write(text)
        sys.stdout.flush()
    sys.exit(NO_ANSWER if unread else 0)
