"""The real `mitmdump` of this environment as a process.

with Mitmdump(scripts=[addon], options={"why403_mode": "enforce"}, hosts={"app.test": None},
              upstream_ca=authority.ca_file) as proxy:
    curl("https://app.test:8443/", proxy=proxy.address, ca=proxy.ca_file)
"""

import json
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from .certs import spki_of_file
from .curl import environment_without_proxies

START_TIMEOUT = 30.0
STOP_TIMEOUT = 10.0
MAP_HOSTS = Path(__file__).with_name("map_hosts.py")
READY = Path(__file__).with_name("ready.py")
READY_LINE = r"^harness: ready on 127\.0\.0\.1:(\d+)$"
# What mitmproxy prints when an addon, or itself, raised.
PROBLEM = re.compile(r"Addon error|Traceback \(most recent|has crashed|^Task .* failed")

type OptionValue = str | int | bool | Sequence[str]


class MitmdumpEnded(RuntimeError):
    """mitmdump ended by itself: at start-up (a bad option, a broken script) or later."""

    def __init__(self, exit_code: int, lines: list[str]) -> None:
        super().__init__(f"mitmdump ended with {exit_code}:\n" + "\n".join(lines))
        self.exit_code = exit_code
        self.lines = lines


class Mitmdump:
    """A mitmdump on a free loopback port, in any mode.

    `hosts` sends names to loopback: `{"app.test": None}` keeps the URL's port,
    `{"api.test:443": 8443}` goes to another; all other names are then refused. `confdir` shares
    the authority (and so `spki`) between proxies; by default each has its own.
    """

    def __init__(
        self,
        *,
        scripts: Sequence[Path | str] = (),
        options: Mapping[str, OptionValue] | None = None,
        mode: str = "regular",
        hosts: Mapping[str, int | None] | None = None,
        upstream_ca: Path | None = None,
        ssl_insecure: bool = False,
        confdir: Path | None = None,
        args: Sequence[str] = (),
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self._scripts = [READY, *([] if hosts is None else [MAP_HOSTS]), *scripts]
        self._options: dict[str, OptionValue] = {"ssl_insecure": ssl_insecure}
        if upstream_ca is not None:
            self._options["ssl_verify_upstream_trusted_ca"] = str(upstream_ca)
        self._options |= options or {}
        self._mode = mode
        self._given_confdir = confdir
        self._args = args
        self._environment = environment_without_proxies() | {
            "PYTHONUNBUFFERED": "1",
            "WHY403_TEST_HOSTS": json.dumps(hosts or {}),
            **(environment or {}),
        }
        self._changed = threading.Condition()
        self._lines: list[str] = []
        self._ended = False

    def __enter__(self) -> Self:
        self._directory = tempfile.TemporaryDirectory(prefix="why403-mitmdump-")
        self.confdir = self._given_confdir or Path(self._directory.name)
        self._process = subprocess.Popen(
            self._command(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=self._environment,
            cwd=self._directory.name,
            start_new_session=True,
        )
        self._reader = threading.Thread(target=self._read, name="mitmdump-lines")
        self._reader.start()
        try:
            self.port = int(self.wait_for_line(READY_LINE, START_TIMEOUT)[1])
        except BaseException:
            self._end(kill=True)
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        ended = self._process.poll()
        stopped = self._end(kill=False)
        if error is not None:
            return
        if ended is not None:
            raise MitmdumpEnded(ended, self.lines)
        if not stopped:
            raise AssertionError(f"mitmdump did not end on SIGINT in {STOP_TIMEOUT} s:\n{self}")

    def __str__(self) -> str:
        return "\n".join(self.lines)

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def ca_file(self) -> Path:
        """What a client must trust."""
        return self.confdir / "mitmproxy-ca-cert.pem"

    @property
    def spki(self) -> str:
        """What Chromium's `spki=[...]` takes: leaf certificates share the authority's key."""
        return spki_of_file(self.ca_file)

    @property
    def exit_code(self) -> int | None:
        """None while it runs."""
        return self._process.poll()

    @property
    def lines(self) -> list[str]:
        """Standard output and error so far."""
        with self._changed:
            return list(self._lines)

    @property
    def problems(self) -> list[str]:
        """The lines that say an addon or mitmproxy itself raised; empty in a healthy run."""
        return [line for line in self.lines if PROBLEM.search(line)]

    def wait_for_line(self, pattern: str, timeout: float = 10) -> re.Match[str]:
        """The first line, past or to come, in which a regular expression is found."""
        deadline = time.monotonic() + timeout
        seen = 0
        with self._changed:
            while True:
                for line in self._lines[seen:]:
                    if found := re.search(pattern, line):
                        return found
                seen = len(self._lines)
                if self._ended:
                    raise MitmdumpEnded(self._process.wait(STOP_TIMEOUT), self.lines)
                left = deadline - time.monotonic()
                if left <= 0:
                    raise TimeoutError(f"no line like {pattern!r} in {timeout} s:\n{self}")
                self._changed.wait(left)

    def _command(self) -> list[str]:
        # By path of the interpreter's directory: PATH may have another mitmdump.
        command = [str(Path(sys.executable).with_name("mitmdump"))]
        command += ["--listen-host", "127.0.0.1", "--listen-port", "0", "--mode", self._mode]
        command += ["--set", f"confdir={self.confdir}"]
        for script in self._scripts:
            command += ["-s", str(Path(script).absolute())]
        for name, value in self._options.items():
            for one in [value] if isinstance(value, str | int) else value:
                text = str(one).lower() if isinstance(one, bool) else one
                command += ["--set", f"{name}={text}"]
        return [*command, *self._args]

    def _read(self) -> None:
        assert self._process.stdout is not None
        with self._process.stdout as stream:
            for line in stream:
                with self._changed:
                    self._lines.append(line.decode("utf-8", "replace").rstrip("\r\n"))
                    self._changed.notify_all()
        with self._changed:
            self._ended = True
            self._changed.notify_all()

    def _end(self, *, kill: bool) -> bool:
        """End the process; False if it had to be killed. Its output is complete afterwards."""
        stopped = True
        try:
            if kill:
                self._process.kill()
            else:
                self._process.send_signal(signal.SIGINT)
            self._process.wait(STOP_TIMEOUT)
        except subprocess.TimeoutExpired:
            stopped = False
            self._process.kill()
            self._process.wait(STOP_TIMEOUT)
        self._reader.join(STOP_TIMEOUT)
        self._directory.cleanup()
        return stopped
