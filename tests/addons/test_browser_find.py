"""Which browser on this machine can be started with settings of its own?"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from addons.browser_find import Browser, candidates, find_browser
from simulator.problem import Fault

WINDOWS = {"ProgramFiles": r"C:\Program Files", "LocalAppData": r"C:\Users\me\AppData\Local"}


def having(*paths: str) -> Callable[[str], str | None]:
    """A machine that has these: commands are found in `/usr/bin`."""
    known = {
        path.rpartition("/")[2] if path.startswith("/usr/bin/") else path: path for path in paths
    }
    return known.get


@pytest.mark.parametrize(
    ("system", "environment", "there", "found"),
    [
        ("linux", {}, "/usr/bin/chromium", ("chromium", "chromium")),
        ("linux", {}, "/usr/bin/google-chrome", ("chrome", "chromium")),
        ("linux", {}, "/usr/bin/firefox-esr", ("firefox", "firefox")),
        (
            "darwin",
            {"HOME": "/Users/me"},
            "/Users/me/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
            ("chrome", "chromium"),
        ),
        (
            "win32",
            WINDOWS,
            r"C:\Program Files\Microsoft\Edge\Application\msedge.exe",
            ("edge", "chromium"),
        ),
    ],
)
def test_it_is_found_where_each_system_has_it(
    system: str, environment: dict[str, str], there: str, found: tuple[str, str]
) -> None:
    browser = find_browser(None, system=system, environment=environment, which=having(there))

    assert browser == Browser(found[0], there, found[1])


def test_chromium_comes_before_firefox() -> None:
    which = having("/usr/bin/firefox", "/usr/bin/microsoft-edge")

    assert find_browser(None, system="linux", environment={}, which=which).name == "edge"


@pytest.mark.parametrize(
    ("wanted", "there", "found"),
    [
        ("Firefox", "/usr/bin/firefox", Browser("firefox", "/usr/bin/firefox", "firefox")),
        ("/opt/b/thorium", "/opt/b/thorium", Browser("thorium", "/opt/b/thorium", "chromium")),
        ("/opt/firefox-nightly", "/opt/firefox-nightly",
         Browser("firefox-nightly", "/opt/firefox-nightly", "firefox")),
    ],
)  # fmt: skip
def test_another_may_be_named(wanted: str, there: str, found: Browser) -> None:
    which = having(there, "/usr/bin/chromium")

    assert find_browser(wanted, system="linux", environment={}, which=which) == found


@pytest.mark.parametrize(
    ("wanted", "message"),
    [
        (None, "there is no browser to start: `chromium`, .* were looked for; install one"),
        ("edge", "`edge` is not on this machine: `microsoft-edge-stable`"),
        ("chrom", "`chrom` is no browser that can be started: .*; did you mean `chrome`?"),
        ("/opt/none", "`/opt/none` is no browser that can be started: .*; correct `--browser`"),
    ],
)
def test_what_there_is_not_is_told_with_what_to_do(wanted: str | None, message: str) -> None:
    with pytest.raises(Fault, match=message):
        find_browser(wanted, system="linux", environment={}, which=having())


def test_every_place_that_is_tried_is_told() -> None:
    with pytest.raises(Fault) as told:
        find_browser("chrome", system="win32", environment=WINDOWS, which=having())

    for name, command in candidates("win32", WINDOWS):
        if name == "chrome":
            assert command in told.value.cause
