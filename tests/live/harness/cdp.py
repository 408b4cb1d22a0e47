"""The Chrome DevTools Protocol over one WebSocket, for synchronous callers.

https://chromedevtools.github.io/devtools-protocol/ with flat sessions: every message names the
session (the page, frame or worker) it belongs to. A thread reads; callers wait for their answer.
"""

import contextlib
import json
import socket
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from typing import Any

from wsproto import ConnectionType, WSConnection
from wsproto.events import (
    AcceptConnection,
    CloseConnection,
    Event,
    Message,
    Ping,
    RejectConnection,
    Request,
)

CALL_TIMEOUT = 20.0

type Params = dict[str, Any]
type Listener = Callable[[str, Params], None]


class CdpError(RuntimeError):
    """The browser refused a command, did not answer in time, or is gone."""


class Cdp:
    """A connection to the browser's DevTools endpoint."""

    def __init__(self, port: int, path: str) -> None:
        self._ws = WSConnection(ConnectionType.CLIENT)
        self._lock = threading.Lock()
        self._last_id = 0
        self._answers: dict[int, Future[Params]] = {}
        self._listeners: dict[str | None, Listener] = {}
        self._closed = False
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=CALL_TIMEOUT)
        try:
            self._shake_hands(f"127.0.0.1:{port}", path)
        except BaseException:
            self._socket.close()
            raise
        self._socket.settimeout(None)
        self._reader = threading.Thread(target=self._read, name="cdp-reader", daemon=True)
        self._reader.start()

    def call(
        self,
        method: str,
        params: Params | None = None,
        *,
        session: str | None = None,
        timeout: float = CALL_TIMEOUT,
    ) -> Params:
        """Send a command and wait for its result. Never from a listener: that is the reader."""
        answer: Future[Params] = Future()
        message_id = self._send(method, params, session, answer)
        try:
            return answer.result(timeout)
        except TimeoutError:
            raise CdpError(f"{method} got no answer in {timeout} s") from None
        finally:
            self._answers.pop(message_id, None)

    def cast(self, method: str, params: Params | None = None, *, session: str | None) -> None:
        """Send a command and ignore its result; listeners may do this."""
        self._send(method, params, session, None)

    def listen(self, session: str, listener: Listener) -> None:
        """Hand a session's events, in order, to a function called in the reader thread."""
        self._listeners[session] = listener

    def forget(self, session: str) -> None:
        """Stop handing over a session's events."""
        self._listeners.pop(session, None)

    def close(self) -> None:
        """Close the socket and wait for the reader."""
        self._closed = True
        with contextlib.suppress(OSError):  # the browser may have closed it first
            self._socket.shutdown(socket.SHUT_RDWR)
        self._reader.join(5)
        self._socket.close()

    def _send(
        self, method: str, params: Params | None, session: str | None, answer: Future[Params] | None
    ) -> int:
        message: Params = {"method": method, "params": params or {}}
        if session is not None:
            message["sessionId"] = session
        with self._lock:
            self._last_id += 1
            message["id"] = self._last_id
            if answer is not None:
                self._answers[self._last_id] = answer
            if self._closed:
                raise CdpError(f"{method}: the browser is gone")
            try:
                self._socket.sendall(self._ws.send(Message(data=json.dumps(message))))
            except OSError as error:
                raise CdpError(f"{method}: the browser is gone ({error})") from error
            return self._last_id

    def _shake_hands(self, host: str, path: str) -> None:
        self._socket.sendall(self._ws.send(Request(host=host, target=path)))
        while True:
            for event in self._receive():
                if isinstance(event, AcceptConnection):
                    return
                if isinstance(event, RejectConnection):
                    raise CdpError(f"DevTools refused the WebSocket: {event.status_code}")

    def _receive(self) -> Iterator[Event]:
        data = self._socket.recv(1 << 20)
        if not data:
            raise CdpError("the browser closed the DevTools connection")
        with self._lock:
            self._ws.receive_data(data)
            return iter(list(self._ws.events()))

    def _read(self) -> None:
        parts: list[str] = []
        try:
            while True:
                for event in self._receive():
                    if isinstance(event, Message):
                        parts.append(str(event.data))
                        if event.message_finished:
                            self._dispatch(json.loads("".join(parts)))
                            parts.clear()
                    elif isinstance(event, Ping):
                        with self._lock:
                            self._socket.sendall(self._ws.send(event.response()))
                    elif isinstance(event, CloseConnection):
                        return
        except (OSError, CdpError):
            return  # closed by either side
        finally:
            with self._lock:
                self._closed = True
                waiting = list(self._answers.values())
            for answer in waiting:
                if not answer.done():
                    answer.set_exception(CdpError("the browser is gone"))

    def _dispatch(self, message: Params) -> None:
        if "id" not in message:
            listener = self._listeners.get(message.get("sessionId"))
            if listener is not None:
                listener(message["method"], message["params"])
            return
        answer = self._answers.get(message["id"])
        if answer is None or answer.done():
            return
        if "error" in message:
            answer.set_exception(CdpError(message["error"].get("message", "unknown error")))
        else:
            answer.set_result(message["result"])
