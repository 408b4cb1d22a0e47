"""What came of a suite, and what does one need to see where it came out otherwise?

Of what fails the whole story is told, with the rule that decided and the smallest change of the
policy with which this would hold and all else that holds still would.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from simulator.browser import Unsupported
from simulator.cases import CaseSection, Result, ask_statements, run_case
from simulator.decision import Decision
from simulator.engine import evaluate
from simulator.message import Request
from simulator.mutants.repair import Repair, decision_of, find_repair, request_of
from simulator.mutants.suggest import as_sent
from simulator.policy import Policy
from simulator.problem import Fault
from simulator.render.story import story_text
from simulator.source import Span, join
from simulator.space import TooMany
from simulator.standin import stand_in, with_key
from simulator.statements import Holds, means
from simulator.suite import Suite, place_of, statements_of
from simulator.visit import Visit


@dataclass(frozen=True)
class Tested:
    """What came of one case, or of one statement. `story`: of the case's request, or of the one
    that shows that the statement does not hold; None: there is none."""

    __test__ = False  # pytest would take the class for one of tests, by its name

    suite: Suite
    path: str
    name: str
    wrong: tuple[str, ...]
    story: Decision | Visit | None
    at: float
    case: CaseSection | None = None
    remark: str = ""  # why it may hold for no good reason
    seconds: float = 0.0

    def after(self, seconds: float) -> Tested:
        """The same, with how long it took."""
        return replace(self, seconds=seconds)

    @property
    def span(self) -> Span:
        return self.suite.span(self.path)

    @property
    def reason(self) -> str:
        """The code of what came of it."""
        return "" if self.story is None else self.story.reason or ""

    @property
    def decision(self) -> Decision | None:
        """What the story turned on."""
        return None if self.story is None else decision_of(self.story)

    @property
    def rule(self) -> Span | None:
        """Where the rule stands that decided."""
        deciding = None if self.decision is None else self.decision.deciding
        if deciding is None or deciding.rule is None:
            return None
        return self.suite.policy.span(deciding.rule)

    @property
    def summary(self) -> str:
        """What came of it, on one line."""
        return "" if self.decision is None else self.decision.summary

    @property
    def text(self) -> str:
        """What is wrong and where it stands, the whole story, and the smallest fix."""
        parts = [f"{'; '.join(self.wrong)}\n{self.span}"]
        if self.story is not None:
            parts.append(story_text(self.suite.policy, self.story))
        if self.repair is not None:
            parts.append(self.repair.text)
        return "\n\n".join(parts)

    @cached_property
    def repair(self) -> Repair | None:
        """The smallest change with which this holds and all else that holds still does."""
        if not self.wrong or self.story is None:
            return None
        return find_repair(
            self.suite.policy,
            self.story,
            self._holds,
            refusal=self._refusal,
            asked=self._asked(),
            keeps=self._others(),
        )

    @property
    def _refusal(self) -> bool:
        """Whether the request should be refused."""
        if self.case is None:
            return self.path.startswith("never")
        expect = self.case.fixed if self.suite.fixed else None
        return (expect or self.case.expect).reason is not None

    def _asked(self) -> Request | None:
        """What a page's script asks for."""
        if self.case is None:
            return None
        given, policy = self.case.request, stand_in(self.suite.policy)
        asked = Request(given.method, given.url, given.headers, client=self.case.client, at=self.at)
        key = next((key for key in policy.keys if key.id == given.key), None)
        return asked if key is None else with_key(policy, asked, key)

    def _holds(self, policy: Policy) -> bool:
        if self.case is not None:
            return _keeps(policy, self.case, self.suite, self.at)
        assert isinstance(self.story, Decision)
        request = request_of(self.story)
        if (evaluate(stand_in(policy), request).allowed is True) == self._refusal:
            return False
        return self.path not in _broken(policy, self.suite, self.at)

    def _others(self) -> Callable[[Policy], bool]:
        """Whether all else that holds still does."""
        suite, at = self.suite, self.at
        cases = [c for c in suite.cases.cases if c is not self.case]
        cases = [c for c in cases if _keeps(suite.policy, c, suite, at)]
        broken = _broken(suite.policy, suite, at)

        def keep(policy: Policy) -> bool:
            return all(_keeps(policy, case, suite, at) for case in cases) and (
                _broken(policy, suite, at) <= broken
            )

        return keep


def _keeps(policy: Policy, case: CaseSection, suite: Suite, at: float) -> bool:
    """Whether a changed policy gives the case what it expects, asked as the suite's own is."""
    sent = as_sent(suite.policy, case)
    try:
        return not run_case(stand_in(policy), sent, fixed=suite.fixed, at=at).wrong
    except (Unsupported, Fault):  # it is not known, or the policy has not the page's key
        return False


def _broken(policy: Policy, suite: Suite, at: float) -> frozenset[str]:
    """The statements that do not hold; what does not fit the policy does not."""
    try:
        holds = ask_statements(policy, suite.cases, at=at)
    except (Fault, TooMany):
        return frozenset({"never", "always"})
    return frozenset(place_of(suite, each.kind, each.index) for each in holds if each.broken)


def ask_case(suite: Suite, index: int, *, at: float) -> Tested:
    """Ask one case. `at`: when, where it does not say."""
    case, path = suite.cases.cases[index], join("cases", index)
    try:
        result = run_case(suite.policy, case, fixed=suite.fixed, at=at)
    except Unsupported as unsupported:
        why = f"what the page sees is not known: {unsupported}"
        return Tested(suite, path, case.name, (why,), None, at, case)
    return Tested(suite, path, case.name, result.wrong, result.story, at, case)


def ask_all_statements(suite: Suite, *, at: float) -> list[Tested]:
    """Prove every statement, or find the request that shows that it does not hold."""
    try:
        found = ask_statements(suite.policy, suite.cases, at=at)
    except TooMany as error:
        why = f"whether it holds is not known: {error}"
        return [Tested(suite, path, name, (why,), None, at) for path, name in statements_of(suite)]
    names = dict(statements_of(suite))
    return [_tested(suite, names, each, at) for each in found]


def _tested(suite: Suite, names: Mapping[str, str], holds: Holds, at: float) -> Tested:
    path = place_of(suite, holds.kind, holds.index)
    if holds.witness is None or holds.policy is None:
        return Tested(suite, path, names[path], (), None, at, remark=holds.remark)
    does = "are let in" if holds.kind == "never" else "are refused"
    wrong = f"these {does}: {', '.join(holds.words) or 'all requests'}"
    story = evaluate(holds.policy, holds.witness)
    return Tested(suite, path, names[path], (wrong,), story, at, remark=holds.remark)


def requests_of(tested: Sequence[Tested]) -> list[Request]:
    """What was asked in cases."""
    stories = [t.story for t in tested if t.story is not None]
    decisions = [d for s in stories for d in (s.decisions if isinstance(s, Visit) else (s,))]
    return [request_of(decision) for decision in decisions]


def results_of(tested: Sequence[Tested]) -> list[Result]:
    """What came of cases, as `simulator.cases` gives it."""
    return [
        Result(t.case, t.wrong, t.story)
        for t in tested
        if t.case is not None and t.story is not None
    ]


class Watching:
    """What of a suite comes out otherwise of a changed policy: `simulator.mutants.survey.Watch`."""

    def __init__(self, suite: Suite, *, at: float) -> None:
        self._suite, self._at = suite, at
        # What noticed one change is asked first of the next, which is often of the same rule.
        self._waiting = [as_sent(suite.policy, case) for case in suite.cases.cases]
        said = (*suite.cases.never, *suite.cases.always)
        self._statements = tuple(zip(statements_of(suite), said, strict=True))

    def cases(self, policy: Policy) -> str | None:
        """The first case that does not hold for a policy."""
        for index, case in enumerate(self._waiting):
            if not _keeps(policy, case, self._suite, self._at):
                self._waiting.insert(0, self._waiting.pop(index))
                return case.name
        return None

    def one(self, policy: Policy, request: Request) -> str | None:
        """A statement that speaks of the request, and does not hold for it."""
        if not self._statements:
            return None
        allowed = evaluate(stand_in(policy), request).allowed is True
        for (path, name), statement in self._statements:
            try:
                if allowed == path.startswith("never") and means(
                    statement, stand_in(policy), request, self._suite.cases.clients
                ):
                    return name
            except Fault:  # it names what the changed policy does not have
                return name
        return None

    def statements(self, policy: Policy) -> str | None:
        """A statement that does not hold, by all requests."""
        broken = _broken(policy, self._suite, self._at) if self._statements else ()
        return next(iter(broken), None)
