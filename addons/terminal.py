"""What do people, and programs, read while the proxy runs?

A line or two for each refusal as it falls, of what passes too if they ask for it, or one JSON
object for each; at the end what was refused most, why, and what would mend it. Nothing is printed
while a request waits: the journal is looked at ten times a second.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import sys
from collections.abc import Iterator
from itertools import groupby

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from addons.documents import Documents, LeftAlone
from addons.entries import Entry
from addons.failures import Failures
from addons.journal import Journal
from addons.settings import Settings
from addons.summary import Summary, kind_of
from simulator.fixes import find_fixes
from simulator.problem import printable
from simulator.render.record import Plain
from simulator.render.stream import entry_block, is_told
from simulator.render.terminal import marked

_ALL, _JSON = "all", "json"
_INTERVAL = 0.1
_MOST_WAITING = 1000
_SHOWN = 5  # kinds of refusal in the summary

type _Line = tuple[Entry, dict[str, Plain]]


class Terminal:
    """Tells what passes on standard output."""

    def __init__(
        self,
        settings: Settings,
        journal: Journal,
        documents: Documents,
        failures: Failures,
        console: Console | None = None,
    ) -> None:
        self._settings = settings
        self._journal = journal
        self._documents = documents
        self._noted: dict[str, LeftAlone] = {}
        self._failures = failures
        self._console = console
        self._telling: asyncio.Task[None] | None = None
        self._told = 0
        self._waiting: list[Entry] = []
        self._seen = 0
        self.summary = Summary()

    def running(self) -> None:
        if not self._settings.stream or self._telling is not None:
            return
        # Each refusal is told here; the log would tell it again.
        logging.getLogger("why403.refused").setLevel(logging.WARNING)
        self._telling = asyncio.get_running_loop().create_task(self._tell())

    def done(self) -> None:
        if self._telling is None:
            return
        self._telling.cancel()
        self._telling = None
        logging.getLogger("why403.refused").setLevel(logging.NOTSET)
        self._look(last=True)
        if self._settings.stream != _JSON:
            self._show(summary_block(self.summary))

    @property
    def _out(self) -> Console:
        if self._console is None:
            self._console = Console(highlight=False)
        return self._console

    def _show(self, block: RenderableType) -> None:
        # In a file a line stays a line, however long it is.
        out = self._out
        out.print(block, width=None if out.is_terminal else 10_000)

    async def _tell(self) -> None:
        while True:
            await asyncio.sleep(_INTERVAL)
            try:
                self._look()
                self._note()
            except Exception as error:
                self._failures.report(error, "telling what passes")

    def _look(self, *, last: bool = False) -> None:
        """Tell what has ended since; the `last` time whatever has not, too."""
        if self._journal.revision == self._seen and not last:
            return
        self._seen = self._journal.revision
        found = [*self._waiting, *self._journal.since(self._told)]
        self._told = self._journal.count
        # What has not ended is told when it has; where too much waits, as it is.
        late = len(found) - _MOST_WAITING
        ready = [e for n, e in enumerate(found) if e.ended or last or n < late]
        self._waiting = [e for n, e in enumerate(found) if not (e.ended or last or n < late)]
        ended = [(entry, entry.brief()) for entry in ready]
        if self._settings.stream == _JSON:
            for entry, _ in ended:
                sys.stdout.write(json.dumps(entry.record(), ensure_ascii=False) + "\n")
            sys.stdout.flush()
            return
        for line, times in self._lines(ended):
            self._show(entry_block(line, times=times))

    def _note(self) -> None:
        """Tell which pages cannot have the panel, each once while it is the last thing known."""
        found = self._documents.left_alone
        if self._settings.stream == _JSON or not found or found == self._noted:
            return
        for url, note in found.items():
            if url not in self._noted:
                why = printable(f"the panel is not in {url}: {note.why}")
                self._show(marked(why, style="dim"))
        self._noted = dict(found)

    def _lines(self, ended: list[_Line]) -> Iterator[tuple[dict[str, Plain], int]]:
        """What is told of them; the same, one after another, once."""
        shown: list[dict[str, Plain]] = []
        for entry, brief in ended:
            told = is_told(brief)
            self.summary.add(entry, brief, told=told)
            if told or self._settings.stream == _ALL:
                shown.append(brief)
        for _, alike in groupby(shown, key=lambda b: (b["method"], b["url"], kind_of(b))):
            same = list(alike)
            yield same[-1], len(same)


def summary_block(summary: Summary) -> RenderableType:
    """What was refused most, why, and what would mend it."""
    refused = summary.refused
    if not refused:
        said = f"\n{summary.passed:,} passed, nothing was refused or hidden"
        return Text(said, style="green")
    head = Text(f"\n{refused:,} refused or hidden", style="bold red")
    hidden = f", {summary.hidden:,} of them from their page" if summary.hidden else ""
    head.append(f"{hidden}; {summary.passed:,} passed", style="not bold default")
    parts: list[RenderableType] = [head]
    for told in summary.most(_SHOWN):
        kind = told.kind
        often = "  once " if told.times == 1 else f"  {told.times:,} times "
        line = Text().append(often, style="bold")
        line.append(f"{kind.status} ", style="red").append(kind.reason, style="cyan")
        line.append(f"  {kind.place}" if kind.place else "", style="magenta")
        brief = told.last.brief()
        why = marked(printable(str(brief["error"] or brief["summary"])))
        parts += [line, Padding(why, (0, 0, 0, 7))]
        fix = "" if brief["error"] else first_fix(told.last)
        if fix:
            said_fix = Text("fix: ", style="green").append_text(marked(printable(fix)))
            parts.append(Padding(said_fix, (0, 0, 0, 7)))
    return Group(*parts)


def first_fix(entry: Entry) -> str:
    """The narrowest fix in a sentence; empty where none is known."""
    policy = getattr(entry, "policy", None)
    if policy is None:
        return ""
    with contextlib.suppress(Exception):
        for fix in find_fixes(policy, entry.request, limit=1):
            return str(fix.say)
    return ""
