"""Do recordings, replays and edited files go well with the addons in a real mitmdump?"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import addons
from live.harness.curl import CurlResult, curl, environment_without_proxies
from live.harness.proxy import Mitmdump, MitmdumpEnded
from live.harness.servers import PlainServer
from live.harness.world import API

pytestmark = [
    pytest.mark.proxy,
    # Importing mitmproxy to read its files imports pyparsing and ldap3, which warn.
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
]

SCRIPT = Path(addons.__file__).with_name("why403.py")
POLICY = """\
hosts: [api.test]
keys: [{id: web, key: web-demo}]
routes:
  - {path: /open, methods: [GET], public: true}
  - {path: /closed, methods: [GET]}
  - {path: /upload, methods: [PUT]}
"""
BROKEN = POLICY.replace("public: true", "pubic: true").replace("keys:", "keis:")
RELOADED = "changed and was read again"


@pytest.fixture
def policy(tmp_path: Path) -> Path:
    file = tmp_path / "shop.yaml"
    file.write_text(POLICY)
    return file


@pytest.fixture
def server() -> Iterator[PlainServer]:
    with PlainServer(API) as opened:
        yield opened


def run(policy: Path, mode: str, *args: str, script: Path = SCRIPT, **options: Any) -> Mitmdump:
    return Mitmdump(
        scripts=[script],
        hosts={"api.test": None},
        options={"why403_policy": str(policy), "why403_mode": mode, **options},
        args=args,
    )


def get(server: PlainServer, proxy: Mitmdump, path: str, *args: str) -> CurlResult:
    return curl(*args, server.origin("api.test") + path, proxy=proxy.address, timeout=60)


def read_flows(file: Path) -> list[Any]:
    from mitmproxy.io import FlowReader

    with file.open("rb") as stream:
        return list(FlowReader(stream).stream())


def mitmdump(*args: str) -> subprocess.CompletedProcess[str]:
    """Run mitmdump without a listener, to its end."""
    return subprocess.run(
        [str(Path(sys.executable).with_name("mitmdump")), "-n", *args],
        capture_output=True,
        text=True,
        timeout=90,
        env=environment_without_proxies(),
        check=False,
    )


def edit(file: Path, text: str) -> None:
    """As editors do: at once, and with another time, however coarse the clock is."""
    before = file.stat().st_mtime_ns
    other = file.with_suffix(".new")
    other.write_text(text)
    os.utime(other, ns=(before + 2_000_000_000, before + 2_000_000_000))
    other.replace(file)


def record(policy: Path, server: PlainServer, file: Path, mode: str, **options: Any) -> None:
    """Three exchanges: one allowed, one refused, one refused whose body is streamed."""
    with run(policy, mode, "-w", str(file), **options) as proxy:
        get(server, proxy, "/open")
        get(server, proxy, "/closed?api_key=secret")
        get(server, proxy, "/upload", "-T", str(policy))
    assert proxy.problems == []


def test_saved_flows_hold_the_request_as_it_was_and_the_reason(
    policy: Path, server: PlainServer, tmp_path: Path
) -> None:
    file = tmp_path / "saved.flow"
    record(policy, server, file, "enforce", stream_large_bodies="1")
    assert [request.path for request in server.received] == ["/open"]
    allowed, refused, streamed = read_flows(file)
    assert allowed.metadata["why403"] == {"policy": str(policy), "allowed": True}
    assert (allowed.comment, allowed.marked) == ("", "")
    assert refused.metadata["why403"]["reason"] == "authenticate.no-credential"
    assert refused.comment.startswith("why403: 401, authenticate.no-credential: ")
    assert refused.marked == ":no_entry:"
    assert streamed.response.status_code == 401
    assert streamed.request.pretty_url == server.origin("api.test") + "/upload"
    assert streamed.request.headers["content-length"] == str(len(POLICY))
    assert "x-why403-sink" not in streamed.request.headers
    for wanted, paths in (
        ("~comment no-credential", ["/closed", "/upload"]),
        ("~meta 'reason.: .authenticate'", ["/closed", "/upload"]),
        ("~marker no_entry", ["/closed", "/upload"]),
        ("~meta 'allowed.: True'", ["/open"]),
    ):
        shown = mitmdump("-r", str(file), wanted).stdout
        assert [path for path in ("/open", "/closed", "/upload") if path in shown] == paths


def test_a_har_file_is_written(policy: Path, server: PlainServer, tmp_path: Path) -> None:
    file = tmp_path / "saved.har"
    with run(policy, "annotate", hardump=str(file)) as proxy:
        get(server, proxy, "/open")
        get(server, proxy, "/closed")
    assert proxy.problems == []
    entries = json.loads(file.read_text())["log"]["entries"]
    assert [entry["response"]["status"] for entry in entries] == [200, 403]
    fields = [{h["name"].lower(): h["value"] for h in e["response"]["headers"]} for e in entries]
    assert fields[0]["why403"] == "allowed"
    assert fields[1]["why403"].startswith("refused; ")


def test_a_recording_is_explained_and_not_rewritten(
    policy: Path, server: PlainServer, tmp_path: Path
) -> None:
    before, after = tmp_path / "before.flow", tmp_path / "after.flow"
    with run(policy, "observe", "-w", str(before)) as proxy:
        get(server, proxy, "/closed")
        get(server, proxy, "/open", "-H", "Origin: https://evil.test")
    edit(policy, POLICY + "network: {default: deny}\n")
    done = mitmdump(
        *("-r", str(before), "-w", str(after), "-s", str(SCRIPT)),
        *("--set", f"why403_policy={policy}", "--set", "why403_mode=enforce"),
        *("--set", "why403_explain_body=true"),
    )
    assert "network.not-allowed" in done.stdout
    for one, other in zip(read_flows(before), read_flows(after), strict=True):
        assert one.request.get_state() == other.request.get_state()
        assert one.response.get_state() == other.response.get_state()
        assert other.metadata["why403"]["reason"] == "network.not-allowed"
        assert other.comment.count("why403:") == 1


def test_server_replay_serves_what_is_allowed_and_replaces_no_refusal(
    policy: Path, server: PlainServer, tmp_path: Path
) -> None:
    file = tmp_path / "saved.flow"
    record(policy, server, file, "observe")
    assert len(server.received) == 3
    server.clear()
    with run(policy, "enforce", "-S", str(file), stream_large_bodies="1") as proxy:
        assert get(server, proxy, "/open").text == "allowed"
        assert get(server, proxy, "/closed?api_key=secret").status == 401
        assert get(server, proxy, "/upload", "-T", str(policy)).status == 401
    assert proxy.problems == [], "\n".join(proxy.lines)
    assert server.received == []


def test_client_replay_is_judged_like_any_request(
    policy: Path, server: PlainServer, tmp_path: Path
) -> None:
    file = tmp_path / "saved.flow"
    record(policy, server, file, "observe")
    server.clear()
    with run(policy, "enforce", "-C", str(file)) as proxy:
        proxy.wait_for_line(r"why403: PUT http://api\.test:\d+/upload .*no-credential", 30)
        server.wait_for_request("/open", timeout=30)
    assert proxy.problems == []
    assert [request.path for request in server.received] == ["/open"]


def test_an_edited_policy_is_in_force_and_a_broken_edit_is_not(
    policy: Path, server: PlainServer
) -> None:
    with run(policy, "enforce") as proxy:
        assert get(server, proxy, "/closed").status == 401

        edit(policy, BROKEN)
        line = proxy.wait_for_line(r"why403: .* changed and cannot be used: it has 2 problems", 30)
        assert "what it said before stays in force" in line.string
        proxy.wait_for_line(r"shop\.yaml:4: `pubic` is not known")
        assert get(server, proxy, "/closed").status == 401
        assert get(server, proxy, "/open").status == 200

        edit(policy, POLICY + "network: {default: deny}\n")
        proxy.wait_for_line(RELOADED, 30)
        assert get(server, proxy, "/open").status == 403
    assert sum("cannot be used" in line for line in proxy.lines) == 1
    assert sum(RELOADED in line for line in proxy.lines) == 1
    assert proxy.problems == []


def test_a_script_that_is_loaded_again_goes_on_enforcing(
    policy: Path, server: PlainServer, tmp_path: Path
) -> None:
    script = tmp_path / "why403_copy.py"
    shutil.copyfile(SCRIPT, script)
    with run(policy, "enforce", script=script, stream_large_bodies="1") as proxy:
        assert get(server, proxy, "/upload", "-T", str(policy)).status == 401
        for number in (2, 3):
            edit(script, f"{script.read_text()}\nlogging.info('loaded {number}')\n")
            proxy.wait_for_line(f"loaded {number}", 30)
            assert get(server, proxy, "/upload", "-T", str(policy)).status == 401
        edit(policy, POLICY + "network: {default: deny}\n")
        proxy.wait_for_line(RELOADED, 30)
        assert get(server, proxy, "/open").status == 403
    assert proxy.problems == []
    assert server.received == []


@pytest.mark.parametrize(
    ("text", "options", "message"),
    [
        pytest.param(None, {}, r"shop\.yaml` cannot be read: no such file", id="no policy"),
        pytest.param(BROKEN, {}, r"shop\.yaml:4: `pubic` is not known", id="a broken policy"),
        pytest.param(
            POLICY, {"why403_mode": "enforc"}, "did you mean `enforce`", id="a misspelt mode"
        ),
        pytest.param(
            POLICY, {"why403_client": "10.0.0.0/8"}, "is not an address", id="a block for a client"
        ),
    ],
)
def test_mitmdump_does_not_start_with_what_cannot_be_used(
    policy: Path, text: str | None, options: dict[str, str], message: str
) -> None:
    if text is None:
        policy.unlink()
    else:
        policy.write_text(text)
    with pytest.raises(MitmdumpEnded, match=message) as ended, run(policy, "enforce", **options):
        pass
    assert ended.value.exit_code == 1
    assert not any("Traceback" in line for line in ended.value.lines)


def test_a_mitmdump_that_cannot_import_the_project_says_so_in_a_line(tmp_path: Path) -> None:
    folder = tmp_path / "addons"
    folder.mkdir()
    shutil.copyfile(SCRIPT, folder / "why403.py")
    # Something else under the project's name is in the way.
    (folder / "simulator.py").write_text("raise ImportError('no module named `simulator`')\n")
    with (
        pytest.raises(MitmdumpEnded, match="pip install why403") as ended,
        Mitmdump(scripts=[folder / "why403.py"]),
    ):
        pass
    assert not any("Traceback" in line for line in ended.value.lines)
