"""How does a browser run so that the proxy is its own, and nothing is left when it ends?

With a profile that is thrown away, the proxy in its settings, and the proxy's certificate trusted
by this process alone: Chromium by the hash of its public key (`--ignore-certificate-errors-spki-
list`), Firefox by the certificate store in that profile. No trust store of the system is touched.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from addons.browser_find import Browser
from simulator.problem import Fault

CERTIFICATE = "mitmproxy-ca-cert.pem"
_PATIENCE = 5.0  # seconds that a browser has to end by itself

_QUIET = (
    "--no-first-run",
    "--no-default-browser-check",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",  # which would go past the proxy
    "--disable-features=OptimizationHints,MediaRouter",
)
_PREFERENCES = """\
user_pref("network.proxy.type", 1);
user_pref("network.proxy.http", "{host}");
user_pref("network.proxy.http_port", {port});
user_pref("network.proxy.ssl", "{host}");
user_pref("network.proxy.ssl_port", {port});
user_pref("network.proxy.no_proxies_on", "");
user_pref("network.proxy.allow_hijacking_localhost", true);
user_pref("network.http.http3.enable", false);
user_pref("network.trr.mode", 5);
user_pref("browser.shell.checkDefaultBrowser", false);
user_pref("browser.aboutwelcome.enabled", false);
user_pref("datareporting.policy.dataSubmissionEnabled", false);
user_pref("toolkit.telemetry.reportingpolicy.firstRun", false);
user_pref("app.update.enabled", false);
"""


def spki_hash(certificate: bytes) -> str:
    """The hash of a certificate's public key as Chromium takes it; `certificate` is PEM.

    mitmproxy's authority shares its key with the certificates that it makes.
    """
    key = x509.load_pem_x509_certificate(certificate).public_key()
    der = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return base64.b64encode(hashlib.sha256(der).digest()).decode()


def chromium_arguments(
    url: str, *, profile: Path, proxy: tuple[str, int], spki: str, headless: bool, root: bool
) -> list[str]:
    """What Chromium and its kin are started with."""
    host, port = proxy
    arguments = [
        f"--user-data-dir={profile}",
        f"--proxy-server=http://{host}:{port}",
        "--proxy-bypass-list=<-loopback>",  # servers on this machine are seen, too
        f"--ignore-certificate-errors-spki-list={spki}",
        *_QUIET,
    ]
    if headless:
        arguments += ["--headless", "--disable-gpu"]
    if root:
        arguments.append("--no-sandbox")  # as root it does not start with one
    return [*arguments, url]


def firefox_arguments(url: str, *, profile: Path, headless: bool) -> list[str]:
    """What Firefox is started with."""
    return [
        "--no-remote",
        "--profile",
        str(profile),
        *(["--headless"] if headless else []),
        url,
    ]


def write_firefox_profile(profile: Path, *, proxy: tuple[str, int], certificate: Path) -> None:
    """The settings, and the certificate in the profile's own store. Raises Fault."""
    host, port = proxy
    (profile / "user.js").write_text(_PREFERENCES.format(host=host, port=port))
    tool = shutil.which("certutil")
    if tool is None:
        raise Fault(
            "Firefox cannot be told to trust the proxy for one run",
            "it reads certificates from its profile, and `certutil` that writes them is not here",
            "install it (on Debian or Ubuntu: `apt install libnss3-tools`), or use "
            "`--browser chromium`",
        )
    store = f"sql:{profile}"
    for arguments in (
        ["-N", "-d", store, "--empty-password"],
        ["-A", "-d", store, "-t", "C,,", "-n", "why403", "-i", str(certificate)],
    ):
        subprocess.run([tool, *arguments], check=True, capture_output=True, timeout=30)


@asynccontextmanager
async def running(
    browser: Browser,
    url: str,
    *,
    folder: Path,
    proxy: tuple[str, int],
    certificate: Path,
    headless: bool = False,
) -> AsyncIterator[asyncio.subprocess.Process]:
    """The browser, with `folder` for its profile; it is ended with all its processes. Raises
    Fault."""
    profile = folder / "profile"
    profile.mkdir(mode=0o700)
    if browser.family == "firefox":
        write_firefox_profile(profile, proxy=proxy, certificate=certificate)
        arguments = firefox_arguments(url, profile=profile, headless=headless)
    else:
        arguments = chromium_arguments(
            url,
            profile=profile,
            proxy=proxy,
            spki=spki_hash(certificate.read_bytes()),
            headless=headless,
            root=is_root(),
        )
    try:
        process = await asyncio.create_subprocess_exec(
            browser.path,
            *arguments,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,  # Ctrl-C in the terminal is ours to handle
        )
    except OSError as error:
        cause = (error.strerror or str(error)).lower()
        raise Fault(f"`{browser.path}` cannot be started", cause, "name another browser") from None
    try:
        yield process
    finally:
        await _end(process)


def is_root() -> bool:
    """Whether this is the superuser, for whom Chromium's sandbox does not work."""
    return sys.platform == "linux" and os.geteuid() == 0


async def _end(process: asyncio.subprocess.Process) -> None:
    """Ask it to end, then make it; with every process that it has started."""
    for number in (signal.SIGTERM, getattr(signal, "SIGKILL", signal.SIGTERM)):
        with suppress(ProcessLookupError):
            if sys.platform == "win32":
                process.terminate()
            else:
                os.killpg(process.pid, number)
        try:
            await asyncio.wait_for(process.wait(), _PATIENCE)
            break
        except TimeoutError:
            continue
    if sys.platform != "win32":
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)  # what outlived the browser itself
