"""The verbs `reasons`, `schema` and `completion`: what is there to know?"""

from __future__ import annotations

import json

import click

from simulator.grammar import REASONS, policy_schema
from simulator.problem import Fault, did_you_mean, quote
from simulator.verbs.common import fail, show


@click.command()
@click.argument("code", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
@click.option("--markdown", is_flag=True, help="Print as Markdown, as in the documentation.")
def reasons(code: str | None, *, as_json: bool, markdown: bool) -> None:
    """List every reason, or explain the one with this CODE."""
    from simulator.render.terminal import (
        reason_list,
        reason_markdown,
        reason_page,
        reasons_markdown,
    )

    if code is not None:
        code = code.removeprefix("urn:why403:")
    if code is not None and code not in REASONS:
        guess = did_you_mean(code, REASONS)
        fail(
            Fault(
                f"{quote(code)} is not the code of a reason",
                "codes have the form `check.what-happened`",
                f"did you mean `{guess}`?" if guess else "see `why403 reasons`",
            )
        )
    found = list(REASONS.values()) if code is None else [REASONS[code]]
    if as_json:
        fields = (
            "code", "status", "title", "meaning", "causes", "remedies", "retryable", "spec",
            "chromium", "console", "firefox", "firefox_console",
        )  # fmt: skip
        records = [{name: getattr(reason, name) for name in fields} for reason in found]
        click.echo(json.dumps(records if code is None else records[0], indent=2))
    elif markdown:
        click.echo(reasons_markdown(found) if code is None else reason_markdown(found[0]))
    else:
        show(reason_list(found) if code is None else reason_page(found[0]), width=100)


@click.command()
@click.argument("what", type=click.Choice(["policy", "cases"]), default="policy")
def schema(what: str) -> None:
    """Print the JSON Schema of policies or of their cases, for editors.

    \b
    why403 schema > policy.schema.json
    why403 schema cases > cases.schema.json
    """
    if what == "policy":
        made = policy_schema()
    else:
        from simulator.cases_section import cases_schema

        made = cases_schema()
    click.echo(json.dumps(made, indent=2))


@click.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """Print the completion script for SHELL: `eval "$(why403 completion bash)"`."""
    from click.shell_completion import get_completion_class

    made = get_completion_class(shell)
    assert made is not None
    command = click.get_current_context().find_root().command
    click.echo(made(command, {}, "why403", "_WHY403_COMPLETE").source())
