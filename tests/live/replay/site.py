"""Who answers on loopback for every host of a recorded case, and what arrived there?

A case's URLs end in `/c/<case>/<step>/<hop>`. The hop is taken from the URL; the step is the one
that is being played, since a later step may ask for the URL of an earlier one to find it cached.
"""

import contextlib
import re
import threading
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Self

from live.harness.certs import Authority
from live.harness.servers import PlainServer, ReceivedRequest, Reply, TlsServer

HTTP_PORTS = (80, 8080, 9000, 28080)
HTTPS_PORTS = (443, 8443)
CERTIFICATE_NAMES = ("*.corp.test", "*.vendor.test", "*.lan.test")
HTML = ("Content-Type", "text/html; charset=utf-8")
# What makes a page what its path says. Sandboxed without `allow-same-origin`, its origin is opaque.
PAGES = {
    "/p/plain": [],
    "/p/sandbox": [("Content-Security-Policy", "sandbox allow-scripts")],
    "/p/csp-none": [("Content-Security-Policy", "connect-src 'none'")],
    "/p/csp-self": [("Content-Security-Policy", "connect-src 'self'")],
    "/p/csp-api": [("Content-Security-Policy", "connect-src http://api.corp.test")],
    "/p/coep-require": [("Cross-Origin-Embedder-Policy", "require-corp")],
    "/p/coep-credentialless": [("Cross-Origin-Embedder-Policy", "credentialless")],
}
ASKED = re.compile(r"/c/(?P<case>[^/]+)/\d+/(?P<hop>\d+)")
# RFC 9110, section 8.6: no Content-Length with these.
WITHOUT_LENGTH = (204, 304)

type Step = Mapping[str, Any]
type Answer = Mapping[str, Any]


class Site:
    """All hosts of all cases; `host_rules` and `spki` make a browser come here.

    with Site() as site, Chromium(host_rules=site.host_rules, spki=[site.spki]) as browser: ...
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._steps: Mapping[str, Step] = {}
        self._arrivals: dict[str, list[ReceivedRequest]] = {}

    def __enter__(self) -> Self:
        with contextlib.ExitStack() as stack:
            authority = stack.enter_context(Authority())
            self.spki = authority.spki
            plain = stack.enter_context(PlainServer(self._answer))
            certificate = authority.issue(*CERTIFICATE_NAMES)
            tls = stack.enter_context(TlsServer(self._answer, certificate))
            self._open = stack.pop_all()
        self.host_rules = (
            "MAP *.invalid ~NOTFOUND",
            *(f"MAP *:{port} {plain.address}" for port in HTTP_PORTS),
            *(f"MAP *:{port} {tls.address}" for port in HTTPS_PORTS),
        )
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._open.__exit__(kind, error, trace)

    def serve(self, steps: Mapping[str, Step]) -> None:
        """Answer from here on as these steps say, by case, and forget what arrived before."""
        with self._lock:
            self._steps = steps
            self._arrivals = {}

    def arrivals(self, case: str) -> list[ReceivedRequest]:
        """What came for a case since `serve`, in the order it came."""
        with self._lock:
            return list(self._arrivals.get(case, ()))

    def _answer(self, request: ReceivedRequest) -> Reply:
        page = PAGES.get(request.path)
        if page is not None:
            return Reply(200, [HTML, *page], b"<!doctype html><title>a page</title>")
        asked = ASKED.match(request.path)
        with self._lock:
            step = self._steps.get(asked["case"]) if asked else None
            if asked is None or step is None:
                return Reply(404)
            self._arrivals.setdefault(asked["case"], []).append(request)
        hops = step["server"]
        if (number := int(asked["hop"])) >= len(hops):
            return Reply(404)
        return Reply(raw=serialise(choose(hops[number], request), request.method))


def is_preflight(request: ReceivedRequest) -> bool:
    """Fetch, CORS-preflight fetch: what no script can send by itself is the method's header."""
    wanted = request.header("access-control-request-method")
    return request.method == "OPTIONS" and wanted is not None


def choose(hop: Mapping[str, Answer], request: ReceivedRequest) -> Answer:
    """The response that this hop has for a request."""
    if is_preflight(request):
        return hop.get("preflight", hop["actual"])
    if request.header("if-none-match") is not None and "actual_if_none_match" in hop:
        return hop["actual_if_none_match"]
    by_origin: Mapping[str, Answer] = hop.get("actual_by_origin", {})
    return by_origin.get(request.header("origin") or "<none>", hop["actual"])


def serialise(response: Answer, method: str) -> bytes:
    """The response byte for byte as recorded: repeated lines, blanks and bytes past ASCII too."""
    body = response["body"].encode("latin-1")
    lines = [f"HTTP/1.1 {response['status']} Recorded"]
    lines += [f"{name}: {value}" for name, value in response["headers"]]
    if response["status"] in WITHOUT_LENGTH:
        body = b""
    else:
        lines.append(f"Content-Length: {len(body)}")
    head = "\r\n".join([*lines, "", ""]).encode("latin-1")
    return head if method == "HEAD" else head + body
