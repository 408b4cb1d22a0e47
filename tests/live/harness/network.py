"""What did the browser request, and how did each request end?

Built from the DevTools Network events. A request blocked by CORS never gets a
`responseReceived`; its real status and headers are only in `responseReceivedExtraInfo`.
"""

import dataclasses
import re
import threading
from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class NetworkRequest:
    """One request; each hop of a redirect is one of its own.

    `status` and `response_headers` are what the page's process was given (None, {} when CORS
    withheld the response); `raw_*` are what arrived on the wire, cookies included. Header names
    keep the case of the wire in `raw_*`; repeated headers are joined by a newline there.
    """

    request_id: str
    url: str
    method: str
    resource_type: str
    initiator: str
    request_headers: dict[str, str]
    raw_request_headers: dict[str, str] = field(default_factory=dict)
    status: int | None = None
    response_headers: dict[str, str] = field(default_factory=dict)
    raw_status: int | None = None
    raw_response_headers: dict[str, str] = field(default_factory=dict)
    protocol: str | None = None
    from_cache: bool = False
    cors_error_status: dict[str, Any] | None = None
    blocked_reason: str | None = None
    error_text: str | None = None
    done: bool = False

    @property
    def answered(self) -> bool:
        """A response has begun, or none will come (`done` waits for a body somebody reads)."""
        return self.done or self.status is not None

    @property
    def cors_error(self) -> str | None:
        """Chromium's name of the CORS failure, such as `MissingAllowOriginHeader`."""
        return None if self.cors_error_status is None else self.cors_error_status["corsError"]

    @property
    def is_preflight(self) -> bool:
        return self.initiator == "preflight"

    def header(self, name: str) -> str | None:
        """A response header as it was on the wire, whatever its case."""
        return _look_up(name, self.raw_response_headers or self.response_headers)

    def request_header(self, name: str) -> str | None:
        """A request header as it was on the wire, whatever its case."""
        return _look_up(name, self.raw_request_headers or self.request_headers)


class NetworkLog:
    """Collects requests from Network events; `changed` is notified by whoever feeds it."""

    def __init__(self, changed: threading.Condition) -> None:
        self._changed = changed
        self._requests: list[NetworkRequest] = []
        self._hops: dict[str, list[NetworkRequest]] = {}
        # The two "extra info" events may come before the event they belong to.
        self._early: dict[str, list[tuple[str, dict[str, Any]]]] = {}

    def snapshot(self) -> list[NetworkRequest]:
        """Copies, in the order the requests were made."""
        with self._changed:
            return [dataclasses.replace(request) for request in self._requests]

    def record(self, event: str, params: dict[str, Any]) -> None:
        """Take in one event; the caller holds `changed`."""
        request_id = params.get("requestId", "")
        match event:
            case "requestWillBeSent":
                self._will_be_sent(request_id, params)
            case "webSocketCreated":
                self._add(_websocket(request_id, params))
            case "requestWillBeSentExtraInfo" | "responseReceivedExtraInfo":
                if not self._extra(request_id, event, params):
                    self._early.setdefault(request_id, []).append((event, params))
            case _ if request_id in self._hops:
                _update(self._hops[request_id][-1], event, params)

    def _will_be_sent(self, request_id: str, params: dict[str, Any]) -> None:
        hops = self._hops.get(request_id)
        if hops and "redirectResponse" in params:
            _respond(hops[-1], params["redirectResponse"])
            hops[-1].done = True
        request = params["request"]
        self._add(
            NetworkRequest(
                request_id=request_id,
                url=request["url"] + request.get("urlFragment", ""),
                method=request["method"],
                resource_type=params.get("type", "Other"),
                initiator=params.get("initiator", {}).get("type", "other"),
                request_headers=request["headers"],
            )
        )

    def _add(self, request: NetworkRequest) -> None:
        self._requests.append(request)
        self._hops.setdefault(request.request_id, []).append(request)
        early = self._early.pop(request.request_id, [])
        late = [(e, p) for e, p in early if not self._extra(request.request_id, e, p)]
        if late:
            self._early[request.request_id] = late

    def _extra(self, request_id: str, event: str, params: dict[str, Any]) -> bool:
        """Give the extra info to the first hop without one; False if there is none yet."""
        for hop in self._hops.get(request_id, []):
            if event == "requestWillBeSentExtraInfo" and not hop.raw_request_headers:
                hop.raw_request_headers = params["headers"]
                return True
            if event == "responseReceivedExtraInfo" and hop.raw_status is None:
                hop.raw_status = params["statusCode"]
                hop.raw_response_headers = params["headers"]
                return True
        return False


def _look_up(name: str, headers: dict[str, str]) -> str | None:
    return next((v for n, v in headers.items() if n.lower() == name.lower()), None)


def _websocket(request_id: str, params: dict[str, Any]) -> NetworkRequest:
    initiator = params.get("initiator", {}).get("type", "other")
    return NetworkRequest(request_id, params["url"], "GET", "WebSocket", initiator, {})


def _update(request: NetworkRequest, event: str, params: dict[str, Any]) -> None:
    match event:
        case "responseReceived":
            _respond(request, params["response"])
        case "requestServedFromCache":
            request.from_cache = True
        case "loadingFinished":
            request.done = True
        case "loadingFailed":
            request.error_text = params.get("errorText")
            request.blocked_reason = params.get("blockedReason")
            request.cors_error_status = params.get("corsErrorStatus")
            request.done = True
        case "webSocketWillSendHandshakeRequest":
            request.request_headers = params["request"]["headers"]
        case "webSocketHandshakeResponseReceived":
            _respond(request, params["response"])
            request.raw_status = request.status
            request.raw_response_headers = request.response_headers
            request.done = True
        case "webSocketFrameError":
            request.error_text = params["errorMessage"]
            # Of a refused handshake the browser tells the status in words only.
            if refused := re.search(r"Unexpected response code: (\d+)", params["errorMessage"]):
                request.raw_status = int(refused[1])
            request.done = True
        case "webSocketClosed":
            request.done = True


def _respond(request: NetworkRequest, response: dict[str, Any]) -> None:
    request.status = response["status"]
    request.response_headers = response["headers"]
    request.protocol = response.get("protocol")
    request.from_cache = request.from_cache or response.get("fromDiskCache", False)
