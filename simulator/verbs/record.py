"""The verb `record`: which cases does this traffic make?"""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from simulator.files import read_text
from simulator.message import Request
from simulator.policy import Policy, PolicyError
from simulator.problem import Fault, list_words, printable, quote
from simulator.verbs.common import NO_ANSWER, REFUSED, fail, open_policies, read_instant, show
from simulator.verbs.traffic import read_flows, read_hars

if TYPE_CHECKING:
    from simulator.cases import CasesSection
    from simulator.recording import Exchange, Recording

_CASES = ".cases.yaml"
_OWN = ("--policy", "-p", "--into", "--curl", "--har", "--entry", "--flows", "--client", "--at")


class _CurlStyle(click.Command):
    """Options of ours may stand anywhere; all else belongs to curl."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        own: list[str] = []
        rest = list(args)
        for name in _OWN:
            while name in rest[:-1]:
                index = rest.index(name)
                own += rest[index : index + 2]
                del rest[index : index + 2]
        return super().parse_args(ctx, own + rest)


@click.command(
    cls=_CurlStyle,
    context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False},
)
@click.option("--policy", "-p", metavar="FILE", type=click.Path(), help="The policy they are of.")
@click.option(
    "--into",
    metavar="FILE.cases.yaml",
    type=click.Path(dir_okay=False),
    help="The cases file to add to, or to make; the policy beside it is theirs.",
)
@click.option("--curl", metavar="TEXT", help="A pasted curl command; `-` reads standard input.")
@click.option("--har", metavar="FILE", type=click.Path(), help="A HAR file: requests and answers.")
@click.option("--entry", metavar="N|all", default="all", show_default=True, help="Of the HAR file.")
@click.option(
    "--flows", metavar="FILE", type=click.Path(), help="Flows that `mitmdump -w FILE` has saved."
)
@click.option("--client", metavar="ADDRESS", help="The address that connects, where none is known.")
@click.option("--at", metavar="TIME", help="When a curl command is sent; now, if left out.")
@click.argument("arguments", metavar="REQUEST…", nargs=-1, type=click.UNPROCESSED)
def record(
    arguments: tuple[str, ...],
    *,
    policy: str | None,
    into: str | None,
    curl: str | None,
    har: str | None,
    entry: str,
    flows: str | None,
    client: str | None,
    at: str | None,
) -> None:
    """Turn requests, and what was really answered, into cases for `why403 test`.

    REQUEST is what you would give to curl. With a policy its decision is expected, unless the real
    answer was another: that is told, and the answer is expected. Requests that no check tells apart
    become one case. No secret is written: a key of the policy stands as its id.

    \b
    why403 record --har shop.har --into shop.cases.yaml
    why403 record --flows saved.flow --policy shop.yaml
    why403 record -p shop.yaml https://api.shop.example/orders/7 -H 'X-Api-Key: …'
    """
    from simulator.recording import record as make

    exchanges = _exchanges(arguments, curl, har, entry, flows, client, at)
    policy = policy or _beside(into)
    judge = None if policy is None else open_policies((policy,))[0]
    if judge is None and har is None and flows is None:
        fail(
            Fault(
                "nothing says what must come of the request",
                "a curl command has no answer, and no policy is given",
                "add `--policy FILE`, or record a HAR file",
            )
        )
    existing = None if into is None or not Path(into).exists() else _existing(into)
    made = make(exchanges, judge, existing=existing, now=time.time())
    _write(made, into, har or flows or "a curl command")
    _tell(made, judge, into, assumed=har is not None and client is None)
    sys.exit(REFUSED if made.drifts else 0)


def _beside(into: str | None) -> str | None:
    """The policy beside a cases file, if there is one."""
    if into is None:
        return None
    if not into.endswith(_CASES):
        fail(
            Fault(
                f"{quote(into)} is not the name of a cases file",
                f"it stands beside its policy `NAME.yaml` as `NAME{_CASES}`",
                f"name it `{Path(into).stem.partition('.')[0]}{_CASES}`",
            )
        )
    path = into.removesuffix(_CASES) + ".yaml"
    return path if Path(path).exists() else None


def _existing(into: str) -> CasesSection:
    from simulator.cases import read_cases

    try:
        return read_cases(read_text(into), name=into)
    except PolicyError as error:
        from simulator.render.terminal import problem_list

        show(problem_list(error.problems), err=True)
        sys.exit(NO_ANSWER)


def _exchanges(
    arguments: tuple[str, ...],
    curl: str | None,
    har: str | None,
    entry: str,
    flows: str | None,
    client: str | None,
    at: str | None,
) -> list[Exchange]:
    sources = (("--curl", curl), ("--har", har), ("--flows", flows))
    given = [name for name, value in sources if value is not None]
    if arguments:
        if arguments[0].endswith((".yaml", ".yml")) and Path(arguments[0]).is_file():
            fail(
                Fault(
                    f"{quote(arguments[0])} is no request",
                    "it is a file, and what follows the options is read as curl reads it",
                    f"name the policy with `--policy {arguments[0]}`",
                )
            )
        given.append("a request")
    if len(given) != 1:
        fail(
            Fault(
                "no request was given" if not given else f"{' and '.join(given)} were given",
                "one source is recorded",
                "write a URL, or use `--curl`, `--har` or `--flows`",
            )
        )
    try:
        if flows is not None:
            return read_flows(flows)
        if har is not None:
            return [_from(e, client) for e in _entries(read_hars((har,)), har, entry)]
        return [_of_curl(arguments, curl, client or "127.0.0.1", read_instant(at))]
    except ValueError as error:
        fail(error)


def _entries(found: list[Exchange], har: str, entry: str) -> list[Exchange]:
    """All, or the one with this number."""
    if entry == "all":
        return found
    chosen = [e for e in found if e.place == f"{har}, entry {entry}"]
    if not chosen:
        raise Fault(
            f"{quote(har)} has no entry {quote(entry)}",
            f"it has {len(found)}, counted from 0",
            "choose one of them, or `all`",
        )
    return chosen


def _from(exchange: Exchange, client: str | None) -> Exchange:
    if client is None:
        return exchange
    request = exchange.request
    other = Request(request.method, request.url, request.headers, client=client, at=request.at)
    return exchange._replace(request=other)


def _of_curl(arguments: tuple[str, ...], curl: str | None, client: str, at: float) -> Exchange:
    from simulator.curl import read_arguments, read_curl
    from simulator.recording import Exchange

    if curl is not None:
        text = sys.stdin.read() if curl == "-" else curl
        return Exchange(read_curl(text, at=at, client=client), place="curl")
    return Exchange(read_arguments(arguments, at=at, client=client), place="curl")


def _write(made: Recording, into: str | None, source: str) -> None:
    from simulator.edit import Insert, edit_text
    from simulator.recording import write_cases

    if not made.cases:
        return
    if into is None:
        click.echo(write_cases(made.cases, source=source), nl=False)
        return
    try:
        if Path(into).exists():
            text = edit_text(read_text(into), [Insert("cases", case) for case in made.cases])
        else:
            text = write_cases(made.cases, source=source)
        Path(into).write_text(text, encoding="utf-8", newline="")
    except Fault as fault:
        fail(fault)
    except OSError as error:
        cause = (error.strerror or str(error)).lower()
        fail(Fault(f"{quote(into)} cannot be written", cause, "correct its path"))


def _tell(made: Recording, judge: Policy | None, into: str | None, *, assumed: bool) -> None:
    """What came of it, on standard error."""

    def say(line: str) -> None:
        click.echo(printable(f"why403: {line}"), err=True)

    for drift in made.drifts:
        say(f"drift: {drift}")
    for note in made.notes:
        say(f"note: {note}")
    if made.elsewhere and judge is not None:
        number = sum(count for _, count in made.elsewhere)
        hosts = list_words([host for host, _ in made.elsewhere], last="and", limit=4)
        say(f"{number} to hosts that `{judge.name}` does not judge: {hosts}")
    if made.unsaid:
        say(f"{made.unsaid} whose answers say nothing of permissions; with `--policy` it decides")
    if made.made_up:
        say(f"{made.made_up} with a made-up credential in place of one that no policy knows")
    if assumed and judge is not None and _reads_clients(judge):
        say("a HAR does not tell who asked: 127.0.0.1 was taken for the client (`--client`)")
    new = f"{len(made.cases)} new case{'' if len(made.cases) == 1 else 's'}"
    asked = f"{made.requests} request{'' if made.requests == 1 else 's'}"
    where = f"{into}: " if into else ""
    like = f", {made.merged} like another" if made.merged else ""
    say(f"{where}{new} of {asked}{like}")


def _reads_clients(policy: Policy) -> bool:
    """Whether anything in the policy is about addresses."""
    return bool(policy.network_sections) or any(key.networks for key in policy.keys)
