"""What was decided lately?

The last decisions, numbered, in memory that does not grow: no flows and no bodies. What shows
them asks for those after the last number it has seen. The full record of a decision is made only
when somebody asks for it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

from mitmproxy import http

from addons.failures import Failure
from simulator import Decision, Policy, Request
from simulator.browser import Verdict
from simulator.render.record import Plain, decision_record
from simulator.render.verdict import verdict_record

KEPT = 1000


@dataclass(slots=True, eq=False)
class Case:
    """One judged request, from its headers to the end of its response."""

    flow_id: str
    policy: Policy
    request: Request
    decision: Decision
    mode: str
    number: int = 0
    answered: bool = False  # why403 itself sent the response
    foreign: bool = False  # another addon had answered before the policy was asked
    served: int | None = None  # the status the client got; None: none yet, or an error
    exchange: Exchange | None = None  # what a browser makes of the real answer

    def brief(self) -> dict[str, Plain]:
        """One line of a list."""
        decision = self.decision
        return {
            **_asked(self.request),
            "number": self.number,
            "flow": self.flow_id,
            "mode": self.mode,
            "policy": self.policy.name,
            "allowed": decision.allowed,
            "status": decision.status,
            "reason": decision.reason,
            "answered": self.answered,
            "served": self.served,
        }

    def record(self) -> dict[str, Plain]:
        """Everything that `why403 decide` would say of it, too."""
        record = decision_record(self.policy, self.request, self.decision) | self.brief()
        if self.exchange is not None:
            record["browser"] = self.exchange.browser()
        return record


@dataclass(slots=True, eq=False)
class Exchange:
    """One real answer to a request of another origin's page."""

    flow_id: str
    request: Request
    verdict: Verdict
    mode: str
    case: Case | None = None  # what a policy said of the request
    preflight: Exchange | None = None  # the preflight that went before
    number: int = 0
    changed: str = ""  # what why403 changed in the answer

    def browser(self) -> dict[str, Plain]:
        """The browser's verdict, with the preflight's number and flow."""
        before = self.preflight
        return {
            **verdict_record(self.verdict),
            "changed": self.changed or None,
            "preflight_flow": None if before is None else before.flow_id,
        }

    def brief(self) -> dict[str, Plain]:
        """One line of a list, as of a decision; no policy judged this one."""
        verdict = self.verdict
        failed = verdict.failure
        return {
            **_asked(self.request),
            "number": self.number,
            "flow": self.flow_id,
            "mode": self.mode,
            "policy": None,
            "allowed": None if verdict.depends else failed is None,
            "status": verdict.status,
            "reason": None if failed is None else failed.reason.code,
            "answered": False,
            "served": verdict.status,
        }

    def record(self) -> dict[str, Plain]:
        """Everything there is to say."""
        return {**self.brief(), "browser": self.browser()}


def _asked(request: Request) -> dict[str, Plain]:
    target = request.target
    return {
        "at": request.at,
        "method": request.method,
        # Without the query: it may hold a credential.
        "url": f"{target.origin}{target.path}",
        "origin": request.headers.get("origin"),
    }


type Entry = Case | Exchange
# What is known of each live flow: how it was judged, or that it could not be.
type Cases = dict[str, Case | Failure]


class Journal:
    """The last decisions. The last of the parts: it closes the case."""

    def __init__(self, cases: Cases, *, kept: int = KEPT) -> None:
        self._cases = cases
        self._entries: deque[Entry] = deque(maxlen=kept)
        self.count = 0

    def add(self, case: Entry) -> None:
        """Enter a decision under the next number, the first being 1."""
        self.count += 1
        case.number = self.count
        self._entries.append(case)

    def since(self, number: int) -> Iterator[Entry]:
        """The decisions after this number that are still kept, oldest first."""
        return (case for case in tuple(self._entries) if case.number > number)

    def find(self, number: int) -> Entry | None:
        """The decision with this number, if it is still kept."""
        if not self._entries or not self._entries[0].number <= number <= self.count:
            return None
        return self._entries[number - self._entries[0].number]

    def response(self, flow: http.HTTPFlow) -> None:
        case = self._cases.pop(flow.id, None)
        if isinstance(case, Case) and flow.response is not None:
            case.served = flow.response.status_code

    def error(self, flow: http.HTTPFlow) -> None:
        self._cases.pop(flow.id, None)
