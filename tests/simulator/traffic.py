"""Exchanges for tests, and the HAR files that hold them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from simulator import Request, Response
from simulator.learning.exchanges import Exchange

API = "https://api.shop.example"
SHOP = "https://shop.example"
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC).timestamp()
READ = {"Access-Control-Allow-Origin": SHOP}  # what lets the shop's page read an answer


def exchange(
    asked: str,
    status: int | None = 200,
    headers: Mapping[str, str] | None = None,
    answer: Mapping[str, str] | None = None,
    *,
    body: bytes = b"",
    client: str = "127.0.0.1",
    at: float = NOON,
    place: str = "",
) -> Exchange:
    """`GET /orders`, and what was answered; no status: nothing."""
    method, _, url = asked.partition(" ")
    url = url if "://" in url else API + url
    response = None if status is None else Response(status, answer or {}, body)
    return Exchange(Request(method, url, headers or {}, client=client, at=at), response, place)


def keyed(asked: str, key: str, status: int = 200, **fields: str) -> Exchange:
    """The same with a key in its usual field."""
    return exchange(asked, status, {"X-Api-Key": key, **fields})


def preflight(
    path: str, method: str, names: str = "", answer: Mapping[str, str] | None = None
) -> Exchange:
    """A preflight of the shop's page, granted by the answer."""
    asked = {"Origin": SHOP, "Access-Control-Request-Method": method}
    if names:
        asked["Access-Control-Request-Headers"] = names
    granted = {
        **READ,
        "Access-Control-Allow-Methods": method,
        "Access-Control-Allow-Headers": names,
    }
    return exchange(f"OPTIONS {path}", 204, asked, granted if answer is None else answer)


def har_text(exchanges: Iterable[Exchange]) -> str:
    """The HAR file that holds them."""
    return json.dumps({"log": {"version": "1.2", "entries": [_entry(e) for e in exchanges]}})


def _entry(given: Exchange) -> dict[str, object]:
    request, response = given.request, given.response
    return {
        "startedDateTime": datetime.fromtimestamp(request.at, UTC).isoformat(),
        "time": 1,
        "request": {
            "method": request.method,
            "url": request.url,
            "headers": [{"name": n, "value": v} for n, v in request.headers],
        },
        "response": {
            "status": 0 if response is None else response.status,
            "headers": [{"name": n, "value": v} for n, v in response.headers] if response else [],
            "content": {"text": response.body.decode() if response else ""},
        },
    }
