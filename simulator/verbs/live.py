"""The verbs `proxy` and `demo`: the addons at work.

mitmproxy is imported when one of them runs: the other verbs start without a wait.
"""

from __future__ import annotations

import sys
from pathlib import Path

import click

from simulator.mitmdump import MODES, mitmdump_arguments
from simulator.problem import Fault
from simulator.verbs.common import fail, open_policies


@click.command(context_settings={"ignore_unknown_options": True})
@click.option("--policy", "-p", "policies", multiple=True, type=click.Path(), help="A policy file.")
@click.option(
    "--mode",
    type=click.Choice(MODES),
    default="annotate",
    show_default=True,
    help="Leave traffic alone; add fields to answers; refuse what the policy refuses; put its CORS "
    "answer in place of the server's; let pages read hidden errors; let the browser's own console "
    "name what a preflight lacks.",
)
@click.option("--listen", default="127.0.0.1:8080", show_default=True, metavar="HOST:PORT")
@click.option("--reverse", metavar="URL", help="Stand in front of this one server.")
@click.option("--client", metavar="ADDRESS", help="Judge as if this address had connected.")
@click.option("--explain-body", is_flag=True, help="Put the explanation where a bare 4xx was.")
@click.option("--overlay", is_flag=True, help="Put a panel into pages that lists refusals.")
@click.option(
    "--poll", is_flag=True, help="The panel holds no connection open, for automated tests."
)
@click.option("-v", "--verbose", is_flag=True, help="Tell what passes, too.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line for each request.")
@click.argument("further", metavar="[-- MITMDUMP…]", nargs=-1, type=click.UNPROCESSED)
def proxy(
    policies: tuple[str, ...],
    mode: str,
    listen: str,
    reverse: str | None,
    client: str | None,
    explain_body: bool,
    overlay: bool,
    poll: bool,
    verbose: bool,
    as_json: bool,
    further: tuple[str, ...],
) -> None:
    """Run mitmdump with why403 in it. What follows `--` goes to mitmdump as it is.

    Without a policy it explains every answer that a browser would keep from its page. Each refusal
    is told as it falls; at the end, what was refused most and what would mend it.
    """
    open_policies(policies)  # complain here, before a proxy is started
    import addons

    try:
        arguments = mitmdump_arguments(
            str(Path(addons.__file__).with_name("why403.py")),
            policies,
            mode=mode,
            listen=listen,
            reverse=reverse,
            client=client,
            explain_body=explain_body,
            stream="json" if as_json else "all" if verbose else "refused",
            overlay=overlay,
            live=not poll,
        )
    except Fault as fault:
        fail(fault)
    import logging

    from mitmproxy.tools.main import mitmdump

    # Who connects and leaves is not what is asked here; refusals stand out without it.
    logging.getLogger("mitmproxy.proxy.server").setLevel(logging.WARNING)
    sys.exit(mitmdump([*arguments, *further]) or 0)


@click.command()
@click.option("--check", is_flag=True, help="Send the requests by itself, and check each answer.")
@click.option("--port", default=0, show_default="any free one", help="Port of the page.")
@click.option("--json", "as_json", is_flag=True, help="With --check: print as JSON.")
def demo(*, check: bool, port: int, as_json: bool) -> None:
    """Try it: a small API behind the proxy, and a page that is refused in every way there is."""
    if check:
        from addons.demo_check import run_check

        sys.exit(run_check(as_json=as_json))
    from addons.demo import run_demo

    sys.exit(run_demo(port))
