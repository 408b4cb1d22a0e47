"""One page of the browser: what its JavaScript sees, what its console says, what it requests."""

import base64
import re
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from .cdp import CALL_TIMEOUT, Cdp, CdpError
from .network import NetworkLog, NetworkRequest

DOMAINS = ("Page", "Runtime", "Network", "Log", "Audits")
# The wire's own headers of a request that failed come by another pipe, a little later.
EXTRA_INFO_GRACE = 1.0


class JavaScriptError(AssertionError):
    """The evaluated JavaScript threw, or its promise was rejected."""


@dataclass(frozen=True, slots=True)
class ConsoleMessage:
    """A console line; `source` is `console-api`, `exception`, or the browser's (`network`...)."""

    level: str
    source: str
    text: str
    url: str


class Page:
    """A target of its own browser context: no cookies, caches or preflights of other pages.

    Made by `Chromium.open`. Frames of other sites, which Chromium runs in other processes, are
    followed: their console and requests come in the same lists.
    """

    def __init__(self, cdp: Cdp, target: str, context: str) -> None:
        self._cdp = cdp
        self._target = target
        self._context = context
        self._changed = threading.Condition(threading.RLock())
        self._console: list[ConsoleMessage] = []
        self._issues: list[dict[str, Any]] = []
        self._network = NetworkLog(self._changed)
        self._loaded: set[str] = set()
        self._children: set[str] = set()
        self._closed = False
        attached = cdp.call("Target.attachToTarget", {"targetId": target, "flatten": True})
        self._session: str = attached["sessionId"]
        cdp.listen(self._session, self._take_in)
        for domain in DOMAINS:
            self.call(f"{domain}.enable")
        self.call("Page.setLifecycleEventsEnabled", {"enabled": True})
        self.call("Target.setAutoAttach", _auto_attach())

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def console(self) -> list[ConsoleMessage]:
        with self._changed:
            return list(self._console)

    @property
    def requests(self) -> list[NetworkRequest]:
        return self._network.snapshot()

    @property
    def issues(self) -> list[dict[str, Any]]:
        """The entries of DevTools' Issues tab, as Audits.issueAdded gives them."""
        with self._changed:
            return list(self._issues)

    def call(self, method: str, params: dict[str, Any] | None = None) -> dict[str, Any]:
        """Send any DevTools command to this page."""
        return self._cdp.call(method, params, session=self._session)

    def navigate(self, url: str, *, timeout: float = CALL_TIMEOUT) -> str | None:
        """Go to a URL and wait for its load event; return the browser's error, if any.

        An error such as `net::ERR_TUNNEL_CONNECTION_FAILED` is a result, a timeout is not.
        """
        answer = self._cdp.call(
            "Page.navigate", {"url": url}, session=self._session, timeout=timeout
        )
        error = answer.get("errorText")
        loader = answer.get("loaderId")
        if error is None and loader is not None:
            with self._changed:
                if not self._changed.wait_for(lambda: loader in self._loaded, timeout):
                    raise TimeoutError(f"{url} had not loaded after {timeout} s")
        return error

    def evaluate(self, js: str, await_promise: bool = True) -> Any:
        """Evaluate a JavaScript expression to a JSON value; `undefined` is None."""
        answer = self.call(
            "Runtime.evaluate",
            {
                "expression": js,
                "awaitPromise": await_promise,
                "returnByValue": True,
                "userGesture": True,
            },
        )
        if "exceptionDetails" in answer:
            raise JavaScriptError(_exception_text(answer["exceptionDetails"]))
        return answer["result"].get("value")

    def wait_for(self, js_predicate: str, timeout: float = 10) -> Any:
        """Evaluate an expression until it is truthy and return its value."""
        deadline = time.monotonic() + timeout
        problem: object = "it stayed falsy"
        while time.monotonic() < deadline:
            try:
                if value := self.evaluate(js_predicate):
                    return value
            except (CdpError, JavaScriptError) as error:
                problem = error  # the document may be changing under us
            time.sleep(0.05)
        raise TimeoutError(f"{js_predicate} after {timeout} s: {problem}")

    def wait_for_console(self, pattern: str, timeout: float = 10) -> ConsoleMessage:
        """The first console message a regular expression is found in.

        The browser's own messages may come after the promise they are about was rejected.
        """
        with self._changed:
            self._changed.wait_for(lambda: _find(pattern, self._console), timeout)
            found = _find(pattern, self._console)
        if found is None:
            lines = "\n".join(message.text for message in self.console)
            raise TimeoutError(f"no console message has {pattern!r}; there is:\n{lines}")
        return found

    def wait_for_request(
        self, url_part: str, *, method: str | None = None, timeout: float = 10
    ) -> NetworkRequest:
        """The first answered request whose URL has a part and whose method is as given."""

        def find() -> NetworkRequest | None:
            matching = (r for r in self.requests if r.answered and url_part in r.url)
            return next((r for r in matching if method in (None, r.method)), None)

        def find_with_wire_headers() -> bool:
            found = find()
            return found is not None and (found.raw_status is not None or found.from_cache)

        with self._changed:
            if not self._changed.wait_for(lambda: find() is not None, timeout):
                urls = "\n".join(f"{r.method} {r.url} done={r.done}" for r in self.requests)
                raise TimeoutError(f"no answered request for {url_part!r}; there is:\n{urls}")
            self._changed.wait_for(find_with_wire_headers, EXTRA_INFO_GRACE)
            found = find()
        assert found is not None
        return found

    def set_extra_headers(self, headers: Mapping[str, str]) -> None:
        """Add headers to every request from here on; they cause no preflight."""
        self.call("Network.setExtraHTTPHeaders", {"headers": dict(headers)})

    def screenshot(self, path: Path, width: int = 1280, height: int = 800) -> Path:
        """Write a PNG of the viewport at exactly this size."""
        metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
        self.call("Emulation.setDeviceMetricsOverride", metrics)
        try:
            answer = self.call("Page.captureScreenshot", {"format": "png"})
        finally:
            self.call("Emulation.clearDeviceMetricsOverride")
        path.write_bytes(base64.b64decode(answer["data"]))
        return path

    def close(self) -> None:
        """Close the page and forget its context, cookies and caches included."""
        if self._closed:
            return
        self._closed = True
        for session in (self._session, *self._children):
            self._cdp.forget(session)
        self._cdp.call("Target.disposeBrowserContext", {"browserContextId": self._context})

    def _take_in(self, method: str, params: dict[str, Any]) -> None:
        """Record one event; called in the reader's thread, so it may only `cast`."""
        with self._changed:
            match method.split("."):
                case ["Network", event]:
                    self._network.record(event, params)
                case ["Runtime", "consoleAPICalled"]:
                    self._console.append(_from_console_api(params))
                case ["Runtime", "exceptionThrown"]:
                    details = params["exceptionDetails"]
                    text, url = _exception_text(details), details.get("url", "")
                    self._console.append(ConsoleMessage("error", "exception", text, url))
                case ["Log", "entryAdded"]:
                    entry = params["entry"]
                    self._console.append(
                        ConsoleMessage(
                            entry["level"], entry["source"], entry["text"], entry.get("url", "")
                        )
                    )
                case ["Audits", "issueAdded"]:
                    self._issues.append(params["issue"])
                case ["Page", "lifecycleEvent"] if params["name"] == "load":
                    self._loaded.add(params["loaderId"])
                case ["Page", "javascriptDialogOpening"]:
                    accept = {"accept": True}
                    self._cdp.cast("Page.handleJavaScriptDialog", accept, session=self._session)
                case ["Target", "attachedToTarget"]:
                    self._follow(params["sessionId"], params["targetInfo"]["type"])
            self._changed.notify_all()

    def _follow(self, session: str, kind: str) -> None:
        """Record what a frame or worker does too, from its first request on."""
        self._children.add(session)
        self._cdp.listen(session, self._take_in)
        domains = DOMAINS if kind == "iframe" else ("Runtime", "Network", "Log")
        for domain in domains:
            self._cdp.cast(f"{domain}.enable", session=session)
        self._cdp.cast("Target.setAutoAttach", _auto_attach(), session=session)
        self._cdp.cast("Runtime.runIfWaitingForDebugger", session=session)


def _auto_attach() -> dict[str, Any]:
    return {"autoAttach": True, "waitForDebuggerOnStart": True, "flatten": True}


def _find(pattern: str, messages: list[ConsoleMessage]) -> ConsoleMessage | None:
    return next((message for message in messages if re.search(pattern, message.text)), None)


def _from_console_api(params: dict[str, Any]) -> ConsoleMessage:
    texts = (str(a.get("value", a.get("description", a["type"]))) for a in params["args"])
    frames = params.get("stackTrace", {}).get("callFrames") or [{"url": ""}]
    return ConsoleMessage(params["type"], "console-api", " ".join(texts), frames[0]["url"])


def _exception_text(details: dict[str, Any]) -> str:
    thrown = details.get("exception", {})
    return str(thrown.get("description", thrown.get("value", details["text"])))
