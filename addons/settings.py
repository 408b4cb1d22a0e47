"""What did the user ask for?

The options, all of them prefixed `why403_`. They are checked and read here when they change and
nowhere else: reading an option for each request would cost more than judging it. mitmproxy does
not hold options to their choices, and accepts misspelt ones; what is wrong is said here.
"""

# mitmproxy annotates only part of what it offers.
# mypy: untyped-calls-exclude="mitmproxy"

from __future__ import annotations

import logging
import os
import re
from collections.abc import Sequence, Set
from ipaddress import ip_address

from mitmproxy import ctx
from mitmproxy.addonmanager import Loader
from mitmproxy.exceptions import OptionsError
from mitmproxy.options import Options
from mitmproxy.utils import human

from addons.bridge import is_loopback
from addons.failures import Failure
from addons.policies import Policies
from simulator import PolicyError
from simulator.problem import did_you_mean, list_words, quote, sentence

logger = logging.getLogger("why403")

OBSERVE, ANNOTATE, ENFORCE = "observe", "annotate", "enforce"
UNMASK, BROWSER_MESSAGE, SIMULATE = "unmask", "browser-message", "simulate"
MODES = (OBSERVE, ANNOTATE, ENFORCE, UNMASK, BROWSER_MESSAGE, SIMULATE)
# Modes in which real answers get the fields that say why, and those in which the policy answers.
ANNOTATED = frozenset({ANNOTATE, UNMASK, BROWSER_MESSAGE, SIMULATE})
ANSWERING = frozenset({ENFORCE, SIMULATE})
# A name with a dot: browsers take one word for a search. Of letters, digits and hyphens.
_NAME = re.compile(r"(?=.{1,253}\Z)([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]([a-z0-9-]*[a-z0-9])?\Z")
STREAMS = ("", "refused", "all", "json")
CLIENT_FIELD = "x-why403-client"


class Settings:
    """The options as the other addons read them."""

    def __init__(self, policies: Policies) -> None:
        self.mode = OBSERVE
        self.client = ""
        self.client_header = False
        self.explain_body = False
        self.overlay = False  # put the panel into pages
        self.live = True  # what we show follows at once, over a response that does not end
        self.dashboard = ""  # HOST:PORT; empty: there is none
        self.host = ""  # the name under which the dashboard is found through the proxy
        self.stream = ""  # what is told in the terminal as it falls
        self.stream_limit: int | None = None  # bodies larger than this are streamed
        self.own_host = ""  # mitmproxy's page with its certificate
        self.broken: Failure | None = None  # the options as they are cannot be used
        self._policies = policies

    def load(self, loader: Loader) -> None:
        # At this level a call of `debug` costs nothing; mitmproxy leaves the root at DEBUG and
        # formats each record for the event log.
        logger.setLevel(logging.INFO)
        loader.add_option(
            "why403_policy",
            Sequence[str],
            [],
            "Policy file to judge requests by; may be set more than once. Of several policies, "
            "the first whose hosts match judges. The files are read again when they change.",
        )
        loader.add_option(
            "why403_mode",
            str,
            OBSERVE,
            "What to do with the verdict: observe only marks flows, annotate adds fields to the "
            "real response, enforce refuses what the policy refuses, simulate puts the policy's "
            "CORS answer in place of the server's, unmask lets the page read errors that CORS "
            "hides, browser-message makes the browser's own console name the method or header "
            "that a preflight refuses.",
            choices=MODES,
        )
        loader.add_option(
            "why403_client",
            str,
            "",
            "Address to take for the client's; empty: the address that connected.",
        )
        loader.add_option(
            "why403_client_header",
            bool,
            False,
            f"Take the client's address from the request field {CLIENT_FIELD} where a client on "
            "this machine sends it. The field is removed from every request.",
        )
        loader.add_option(
            "why403_explain_body",
            bool,
            False,
            "Put the explanation where the bare 4xx was: a page for navigations, a problem "
            "document for the rest. It shows rules that a server keeps to itself.",
        )

        loader.add_option(
            "why403_overlay",
            bool,
            False,
            "Put a panel into each page that lists its refused and hidden requests as they happen.",
        )
        loader.add_option(
            "why403_live",
            bool,
            True,
            "Let the overlay hold a connection open for news. Without it asks again and again, and "
            "test automation that waits for a quiet network does not wait for ever.",
        )
        loader.add_option(
            "why403_dashboard",
            str,
            "",
            "HOST:PORT of this machine where what passes is served as JSON to programs that have "
            "the token; port 0 is any free one; empty: none.",
        )
        loader.add_option(
            "why403_host",
            str,
            "why403.test",
            "Name under which a client that uses the proxy finds the same.",
        )
        loader.add_option(
            "why403_stream",
            str,
            "",
            "What to tell on standard output as it falls: refused, all, or json for programs; "
            "empty: nothing but the log.",
            choices=STREAMS,
        )

    def configure(self, updated: Set[str]) -> None:
        options = ctx.options
        if any(name.startswith("why403_") for name in updated):
            try:
                self._take(options, "why403_policy" in updated)
            except OptionsError as error:
                # A script that is being loaded is told of every option there is. Raising would
                # roll nothing back then, and bury the message under a traceback; the error in the
                # log ends mitmproxy where it is starting. Where it is not, nothing may pass.
                if len(updated) < len(options.keys()):
                    raise
                self.broken = Failure(f"why403 is not set up: {error}")
                self.mode = options.why403_mode if options.why403_mode in ANSWERING else OBSERVE
                logger.error("why403 is not set up:\n%s", error)
        # These belong to addons that a test or a lean master may not have loaded.
        if "stream_large_bodies" in updated:
            self.stream_limit = human.parse_size(options.stream_large_bodies)
        if {"onboarding", "onboarding_host"} & set(updated):
            self.own_host = options.onboarding_host if options.onboarding else ""

    def _take(self, options: Options, policies_too: bool) -> None:
        """Put the options in force, all or none. Raises OptionsError."""
        mode, client, paths = _checked(
            options.why403_mode, options.why403_client, options.why403_policy
        )
        dashboard = _read_address(options.why403_dashboard)
        host = _read_name(options.why403_host)
        if policies_too:
            self._use(paths)
        self.mode, self.client = mode, client
        self.client_header = options.why403_client_header
        self.explain_body = options.why403_explain_body
        self.overlay, self.live = options.why403_overlay, options.why403_live
        self.dashboard, self.host = dashboard, host
        self.stream = _read_stream(options.why403_stream)
        self.broken = None

    def running(self) -> None:
        options = ctx.options
        if not self._policies.active and self.broken is None:
            logger.info(
                "why403: no policy is set: what browsers make of real answers is explained; "
                "to judge requests too: `--set why403_policy=FILE`"
            )
        reverse = any(mode.startswith("reverse:") for mode in getattr(options, "mode", ()))
        if reverse and not getattr(options, "keep_host_header", True):
            logger.info(
                "why403: in reverse mode mitmproxy replaces Host by the target's before policies "
                "see it: `hosts` and same-origin go by the target; "
                "`--set keep_host_header=true` lets them go by what the client sent"
            )

    def _use(self, paths: Sequence[str]) -> None:
        try:
            self._policies.use([os.path.expanduser(path) for path in paths])
        except PolicyError as error:
            many = len(error.problems)
            raise OptionsError(
                f"why403_policy={list_words(paths, last='and')} cannot be used: "
                f"{many} problem{'s' if many > 1 else ''} to mend\n{error}"
            ) from None


def _checked(mode: str, client: str, paths: Sequence[str]) -> tuple[str, str, Sequence[str]]:
    """The values, if they are right. Raises OptionsError with every mistake."""
    wrong: list[str] = []
    if mode not in MODES:
        guess = did_you_mean(mode, MODES)
        wrong.append(
            sentence(
                f"why403_mode={quote(mode)} is not a mode",
                f"the modes are {list_words(MODES, last='and')}",
                f"did you mean `{guess}`?" if guess else f"write `why403_mode={OBSERVE}`",
            )
        )
    client = client.strip()
    if client and not _is_address(client):
        wrong.append(
            sentence(
                f"why403_client={quote(client)} is not an address",
                "a client is one IPv4 or IPv6 address, without a port, prefix or zone",
                "write `why403_client=203.0.113.9`, or leave it empty for the real peer",
            )
        )
    if mode in ANSWERING and not paths:
        wrong.append(
            sentence(
                f"why403_mode=`{mode}` has nothing to {mode}",
                "why403_policy is empty, and every request would pass",
                "set `why403_policy=FILE` too",
            )
        )
    if wrong:
        raise OptionsError("\n".join(wrong))
    return mode, client, paths


def _read_address(text: str) -> str:
    """HOST:PORT of this machine. Raises OptionsError."""
    text = text.strip()
    if not text:
        return ""
    host, _, port = text.rpartition(":")
    host = host.strip("[]") or "127.0.0.1"
    if not (port.isascii() and port.isdigit() and int(port) <= 65535):
        raise OptionsError(
            sentence(
                f"why403_dashboard={quote(text)} is not an address to listen on",
                "it names no port",
                "write `why403_dashboard=127.0.0.1:8403`",
            )
        )
    if host != "localhost" and not is_loopback(host):
        raise OptionsError(
            sentence(
                f"why403_dashboard={quote(text)} is open to other machines",
                "the dashboard shows what passes, and the policy",
                f"write `why403_dashboard=127.0.0.1:{port}`",
            )
        )
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _read_stream(text: str) -> str:
    """What is told. Raises OptionsError."""
    if text not in STREAMS:
        raise OptionsError(
            sentence(
                f"why403_stream={quote(text)} is not known",
                f"it is one of {list_words(STREAMS[1:], last='and')}, or empty",
                f"write `why403_stream={STREAMS[1]}`",
            )
        )
    return text


def _read_name(text: str) -> str:
    """A host name, in lower case. Raises OptionsError."""
    name = text.strip().lower()
    if name and not _NAME.match(name):
        raise OptionsError(
            sentence(
                f"why403_host={quote(text)} is not a host name",
                "a browser asks for the dashboard under it",
                "write `why403_host=why403.test`",
            )
        )
    return name


def _is_address(text: str) -> bool:
    try:
        return "%" not in str(ip_address(text))
    except ValueError:
        return False
