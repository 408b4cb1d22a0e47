"""Which requests are decided differently, for a person at a terminal, a program and a review."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from simulator.answer import phrase
from simulator.compare import Difference
from simulator.decision import Decision
from simulator.policy import Policy
from simulator.problem import printable
from simulator.render.record import Plain, rule_record
from simulator.render.requests import request_line, request_record
from simulator.render.terminal import marked
from simulator.space import Verdict

_TITLES = {
    "newly-allowed": ("+", "now let in", "green"),
    "newly-denied": ("-", "now shut out", "bold red"),
    "otherwise": ("~", "answered otherwise", "yellow"),
}


def difference_list(
    old: Policy,
    new: Policy,
    found: Sequence[Difference],
    *,
    only: str | None = None,
    whole: bool = False,
) -> RenderableType:
    """What differs, group by group, and what is proved not to. Unless it is asked for, or the
    `whole` is, what is merely answered otherwise is told in a line each."""
    parts: list[RenderableType] = []
    for kind, (mark, title, style) in _TITLES.items():
        group = [difference for difference in found if difference.kind == kind]
        if only not in (None, kind):
            continue
        if not group:
            continue
        head = Text(f"{title}", style=style)
        head.append(f"  {len(group)} way{'s' if len(group) > 1 else ''}", style="dim")
        parts.append(Padding(head, (1 if parts else 0, 0, 0, 0)))
        brief = kind == "otherwise" and not whole and only is None
        for index, difference in enumerate([] if brief else group):
            told = _difference(difference, mark, style)
            parts.append(Padding(told, (1 if index else 0, 0, 0, 2)))
        if brief:
            parts += [Padding(line, (0, 0, 0, 2)) for line in _changes(group, mark, style)]
            more = Text("which requests: --all, or --only otherwise", style="dim")
            parts.append(Padding(more, (0, 0, 0, 2)))
    proved = _proved(old, new, found, only)
    if proved.plain:
        parts.append(Padding(proved, (1 if parts else 0, 0, 0, 0)))
    return Group(*parts)


def _proved(old: Policy, new: Policy, found: Sequence[Difference], only: str | None) -> Text:
    kinds = {difference.kind for difference in found}
    if not kinds:
        text = f"`{old.name}` and `{new.name}` decide every request the same"
        return marked(text, style="bold green")
    proved = [
        words
        for kind, words in (
            ("newly-allowed", "nothing new is let in"),
            ("newly-denied", "nobody is shut out"),
        )
        if kind not in kinds and only in (None, kind)
    ]
    return Text("; ".join(proved), style="bold green")


def _difference(difference: Difference, mark: str, style: str) -> RenderableType:
    parts: list[RenderableType] = [_change(difference, mark, style)]
    parts += [Padding(marked(words), (0, 0, 0, 2)) for words in difference.words]
    if difference.boxes > 1:
        told = f"in {difference.boxes} combinations of these"
        parts.append(Padding(Text(told, style="dim"), (0, 0, 0, 2)))
    sides = zip(
        ("was", "now"),
        (difference.old, difference.new),
        difference.policies,
        difference.decisions,
        strict=True,
    )
    for name, verdict, policy, decision in sides:
        where = _rule(policy, decision)
        if where is not None and verdict.judged:
            parts.append(Padding(Text(f"{name}: ", style="dim").append_text(where), (0, 0, 0, 2)))
    shown = Text("such as ", style="dim")
    shown.append(printable(request_line(difference.witness, difference.policies)))
    parts.append(Padding(shown, (0, 0, 0, 2)))
    return Group(*parts)


def _changes(group: Sequence[Difference], mark: str, style: str) -> Iterator[Text]:
    """A line for each way; those that differ in their reasons alone share one."""
    alike: dict[tuple[str, str], list[Difference]] = {}
    for difference in group:
        key = (_answer(difference.old), _answer(difference.new))
        alike.setdefault(key, []).append(difference)
    for (old, new), each in alike.items():
        if len(each) == 1:
            yield _change(each[0], mark, style)
            continue
        line = Text(f"{mark} ", style=style)
        line.append_text(marked(f"{old} → {new}", style="dim")).append(f"  {len(each)} ways")
        yield line


def _answer(verdict: Verdict) -> str:
    return " ".join(_verdict(verdict._replace(reason="")).plain.split())


def _change(difference: Difference, mark: str, style: str) -> Text:
    line = Text(f"{mark} ", style=style)
    line.append_text(_verdict(difference.old))
    line.append(" → ", style="dim")
    return line.append_text(_verdict(difference.new))


def _verdict(verdict: Verdict) -> Text:
    if not verdict.judged:
        return Text("not judged", style="dim")
    if verdict.allowed is None:
        return Text("not known", style="yellow")
    status = f"{verdict.status} {phrase(verdict.status)}"
    if verdict.allowed:
        return Text(status, style="green")
    text = Text(status, style="red")
    text.append(f" {verdict.reason}", style="cyan")
    if verdict.hidden:
        text.append(" (hidden from the page)", style="dim")
    return text


def _rule(policy: Policy, decision: Decision) -> Text | None:
    """The rule that refuses, with its place; of a request that is let in there is none."""
    deciding = decision.deciding
    if deciding is None:
        return None
    text = marked(deciding.text)
    if deciding.rule is not None:
        text.append(f"  {policy.span(deciding.rule)}", style="magenta")
    return text


def difference_record(difference: Difference) -> dict[str, Plain]:
    """One group as plain data, without secrets."""
    old, new = difference.decisions
    return {
        "kind": difference.kind,
        "checks": list(difference.causes),
        "requests": list(difference.words),
        "addresses": difference.addresses,
        "combinations": difference.boxes,
        "old": _side(difference.old, old),
        "new": _side(difference.new, new),
        "witness": request_record(difference.witness, difference.policies),
    }


def _side(verdict: Verdict, decision: Decision) -> dict[str, Plain]:
    rule = None if decision.deciding is None else rule_record(decision, decision.deciding.rule)
    return {
        "judged": verdict.judged,
        "allowed": verdict.allowed,
        "status": verdict.status,
        "reason": verdict.reason,
        "hidden": verdict.hidden,
        "rule": rule if verdict.judged else None,
    }
