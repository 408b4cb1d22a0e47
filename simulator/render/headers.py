"""The decision as response fields, so that the reason shows in a browser's own network panel.

`why403` is a structured field (RFC 9651): an item with parameters. `server-timing` is W3C Server
Timing, which browsers draw in the panel's timing tab.
"""

from __future__ import annotations

from simulator.decision import Decision, Finding, Party


def decision_fields(decision: Decision) -> tuple[tuple[str, str], ...]:
    """The fields that say what was decided; few and short, since they travel with each answer."""
    verdict = {True: "allowed", False: "refused", None: "unknown"}[decision.allowed]
    deciding = decision.deciding
    if deciding is None or deciding.reason is None:
        return (("why403", verdict),)
    place = str(decision.policy.span(deciding.rule)) if deciding.rule else ""
    parameters = [f'reason="{deciding.reason.code}"']
    if place:
        parameters.append(f"rule={quoted(place)}")
    parameters.append(f'by="{_by(deciding)}"')
    if len(decision.failures) > 1:
        parameters.append(f'also="{" ".join(decision.codes[1:])}"')
    parameters.append(f"detail={quoted(decision.summary)}")
    words = f"{deciding.reason.code} {place}".strip()
    return (
        ("why403", "; ".join([verdict, *parameters])),
        ("server-timing", f"why403;desc={quoted(words)}"),
    )


def _by(finding: Finding) -> str:
    return "server" if finding.party is Party.SERVER else "browser"


def quoted(text: str) -> str:
    """A structured field's string (RFC 9651 section 3.3.3): printable ASCII in quotes."""
    text = "".join(c if " " <= c <= "~" else "?" for c in text[:400])
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
