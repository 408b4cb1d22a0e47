"""Which case would notice that a policy was changed?

A request on which the policy and the changed one part, with what the policy says of it. No secret
stands in a case: a key is named by its id.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from simulator.cases import CaseSection, ExpectSection, RequestSection, run_case
from simulator.decision import Decision, Party
from simulator.edit.writing import WIDTH, Manner, write_inline
from simulator.engine import evaluate
from simulator.message import Request
from simulator.policy import Policy
from simulator.principals import Key, Place
from simulator.problem import printable
from simulator.source import Data
from simulator.standin import stand_in, with_key
from simulator.usage import Usage

_MANNER = Manner()
# What a case says of its request where it says nothing.
_CLIENT = "127.0.0.1"


class Parted(NamedTuple):
    """A case that holds for the policy and not for the changed one, what each says, and its
    request, with the secret of its key."""

    case: CaseSection
    old: str
    new: str
    request: Request


def parting_case(
    policy: Policy, changed: Policy, request: Request, *, at: float, repeat: int = 1
) -> Parted | None:
    """The case of this request; None where nothing that a case can expect tells the two apart."""
    known, other = stand_in(policy), stand_in(changed)
    old, new = _last(known, request, repeat), _last(other, request, repeat)
    bare, key = without_key(known, request)
    timed = key is not None and (key.expires is not None or key.not_before is not None)
    case = CaseSection(
        name=_name(bare, key, repeat, timed=timed),
        client=request.client or _CLIENT,
        at=_instant(request.at) if timed else None,
        request=_request_section(bare, key),
        expect=_expectation(old, new),
        repeat=repeat,
    )
    sent = as_sent(known, case)
    if run_case(known, case, at=at).wrong or not run_case(other, sent, at=at).wrong:
        return None
    return Parted(case, said(old, new), said(new, old), request)


def as_sent(policy: Policy, case: CaseSection) -> CaseSection:
    """The case with the keys that it names by their id in the places where this policy looks for
    them: a changed policy may look elsewhere, or have them no more."""
    known = stand_in(policy)

    def sent(asked: RequestSection) -> RequestSection:
        key = next((key for key in known.keys if key.id == asked.key), None)
        if key is None:
            return asked
        request = with_key(known, Request(asked.method, asked.url, asked.headers), key)
        fields = {"url": request.url, "headers": dict(request.headers), "key": None}
        return asked.model_copy(update=fields)

    if case.page is not None and known.tables.principals.places[0].kind == "cookie":
        return case  # a page's cookies are the browser's to send
    after = tuple(sent(asked) for asked in case.after)
    return case.model_copy(update={"request": sent(case.request), "after": after})


def said(decision: Decision, other: Decision | None = None) -> str:
    """What came of a request, in a word or two; where it is the `other`'s too, for the page."""
    told = f"{decision.status} {decision.reason or ''}".rstrip()
    if decision.reason and decision.blocked_by is Party.BROWSER and decision.refusal is None:
        told = decision.reason  # whatever the server sends, the page cannot read it
    if other is None or told != said(other):
        return told
    return f"{told} that the page {'cannot read' if decision.hidden else 'reads'}"


def _last(policy: Policy, request: Request, repeat: int) -> Decision:
    usage = Usage()
    for _ in range(repeat):
        decision = evaluate(policy, request, usage)
        usage.record(decision)
    return decision


def _expectation(old: Decision, new: Decision) -> ExpectSection:
    expected: dict[str, object] = {"status": old.status}
    if old.reason is not None:
        expected["reason"] = old.reason
    told = (old.status, old.reason) != (new.status, new.reason)
    if not told and old.allowed != new.allowed:
        expected["allowed"] = old.allowed
    elif not told:
        expected["page"] = "fails" if old.hidden else "reads"
    return ExpectSection.model_validate(expected)


def _request_section(request: Request, key: Key | None) -> RequestSection:
    fields: dict[str, object] = {"url": request.url}
    if request.method != "GET":
        fields["method"] = request.method
    if key is not None:
        fields["key"] = key.id
    headers = {_capital(name): value for name, value in request.headers}
    if headers:
        fields["headers"] = headers
    return RequestSection.model_validate(fields)


def without_key(policy: Policy, request: Request) -> tuple[Request, Key | None]:
    """The request without the key of the policy that it carries, and that key."""
    sent = policy.tables.principals.find(request)
    if sent.key is None or sent.place is None:
        return request, None
    url, fields = _url_without(request.url, sent.place), _fields_without(request, sent.place)
    bare = Request(request.method, url, fields, client=request.client, at=request.at)
    return bare, sent.key


def _url_without(url: str, place: Place) -> str:
    head, mark, query = url.partition("?")
    if place.kind != "query" or not mark:
        return url
    rest = "&".join(p for p in query.split("&") if p.partition("=")[0] != place.name)
    return f"{head}?{rest}" if rest else head


def _fields_without(request: Request, place: Place) -> Iterator[tuple[str, str]]:
    for name, value in request.headers:
        lower = name.lower()
        if place.kind == "header" and lower == place.name:
            continue
        if place.kind in ("bearer", "basic") and lower == "authorization":
            continue
        if place.kind == "cookie" and lower == "cookie":
            pairs = (pair.strip() for pair in value.split(";"))
            value = "; ".join(p for p in pairs if p.partition("=")[0] != place.name)
            if not value:
                continue
        yield name, value


def _name(request: Request, key: Key | None, repeat: int, *, timed: bool) -> str:
    """What is asked, by whom and from where: enough to tell the case from others."""
    headers, target = request.headers, request.target
    parts = [f"{request.method} {target.path}"]
    if "access-control-request-method" in headers:
        parts = [f"a preflight for {headers.get('access-control-request-method')} {target.path}"]
        if asked := headers.get("access-control-request-headers"):
            parts.append(f"and {asked}")
    if key is not None:
        parts.append(f"with key {key.id}")
    elif any(name.lower() in ("authorization", "x-api-key") for name, _ in request.headers):
        parts.append("with a key that is not known")
    if "origin" in headers:
        parts.append(f"from a page of {headers.get('origin')}")
    if "cookie" in headers:
        parts.append("with a cookie")
    if request.client != _CLIENT:
        parts.append(f"from {request.client}")
    for field in ("x-forwarded-for", "forwarded"):
        if field in headers:
            parts.append(f"forwarded for {headers.get(field)}")
    if timed:
        parts.append(f"at {_instant(request.at)}")
    if repeat > 1:
        parts.append(f"{repeat} times")
    return printable(" ".join(parts))


def _instant(seconds: float) -> str:
    moment = datetime.fromtimestamp(seconds, UTC)
    return f"{moment:%Y-%m-%d}" if seconds % 86400 == 0 else f"{moment:%Y-%m-%dT%H:%M:%SZ}"


def _capital(name: str) -> str:
    """A field name as people write it."""
    return "-".join(part.capitalize() for part in name.split("-"))


def cases_text(cases: Sequence[CaseSection], *, taken: Collection[str] = ()) -> str:
    """Cases to paste below `cases:`, where these names are `taken`."""
    lines: list[str] = []
    for case in cases:
        name, number = case.name, 2
        while name in taken:
            name, number = f"{case.name} ({number})", number + 1
        lines += ["", *_case_lines(case.model_copy(update={"name": name}))]
    return "\n".join(lines[1:]) + "\n" if lines else ""


def case_record(case: CaseSection) -> dict[str, Data]:
    """The case as data: what stands in a cases file."""
    record: dict[str, Data] = {"name": case.name}
    if case.client != _CLIENT:
        record["client"] = case.client
    if case.at is not None:
        record["at"] = case.at
    if case.repeat > 1:
        record["repeat"] = case.repeat
    return {**record, "request": _given(case.request), "expect": _given(case.expect)}


def _case_lines(case: CaseSection) -> Iterator[str]:
    """The case as lines, each of its parts on one if it fits."""
    mark = "  - "
    for name, value in case_record(case).items():
        line = f"{mark}{name}: {write_inline(value, _MANNER)}"
        if isinstance(value, dict) and len(line) > WIDTH:
            yield f"{mark}{name}:"
            yield from (f"      {k}: {write_inline(v, _MANNER)}" for k, v in value.items())
        else:
            yield line
        mark = "    "


def _given(section: RequestSection | ExpectSection) -> dict[str, Data]:
    """What is said in a section, the method ahead of the URL."""
    found: Mapping[str, Data] = section.model_dump(exclude_unset=True)
    return dict(sorted(found.items(), key=lambda pair: pair[0] != "method"))
