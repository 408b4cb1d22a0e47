"""Short ways to ask for remedies and fixes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from simulator import Decision, Finding, Policy, Request, Usage, evaluate, load_policy
from simulator.fixes import Fix, find_fixes
from simulator.remedies.remedy import Remedy
from simulator.standin import stand_in

type Remedies = Callable[[Policy, Decision, Finding], Iterable[Remedy]]

NOON = 1_780_315_200.0  # 2026-06-01 12:00 UTC


def ask(
    url: str = "https://api.example/",
    headers: Mapping[str, str] | None = None,
    *,
    method: str = "GET",
    client: str = "10.0.0.1",
    at: float = NOON,
) -> Request:
    return Request(method, url, headers or {}, client=client, at=at)


def preflight(
    origin: str, method: str = "GET", headers: str = "", *, url: str = "https://api.example/"
) -> Request:
    fields = {"Origin": origin, "Access-Control-Request-Method": method}
    if headers:
        fields["Access-Control-Request-Headers"] = headers
    return ask(url, fields, method="OPTIONS")


def proposed(
    remedies: Remedies, check: str, text: str, request: Request, usage: Usage | None = None
) -> list[Remedy]:
    """What a check's remedies propose for its failures."""
    policy = load_policy(text, name="p.yaml")
    decision = evaluate(policy, request, usage)
    failures = [finding for finding in decision.failures if finding.check == check]
    assert failures, decision
    return [remedy for f in failures for remedy in remedies(policy, decision, f)]


def told(remedies: Iterable[Remedy]) -> list[str]:
    return [remedy.say for remedy in remedies]


def fixes(text: str, request: Request, usage: Usage | None = None, *, limit: int = 4) -> list[Fix]:
    return list(find_fixes(load_policy(text, name="p.yaml"), request, usage, limit=limit))


def turns(fix: Fix, usage: Usage | None = None) -> bool:
    """Whether the fix does what it says: by its text, read anew, where it has one."""
    policy = fix.policy
    if fix.text and fix.side == "server":
        policy = load_policy(fix.text, name="p.yaml")
    elif fix.text:
        policy = stand_in(load_policy(fix.text, name="p.yaml"))
    return evaluate(policy, fix.request, usage).allowed is True
