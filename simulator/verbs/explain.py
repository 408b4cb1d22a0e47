"""The verb `explain`: what does a policy make of one request, and what would a page see of it?"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

import click

from simulator.engine import evaluate
from simulator.message import Request
from simulator.policy import Policy
from simulator.problem import Fault, did_you_mean, list_words, quote
from simulator.render.record import decision_record
from simulator.verbs.common import NO_ANSWER, REFUSED, fail, open_policies, read_instant, show


class _CurlStyle(click.Command):
    """Options of ours come before POLICY; what follows belongs to curl, except for a few names."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        own: list[str] = []
        rest = list(args)
        # A last `--json` can only be ours: curl's takes a value.
        if rest and rest[-1] == "--json":
            own.append(rest.pop())
        for name in ("--client", "--at", "--entry", "--har", "--page", "--credentials"):
            while name in rest[:-1]:
                index = rest.index(name)
                own += rest[index : index + 2]
                del rest[index : index + 2]
        return super().parse_args(ctx, own + rest)


@click.command(
    cls=_CurlStyle,
    context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False},
)
@click.option("--json", "as_json", is_flag=True, help="Print the decision as JSON.")
@click.option("--curl", metavar="TEXT", help="A pasted curl command; `-` reads standard input.")
@click.option("--har", type=click.Path(dir_okay=False), help="A HAR file to take the request from.")
@click.option("--entry", type=int, help="Which entry of the HAR file, counted from 0.")
@click.option("--client", metavar="ADDRESS", help="The address that connects.")
@click.option("--at", metavar="TIME", help="When: Unix seconds or ISO 8601; now, if left out.")
@click.option("--page", metavar="ORIGIN", help="A page of this origin asks, in a browser.")
@click.option(
    "--credentials",
    type=click.Choice(["include", "omit", "same-origin"]),
    help="With --page: its credentials mode.",
)
@click.argument("policy", type=click.Path())
@click.argument("request_arguments", metavar="REQUEST…", nargs=-1, type=click.UNPROCESSED)
def explain(
    policy: str,
    request_arguments: tuple[str, ...],
    *,
    as_json: bool,
    curl: str | None,
    har: str | None,
    entry: int | None,
    client: str | None,
    at: str | None,
    page: str | None,
    credentials: str | None,
) -> None:
    """Explain what POLICY makes of one request.

    REQUEST is what you would give to curl: a URL, -X, -H, -d and so on. With --page it is what a
    page's script fetches: preflight and request are judged, and what the page then sees.

    \b
    why403 explain shop.yaml -X DELETE https://api.shop.example/orders/7 -H 'X-Api-Key: web-demo'
    why403 explain --page https://app.example shop.yaml -X PUT https://api.shop.example/orders/7
    why403 explain --har page.har --entry 3 shop.yaml
    pbpaste | why403 explain --curl - shop.yaml
    """
    judge = open_policies((policy,), as_json=as_json)[0]
    request = _request(request_arguments, curl, har, entry, client or "127.0.0.1", read_instant(at))
    if not judge.covers(request):
        fail(
            Fault(
                f"`{judge.name}` does not judge {quote(request.target.authority)}",
                f"its hosts are {list_words(judge.hosts, last='and')}",
                _other_host(request.target.host, judge.hosts),
            )
        )
    if page is not None:
        _explain_visit(judge, request, page, credentials, as_json=as_json)
    decision = evaluate(judge, request)
    if as_json:
        click.echo(json.dumps(decision_record(judge, request, decision), indent=2))
    else:
        from simulator.render.terminal import explanation

        show(explanation(judge, request, decision))
    sys.exit({True: 0, False: REFUSED, None: NO_ANSWER}[decision.allowed])


def _explain_visit(
    policy: Policy, request: Request, origin: str, credentials: str | None, *, as_json: bool
) -> NoReturn:
    """What the page would see."""
    from simulator.browser import Unsupported
    from simulator.render.visit import visit_page, visit_record
    from simulator.visit import as_fetched, page_of, visit

    try:
        story = visit(
            policy,
            page_of(origin),
            as_fetched(request, credentials=credentials),
            client=request.client,
            at=request.at,
        )
    except Fault as fault:
        fail(fault)
    except Unsupported as unsupported:
        fail(Fault("what the page sees is not known", str(unsupported)))
    if as_json:
        click.echo(json.dumps(visit_record(policy, story), indent=2))
    else:
        show(visit_page(policy, story))
    sys.exit({True: 0, False: REFUSED, None: NO_ANSWER}[story.allowed])


def _other_host(host: str, hosts: Sequence[str]) -> str:
    guess = did_you_mean(host, hosts)
    return f"did you mean `{guess}`?" if guess else "ask for one of them, or add it to `hosts`"


def _request(
    arguments: tuple[str, ...],
    curl: str | None,
    har: str | None,
    entry: int | None,
    client: str,
    at: float,
) -> Request:
    given = [name for name, value in (("--curl", curl), ("--har", har)) if value is not None]
    if arguments:
        given.append("a request")
    if len(given) != 1:
        fail(
            Fault(
                "no request was given" if not given else f"{' and '.join(given)} were given",
                "one request is explained",
                "write a URL after the policy, or use `--curl` or `--har`",
            )
        )
    if har is not None:
        return _har_request(har, entry, client)
    from simulator.curl import read_arguments, read_curl

    try:
        if curl is not None:
            text = sys.stdin.read() if curl == "-" else curl
            return read_curl(text, at=at, client=client)
        return read_arguments(arguments, at=at, client=client)
    except ValueError as error:
        fail(error)


def _har_request(har: str, entry: int | None, client: str) -> Request:
    from simulator.har import HarError, read_har

    try:
        entries = read_har(Path(har).read_text(encoding="utf-8-sig"), name=har)
    except HarError as error:
        for problem in error.problems:
            click.echo(f"why403: {problem}", err=True)
        sys.exit(NO_ANSWER)
    except (OSError, UnicodeDecodeError) as error:
        cause = getattr(error, "strerror", None) or str(error)
        fail(Fault(f"{quote(har)} cannot be read", cause.lower(), "correct its path"))
    if entry is None and len(entries) == 1:
        entry = 0
    if entry is None or not 0 <= entry < len(entries):
        for listed in entries[:40]:
            request = listed.request
            target = f"{request.target.origin}{request.target.path}"
            click.echo(f"{listed.index:4}  {request.method} {target[:100]}", err=True)
        fail(
            Fault(
                f"{quote(har)} has {len(entries)} entries",
                "one of them is explained",
                "choose it with `--entry N`",
            )
        )
    found = entries[entry].request
    return Request(
        found.method, found.url, found.headers, client=client, at=found.at, body=found.body
    )
