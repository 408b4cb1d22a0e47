"""Which browser on this machine can be started with settings of its own?

Those that take a profile and a proxy on their command line: Chromium and what is made of it, and
Firefox. They are looked for by the names and in the places that each system has them.
"""

from __future__ import annotations

import ntpath
import posixpath
import shutil
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Literal, NamedTuple

from simulator.problem import Fault, did_you_mean, list_words, quote

type Family = Literal["chromium", "firefox"]


class Browser(NamedTuple):
    """A browser: what people call it, how it is started, and whose options it takes."""

    name: str
    path: str
    family: Family


# In the order in which they are preferred: what takes all settings for its process alone first.
_COMMANDS: Mapping[str, tuple[str, ...]] = {
    "chromium": ("chromium", "chromium-browser"),
    "chrome": ("google-chrome-stable", "google-chrome", "chrome"),
    "edge": ("microsoft-edge-stable", "microsoft-edge", "msedge"),
    "brave": ("brave-browser", "brave"),
    "firefox": ("firefox", "firefox-esr"),
}
_MAC = {
    "chromium": "Chromium.app/Contents/MacOS/Chromium",
    "chrome": "Google Chrome.app/Contents/MacOS/Google Chrome",
    "edge": "Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
    "brave": "Brave Browser.app/Contents/MacOS/Brave Browser",
    "firefox": "Firefox.app/Contents/MacOS/firefox",
}
_WINDOWS = {
    "chromium": r"Chromium\Application\chrome.exe",
    "chrome": r"Google\Chrome\Application\chrome.exe",
    "edge": r"Microsoft\Edge\Application\msedge.exe",
    "brave": r"BraveSoftware\Brave-Browser\Application\brave.exe",
    "firefox": r"Mozilla Firefox\firefox.exe",
}
_INSTALL = {
    "linux": "install one (on Debian or Ubuntu: `apt install chromium`)",
    "darwin": "install one (`brew install --cask chromium`)",
    "win32": "install one (`winget install Google.Chrome`)",
}


def candidates(system: str, environment: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Names, and commands or paths, in the order in which they are tried. `system` is as
    `sys.platform` has it."""
    for name, commands in _COMMANDS.items():
        if system == "darwin":
            for base in ("/Applications", f"{environment.get('HOME', '')}/Applications"):
                yield name, posixpath.join(base, _MAC[name])
        elif system == "win32":
            for variable in ("ProgramFiles", "ProgramFiles(x86)", "LocalAppData"):
                if environment.get(variable):
                    yield name, ntpath.join(environment[variable], _WINDOWS[name])
        for command in commands:
            yield name, command


def find_browser(
    wanted: str | None,
    *,
    system: str,
    environment: Mapping[str, str],
    which: Callable[[str], str | None] = shutil.which,
) -> Browser:
    """The browser with this name or path, else the first there is. Raises Fault.

    `which` gives the path of a command, or of a program at a path, that can be started.
    """
    if wanted and wanted.lower() not in _COMMANDS:
        return _named(wanted, which)
    tried: list[str] = []
    for name, command in candidates(system, environment):
        if wanted and name != wanted.lower():
            continue
        path = which(command)
        if path is not None:
            return Browser(name, path, "firefox" if name == "firefox" else "chromium")
        tried.append(command)
    raise Fault(
        f"{quote(wanted)} is not on this machine" if wanted else "there is no browser to start",
        f"{list_words(tried, last='and')} were looked for",
        f"{_INSTALL.get(system, 'install one')}, name yours with `--browser PATH`, or run "
        "`why403 proxy` and let a browser use it",
    )


def _named(wanted: str, which: Callable[[str], str | None]) -> Browser:
    path = which(wanted)
    if path is None:
        guess = did_you_mean(wanted.lower(), tuple(_COMMANDS))
        raise Fault(
            f"{quote(wanted)} is no browser that can be started",
            f"the names are {list_words(tuple(_COMMANDS), last='and')}; all else is a path",
            f"did you mean `{guess}`?" if guess else "correct `--browser`",
        )
    name = Path(path).stem
    return Browser(name, path, "firefox" if "firefox" in name.lower() else "chromium")
