"""A request in a line, without a secret in it: what is asked for, from where, with what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from urllib.parse import quote as percent

from simulator.message import Request
from simulator.policy import Policy
from simulator.render.record import Plain
from simulator.standin import names_of_secrets

# What comes with a handshake of itself.
_UNSAID = ("connection",)


def request_line(request: Request, policies: Sequence[Policy], *, at: bool = True) -> str:
    """`DELETE https://api.example/orders/7 from 203.0.113.9 with x-api-key: (key web)`. `at`: with
    the time, where it has one."""
    secrets = names_of_secrets(policies)
    parts = [f"{request.method} {_without(request.url, secrets)}"]
    if request.client:
        parts.append(f"from {request.client}")
    fields = [
        f"{name}: {_without(value, secrets)}"
        for name, value in request.headers
        if name.lower() not in _UNSAID
    ]
    if fields:
        parts.append(f"with {', '.join(fields)}")
    if at and request.at:
        parts.append(f"at {_instant(request.at)}")
    return " ".join(parts)


def request_record(request: Request, policies: Sequence[Policy]) -> dict[str, Plain]:
    """The request in the form that `why403 decide` reads, with keys' ids in place of secrets."""
    secrets = names_of_secrets(policies)
    return {
        "method": request.method,
        "url": _without(request.url, secrets),
        "headers": [[name, _without(value, secrets)] for name, value in request.headers],
        "client": request.client,
        "at": request.at,
    }


def _without(text: str, secrets: Mapping[str, str]) -> str:
    """The text without secrets, the longest first: one may hold another."""
    if text.lower().startswith("basic "):
        return "Basic (a key)"
    for secret in sorted(secrets, key=len, reverse=True):
        if len(secret) < 2:
            continue
        text = text.replace(secret, secrets[secret])
        text = text.replace(percent(secret, safe=""), secrets[secret])
    return text


def _instant(at: float) -> str:
    moment = datetime.fromtimestamp(at, UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"
