"""What came of the request: what each check found, and what the findings add up to?

A trace is every finding in order; all else here is a view of it. The law: the first failure
decides; what the server sends is decided by the first failure of the server's own; an unknown
finding makes the whole unknown unless something refuses anyway.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple, Protocol

from simulator.problem import printable
from simulator.source import Span


class Outcome(StrEnum):
    """How a check turned out. SKIP: no opinion. UNKNOWN: cannot tell, and never a guess."""

    PASS = "pass"
    FAIL = "fail"
    SKIP = "skip"
    UNKNOWN = "unknown"


class Party(StrEnum):
    """Who says no."""

    SERVER = "server"
    BROWSER = "browser"


@dataclass(frozen=True, slots=True)
class Reason:
    """One way a check can turn out.

    `code` is stable; `status` is what a server sends for it (0: it sends what it would anyway).
    `text` is the sentence for one request, filled from the finding's values. `chromium` to
    `firefox_console` are what the browsers themselves call it, `{p}` being what they quote.
    """

    code: str
    status: int
    party: Party
    title: str
    text: str
    meaning: str
    causes: tuple[str, ...]
    remedies: tuple[str, ...]
    retryable: bool = False
    spec: str = ""
    chromium: tuple[str, ...] = ()  # names in the DevTools protocol's `Network.CorsError`
    console: str = ""  # what Chromium's console says: simulator.reasons.console
    firefox: str = ""  # Firefox's key, as MDN names its pages on CORS errors
    firefox_console: str = ""  # what Firefox's console says after "Reason: "


class Near(NamedTuple):
    """What nearly matched: how it differs, and where it stands in the policy if it does."""

    text: str
    path: str | None = None


# Findings and decisions are made for every request. A NamedTuple is as immutable as a frozen
# dataclass, which takes more than three times as long to make.
class Finding(NamedTuple):
    """What one check says. `rule` is the path of the rule that decided; `fields` are the response
    fields this finding puts on the answer. Values hold no secrets."""

    check: str
    outcome: Outcome
    rule: str | None = None
    values: Mapping[str, object] | None = None
    reason: Reason | None = None
    party: Party = Party.SERVER
    status: int = 0
    fields: tuple[tuple[str, str], ...] = ()
    note: str = ""  # why a check passes, skips or cannot tell
    spends: tuple[tuple[tuple[str, str], int], ...] = ()  # quota buckets and what they become

    @property
    def text(self) -> str:
        """The finding as one sentence."""
        if self.reason is None:
            return self.note
        return self.reason.text.format_map(_Words(self.values or {}))


class _Words(dict[str, object]):
    """Values as a sentence shows them."""

    def __init__(self, values: Mapping[str, object]) -> None:
        super().__init__((name, _word(value)) for name, value in values.items())


def _word(value: object) -> str:
    if isinstance(value, (tuple, list)):
        return ", ".join(f"`{item}`" for item in value) or "none"
    return _shown(str(value), 120)


def _shown(text: str, longest: int) -> str:
    """The text without what a terminal would act on, and not longer than this."""
    cut = printable(text[:longest])
    return cut if len(text) <= longest else f"{cut[:-20]}… ({len(text)} characters)"


class Judged(Protocol):
    """What a decision asks of the facts it was made from."""

    @property
    def at(self) -> float: ...
    @property
    def preflight(self) -> bool: ...
    @property
    def asks(self) -> bool: ...
    @property
    def origin(self) -> str | None: ...


class Served(NamedTuple):
    """What the application answers to a request that is let in."""

    status: int = 200
    fields: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    carries_cors: bool = True  # whether the server's CORS fields go on it


class Judge(Protocol):
    """What a decision asks of the policy that made it."""

    @property
    def name(self) -> str: ...
    @property
    def statuses(self) -> Mapping[str, int]: ...
    def carries_cors(self, check: str, facts: object, status: int) -> bool: ...
    def served(self, facts: object) -> Served: ...
    def span(self, path: str) -> Span: ...
    def near(self, check: str, facts: object) -> tuple[Near, ...]: ...


class Decision(NamedTuple):
    """The trace of one request, and what it adds up to. `facts` is what was judged."""

    policy: Judge
    facts: Judged
    trace: tuple[Finding, ...]
    failures: tuple[Finding, ...]

    @property
    def at(self) -> float:
        """When the request was made, in Unix seconds."""
        return self.facts.at

    @property
    def preflight(self) -> bool:
        """Whether the server takes it for a preflight, and answers it ahead of its routes."""
        return self.facts.preflight

    @property
    def asks(self) -> bool:
        """Whether it is a preflight to a browser, which goes on only if the answer grants it."""
        return self.facts.asks

    @property
    def cors_request(self) -> bool:
        """Whether a page of another origin asks (Fetch section 3.3.2)."""
        return self.facts.origin is not None

    @property
    def deciding(self) -> Finding | None:
        """The first failure."""
        return self.failures[0] if self.failures else None

    @property
    def unknowns(self) -> tuple[Finding, ...]:
        """The findings of the checks that could not tell."""
        return tuple(f for f in self.trace if f.outcome is Outcome.UNKNOWN)

    @property
    def allowed(self) -> bool | None:
        """Whether the client gets what it asked for; None when that is not known."""
        if self.failures:
            return False
        return None if any(f.outcome is Outcome.UNKNOWN for f in self.trace) else True

    @property
    def refusal(self) -> Finding | None:
        """The first failure in which the server itself refuses; it makes the response."""
        return next((f for f in self.failures if f.party is Party.SERVER), None)

    @property
    def status(self) -> int:
        """What the server sends."""
        refusal = self.refusal
        if refusal is None:
            if self.preflight:
                return next((f.status for f in self.trace if f.check == "cors"), 204)
            return self.policy.served(self.facts).status
        code = refusal.reason.code if refusal.reason else ""
        return self.policy.statuses.get(code, refusal.status)

    @property
    def reason(self) -> str | None:
        """The deciding finding's code."""
        deciding = self.deciding
        return deciding.reason.code if deciding and deciding.reason else None

    @property
    def blocked_by(self) -> Party | None:
        deciding = self.deciding
        return deciding.party if deciding else None

    @property
    def codes(self) -> tuple[str, ...]:
        """The codes of all failures, the deciding one first."""
        return tuple(f.reason.code for f in self.failures if f.reason)

    @property
    def headers(self) -> tuple[tuple[str, str], ...]:
        """The response fields that the findings put on the answer."""
        refusal = self.refusal
        if refusal is None:
            # What CORS adds does not hang on what it finds: many servers say to whom they answer,
            # and what they would grant, to those whom they do not admit.
            found = [f for f in self.trace if f.outcome is Outcome.PASS or f.check == "cors"]
        elif refusal.check == "cors":
            found = [refusal]
        else:
            found = [refusal]
            if self.policy.carries_cors(refusal.check, self.facts, self.status):
                found += [f for f in self.trace if f.check == "cors"]
        fields = [pair for finding in found for pair in finding.fields]
        return tuple(fields)

    @property
    def hidden(self) -> bool:
        """Whether a page would see only "Failed to fetch", though the server did answer."""
        if not self.cors_request:
            return False
        if self.blocked_by is Party.BROWSER or self.asks:
            return bool(self.failures)
        if not self.failures:
            return not self.policy.served(self.facts).carries_cors
        shown = any(name.lower() == "access-control-allow-origin" for name, _ in self.headers)
        if any(failure.party is Party.BROWSER for failure in self.failures):
            shown = False  # an origin is sent, and it is another's
        return self.refusal is not None and not shown

    @property
    def page(self) -> str:
        """What the page's script gets to see, in words; empty where no other origin's page asks."""
        if not self.cors_request:
            return ""
        if self.asks and self.failures:
            return "the browser sends no more than the preflight; the page sees `Failed to fetch`"
        if self.hidden:
            why = "" if self.blocked_by is Party.BROWSER else ": the error carries no CORS fields"
            return f"the page sees only `Failed to fetch`, not the {self.status}{why}"
        if self.asks:
            return "the browser goes on to send the request"
        return f"the page can read the {self.status}"

    @property
    def spans(self) -> Mapping[str, Span]:
        """File and line of every rule that the trace names."""
        rules = (finding.rule for finding in self.trace)
        return {rule: self.policy.span(rule) for rule in rules if rule is not None}

    @property
    def spends(self) -> tuple[tuple[tuple[str, str], int], ...]:
        """The quota buckets this request draws on, had it reached them, and what they become."""
        for finding in self.trace:
            if finding.spends:
                return finding.spends
            if finding.outcome is Outcome.FAIL and finding.party is Party.SERVER:
                break
        return ()

    def near(self, finding: Finding) -> tuple[Near, ...]:
        """What nearly matched, likeliest first; found only when asked for."""
        if finding.outcome is not Outcome.FAIL:
            return ()
        # They quote the request, which anybody may have written.
        found = self.policy.near(finding.check, self.facts)
        return tuple([Near(_shown(near.text, 400), near.path) for near in found])

    @property
    def summary(self) -> str:
        """One line for people."""
        return self.summarise(() if self.deciding is None else self.near(self.deciding))

    def summarise(self, near: tuple[Near, ...]) -> str:
        """The same, for whoever has found what the deciding finding nearly matched already."""
        deciding = self.deciding
        if deciding is not None:
            hint = f"; {near[0].text}" if near else ""
            more = len(self.failures) - 1
            rest = f" (and {more} more would refuse)" if more else ""
            return f"{deciding.text}{hint}{rest}"
        if self.unknowns:
            return f"not known: {self.unknowns[0].text}"
        return "the browser would go on to send the request" if self.asks else "allowed"

    def __repr__(self) -> str:
        verdict = {True: "allowed", False: "refused", None: "not known"}[self.allowed]
        if self.deciding is None:
            return f"<Decision: {verdict} {self.status}>"
        place = f" ({self.policy.span(self.deciding.rule)})" if self.deciding.rule else ""
        return f"<Decision: {verdict} {self.status} {self.reason}: {self.summary}{place}>"
