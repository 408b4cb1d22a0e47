"""Does the demo show what it promises?

`why403 demo --check` sends the requests of `policies/demo.cases.yaml` through the proxy, and
compares what came back and what was decided with what the file expects.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text
from ruamel.yaml import YAML
from tornado.httpclient import AsyncHTTPClient, HTTPRequest, HTTPResponse

from addons.demo import World, demo_world
from addons.entries import Case
from simulator.problem import printable
from simulator.render.terminal import as_text


@dataclass(frozen=True, slots=True)
class Example:
    """One request of the cases file, and what must come of it."""

    name: str
    method: str
    url: str
    headers: dict[str, str]
    status: int
    reason: str | None
    repeat: int


@dataclass(frozen=True, slots=True)
class Result:
    """What came of it."""

    name: str
    sent: str
    status: int
    reason: str | None
    summary: str
    page: str
    as_expected: bool


def read_examples(path: Path) -> list[Example]:
    """The requests of a cases file."""
    data = YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8"))
    return [
        Example(
            case["name"],
            case["request"]["method"],
            case["request"]["url"],
            case["request"].get("headers", {}),
            case["expect"]["status"],
            case["expect"].get("reason"),
            case.get("repeat", 1),
        )
        for case in data["cases"]
    ]


async def check_world() -> list[Result]:
    """Send every request, in order; the quota's is the last, since it uses the quota up."""
    async with demo_world() as world:
        examples = read_examples(world.policy.with_name("demo.cases.yaml"))
        return [await _send(world, example) for example in examples]


async def _send(world: World, example: Example) -> Result:
    request = HTTPRequest(
        world.api + example.url,
        example.method,
        example.headers,
        allow_nonstandard_methods=True,
        follow_redirects=False,
        request_timeout=20,
    )
    client = AsyncHTTPClient()
    for _ in range(example.repeat):
        response = await client.fetch(request, raise_error=False)
    case = world.journal.find(world.journal.count)
    if not isinstance(case, Case):
        return Result(example.name, _shown(example), response.code, None, "", "", False)
    decision = case.decision
    as_expected = (response.code, decision.reason) == (example.status, example.reason)
    if example.reason is not None and response.code < 300:
        # The server answered; the browser hides it, and only if no field grants it.
        as_expected = as_expected and not _granted(response)
    return Result(
        example.name,
        _shown(example),
        response.code,
        decision.reason,
        decision.summary,
        decision.page,
        as_expected,
    )


def _granted(response: HTTPResponse) -> bool:
    return "Access-Control-Allow-Origin" in response.headers


def _shown(example: Example) -> str:
    return f"{example.method} {example.url}" + (
        f", {example.repeat} times" if example.repeat > 1 else ""
    )


def run_check(*, as_json: bool) -> int:
    """Print the table of what was sent, what came back and why; 0 if all is as expected."""
    results = asyncio.run(check_world())
    failed = sum(not result.as_expected for result in results)
    if as_json:
        import json

        click.echo(json.dumps([asdict(result) for result in results], indent=2))
        return 1 if failed else 0
    table = _table(results)
    console = Console(highlight=False)
    if console.is_terminal:
        console.print(table)
    else:
        click.echo(as_text(table, width=160), nl=False)
    total = len(results)
    click.echo(
        f"\n{total - failed} of {total} as expected"
        + ("" if not failed else f"; {failed} not: see the lines marked with ✗")
    )
    return 1 if failed else 0


def _table(results: Iterable[Result]) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    for title in ("", "what was sent", "came back", "why"):
        table.add_column(title, no_wrap=title == "came back", ratio=3 if title == "why" else None)
    for result in results:
        mark = Text("✓", style="green") if result.as_expected else Text("✗", style="bold red")
        sent = Text(result.name)
        sent.append(f"\n{result.sent}", style="dim")
        why = Text(result.reason or "allowed", style="cyan" if result.reason else "green")
        if result.reason:
            why.append(f"\n{printable(result.summary)}", style="")
        if result.page:
            why.append(f"\n{result.page}", style="dim")
        table.add_row(mark, sent, str(result.status), why)
    return table
