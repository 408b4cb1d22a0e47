"""What can a user of mitmproxy ask of a flow?

Why it was refused, what would mend it, its case for `why403 test`, and what would be decided of it
from another address, with another key or origin. As commands, with letters and dots in their names
alone: mitmweb's API takes no others. Nothing is sent for them, no quota is spent, and flows from a
file are answered like live ones.
"""

# mitmproxy annotates only part of what it offers.
# mypy: disable-error-code="untyped-decorator"

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice

from mitmproxy import command, exceptions, flow, http

from addons.bridge import peer_address, read_request, read_response
from addons.marks import KEY
from addons.policies import Policies
from simulator import Policy, Request, evaluate
from simulator.browser import judge_exchange, sentence
from simulator.fixes import find_fixes
from simulator.learning.exchanges import Exchange
from simulator.message import Headers
from simulator.problem import Fault, did_you_mean, list_words, quote
from simulator.recording import record, write_cases
from simulator.render.fixes import fix_list
from simulator.render.terminal import as_text, explanation, headline
from simulator.source import Data
from simulator.standin import stand_in, with_key

_WIDTH = 100
_FIXES = 4
_ASKED = ("client", "origin", "key", "method", "url")


class Commands:
    """`why.explain`, `why.fix`, `why.case` and `why.whatif`."""

    def __init__(self, policies: Policies) -> None:
        self._policies = policies

    @command.command("why.explain")
    def explain(self, flows: Sequence[flow.Flow]) -> str:
        """Say why each of these flows was refused, or that it was not."""
        return "\n".join(self._explained(one) for one in _http(flows))

    @command.command("why.fix")
    def fix(self, flows: Sequence[flow.Flow]) -> str:
        """Show the narrowest changes that would let each of these flows in."""
        return "\n".join(self._fixed(one) for one in _http(flows))

    @command.command("why.case")
    def case(self, flows: Sequence[flow.Flow]) -> str:
        """Write these flows as cases for `why403 test`."""
        cases: list[dict[str, Data]] = []
        for policy, exchanges in self._by_policy(flows):
            cases += record(exchanges, policy).cases
        if not cases:
            raise exceptions.CommandError(
                "nothing is to be expected of these flows: no policy judges them, and their "
                "answers say nothing of permissions"
            )
        return write_cases(cases, source="live traffic")

    @command.command("why.whatif")
    def whatif(self, one: flow.Flow, *changes: str) -> str:
        """Say what would be decided of this flow with changes such as client=203.0.113.9,
        origin=https://app.example, key=web, method=PUT or url=https://api.example/orders."""
        (asked,) = _http([one])
        try:
            request = _read(asked)
            policy = self._policy(request)
            known = stand_in(policy)
            before, after = evaluate(policy, request), changed(known, request, changes)
            decision = evaluate(known, after)
        except Fault as fault:
            raise exceptions.CommandError(str(fault)) from None
        was = as_text(headline(request, before), width=_WIDTH)
        return f"was   {was}now   {as_text(explanation(known, after, decision), width=_WIDTH)}"

    def _explained(self, asked: http.HTTPFlow) -> str:
        request = _read(asked)
        parts = []
        active = self._policies.judge_of(request)
        if active is not None:
            decision = evaluate(active.policy, request)
            parts.append(as_text(explanation(active.policy, request, decision), width=_WIDTH))
        if asked.response is not None:
            parts += _browser(request, asked.response)
        if parts:
            return "\n".join(parts)
        return (
            f"{request.method} {request.target.origin}{request.target.path}\n"
            "no policy judges it, and no page of another origin asked\n"
        )

    def _fixed(self, asked: http.HTTPFlow) -> str:
        request = _read(asked)
        try:
            policy = self._policy(request)
        except Fault as fault:
            raise exceptions.CommandError(str(fault)) from None
        decision = evaluate(policy, request)
        head = as_text(headline(request, decision), width=_WIDTH)
        if decision.allowed:
            return f"{head}nothing is to be mended: the policy lets it in\n"
        found = list(islice(find_fixes(policy, request), _FIXES))
        if not found:
            return f"{head}no single change of the policy or the request was found\n"
        return head + as_text(fix_list(policy, request, found), width=_WIDTH)

    def _policy(self, request: Request) -> Policy:
        active = self._policies.judge_of(request)
        if active is None:
            raise Fault(
                f"no policy judges {quote(request.target.authority)}",
                "none is set whose `hosts` mean it",
                "set `why403_policy=FILE`",
            )
        return active.policy

    def _by_policy(
        self, flows: Sequence[flow.Flow]
    ) -> Iterator[tuple[Policy | None, list[Exchange]]]:
        found: dict[str, tuple[Policy | None, list[Exchange]]] = {}
        for number, asked in enumerate(_http(flows)):
            request = _read(asked)
            active = self._policies.judge_of(request)
            policy = None if active is None else active.policy
            response = None if asked.response is None else read_response(asked.response)
            exchange = Exchange(request, response, f"flow {number}")
            found.setdefault("" if policy is None else policy.name, (policy, []))[1].append(
                exchange
            )
        return iter(found.values())


def changed(policy: Policy, request: Request, changes: Sequence[str]) -> Request:
    """The request with these changes, each `name=value`; an empty value takes it away. `policy`
    knows its secrets. Raises Fault."""
    for change in changes:
        name, equals, value = change.partition("=")
        if not equals or name not in _ASKED:
            guess = did_you_mean(name, _ASKED)
            raise Fault(
                f"{quote(change)} is no change",
                f"one is `name=value`, and the names are {list_words(_ASKED, last='and')}",
                f"did you mean `{guess}=…`?" if guess else "write `client=203.0.113.9`",
            )
        request = _with(policy, request, name, value)
    return request


def _with(policy: Policy, request: Request, name: str, value: str) -> Request:
    method, url, client = request.method, request.url, request.client
    headers = list(request.headers)
    if name == "key":
        return _as_key(policy, request, value)
    if name == "origin":
        headers = [pair for pair in headers if pair[0].lower() != "origin"]
        headers += [("Origin", value)] if value else []
    method = value if name == "method" else method
    url = value if name == "url" else url
    client = value if name == "client" else client
    return Request(method, url, Headers(headers), client=client, at=request.at)


def _as_key(policy: Policy, request: Request, wanted: str) -> Request:
    """The request with this key in place of whatever credential it has; empty: with none."""
    places = policy.tables.principals.places
    fields = {place.name for place in places if place.kind == "header"}
    fields |= {"authorization"} if any(p.kind in ("bearer", "basic") for p in places) else set()
    headers = [pair for pair in request.headers if pair[0].lower() not in fields]
    bare = Request(
        request.method, request.url, Headers(headers), client=request.client, at=request.at
    )
    if not wanted:
        return bare
    key = next((key for key in policy.keys if key.id == wanted), None)
    if key is None:
        ids = [key.id for key in policy.keys]
        guess = did_you_mean(wanted, ids)
        raise Fault(
            f"there is no key {quote(wanted)}",
            f"the policy has {list_words(ids, last='and')}" if ids else "the policy has no `keys`",
            f"did you mean `{guess}`?" if guess else "name one of them",
        )
    return with_key(policy, bare, key)


def _browser(request: Request, response: http.Response) -> Iterator[str]:
    """What a browser makes of the real answer."""
    verdict = judge_exchange(request, read_response(response))
    if verdict is None:
        return
    if verdict.failure is None:
        yield f"the browser: {verdict.page}\n"
        return
    yield f"the browser: {sentence(verdict.failure)} ({verdict.failure.step})\n"


def _http(flows: Sequence[flow.Flow]) -> list[http.HTTPFlow]:
    found = [one for one in flows if isinstance(one, http.HTTPFlow)]
    if not found:
        raise exceptions.CommandError("none of these flows is of HTTP")
    return found


def _read(asked: http.HTTPFlow) -> Request:
    """The request, from the address that it was judged by, if it was."""
    said = asked.metadata.get(KEY)
    client = ""
    if isinstance(said, dict):
        hops = (said.get("client") or {}) if isinstance(said.get("client"), dict) else {}
        client = str((hops.get("hops") or [{}])[0].get("entry", ""))
    return read_request(asked, client or peer_address(asked.client_conn.peername))
