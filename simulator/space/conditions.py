"""What may a statement ask of a request, besides what the policy's checks distinguish?

One question for each side that requests have; a request meets the condition if all say yes. What
the questions compare with is told besides, so that kinds of request are never divided by them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from simulator.addresses import Intervals
from simulator.origin import OriginPattern
from simulator.principals import Credential
from simulator.space.globs import Glob

type Operation = Callable[[frozenset[int], str, int, str], bool]
"""Asks the globs that mean the path (by number), the host, the port and the method."""
type Visitor = Callable[[str | None, bool, bool], bool]
"""Asks the Origin, whether it is another server's than the request's, and for cookies."""


def _any_operation(globs: frozenset[int], host: str, port: int, method: str) -> bool:
    return True


def _any_visitor(origin: str | None, cross: bool, cookie: bool) -> bool:
    return True


def _any_credential(credential: Credential) -> bool:
    return True


def _any_client(client: int | None) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Condition:
    """A set of requests, and what has to be known to tell it from the rest."""

    operation: Operation = _any_operation
    visitor: Visitor = _any_visitor
    credential: Callable[[Credential], bool] = _any_credential
    client: Callable[[int | None], bool] = _any_client
    preflights: bool = True
    # What these compare with.
    globs: Sequence[Glob] = ()
    methods: Sequence[str] = ()
    hosts: Sequence[Sequence[str]] = ()
    origins: Sequence[OriginPattern] = ()
    blocks: Sequence[Intervals] = ()


EVERYTHING = Condition()
