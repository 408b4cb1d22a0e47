"""The decision as a web page: what stands where a bare 403 would.

One document without a script, an image or a request to anywhere; every value is escaped.
"""

from __future__ import annotations

from html import escape

from simulator.answer import phrase
from simulator.decision import Decision, Finding, Outcome
from simulator.facts import Facts
from simulator.message import Request
from simulator.policy import Policy

_STYLE = """
:root { color-scheme: light dark; --ink: #1d2327; --quiet: #565f66; --paper: #fff; --line: #d8dde1;
  --bad: #b3261e; --good: #1a7032; --mark: #f2f4f5; --place: #7a2f8f; }
@media (prefers-color-scheme: dark) { :root { --ink: #e7eaec; --quiet: #a4adb3; --paper: #16191b;
  --line: #343b40; --bad: #ff8a80; --good: #7fd39a; --mark: #22282b; --place: #d9a4ea; } }
* { box-sizing: border-box; }
body { margin: 0; font: 16px/1.5 system-ui, sans-serif; color: var(--ink);
  background: var(--paper); }
main { max-width: 46rem; margin: 0 auto; padding: 2rem 1rem 4rem; }
h1 { font-size: 1.6rem; margin: 0 0 .25rem; } h1 b { color: var(--bad); }
h2 { font-size: 1rem; margin: 2rem 0 .5rem; color: var(--quiet); font-weight: 600; }
p { margin: .5rem 0; overflow-wrap: anywhere; }
code, pre { font: .9em/1.45 ui-monospace, monospace; background: var(--mark); border-radius: 4px; }
code { padding: .1em .3em; overflow-wrap: anywhere; }
pre { padding: .6rem .8rem; overflow-x: auto; }
.code { color: var(--quiet); } .place { color: var(--place); }
.near { color: var(--good); } ul { padding-left: 1.2rem; }
table { border-collapse: collapse; width: 100%; } td { padding: .35rem .6rem .35rem 0;
  border-top: 1px solid var(--line); vertical-align: top; overflow-wrap: anywhere; }
td:first-child { white-space: nowrap; } .fail { color: var(--bad); font-weight: 600; }
.pass { color: var(--good); } .skip { color: var(--quiet); }
footer { margin-top: 2.5rem; color: var(--quiet); font-size: .875rem; }
"""
_MARKS = {Outcome.PASS: "✓", Outcome.FAIL: "✗", Outcome.SKIP: "·", Outcome.UNKNOWN: "?"}


def explanation_page(policy: Policy, request: Request, decision: Decision) -> str:
    """The whole story of one request as an HTML document."""
    status = f"{decision.status} {phrase(decision.status)}"
    target = request.target
    asked = f"{request.method} {target.scheme}://{target.authority}{target.path}"
    parts = [
        f"<h1><b>{escape(status)}</b></h1>",
        f"<p class=code>{escape(asked[:500])}</p>",
    ]
    for index, finding in enumerate(decision.failures):
        if index:
            parts.append("<h2>and this would refuse next</h2>")
        parts.append(_failure(policy, decision, finding))
    if decision.page:
        parts.append(f"<h2>what the page sees</h2><p>{_marked(decision.page)}</p>")
    parts.append("<h2>every check, in order</h2>")
    parts.append(f"<table>{''.join(_row(finding) for finding in decision.trace)}</table>")
    hops = _hops(decision)
    if hops:
        parts.append(f"<h2>where it came from</h2><p>{hops}</p>")
    parts.append(
        "<footer>This page was written by why403, a proxy on the way, in place of the bare "
        f"{decision.status}. It shows rules that a server would keep to itself.</footer>"
    )
    return (
        "<!doctype html><html lang=en><head><meta charset=utf-8><meta name=viewport "
        'content="width=device-width, initial-scale=1">'
        f"<title>{escape(status)} | why403</title><style>{_STYLE}</style></head>"
        f"<body><main>{''.join(parts)}</main></body></html>\n"
    )


def _failure(policy: Policy, decision: Decision, finding: Finding) -> str:
    parts = [f"<p>{_marked(finding.text)}"]
    if finding.reason:
        parts.append(f" <span class=code>{escape(finding.reason.code)}</span>")
    parts.append("</p>")
    if finding.rule is not None:
        place = escape(str(policy.span(finding.rule)))
        parts.append(f"<p class=place>{place}</p>")
        excerpt = policy.excerpt(finding.rule).strip()
        if excerpt:
            parts.append(f"<pre>{escape(excerpt)}</pre>")
    near = decision.near(finding)
    if near:
        items = []
        for item in near:
            place = ""
            if item.path is not None:
                place = f" <span class=place>{escape(str(policy.span(item.path)))}</span>"
            items.append(f"<li class=near>{_marked(item.text)}{place}</li>")
        parts.append(f"<ul>{''.join(items)}</ul>")
    return "".join(parts)


def _row(finding: Finding) -> str:
    what = finding.reason.title if finding.reason else finding.note
    kind = escape(str(finding.outcome))
    return (
        f"<tr><td class={kind}>{_MARKS[finding.outcome]} {escape(finding.check)}</td>"
        f"<td>{_marked(what)}</td></tr>"
    )


def _hops(decision: Decision) -> str:
    assert isinstance(decision.facts, Facts)
    hops = decision.facts.way.hops
    if len(hops) < 2:
        return ""
    return " ← ".join(f"<code>{escape(h.text[:200])}</code> {escape(h.verdict)}" for h in hops)


def _marked(sentence: str) -> str:
    """A sentence with what stands in backticks as code."""
    parts = sentence.split("`")
    if len(parts) % 2 == 0:  # a backtick in a user's value: better plain than wrong
        return escape(sentence)
    return "".join(
        f"<code>{escape(part)}</code>" if index % 2 else escape(part)
        for index, part in enumerate(parts)
    )
