"""What is the least that has to change for this request to be let in?

Propose, then verify through one gate. Each check's remedies propose; what counts is what comes of
it: the changed policy is compiled, and judges the request, and everybody else's. What does not turn
the decision is dropped, and what shuts anybody out is refused. The client's side is verified in the
same way: it asks for something else.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from simulator.checks.authenticate import NO_CREDENTIAL
from simulator.decision import Decision, Finding, Party
from simulator.decision import Outcome as Turn
from simulator.edit import Edit, edit_document, text_diff
from simulator.engine import evaluate
from simulator.listing import names_of
from simulator.message import Request
from simulator.policy import Policy
from simulator.problem import Fault
from simulator.remedies import (
    addresses,
    authenticate,
    authorize,
    client,
    cors,
    network,
    page,
    preflight,
    rate_limit,
    route,
)
from simulator.remedies.gate import shuts_out
from simulator.remedies.remedy import Remedy, facts_of
from simulator.remedies.search import Candidate, Failure, Outcome, rank, search
from simulator.source import Document
from simulator.standin import stand_in
from simulator.usage import Usage

if TYPE_CHECKING:
    from simulator.browser import Page

type Side = Literal["server", "client", "both"]

_CHECKS = {
    "network": network.remedies,
    "cors": cors.remedies,
    "route": route.remedies,
    "authenticate": authenticate.remedies,
    "authorize": authorize.remedies,
    "rate_limit": rate_limit.remedies,
}
# How many candidates are compiled or asked before the search gives up. What is found at all is
# found among the first few.
_COMPILED = 40
_ASKED = 400
_COMMENT = re.compile(r"\s#.*")


@dataclass(frozen=True, slots=True, eq=False)
class Fix:
    """Changes that turn the decision: they were made, compiled and judged.

    `policy` is the policy with them, and `request` what is asked of it: either may be the same as
    before. It knows a secret for every key whose request this is, made up where only the digest
    is known.
    """

    side: Side
    steps: tuple[str, ...]
    """What to do, in words."""
    edits: tuple[Edit, ...]
    text: str
    """The policy's text with the edits; empty where only the client does something."""
    diff: str
    policy: Policy
    request: Request
    also_allows: tuple[str, ...]
    """What it lets in beyond the request."""
    cares: tuple[str, ...] = ()
    """What to think of before it is done."""

    @property
    def say(self) -> str:
        """What to do, as one sentence."""
        return ", and ".join(self.steps)

    def __repr__(self) -> str:
        return f"<Fix ({self.side}): {self.say}>"


def find_fixes(
    policy: Policy, request: Request, usage: Usage | None = None, *, limit: int = 4
) -> Iterator[Fix]:
    """What turns the request's refusal, the narrowest first: on both sides, where both have a way.
    None for what is let in, or where whether it is cannot be known."""

    def judge(candidate: Candidate) -> Outcome:
        decision = evaluate(candidate.policy, candidate.asked, usage)
        failures = [Failure(decision, finding) for finding in decision.failures]
        return Outcome(decision.allowed is True, tuple(failures))

    yield from _find(policy, request, judge, limit)


def find_page_fixes(
    policy: Policy,
    request: Request,
    where: Page,
    *,
    credentials: str | None = None,
    usage: Usage | None = None,
    limit: int = 4,
) -> Iterator[Fix]:
    """What makes the page get what its script asks for: preflight and request, and the answer to
    be read. What is not modelled of browsers is no fix."""
    from simulator.browser import Unsupported  # the browser's half is large
    from simulator.visit import as_fetched, page_of, visit

    # A browser sets the field itself. Where a remedy has it, the page is another.
    fields = [pair for pair in request.headers if pair[0].lower() != "origin"]
    request = client.changed(request, headers=fields)

    def judge(candidate: Candidate) -> Outcome:
        asked = candidate.asked
        moved = asked.headers.get("origin")
        try:
            story = visit(
                candidate.policy,
                where if moved is None else page_of(moved),
                as_fetched(asked, credentials="omit" if candidate.omits else credentials),
                client=asked.client,
                at=asked.at,
                usage=usage,
            )
        except Unsupported:
            return Outcome(False)
        if story.allowed or not story.decisions:
            return Outcome(story.allowed is True)
        decision = story.refused or story.decisions[-1]
        failures = [Failure(decision, finding) for finding in decision.failures]
        failed = story.view.failure
        if failed is not None and all(f.finding.reason is not failed.reason for f in failures):
            # What only the browser has found.
            values = {"origin": story.page.origin, **failed.values}
            only = Finding("page", Turn.FAIL, None, values, failed.reason, Party.BROWSER)
            failures.append(Failure(decision, only))
        return Outcome(False, tuple(failures))

    yield from _find(policy, request, judge, limit)


def _find(
    policy: Policy, request: Request, judge: Callable[[Candidate], Outcome], limit: int
) -> Iterator[Fix]:
    """The best of both sides; where neither can alone, what both do together."""
    texts: dict[str, Document] = {}

    def accept(candidate: Candidate) -> bool:
        """The gate: nobody may be shut out, and it must be possible to write it."""
        if shuts_out(candidate.policies):
            return False
        try:
            texts[repr(candidate.edits)] = edit_document(policy.document, candidate.edits)
        except Fault:
            return False
        return True

    known = Candidate((stand_in(policy),), request)
    asked = search(known, judge, _of_the_client, limit=limit, tries=_ASKED)
    left = limit - min(len(asked), limit // 2)
    start = Candidate((policy,), request)
    ours = search(start, judge, _of_the_server, accept, limit=left, tries=_COMPILED)
    found = [*asked[: limit - len(ours)], *ours]
    if not found:
        found = search(known, judge, _of_both, accept, limit=limit, tries=_COMPILED)
    for candidate in sorted(found, key=rank):  # of equals the client's come first
        yield _fix(policy, candidate, texts.get(repr(candidate.edits)))


def _of_the_server(candidate: Candidate, failure: Failure) -> Iterator[Remedy]:
    decision, finding = failure
    if finding.check == "page":
        assert finding.reason is not None
        yield from page.remedies(candidate.policy, decision, finding.reason)
        finding = finding._replace(check="cors")
    yield from _CHECKS[finding.check](candidate.policy, decision, finding)
    yield from preflight.remedies(candidate.policy, decision, finding)
    if finding.check == "authenticate":
        yield from network.trusting(decision)


def _of_the_client(candidate: Candidate, failure: Failure) -> Iterator[Remedy]:
    decision, finding = failure
    if finding.check == "page":
        finding = finding._replace(check="cors")
    yield from client.remedies(candidate.policy, decision, finding, candidate.asked)


def _of_both(candidate: Candidate, failure: Failure) -> Iterator[Remedy]:
    yield from _of_the_client(candidate, failure)
    yield from _of_the_server(candidate, failure)


def _fix(policy: Policy, candidate: Candidate, document: Document | None) -> Fix:
    """The candidate as it is shown. `document` is the policy's with the edits."""
    steps, fixed = candidate.steps, candidate.policy
    text = diff = ""
    if document is not None:
        text = document.text
        diff = text_diff(policy.document.text, text, name=policy.name)
        fixed = replace(fixed, document=document)
    side: Side = "client" if document is None else "server"
    if document is not None and any(step.request is not None for step in steps):
        side = "both"
    decision = evaluate(fixed, candidate.asked)
    opens = [words for step in steps for words in step.opens]
    opens += addresses.others(policy, fixed, facts_of(decision).client)
    cares = [step.care for step in steps if step.care]
    cares += [f"the comment goes with it: `{words}`" for words in _lost_comments(diff)]
    cares += _what_follows(fixed, candidate.asked, decision)
    return Fix(
        side,
        tuple([step.say for step in steps]),
        candidate.edits,
        text,
        diff,
        fixed,
        candidate.asked,
        tuple(dict.fromkeys(opens)),
        tuple(dict.fromkeys(cares)),
    )


def _lost_comments(diff: str) -> Iterator[str]:
    """The comments at the end of lines that are taken out."""
    lines = diff.splitlines()[2:]
    come = [line for line in lines if line.startswith("+")]
    for line in lines:
        comment = _COMMENT.search(line) if line.startswith("-") else None
        if comment is not None and not any(comment[0] in other for other in come):
            yield comment[0].strip()


def _what_follows(policy: Policy, preflight: Request, decision: Decision) -> Iterator[str]:
    """What is plain of the request that a browser sends after a preflight, as far as that tells."""
    method = preflight.headers.get("access-control-request-method")
    if not decision.asks or method is None:
        return
    fields = [p for p in preflight.headers if not p[0].lower().startswith("access-control-request")]
    following = evaluate(
        policy,
        Request(method, preflight.url, fields, client=preflight.client, at=preflight.at),
    )
    for finding in following.failures:
        if finding.check in ("network", "route") or _shows_no_key(policy, preflight, finding):
            yield f"the `{method}` that follows is refused: {finding.text}"


def _shows_no_key(policy: Policy, preflight: Request, finding: Finding) -> bool:
    """Whether the request needs a key, and announces none of the headers that may hold one."""
    places = policy.tables.principals.places
    names = [place.name or "authorization" for place in places]
    announced = names_of((preflight.headers.get("access-control-request-headers") or "").lower())
    return (
        finding.reason is NO_CREDENTIAL
        and all(place.kind in ("header", "bearer", "basic") for place in places)
        and not set(names) & set(announced)
    )
