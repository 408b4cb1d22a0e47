"""Does a policy let in whom it should, and nobody else?

For test files in Python: a request in a line, an assertion, and where it does not hold the whole
trace, the rule with its file and line, and the smallest change with which it would.

    from simulator.testing import assert_allowed, assert_denied

    def test_support_reads_and_deletes_nothing():
        assert_allowed("shop.yaml", "GET /orders/7", key="support")
        assert_denied("shop.yaml", "DELETE /orders/7", key="support",
                      reason="authorize.missing-scope")
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import NamedTuple, NoReturn

from simulator.compare import compare
from simulator.credentials import parse_instant
from simulator.decision import Decision
from simulator.engine import evaluate
from simulator.files import open_policy
from simulator.grammar import REASONS
from simulator.message import Headers, Request
from simulator.mutants.repair import find_repair
from simulator.policy import Policy
from simulator.principals import Key
from simulator.problem import Fault, did_you_mean, list_words, quote
from simulator.render.story import story_text
from simulator.standin import stand_in, with_key
from simulator.usage import Usage
from simulator.visit import Cookie, Visit, as_fetched, page_of, visit

__all__ = ["assert_allowed", "assert_denied", "assert_same"]

# unittest leaves the frames of a module that says so out of its tracebacks.
__unittest = True

type PolicyOrPath = Policy | str | os.PathLike[str]
type RequestOrLine = Request | str
type Fields = Mapping[str, str] | Iterable[tuple[str, str]]

_DIFFERENCES = 5


class _Asked(NamedTuple):
    """A request, whoever's key it carries and whatever page makes it."""

    request: Request
    key: str | None
    page: str | None
    usage: Usage | None

    def of(self, policy: Policy) -> Decision | Visit:
        """What comes of it. Raises Fault where the policy has no such key."""
        request = self.request
        cookies: tuple[Cookie, ...] = ()
        if self.key is not None:
            policy = stand_in(policy)
            key = _key(policy, self.key)
            place = policy.tables.principals.places[0]
            if self.page is not None and place.kind == "cookie":
                secure = request.target.scheme == "https"
                cookies = (Cookie(place.name, key.secret or "", "none", secure),)
            else:
                request = with_key(policy, request, key)
        if self.page is None:
            return evaluate(policy, request, self.usage)
        return visit(
            policy,
            page_of(self.page),
            as_fetched(request, credentials="include" if cookies else None),
            client=request.client,
            at=request.at,
            cookies=cookies,
            usage=self.usage,
        )


def assert_allowed(
    policy: PolicyOrPath,
    request: RequestOrLine,
    *,
    key: str | None = None,
    headers: Fields = (),
    client: str = "127.0.0.1",
    at: float | str | None = None,
    page: str | None = None,
    usage: Usage | None = None,
) -> Decision | Visit:
    """The policy lets the request in.

    `policy` is a policy or the path of one. `request` is a request, or a line such as
    `DELETE https://api.example.com/orders/7`; of a path alone the host is the policy's first.
    `key` is the id of a key that it carries. `at`: Unix seconds or ISO 8601; left out: now.
    With `page`, an origin, a page of it asks: preflight and answer are judged too.
    """
    __tracebackhide__ = True
    judge = _opened(policy)
    asked = _asked(judge, request, key, headers, client, at, page, usage)
    story = asked.of(judge)
    if story.allowed is not True:
        what = "whether it is allowed is not known" if story.allowed is None else "it is refused"
        _fail(judge, asked, story, f"should be allowed: {what}", _allowed, refusal=False)
    return story


def assert_denied(
    policy: PolicyOrPath,
    request: RequestOrLine,
    *,
    reason: str | None = None,
    key: str | None = None,
    headers: Fields = (),
    client: str = "127.0.0.1",
    at: float | str | None = None,
    page: str | None = None,
    usage: Usage | None = None,
) -> Decision | Visit:
    """The policy, or the browser for it, refuses the request: for this `reason`, if one is given.

    The rest is as for `assert_allowed`; `why403 reasons` lists the reasons.
    """
    __tracebackhide__ = True
    if reason is not None and reason not in REASONS:
        guess = did_you_mean(reason, REASONS)
        raise Fault(
            f"{quote(reason)} is not the code of a reason",
            "a request can be refused for a known one only",
            f"did you mean `{guess}`?" if guess else "see `why403 reasons`",
        )
    judge = _opened(policy)
    asked = _asked(judge, request, key, headers, client, at, page, usage)
    story = asked.of(judge)

    def refused(found: Decision | Visit) -> bool:
        return found.allowed is False and reason in (None, found.reason)

    if not refused(story):
        wanted = "should be refused" if reason is None else f"should be refused with `{reason}`"
        what = {
            True: "it is allowed",
            False: f"it is, with `{story.reason}`",
            None: "whether it is, is not known",
        }
        _fail(judge, asked, story, f"{wanted}: {what[story.allowed]}", refused, refusal=True)
    return story


def assert_same(policy: PolicyOrPath, other: PolicyOrPath) -> None:
    """Both policies decide every request the same: proved, not tried."""
    __tracebackhide__ = True
    old, new = _opened(policy), _opened(other)
    differences = compare(old, new)
    if not differences:
        return
    lines = [f"{old.name} and {new.name} decide differently:"]
    for difference in differences[:_DIFFERENCES]:
        was, is_ = difference.old, difference.new
        lines.append(f"  {', '.join(difference.words)}")
        lines.append(f"    {was.status} {was.reason or ''} → {is_.status} {is_.reason or ''}")
    if len(differences) > _DIFFERENCES:
        lines.append(f"  and {len(differences) - _DIFFERENCES} more: `why403 diff` shows them all")
    raise AssertionError("\n".join(lines))


def _opened(policy: PolicyOrPath) -> Policy:
    if isinstance(policy, Policy):
        return policy
    path = os.fspath(policy)
    try:
        written = os.stat(path).st_mtime_ns
    except OSError:
        written = 0  # reading it says what is wrong
    return _read(path, written)


@lru_cache(maxsize=32)
def _read(path: str, written: int) -> Policy:
    """The policy, once for each time that it was written."""
    return open_policy(path)


def _asked(
    policy: Policy,
    request: RequestOrLine,
    key: str | None,
    headers: Fields,
    client: str,
    at: float | str | None,
    page: str | None,
    usage: Usage | None,
) -> _Asked:
    if isinstance(request, str):
        method, space, url = request.strip().partition(" ")
        if not space:
            method, url = "GET", method
        url = url.strip()
        if url.startswith("/") and policy.hosts and not policy.hosts[0].startswith("*"):
            url = f"https://{policy.hosts[0]}{url}"
        when = parse_instant(at) if isinstance(at, str) else time.time() if at is None else at
        request = Request(method, url, Headers(headers), client=client, at=when)
    if not policy.covers(request):
        raise Fault(
            f"`{policy.name}` does not judge {quote(request.target.authority)}",
            f"its hosts are {list_words(policy.hosts, last='and')}",
            "ask for one of them",
        )
    return _Asked(request, key, page, usage)


def _key(policy: Policy, wanted: str) -> Key:
    for key in policy.keys:
        if key.id == wanted:
            return key
    guess = did_you_mean(wanted, [key.id for key in policy.keys])
    raise Fault(
        f"{quote(wanted)} is no key of `{policy.name}`",
        f"its keys are {list_words([key.id for key in policy.keys], last='and')}",
        f"did you mean `{guess}`?" if guess else "name one by its id",
    )


def _allowed(story: Decision | Visit) -> bool:
    return story.allowed is True


def _fail(
    policy: Policy,
    asked: _Asked,
    story: Decision | Visit,
    said: str,
    wanted: Callable[[Decision | Visit], bool],
    *,
    refusal: bool,
) -> NoReturn:
    """Tell what came of it and what would mend it."""
    __tracebackhide__ = True
    target = asked.request.target
    where = target.path if not target.host else f"{target.origin}{target.path}"
    with_ = "" if asked.key is None else f" with key `{asked.key}`"
    text = f"{asked.request.method} {where}{with_} {said}\n\n{story_text(policy, story)}"

    def holds(changed: Policy) -> bool:
        try:
            return wanted(asked.of(changed))
        except Fault:  # it has no such key
            return False

    repair = find_repair(policy, story, holds, refusal=refusal, asked=asked.request)
    raise AssertionError(text if repair is None else f"{text}\n\n{repair.text}")
