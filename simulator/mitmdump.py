"""With which arguments does mitmdump run why403?

The options of `why403 proxy` as mitmdump's own.
"""

from __future__ import annotations

from collections.abc import Sequence

from simulator.problem import Fault, quote

MODES = ("observe", "annotate", "enforce", "simulate", "unmask", "browser-message")


def mitmdump_arguments(
    script: str,
    policies: Sequence[str] = (),
    *,
    mode: str = "annotate",
    listen: str = "127.0.0.1:8080",
    reverse: str | None = None,
    client: str | None = None,
    explain_body: bool = False,
    stream: str = "refused",
    overlay: bool = False,
    dashboard: str = "",
    live: bool = True,
) -> list[str]:
    """The arguments. `script` is the addon's file. Raises Fault for what is no address."""
    host, _, port = listen.rpartition(":")
    if not (port.isascii() and port.isdigit() and int(port) <= 65535):
        raise Fault(
            f"{quote(listen)} is not an address to listen on",
            "it names no port",
            "write `127.0.0.1:8080`",
        )
    arguments = ["-s", script, "--listen-host", host or "127.0.0.1", "--listen-port", port]
    arguments += ["--set", f"why403_mode={mode}", "--set", "flow_detail=0"]
    arguments += [word for path in policies for word in ("--set", f"why403_policy={path}")]
    if reverse:
        # The policy is about the name that clients use, which mitmproxy would replace.
        arguments += ["--mode", f"reverse:{reverse}", "--set", "keep_host_header=true"]
    if client:
        arguments += ["--set", f"why403_client={client}"]
    if explain_body:
        arguments += ["--set", "why403_explain_body=true"]
    if overlay:
        arguments += ["--set", "why403_overlay=true"]
    if not live:
        arguments += ["--set", "why403_live=false"]
    if dashboard:
        arguments += ["--set", f"why403_dashboard={dashboard}"]
    arguments += ["--set", f"why403_stream={stream}"]
    if stream == "json":
        # Standard output is the program's; mitmproxy's log would stand in between.
        arguments += ["--set", "termlog_verbosity=error"]
    return arguments
