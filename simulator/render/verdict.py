"""A browser's verdict on a real answer, as plain data and as response fields."""

from __future__ import annotations

from simulator.browser import Failure, Verdict, sentence
from simulator.render.headers import quoted
from simulator.render.record import Plain


def verdict_record(verdict: Verdict) -> dict[str, Plain]:
    """What a browser makes of a real answer; both verdicts, where they differ."""
    failed = verdict.failure
    return {
        "origin": verdict.origin,
        "preflight": verdict.preflight,
        "status": verdict.status,
        "passes": None if verdict.depends else failed is None,
        "reason": None if failed is None else failed.reason.code,
        "spec": None if failed is None else failed.step,
        "text": None if failed is None else sentence(failed),
        "chromium": None if failed is None else failed.chromium,
        "next": failure_record(verdict.further),
        "page": verdict.page,
        "visible": list(verdict.visible),
        "credentials": {
            "known": verdict.certain,
            "without": failure_record(verdict.without),
            "include": failure_record(verdict.included),
        },
        "remarks": [failure_record(remark) for remark in verdict.remarks],
    }


def failure_record(failed: Failure | None) -> Plain:
    """One step of Fetch that fails; None where none does."""
    if failed is None:
        return None
    return {
        "reason": failed.reason.code,
        "spec": failed.step,
        "text": sentence(failed),
        "chromium": failed.chromium,
    }


def verdict_fields(verdict: Verdict) -> tuple[tuple[str, str], ...]:
    """The fields that say what a browser makes of a real answer; none where it lets it pass."""
    failed = verdict.failure
    if failed is None:
        if not verdict.depends:
            return ()
        return (("why403", f"depends; detail={quoted(verdict.page)}"),)
    parameters = [
        f'reason="{failed.reason.code}"',
        'by="browser"',
        f"spec={quoted(failed.step)}",
        f"detail={quoted(sentence(failed))}",
    ]
    if verdict.further is not None:
        parameters.append(f"next={quoted(sentence(verdict.further))}")
    return (
        ("why403", "; ".join(["hidden", *parameters])),
        ("server-timing", f"why403;desc={quoted(failed.reason.code)}"),
    )
