"""Does `why403 open` show a page in a real browser, and leave nothing behind?"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from live.harness.certs import Authority
from live.harness.chromium import require_chromium
from live.harness.servers import ReceivedRequest, Reply, TlsServer

pytestmark = [pytest.mark.browser, pytest.mark.proxy]

PAGE = """\
<!doctype html><title>app</title><script>
fetch('/refused').catch(() => {});
</script>"""


def app(request: ReceivedRequest) -> Reply:
    if request.path == "/refused":
        return Reply(403, [("Content-Type", "text/plain")], b"no")
    return Reply(200, [("Content-Type", "text/html")], PAGE.encode())


def processes_with(text: str) -> list[str]:
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            command = path.read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
        except OSError:
            continue
        if text in command:
            found.append(command)
    return found


def test_a_page_is_shown_over_https_and_nothing_is_left(tmp_path: Path) -> None:
    chromium = require_chromium()
    environment = {name: value for name, value in os.environ.items() if "proxy" not in name.lower()}
    environment |= {"TMPDIR": str(tmp_path), "HOME": str(tmp_path), "PYTHONUNBUFFERED": "1"}
    with Authority() as authority, TlsServer(app, authority.issue("127.0.0.1")) as server:
        url = f"https://127.0.0.1:{server.port}/"
        command = [sys.executable, "-m", "simulator", "open", "--headless", "--insecure"]
        with subprocess.Popen(
            [*command, "--browser", chromium, url],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=environment,
            text=True,
        ) as process:
            server.wait_for_request("/refused", timeout=30)
            (profile,) = tmp_path.glob("why403-*")
            assert processes_with(str(profile))
            time.sleep(1)
            process.send_signal(signal.SIGINT)
            shown = process.communicate(timeout=30)[0]

    assert process.returncode == 0, shown
    assert f"✗ 403 GET {url}refused" in shown
    assert not list(tmp_path.glob("why403-*"))
    assert not processes_with(str(profile))
    # Nothing has come to be trusted, and no authority stays.
    assert not (tmp_path / ".mitmproxy").exists()
    assert not (tmp_path / ".pki").exists()
