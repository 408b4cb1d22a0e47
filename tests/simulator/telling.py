"""Short ways to ask: a policy's problems, a request's finding."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest

from simulator import Decision, Finding, PolicyError, Problem, Request, Usage, evaluate, load_policy


def problems_of(
    text: str,
    *,
    read_file: Callable[[str], str] | None = None,
    environment: Mapping[str, str] | None = None,
) -> tuple[Problem, ...]:
    """What is wrong with a policy that does not load."""
    with pytest.raises(PolicyError) as caught:
        load_policy(text, name="p.yaml", read_file=read_file, environment=environment)
    return caught.value.problems


def told(text: str, **rest: object) -> list[str]:
    """Line, path and message of every problem."""
    return [f"{p.line} {p.path}: {p.message}" for p in problems_of(text, **rest)]  # type: ignore[arg-type]


def decide(
    policy: str,
    method: str = "GET",
    url: str = "https://api.example/",
    headers: Mapping[str, str] | None = None,
    *,
    client: str = "10.0.0.1",
    at: float = 0.0,
    usage: Usage | None = None,
) -> Decision:
    request = Request(method, url, headers or {}, client=client, at=at)
    return evaluate(load_policy(policy, name="p.yaml"), request, usage)


def finding(decision: Decision, check: str) -> Finding:
    return next(found for found in decision.trace if found.check == check)


def nearly(decision: Decision, check: str) -> list[str]:
    """What nearly matched, in words."""
    return [near.text for near in decision.near(finding(decision, check))]
