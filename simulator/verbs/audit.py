"""The verb `audit`: which permissions of a policy were never used?"""

from __future__ import annotations

import json
import sys
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from simulator.problem import Fault, printable, quote
from simulator.verbs.common import REFUSED, fail, open_policies, show
from simulator.verbs.traffic import fail_all, is_flows, read_file, read_flows, try_hars

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.table import Table

    from simulator.audit import Audit, Report
    from simulator.policy import Policy

_SHOWN = 8  # of what was used, a kind
_PROBLEMS = 10
_PLURALS = {
    "network": "networks", "trusted proxy": "trusted proxies", "origin": "origins",
    "method granted": "methods granted", "header granted": "headers granted",
    "private network": "private networks", "key": "keys", "network of a key": "networks of keys",
    "origin of a key": "origins of keys", "scope": "scopes", "role": "roles", "route": "routes",
    "method": "methods",
}  # fmt: skip


@click.command()
@click.option("--diff", "as_diff", is_flag=True, help="Show the change that takes them away.")
@click.option("--apply", is_flag=True, help="Make that change in the policy's file.")
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
@click.argument("policy", type=click.Path())
@click.argument("logs", metavar="LOG…", nargs=-1, required=True, type=click.Path(allow_dash=True))
def audit(policy: str, logs: tuple[str, ...], *, as_diff: bool, apply: bool, as_json: bool) -> None:
    """List the permissions of POLICY that were never used, so that they can be taken away.

    A LOG is JSON Lines: decisions as `why403 decide` prints them, or requests as it reads them,
    which POLICY judges first. It may be a HAR file too, or flows that `mitmdump -w` saved; `-` is
    standard input. What is taken away is proved to let nothing else in.

    \b
    why403 audit shop.yaml march.jsonl april.jsonl
    why403 audit --diff shop.yaml shop.har
    """
    from simulator.audit import Audit

    judge = open_policies((policy,), as_json=as_json)[0]
    counting = Audit(judge)
    assumed = _read(counting, logs)
    try:
        report = counting.report()
        changed = _changed(judge, report) if as_diff or apply else ""
    except Fault as fault:
        fail(fault)
    if as_json:
        click.echo(json.dumps(_record(judge, report), indent=2))
    elif as_diff:
        click.echo(_diff(judge, changed), nl=False)
    else:
        show(_page(judge, report, assumed))
    if apply and report.edits:
        try:
            Path(policy).write_text(changed, encoding="utf-8", newline="")
        except OSError as error:
            cause = (error.strerror or str(error)).lower()
            fail(Fault(f"{quote(policy)} cannot be written", cause, "correct its path"))
        taken = sum(bool(taking.edits) for taking in report.unused)
        click.echo(f"why403: {policy}: {taken} taken away", err=True)
    sys.exit(REFUSED if report.unused else 0)


def _read(counting: Audit, logs: tuple[str, ...]) -> str:
    """Count every log. Gives what had to be assumed, in words."""
    problems: list[str] = []
    assumed: dict[str, None] = {}
    now = time.time()
    for path in logs:
        try:
            kind, text = _kind(path)
            if kind == "lines":
                problems += _read_lines(counting, path, text, now)
                continue
            exchanges, wrong = (read_flows(path), []) if kind == "flows" else try_hars((path,))
            problems += wrong
            for exchange in exchanges:
                counting.request(exchange.request)
            if kind == "HAR":
                assumed["a HAR does not tell who asked: 127.0.0.1 was taken for the client"] = None
        except Fault as fault:
            problems.append(str(fault))
    if problems:
        more = len(problems) - _PROBLEMS
        fail_all(problems[:_PROBLEMS] + ([f"and {more} more like these"] if more > 0 else []))
    return "; ".join(assumed)


def _kind(path: str) -> tuple[str, str]:
    """What kind of log it is, and its text if that is JSON Lines. Raises Fault."""
    if path == "-":
        return "lines", sys.stdin.read()
    if is_flows(path):
        return "flows", ""
    text = read_file(path)
    first = next((line for line in text.splitlines() if line.strip()), "")
    try:
        whole = json.loads(first)
    except (ValueError, RecursionError):
        # An object over many lines: whatever is wrong with it, the reader of HAR files says.
        return ("HAR" if first.strip() == "{" or path.endswith(".har") else "lines"), text
    return ("HAR" if isinstance(whole, dict) and "log" in whole else "lines"), text


def _read_lines(counting: Audit, path: str, text: str, now: float) -> Iterator[str]:
    """Count the lines. Gives what is wrong with them."""
    from simulator.audit.log import read_log_line

    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        try:
            read = read_log_line(line, now=now)
            if read.request is not None:
                counting.request(read.request, timed=read.timed)
            elif read.record is not None:
                counting.record(read.record)
            else:
                counting.skip(f"that {read.why}")
        except Fault as fault:
            yield f"{path}:{number}: {fault}"


def _changed(policy: Policy, report: Report) -> str:
    """The policy's text without what is taken away."""
    from simulator.edit import edit_text

    return edit_text(policy.document.text, report.edits, document=policy.document)


def _diff(policy: Policy, changed: str) -> str:
    """The change as a diff, secrets taken out."""
    from simulator.edit import text_diff
    from simulator.source import mask

    lines = text_diff(policy.document.text, changed, name=policy.name).splitlines(keepends=True)
    text = "".join(mask(line) for line in lines)
    for key in policy.keys:
        if key.secret:
            text = text.replace(key.secret, "•••")
    return text


def _page(policy: Policy, report: Report, assumed: str) -> RenderableType:
    """The whole report for a person at a terminal."""
    from rich.console import Group
    from rich.padding import Padding
    from rich.text import Text

    from simulator.render.terminal import marked

    uses = report.uses
    head = Text(printable(policy.name), style="bold")
    head.append(f"  {_many(uses.decisions, 'decision')}, {_period(report)}: ", style="not bold")
    head.append(f"{uses.let_in:,} let in, {uses.decisions - uses.let_in:,} refused", "not bold")
    parts: list[RenderableType] = [head]
    notes = [f"left out: {_many(number, 'line')} {why}" for why, number in report.skipped]
    notes += [assumed] if assumed else []
    parts += [Padding(marked(note, style="dim"), (0, 0, 0, 2)) for note in notes]
    total = len(report.used) + len(report.unused) + len(report.untold)
    if report.unused:
        said = f"never used, {len(report.unused)} of {total} permissions"
        parts += [Padding(Text(said, style="bold red"), (1, 0, 0, 0)), _unused(policy, report)]
    else:
        said = f"each of {total - len(report.untold)} permissions was used"
        parts.append(Padding(Text(said, style="green"), (1, 0, 0, 0)))
    if report.used:
        parts += [Padding(Text("used", style="bold"), (1, 0, 0, 0)), _used(report)]
    if report.untold:
        kinds = Counter(permission.kind for permission in report.untold)
        named = ", ".join(f"{n} {_PLURALS[kind] if n > 1 else kind}" for kind, n in kinds.items())
        why = f"not told by decisions alone: {named}. Give the requests themselves to see these."
        parts.append(Padding(marked(why, style="yellow"), (1, 0, 0, 0)))
    for quota in report.quotas:
        place = policy.span(quota.path)
        said = f"{place}  `{quota.text}`: at most {quota.spent} of {quota.burst} were used at once"
        parts.append(Padding(marked(said, style="dim"), (1, 0, 0, 0)))
    if report.edits:
        parts.append(Padding(Text("see the change: --diff; make it: --apply", "dim"), (1, 0, 0, 0)))
    return Group(*parts)


def _unused(policy: Policy, report: Report) -> Table:
    from rich.table import Table
    from rich.text import Text

    from simulator.render.terminal import marked

    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True)
    for taking in report.unused:
        permission = taking.permission
        what = marked(printable(permission.text))
        if taking.why_not:
            what.append("\n")
            what.append_text(marked(f"stays: {printable(taking.why_not)}", style="yellow"))
        place = Text(str(policy.span(permission.path)), style="magenta")
        table.add_row(Text(f"  {permission.kind}", style="cyan"), place, what)
    return table


def _used(report: Report) -> Table:
    from rich.table import Table
    from rich.text import Text

    from simulator.render.terminal import marked

    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True)
    by_kind: dict[str, list[tuple[str, int]]] = {}
    for permission, number in report.used:
        text = permission.text.partition(", by its role")[0]
        by_kind.setdefault(permission.kind, []).append((text, number))
    for kind, counts in by_kind.items():
        counts.sort(key=lambda item: -item[1])
        shown = ", ".join(f"{printable(text)} {number:,}" for text, number in counts[:_SHOWN])
        if len(counts) > _SHOWN:
            shown += f" and {len(counts) - _SHOWN} more"
        name = _PLURALS[kind] if len(counts) > 1 else kind
        table.add_row(Text(f"  {name}", style="cyan"), marked(shown))
    return table


def _many(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def _period(report: Report) -> str:
    uses = report.uses
    if uses.first is None or uses.last is None:
        return "of a time that is not told"
    days = (uses.last - uses.first) / 86400
    span = f"{days:,.0f} days" if days >= 2 else f"{days * 24:,.1f} hours"
    if days * 24 < 1:
        span = f"{days * 1440:,.0f} minutes"
    first, last = _day(uses.first), _day(uses.last)
    if first == last:
        return f"{first} UTC"
    same = first[:11] == last[:11]
    return f"{first} to {last[11:] if same else last} UTC ({span})"


def _day(at: float) -> str:
    return f"{datetime.fromtimestamp(at, UTC):%Y-%m-%d %H:%M}"


def _record(policy: Policy, report: Report) -> dict[str, object]:
    """The report as plain data."""

    def place(path: str) -> dict[str, object]:
        span = policy.span(path)
        return {"path": path, "file": span.file, "line": span.line}

    uses = report.uses
    return {
        "policy": policy.name,
        "decisions": uses.decisions,
        "let_in": uses.let_in,
        "first": uses.first,
        "last": uses.last,
        "skipped": dict(report.skipped),
        "unused": [
            {
                "kind": taking.permission.kind,
                "text": taking.permission.text,
                **place(taking.permission.path),
                "edits": [[type(e).__name__.lower(), *e] for e in taking.edits],
                "stays": taking.why_not or None,
            }
            for taking in report.unused
        ],
        "used": [
            {"kind": p.kind, "text": p.text, **place(p.path), "uses": number}
            for p, number in report.used
        ],
        "untold": [{"kind": p.kind, "text": p.text, **place(p.path)} for p in report.untold],
        "quotas": [
            {"text": q.text, **place(q.path), "spent": q.spent, "burst": q.burst}
            for q in report.quotas
        ],
    }
