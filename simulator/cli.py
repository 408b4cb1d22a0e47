"""The verbs of the command `why403`.

Exit status: 0 allowed or fine, 1 refused or something found, 2 could not tell (bad input, bad use).
What needs mitmproxy is imported by the verb that needs it: the others start without a wait.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, NoReturn

import click

from simulator.engine import evaluate
from simulator.files import open_policy
from simulator.grammar import REASONS, policy_schema
from simulator.jsonl import read_line
from simulator.message import Request
from simulator.policy import Policy, PolicyError
from simulator.problem import Fault, did_you_mean, list_words, quote
from simulator.render.record import decision_record, no_policy_record
from simulator.usage import Usage

if TYPE_CHECKING:
    from rich.console import RenderableType

_REFUSED, _NO_ANSWER = 1, 2


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(version("why403"), prog_name="why403")
def why403() -> None:
    """Say exactly why a request was refused: which rule, in which file and line, what to change."""


class _CurlStyle(click.Command):
    """Options of ours come before POLICY; what follows belongs to curl, except for a few names."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        own: list[str] = []
        rest = list(args)
        # A last `--json` can only be ours: curl's takes a value.
        if rest and rest[-1] == "--json":
            own.append(rest.pop())
        for name in ("--client", "--at", "--entry", "--har"):
            while name in rest[:-1]:
                index = rest.index(name)
                own += rest[index : index + 2]
                del rest[index : index + 2]
        return super().parse_args(ctx, own + rest)


@why403.command(
    cls=_CurlStyle,
    context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False},
)
@click.option("--json", "as_json", is_flag=True, help="Print the decision as JSON.")
@click.option("--curl", metavar="TEXT", help="A pasted curl command; `-` reads standard input.")
@click.option("--har", type=click.Path(dir_okay=False), help="A HAR file to take the request from.")
@click.option("--entry", type=int, help="Which entry of the HAR file, counted from 0.")
@click.option("--client", metavar="ADDRESS", help="The address that connects.")
@click.option("--at", metavar="TIME", help="When: Unix seconds or ISO 8601; now, if left out.")
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
) -> None:
    """Explain what POLICY makes of one request.

    REQUEST is what you would give to curl: a URL, -X, -H, -d and so on.

    \b
    why403 explain shop.yaml -X DELETE https://api.shop.example/orders/7 -H 'X-Api-Key: web-demo'
    why403 explain --har page.har --entry 3 shop.yaml
    pbpaste | why403 explain --curl - shop.yaml
    """
    judge = _policies((policy,), as_json=as_json)[0]
    request = _request(request_arguments, curl, har, entry, client or "127.0.0.1", _instant(at))
    if not judge.covers(request):
        _fail(
            Fault(
                f"`{judge.name}` does not judge {quote(request.target.authority)}",
                f"its hosts are {list_words(judge.hosts, last='and')}",
                _other_host(request.target.host, judge.hosts),
            )
        )
    decision = evaluate(judge, request)
    if as_json:
        click.echo(json.dumps(decision_record(judge, request, decision), indent=2))
    else:
        from simulator.render.terminal import explanation

        _show(explanation(judge, request, decision))
    sys.exit({True: 0, False: _REFUSED, None: _NO_ANSWER}[decision.allowed])


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
        _fail(
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
        _fail(error)


def _har_request(har: str, entry: int | None, client: str) -> Request:
    from simulator.har import HarError, read_har

    try:
        entries = read_har(Path(har).read_text(encoding="utf-8-sig"), name=har)
    except HarError as error:
        for problem in error.problems:
            click.echo(f"why403: {problem}", err=True)
        sys.exit(_NO_ANSWER)
    except (OSError, UnicodeDecodeError) as error:
        cause = getattr(error, "strerror", None) or str(error)
        _fail(Fault(f"{quote(har)} cannot be read", cause.lower(), "correct its path"))
    if entry is None and len(entries) == 1:
        entry = 0
    if entry is None or not 0 <= entry < len(entries):
        for listed in entries[:40]:
            request = listed.request
            target = f"{request.target.origin}{request.target.path}"
            click.echo(f"{listed.index:4}  {request.method} {target[:100]}", err=True)
        _fail(
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


@why403.command()
@click.argument("policies", metavar="POLICY…", nargs=-1, required=True, type=click.Path())
def decide(policies: tuple[str, ...]) -> None:
    """Judge requests: one JSON object a line on standard input, one answer a line on output.

    With several policies the first whose `hosts` match judges. Quotas are counted over the lines.
    """
    judges = [(policy, Usage()) for policy in _policies(policies)]
    unread = False
    for line in _lines(sys.stdin.buffer):
        answer, readable = _answer(line, judges)
        unread = unread or not readable
        # ASCII escapes: what came in may hold characters that no encoding of output can.
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()
    sys.exit(_NO_ANSWER if unread else 0)


def _lines(stream: BinaryIO) -> Iterator[bytes]:
    for line in stream:
        if line.strip():
            yield line


def _answer(line: bytes, judges: list[tuple[Policy, Usage]]) -> tuple[dict[str, object], bool]:
    read = read_line(line, now=time.time())
    if read.request is None:
        fault = read.fault or Fault("the line cannot be read", "")
        error = {"problem": fault.problem, "cause": fault.cause, "remedy": fault.remedy}
        return {"id": read.id, "error": error}, False
    request = read.request
    for policy, usage in judges:
        if policy.covers(request):
            decision = evaluate(policy, request, usage)
            usage.record(decision)
            return {"id": read.id, **decision_record(policy, request, decision)}, True
    hosts = tuple(host for policy, _ in judges for host in policy.hosts)
    return {"id": read.id, **no_policy_record(request, hosts)}, True


@why403.command()
@click.argument("code", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
@click.option("--markdown", is_flag=True, help="Print as Markdown, as in the documentation.")
def reasons(code: str | None, *, as_json: bool, markdown: bool) -> None:
    """List every reason, or explain the one with this CODE."""
    from simulator.render.terminal import reason_list, reason_markdown, reason_page

    if code is not None:
        code = code.removeprefix("urn:why403:")
    if code is not None and code not in REASONS:
        guess = did_you_mean(code, REASONS)
        _fail(
            Fault(
                f"{quote(code)} is not the code of a reason",
                "codes have the form `check.what-happened`",
                f"did you mean `{guess}`?" if guess else "see `why403 reasons`",
            )
        )
    found = list(REASONS.values()) if code is None else [REASONS[code]]
    if as_json:
        fields = ("code", "status", "title", "meaning", "causes", "remedies", "retryable", "spec")
        records = [{name: getattr(reason, name) for name in fields} for reason in found]
        click.echo(json.dumps(records if code is None else records[0], indent=2))
    elif markdown:
        click.echo("\n\n".join(reason_markdown(reason) for reason in found))
    else:
        _show(reason_list(found) if code is None else reason_page(found[0]), width=100)


@why403.command()
def schema() -> None:
    """Print the JSON Schema of policies, for editors."""
    click.echo(json.dumps(policy_schema(), indent=2))


@why403.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """Print the completion script for SHELL: `eval "$(why403 completion bash)"`."""
    from click.shell_completion import get_completion_class

    made = get_completion_class(shell)
    assert made is not None
    click.echo(made(why403, {}, "why403", "_WHY403_COMPLETE").source())


@why403.command(context_settings={"ignore_unknown_options": True})
@click.option("--policy", "-p", "policies", multiple=True, type=click.Path(), help="A policy file.")
@click.option(
    "--mode",
    type=click.Choice(["observe", "annotate", "enforce"]),
    default="annotate",
    show_default=True,
    help="Leave traffic alone, add fields to answers, or refuse what the policy refuses.",
)
@click.option("--listen", default="127.0.0.1:8080", show_default=True, metavar="HOST:PORT")
@click.option("--reverse", metavar="URL", help="Stand in front of this one server.")
@click.option("--client", metavar="ADDRESS", help="Judge as if this address had connected.")
@click.option("--explain-body", is_flag=True, help="Put the explanation where a bare 4xx was.")
@click.argument("mitmdump_arguments", nargs=-1, type=click.UNPROCESSED)
def proxy(
    policies: tuple[str, ...],
    mode: str,
    listen: str,
    reverse: str | None,
    client: str | None,
    explain_body: bool,
    mitmdump_arguments: tuple[str, ...],
) -> None:
    """Run mitmdump with why403 in it. What follows `--` goes to mitmdump as it is."""
    host, _, port = listen.rpartition(":")
    if not (port.isdigit() and int(port) <= 65535):
        _fail(
            Fault(f"{quote(listen)} is not an address to listen on", "it names no port",
                  "write `127.0.0.1:8080`")
        )  # fmt: skip
    _policies(policies)  # complain here, before a proxy is started
    import addons

    script = Path(addons.__file__).with_name("why403.py")
    arguments = ["-s", str(script), "--listen-host", host or "127.0.0.1", "--listen-port", port]
    arguments += ["--set", f"why403_mode={mode}", "--set", "flow_detail=0"]
    arguments += [a for path in policies for a in ("--set", f"why403_policy={path}")]
    if reverse:
        # The policy is about the name that clients use, which mitmproxy would replace.
        arguments += ["--mode", f"reverse:{reverse}", "--set", "keep_host_header=true"]
    if client:
        arguments += ["--set", f"why403_client={client}"]
    if explain_body:
        arguments += ["--set", "why403_explain_body=true"]
    import logging

    from mitmproxy.tools.main import mitmdump

    # Who connects and leaves is not what is asked here; refusals stand out without it.
    logging.getLogger("mitmproxy.proxy.server").setLevel(logging.WARNING)
    sys.exit(mitmdump([*arguments, *mitmdump_arguments]) or 0)


@why403.command()
@click.option("--check", is_flag=True, help="Send the requests by itself, and check each answer.")
@click.option("--port", default=0, show_default="any free one", help="Port of the page.")
@click.option("--json", "as_json", is_flag=True, help="With --check: print as JSON.")
def demo(*, check: bool, port: int, as_json: bool) -> None:
    """Try it: a small API behind the proxy, and a page that is refused in every way there is."""
    if check:
        from addons.demo_check import run_check

        sys.exit(run_check(as_json=as_json))
    from addons.demo import run_demo

    sys.exit(run_demo(port))


def _policies(paths: Sequence[str], *, as_json: bool = False) -> list[Policy]:
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

            _show(problem_list(error.problems), err=True)
    if records:
        click.echo(json.dumps({"problems": records}, indent=2))
    if wrong:
        plural = "s" if wrong > 1 else ""
        click.echo(f"why403: {wrong} problem{plural}; nothing was judged", err=True)
        sys.exit(_NO_ANSWER)
    return found


def _show(renderable: RenderableType, *, err: bool = False, width: int = 1000) -> None:
    """In colour on a terminal; in a pipe plain and, since programs read lines, not wrapped."""
    from rich.console import Console

    from simulator.render.terminal import as_text

    console = Console(stderr=err, highlight=False)
    if console.is_terminal:
        console.print(renderable)
    else:
        click.echo(as_text(renderable, width=width), nl=False, err=err)


def _instant(text: str | None) -> float:
    if text is None:
        return time.time()
    try:
        return float(text)
    except ValueError:
        pass
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        _fail(
            Fault(f"{quote(text)} is not a time", "it is neither Unix seconds nor ISO 8601",
                  "write `2026-12-31T23:00:00Z`")
        )  # fmt: skip
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def _fail(error: Exception) -> NoReturn:
    click.echo(f"why403: {error}", err=True)
    sys.exit(_NO_ANSWER)
