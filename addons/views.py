"""How does a flow's explanation stand beside its body?

As a content view of mitmproxy, named `why403`, on request and response: the interfaces choose it by
themselves where the flow was refused or hidden. It shows what is saved with the flow, so a
recording has it, too.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mitmproxy.contentviews import Contentview, Metadata, SyntaxHighlight

from addons.marks import KEY
from simulator.problem import printable

_FIRST, _LAST = 5.0, -1.0
_MARKS = {"pass": "✓", "fail": "✗", "skip": "·", "unknown": "?"}


class WhyView(Contentview):
    """The explanation of a flow that why403 has judged."""

    @property
    def name(self) -> str:
        return "why403"

    @property
    def syntax_highlight(self) -> SyntaxHighlight:
        return "none"

    def prettify(self, data: bytes, metadata: Metadata) -> str:
        record = _record(metadata)
        if record is None:
            raise ValueError("why403 has not judged this flow")
        return explain_record(record)

    def render_priority(self, data: bytes, metadata: Metadata) -> float:
        record = _record(metadata)
        if record is None:
            return _LAST
        # Of what was let in there is nothing to say that would be worth more than its body.
        return 0 if record.get("allowed") is True and "browser" not in record else _FIRST


def explain_record(record: Mapping[str, Any]) -> str:
    """What is saved with a flow, as text."""
    lines: list[str] = []
    verdict = {True: "allowed", False: "refused", None: "not known"}[record.get("allowed")]
    status = record.get("status")
    head = [verdict, *([str(status)] if status else []), record.get("reason") or ""]
    lines.append("  ".join(filter(None, head)))
    if record.get("summary"):
        lines.append(str(record["summary"]))
    rule = record.get("rule")
    if rule:
        lines.append(f"{rule['file']}:{rule['line']}")
    if record.get("page"):
        lines += ["", str(record["page"])]
    trace = record.get("trace") or ()
    if trace:
        lines.append("")
    for found in trace:
        mark = _MARKS.get(found["outcome"], " ")
        said = found["text"] if found["outcome"] == "fail" else found["title"]
        lines.append(f"{mark}  {found['check']:12}  {said}")
        lines += [f"                → {near['text']}" for near in found.get("near", ())]
    lines += _browser(record.get("browser"))
    return "\n".join(printable(line) for line in lines) + "\n"


def _browser(told: Mapping[str, Any] | None) -> list[str]:
    """What a browser makes of the real answer."""
    if not told:
        return []
    lines = ["", f"the browser, of the real {told['status']}: {told['page']}"]
    if told.get("text"):
        lines.append(f"{told['text']}  ({told['spec']})")
    following = told.get("next")
    if following:
        lines.append(f"next: {following['text']}")
    lines += [f"note: {remark['text']}" for remark in told.get("remarks") or ()]
    if told.get("changed"):
        lines.append(f"changed in the answer: {told['changed']}")
    return lines


def _record(metadata: Metadata) -> Mapping[str, Any] | None:
    said = None if metadata.flow is None else metadata.flow.metadata.get(KEY)
    return said if isinstance(said, Mapping) else None
