"""What is there to say of one entry?

Everything that an answer to "why?" needs: the record, the request without its secrets, the lines of
the policy around each rule that refuses, the reason's page, the request as a curl command and as a
case for `why403 test`. Made when somebody asks, from what is kept.
"""

from __future__ import annotations

from itertools import islice

from addons.entries import Case, Entry, Exchange
from simulator.decision import Outcome
from simulator.engine import evaluate
from simulator.fixes import find_fixes
from simulator.grammar import REASONS
from simulator.learning.exchanges import Exchange as Recorded
from simulator.message import Headers
from simulator.policy import Policy
from simulator.problem import Fault
from simulator.recording import record as record_cases
from simulator.recording import write_cases
from simulator.render.fixes import fixes_record
from simulator.render.record import Plain
from simulator.render.shown_request import curl_command, show_request
from simulator.source import mask

_AROUND = 3  # lines before and after a rule
_FIXES = 4


def detail(entry: Entry) -> dict[str, Plain]:
    """All there is to say, as plain data, without a secret."""
    policy = entry.policy if isinstance(entry, Case) else None
    shown = show_request(entry.request, policy)
    return {
        **entry.brief(),
        **entry.record(),
        "asked": {
            "method": shown.method,
            "url": shown.url,
            "headers": [[name, value] for name, value in shown.headers],
            "client": entry.request.client,
        },
        "cors": cors_sides(entry),
        "source": [] if not isinstance(entry, Case) else source(entry),
        "about": about(entry),
        "curl": curl_command(entry.request, policy),
        "case": case_text(entry),
    }


def source(case: Case) -> list[Plain]:
    """The lines of the policy around the rules of the checks that fail, each place once."""
    policy = case.policy
    marks: dict[str, set[int]] = {}
    for finding in case.decision.trace:
        if finding.outcome is Outcome.FAIL and finding.rule is not None:
            span = policy.span(finding.rule)
            if span.file == policy.name and span.line:
                marks.setdefault(span.file, set()).add(span.line)
    lines = shown_lines(policy)
    found: list[Plain] = []
    for file, numbers in marks.items():
        for first, last, within in _windows(sorted(numbers), len(lines)):
            found.append(
                {
                    "file": file,
                    "from": first,
                    "marks": list(within),
                    "lines": list(lines[first - 1 : last]),
                }
            )
    return found


def shown_lines(policy: Policy) -> list[str]:
    """The policy's text, line by line, without the secrets of its keys."""
    secrets = sorted({key.secret for key in policy.keys if key.secret}, key=len, reverse=True)
    lines = [mask(line) for line in policy.document.text.splitlines()]
    for secret in secrets:
        lines = [line.replace(secret, "•••") for line in lines]
    return lines


def _windows(numbers: list[int], last: int) -> list[tuple[int, int, list[int]]]:
    """Stretches of lines around these, those that meet made one."""
    found: list[tuple[int, int, list[int]]] = []
    for number in numbers:
        first, end = max(1, number - _AROUND), min(last, number + _AROUND)
        if found and first <= found[-1][1] + 1:
            before = found.pop()
            found.append((before[0], end, [*before[2], number]))
        else:
            found.append((first, end, [number]))
    return found


def about(entry: Entry) -> dict[str, Plain] | None:
    """The deciding reason's page, as `why403 reasons CODE` has it; None without a reason."""
    code = entry.brief()["reason"]
    reason = REASONS.get(code) if isinstance(code, str) else None
    if reason is None:
        return None
    return {
        "code": reason.code,
        "title": reason.title,
        "meaning": reason.meaning,
        "causes": list(reason.causes),
        "remedies": list(reason.remedies),
    }


def case_text(entry: Entry) -> str | None:
    """The entry as a case for `why403 test`; None where nothing can be expected."""
    policy = entry.policy if isinstance(entry, Case) else None
    made = record_cases([recorded(entry)], policy)
    return write_cases(made.cases, source="live traffic") if made.cases else None


def cors_sides(entry: Entry) -> dict[str, Plain] | None:
    """What a page of another origin asked for, and what the answer grants. None where CORS has no
    part in it."""
    if isinstance(entry, Case):
        if not entry.decision.cors_request:
            return None
        granted = Headers(entry.decision.headers)
        if entry.exchange is not None and not entry.answered:
            granted = entry.exchange.response.headers
    elif isinstance(entry, Exchange):
        granted = entry.response.headers
    else:
        return None
    return {
        "asked": _fields(entry.request.headers, ("origin", "access-control-request-")),
        "granted": _fields(granted, ("access-control-", "vary")),
    }


def _fields(headers: Headers, prefixes: tuple[str, ...]) -> list[Plain]:
    found = [(name.lower(), value) for name, value in headers]
    return [[name, value] for name, value in found if name.startswith(prefixes)]


def recorded(entry: Entry) -> Recorded:
    """The entry as `why403 record` reads traffic; bodies are not kept."""
    exchange = entry.exchange if isinstance(entry, Case) else entry
    answered = None if exchange is None else exchange.response
    return Recorded(entry.request, answered, f"request {entry.number}")


def fixes(entry: Entry, *, limit: int = _FIXES) -> dict[str, Plain]:
    """The narrowest changes that let it in, each verified; or why there are none. It may take a
    second where a policy is large: call it in a thread."""
    if not isinstance(entry, Case):
        return {"fixes": [], "none": "no policy judges this request, so there is none to change"}
    if entry.decision.allowed:
        return {"fixes": [], "none": "the policy lets it in"}
    policy, request = entry.policy, entry.request
    # What was used up of a quota then is not kept; of now it would be another question.
    if evaluate(policy, request).allowed:
        return {"fixes": [], "none": "it is a quota that was used up: wait, or raise it"}
    try:
        found = list(islice(find_fixes(policy, request), limit))
    except Fault as fault:
        return {"fixes": [], "none": str(fault)}
    return {
        "fixes": fixes_record(policy, request, found),
        "none": None if found else "no single change of the policy or the request was found",
    }


def first_fix(entry: Entry) -> Plain:
    """The narrowest of them."""
    found = fixes(entry, limit=1)["fixes"]
    return found[0] if isinstance(found, list) and found else None
