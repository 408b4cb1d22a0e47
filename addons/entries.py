"""What is known of one request that passed?

By a policy that judges it (`Case`), by what a browser makes of its real answer (`Exchange`), or,
where neither says anything, by the refusal itself (`Answer`). No flows and no bodies are held. A
line for a list, `brief`, has the same keys in each; the full record is made when it is asked for.
"""

from __future__ import annotations

from dataclasses import dataclass

from addons.pages import page_of
from simulator import Decision, Policy, Request, Response
from simulator.answer import phrase
from simulator.browser import Verdict, sentence
from simulator.render.record import Plain, decision_record, rule_record
from simulator.render.verdict import verdict_record


@dataclass(slots=True, eq=False)
class Case:
    """One judged request, from its headers to the end of its response."""

    flow_id: str
    policy: Policy
    request: Request
    decision: Decision
    mode: str
    number: int = 0
    revision: int = 0
    answered: bool = False  # why403 itself sent the response
    foreign: bool = False  # another addon had answered before the policy was asked
    served: int | None = None  # the status the client got; None: none yet, or an error
    error: str = ""  # why there was no answer
    exchange: Exchange | None = None  # what a browser makes of the real answer

    @property
    def ended(self) -> bool:
        """Whether no more will be known of it."""
        return self.served is not None or bool(self.error)

    def brief(self) -> dict[str, Plain]:
        """One line of a list."""
        decision, exchange = self.decision, self.exchange
        deciding = decision.deciding
        brief = _asked(self) | {
            "kind": "decision",
            "policy": self.policy.name,
            "preflight": decision.preflight or decision.asks,
            "allowed": decision.allowed,
            "status": decision.status,
            "reason": decision.reason,
            "blocked_by": None if decision.blocked_by is None else str(decision.blocked_by),
            "hidden": decision.hidden,
            "summary": decision.summary,
            "rule": None if deciding is None else rule_record(decision, deciding.rule),
            "answered": self.answered,
            "served": self.served,
            "error": self.error or None,
            "changed": None if exchange is None else exchange.changed or None,
        }
        if exchange is None or exchange.verdict.failure is None:
            return brief
        brief["hidden"] = True
        if decision.allowed is not False:
            # The policy lets it in; what the real server answers, the browser keeps for itself.
            brief |= _kept_back(exchange.verdict)
        return brief

    def record(self) -> dict[str, Plain]:
        """Everything that `why403 decide` would say of it, too."""
        record = self.brief() | decision_record(self.policy, self.request, self.decision)
        if self.exchange is not None:
            record["browser"] = self.exchange.browser()
        return record


@dataclass(slots=True, eq=False)
class Exchange:
    """One real answer to a request of another origin's page."""

    flow_id: str
    request: Request
    response: Response
    verdict: Verdict
    mode: str
    case: Case | None = None  # what a policy said of the request
    preflight: Exchange | None = None  # the preflight that went before
    number: int = 0
    revision: int = 0
    changed: str = ""  # what why403 changed in the answer
    ended: bool = True

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
        # The page can read it: a refusal of the server's own, or no refusal at all.
        refused = verdict.status >= 400
        brief = _asked(self) | {
            "kind": "answer",
            "policy": None,
            "preflight": verdict.preflight,
            "allowed": False if refused else None if verdict.depends else True,
            "status": verdict.status,
            "reason": None,
            "blocked_by": "server" if refused else None,
            "hidden": False,
            "summary": verdict.page,
            "rule": None,
            "answered": False,
            "served": verdict.status,
            "error": None,
            "changed": self.changed or None,
        }
        return brief if verdict.failure is None else brief | _kept_back(verdict)

    def record(self) -> dict[str, Plain]:
        """Everything there is to say."""
        return {**self.brief(), "browser": self.browser()}


@dataclass(slots=True, eq=False)
class Answer:
    """A real refusal that no policy judged, and that its page, if there is one, can read."""

    flow_id: str
    request: Request
    response: Response
    mode: str
    number: int = 0
    revision: int = 0
    ended: bool = True

    def brief(self) -> dict[str, Plain]:
        """One line of a list."""
        status = self.response.status
        return _asked(self) | {
            "kind": "answer",
            "policy": None,
            "preflight": False,
            "allowed": False,
            "status": status,
            "reason": None,
            "blocked_by": "server",
            "hidden": False,
            "summary": f"the server answered {status} {phrase(status)}; no policy says why",
            "rule": None,
            "answered": False,
            "served": status,
            "error": None,
            "changed": None,
        }

    def record(self) -> dict[str, Plain]:
        """Everything there is to say."""
        return {**self.brief(), "browser": None}


type Entry = Case | Exchange | Answer


def _asked(entry: Entry) -> dict[str, Plain]:
    request = entry.request
    target = request.target
    return {
        "number": entry.number,
        "revision": entry.revision,
        "flow": entry.flow_id,
        "mode": entry.mode,
        "at": request.at,
        "method": request.method,
        # Without the query: it may hold a credential.
        "url": f"{target.origin}{target.path}",
        "host": target.authority,
        "origin": request.headers.get("origin"),
        "page_origin": page_of(request),
        "client": request.client,
    }


def _kept_back(verdict: Verdict) -> dict[str, Plain]:
    """What the browser keeps from the page, and why."""
    failed = verdict.failure
    assert failed is not None
    return {
        "allowed": False,
        "reason": failed.reason.code,
        "blocked_by": "browser",
        "hidden": True,
        "summary": sentence(failed),
        "rule": None,
    }
