"""The verb `lint`: what may go wrong with policies?"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from simulator.problem import Fault, did_you_mean, quote
from simulator.verbs.common import REFUSED, fail, open_policies, show

if TYPE_CHECKING:
    from simulator.hazard import Hazard
    from simulator.lint.mending import Mended
    from simulator.policy import Policy

_SEVERITIES = ("error", "warning", "note")


@click.command()
@click.option("--fix", is_flag=True, help="Mend in the files what can be mended safely.")
@click.option(
    "--diff",
    is_flag=True,
    help="Print what --fix would change, and end with 1 if anything; write nothing.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "sarif", "github"]),
    default="text",
    help="How to print: for people, for programs, for code hosts, as annotations on GitHub.",
)
@click.option(
    "--min-severity",
    type=click.Choice(_SEVERITIES),
    default="note",
    help="Leave out what is milder.",
)
@click.option("--explain", "code", metavar="CODE", help="Explain the hazard with this code.")
@click.option("--rules", is_flag=True, help="List all hazards.")
@click.option("--markdown", is_flag=True, help="With --rules: as in the documentation.")
@click.argument("files", metavar="POLICY…", nargs=-1, type=click.Path())
def lint(
    files: tuple[str, ...],
    *,
    fix: bool,
    diff: bool,
    form: str,
    min_severity: str,
    code: str | None,
    rules: bool,
    markdown: bool,
) -> None:
    """Find what lets strangers in, shuts friends out, or does nothing.

    Ends with 1 where an error or a warning is left. A comment in the policy suppresses one, with
    the reason: `# why403: ignore CODE: reason`.

    \b
    why403 lint policy.yaml
    why403 lint --fix policy.yaml
    why403 lint --format sarif policies/*.yaml > lint.sarif
    why403 lint --explain cors/null-origin
    """
    if code is not None or rules:
        _reference(code, markdown=markdown, as_json=form == "json")
        return
    if not files:
        fail(Fault("no policy was given", "there is nothing to look at", "name a file"))
    from simulator.lint import lint as find_hazards

    policies = open_policies(files, as_json=form == "json")
    now = time.time()
    if fix or diff:
        mended = [_mended(policy, now, write=not diff, form=form) for policy in policies]
        if diff:
            changed = any(new is not old for new, old in zip(mended, policies, strict=True))
            sys.exit(REFUSED if changed else 0)
        policies = mended
    least = _SEVERITIES.index(min_severity)
    found: list[tuple[Policy, list[Hazard]]] = []
    for policy in policies:
        hazards = find_hazards(policy, at=now)
        told = [h for h in hazards if _SEVERITIES.index(h.severity) <= least]
        found.append((policy, told))
    _print(found, form)
    live = [h for _, hazards in found for h in hazards if not h.suppressed]
    sys.exit(REFUSED if any(h.severity != "note" for h in live) else 0)


def _print(found: Sequence[tuple[Policy, Sequence[Hazard]]], form: str) -> None:
    from simulator.render.hazards import hazard_list, hazard_record, summary
    from simulator.standin import stand_in

    every = [hazard for _, hazards in found for hazard in hazards]
    if form == "json":
        records = [hazard_record(stand_in(p), hazard) for p, hazards in found for hazard in hazards]
        click.echo(json.dumps(records, indent=2))
    elif form == "sarif":
        from importlib.metadata import version

        from simulator.lint import RULES
        from simulator.render.sarif import Linted, sarif_log

        log = sarif_log([Linted(*pair) for pair in found], RULES, version=version("why403"))
        click.echo(json.dumps(log, indent=2))
    elif form == "github":
        from simulator.render.annotation import annotation

        for hazard in sorted(every, key=lambda h: _SEVERITIES.index(h.severity)):
            level = "notice" if hazard.severity == "note" else hazard.severity
            if not hazard.suppressed:
                click.echo(annotation(level, hazard.span, hazard.code, hazard.message))
    else:
        for policy, hazards in found:
            live = [hazard for hazard in hazards if not hazard.suppressed]
            if live:
                show(hazard_list(policy, live))
        show(summary(every, policies=len(found)))


def _mended(policy: Policy, now: float, *, write: bool, form: str) -> Policy:
    """The policy with what can be mended; written to its file, and told. Otherwise the changes are
    printed."""
    from simulator.edit import text_diff
    from simulator.lint.mending import mend
    from simulator.source import mask

    mended = mend(policy, at=now)
    if write and mended.done:
        _write(policy.name, mended.text)
    if write and form == "text":
        _tell(mended)
    elif not write:
        changes = text_diff(policy.document.text, mended.text, name=policy.name)
        for line in changes.splitlines():
            click.echo(mask(line))
    return mended.policy


def _write(name: str, text: str) -> None:
    path = Path(name)
    try:
        mark = "\ufeff" if path.read_bytes().startswith(b"\xef\xbb\xbf") else ""
        path.write_bytes((mark + text.removeprefix("\ufeff")).encode())
    except OSError as error:
        cause = (error.strerror or str(error)).lower()
        fail(Fault(f"{quote(name)} cannot be written", cause, "nothing in it was changed"))


def _tell(mended: Mended) -> None:
    for hazard in mended.done:
        click.echo(f"{hazard.span}: fixed: {hazard.message}  {hazard.code}")
    for hazard, fault in mended.left:
        click.echo(f"{hazard.span}: not fixed: {fault}  {hazard.code}")


def _reference(code: str | None, *, markdown: bool, as_json: bool) -> None:
    from simulator.lint import RULES
    from simulator.render.hazards import rule_list, rule_markdown, rule_page, rules_markdown

    if code is not None and code not in RULES:
        guess = did_you_mean(code, RULES)
        fail(
            Fault(
                f"{quote(code)} is not the code of a hazard",
                "codes have the form `area/what-it-is`",
                f"did you mean `{guess}`?" if guess else "see `why403 lint --rules`",
            )
        )
    found = list(RULES.values()) if code is None else [RULES[code]]
    if as_json:
        fields = ("code", "severity", "title", "why", "instead", "mends", "example")
        records = [{name: getattr(rule, name) for name in fields} for rule in found]
        click.echo(json.dumps(records if code is None else records[0], indent=2))
    elif markdown:
        click.echo(rules_markdown(found) if code is None else rule_markdown(found[0]))
    elif code is None:
        show(rule_list(RULES))
    else:
        show(rule_page(found[0]), width=100)
