"""Fixes for a person at a terminal, and as plain data: what to change, whom that lets in, and the
change itself, of the policy's file or of the request. Secrets are taken out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from simulator.decision import Reason
from simulator.edit import Edit, Insert, Put
from simulator.fixes import Fix
from simulator.message import Request
from simulator.policy import Policy
from simulator.principals import Credential, Place
from simulator.problem import printable
from simulator.render.record import Plain
from simulator.render.terminal import marked
from simulator.source import mask

_SIDES = {
    "client": "changes the request",
    "server": "changes the policy",
    "both": "changes the policy and the request: neither is enough alone",
}
# What may be a secret though no key of the policy is sent there.
_SECRETIVE = ("authorization", "cookie", "proxy-authorization")
_STYLES = {"-": "red", "+": "green", "@": "cyan"}


def fix_list(policy: Policy, request: Request, fixes: Sequence[Fix]) -> RenderableType:
    """Every fix with its number, the narrowest first."""
    parts: list[RenderableType] = []
    for number, fix in enumerate(fixes, 1):
        head = Text().append(f"fix {number}  ", style="bold green").append_text(marked(fix.say))
        parts.append(Padding(head, (1, 0, 0, 2)))
        lines = [Text(_SIDES[fix.side], style="dim")]
        lines += [_told("also: ", words, "yellow") for words in fix.also_allows]
        lines += [_told("take care: ", words, "bold yellow") for words in fix.cares]
        parts += [Padding(line, (0, 0, 0, 9)) for line in lines]
        change = [*_changed_lines(policy, request, fix), *_masked(policy, fix.diff)]
        if change:
            shown = Text("\n").join([Text(line, style=_style(line)) for line in change])
            parts.append(Padding(shown, (1, 0, 0, 9)))
    if any(fix.edits for fix in fixes):
        more = Text(f"more: --apply N writes fix N into {policy.name}", style="dim")
        parts.append(Padding(more, (1, 0, 0, 2)))
    return Group(*parts)


def no_fix(reason: Reason | None) -> RenderableType:
    """What is left to do where no change of the policy or of the request helps."""
    said = "no fix in this policy: nothing was found that turns this and shuts nobody out"
    parts: list[RenderableType] = [Padding(marked(said, style="bold yellow"), (1, 0, 0, 2))]
    for remedy in reason.remedies if reason is not None else ():
        parts.append(
            Padding(Text().append("- ", style="green").append_text(marked(remedy)), (0, 0, 0, 2))
        )
    return Group(*parts)


def _told(lead: str, words: str, style: str) -> Text:
    return Text().append(lead, style=style).append_text(marked(words))


def _style(line: str) -> str:
    return "bold" if line.startswith(("---", "+++")) else _STYLES.get(line[:1], "dim")


def _masked(policy: Policy, diff: str) -> list[str]:
    """The diff's lines as they may be shown."""
    secrets = [key.secret for key in policy.keys if key.secret]
    found = []
    for line in diff.splitlines():
        line = mask(line)
        for secret in secrets:
            line = line.replace(secret, "•••")
        found.append(printable(line))
    return found


def _changed_lines(policy: Policy, request: Request, fix: Fix) -> list[str]:
    """The request's lines that are others, as a diff has them."""
    before, after = list(_lines(policy, request)), list(_lines(fix.policy, fix.request))
    gone = [f"- {line}" for line in before if line not in after]
    come = [f"+ {line}" for line in after if line not in before]
    # A key in place of another may look the same, with the secrets taken out.
    return gone + come


def _lines(policy: Policy, request: Request) -> Iterator[str]:
    """The request as it may be shown: a key is named by its id."""
    sent = policy.tables.principals.find(request)
    target = request.target
    query = "" if target.query is None else "?…"  # it may hold a token
    if sent.place is not None and sent.place.kind == "query" and sent.key is not None:
        query = f"?{sent.place.name}=(key {sent.key.id})"
    where = f"{target.scheme}://{target.authority}{target.path}{query}"
    yield printable(f"{request.method} {where}")
    places = policy.tables.principals.places
    for name, value in request.headers:
        yield printable(f"{name.lower()}: {_shown(name.lower(), value, sent, places)}")


def _shown(name: str, value: str, sent: Credential, places: Sequence[Place]) -> str:
    held = [place for place in places if _field(place) == name]
    if not held and name not in _SECRETIVE:
        return value if len(value) <= 120 else f"{value[:100]}…"
    if sent.place is None or sent.key is None or _field(sent.place) != name:
        return "…"
    scheme = f"{sent.place.kind.capitalize()} " if name == "authorization" else ""
    return f"{scheme}(key {sent.key.id})"


def _field(place: Place) -> str:
    """The field that a place stands in; none for a query parameter."""
    fields = {"header": place.name, "cookie": "cookie", "query": ""}
    return fields.get(place.kind, "authorization")


def fixes_record(policy: Policy, request: Request, fixes: Sequence[Fix]) -> list[Plain]:
    """The same for machines."""
    return [
        {
            "side": fix.side,
            "say": fix.say,
            "steps": list(fix.steps),
            "also_allows": list(fix.also_allows),
            "cares": list(fix.cares),
            "edits": [_edit_record(edit) for edit in fix.edits],
            "diff": "\n".join(_masked(policy, fix.diff)),
            "request": list(_changed_lines(policy, request, fix)),
        }
        for fix in fixes
    ]


def _edit_record(edit: Edit) -> dict[str, Plain]:
    record: dict[str, Plain] = {"change": type(edit).__name__.lower(), "path": edit.path}
    if isinstance(edit, (Insert, Put)):
        record["value"] = edit.value
    if isinstance(edit, Insert) and edit.index is not None:
        record["index"] = edit.index
    return record
