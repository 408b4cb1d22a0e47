"""One request by the system's curl, and what came back."""

import json
import os
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

type Headers = tuple[tuple[str, str], ...]

# Variables that would send a test's traffic somewhere else.
PROXY_VARIABLES = frozenset({"http_proxy", "https_proxy", "all_proxy", "no_proxy", "ftp_proxy"})


@dataclass(frozen=True, slots=True)
class CurlResult:
    """The final response; `connect_status` is the proxy's answer to CONNECT (0 without one)."""

    status: int
    headers: Headers
    body: bytes
    http_version: str
    exit_code: int
    stderr: str
    connect_status: int

    @property
    def text(self) -> str:
        return self.body.decode("utf-8", "replace")

    def header(self, name: str) -> str | None:
        """The first value of a header, whatever its case."""
        return next((v for n, v in self.headers if n.lower() == name.lower()), None)


def curl(
    *args: str,
    proxy: str | None = None,
    ca: Path | None = None,
    http2: bool = False,
    timeout: float = 15,
    stdin: bytes = b"",
) -> CurlResult:
    """Run curl; `proxy` is `127.0.0.1:PORT` or a URL, `ca` the only authority it trusts.

    A failed transfer is a result too: see `exit_code` (52 empty reply, 56 refused CONNECT,
    60 untrusted certificate, 28 timeout).
    """
    with tempfile.TemporaryDirectory(prefix="why403-curl-") as directory:
        head, body = Path(directory, "head"), Path(directory, "body")
        command = ["curl", "-q", "--silent", "--show-error", "--suppress-connect-headers"]
        command += ["--max-time", str(timeout), "--http2" if http2 else "--http1.1"]
        command += ["--dump-header", str(head), "--output", str(body), "--write-out", "%{json}"]
        if proxy is not None:
            command += ["--proxy", proxy if "://" in proxy else f"http://{proxy}"]
        if ca is not None:
            command += ["--cacert", str(ca)]
        done = subprocess.run(
            [*command, *args],
            input=stdin,
            capture_output=True,
            timeout=timeout + 10,
            env=environment_without_proxies(),
            check=False,
        )
        # curl 2 (bad usage) writes no report.
        report = json.loads(done.stdout or "{}")
        return CurlResult(
            status=report.get("http_code", 0),
            headers=_last_block(head.read_bytes() if head.exists() else b""),
            body=body.read_bytes() if body.exists() else b"",
            http_version=report.get("http_version", "0"),
            exit_code=done.returncode,
            stderr=done.stderr.decode("utf-8", "replace"),
            connect_status=report.get("http_connect", 0),
        )


def environment_without_proxies() -> dict[str, str]:
    """This process's environment without the variables that redirect traffic."""
    return {n: v for n, v in os.environ.items() if n.lower() not in PROXY_VARIABLES}


def _last_block(dump: bytes) -> Headers:
    """The headers after the last status line: 100 Continue and redirects come before it."""
    blocks = [b for b in dump.decode("latin-1").split("\r\n\r\n") if b.startswith("HTTP/")]
    if not blocks:
        return ()
    pairs = (line.partition(":") for line in blocks[-1].split("\r\n")[1:])
    return tuple((name, value.strip()) for name, _, value in pairs)
