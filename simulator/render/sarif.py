"""Hazards in the Static Analysis Results Interchange Format, for code hosts and editors.

SARIF 2.1.0 (OASIS): section 3.19 for the driver and its rules, 3.27 for results, 3.35 for
suppressions, 3.55 for fixes. Lines and columns begin at 1.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from difflib import SequenceMatcher
from hashlib import sha256
from typing import NamedTuple
from urllib.parse import quote as percent

from simulator.edit import edit_document
from simulator.hazard import Hazard, Rule, Severity
from simulator.policy import Policy
from simulator.problem import Fault
from simulator.render.hazards import rule_markdown, shown_by
from simulator.standin import stand_in

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_LEVELS: Mapping[Severity, str] = {"error": "error", "warning": "warning", "note": "note"}

type Json = dict[str, object]


class Linted(NamedTuple):
    """A policy and what was found in it."""

    policy: Policy
    hazards: Sequence[Hazard]


def sarif_log(linted: Iterable[Linted], rules: Mapping[str, Rule], *, version: str) -> Json:
    """One run with every result."""
    places = {code: index for index, code in enumerate(rules)}
    results = [
        result
        for policy, hazards in linted
        for result in _results(policy, stand_in(policy), hazards, places)
    ]
    driver: Json = {
        "name": "why403",
        "version": version,
        "rules": [_rule(rule) for rule in rules.values()],
    }
    run: Json = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    return {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}


def _rule(rule: Rule) -> Json:
    text = f"{rule.why} {rule.instead}"
    return {
        "id": rule.code,
        "name": "".join(part.capitalize() for part in rule.code.replace("/", "-").split("-")),
        "shortDescription": {"text": rule.title},
        "fullDescription": {"text": rule.why},
        "help": {"text": text, "markdown": rule_markdown(rule)},
        "defaultConfiguration": {"level": _LEVELS[rule.severity]},
        "properties": {"tags": [rule.code.partition("/")[0]]},
    }


def _results(
    policy: Policy, judge: Policy, hazards: Sequence[Hazard], places: Mapping[str, int]
) -> Iterable[Json]:
    seen: dict[str, int] = {}
    for hazard in hazards:
        told = shown_by(judge, hazard)
        text = hazard.message + (f"\nShown by: {told}" if told else "")
        result: Json = {
            "ruleId": hazard.code,
            "ruleIndex": places[hazard.code],
            "level": _LEVELS[hazard.severity],
            "message": {"text": text},
            "locations": [_location(policy, hazard)],
            "partialFingerprints": {"why403/v1": _fingerprint(hazard, seen)},
            # Said of every result once it is said of any (section 3.27.23).
            "suppressions": [{"kind": "inSource", "justification": hazard.suppressed}]
            if hazard.suppressed
            else [],
        }
        fix = _fix(policy, hazard)
        if fix is not None:
            result["fixes"] = [fix]
        yield result


def _location(policy: Policy, hazard: Hazard) -> Json:
    region: Json = {"startLine": hazard.span.line}
    excerpt = policy.excerpt(hazard.path)
    if excerpt:
        region["snippet"] = {"text": excerpt}
    return {
        "physicalLocation": {
            "artifactLocation": {"uri": percent(hazard.span.file)},
            "region": region,
        },
        "logicalLocations": [{"fullyQualifiedName": hazard.path, "kind": "member"}],
    }


def _fingerprint(hazard: Hazard, seen: dict[str, int]) -> str:
    """What stays the same when lines move: the code and the message without its lines."""
    plain = "".join(part for part in hazard.message.split() if not part.strip(")").isdigit())
    number = seen[plain] = seen.get(plain, 0) + 1
    return sha256(f"{hazard.code}\n{plain}\n{number}".encode()).hexdigest()[:32]


def _fix(policy: Policy, hazard: Hazard) -> Json | None:
    """The fix as what replaces what; None where it cannot be written, or would show a secret."""
    document = policy.document
    if not hazard.edits or not document.text:
        return None
    try:
        new = edit_document(document, hazard.edits).text
    except Fault:
        return None
    replacements = replacements_of(document.text, new)
    secrets = [key.secret for key in policy.keys if key.secret]
    if any(secret in text for _, text in replacements for secret in secrets):
        return None
    return {
        "description": {"text": hazard.rule.mends},
        "artifactChanges": [
            {
                "artifactLocation": {"uri": percent(hazard.span.file)},
                "replacements": [
                    {"deletedRegion": region, "insertedContent": {"text": text}}
                    for region, text in replacements
                ],
            }
        ],
    }


def replacements_of(old: str, new: str) -> list[tuple[Json, str]]:
    """The regions of the old text that are replaced, each with what it becomes."""
    ours, theirs = _lines(old), _lines(new)
    found: list[tuple[Json, str]] = []
    matcher = SequenceMatcher(None, ours, theirs, autojunk=False)
    for kind, start, end, first, last in matcher.get_opcodes():
        if kind == "equal":
            continue
        gone, come = "".join(ours[start:end]), "".join(theirs[first:last])
        # Only what really differs: the rest of a line may hold what is nobody's business.
        ahead = _common(gone, come)
        behind = _common(gone[ahead:][::-1], come[ahead:][::-1])
        gone, come = gone[ahead : len(gone) - behind], come[ahead : len(come) - behind]
        line, column = _after(start + 1, 1, "".join(ours[start:end])[:ahead])
        last_line, last_column = _after(line, column, gone)
        region: Json = {
            "startLine": line,
            "startColumn": column,
            "endLine": last_line,
            "endColumn": last_column,
        }
        found.append((region, come))
    return found


def _lines(text: str) -> list[str]:
    """The lines as SARIF counts them, each with its end."""
    *whole, last = text.split("\n")
    return [f"{line}\n" for line in whole] + [last]


def _common(one: str, other: str) -> int:
    """How many characters both begin with."""
    shared = 0
    for left, right in zip(one, other, strict=False):
        if left != right:
            break
        shared += 1
    return shared


def _after(line: int, column: int, text: str) -> tuple[int, int]:
    """Where one is after the text."""
    lines = text.split("\n")
    if len(lines) == 1:
        return line, column + len(text)
    return line + len(lines) - 1, len(lines[-1]) + 1
