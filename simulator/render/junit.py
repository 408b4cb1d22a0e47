"""What came of cases as JUnit XML, for CI servers.

There is no standard; this is what Jenkins, GitLab and Azure read alike: `testsuites`, `testsuite`,
`testcase`, `failure`. Characters that XML 1.0 has no place for (section 2.2) are written out.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from xml.sax.saxutils import escape, quoteattr

from simulator.coverage import Coverage
from simulator.mutants.survey import Survey
from simulator.tested import Tested

# XML 1.0 section 2.2: what a document may hold.
_UNFIT = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


type Ran = tuple[str, Sequence[Tested], Coverage | None, Survey | None]


def junit_xml(ran: Sequence[Ran]) -> str:
    """A suite for each policy, a test for each case; what is covered as the suite's properties."""
    every = [tested for _, cases, _, _ in ran for tested in cases]
    lines = ['<?xml version="1.0" encoding="utf-8"?>']
    lines.append(_open("testsuites", name="why403", **_counts(every)))
    for policy, cases, coverage, survey in ran:
        lines.append("  " + _open("testsuite", name=policy, **_counts(cases)))
        shares = {"coverage": coverage, "mutants-noticed": survey}
        told = [(name, part.percent) for name, part in shares.items() if part is not None]
        if told:
            lines.append("    <properties>")
            for name, percent in told:
                lines.append(
                    "      " + _open("property", name=name, value=f"{percent:.1f}")[:-1] + "/>"
                )
            lines.append("    </properties>")
        for tested in cases:
            lines += [f"    {line}" for line in _case(policy, tested)]
        lines.append("  </testsuite>")
    lines.append("</testsuites>")
    return "\n".join(lines) + "\n"


def _case(policy: str, tested: Tested) -> list[str]:
    place = {"file": tested.span.file, "line": str(tested.span.line)}
    head = _open(
        "testcase",
        name=tested.name,
        classname=_class(policy),
        time=_seconds(tested.seconds),
        **place,
    )
    if not tested.wrong:
        return [head[:-1] + "/>"]
    # Text is told with its line breaks: nothing is indented in it.
    failure = _open("failure", message="; ".join(tested.wrong), type="why403.otherwise")
    return [head, f"  {failure}{escape(_fit(tested.text))}</failure>", "</testcase>"]


def _counts(cases: Sequence[Tested]) -> dict[str, str]:
    failed = sum(bool(tested.wrong) for tested in cases)
    seconds = sum(tested.seconds for tested in cases)
    return {
        "tests": str(len(cases)),
        "failures": str(failed),
        "errors": "0",
        "skipped": "0",
        "time": _seconds(seconds),
    }


def _class(policy: str) -> str:
    """Servers group tests by class, and take the text before its last dot for a package."""
    return policy.removesuffix(".yaml").replace(".", "_").replace("/", ".")


def _open(tag: str, /, **attributes: str) -> str:
    written = "".join(f" {key}={quoteattr(_fit(value))}" for key, value in attributes.items())
    return f"<{tag}{written}>"


def _seconds(seconds: float) -> str:
    return f"{seconds:.3f}"


def _fit(text: str) -> str:
    """The text with what cannot stand in XML written out."""
    return _UNFIT.sub(lambda match: f"\\x{ord(match[0]):02x}", text)
