"""How does a browser run so that the proxy is its own, and nothing is left when it ends?"""

from __future__ import annotations

import asyncio
import os
import stat
import sys
from pathlib import Path

import pytest
from live.harness.certs import Authority

from addons.browser_find import Browser
from addons.browser_run import (
    chromium_arguments,
    firefox_arguments,
    running,
    spki_hash,
    write_firefox_profile,
)
from simulator.problem import Fault

PROXY = ("127.0.0.1", 8080)
# A browser that starts a process of its own, and takes its time to end.
STUBBORN = f"""\
#!{sys.executable}
import os, signal, subprocess, sys, time
signal.signal(signal.SIGTERM, lambda *_: None)
child = subprocess.Popen(["sleep", "60"])
open(os.environ["NOTE"], "w").write(f"{{child.pid}} " + " ".join(sys.argv[1:]))
time.sleep(60)
"""


def test_chromium_trusts_the_proxy_in_this_process_alone(tmp_path: Path) -> None:
    arguments = chromium_arguments(
        "https://app.test/", profile=tmp_path, proxy=PROXY, spki="h=", headless=False, root=False
    )

    assert arguments[:4] == [
        f"--user-data-dir={tmp_path}",
        "--proxy-server=http://127.0.0.1:8080",
        "--proxy-bypass-list=<-loopback>",
        "--ignore-certificate-errors-spki-list=h=",
    ]
    assert arguments[-1] == "https://app.test/"
    assert "--no-sandbox" not in arguments
    assert "--headless" not in arguments


def test_as_root_and_without_a_window_it_is_told_so(tmp_path: Path) -> None:
    arguments = chromium_arguments(
        "https://app.test/", profile=tmp_path, proxy=PROXY, spki="h=", headless=True, root=True
    )

    assert {"--no-sandbox", "--headless"} <= set(arguments)


def test_the_hash_is_of_the_public_key() -> None:
    with Authority() as authority:
        assert spki_hash(authority.ca_file.read_bytes()) == authority.spki


def test_firefox_has_its_settings_in_the_profile(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "")

    with pytest.raises(Fault, match="`certutil` that writes them is not here; install it"):
        write_firefox_profile(tmp_path, proxy=PROXY, certificate=tmp_path / "ca.pem")

    settings = (tmp_path / "user.js").read_text()
    assert 'user_pref("network.proxy.ssl_port", 8080);' in settings
    assert 'user_pref("network.proxy.allow_hijacking_localhost", true);' in settings
    assert firefox_arguments("https://a.test/", profile=tmp_path, headless=True) == [
        "--no-remote", "--profile", str(tmp_path), "--headless", "https://a.test/",
    ]  # fmt: skip


def test_a_certificate_is_written_where_the_tool_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tool = tmp_path / "bin" / "certutil"
    tool.parent.mkdir()
    tool.write_text('#!/bin/sh\necho "$@" >> "$NOTE"\n')
    tool.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tool.parent}:{os.environ['PATH']}")
    monkeypatch.setenv("NOTE", str(tmp_path / "note"))

    write_firefox_profile(tmp_path, proxy=PROXY, certificate=Path("ca.pem"))

    made, added = (tmp_path / "note").read_text().splitlines()
    assert made == f"-N -d sql:{tmp_path} --empty-password"
    assert added == f"-A -d sql:{tmp_path} -t C,, -n why403 -i ca.pem"


def is_alive(pid: int) -> bool:
    """A zombie is not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="processes are looked at in /proc")
def test_it_is_ended_with_all_its_processes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "browser"
    program.write_text(STUBBORN)
    program.chmod(stat.S_IRWXU)
    note = tmp_path / "note"
    monkeypatch.setenv("NOTE", str(note))
    monkeypatch.setattr("addons.browser_run._PATIENCE", 0.3)

    async def story(certificate: Path) -> list[int]:
        browser = Browser("browser", str(program), "chromium")
        async with running(
            browser, "https://a.test/", folder=tmp_path, proxy=PROXY, certificate=certificate
        ) as process:
            async with asyncio.timeout(10):
                while not note.exists() or not note.read_text():
                    await asyncio.sleep(0.02)
            assert "https://a.test/" in note.read_text()
            return [process.pid, int(note.read_text().split()[0])]

    with Authority() as authority:
        pids = asyncio.run(story(authority.ca_file))

    assert not any(map(is_alive, pids))


def test_what_cannot_be_started_is_told(tmp_path: Path) -> None:
    async def story(certificate: Path) -> None:
        browser = Browser("none", str(tmp_path / "none"), "chromium")
        async with running(
            browser, "https://a.test/", folder=tmp_path, proxy=PROXY, certificate=certificate
        ):
            pass

    with Authority() as authority, pytest.raises(Fault, match="cannot be started: no such file"):
        asyncio.run(story(authority.ca_file))
