"""The command `why403`.

Exit status: 0 allowed or fine, 1 refused or something found, 2 could not tell (bad input, bad use).
Each verb stands in `simulator.verbs`; what needs mitmproxy is imported by the verb that needs it.
"""

from __future__ import annotations

from importlib import import_module
from importlib.metadata import version

import click

# Where each verb stands, in the order in which help lists them.
VERBS = {
    "explain": "explain", "test": "test", "lint": "lint", "diff": "diff", "record": "record",
    "learn": "learn", "audit": "audit", "open": "open", "proxy": "live", "demo": "live",
    "decide": "machines", "browser": "machines", "reasons": "reference", "schema": "reference",
    "completion": "reference",
}  # fmt: skip


class Verbs(click.Group):
    """The verbs, each loaded when it is asked for: nobody waits for another's imports."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in VERBS:
            return None
        module = import_module(f"simulator.verbs.{VERBS[cmd_name]}")
        # A verb that is called like something of Python's own has a line behind its name.
        verb: click.Command = getattr(module, f"{cmd_name}_", None) or getattr(module, cmd_name)
        return verb


@click.group(
    cls=Verbs, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100}
)
@click.version_option(version("why403"), prog_name="why403")
def why403() -> None:
    """Say exactly why a request was refused: which rule, in which file and line, what to change."""
