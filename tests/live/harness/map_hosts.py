"""mitmproxy script: which loopback port does a test name stand for?

Loaded by path (`-s`), so it imports nothing of the harness. The mapping comes as JSON in
WHY403_TEST_HOSTS: a name, or `name:port`, to a loopback port; null keeps the port of the URL.
A host that is neither mapped nor loopback is refused, so that nothing leaves the machine: the
browser's own background requests included.
"""

import ipaddress
import json
import os

from mitmproxy.proxy.server_hooks import ServerConnectionHookData

HOSTS: dict[str, int | None] = json.loads(os.environ.get("WHY403_TEST_HOSTS", "{}"))


def server_connect(data: ServerConnectionHookData) -> None:
    """Point the connection at the mapped port, or refuse it."""
    if data.server.address is None:
        return
    host, port = data.server.address[:2]
    for name in (f"{host}:{port}", host):
        if name in HOSTS:
            data.server.address = ("127.0.0.1", HOSTS[name] or port)
            return
    if not _is_loopback(host):
        data.server.error = f"{host} is not mapped to loopback in this test"


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
