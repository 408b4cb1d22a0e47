"""A page's fetch for a person at a terminal, and as plain data: both halves as one story."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from simulator.answer import phrase
from simulator.browser import Failure, Sent, sentence
from simulator.browser.console import chromium_console, firefox_console
from simulator.browser.words import without_secrets
from simulator.decision import Decision, Finding, Party
from simulator.grammar import REASONS
from simulator.message import Request, Response
from simulator.policy import Policy
from simulator.problem import list_words, printable
from simulator.reasons.cors import ERROR_WITHOUT_FIELDS, NO_FIELDS
from simulator.reasons.preflight import (
    PREFLIGHT_REFUSED,
    PREFLIGHT_UNAUTHENTICATED,
    PREFLIGHT_UNROUTED,
)
from simulator.render.record import Plain, decision_record
from simulator.render.terminal import failure_text, marked
from simulator.render.verdict import failure_record
from simulator.visit import Visit

# Of an answer's fields, those that a browser's verdict turns on.
_TELLING = ("location", "vary")
# What answers a preflight in place of CORS.
_PREFLIGHTS = (PREFLIGHT_UNAUTHENTICATED.code, PREFLIGHT_UNROUTED.code)
# What script may not see and nobody misses.
_UNMISSED = ("set-cookie", "vary")


def visit_page(policy: Policy, visit: Visit) -> RenderableType:
    """The whole story: what was sent and answered, what the page sees, and what would mend it."""
    parts: list[RenderableType] = [_asked(visit), _headline(visit)]
    parts += [_below(message) for message in _messages(policy, visit)]
    parts += [_below(marked(remark)) for remark in visit.remarks]
    failure = _failure(visit)
    if failure is not None and sentence(failure) in _said(visit):
        parts.append(_below(Text(f"the browser says so too  {failure.step}", style="dim")))
    elif failure is not None:
        parts.append(_below(_told("the browser", failure, "bold")))
    parts += [_below(_told("take care", w, "bold yellow")) for w in visit.warnings]
    seen = _seen(visit)
    if seen is not None:
        parts.append(_below(seen))
    codes = _codes(visit)
    if codes:
        parts.append(_below(_remedies(visit, codes)))
    consoles = _consoles(visit)
    if consoles is not None:
        parts.append(_below(consoles))
    if codes:
        more = "\n".join(f"more: why403 reasons {code}" for code in codes)
        parts.append(_below(Text(more, style="dim")))
    return Group(*parts)


def _below(part: RenderableType) -> Padding:
    return Padding(part, (1, 0, 0, 2))


def _asked(visit: Visit) -> Text:
    request = visit.request
    url = printable(without_secrets(request.url))
    text = Text(f"{printable(request.method)} {url}", style="bold")
    text.append(f"  from a page at {printable(visit.page.origin)}", style="not bold")
    for name, value in (("mode", request.mode), ("credentials", request.credentials)):
        if value is not None:
            text.append(f", {name}: {value}", style="not bold")
    return text


def _headline(visit: Visit) -> Text:
    if visit.allowed is None:
        return Text("? not known", style="yellow")
    status = visit.view.status
    if visit.allowed:
        told = f"reads the {status}" if status else "gets the answer without seeing it"
        line = Text(f"✓ the page {told}", style="yellow" if status and status >= 400 else "green")
    elif visit.readable:
        line = Text(f"✗ the page reads the {status}", style="bold red")
    else:
        line = Text("✗ the page sees only `Failed to fetch`", style="bold red")
    if visit.reason is not None:
        line.append(f"  {visit.reason}", style="not bold cyan")
    for warning in visit.warnings:
        line.append(f"  take care: {warning.reason.code}", style="not bold yellow")
    return line


def _messages(policy: Policy, visit: Visit) -> Iterator[RenderableType]:
    exchange = visit.view.exchange
    for number, (sent, asked, decision) in enumerate(
        zip(exchange, visit.requests, visit.decisions, strict=True), 1
    ):
        stopped = visit.view.failure is not None and number == len(exchange)
        lines = [_line(visit, number, sent, asked, decision, stopped)]
        failures = [f for f in decision.failures if _bears_out(f, sent.response, stopped)]
        lines += [
            failure_text(policy, decision, finding, first=finding is failures[0])
            for finding in failures
        ]
        # What `cors` cannot tell the browser's verdict below does.
        unknown = [finding for finding in decision.unknowns if finding.check != "cors"]
        lines += [marked(finding.text, style="yellow") for finding in unknown]
        if stopped and not failures:
            lines += _granted(policy, decision)
        ahead = _ahead_of_cors(policy, decision)
        if ahead is not None:
            lines.append(ahead)
        if sent.response is not None and (stopped or visit.warnings):
            lines += _fields(sent.response)
        if stopped and sent.preflight:
            lines.append(Text(f"the {printable(sent.asks_method or '')} itself is not sent"))
        yield Group(lines[0], *[Padding(line, (0, 0, 0, 3)) for line in lines[1:]])
    if not exchange:
        yield Text("nothing is sent")


def _bears_out(finding: Finding, response: Response | None, stopped: bool) -> bool:
    """Whether what a policy foretells of the browser came about. The browser has the last word: it
    sees what the application adds too."""
    if finding.party is Party.SERVER or response is None:
        return True
    granted = "access-control-allow-origin" in response.headers
    return stopped and not (granted and finding.reason is NO_FIELDS)


def _line(
    visit: Visit, number: int, sent: Sent, asked: Request, decision: Decision, stopped: bool
) -> Text:
    """What is sent, and the status that comes back."""
    text = Text(f"{number}  {printable(sent.method)}", style="bold")
    if sent.hop:
        text.append(f" {printable(without_secrets(sent.url.href))}", style="not bold dim")
    if sent.preflight:
        text.append(f" asks leave for {printable(sent.asks_method or '')}", style="not bold")
    # A preflight announces the headers; the request has them.
    names = (sent.asks or "").split(",") if sent.preflight else [n.lower() for n, _ in sent.headers]
    cookies = (asked.headers.get("cookie") or "").split(";")
    names += [f"the cookie {pair.partition('=')[0].strip()}" for pair in cookies if pair]
    if any(names):
        text.append(f" with {printable(', '.join(names))}", style="not bold")
    if sent.origin not in (None, visit.page.origin):
        text.append(f" as the origin {sent.origin}", style="not bold yellow")
    if any(finding.check != "cors" for finding in decision.unknowns):
        text.append("  → not known", style="not bold yellow")
        return text
    status = decision.status if sent.response is None else sent.response.status
    style = "bold red" if status >= 400 else "not bold yellow" if stopped else "not bold green"
    text.append(f"  → {status} {phrase(status)}", style=style)
    return text


def _granted(policy: Policy, decision: Decision) -> Iterator[Text]:
    """What the server's own CORS said, where it has no complaint and the browser has."""
    for finding in decision.trace:
        if finding.check == "cors" and finding.rule is not None:
            text = marked(finding.text)
            text.append(f"\n{policy.span(finding.rule)}", style="magenta")
            text.append(f"  {printable(policy.excerpt(finding.rule).strip())}", style="dim")
            yield text


def _ahead_of_cors(policy: Policy, decision: Decision) -> Text | None:
    """Which check answers a preflight that `cors` never gets to see."""
    refusal = decision.refusal
    order = [check.name for check in policy.checks]
    if refusal is None or not decision.asks:
        return None
    if order.index(refusal.check) >= order.index("cors"):
        return None
    text = Text().append("→ ", style="green")
    text.append_text(marked(f"`{refusal.check}` stands ahead of `cors` in `order`"))
    if "order" in policy.document.spans:
        text.append(f"  {policy.span('order')}", style="magenta")
    return text


def _fields(response: Response) -> list[Text]:
    """The fields of an answer that a browser's verdict turns on."""
    return [
        Text(printable(f"← {name.lower()}: {_value(name.lower(), value)}"), style="dim")
        for name, value in response.headers
        if name.lower().startswith("access-control-") or name.lower() in _TELLING
    ]


def _value(name: str, value: str) -> str:
    return without_secrets(value) if name == "location" else value


def _failure(visit: Visit) -> Failure | None:
    """The browser's step that failed, with what it needs to tell it."""
    failure = visit.view.failure
    if failure is None:
        return None
    # The browser sees a status; which check gave it the policy knows.
    if failure.preflight and visit.reason in _PREFLIGHTS:
        failure = failure._replace(reason=REASONS[visit.reason])
    elif failure.reason is PREFLIGHT_REFUSED and visit.refused is not None:
        failure = failure._replace(reason=NO_FIELDS)
    url = visit.request.url if visit.view.url is None else visit.view.url.href
    return failure.completed(url=without_secrets(url), origin=visit.page.origin)


def _said(visit: Visit) -> set[str]:
    """What the policy says of the last message."""
    return {finding.text for decision in visit.decisions[-1:] for finding in decision.failures}


def _told(lead: str, failure: Failure, style: str) -> Text:
    text = Text().append(f"{lead}: ", style=style).append_text(marked(sentence(failure)))
    text.append(f"  {failure.step}", style="dim")
    return text


def _seen(visit: Visit) -> Text | None:
    """What script gets, where it gets anything; that it gets nothing the first line says."""
    view = visit.view
    if view.failure is not None:
        return None
    if view.type == "opaque":
        return marked("script sees neither status nor body: the mode is `no-cors`")
    names = f", and the headers {', '.join(view.headers)}" if view.headers else ""
    text = Text(printable(f"script sees the status {view.status} and the body{names}"))
    hidden = _hidden_names(visit)
    if hidden:
        text.append(f"\nit does not see {list_words(hidden)}", style="yellow")
        text.append(", which `Access-Control-Expose-Headers` does not name", style="dim")
    return text


def _hidden_names(visit: Visit) -> list[str]:
    """Response headers that are there and that script cannot see, but those that nobody misses."""
    last = visit.view.exchange[-1].response if visit.view.exchange else None
    if last is None or visit.view.type != "cors":
        return []
    names = {name.lower() for name, _ in last.headers} - set(visit.view.headers)
    return sorted(n for n in names if not n.startswith("access-control-") and n not in _UNMISSED)


def _codes(visit: Visit) -> list[str]:
    """The reasons to read about."""
    codes = [] if visit.reason is None else [visit.reason]
    return [*codes, *(warning.reason.code for warning in visit.warnings)]


def _remedies(visit: Visit, codes: list[str]) -> Table:
    remedies = [remedy for code in codes for remedy in REASONS[code].remedies]
    failure, refused = visit.view.failure, visit.refused
    hidden = failure is not None and failure.reason is ERROR_WITHOUT_FIELDS
    if hidden and refused is not None and refused.refusal and refused.refusal.check != "cors":
        # Whatever the server's own trouble is, the page should be able to see it.
        remedies.append(ERROR_WITHOUT_FIELDS.remedies[-1])
    table = Table.grid(padding=(0, 1, 0, 0))
    table.title, table.title_style, table.title_justify = "what to do", "bold", "left"
    for remedy in dict.fromkeys(remedies):
        table.add_row(Text("-", style="green"), marked(remedy))
    return table


def _consoles(visit: Visit) -> Table | None:
    """What the developer has in front of them, in the browser's own words."""
    failure, url = visit.view.failure, visit.view.url
    if failure is None or url is None:
        return None
    where = without_secrets(url.href)
    first = visit.view.exchange[0].url.href if visit.view.exchange else url.href
    chromium = chromium_console(
        failure,
        api=visit.request.api,
        url=where,
        first_url=without_secrets(first),
        origin=visit.page.origin,
    )
    lines = (("Chromium", chromium), ("Firefox", firefox_console(failure, where)))
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True)
    for name, line in lines:
        if line is not None:
            table.add_row(Text(name), Text(printable(line), style="dim"))
    return table if table.row_count else None


def visit_record(policy: Policy, visit: Visit) -> dict[str, Plain]:
    """The same for machines."""
    view = visit.view
    return {
        "policy": policy.name,
        "page": {"url": without_secrets(visit.page.url), "origin": visit.page.origin},
        "allowed": visit.allowed,
        "settled": view.settled,
        "type": view.type,
        "status": view.status,
        "reason": visit.reason,
        "headers": list(view.headers),
        "browser": failure_record(_failure(visit)),
        "remarks": list(visit.remarks),
        "warnings": [failure_record(warning) for warning in visit.warnings],
        "exchange": [
            {
                "preflight": sent.preflight,
                "method": sent.method,
                "url": without_secrets(sent.url.href),
                "origin": sent.origin,
                "asks_method": sent.asks_method,
                "asks": sent.asks,
                **decision_record(policy, asked, decision),
            }
            for sent, asked, decision in zip(
                view.exchange, visit.requests, visit.decisions, strict=True
            )
        ],
    }
