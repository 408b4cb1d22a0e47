"""The command `why403`.

Exit status: 0 allowed or fine, 1 refused or something found, 2 could not tell (bad input, bad use).
Each verb stands in `simulator.verbs`; what needs mitmproxy is imported by the verb that needs it.
"""

from __future__ import annotations

from importlib.metadata import version

import click

from simulator.verbs.audit import audit
from simulator.verbs.diff import diff
from simulator.verbs.explain import explain
from simulator.verbs.learn import learn
from simulator.verbs.lint import lint
from simulator.verbs.live import demo, proxy
from simulator.verbs.machines import browser, decide
from simulator.verbs.record import record
from simulator.verbs.reference import completion, reasons, schema
from simulator.verbs.test import test


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(version("why403"), prog_name="why403")
def why403() -> None:
    """Say exactly why a request was refused: which rule, in which file and line, what to change."""


VERBS = (
    explain, test, lint, diff, record, learn, audit, decide, browser, reasons, schema, completion,
    proxy, demo,
)  # fmt: skip

for verb in VERBS:
    why403.add_command(verb)
