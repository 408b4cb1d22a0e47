"""Hazards for a person at a terminal, as compilers tell them, and as data for programs.

A line for each with place, severity and message; under errors and warnings what stands there, the
request that shows it, and the fix. No secret is shown: a request names its key by the id.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from simulator.edit import Edit, Insert, Put
from simulator.facts import gather
from simulator.hazard import SEVERITIES, Claim, Hazard, Rule
from simulator.message import Request
from simulator.policy import Policy
from simulator.principals import Credential
from simulator.problem import printable
from simulator.render.terminal import marked
from simulator.standin import stand_in

_STYLES = {"error": "bold red", "warning": "yellow", "note": "cyan"}


def hazard_list(policy: Policy, hazards: Iterable[Hazard]) -> RenderableType:
    """The hazards that are not suppressed."""
    judge = stand_in(policy)
    parts: list[RenderableType] = []
    for hazard in hazards:
        parts.append(_headline(hazard))
        if hazard.severity == "note":
            continue
        excerpt = policy.excerpt(hazard.path).strip()
        if excerpt:
            parts.append(Padding(Text(printable(excerpt), style="dim"), (0, 0, 0, 4)))
        shown = shown_by(judge, hazard)
        if shown:
            parts.append(_detail("shown by", shown))
        if hazard.edits:
            parts.append(_detail("--fix", hazard.rule.mends))
    return Group(*parts)


def _headline(hazard: Hazard) -> Text:
    text = Text()
    text.append(f"{hazard.span}: ", style="magenta")
    text.append(f"{hazard.severity}: ", style=_STYLES[hazard.severity])
    text.append_text(marked(hazard.message))
    text.append(f"  {hazard.code}", style="cyan")
    if hazard.severity == "note" and hazard.edits:
        text.append("  (--fix)", style="green")
    return text


def _detail(title: str, said: str) -> Padding:
    text = Text()
    text.append(f"{title}: ", style="green")
    text.append_text(marked(said))
    return Padding(text, (0, 0, 0, 4))


def summary(hazards: Sequence[Hazard], *, policies: int) -> Text:
    """How many of each there are, and how many of them `--fix` mends."""
    live = [hazard for hazard in hazards if not hazard.suppressed]
    counts = [(sum(h.severity == name for h in live), name) for name in SEVERITIES]
    told = [f"{count} {name}{'s' if count > 1 else ''}" for count, name in counts if count]
    where = f"in {policies} policies" if policies > 1 else ""
    said = " ".join(filter(None, [", ".join(told) or "no hazards", where]))
    mendable = sum(bool(hazard.edits) for hazard in live)
    if mendable:
        said += f"; `--fix` mends {mendable}"
    hidden = len(hazards) - len(live)
    if hidden:
        said += f"; {hidden} suppressed"
    worst = next((name for count, name in counts if count), None)
    return marked(said, style=_STYLES[worst] if worst else "green")


def shown_by(judge: Policy, hazard: Hazard) -> str:
    """The witness and what comes of it in a line; empty where there is none. `judge` knows a secret
    for every key."""
    request, claim = hazard.witness, hazard.claim
    if request is None or claim is None:
        return ""
    credential = gather(request, judge.tables).credential
    target = request.target
    url = printable(target.origin + target.path)
    announced = request.headers.get("access-control-request-method")
    if announced is not None and not claim.page:
        names = request.headers.get("access-control-request-headers")
        about = f" with the header `{names}`" if names else ""
        whose = f"the preflight of `{request.headers.get('origin')}` for `{announced} {url}`"
        return f"{whose}{about} from {request.client} → {_outcome(claim)}"
    asked = f"`{request.method} {url}`"
    carried = [f"`{name}: {value}`" for name, value in _fields(request, credential)]
    if credential.key is not None:
        carried.insert(0, f"key `{credential.key.id}`")
    with_what = f" with {', '.join(carried)}" if carried else ""
    if claim.page:
        mode = " with credentials" if claim.credentials == "include" else ""
        return f"a page of `{claim.page}` fetches {asked}{mode}{with_what} → {_outcome(claim)}"
    return f"{asked} from {request.client}{with_what} → {_outcome(claim)}"


def _fields(request: Request, credential: Credential) -> list[tuple[str, str]]:
    """The fields without the one that carries the credential."""
    place = credential.place
    carrier = ""
    if place is not None:
        by_scheme = place.kind in ("bearer", "basic")
        carrier = (
            "authorization" if by_scheme else "cookie" if place.kind == "cookie" else place.name
        )
    return [(name, value) for name, value in request.headers if name.lower() != carrier]


def _outcome(claim: Claim) -> str:
    if claim.allowed:
        return (
            f"{claim.status}, which the page cannot read"
            if claim.hidden
            else (f"{claim.status}, let in")
        )
    reason = f" `{claim.reason}`" if claim.reason else ""
    unseen = ", hidden from the page" if claim.hidden and claim.status < 400 else ""
    return f"{claim.status}{reason}{unseen}"


def hazard_record(judge: Policy, hazard: Hazard) -> dict[str, object]:
    """The hazard as plain data."""
    record: dict[str, object] = {
        "code": hazard.code,
        "severity": hazard.severity,
        "file": hazard.span.file,
        "line": hazard.span.line,
        "path": hazard.path,
        "message": hazard.message,
        "why": hazard.why,
        "suppressed": hazard.suppressed or None,
        "witness": None,
        "fix": None,
    }
    if hazard.witness is not None and hazard.claim is not None:
        record["witness"] = _witness_record(judge, hazard.witness, hazard.claim)
    if hazard.edits:
        edits = [edit_record(edit) for edit in hazard.edits]
        record["fix"] = {"does": hazard.rule.mends, "edits": edits}
    return record


def _witness_record(judge: Policy, request: Request, claim: Claim) -> dict[str, object]:
    credential = gather(request, judge.tables).credential
    target = request.target
    return {
        "method": request.method,
        "url": f"{target.origin}{target.path}",
        "headers": _fields(request, credential),
        "key": None if credential.key is None else credential.key.id,
        "client": request.client,
        "at": request.at,
        "page": claim.page or None,
        "credentials": claim.credentials,
        "allowed": claim.allowed,
        "status": claim.status,
        "reason": claim.reason,
        "hidden": claim.hidden,
    }


def edit_record(edit: Edit) -> dict[str, object]:
    """An edit as an operation of JSON Patch (RFC 6902)."""
    if isinstance(edit, Insert):
        place = "-" if edit.index is None else str(edit.index)
        return {"op": "add", "path": f"/{edit.path}/{place}", "value": edit.value}
    if isinstance(edit, Put):
        return {"op": "replace", "path": f"/{edit.path}", "value": edit.value}
    return {"op": "remove", "path": f"/{edit.path}"}


def rule_page(rule: Rule) -> RenderableType:
    """All there is to say about one hazard."""
    head = Text(rule.code, style="bold cyan")
    head.append(f"  {rule.severity}", style=_STYLES[rule.severity])
    head.append(f"  {rule.title}", style="bold")
    parts: list[RenderableType] = [head, Padding(marked(rule.why), (1, 0, 0, 2))]
    parts.append(Padding(Text("what to do", style="bold"), (1, 0, 0, 2)))
    parts.append(Padding(marked(rule.instead), (0, 0, 0, 2)))
    if rule.mends:
        parts.append(Padding(marked(f"`--fix` {rule.mends}."), (0, 0, 0, 2)))
    parts.append(Padding(Text("an example", style="bold"), (1, 0, 0, 2)))
    parts.append(Padding(Text(rule.example.rstrip()), (0, 0, 0, 2)))
    return Group(*parts)


def rule_list(rules: Mapping[str, Rule]) -> RenderableType:
    """Every hazard in a line."""
    from rich.table import Table

    table = Table.grid(padding=(0, 2, 0, 0))
    for code, rule in rules.items():
        table.add_row(
            Text(code, style="cyan"),
            Text(rule.severity, style=_STYLES[rule.severity]),
            marked(rule.title),
        )
    return table


def rules_markdown(rules: Iterable[Rule]) -> str:
    """The hazards as a page: a table that leads to each by its area, then the sections."""
    told = list(rules)
    areas: dict[str, list[str]] = {}
    for rule in told:
        area, _, name = rule.code.partition("/")
        # A heading's anchor is its text without the slash.
        areas.setdefault(area, []).append(f"[{name}](#{area}{name})")
    rows = [f"| {area} | {', '.join(links)} |" for area, links in areas.items()]
    index = "\n".join(["| area | hazards |", "| --- | --- |", *rows])
    return "\n\n".join([index, *map(rule_markdown, told)])


def rule_markdown(rule: Rule) -> str:
    """One hazard as a section of the documentation."""
    lines = [
        f"## {rule.code}",
        "",
        f"{rule.title[0].upper()}{rule.title[1:]}." if rule.title[0] != "`" else f"{rule.title}.",
        "",
        f"| severity | `--fix` |\n| --- | --- |\n| {rule.severity} | {rule.mends or '-'} |",
        "",
        rule.why,
        "",
        f"What to do: {rule.instead}",
        "",
        f"```yaml\n{rule.example.rstrip()}\n```",
    ]
    return "\n".join(lines)
