"""Which policy judges a request, and is it still what its file says?

Policies are read when the option changes, and again when a file changes: the policy's own or that
of a list it names. A file that an edit has broken leaves the last good policy in force.
"""

from __future__ import annotations

import asyncio
import gc
import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from addons.failures import Failures
from simulator import Policy, PolicyError, Problem, Request, Usage
from simulator.files import open_policy

logger = logging.getLogger("why403")

INTERVAL = 1.0  # seconds between two looks at the files

type _Stat = tuple[int, int, int]


@dataclass(slots=True, eq=False)
class Active:
    """A policy in force: what its file said last, and the quota used since."""

    path: str
    policy: Policy
    usage: Usage = field(default_factory=Usage)
    broken: str = ""  # what is wrong with the file as it is now
    seen: dict[str, _Stat] = field(default_factory=dict)

    @classmethod
    def read(cls, path: str) -> Active:
        """Read the file. Raises PolicyError."""
        before = {path: _stat(path)}
        active = cls(path, open_policy(path))
        active._remember(before)
        return active

    def look(self) -> bool:
        """Read the file again if it or a list changed. True if there is another policy now."""
        before = {path: _stat(path) for path in self.seen}
        if before == self.seen:
            return False
        try:
            self.policy = open_policy(self.path)
        except PolicyError as error:
            if str(error) != self.broken:
                logger.warning("%s", _still(self.path, error))
            self.broken = str(error)
            self._remember(before)
            return False
        self.broken = ""
        self._remember(before)
        return True

    def _remember(self, before: dict[str, _Stat]) -> None:
        """Note the files as they were before they were read: a change since then shows later."""
        watched = [self.path, *self.policy.lists.values()]
        if self.broken:
            # A list that the broken text names for the first time shows when it is put there.
            watched.append(str(Path(self.path).parent))
        self.seen = {path: before.get(path) or _stat(path) for path in watched}


class Policies:
    """The policies in force, in the order of the option."""

    def __init__(self, failures: Failures) -> None:
        self.active: tuple[Active, ...] = ()
        self._failures = failures
        self._watching: asyncio.Task[None] | None = None

    def use(self, paths: Sequence[str]) -> None:
        """Put these in force, all or none. Raises PolicyError with the problems of all.

        The quota used so far stays with a policy that was in force before.
        """
        found: list[Active] = []
        problems: list[Problem] = []
        usages = {active.path: active.usage for active in self.active}
        for path in dict.fromkeys(paths):
            try:
                active = Active.read(path)
            except PolicyError as error:
                problems += error.problems
                continue
            active.usage = usages.get(path, active.usage)
            found.append(active)
        if problems:
            raise PolicyError(tuple(problems))
        self.active = tuple(found)

    def judge_of(self, request: Request) -> Active | None:
        """The first policy that means the request's host."""
        for active in self.active:
            if active.policy.covers(request):
                return active
        return None

    # Not async: mitmproxy calls both without waiting when it loads a script again.

    def running(self) -> None:
        _settle()
        if self._watching is None:
            self._watching = asyncio.get_running_loop().create_task(self._watch())

    def done(self) -> None:
        if self._watching is not None:
            self._watching.cancel()
            self._watching = None

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(INTERVAL)
            for active in self.active:
                try:
                    if active.look():
                        _settle()
                        logger.info("why403: `%s` changed and was read again", active.path)
                except Exception as error:
                    self._failures.report(error, f"reading `{active.path}` again")


def _settle() -> None:
    """Take what is there to stay out of the garbage collector's sight.

    A policy is tens of thousands of objects that never become garbage in a circle; every full
    collection would go through them all, and through mitmproxy's own, for nothing.
    """
    gc.collect()
    gc.freeze()


def _stat(path: str) -> _Stat:
    """What changes when a file does: its time, size and number."""
    try:
        found = Path(path).stat()
    except OSError:
        return (0, 0, 0)
    return (found.st_mtime_ns, found.st_size, found.st_ino)


def _still(path: str, error: PolicyError) -> str:
    many = len(error.problems)
    return (
        f"why403: `{path}` changed and cannot be used: it has {many} "
        f"problem{'s' if many > 1 else ''}; what it said before stays in force until it is mended\n"
        f"{error}"
    )
