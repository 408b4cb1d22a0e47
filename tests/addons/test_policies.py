"""Are policies read again when their files change, and kept when an edit breaks them?"""

import asyncio
import os
from pathlib import Path

import pytest

from addons import policies
from addons.policies import Active

LISTED = "network: {deny: [{file: bad.txt}]}\n"


def write(file: Path, text: str) -> None:
    """Write so that a change shows however coarse the clock of the file system is."""
    before = file.stat().st_mtime_ns if file.exists() else 0
    file.write_text(text)
    os.utime(file, ns=(before + 10_000_000, before + 10_000_000))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    found = tmp_path / "shop.yaml"
    found.write_text("network: {default: deny}\n")
    return found


def test_a_file_that_did_not_change_is_not_read_again(file: Path) -> None:
    active = Active.read(str(file))
    first = active.policy
    assert active.look() is False
    assert active.policy is first


def test_a_changed_file_is_read_again_and_keeps_the_quota_used(file: Path) -> None:
    active = Active.read(str(file))
    first, usage = active.policy, active.usage
    write(file, "network: {default: allow}\n")
    assert active.look() is True
    assert active.policy is not first
    assert active.usage is usage
    assert active.look() is False


def test_a_broken_edit_is_told_once_and_the_good_policy_stays(file: Path, caplog) -> None:
    active = Active.read(str(file))
    first = active.policy
    write(file, "network: {default: deni}\nfoo: 1\n")
    assert [active.look() for _ in range(3)] == [False] * 3
    assert active.policy is first
    (message,) = caplog.messages
    assert message.startswith(f"why403: `{file}` changed and cannot be used: it has 2 problems; ")
    assert f"\n{file}:1: " in message
    assert f"\n{file}:2: " in message
    write(file, "network: 7\n")
    active.look()
    assert "it has 1 problem; " in caplog.messages[1]
    write(file, "network: {default: allow}\n")
    assert active.look() is True
    assert active.broken == ""
    write(file, "network: 7\n")
    active.look()
    assert len(caplog.messages) == 3


def test_a_file_that_goes_away_is_a_broken_edit(file: Path, caplog) -> None:
    active = Active.read(str(file))
    file.unlink()
    assert active.look() is False
    assert "cannot be read" in caplog.text
    write(file, "network: {default: allow}\n")
    assert active.look() is True


def test_a_list_that_a_policy_names_is_watched_too(file: Path) -> None:
    listed = file.with_name("bad.txt")
    listed.write_text("10.0.0.0/8\n")
    write(file, LISTED)
    active = Active.read(str(file))
    write(listed, "10.0.0.0/8\n11.0.0.0/8\n")
    assert active.look() is True
    assert active.look() is False


def test_a_list_that_comes_after_the_edit_that_names_it_mends_it(file: Path, caplog) -> None:
    active = Active.read(str(file))
    write(file, LISTED)
    assert active.look() is False
    file.with_name("bad.txt").write_text("10.0.0.0/8\n")
    assert active.look() is True
    assert len(caplog.messages) == 1


def test_a_policy_named_twice_is_read_once(rig) -> None:
    rig.use(policy=[str(rig.policy), str(rig.policy)])
    assert len(rig.chain.policies.active) == 1


def test_the_quota_used_stays_when_the_option_changes(rig, tmp_path: Path) -> None:
    rig.use()
    usage = rig.chain.policies.active[0].usage
    other = tmp_path / "other.yaml"
    other.write_text("hosts: [other.test]\n")
    rig.use(policy=[str(other), str(rig.policy)])
    assert rig.chain.policies.active[1].usage is usage


def test_the_files_are_watched_from_running_to_done(rig, monkeypatch, caplog) -> None:
    monkeypatch.setattr(policies, "INTERVAL", 0.01)
    caplog.set_level("INFO")
    rig.use()
    watched = rig.chain.policies
    (active,) = watched.active
    calls = []

    def look() -> bool:
        calls.append(1)
        if len(calls) == 1:
            raise ValueError("on purpose")
        return len(calls) == 2

    monkeypatch.setattr(Active, "look", lambda _: look())

    async def run() -> None:
        watched.running()
        watched.running()  # as mitmproxy may, after a script was loaded again
        async with asyncio.timeout(10):
            while len(calls) < 3:
                await asyncio.sleep(0.01)
        watched.done()
        watched.done()

    rig.context.master.event_loop.run_until_complete(run())
    assert "why403 failed at reading" in caplog.messages[0]
    assert caplog.messages[1] == f"why403: `{active.path}` changed and was read again"
    assert len(caplog.messages) == 2
