"""Which cases does this traffic make?

What really happened, as cases of a policy: each request with what its checks read, and what came of
it. Two requests that no check tells apart are one case.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from simulator.answer import answer
from simulator.cases import CaseSection, CasesSection
from simulator.credentials import parse_instant
from simulator.decision import Decision
from simulator.engine import evaluate
from simulator.learning.exchanges import Exchange
from simulator.message import Request
from simulator.policy import Policy
from simulator.recording.answers import Expected, expect_decided, expect_observed, observe
from simulator.recording.cleaning import Cleaned, Cleaner
from simulator.recording.naming import distinct, name_case
from simulator.recording.sameness import sameness, sameness_unjudged
from simulator.recording.writing import write_cases
from simulator.source import Data
from simulator.standin import stand_in, with_key
from simulator.usage import Usage

__all__ = ["Exchange", "Recording", "record", "write_cases"]

# How often a request is asked again to see a quota end; a cases file repeats no more.
_REPEATS = 10_000
_QUOTA = "rate-limit.exceeded"
_UNFAITHFUL = "without its secret it is judged otherwise: the policy looks for keys in a cookie"
_LOOPBACK = "127.0.0.1"  # the client of a case that names none


class Recording(NamedTuple):
    """The new cases, and what is to be said of the rest."""

    cases: tuple[dict[str, Data], ...]
    requests: int = 0
    merged: int = 0  # requests that ask what a case asks already
    drifts: tuple[str, ...] = ()  # where the real answer was another than the policy's
    notes: tuple[str, ...] = ()
    elsewhere: tuple[tuple[str, int], ...] = ()  # hosts that the policy does not judge
    unsaid: int = 0  # answers that show nothing of permissions, where no policy does
    made_up: int = 0  # cases with a made-up credential


def record(
    exchanges: Sequence[Exchange],
    policy: Policy | None = None,
    *,
    existing: CasesSection | None = None,
    now: float = 0.0,
) -> Recording:
    """The cases of these exchanges that are not among `existing` ones; `now` is when those are
    asked that do not say when."""
    judge = None if policy is None else stand_in(policy)
    known = dict(_known(judge, existing.cases if existing else (), now))
    taken = {case.name for case in existing.cases} if existing else set[str]()
    cleaner = Cleaner(policy)
    cases: list[dict[str, Data]] = []
    drifts: list[str] = []
    notes: list[str] = []
    counts: Counter[str] = Counter()
    elsewhere: Counter[str] = Counter()
    for exchange in exchanges:
        request = exchange.request
        if policy is not None and not policy.covers(request):
            elsewhere[request.target.authority] += 1
            continue
        cleaned = cleaner.clean(request)
        where = f"{exchange.place}: {request.method} {request.target.path}"
        expected, repeat, same = _expected(policy, judge, exchange, cleaned)
        if expected is None:
            counts["unsaid"] += policy is None
            notes += [f"{where}: left out, since {_UNFAITHFUL}"] if policy is not None else []
            continue
        if same in known:
            counts["merged"] += 1
            name, before = known[same]
            if _contradicts(before, expected.expect):
                drifts.append(
                    f"{where}: the case `{name}` expects something else of such a request"
                )
            continue
        if expected.drift:
            drifts.append(f"{where}: {expected.drift}")
        if expected.note:
            notes.append(f"{where}: {expected.note}")
        name = name_case(
            cleaned.request, cleaned.key, expected.expect, unknown=cleaned.unknown, repeat=repeat
        )
        name = distinct(name, cleaned.request, taken)
        taken.add(name)
        known[same] = (name, expected.expect)
        counts["made up"] += bool(cleaned.unknown)
        cases.append(_case(name, cleaned, expected.expect, repeat))
    return Recording(
        tuple(cases),
        len(exchanges),
        counts["merged"],
        tuple(drifts),
        tuple(notes),
        tuple(elsewhere.most_common()),
        counts["unsaid"],
        counts["made up"],
    )


def _contradicts(before: dict[str, Data], expect: dict[str, Data]) -> bool:
    """Whether no decision could be as both expect it. What is not known is not said."""
    allowed = (before.get("allowed"), expect.get("allowed"))
    if None in allowed:
        return False
    return before.get("reason") != expect.get("reason") or allowed[0] != allowed[1]


def _expected(
    policy: Policy | None, judge: Policy | None, exchange: Exchange, cleaned: Cleaned
) -> tuple[Expected | None, int, Hashable]:
    """What the case expects, how often it asks, and what it has in common with its like."""
    observed = observe(exchange)
    if policy is None or judge is None:
        return expect_observed(exchange, observed), 1, sameness_unjudged(cleaned.request)
    request = _with_key(judge, cleaned)
    decision, repeat = evaluate(judge, request), 1
    if observed.status == 429 and decision.allowed:
        decision, repeat = _exhausted(judge, request, decision)
    if repeat == 1 and not _is_faithful(evaluate(policy, exchange.request), decision):
        return None, 1, None
    simulated = answer(judge, request, decision)
    expected = expect_decided(exchange, observed, decision, simulated)
    return expected, repeat, (sameness(judge, request), repeat > 1)


def _is_faithful(original: Decision, decision: Decision) -> bool:
    """Whether the case's request is judged as the one that it stands for. An Origin to which
    browsers apply no CORS was left out, and with it what CORS would say."""
    codes = original.codes
    if original.cors_request and not decision.cors_request:
        codes = tuple([code for code in codes if not code.startswith("cors.")])
    return (codes, original.allowed is None) == (decision.codes, decision.allowed is None)


def _exhausted(policy: Policy, request: Request, decision: Decision) -> tuple[Decision, int]:
    """The decision that refuses for a used up quota, and the number of the request that gets it;
    the first, where the policy never does."""
    usage, first = Usage(), decision
    for number in range(1, _REPEATS + 1):
        decision = evaluate(policy, request, usage)
        if decision.reason == _QUOTA:
            return decision, number
        if not decision.spends:
            break
        usage.record(decision)
    return first, 1


def _with_key(policy: Policy, cleaned: Cleaned) -> Request:
    key = next((key for key in policy.keys if key.id == cleaned.key), None)
    return cleaned.request if key is None else with_key(policy, cleaned.request, key)


def _known(
    policy: Policy | None, cases: Iterable[CaseSection], now: float
) -> Iterator[tuple[Hashable, tuple[str, dict[str, Data]]]]:
    """What existing cases have in common with their like. Those of pages are another kind."""
    for case in cases:
        if case.page is not None:
            continue
        asked = case.request
        at = now if case.at is None else parse_instant(case.at)
        request = Request(asked.method, asked.url, asked.headers, client=case.client, at=at)
        expect: dict[str, Data] = {"reason": case.expect.reason, "allowed": case.expect.allowed}
        if case.expect.allowed is None and case.expect.reason is not None:
            expect["allowed"] = False  # a reason says it
        if policy is None:
            yield sameness_unjudged(request), (case.name, expect)
        else:
            request = _with_key(policy, Cleaned(request, asked.key))
            yield (sameness(policy, request), case.repeat > 1), (case.name, expect)


def _case(name: str, cleaned: Cleaned, expect: dict[str, Data], repeat: int) -> dict[str, Data]:
    """The case as it is written."""
    request = cleaned.request
    asked: dict[str, Data] = {} if request.method == "GET" else {"method": request.method}
    asked["url"] = request.url
    if cleaned.key is not None:
        asked["key"] = cleaned.key
    # A mapping has each name once: lines of one field are one value.
    headers: dict[str, Data] = {
        _usual(field): request.headers.get(field.lower()) for field, _ in request.headers
    }
    if headers:
        asked["headers"] = headers
    case: dict[str, Data] = {"name": name, "request": asked}
    if request.client != _LOOPBACK:
        case["client"] = request.client
    if request.at:
        moment = datetime.fromtimestamp(int(request.at), UTC)
        case["at"] = moment.isoformat().replace("+00:00", "Z")
    if repeat > 1:
        case["repeat"] = repeat
    case["expect"] = dict(expect)
    return case


def _usual(name: str) -> str:
    """The field's name as it is usually written; HTTP/2 has them in small letters."""
    return "-".join(part.capitalize() for part in name.lower().split("-"))
