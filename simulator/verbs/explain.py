"""The verb `explain`: what does a policy make of one request, and what would a page see of it?"""

from __future__ import annotations

import codecs
import json
import os
import stat
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

from simulator.decision import Decision
from simulator.engine import evaluate
from simulator.grammar import REASONS
from simulator.message import Request
from simulator.policy import Policy
from simulator.problem import Fault, did_you_mean, list_words, quote
from simulator.render.record import Plain, decision_record
from simulator.verbs.common import NO_ANSWER, REFUSED, fail, open_policies, read_instant, show

if TYPE_CHECKING:
    from simulator.fixes import Fix
    from simulator.visit import Visit


class _CurlStyle(click.Command):
    """Options of ours come before POLICY; what follows belongs to curl, except for a few names."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        own: list[str] = []
        rest = list(args)
        # A last `--json` can only be ours: curl's takes a value.
        if rest and rest[-1] == "--json":
            own.append(rest.pop())
        if "--fix" in rest:
            rest.remove("--fix")
            own.append("--fix")
        own += _taken(rest, "--apply")
        for name in ("--client", "--at", "--entry", "--har", "--page", "--credentials"):
            while name in rest[:-1]:
                index = rest.index(name)
                own += rest[index : index + 2]
                del rest[index : index + 2]
        return super().parse_args(ctx, own + rest)


def _taken(arguments: list[str], name: str) -> list[str]:
    """The option, which may have a number after it, taken out of the arguments; 0: no number."""
    for index, argument in enumerate(arguments):
        if argument == name:
            following = arguments[index + 1 : index + 2]
            number = following[0] if following and following[0].isdigit() else None
            del arguments[index : index + (1 if number is None else 2)]
            return [name, number or "0"]
        if argument.startswith(f"{name}="):
            del arguments[index]
            return [argument]
    return []


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
@click.option("--fix", "fixing", is_flag=True, help="Show the narrowest changes that turn it.")
@click.option("--apply", "applied", type=int, metavar="[N]", help="Write fix N into the policy.")
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
    fixing: bool,
    applied: int | None,
) -> None:
    """Explain what POLICY makes of one request.

    REQUEST is what you would give to curl: a URL, -X, -H, -d and so on. With --page it is what a
    page's script fetches: preflight and request are judged, and what the page then sees.

    With --fix the narrowest changes follow that let the request in and shut nobody out, of the
    policy and of the request; --apply writes one of them into the policy's file (left out: the
    first of the policy's), and ends with 0.

    \b
    why403 explain shop.yaml -X DELETE https://api.shop.example/orders/7 -H 'X-Api-Key: web-demo'
    why403 explain --page https://app.example shop.yaml -X PUT https://api.shop.example/orders/7
    why403 explain --har page.har --entry 3 shop.yaml
    why403 explain --fix shop.yaml https://api.shop.example/orders/7
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
    story = (
        evaluate(judge, request) if page is None else _visited(judge, request, page, credentials)
    )
    if page is not None:
        request = _without_origin(request)
    fixes = None
    if fixing or applied is not None:
        fixes = _fixes(judge, request, story, credentials)
    if as_json:
        click.echo(json.dumps(_record(judge, request, story, fixes), indent=2))
    else:
        _tell(judge, request, story, fixes)
    if applied is not None and fixes is not None and story.allowed is not True:
        _apply(policy, judge, fixes, applied)
    sys.exit({True: 0, False: REFUSED, None: NO_ANSWER}[story.allowed])


def _without_origin(request: Request) -> Request:
    """The request as a page's script makes it: the browser says whose page it is."""
    return Request(
        request.method,
        request.url,
        [pair for pair in request.headers if pair[0].lower() != "origin"],
        client=request.client,
        at=request.at,
        body=request.body,
    )


def _visited(policy: Policy, request: Request, origin: str, credentials: str | None) -> Visit:
    """What the page would see."""
    from simulator.browser import Unsupported
    from simulator.visit import as_fetched, page_of, visit

    try:
        return visit(
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


def _fixes(
    policy: Policy, request: Request, story: Decision | Visit, credentials: str | None
) -> list[Fix]:
    """What turns it, if anything does."""
    from simulator.fixes import find_fixes, find_page_fixes

    if isinstance(story, Decision):
        return list(find_fixes(policy, request))
    return list(find_page_fixes(policy, request, story.page, credentials=credentials))


def _record(
    policy: Policy, request: Request, story: Decision | Visit, fixes: list[Fix] | None
) -> dict[str, Plain]:
    """All of it for machines."""
    if isinstance(story, Decision):
        record = decision_record(policy, request, story)
    else:
        from simulator.render.visit import visit_record

        record = visit_record(policy, story)
    if fixes is not None:
        from simulator.render.fixes import fixes_record

        record["fixes"] = fixes_record(policy, request, fixes)
    return record


def _tell(
    policy: Policy, request: Request, story: Decision | Visit, fixes: list[Fix] | None
) -> None:
    """All of it for people."""
    if isinstance(story, Decision):
        from simulator.render.terminal import explanation

        show(explanation(policy, request, story))
    else:
        from simulator.render.visit import visit_page

        show(visit_page(policy, story))
    if fixes:
        from simulator.render.fixes import fix_list

        show(fix_list(policy, request, fixes))
    elif fixes is not None and story.allowed is False:
        from simulator.render.fixes import no_fix

        show(no_fix(REASONS.get(story.reason or "")))


def _apply(path: str, policy: Policy, fixes: list[Fix], number: int) -> NoReturn:
    """Write a fix into the policy's file: by its number, or the first that changes the policy."""
    ours = [fix for fix in fixes if fix.edits]
    asked = fixes[number - 1] if 0 < number <= len(fixes) else None
    fix = asked if number else next(iter(ours), None)
    if fix is None:
        there = "are" if len(fixes) > 1 else "is"
        found = f"there {there} {len(fixes) or 'none'}"
        if number:
            fail(Fault(f"there is no fix {number}", found, "look at them with `--fix`"))
        found += " of the request" if fixes else ""
        fail(Fault("there is no fix of the policy", found, "look at them with `--fix`"))
    if not fix.edits:
        fail(Fault(f"fix {number} cannot be applied", "it changes the request", "ask so yourself"))
    try:
        replace_text(path, policy.document.text, fix.text)
    except Fault as fault:
        fail(fault)
    click.echo(f"why403: wrote `{path}`: {fix.say}", err=True)
    sys.exit(0)


def replace_text(path: str, before: str, after: str) -> None:
    """Put another text in the file's place, all at once. Raises Fault: the file has changed
    meanwhile, or cannot be written."""
    real = Path(os.path.realpath(path))
    try:
        given = real.read_bytes()
        if given.removeprefix(codecs.BOM_UTF8) != before.encode():
            raise Fault(
                f"{quote(path)} was not written", "it has changed meanwhile", "run this again"
            )
        mark = codecs.BOM_UTF8 if given.startswith(codecs.BOM_UTF8) else b""
        with tempfile.NamedTemporaryFile(
            dir=real.parent, prefix=f".{real.name}.", delete=False
        ) as beside:
            beside.write(mark + after.encode())
        os.chmod(beside.name, stat.S_IMODE(real.stat().st_mode))
        os.replace(beside.name, real)
    except OSError as error:
        cause = (error.strerror or str(error)).lower()
        raise Fault(f"{quote(path)} cannot be written", cause, "look at who may write it") from None


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
