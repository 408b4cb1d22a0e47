"""The verb `open`: a page in a browser that is already set up."""

from __future__ import annotations

import sys

import click

from simulator.mitmdump import MODES
from simulator.problem import Fault, quote
from simulator.verbs.common import fail, open_policies


@click.command("open")
@click.option("--policy", "-p", "policies", multiple=True, type=click.Path(), help="A policy file.")
@click.option(
    "--mode",
    type=click.Choice(MODES),
    default="annotate",
    show_default=True,
    help="As for `why403 proxy`.",
)
@click.option("--client", metavar="ADDRESS", default="", help="Judge as if it had connected.")
@click.option(
    "--browser", metavar="NAME|PATH", help="chromium, chrome, edge, brave, firefox, or a path."
)
@click.option("--headless", is_flag=True, help="Without a window.")
@click.option("--insecure", "-k", is_flag=True, help="Take servers' certificates as they are.")
@click.option("--overlay/--no-overlay", default=True, help="The panel in the page.")
@click.option("-v", "--verbose", is_flag=True, help="Tell what passes, too.")
@click.argument("url")
def open_(
    policies: tuple[str, ...],
    mode: str,
    client: str,
    browser: str | None,
    headless: bool,
    insecure: bool,
    overlay: bool,
    verbose: bool,
    url: str,
) -> None:
    """Open URL in a browser that goes through why403.

    A browser of this machine with a profile that is thrown away: the proxy is set and its
    certificate trusted for this one process, servers on this machine are seen too, and nothing is
    left in any trust store. In the page a panel lists what is refused or hidden, as it happens.

    \b
    why403 open http://localhost:5173
    why403 open --policy shop.yaml --client 203.0.113.9 https://shop.example
    """
    open_policies(policies)
    from addons.browse import Wish, browse

    try:
        browse(
            Wish(
                read_url(url),
                policies,
                mode,
                client,
                browser,
                headless,
                insecure,
                overlay,
                verbose,
            )
        )
    except Fault as fault:
        fail(fault)
    sys.exit(0)


def read_url(text: str) -> str:
    """The URL; without a scheme it is `http` for a name of this machine, else `https`. Raises
    Fault."""
    from simulator.browser.host import is_loopback
    from simulator.browser.url import parse

    text = text.strip()
    whole = text if "://" in text else f"https://{text}"
    url = parse(whole)
    if url is None or url.scheme not in ("http", "https"):
        raise Fault(
            f"{quote(text)} is no URL that a page has",
            "a page is at `http://…` or `https://…`",
            "write `http://localhost:5173`, for instance",
        )
    local = "://" not in text and is_loopback(url.host or "")
    return f"http://{text}" if local else whole
