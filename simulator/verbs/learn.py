"""The verb `learn`: what is the narrowest policy that admits this traffic?"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from simulator.problem import Fault, printable, quote
from simulator.verbs.common import REFUSED, fail
from simulator.verbs.traffic import read_file, read_traffic

if TYPE_CHECKING:
    from collections.abc import Sequence

    from simulator.learning import Exchange, Learned

_SHOWN = 6  # requests of one kind that are named


@click.command()
@click.option(
    "--openapi",
    metavar="FILE",
    type=click.Path(dir_okay=False),
    help="An API description: its paths, methods, security; traffic shows which of them are used.",
)
@click.option(
    "--host", "hosts", metavar="HOST", multiple=True, help="Learn of this host alone; repeatable."
)
@click.option(
    "-o",
    "--output",
    metavar="FILE",
    type=click.Path(dir_okay=False),
    help="Where the draft is written; left out: to standard output.",
)
@click.argument("logs", metavar="LOG…", nargs=-1, required=True, type=click.Path())
def learn(
    logs: tuple[str, ...], *, openapi: str | None, hosts: tuple[str, ...], output: str | None
) -> None:
    """Draft the narrowest policy that admits the recorded traffic.

    What was answered below 400 is admitted; what was refused is not. The draft is for a person to
    review: behind each permission stands what shows it, and what had to be guessed is listed.
    A LOG is a HAR file, or flows that `mitmdump -w` saved.

    \b
    why403 learn shop.har -o shop.yaml
    why403 learn shop.flows --host api.shop.example
    why403 learn shop.har --openapi openapi.yaml
    """
    from simulator.learning import learn as draft
    from simulator.learning import read_openapi

    exchanges = read_traffic(logs)
    if hosts:
        exchanges = _of_hosts(exchanges, hosts)
    try:
        api = None if openapi is None else read_openapi(read_file(openapi), name=openapi)
        learned = draft(exchanges, api, sources=logs)
    except Fault as fault:
        fail(fault)
    if output is None:
        click.echo(learned.text, nl=False)
    else:
        _write(output, learned.text)
    _tell(learned, len(exchanges), output)
    sys.exit(REFUSED if learned.refused else 0)


def _of_hosts(exchanges: Sequence[Exchange], hosts: Sequence[str]) -> list[Exchange]:
    from simulator.routes import hosts_match

    found = [
        e for e in exchanges if hosts_match(hosts, e.request.target.host, e.request.target.port)
    ]
    if not found:
        seen = sorted({e.request.target.authority for e in exchanges})
        fail(
            Fault(
                f"no request goes to {' or '.join(map(quote, hosts))}",
                f"they go to {', '.join(map(quote, seen[:8])) or 'nobody'}",
                "name one of those",
            )
        )
    return found


def _write(path: str, text: str) -> None:
    try:
        with Path(path).open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        fail(
            Fault(
                f"{quote(path)} is there already",
                "a draft would replace what somebody wrote",
                "name another file, and compare them with `why403 diff`",
            )
        )
    except OSError as error:
        cause = (error.strerror or str(error)).lower()
        fail(Fault(f"{quote(path)} cannot be written", cause, "correct its path"))


def _tell(learned: Learned, asked: int, output: str | None) -> None:
    """What a reviewer must know besides, on standard error."""

    def say(line: str) -> None:
        click.echo(printable(line), err=True)

    where = "the draft" if output is None else output
    say(f"why403: {where} admits {len(learned.admitted):,} of {asked:,} requests")
    say("  what I had to guess:")
    for guess in learned.guesses:
        say(f"    - {guess}")
    if learned.left_out:
        say("  what I left out:")
    for left in learned.left_out:
        shown = ", ".join(left.requests[:_SHOWN])
        more = len(left.requests) - _SHOWN
        shown += f" and {more:,} more" if more > 0 else ""
        say(f"    - {left.number:,} {left.why}: {shown}")
    for exchange in learned.refused:
        request = exchange.request
        say(
            f"why403: {exchange.place}: {request.method} {request.target.path} was let in, and no "
            "policy can say so: the draft refuses it"
        )
