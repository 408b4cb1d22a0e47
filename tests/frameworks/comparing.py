"""Does the simulated answer equal a real one: in its status, its CORS fields, and what it varies
with?"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from simulator import Policy, Request, answer, evaluate, load_policy
from simulator.behaviour import carries_cors
from simulator.behaviours import BEHAVIOURS

type Pairs = Iterable[Iterable[str]]
type Shown = dict[str, object]
# Lists that a framework makes of a set, whose order is any, in fields and in words.
UNORDERED = {"aiohttp-cors": ("access-control-allow-headers", "access-control-expose-headers")}


class Answer(NamedTuple):
    """An answer as far as it is compared."""

    status: int
    fields: Shown
    body: str = ""


def shown(family: str, fields: Pairs) -> Shown:
    """The CORS fields, and the names in Vary."""
    joined: dict[str, str] = {}
    for name, value in fields:
        name = name.lower()
        if name == "vary" or name.startswith("access-control-"):
            joined[name] = f"{joined[name]}, {value}" if name in joined else value
    found: Shown = dict(joined)
    if "vary" in joined:
        found["vary"] = {word.strip().lower() for word in joined["vary"].split(",")}
    for name in UNORDERED.get(family, ()):
        if name in joined:
            found[name] = sorted(joined[name].split(","))
    return found


def load(cors: Mapping[str, Any], routes: object = ()) -> Policy:
    return load_policy(json.dumps({"cors": cors, "routes": routes}), name="p.yaml")


def simulated(policy: Policy, family: str, method: str, url: str, fields: Pairs) -> Answer:
    """What the policy says that the server answers. `/boom` raises there, and is not handled."""
    request = Request(method, url, [(name, value) for name, value in fields])
    decision = evaluate(policy, request)
    response = answer(policy, request, decision)
    headers: Pairs = response.headers
    status, body = response.status, response.body.decode()
    if request.target.path == "/boom" and decision.refusal is None and method != "OPTIONS":
        status = 500
        if not carries_cors(BEHAVIOURS[family], 500, unhandled=True):
            headers = ()
    return Answer(status, shown(family, headers), body if decision.preflight else "")


def words(body: str) -> list[str]:
    return sorted(body.replace(",", " ").split())


def difference(expected: Answer, found: Answer) -> str:
    """How the answers differ, in words; empty where they do not."""
    parts = []
    if expected.status != found.status:
        parts.append(f"status {expected.status}, not {found.status}")
    names = sorted(set(expected.fields) | set(found.fields))
    parts += [
        f"{name} {expected.fields.get(name)}, not {found.fields.get(name)}"
        for name in names
        if expected.fields.get(name) != found.fields.get(name)
    ]
    if found.body and words(expected.body) != words(found.body):
        parts.append(f"body {expected.body!r}, not {found.body!r}")
    return "; ".join(parts)
