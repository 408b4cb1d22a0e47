"""Who may ask?

The server listens on this machine alone, and still every page that a browser has open can send it
requests: under a name that it has pointed at 127.0.0.1 (DNS rebinding), or from another origin. So
the name asked for, the origin and the token are looked at before anything else. A request that the
proxy itself sends on proves it with a secret.
"""

from __future__ import annotations

import hmac
import json
from typing import Any

from tornado.web import RequestHandler

from addons.dashboard.context import Context
from addons.reserved import ASKED, INSIDE
from simulator.problem import Fault

COOKIE = "why403"
CHANGES = "x-why403"  # a field that no other origin's page can send without asking first
_SAME = ("same-origin", "none")
_FIELDS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; "
    "connect-src 'self'; img-src 'self' data:; frame-ancestors 'none'; base-uri 'none'; "
    "form-action 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "X-Frame-Options": "DENY",
}


class Handler(RequestHandler):
    """What every answer of ours carries, and how a refusal is told."""

    def initialize(self, context: Context) -> None:
        self.context = context

    def set_default_headers(self) -> None:
        self.clear_header("Server")
        for name, value in _FIELDS.items():
            self.set_header(name, value)

    def refuse(self, status: int, fault: Fault) -> None:
        """End with a fault as JSON."""
        self.set_status(status)
        self.set_header("Content-Type", "application/json")
        told = {"problem": fault.problem, "cause": fault.cause, "remedy": fault.remedy}
        self.finish(json.dumps({"error": told}))

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """Nothing of a traceback leaves; it is in the log."""
        found = kwargs.get("exc_info")
        if found is not None and status_code >= 500 and isinstance(found[1], Exception):
            self.context.failures.report(found[1], "answering the dashboard")
        names = {404: "there is no such page", 405: "the method is not allowed here"}
        self.refuse(
            status_code,
            Fault(
                names.get(status_code, f"the request failed with {status_code}"),
                f"`{self.request.method} {self.request.path[:200]}` was asked for",
                "see the list of what there is in the documentation of the dashboard",
            ),
        )

    def log_exception(self, typ: Any, value: Any, tb: Any) -> None:
        """`write_error` reports it, once."""

    @property
    def inside(self) -> bool:
        """Whether the proxy has sent it on."""
        given = self.request.headers.get(INSIDE, "")
        return hmac.compare_digest(given.encode(), self.context.inside.encode())

    @property
    def asked(self) -> str:
        """The origin that a page asked where the proxy has sent it on from a reserved path."""
        return self.request.headers.get(ASKED, "") if self.inside else ""

    def json(self, value: object) -> None:
        """End with a value."""
        self.set_header("Content-Type", "application/json")
        self.finish(json.dumps(value, ensure_ascii=False).encode())


class Guarded(Handler):
    """For the dashboard's own eyes. Subclasses may ask for less."""

    needs_token = True

    def prepare(self) -> None:
        if self.asked:
            self.write_error(404)  # the dashboard is under no page's path
            return
        fault = self._host_fault() or self._origin_fault()
        if fault is None and self.needs_token:
            fault = self._token_fault()
        if fault is None and self.request.method not in ("GET", "HEAD"):
            fault = self._change_fault()
        if fault is not None:
            self.refuse(403, fault)

    @property
    def own_hosts(self) -> tuple[str, ...]:
        """The names under which the dashboard may be asked for."""
        port = self.context.port
        if self.inside:
            return (self.context.settings.host,)
        return (f"127.0.0.1:{port}", f"localhost:{port}", f"[::1]:{port}")

    def _host_fault(self) -> Fault | None:
        host = self.request.host.lower()
        if self.inside:
            host = host.partition(":")[0]
        if host in self.own_hosts:
            return None
        return Fault(
            f"`{host[:100]}` is not the dashboard's name",
            "a name that leads here may be any page's",
            f"open {self.context.url}",
        )

    def _origin_fault(self) -> Fault | None:
        headers = self.request.headers
        origin = headers.get("Origin")
        site = headers.get("Sec-Fetch-Site")
        # Whoever leads here by a link may do so: what is shown then can be framed and read by none.
        navigates = self.request.method == "GET" and headers.get("Sec-Fetch-Mode") == "navigate"
        of_others = origin is not None and origin.partition("://")[2].lower() not in self.own_names
        if not of_others and (site is None or site in _SAME or navigates):
            return None
        return Fault(
            f"the page at `{(origin or site or '')[:100]}` may not ask the dashboard",
            "only its own page may",
            f"open {self.context.url}",
        )

    @property
    def own_names(self) -> tuple[str, ...]:
        """What stands in an `Origin` of the dashboard's own page."""
        return self.own_hosts

    def has_token(self) -> bool:
        """Whether the request knows the token, by its cookie or as a bearer."""
        given = self.get_cookie(COOKIE) or ""
        scheme, _, bearer = self.request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() == "bearer":
            given = bearer.strip()
        return hmac.compare_digest(given.encode(), self.context.token.encode())

    def _token_fault(self) -> Fault | None:
        if self.has_token():
            return None
        return Fault(
            "the token is missing, or another run's",
            "the dashboard shows what passes, and other users of this machine could ask for it",
            "send it as `Authorization: Bearer TOKEN`; the proxy's log shows it",
        )

    def _change_fault(self) -> Fault | None:
        if self.request.headers.get(CHANGES):
            return None
        return Fault(
            f"the request field `{CHANGES}` is missing",
            "what changes something is taken from the dashboard's own page and from programs",
            f"send `{CHANGES}: 1`",
        )
