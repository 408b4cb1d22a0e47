"""Debian's Chromium, headless, driven over DevTools.

with Chromium(proxy=proxy.address, spki=[proxy.spki]) as browser:
    page = browser.open("https://app.test:8443/")
    assert page.evaluate("document.title") == "app"

Nothing it does leaves the machine: names resolve to loopback or to nothing, and its home and
profile are a directory that is removed at the end.
"""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import pytest

from .cdp import Cdp, CdpError
from .curl import environment_without_proxies
from .page import ConsoleMessage, JavaScriptError, Page

__all__ = ["Chromium", "ConsoleMessage", "JavaScriptError", "Page", "require_chromium"]

START_TIMEOUT = 30.0
STOP_TIMEOUT = 10.0
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--no-default-browser-check",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-dev-shm-usage",
    "--disable-domain-reliability",
    "--disable-sync",
    "--disable-breakpad",
    "--password-store=basic",
    "--metrics-recording-only",
    "--no-pings",
    "--remote-debugging-port=0",
    "--proxy-bypass-list=<-loopback>",
)
# Without this, a 401 with `WWW-Authenticate: Basic` opens a login dialog nobody can see: a page
# fails with ERR_INVALID_AUTH_CREDENTIALS and a fetch never ends. With it, both get the 401.
LOCAL_STATE = {"auth": {"schemes": ""}}
# Everything that is neither mapped nor loopback fails to resolve. Through a proxy it is the proxy
# that resolves: see map_hosts.py. Loopback stays itself by a rule and not by an EXCLUDE, which
# would come before every rule: so a rule can send one of its ports elsewhere.
NOWHERE = "MAP 127.0.0.1 127.0.0.1, MAP localhost 127.0.0.1, MAP * ~NOTFOUND"


def require_chromium() -> str:
    """The path of the browser; without one, skip, or fail if WHY403_REQUIRE_ALL=1."""
    found = shutil.which("chromium")
    if found is None:
        if os.environ.get("WHY403_REQUIRE_ALL") == "1":
            pytest.fail("WHY403_REQUIRE_ALL=1, but there is no `chromium` in PATH")
        pytest.skip("there is no `chromium` in PATH")
    return found


class Chromium:
    """One browser process; `host_rules` are such as `("MAP app.test 127.0.0.1",)`."""

    def __init__(
        self,
        *,
        proxy: str | None = None,
        spki: Sequence[str] = (),
        host_rules: Sequence[str] = (),
        flags: Sequence[str] = (),
    ) -> None:
        # A rule is looked up in order: the catch-all comes last.
        self._flags = [*FLAGS, f"--host-resolver-rules={', '.join([*host_rules, NOWHERE])}"]
        if proxy is not None:
            self._flags.append(f"--proxy-server=http://{proxy}")
        if spki:
            self._flags.append(f"--ignore-certificate-errors-spki-list={','.join(spki)}")
        self._flags += flags

    def __enter__(self) -> Self:
        self._executable = require_chromium()
        self.home = Path(tempfile.mkdtemp(prefix="why403-chromium-"))
        try:
            self._start()
        except BaseException:
            self._stop()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stop()

    def open(self, url: str, *, proxy: str | None = None) -> Page:
        """Open a URL in a page with a context of its own and wait until it has loaded.

        `proxy` (`127.0.0.1:PORT`) is for this page only, instead of the browser's.
        """
        page = self.new_page(proxy=proxy)
        error = page.navigate(url)
        if error is not None:
            raise CdpError(f"{url}: {error}")
        return page

    def new_page(self, *, proxy: str | None = None) -> Page:
        """An empty page: to set headers before, or to see `navigate` fail."""
        asked: dict[str, object] = {"disposeOnDetach": True}
        if proxy is not None:
            asked |= {"proxyServer": f"http://{proxy}", "proxyBypassList": "<-loopback>"}
        context = self._cdp.call("Target.createBrowserContext", asked)["browserContextId"]
        target = self._cdp.call(
            "Target.createTarget",
            {"url": "about:blank", "browserContextId": context, "newWindow": True},
        )["targetId"]
        return Page(self._cdp, target, context)

    @property
    def pid(self) -> int:
        """The browser's process, and its process group."""
        assert self._process is not None
        return self._process.pid

    @property
    def version(self) -> str:
        """The browser's name and version, such as `Chrome/156.0.8078.79`."""
        return str(self._cdp.call("Browser.getVersion")["product"])

    @property
    def log(self) -> str:
        """What the browser wrote to its standard error."""
        return (self.home / "log").read_text("utf-8", "replace")

    def _start(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._cdp_open = False
        profile = self.home / "profile"
        profile.mkdir()
        (profile / "Local State").write_text(json.dumps(LOCAL_STATE))
        home = str(self.home)
        # HOME: the user's certificate store (~/.pki/nssdb) must not decide a test.
        environment = environment_without_proxies() | {
            "HOME": home,
            "XDG_CONFIG_HOME": f"{home}/config",
            "XDG_CACHE_HOME": f"{home}/cache",
            "TMPDIR": home,
        }
        with (self.home / "log").open("wb") as log:
            self._process = subprocess.Popen(
                [self._executable, *self._flags, f"--user-data-dir={profile}", "about:blank"],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=environment,
                start_new_session=True,
            )
        port, path = self._read_port(profile / "DevToolsActivePort")
        self._cdp = Cdp(port, path)
        self._cdp_open = True

    def _read_port(self, file: Path) -> tuple[int, str]:
        assert self._process is not None
        deadline = time.monotonic() + START_TIMEOUT
        while time.monotonic() < deadline:
            if self._process.poll() is not None:
                raise RuntimeError(f"chromium ended: {self._process.returncode}\n{self.log}")
            lines = file.read_text().split("\n") if file.exists() else []
            if len(lines) >= 2:
                return int(lines[0]), lines[1]
            time.sleep(0.05)
        raise TimeoutError(f"chromium was not ready after {START_TIMEOUT} s\n{self.log}")

    def _stop(self) -> None:
        if self._cdp_open:
            with contextlib.suppress(CdpError):  # it is killed below
                self._cdp.call("Browser.close", timeout=STOP_TIMEOUT)
            self._cdp.close()
        if self._process is not None:
            _wait_unreaped(self._process.pid, STOP_TIMEOUT)
            # The group is ours alone (start_new_session), and its number cannot have been given
            # to another while its leader is not reaped: this ends what outlives the browser.
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait(STOP_TIMEOUT)
        _remove(self.home)


def _wait_unreaped(pid: int, timeout: float) -> None:
    """Wait until a child has ended or time is up, and leave it to be reaped."""
    deadline = time.monotonic() + timeout
    flags = os.WEXITED | os.WNOHANG | os.WNOWAIT
    while time.monotonic() < deadline and os.waitid(os.P_PID, pid, flags) is None:
        time.sleep(0.02)


def _remove(directory: Path) -> None:
    """Remove a profile that a dying process may still be writing to."""
    deadline = time.monotonic() + STOP_TIMEOUT
    while directory.exists():
        shutil.rmtree(directory, ignore_errors=time.monotonic() < deadline)
        time.sleep(0.02)
