"""What is answered to each line of JSON?

The machine interfaces `why403 decide` and `why403 browser`: one object a line in, one answer a line
out, in the order asked, each written as soon as it is known. A line that cannot be read is answered
with its problem, and the run goes on.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence

from simulator.browser import Engine, judge_case
from simulator.engine import evaluate
from simulator.jsonl import Json, read_line
from simulator.policy import Policy
from simulator.problem import Fault
from simulator.render.record import decision_record, no_policy_record
from simulator.usage import Usage

type Plain = dict[str, object]
type Answer = tuple[Plain, bool]
"""What is answered, and whether the line could be read."""


def answer_lines(
    lines: Iterable[bytes], answer: Callable[[bytes], Answer]
) -> Iterator[tuple[str, bool]]:
    """The answers as text, each with whether its line could be read. Blank lines get none."""
    for line in lines:
        if line.strip():
            record, readable = answer(line)
            try:
                # ASCII escapes: what came in may hold characters that no encoding of output can.
                text = json.dumps(record, allow_nan=False)
            except (ValueError, RecursionError):
                text, readable = json.dumps(_unread(None, _UNWRITABLE)[0]), False
            yield text + "\n", readable


def decide_line(line: bytes, judges: Sequence[tuple[Policy, Usage]], now: float) -> Answer:
    """The decision of the first policy whose hosts match; what it spends is counted."""
    read = read_line(line, now=now)
    if read.request is None:
        return _unread(read.id, read.fault or Fault("the line cannot be read", ""))
    request = read.request
    for policy, usage in judges:
        if policy.covers(request):
            decision = evaluate(policy, request, usage)
            usage.record(decision)
            return {"id": read.id, **decision_record(policy, request, decision)}, True
    hosts = tuple(host for policy, _ in judges for host in policy.hosts)
    return {"id": read.id, **no_policy_record(request, hosts)}, True


def browser_line(line: bytes, engine: Engine) -> Answer:
    """What the page of a case sees."""
    try:
        case: Json = json.loads(line)
    except (ValueError, RecursionError) as error:
        return _unread(
            None, Fault("the line is not JSON", _cause(error), "write one object a line")
        )
    if not isinstance(case, dict):
        fault = Fault("the line is not an object", "a case has names", 'write `{"page": …}`')
        return _unread(None, fault)
    try:
        return judge_case(case, engine=engine), True
    except Fault as fault:
        return _unread(case.get("id"), fault)


def _cause(error: ValueError | RecursionError) -> str:
    """Why a line is not JSON, in words that are not Python's."""
    if isinstance(error, RecursionError):
        return "it is nested too deeply"
    if isinstance(error, UnicodeDecodeError):
        return "it is not UTF-8"
    if isinstance(error, json.JSONDecodeError):
        return str(error).lower()
    return "a number in it has too many digits"


# What of a line is written back is its `id` alone.
_UNWRITABLE = Fault(
    "the `id` cannot be written back",
    "it is nested too deeply, or a number that JSON does not have",
    "give the line a name",
)


def _unread(name: Json, fault: Fault) -> Answer:
    error = {"problem": fault.problem, "cause": fault.cause, "remedy": fault.remedy}
    return {"id": name, "error": error}, False
