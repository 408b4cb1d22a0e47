"""Which request does one line of JSON ask about?

The input of `why403 decide`: an object with `method` and `url`, and what else is known.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from simulator.addresses import peer_address
from simulator.message import Request
from simulator.problem import Fault, quote

type Json = str | int | float | bool | list["Json"] | dict[str, "Json"] | None


@dataclass(frozen=True, slots=True)
class Line:
    """One line's request, or what is wrong with the line; `id` is echoed either way."""

    id: Json
    request: Request | None = None
    fault: Fault | None = None


def read_line(text: str | bytes, *, now: float) -> Line:
    """The request of one line; `now` is the time for lines that name none. Never raises."""
    try:
        data: Json = json.loads(text)
    except (ValueError, RecursionError) as error:
        cause = " ".join(str(error).split()).lower() or "it is nested too deeply"
        return Line(None, fault=Fault("the line is not JSON", cause, "write one object a line"))
    if not isinstance(data, dict):
        fault = Fault(
            "the line is not an object", "a request has names", 'write `{"method": …, "url": …}`'
        )
        return Line(None, fault=fault)
    try:
        return Line(data.get("id"), _request(data, now))
    except Fault as fault:
        return Line(data.get("id"), fault=fault)


def _request(data: dict[str, Json], now: float) -> Request:
    for name in ("method", "url"):
        if name not in data:
            raise Fault(f"the request has no `{name}`", "it cannot do without", f'add `"{name}"`')
    client = data.get("client", "127.0.0.1")
    client = "" if client is None else _text(data, "client", client)
    if client and peer_address(client) is None:
        raise Fault(
            f"`client` {quote(client)} is not an address",
            "the client is the address that connected",
            "write it as `203.0.113.9`, or leave it out",
        )
    at = data.get("at", now)
    if at is None:
        at = now
    if isinstance(at, bool) or not isinstance(at, (int, float)) or not abs(at) < 1e12:
        raise Fault(f"`at` is {quote(at)}", "it must be Unix seconds", "write `1764000000`")
    body = data.get("body")
    return Request(
        _text(data, "method", data["method"]),
        _text(data, "url", data["url"]),
        _fields(data.get("headers")),
        client=client,
        at=float(at),
        body=None if body is None else _text(data, "body", body).encode("utf-8", "replace"),
    )


def _text(data: dict[str, Json], name: str, value: Json) -> str:
    if not isinstance(value, str):
        raise Fault(f"`{name}` is {quote(value)}", "it must be text", "put it in quotes")
    return value


def _fields(headers: Json) -> list[tuple[str, str]]:
    if headers is None:
        return []
    pairs: list[Json] = headers if isinstance(headers, list) else []
    if isinstance(headers, dict):
        pairs = [[name, value] for name, value in headers.items()]
    fields: list[tuple[str, str]] = []
    for pair in pairs:
        if not (isinstance(pair, list) and len(pair) == 2):
            break
        name, value = pair
        if not (isinstance(name, str) and isinstance(value, str)):
            break
        fields.append((name, value))
    else:
        if isinstance(headers, (list, dict)):
            return fields
    raise Fault(
        "`headers` cannot be read",
        "it must be a list of pairs of text",
        'write `[["origin", "https://app.example.com"]]`',
    )
