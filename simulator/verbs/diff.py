"""The verb `diff`: which requests do two policies decide differently?"""

from __future__ import annotations

import json
import sys
import time

import click

from simulator.problem import Fault
from simulator.verbs.common import REFUSED, fail, open_policies, show

_KINDS = ("newly-allowed", "newly-denied", "otherwise")


@click.command()
@click.option(
    "--only", type=click.Choice(_KINDS), help="Ask for this alone; the others are left out."
)
@click.option(
    "--all", "whole", is_flag=True, help="Tell also in full what is refused for another reason."
)
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
@click.argument("old", type=click.Path())
@click.argument("new", type=click.Path())
def diff(old: str, new: str, *, only: str | None, whole: bool, as_json: bool) -> None:
    """Tell exactly which requests NEW decides otherwise than OLD.

    All requests are looked at, not samples: nothing found is a proof. Each group has a request that
    shows it. Ends with 1 where something is found, with --only where that is.

    \b
    git show main:shop.yaml > /tmp/old.yaml
    why403 diff /tmp/old.yaml shop.yaml
    why403 diff --only newly-allowed /tmp/old.yaml shop.yaml    # a gate for reviews
    """
    from simulator.compare import compare
    from simulator.render.differences import difference_list, difference_record
    from simulator.space import TooMany

    before, after = open_policies((old, new), as_json=as_json)
    try:
        found = compare(before, after, at=float(int(time.time())))
    except TooMany:
        fail(
            Fault(
                f"{old} and {new} cannot be compared",
                "their partial templates (`{a}.{b}`) tell too many kinds of path apart",
                "make them fewer, or parameters of a whole segment",
            )
        )
    asked = [difference for difference in found if only in (None, difference.kind)]
    if as_json:
        records = [difference_record(difference) for difference in asked]
        click.echo(json.dumps({"old": old, "new": new, "differences": records}, indent=2))
    else:
        show(difference_list(before, after, found, only=only, whole=whole))
    sys.exit(REFUSED if asked else 0)
